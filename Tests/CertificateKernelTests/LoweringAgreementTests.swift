import BigInt
import CertificateKernel
import ExactArithmetic
import Foundation
import LinearAlgebra
import Networks
import ONNXNetworks
import RandomNumbers
import Testing

/// Networks with branches, maxima and sorts become the same layers with the same units in both readings.
@Suite struct LoweringAgreementTests {
  /// Layers of small integers with activations of every kind.
  private static func network(seed: UInt64) -> String {
    var generator = SplitMix64(seed: seed)
    func list(_ count: Int) -> [Int] { (0..<count).map { _ in Int.random(in: -2...2, using: &generator) } }
    var layers: [String] = []
    var inputs = Int.random(in: 1...3, using: &generator)
    for _ in 0..<Int.random(in: 1...3, using: &generator) {
      let group = Int.random(in: 1...5, using: &generator)
      let width = group * Int.random(in: 1...2, using: &generator)
      let rows = (0..<width).map { _ in list(inputs) }
      var activation = ["\"relu\"", "\"abs\"", "\"leaky-relu\", \"slope\": 0.5"][
        Int.random(in: 0..<3, using: &generator)]
      inputs = width
      switch Int.random(in: 0..<5, using: &generator) {
      case 0: activation = "\"group-sort\", \"group\": \(group)"
      case 1:
        activation = "\"max-pool\", \"group\": \(group)"
        inputs = width / group
      case 2 where width % 2 == 0: activation = "\"maxmin\""
      default:
        let passing = (0..<width).filter { _ in Int.random(in: 0..<3, using: &generator) == 0 }
        activation += ", \"passing\": \(passing)"
      }
      layers.append("{\"weights\": \(rows), \"bias\": \(list(width)), \"activation\": \(activation)}")
    }
    layers.append("{\"weights\": \((0..<2).map { _ in list(inputs) })}")
    return "{\"layers\": [\(layers.joined(separator: ",\n"))]}"
  }

