import Foundation
import Networks
import ONNXNetworks
import SwiftProtobuf
import Testing

/// A change to the small model, and what the error must say.
struct Damage: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let place: String?
  let problem: String
  let change: @Sendable (inout ONNXModelProto) -> Void

  init(
    _ description: String, place: String? = nil, problem: String,
    _ change: @escaping @Sendable (inout ONNXModelProto) -> Void
  ) {
    testDescription = description
    self.place = place
    self.problem = problem
    self.change = change
  }

  static let all: [Damage] = graph + tensors + nodes

  private static let graph = [
    Damage("no graph", problem: "no ONNX graph") { $0.clearGraph() },
    Damage("no nodes", problem: "no nodes") { $0.graph.node = [] },
    Damage("no input", problem: "no input") { $0.graph.input = [] },
    Damage("no output", problem: "no output") { $0.graph.output = [] },
    Damage("old operator set", problem: "operator set 6") { $0.opsetImport[0].version = 6 },
    Damage("several inputs", problem: "2 inputs (input, other)") {
      $0.graph.input.append(.with { $0.name = "other" })
    },
    Damage("no shape", place: "input input", problem: "shape is not given") {
      $0.graph.input[0].type.tensorType.clearShape()
    },
    Damage("open dimension", place: "input input", problem: "dimension 2") {
      $0.graph.input[0].type.tensorType.shape.dim[1].dimParam = "n"
    },
    Damage("negative dimension", place: "input input", problem: "dimension 2") {
      $0.graph.input[0].type.tensorType.shape.dim[1].dimValue = -3
    },
    Damage("huge input", place: "input input", problem: "10000000000") {
      $0.graph.input[0].type.tensorType.shape.dim[1].dimValue = 10_000_000_000
    },
    Damage("overflowing input", place: "input input", problem: "has the shape") {
      $0.graph.input[0].type.tensorType.shape.dim = [
        .with { $0.dimValue = .max }, .with { $0.dimValue = .max },
      ]
    },
    Damage("undefined output", place: "tensor nowhere", problem: "does not define") {
      $0.graph.output[0].name = "nowhere"
    },
    Damage("constant output", place: "output w1", problem: "does not depend on the input") {
      $0.graph.output[0].name = "w1"
    },
    Damage("two outputs", problem: "2 different outputs (output, h1)") {
      $0.graph.output.append(.with { $0.name = "h1" })
    },
  ]

  private static let tensors = [
    Damage("dimensions without data", place: "initializer w1", problem: "6 elements") {
      $0.graph.initializer[0].dims = [2, 4]
    },
    Damage("negative dimensions", place: "initializer w1", problem: "[-2, -3]") {
      $0.graph.initializer[0].dims = [-2, -3]
    },
    Damage("10 GB of claimed data", place: "initializer w1", problem: "[50000, 50000]") {
      $0.graph.initializer[0].dims = [50000, 50000]
    },
    Damage("overflowing dimensions", place: "initializer w1", problem: "dimensions") {
      $0.graph.initializer[0].dims = [.max, .max]
    },
    Damage("overflowing byte count", place: "initializer w1", problem: "no such number of data") {
      $0.graph.initializer[0].dims = [.max]
    },
    Damage("zero and overflowing dimensions", place: "initializer w1", problem: "dimensions") {
      $0.graph.initializer[0].dims = [0, .max, .max]
    },
    Damage("short raw data", place: "initializer w1", problem: "5 bytes") {
      $0.graph.initializer[0].floatData = []
      $0.graph.initializer[0].rawData = Data(count: 5)
    },
    Damage("unknown element type", place: "initializer w1", problem: "element type 8") {
      $0.graph.initializer[0].dataType = 8
    },
    Damage("NaN", place: "initializer w1", problem: "NaN") { $0.graph.initializer[0].floatData[3] = .nan },
    Damage("infinity", place: "initializer w1", problem: "infinity") {
      $0.graph.initializer[0].floatData[3] = .infinity
    },
    Damage("external data without a location", place: "initializer w1", problem: "no location") {
      $0.graph.initializer[0].dataLocation = 1
    },
    Damage(
      "rows that do not chain", place: "node Gemm #2", problem: "[1, 3] meets a constant of shape [2, 3]"
    ) {
      $0.graph.initializer[1].dims = [2, 3]
    },
    Damage("empty layer", place: "layer 1", problem: "empty") {
      $0.graph.initializer[0] = .floats("w1", [2, 0], [])
      $0.graph.initializer[1] = .floats("w2", [1, 2], [1, 2])
      $0.graph.node = [.operation("MatMul", ["input", "w1"], "output")]
    },
  ]

  private static let nodes = [
    Damage("unknown operator", place: "node convolution", problem: "operator LSTM is not supported") {
      $0.graph.node[0].opType = "LSTM"
      $0.graph.node[0].name = "convolution"
    },
    Damage("no operator", place: "node  #1", problem: "without a name") { $0.graph.node[1].opType = "" },
    Damage("another domain", place: "node Relu #1", problem: "com.example::Relu") {
      $0.graph.node[1].domain = "com.example"
    },
    Damage("undefined input", place: "node Relu #1", problem: "nowhere is not defined") {
      $0.graph.node[1].input = ["nowhere"]
    },
    Damage("missing input", place: "node Relu #1", problem: "input 1 of Relu is missing") {
      $0.graph.node[1].input = []
    },
    Damage("cycle", place: "node Gemm #0", problem: "depends on its own output") {
      $0.graph.node[0].input[0] = "output"
    },
    Damage("tensor defined twice", place: "node Relu #1", problem: "a1 is defined twice") {
      $0.graph.node[1].output = ["a1"]
    },
    Damage("tensor defined by an initializer", place: "node Gemm #0", problem: "w1 is defined twice") {
      $0.graph.node[0].output = ["w1"]
    },
    Damage("product of values", place: "node Mul #3", problem: "joins two branches") {
      $0.graph.node[2].output = ["a2"]
      $0.graph.node.append(.operation("Mul", ["a2", "input"], "output"))
    },
    Damage("product of two branches", place: "node MatMul #2", problem: "joins two branches") {
      $0.graph.node[2] = .operation("MatMul", ["a1", "h1"], "output")
    },
    Damage("joined without an axis", place: "node Concat #2", problem: "axis of Concat is missing") {
      $0.graph.node[2] = .operation("Concat", ["a1", "h1"], "output")
    },
    Damage("smooth activation inside", place: "node Sigmoid #1", problem: "stands inside the network") {
      $0.graph.node[1].opType = "Sigmoid"
    },
    Damage("smooth gate", place: "node Sigmoid #3", problem: "stands inside the network") {
      $0.graph.node[2].output = ["a2"]
      $0.graph.node.append(.operation("Sigmoid", ["a2"], "gate"))
      $0.graph.node.append(.operation("Mul", ["a2", "gate"], "output"))
    },
    Damage("division by zero", place: "node Div #2", problem: "divisor has a zero") {
      $0.graph.initializer.append(.floats("zero", [], [0]))
      $0.graph.node[2] = .operation("Div", ["h1", "zero"], "output")
    },
    Damage("division by the network", place: "node Div #2", problem: "divisor of a Div") {
      $0.graph.initializer.append(.floats("one", [], [1]))
      $0.graph.node[2] = .operation("Div", ["one", "h1"], "output")
    },
    Damage("shapes that do not broadcast", place: "node Add #2", problem: "[1, 3] and [4] do not fit") {
      $0.graph.initializer.append(.floats("offset", [4], [1, 2, 3, 4]))
      $0.graph.node[2] = .operation("Add", ["h1", "offset"], "output")
    },
    Damage("impossible reshape", place: "node Reshape #2", problem: "the shape [2, -1] does not fit") {
      $0.graph.initializer.append(.integers("shape", [2, -1]))
      $0.graph.node[2] = .operation("Reshape", ["h1", "shape"], "output")
    },
    Damage("overflowing reshape", place: "node Reshape #2", problem: "does not fit") {
      $0.graph.initializer.append(.integers("shape", [1 << 62, 1 << 62]))
      $0.graph.node[2] = .operation("Reshape", ["h1", "shape"], "output")
    },
    Damage("squeeze of a wide axis", place: "node Squeeze #2", problem: "axes [1] does not fit") {
      $0.graph.initializer.append(.integers("axes", [1]))
      $0.graph.node[2] = .operation("Squeeze", ["h1", "axes"], "output")
    },
    Damage("wrong permutation", place: "node Transpose #2", problem: "perm [0, 0]") {
      $0.graph.node[2] = .operation("Transpose", ["h1"], "output")
      $0.graph.node[2].attribute = [
        .with {
          $0.name = "perm"
          $0.ints = [0, 0]
        }
      ]
    },
    Damage("slopes that do not fit", place: "node PRelu #1", problem: "slopes of PRelu do not fit") {
      $0.graph.initializer.append(.floats("slopes", [2], [0, 1]))
      $0.graph.node[1] = .operation("PRelu", ["a1", "slopes"], "h1")
    },
    Damage("maximum of constants", place: "node Max #2", problem: "joins two constants") {
      $0.graph.node[2] = .operation("Max", ["w1", "w1"], "output")
    },
    Damage("leaky slope", place: "node LeakyRelu #1", problem: "alpha is nan") {
      $0.graph.node[1].opType = "LeakyRelu"
      $0.graph.node[1].attribute = [
        .with {
          $0.name = "alpha"
          $0.f = .nan
        }
      ]
    },
  ]
}

