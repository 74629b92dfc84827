import Foundation
import LinearAlgebra
import Networks
import ONNXNetworks
import RandomNumbers
import SwiftProtobuf
import Testing

extension ONNXNodeProto {
  private func with(_ name: String, _ set: (inout ONNXAttributeProto) -> Void) -> ONNXNodeProto {
    var (node, attribute) = (self, ONNXAttributeProto())
    attribute.name = name
    set(&attribute)
    node.attribute.append(attribute)
    return node
  }

  fileprivate func with(_ name: String, _ integers: [Int]) -> ONNXNodeProto {
    with(name) { $0.ints = integers.map { Int64($0) } }
  }

  fileprivate func with(_ name: String, _ integer: Int) -> ONNXNodeProto {
    with(name) { $0.i = Int64(integer) }
  }

  fileprivate func with(_ name: String, _ text: String) -> ONNXNodeProto {
    with(name) { $0.s = Data(text.utf8) }
  }
}

private func model(
  _ shape: [Int], _ constants: [ONNXTensorProto], _ nodes: [ONNXNodeProto], output: String = "output"
) -> ONNXModelProto {
  var model = ONNXModelProto.small()
  model.graph.input[0].type.tensorType.shape.dim = shape.map { size in .with { $0.dimValue = Int64(size) } }
  model.graph.initializer = constants
  model.graph.node = nodes
  model.graph.output[0].name = output
  return model
}

private func read(_ model: ONNXModelProto) throws -> MultilayerPerceptron {
  try ONNXFormat.read(model.serializedBytes(), name: "n")
}

/// An image [channels, height, width] with zeros or another number around it.
private struct Image {
  let (channels, height, width): (Int, Int, Int)
  var elements: [Double]

  init(_ channels: Int, _ height: Int, _ width: Int, _ elements: [Double]) {
    (self.channels, self.height, self.width, self.elements) = (channels, height, width, elements)
  }

  func callAsFunction(_ c: Int, _ y: Int, _ x: Int) -> Double? {
    (0..<height).contains(y) && (0..<width).contains(x) ? elements[(c * height + y) * width + x] : nil
  }
}

/// How windows move: [before y, before x, after y, after x], [y, x], [y, x].
private struct Window {
  var kernel: [Int]
  var pads = [0, 0, 0, 0]
  var strides = [1, 1]
  var dilations = [1, 1]

  func outputs(_ size: Int, _ axis: Int) -> Int {
    (size + pads[axis] + pads[axis + 2] - (kernel[axis] - 1) * dilations[axis] - 1) / strides[axis] + 1
  }

  func node(_ operation: String, _ inputs: [String], _ output: String) -> ONNXNodeProto {
    ONNXNodeProto.operation(operation, inputs, output).with("kernel_shape", kernel).with("pads", pads)
      .with("strides", strides).with("dilations", dilations)
  }

  /// The values under the window for each output channel, row and column, by loops.
  func map(_ image: Image, channels: Int, _ body: (Int, (Int, Int, Int) -> Double?) -> Double) -> Image {
    let (height, width) = (outputs(image.height, 0), outputs(image.width, 1))
    var elements: [Double] = []
    for channel in 0..<channels {
      for y in 0..<height {
        for x in 0..<width {
          elements.append(
            body(channel) { c, i, j in
              image(
                c, y * strides[0] + i * dilations[0] - pads[0], x * strides[1] + j * dilations[1] - pads[1])
            })
        }
      }
    }
    return Image(channels, height, width, elements)
  }
}

@Suite struct ONNXLayeredTests {
  private static let windows = [
    Window(kernel: [2, 2]), Window(kernel: [3, 2], pads: [1, 0, 2, 1], strides: [2, 1]),
    Window(kernel: [2, 3], pads: [0, 2, 1, 1], strides: [1, 2], dilations: [3, 1]),
    Window(kernel: [1, 2], strides: [3, 2], dilations: [1, 4]),
  ]

  private func integers(_ count: Int, _ generator: inout SplitMix64) -> [Double] {
    (0..<count).map { _ in Double(Int.random(in: -4...4, using: &generator)) }
  }

