import ComputationGraphs
import Foundation
import Networks
import ONNXNetworks
import RandomNumbers
import SwiftProtobuf
import TestSupport
import Testing

/// A small model, an input and what onnxruntime makes of it.
struct OperatorCase: Decodable, Sendable, CustomTestStringConvertible {
  let name: String
  let model: String
  let input: [Double]
  let shape: [Int]
  let output: [Double]

  var testDescription: String { name }

  static let all: [OperatorCase] = {
    let file = Bundle.module.bundleURL.appendingPathComponent("Fixtures/operators.json")
    guard let data = try? Data(contentsOf: file) else { return [] }
    return (try? JSONDecoder().decode([OperatorCase].self, from: data)) ?? []
  }()
}

@Suite("Operators of ONNX as graphs") struct ONNXOperatorTests {
  @Test("There are many cases") func count() { #expect(OperatorCase.all.count > 250) }

  @Test("One function in two files, normalisation folded into the kernels or not, has one AutoLip")
  func foldedOrNot() throws {
    let folder = Bundle.module.bundleURL.appendingPathComponent("Fixtures")
    let graphs = try ["normalized_apart", "normalized_folded"].map {
      try ONNXFormat.computationGraph(contentsOf: folder.appendingPathComponent("\($0).onnx").path)
    }
    #expect(graphs[0].nodes.count > graphs[1].nodes.count)
    let bounds = try graphs.map { try GraphAutoLip($0, over: .all(shape: $0.nodes[0].shape)).constant.value }
    #expect(abs(bounds[0] - bounds[1]) <= 1e-12 * bounds[0])
    var random = SplitMix64(seed: 2)
    let x = Tensor(shape: graphs[0].nodes[0].shape, elements: (0..<72).map { _ in random.gaussian() })
    for (a, b) in zip(graphs[0](x).elements, graphs[1](x).elements) {
      #expect(abs(a - b) <= 1e-10 * (1 + abs(a)))
    }
  }

  @Test(
    "Values are onnxruntime's, and every operation satisfies what operators must", arguments: OperatorCase.all
  )
  func agrees(example: OperatorCase) throws {
    let data = try #require(Data(base64Encoded: example.model))
    let graph = try ONNXFormat.readGraph(data).graph
    let x = Tensor(shape: graph.nodes[0].shape, elements: example.input)
    let value = graph(x)
    #expect(value.shape == example.shape)
    for (own, expected) in zip(value.elements, example.output) {
      #expect(abs(own - expected) <= 2e-6 * max(1, abs(expected)))
    }
    let failures = graph.operatorFailures(at: x)
    #expect(failures == [])
  }
}

@Suite("Files as graphs") struct ONNXGraphTests {
  private static let folder = Bundle.module.bundleURL.appendingPathComponent("Fixtures")

  /// The fixtures of the reader that lowers.
  private static let names: [String] = {
    let files = try? FileManager.default.contentsOfDirectory(atPath: folder.path)
    return (files ?? []).filter { $0.hasSuffix(".onnx") }.map { String($0.dropLast(5)) }.sorted()
  }()

  @Test("What the lowered network is, the graph is; with the same cuts", arguments: names)
  func agreesWithLowering(name: String) throws {
    let data = try Data(contentsOf: Self.folder.appendingPathComponent("\(name).onnx"))
    let network = try ONNXFormat.read(data, name: name, directory: Self.folder)
    let read = try ONNXFormat.readGraph(data, directory: Self.folder)
    var random = SplitMix64(seed: 1)
    for _ in 0..<4 {
      let x = Tensor(repeating: 0, shape: read.graph.nodes[0].shape).map { _ in random.gaussian() }
      for (own, lowered) in zip(read.graph(x).elements, network(x.elements)) {
        #expect(abs(own - lowered) <= 1e-9 * max(1, abs(lowered)))
      }
    }
    #expect(network.notes.filter { $0.contains("cut") } == read.notes)
  }

  @Test("By path, from its folder; a missing file is told") func byPath() throws {
    let graph = try ONNXFormat.computationGraph(
      contentsOf: Self.folder.appendingPathComponent("external.onnx").path)
    #expect(graph.nodes.count > 3)
    let error = try #require(throws: InputError.self) {
      try ONNXFormat.computationGraph(contentsOf: "/nowhere/x.onnx")
    }
    #expect(error.description.contains("no such file"))
  }

