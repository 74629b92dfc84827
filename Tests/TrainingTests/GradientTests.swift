import ComputationGraphs
import LinearAlgebra
import RandomNumbers
import Testing
import Training

@Suite("Gradients by parameters")
struct GradientTests {
  private static func sample(_ shape: [Int], _ random: inout SplitMix64) -> Tensor {
    Tensor(shape: shape, elements: (0..<shape.reduce(1, *)).map { _ in random.gaussian() })
  }

  /// ⟨cotangent, f⟩ after one parameter moves by h.
  private static func value(
    _ graph: ComputationGraph, _ node: Int, _ moved: Tensor, at x: Tensor, _ cotangent: Tensor
  ) -> Double {
    var copy = graph
    copy.replace(constant: node, with: moved)
    return zip(copy(x).elements, cotangent.elements).reduce(0) { $0 + $1.0 * $1.1 }
  }

  @Test("Reverse accumulation agrees with differences", arguments: ["5,4", "c3s2,c2,4", "c2k5"], [1, 2])
  func differences(layers: String, batch: Int) throws {
    var random = SplitMix64(seed: 3)
    let model = try Model(try Architecture(layers), sampleShape: [2, 6, 5], outputs: 3, seed: 1)
    let (graph, nodes) = model.graph(batch: batch)
    let x = Self.sample([batch, 2, 6, 5], &random)
    let cotangent = Self.sample([batch, 3], &random)
    let gradients = graph.gradients(by: nodes, graph.values(at: x), cotangent: cotangent)
    #expect(gradients.map(\.shape) == model.parameters.map(\.shape))
    let h = 1e-6
    for (place, node) in nodes.enumerated() {
      let own = model.parameters[place]
      for index in stride(from: 0, to: own.elements.count, by: 1 + own.elements.count / 7) {
        var (up, down) = (own, own)
        up.elements[index] += h
        down.elements[index] -= h
        let slope =
          (Self.value(graph, node, up, at: x, cotangent) - Self.value(graph, node, down, at: x, cotangent))
          / (2 * h)
        #expect(
          abs(gradients[place].elements[index] - slope) < 1e-6 * max(1, abs(slope)), "\(place) \(index)")
      }
    }
  }

  @Test("The gradient by the input is the one of before")
  func input() throws {
    var random = SplitMix64(seed: 4)
    let model = try Model(try Architecture("4,4"), sampleShape: [3], outputs: 2, seed: 2)
    let (graph, nodes) = model.graph(batch: 1)
    let x = Self.sample([1, 3], &random)
    let cotangent = Self.sample([1, 2], &random)
    let both = graph.gradients(by: [0] + nodes, graph.values(at: x), cotangent: cotangent)
    #expect(both[0] == graph.vectorJacobianProduct(at: x, cotangent: cotangent))
  }

  @Test("A kernel's gradient is the plain sum, whatever strides, dilations, padding and groups")
  func kernel() {
    var random = SplitMix64(seed: 5)
    for (stride, dilation, padding, groups) in [(1, 1, 0, 1), (2, 1, 1, 1), (1, 2, 2, 2), (3, 2, 1, 2)] {
      let vertical = Convolution.Axis(
        input: 9, kernel: 3, stride: stride, dilation: dilation, padding: (padding, 0))
      let horizontal = Convolution.Axis(
        input: 7, kernel: 2, stride: stride, dilation: dilation, padding: (0, padding))
      let map = Convolution(
        kernel: (0..<4 * (4 / groups) * 6).map { _ in random.gaussian() }, inputChannels: 4,
        outputChannels: 4,
        vertical: vertical, horizontal: horizontal, groups: groups)
      let samples = 3
      let x = (0..<samples * map.inputCount).map { _ in random.gaussian() }
      let y = (0..<samples * map.outputCount).map { _ in random.gaussian() }
      let gradient = map.kernelGradient(x, y, samples: samples)
      // ⟨y, K x⟩ is linear in the kernel: its value at a unit kernel is the gradient's entry.
      for index in map.kernel.indices {
        let unit = Convolution(
          kernel: map.kernel.indices.map { $0 == index ? 1 : 0 }, inputChannels: 4, outputChannels: 4,
          vertical: vertical, horizontal: horizontal, groups: groups)
        let sum = (0..<samples).reduce(0.0) { total, sample in
          let image = unit.apply(Array(x[sample * map.inputCount..<(sample + 1) * map.inputCount]))
          let own = y[sample * map.outputCount..<(sample + 1) * map.outputCount]
          return total + zip(image, own).reduce(0) { $0 + $1.0 * $1.1 }
        }
        #expect(abs(gradient[index] - sum) < 1e-12 * max(1, abs(sum)) * 50)
      }
    }
  }

  @Test("The losses' gradients agree with differences", arguments: Loss.allCases)
  func losses(loss: Loss) {
    var random = SplitMix64(seed: 6)
    let outputs = (0..<12).map { _ in 3 * random.gaussian() }
    var targets = [DataSet.Targets.classes([2, 0, 1, 1], count: 3)]
    if loss == .meanSquaredError {
      targets.append(.values((0..<12).map { _ in random.gaussian() }, outputs: 3))
    }
    for target in targets {
      let gradient = loss.sum(outputs, target).gradient
      for index in outputs.indices {
        var (up, down) = (outputs, outputs)
        up[index] += 1e-6
        down[index] -= 1e-6
        let slope = (loss.sum(up, target).value - loss.sum(down, target).value) / 2e-6
        #expect(abs(gradient[index] - slope) < 1e-7)
      }
    }
  }

  @Test("The cross entropy of scores far apart neither overflows nor vanishes")
  func extremeScores() {
    let (value, gradient) = Loss.crossEntropy.sum([1000, -1000], .classes([1], count: 2))
    #expect(value == 2000)
    #expect(gradient == [1, -1])
    #expect(Loss.accuracy([1000, -1000, 0, 1], .classes([1, 1], count: 2)) == 0.5)
    #expect(Loss.accuracy([1, 2], .values([1, 2], outputs: 1)) == nil)
  }
}
