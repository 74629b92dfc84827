import CertificateKernel
import ExactArithmetic
import Foundation
import Networks
import ONNXNetworks
import TestSupport
import Testing

/// No bytes trap: a file is an instance, or unreadable with a reason.
@Suite struct MalformedInstanceTests {
  struct Sample: CustomTestStringConvertible, Sendable {
    let name: String
    let bytes: [UInt8]
    var testDescription: String { name }

    init(_ name: String, _ text: String) { self.init(name, Data(text.utf8)) }

    init(_ name: String, _ data: Data) {
      self.name = name
      bytes = [UInt8](data)
    }
  }

  static let samples: [Sample] = [
    Sample(
      "network.json",
      """
      {"name":"a\\u00e9","layers":[{"weights":[[1,-2.5e1]],"bias":["1/3"],"activation":"leaky-relu","slope":"0x1p-3"},
      {"weights":[[1],[0]]}],"domain":{"lower":[0,0],"upper":[1,2]}}
      """),
    Sample("level.json", "{\"kind\":\"lip-cst\",\"M1\":[[1,2],[3,4]],\"M2\":[[1,\"2/3\"]],\"ell\":3}"),
    Sample("cut.json", "{\"kind\":\"max-cut\",\"n\":3,\"edges\":[[0,1,1],[1,2,-2.5]],\"threshold\":2}"),
    Sample(
      "spins.json",
      "{\"kind\":\"ising\",\"n\":2,\"couplings\":[[0,1,1]],\"fields\":[1,2],\"sense\":\"maximize\"}"),
    Sample("bits.json", "{\"kind\":\"qubo\",\"n\":2,\"terms\":[[0,1,1],[1,1,3]]}"),
    Sample("concave.json", "{\"kind\":\"qcmh\",\"H\":[[2,-1],[-1,2]],\"c\":[1,0]}"),
    Sample("heaps.json", "{\"kind\":\"partition\",\"numbers\":[3,1,\"1/2\"]}"),
    Sample("a.mc", "# a graph\n3 2\n1 2 5\n2 3 -1.5\n"), Sample("a.sparse", "2 3\n1 1 4\n1 2 -3\n2 2 1\n"),
    Sample("a.qubo", "c note\np qubo 0 3 2 1\n0 0 1\n2 2 -1\n0 2 3\n"),
    Sample("a.bqp", "1\n2 2\n1 1 4\n1 2 -3\n"),
    Sample(
      "a.qplib", "name\nQBN\nminimize\n3\n2\n1 1 2\n3 1 -1\n0\n1\n2 5\n0\n1e30\n0\n0\n0\n0\n0\n0\n"),
    Sample(
      "a.nnet",
      "// a\n2,2,1,2,\n2,2,1,\n0,\n-1,-1,\n1,1,\n0.5,0,1,\n2,4,8,\n1,2,\n3,4,\n1,\n2,\n1,-1,\n0.5,\n"),
    Sample("a.onnx", onnx(seed: 3, leaky: false)), Sample("a.onnx", onnx(seed: 4, leaky: true)),
    Sample(
      "passing.json",
      """
      {"layers":[{"weights":[[1],[2],[3]],"activation":"abs","passing":[0,2]},{"weights":[[1,2,3],[1,0,1]],
      "activation":"maxmin"},{"weights":[[1,1]]}]}
      """),
    Sample(
      "sorted.json",
      """
      {"layers":[{"weights":[[1],[2],[3],[4]]},{"weights":[[1,2,3,5],[1,0,0,1]],"activation":"max-pool"},{"weights":[[1]]}],
      "activation":"group-sort","group":2}
      """),
    Sample("a.onnx", fixture("slopes")), Sample("a.onnx", fixture("max_min")),
    Sample("a.onnx", fixture("conv_1d")),
    Sample("a.onnx", fixture("normalized")),
  ]

  private static func fixture(_ name: String) -> Data {
    let url = Repository.root.appendingPathComponent(
      "Tests/ONNXNetworksTests/Fixtures/layered_\(name).onnx")
    return (try? Data(contentsOf: url)) ?? Data()
  }

  private static func onnx(seed: UInt64, leaky: Bool) -> Data {
    guard
      let network = try? MultilayerPerceptron.random(
        seed: seed, activation: { _ in leaky ? .leakyReLU(slope: 0.1) : .relu }),
      let data = try? ONNXFormat.write(network)
    else { return Data() }
    return data
  }

  /// Nil where the bytes are an instance.
  @discardableResult private func failure(_ bytes: [UInt8], _ name: String, kind: String? = nil)
    -> InstanceUnreadable?
  {
    do throws(InstanceUnreadable) {
      let instance = try Instance.read(bytes, name: name, kind: kind)
      #expect((instance.network == nil) != (instance.spins == nil))
      return nil
    } catch {
      #expect(!error.reason.isEmpty)
      return error
    }
  }

  @Test(arguments: samples) func samplesAreInstances(sample: Sample) {
    #expect(failure(sample.bytes, sample.name) == nil)
  }