@Suite struct ONNXMalformedTests {
  @Test func theUndamagedModelReads() throws {
    let network = try ONNXFormat.read(ONNXModelProto.small().serializedBytes(), name: "small")
    #expect(network([1, 2]) == [7, 14])
    #expect(network.notes == [])
  }

  @Test(arguments: Damage.all)
  func isRefused(damage: Damage) throws {
    var model = ONNXModelProto.small()
    damage.change(&model)
    let error = try #require(throws: InputError.self) {
      try ONNXFormat.read(model.serializedBytes(), name: "x")
    }
    #expect(error.place == damage.place, "\(error)")
    #expect(error.problem.contains(damage.problem), "\(error)")
    #expect(!error.remedy.isEmpty && !error.description.contains("\n"))
  }

  @Test(arguments: [
    Data(), Data("{\"layers\": []}".utf8), Data([0x3A, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F]), Data(count: 40),
  ])
  func otherBytesAreRefused(data: Data) throws {
    #expect(throws: InputError.self) { try ONNXFormat.read(data, name: "x") }
  }

  @Test func growingConcatenationsAreRefused() throws {
    var model = ONNXModelProto.small()
    model.graph.initializer.append(.integers("list0", [1, 1]))
    for step in 0..<40 {
      model.graph.node.append(.operation("Concat", ["list\(step)", "list\(step)"], "list\(step + 1)"))
    }
    model.graph.node.append(.operation("Reshape", ["input", "list40"], "shaped"))
    model.graph.output[0].name = "shaped"
    let error = try #require(throws: InputError.self) {
      try ONNXFormat.read(model.serializedBytes(), name: "x")
    }
    #expect(error.problem.contains("Concat"))
  }

  /// Reads, or throws `InputError`; anything else ends the test process.
  private func survives(_ data: Data) {
    _ = try? ONNXFormat.read(data, name: "fuzz")
  }

  @Test func everyPrefixReadsOrThrows() throws {
    let data: Data = try ONNXModelProto.small().serializedBytes()
    for length in 0..<data.count { survives(data.prefix(length)) }
  }

  @Test func everyChangedByteReadsOrThrows() throws {
    let data: Data = try ONNXModelProto.small().serializedBytes()
    for position in data.indices {
      let values: [UInt8] = [
        0, 1, 2, 8, 0x10, 0x12, 0x7F, 0x80, 0xFF, data[position] ^ 1, data[position] &+ 1,
      ]
      for value in values {
        var changed = data
        changed[position] = value
        survives(changed)
      }
    }
  }
}