  private func tensor(_ name: String, _ shape: [Int], _ elements: [Double]) -> ONNXTensorProto {
    .floats(name, shape.map { Int64($0) }, elements.map { Float($0) })
  }

  @Test(arguments: windows.indices, [1, 2]) func convolution(window: Int, groups: Int) throws {
    let window = Self.windows[window]
    var generator = SplitMix64(seed: UInt64(groups))
    let (inner, outputs) = (2, 2 * groups)
    let taps = window.kernel[0] * window.kernel[1]
    let (weights, bias) = (integers(outputs * inner * taps, &generator), integers(outputs, &generator))
    let network = try read(
      model(
        [1, inner * groups, 5, 6],
        [tensor("w", [outputs, inner] + window.kernel, weights), tensor("b", [outputs], bias)],
        [
          window.node("Conv", ["input", "w", "b"], "a").with("group", groups), .operation("Relu", ["a"], "h"),
          .operation("Flatten", ["h"], "output"),
        ]))
    for _ in 0..<5 {
      let image = Image(inner * groups, 5, 6, integers(inner * groups * 30, &generator))
      let expected = window.map(image, channels: outputs) { channel, value in
        var sum = bias[channel]
        for c in 0..<inner {
          for i in 0..<window.kernel[0] {
            for j in 0..<window.kernel[1] {
              let weight = weights[((channel * inner + c) * window.kernel[0] + i) * window.kernel[1] + j]
              sum += weight * (value(channel / (outputs / groups) * inner + c, i, j) ?? 0)
            }
          }
        }
        return max(sum, 0)
      }
      #expect(network(image.elements) == expected.elements)
    }
  }

  @Test(arguments: windows.indices, ["MaxPool", "AveragePool"]) func pooling(window: Int, operation: String)
    throws
  {
    let window = Self.windows[window]
    var generator = SplitMix64(seed: 9)
    let network = try read(
      model([1, 2, 5, 6], [], [window.node(operation, ["input"], "output").with("count_include_pad", 0)]))
    #expect(network.hiddenUnits > 0 || operation == "AveragePool")
    for _ in 0..<5 {
      let image = Image(2, 5, 6, integers(60, &generator))
      let expected = window.map(image, channels: 2) { channel, value in
        let values = (0..<window.kernel[0]).flatMap { i in
          (0..<window.kernel[1]).compactMap { value(channel, i, $0) }
        }
        return operation == "MaxPool" ? values.max() ?? 0 : values.reduce(0, +) / Double(values.count)
      }
      for (value, expected) in zip(network(image.elements), expected.elements) {
        #expect(abs(value - expected) <= 1e-14 * abs(expected) + (operation == "MaxPool" ? 0 : 1e-14))
      }
      #expect(network.outputs == expected.elements.count)
    }
  }

  /// A transposed image flattens in another order, and a matrix after it sees that order.
  @Test func flatteningFollowsTheAxes() throws {
    let network = try read(
      model(
        [1, 2, 2, 3], [],
        [
          .operation("Relu", ["input"], "h"),
          ONNXNodeProto.operation("Transpose", ["h"], "t").with("perm", [0, 2, 3, 1]),
          .operation("Flatten", ["t"], "output"),
        ]))
    #expect(network((0..<12).map { Double($0) }) == [0, 6, 1, 7, 2, 8, 3, 9, 4, 10, 5, 11])
  }

  /// input → relu → relu, each of them joined with the input: two layers, the input carried through both by two units.
  @Test func branchesShareLayersAndCarriedValues() throws {
    let network = try read(
      model(
        [1, 2], [tensor("w", [2, 2], [1, 2, 3, 4])],
        [
          .operation("Relu", ["input"], "h"), .operation("Add", ["h", "input"], "s"),
          .operation("MatMul", ["s", "w"], "a"), .operation("Abs", ["a"], "g"),
          .operation("Sub", ["g", "input"], "t"),
          ONNXNodeProto.operation("Concat", ["t", "input", "h"], "output").with("axis", 1),
        ]))
    #expect(network.hiddenWidths == [4, 6] && network.activations == [.relu, .abs])
    #expect(network.passing == [[2, 3], [2, 3, 4, 5]])
    #expect(network([1, -2]) == [3, 6, 1, -2, 1, 0])
  }