  @Test(arguments: samples) func prefixesNeverTrap(sample: Sample) {
    for count in sample.bytes.indices { failure(Array(sample.bytes.prefix(count)), sample.name) }
  }

  @Test(arguments: samples) func mutationsNeverTrap(sample: Sample) {
    let isSmall = sample.bytes.count < 400
    for index in sample.bytes.indices {
      var mutated = sample.bytes
      let values =
        isSmall
        ? Array(0...255)
        : [0, 1, 2, 8, 10, 45, 48, 57, 127, 128, 255, mutated[index] ^ 1, mutated[index] ^ 0x80]
      for byte in values {
        mutated[index] = UInt8(byte)
        failure(mutated, sample.name)
      }
      var shortened = sample.bytes
      shortened.remove(at: index)
      failure(shortened, sample.name)
      failure(Array(sample.bytes[...index]) + Array(sample.bytes[index...]), sample.name)
    }
  }

  /// Any file under any name, of any kind.
  @Test(arguments: samples) func wrongEndingsNeverTrap(sample: Sample) {
    for other in Self.samples { failure(sample.bytes, other.name) }
    for kind in ["max-cut", "qubo", "ising", "network", "nonsense", ""] {
      failure(sample.bytes, sample.name, kind: kind)
      failure(sample.bytes, "file", kind: kind)
    }
  }

  @Test(arguments: [
    "", "/", ".", "..", "json", ".json", "a.", "G", "G1x", "G1.txt", "w0", "w01", "w01_", "pw0", "ising",
    "g05_", "bqp", "a/b/",
  ])
  func namesNeverTrap(name: String) {
    for bytes in [[], [0], Array("1 0\n".utf8), Array("{}".utf8)] { failure(bytes, name) }
  }

  static let nonsense: [Sample] = [
    Sample("a.json", "{\"kind\":\"max-cut\",\"n\":1000001,\"edges\":[]}"),
    Sample("a.json", "{\"kind\":\"max-cut\",\"n\":99999999999999999999,\"edges\":[]}"),
    Sample("a.json", "{\"kind\":\"max-cut\",\"n\":1e300,\"edges\":[]}"),
    Sample("a.json", "{\"kind\":\"max-cut\",\"n\":-1,\"edges\":[]}"),
    Sample("a.json", "{\"kind\":\"max-cut\",\"n\":2.5,\"edges\":[]}"),
    Sample("a.json", "{\"kind\":\"max-cut\",\"n\":0,\"edges\":[[0,1,1]]}"),
    Sample("a.json", "{\"kind\":\"max-cut\",\"n\":2,\"edges\":[[0,0,1]]}"),
    Sample("a.json", "{\"kind\":\"max-cut\",\"n\":2,\"edges\":[[0,1,1],[1,0,1]]}"),
    Sample("a.json", "{\"kind\":\"qcmh\",\"H\":[[1,2],[2,1]]}"),
    Sample("a.json", "{\"kind\":\"qcmh\",\"H\":[[1,2],[3,9]]}"),
    Sample("a.json", "{\"kind\":\"qcmh\",\"H\":[[0,1],[1,0]]}"),
    Sample("a.json", "{\"kind\":\"qcmh\",\"H\":[[-1]]}"),
    Sample("a.json", "{\"kind\":\"qcmh\",\"H\":[[1,1]]}"), Sample("a.json", "{\"kind\":\"milp\"}"),
    Sample("a.json", "{\"kind\":\"partition\",\"numbers\":[\(String(repeating: "1,", count: 2000))1]}"),
    Sample("a.json", "{\"kind\":\"ising\",\"n\":1,\"couplings\":[],\"sense\":\"up\"}"),
    Sample("a.json", "{\"layers\":[]}"), Sample("a.json", "{\"layers\":[{\"weights\":[]}]}"),
    Sample("a.json", "{\"layers\":[{\"weights\":[[]]}]}"),
    Sample("a.json", "{\"layers\":[{\"weights\":[[1]]},{\"weights\":[[1,2]]}],\"activation\":\"relu\"}"),
    Sample("a.json", "{\"layers\":[{\"weights\":[[1]]},{\"weights\":[[1]]}],\"activation\":\"tanh\"}"),
    Sample(
      "a.json", "{\"layers\":[{\"weights\":[[1]]},{\"weights\":[[1]]}],\"activation\":\"relu\",\"slope\":0}"),
    Sample("a.json", "{\"layers\":[{\"weights\":[[1]]},{\"weights\":[[1]]}]}"),
    Sample("a.json", "{\"layers\":[{\"weights\":[[1]],\"activation\":\"relu\"}]}"),
    Sample("a.json", "{\"layers\":[{\"weights\":[[1]]}],\"domain\":{\"lower\":[2],\"upper\":[1]}}"),
    Sample("a.json", "{\"layers\":[{\"weights\":[[1]]}],\"layers\":[{\"weights\":[[2]]}]}"),
    Sample("a.json", "{\"layers\":[{\"weights\":[[\(String(repeating: "9", count: 10_001))]]}]}"),
    Sample("a.json", "{\"layers\":[{\"weights\":[[1e999999999999999999999]]}]}"),
    Sample("a.json", "{\"layers\":[{\"weights\":[[NaN]]}]}"),
    Sample("a.json", "{\"layers\":[{\"weights\":[[Infinity]]}]}"),
    Sample("a.json", "{\"layers\":[{\"weights\":[[\"0x1p9223372036854775807\"]]}]}"),
    Sample("a.json", String(repeating: "[", count: 100_000)),
    Sample("a.json", String(repeating: "{\"a\":", count: 100_000)),
    Sample("a.json", "{\"a\":\"\\ud800\\ud800\"}"), Sample("a.json", "[1]"), Sample("a.json", "{} {}"),
    Sample("a.mc", "1000001 0\n"), Sample("a.mc", "99999999999999999999 1\n"),
    Sample("a.mc", "3 99999999999\n1 2 1\n"),
    Sample("a.mc", "3 1\n1 4 1\n"), Sample("a.mc", "3 1\n0 1 1\n"), Sample("a.mc", "3 1\n1 1 1\n"),
    Sample("a.mc", "3 1\n1 2 nan\n"),
    Sample("a.mc", "3 1\n1 2 1e400\n"), Sample("a.mc", "3 1\n1 2 0x1p3\n"),
    Sample("a.mc", "3 2\n1 2 1\n2 1 1\n"),
    Sample("a.mc", "3 1\n1 2 1\n2 3 1\n"), Sample("a.mc", "3\n"), Sample("a.mc", "\n\n"),
    Sample("a.mc", "3 1\n1 2 3 4\n"),
    Sample("a.qubo", "p qubo 0 2 1099511627775 1099511627775\n0 0 1\n"),
    Sample("a.qubo", "p qubo 0 2 1 1\n0 0 1\n1 1 1\n"),
    Sample("a.bqp", "2\n1 0\n1 0\n"), Sample("a.bqp", "0\n"), Sample("a.qplib", "n\nQCN\nminimize\n"),
    Sample("a.qplib", "n\nQBL\nminimize\n1\n0\n0\n0\n0\n"),
    Sample("a.nnet", "1,1,1,1,\n1,999999999,\n0\n0\n0\n0\n0\n1\n"),
    Sample("a.nnet", "9999999999999999999,1,1,1,\n1,1,\n"),
    Sample("a.nnet", "1,1,1,1,\n1,1,\n0\n0\n0\n0,0\n0,1\n1\n1\n"),
    Sample("a.nnet", "1,1,1,1,\n1,1,\n0\n0\n0\n0\n0\ninf\n1\n"),
    Sample("a.nnet", "1,1,1,1,\n1,1,\n0\n0\n0\n0\n0\nnan\n1\n"),
    Sample("a.nnet", "1,1,1,1,\n1,1,\n0\nnan\n0\n1\n1\n1\n1\n"), Sample("a.nnet", "0,0,\n0\n"),
    Sample("a.onnx", Data([0x3A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01])),
    Sample("a.onnx", Data(repeating: 0xFF, count: 40)), Sample("a.onnx", Data([0x3A, 0x00])),
    Sample("a.onnx", Data([0x3B])),
  ]