  @Test(arguments: 0..<80 as Range<UInt64>) func randomNetworksAreTheSame(seed: UInt64) throws {
    let text = Data(Self.network(seed: seed).utf8)
    let expected = try JSONFormat.read(text, name: "n")
    let network = try #require(try read(text, "n.json").network)
    expectSame(network, expected, "\(seed)")
    for _ in 0..<4 {
      let x = (0..<expected.inputs).map { Int($0 + Int(seed)) % 7 - 3 }
      #expect(
        evaluate(network, x.map { Rational($0) }) == expected(x.map { Double($0) }).map { Rational($0) })
    }
    // What the solver writes is the same network, too.
    let written = try #require(try read(JSONFormat.write(expected), "n.json").network)
    expectSame(written, expected, "\(seed)")
    guard let data = try? ONNXFormat.write(expected) else { return }
    let fromONNX = try #require(try read(data, "n.onnx").network)
    expectSame(fromONNX, expected, "\(seed)")
  }

  /// Comparisons of constants alone make no unit.
  static let constants = [
    #"{"activation":"maxmin","layers":[{"weights":[[0],[0]],"bias":[2,5]},{"weights":[[1,10]]}]}"#,
    #"{"activation":"group-sort","group":3,"layers":[{"weights":[[0],[0],[0]],"bias":[2,5,1]},{"weights":[[1,10,100]]}]}"#,
    #"{"activation":"max-pool","group":2,"layers":[{"weights":[[0,0],[0,0]]},{"weights":[[3],[0]]},{"weights":[[1]]}]}"#,
    #"{"activation":"maxmin","layers":[{"weights":[[0],[0]],"bias":[2,5]},{"weights":[[1,1]],"activation":"relu"},{"weights":[[7]]}]}"#,
  ]

  @Test("A layer left without units has a passing one of zeros", arguments: constants)
  func constantLayersAreTheSame(text: String) throws {
    let expected = try JSONFormat.read(Data(text.utf8), name: "n")
    let network = try #require(try read(Data(text.utf8), "n.json").network)
    expectSame(network, expected, text)
    #expect(expected.hiddenWidths[0] == 1 && expected.passing[0] == [0])
    #expect(expected.layers[0].weights.elements.allSatisfy { $0 == 0 } && expected.layers[0].bias == [0])
    let written = try #require(try read(JSONFormat.write(expected), "n.json").network)
    expectSame(written, expected, text)
    let x = [Double](repeating: 3, count: expected.inputs)
    #expect(evaluate(network, x.map { Rational($0) }) == expected(x).map { Rational($0) })
  }

  @Test(arguments: [
    "average", "clips", "conv_1d", "max_min", "max_pool", "normalized", "residual", "slopes",
  ])
  func fixturesAreTheSame(name: String) throws {
    let url = Repository.root.appendingPathComponent(
      "Tests/ONNXNetworksTests/Fixtures/layered_\(name).onnx")
    let expected = try ONNXFormat.read(Data(contentsOf: url), name: "n")
    #expect(expected.notes == [])
    try expectSameNetwork(url)
  }

  @Test(arguments: [
    ("[1], \"activation\": \"maxmin\"", "do not divide"), ("[1], \"activation\": \"group-sort\"", "no group"),
    ("[1], \"activation\": \"max-pool\", \"group\": 2", "no such integer"),
    ("[1], \"activation\": \"max-pool\", \"group\": 0", "do not divide"),
    ("[1], \"activation\": \"relu\", \"group\": 1", "beside a group"),
    ("[1], \"activation\": \"maxmin\", \"slope\": 1", "beside a slope"),
    ("[1], \"activation\": \"relu\", \"passing\": [1]", "no such integer"),
    ("[1], \"activation\": \"relu\", \"passing\": [0, 0]", "stands twice"),
    ("[1], \"activation\": \"max-pool\", \"group\": 1, \"passing\": []", "no passing units"),
  ])
  func refusesMalformed(_ row: String, _ reason: String) {
    let text = "{\"layers\": [{\"weights\": [\(row)}, {\"weights\": [[1]]}]}"
      .replacingOccurrences(of: "[[1],", with: "[[1]],")
    let error = #expect(throws: InstanceUnreadable.self) { try read(Data(text.utf8), "n.json") }
    #expect(error?.reason.contains(reason) == true, "\(String(describing: error))")
  }

  /// Keys of a hidden layer, of the last layer and of the network, and where something is wrong.
  static let keys: [(layer: String, last: String, root: String, place: String?)] = [
    (#""slope":0.5"#, "", #""activation":"leaky-relu""#, nil),
    (#""slope":0.5"#, "", #""activation":"leaky-relu","slope":2"#, nil),
    (#""group":2"#, "", #""activation":"group-sort""#, nil),
    (#""activation":"leaky-relu""#, "", #""slope":2"#, nil),
    (#""activation":"max-pool""#, "", #""group":1"#, nil),
    (#""activation":"leaky-relu""#, "", #""activation":"relu","slope":2"#, nil),
    (#""activation":"relu""#, "", #""activation":"leaky-relu","slope":2"#, nil),
    (#""slope":0.5"#, "", #""activation":"relu""#, "layers[0].slope"),
    (#""group":2"#, "", #""activation":"relu""#, "layers[0].group"),
    (#""group":2"#, "", #""activation":"maxmin""#, "layers[0].group"),
    (#""slope":0.5"#, "", #""activation":"group-sort","group":2"#, "layers[0].slope"),
    (#""activation":"abs","slope":0.5"#, "", "", "layers[0].slope"),
    ("", "", #""activation":"relu","slope":2"#, "slope"), ("", "", #""activation":"abs","group":2"#, "group"),
    (#""activation":"relu""#, "", #""slope":2"#, "slope"),
    (#""activation":"relu""#, "", #""activation":"abs","group":2"#, "group"),
    (#""activation":"leaky-relu","slope":2"#, "", #""slope":2"#, "slope"),
    ("", #""slope":2"#, #""activation":"relu""#, "layers[1].slope"),
    ("", #""activation":"none","group":2"#, #""activation":"relu""#, "layers[1].group"),
    ("", #""slope":2"#, #""activation":"leaky-relu","slope":2"#, "layers[1].slope"),
  ]

  @Test(
    "A key is read from the layer, then from the network, and none stands there for nothing", arguments: keys)
  func readsKeys(_ layer: String, _ last: String, _ root: String, _ place: String?) throws {
    func comma(_ text: String) -> String { text.isEmpty ? "" : ", \(text)" }
    let text =
      #"{"layers": [{"weights": [[1], [-2]]\#(comma(layer))}, {"weights": [[1, 3]]\#(comma(last))}]\#(comma(root))}"#
    let data = Data(text.utf8)
    if let place {
      let error = #expect(throws: InputError.self) { try JSONFormat.read(data, name: "n") }
      #expect(error?.place == place, "\(text): \(String(describing: error))")
      let refusal = #expect(throws: InstanceUnreadable.self) { try read(data, "n.json") }
      #expect(refusal?.place == place, "\(text): \(String(describing: refusal))")
    } else {
      let network = try #require(try read(data, "n.json").network)
      expectSame(network, try JSONFormat.read(data, name: "n"), text)
    }
  }
}