  @Test func maximaAndMinimaOfTheSameValuesShareUnits() throws {
    let network = try read(
      model(
        [1, 3], [tensor("r", [3, 3], [0, 1, 0, 0, 0, 1, 1, 0, 0])],
        [
          .operation("MatMul", ["input", "r"], "s"), .operation("Max", ["input", "s"], "u"),
          .operation("Min", ["input", "s"], "v"),
          ONNXNodeProto.operation("Concat", ["u", "v"], "output").with("axis", 1),
        ]))
    #expect(network.hiddenWidths == [6] && network.passing == [[3, 4, 5]])
    #expect(network([3, 1, 2]) == [3, 3, 2, 2, 1, 1])
  }

  /// What only another output needs is no part of the network.
  @Test func layersOfOtherOutputsAreLeftOut() throws {
    var two = model(
      [1, 2], [],
      [
        .operation("Relu", ["input"], "h"), .operation("Sigmoid", ["h"], "p"), .operation("Sum", ["h"], "q"),
        .operation("Abs", ["input"], "g"), .operation("LSTM", ["g"], "bad"),
      ], output: "bad")
    two.graph.output.append(.with { $0.name = "p" })
    let network = try read(two)
    #expect(network.hiddenWidths == [2] && network.activations == [.relu] && network.notes.count == 2)
  }

  @Test func passingUnitsAreWrittenAsSlopes() throws {
    for scale in [1, 0.1] {
      for activation in [Activation.relu, .abs, .leakyReLU(slope: 0.5), .leakyReLU(slope: 3)] {
        let network = try MultilayerPerceptron(
          name: "n",
          layers: [
            AffineLayer(weights: Matrix([[scale], [-1], [2]]), bias: [0, 1, 2]),
            AffineLayer(weights: Matrix([[1, 2, 3]])),
          ], activations: [activation], passing: [[2, 0]])
        #expect(try ONNXFormat.read(ONNXFormat.write(network), name: "n") == network)
      }
    }
    for (activation, passing) in [(.relu, [0]), (.leakyReLU(slope: 0), [])] as [(Activation, Set<Int>)] {
      let network = try MultilayerPerceptron(
        name: "n", layers: [AffineLayer(weights: Matrix([[1]])), AffineLayer(weights: Matrix([[1]]))],
        activations: [activation], passing: [passing])
      if passing.isEmpty {
        #expect(try ONNXFormat.read(ONNXFormat.write(network), name: "n") == network)
      } else {
        let error = try #require(throws: InputError.self) { try ONNXFormat.write(network) }
        #expect(error.place == "layer 1" && error.remedy.contains(".json"))
      }
    }
  }