  @Test(arguments: nonsense) func nonsenseIsRefused(sample: Sample) {
    let error = failure(sample.bytes, sample.name)
    #expect(error != nil, "\(String(decoding: sample.bytes.prefix(80), as: UTF8.self))")
    #expect(error?.reason.contains(";") == true, "\(error?.description ?? "")")
  }

  /// Many fractions without a common denominator would need their product.
  @Test func denominatorsAreBounded() {
    let fractions = (0..<200).map { "\"1/1\(String(repeating: "0", count: 990))\(2 * $0 + 1)\"" }.joined(
      separator: ",")
    #expect(failure(Array("{\"layers\":[{\"weights\":[[\(fractions)]]}]}".utf8), "a.json") != nil)
  }

  @Test func placesAreNamed() {
    #expect(failure(Array("{\n\"kind\":\n!".utf8), "a.json")?.place == "line 3")
    #expect(failure(Array("2 1\n# note\n1 9 1\n".utf8), "a.mc")?.place == "line 3")
    let network = "{\"layers\":[{\"weights\":[[1,true]]}]}"
    #expect(failure(Array(network.utf8), "a.json")?.place == "layers[0].weights[0][1]")
  }

  @Test func kindsAreChecked() throws {
    let graph = Array("2 1\n1 2\n".utf8)
    #expect(try Instance.read(graph, name: "graph", kind: "max-cut").spins?.constant == Rational(1, 2))
    #expect(failure(graph, "graph") != nil)
    #expect(failure(graph, "a.mc", kind: "qubo") != nil)
    let level = Array("{\"kind\":\"lip-cst\",\"M1\":[[1]],\"M2\":[[1]]}".utf8)
    #expect(failure(level, "a.json", kind: "network") == nil)
    #expect(failure(level, "a.json", kind: "ising") != nil)
    #expect(failure(Array("{\"n\":1,\"edges\":[]}".utf8), "a.json", kind: "max-cut") == nil)
  }
}