  @Test("Nodes have the file's names; a weight used twice is one node; the output may be chosen")
  func namesOfNodes() throws {
    var model = ONNXModelProto.small()
    model.graph.node[0].name = "first"
    model.graph.node.append(.operation("Gemm", ["h1", "w2"], "again"))
    model.graph.node.append(.operation("Add", ["output", "again"], "sum"))
    model.graph.output[0].name = "sum"
    let graph = try ONNXFormat.readGraph(model.serializedBytes()).graph
    #expect(
      graph.nodes.map(\.name) == ["input", "w1", "first", "Relu #1", "w2", "Gemm #2", "Gemm #3", "Add #4"])
    #expect(graph(Tensor(shape: [1, 2], elements: [1, 2])).elements == [14, 28])
    let hidden = try ONNXFormat.readGraph(model.serializedBytes(), outputTensor: "h1").graph
    #expect(hidden.nodes.count == 4 && hidden.nodes[hidden.output].shape == [1, 3])
  }

  @Test(
    "A constant output, a cycle, an unknown or damaged operator: one line with the node",
    arguments: Damage.all)
  func isRefused(damage: Damage) throws {
    // What the reader of dense networks cannot join, a graph can.
    let areFine = [
      "product of values", "division by the network", "smooth activation inside", "smooth gate",
      "maximum of constants", "empty layer",
    ]
    var model = ONNXModelProto.small()
    damage.change(&model)
    let data: Data = try model.serializedBytes()
    do throws(InputError) {
      let graph = try ONNXFormat.readGraph(data).graph
      #expect(
        areFine.contains(damage.testDescription),
        "\(damage.testDescription) reads: \(graph.nodes.map(\.name))")
    } catch {
      #expect(error.place != nil || error.problem.contains(damage.problem), "\(error)")
      #expect(!error.remedy.isEmpty && !error.description.contains("\n"))
    }
  }

  @Test(
    "Attributes and constants of any size read or throw, and what reads can be evaluated",
    arguments: OperatorCase.all)
  func hostileNumbers(example: OperatorCase) throws {
    let original = try ONNXModelProto(serializedBytes: #require(Data(base64Encoded: example.model)))
    let hostile: [Int64] = [.max, .min, 0, -1, 1 << 40, -(1 << 20), 7]
    func survives(_ change: (inout ONNXModelProto) -> Void) throws {
      var model = original
      change(&model)
      guard let graph = try? ONNXFormat.readGraph(model.serializedBytes()).graph,
        graph.nodes.allSatisfy({ $0.shape.reduce(1, *) <= 10_000 })
      else { return }
      let x = Tensor(repeating: 0.5, shape: graph.nodes[0].shape)
      _ = graph(x)
      _ = graph.ranges(over: TensorRange(x))
    }
    for (n, node) in original.graph.node.enumerated() {
      for (a, attribute) in node.attribute.enumerated() {
        for value in hostile {
          try survives { $0.graph.node[n].attribute[a].i = value }
          try survives { $0.graph.node[n].attribute[a].ints = [] }
          for k in attribute.ints.indices {
            try survives { $0.graph.node[n].attribute[a].ints[k] = value }
          }
        }
      }
      for k in node.input.indices {
        try survives { $0.graph.node[n].input[k] = "" }
        try survives { $0.graph.node[n].input[k] = "x" }
        try survives { $0.graph.node[n].input.remove(at: k) }
      }
      try survives { $0.graph.node[n].output.append("more") }
    }
    for (t, tensor) in original.graph.initializer.enumerated() {
      try survives { $0.graph.initializer[t].dims.append(1) }
      try survives { $0.graph.initializer[t].dims = [Int64](tensor.dims.reversed()) }
      if !tensor.dims.isEmpty { try survives { $0.graph.initializer[t].dims.removeFirst() } }
      guard tensor.dataType == 7 else { continue }
      let count = tensor.rawData.count / 8
      for k in 0..<count {
        for value in hostile {
          let bytes = withUnsafeBytes(of: value.littleEndian) { Data($0) }
          try survives { $0.graph.initializer[t].rawData.replaceSubrange(8 * k..<8 * k + 8, with: bytes) }
        }
      }
    }
    for k in original.graph.input[0].type.tensorType.shape.dim.indices {
      for value in hostile + [1, 2, 3] {
        try survives { $0.graph.input[0].type.tensorType.shape.dim[k].dimValue = value }
      }
    }
    try survives { $0.graph.input[0].type.tensorType.shape.dim.removeLast() }
    for version in Int64(7)...22 { try survives { $0.opsetImport[0].version = version } }
  }

  @Test("Every changed byte reads or throws") func changedBytes() throws {
    for example in OperatorCase.all where example.name.count % 4 == 0 {
      let data = try #require(Data(base64Encoded: example.model))
      for position in data.indices {
        var changed = data
        changed[position] ^= UInt8(1 << (position % 8))
        _ = try? ONNXFormat.readGraph(changed)
      }
    }
  }

  @Test("Constants that are computed must be finite, as those of the file") func computedConstants() throws {
    for operation in ["Add", "Mul", "Div", "MatMul"] {
      var model = ONNXModelProto.small()
      model.graph.initializer.append(.floats("negative", [2, 2], [1, -1, 1, 1]))
      model.graph.node = [
        .operation("Sqrt", ["negative"], "root"), .operation(operation, ["input", "root"], "output"),
      ]
      let error = try #require(throws: InputError.self) {
        try ONNXFormat.readGraph(model.serializedBytes())
      }
      #expect(error.place == "node \(operation) #1" && error.problem.contains("NaN"))
    }
  }

  @Test("Lists that grow without end are refused") func growth() throws {
    var model = ONNXModelProto.small()
    model.graph.initializer.append(.integers("list0", [1, 1]))
    for step in 0..<60 {
      model.graph.node.append(
        .with {
          $0.opType = "Concat"
          $0.input = ["list\(step)", "list\(step)"]
          $0.output = ["list\(step + 1)"]
          $0.attribute = [
            .with {
              $0.name = "axis"
              $0.i = 0
            }
          ]
        })
    }
    model.graph.node.append(.operation("Reshape", ["input", "list60"], "shaped"))
    model.graph.output[0].name = "shaped"
    let error = try #require(throws: InputError.self) { try ONNXFormat.readGraph(model.serializedBytes()) }
    #expect(error.place == "node Concat #26")
  }
}