  @Test(arguments: [
    (
      Window(kernel: [2, 2]).node("Conv", ["input", "w"], "output").with("group", 3), "in 3 groups do not fit"
    ),
    (
      Window(kernel: [2, 2]).node("Conv", ["input", "w"], "output").with("group", 0), "in 0 groups do not fit"
    ),
    (Window(kernel: [3, 2]).node("Conv", ["input", "w"], "output"), "do not fit a tensor of shape"),
    (.operation("Conv", ["input"], "output"), "weights are missing"),
    (.operation("Conv", ["w", "w"], "output"), "is a constant"),
    (.operation("Conv", ["input", "w", "w"], "output"), "the bias has 16 entries"),
    (.operation("Conv", ["input", "w", "input"], "output"), "depends on the network's input"),
    (ONNXNodeProto.operation("Conv", ["input", "w"], "output").with("strides", [0, 1]), "strides [0, 1]"),
    (
      ONNXNodeProto.operation("Conv", ["input", "w"], "output").with("dilations", [9, 9]), "reaches over 10"
    ),
    (ONNXNodeProto.operation("Conv", ["input", "w"], "output").with("dilations", [.max, 1]), "dilations"),
    (ONNXNodeProto.operation("Conv", ["input", "w"], "output").with("pads", [1, 1]), "pads [1, 1]"),
    (ONNXNodeProto.operation("Conv", ["input", "w"], "output").with("pads", [-1, 0, 0, 0]), "pads [-1"),
    (
      ONNXNodeProto.operation("Conv", ["input", "w"], "output").with("pads", [1 << 19, 1 << 19, 0, 0]),
      "too many"
    ),
    (ONNXNodeProto.operation("Conv", ["input", "w"], "output").with("auto_pad", "SOME"), "auto_pad SOME"),
    (.operation("MaxPool", ["input"], "output"), "kernel []"),
    (Window(kernel: [2, 2]).node("MaxPool", ["input"], "output").with("ceil_mode", 1), "ceil_mode 1"),
    (
      Window(kernel: [1, 1], pads: [1, 0, 0, 0]).node("MaxPool", ["input"], "output"), "lies in the padding"
    ),
    (.operation("GlobalAveragePool", ["w"], "output"), "is no image"),
    (.operation("Clip", ["input", "two", "one"], "output"), "exceeds the upper bound"),
    (.operation("Clip", ["input", "w"], "output"), "no single number"),
    (ONNXNodeProto.operation("ReduceMax", ["input"], "output").with("axes", [4]), "axes [4]"),
    (ONNXNodeProto.operation("Concat", ["input", "w"], "output").with("axis", 1), "shapes of Concat"),
    (ONNXNodeProto.operation("Gather", ["input", "w"], "output").with("axis", 4), "indices of Gather"),
    (ONNXNodeProto.operation("Slice", ["input"], "output").with("starts", [1]), "ranges of Slice"),
    (
      ONNXNodeProto.operation("Pad", ["input"], "output").with("pads", [0, 0, -1, 0, 0, 0, 0, 0]), "this Pad"
    ),
    (
      ONNXNodeProto.operation("Pad", ["input"], "output").with("pads", [0, 0, 9999, 9999, 0, 0, 0, 0]),
      "would make"
    ),
    (.operation("Max", ["w", "w", "input"], "output"), "joins two constants"),
    (.operation("Add", ["input", "four"], "output"), "do not fit"),
  ])
  func refusesMalformed(node: ONNXNodeProto, problem: String) throws {
    let malformed = model(
      [1, 2, 3, 3],
      [
        tensor("w", [2, 2, 2, 2], [Double](repeating: 1, count: 16)), tensor("one", [], [1]),
        tensor("two", [], [2]),
        tensor("four", [4], [1, 2, 3, 4]),
      ], [node])
    let error = try #require(throws: InputError.self) { try read(malformed) }
    #expect(error.place == "node \(node.opType) #0" && error.problem.contains(problem), "\(error)")
  }

  @Test func largeLayersAreRefusedAtOnce() throws {
    let error = try #require(throws: InputError.self) {
      try read(
        model(
          [1, 3, 100, 100], [tensor("w", [8, 3, 3, 3], [Double](repeating: 1, count: 216))],
          [.operation("Conv", ["input", "w"], "a"), .operation("Relu", ["a"], "output")]))
    }
    #expect(error.place == "node Relu #1" && error.problem.contains("more than 16777216 weights"))
  }

  @Test func everyChangedByteReadsOrThrows() throws {
    let data: Data = try model(
      [1, 1, 3, 3], [tensor("w", [2, 1, 2, 2], [1, -1, 2, 0.5, 1, 1, -2, 1])],
      [
        Window(kernel: [2, 2], pads: [1, 0, 0, 0]).node("Conv", ["input", "w"], "a"),
        .operation("Relu", ["a"], "h"), Window(kernel: [2, 2]).node("MaxPool", ["h"], "p"),
        ONNXNodeProto.operation("ReduceMax", ["p"], "output").with("axes", [1]),
      ]
    ).serializedBytes()
    for position in data.indices {
      for value in [0, 1, 2, 0x10, 0x7F, 0x80, 0xFF, data[position] ^ 1, data[position] &+ 1] as [UInt8] {
        var changed = data
        changed[position] = value
        _ = try? ONNXFormat.read(changed, name: "fuzz")
      }
    }
  }
}
