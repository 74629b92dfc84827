import BigInt
import CertificateKernel
import ExactArithmetic
import Foundation
import LinearAlgebra
import Networks
import ONNXNetworks
import Problems
import RandomNumbers
import Reductions
import TestSupport
import Testing

/// The kernel's own reading of a file against the solver's.
@Suite struct InstanceFormatTests {
  // MARK: The repository's instances

  @Test func problemsOfTheRepositoryMeanTheSame() throws {
    var kinds: Set<String> = []
    for url in try Repository.files(in: "instances/problems", ending: "json") {
      guard try ProblemFile.kind(ofFile: url.path) != nil else {
        try expectSameNetwork(url)
        continue
      }
      let expected = try ProblemFile.read(url.path)
      let instance = try Instance.read([UInt8](Data(contentsOf: url)), name: url.path)
      try expectSame(instance, expected, url.lastPathComponent)
      kinds.insert(instance.kind)
    }
    #expect(kinds == ["ising", "lip-cst", "max-cut", "partition", "qcmh", "qubo"])
  }

  @Test(arguments: ["json", "onnx", "nnet"]) func networksOfTheRepositoryMeanTheSame(ending: String) throws {
    let files = try Repository.files(in: "instances/networks", ending: ending)
    #expect(files.count >= 10)
    for url in files { try expectSameNetwork(url) }
  }

  @Test func wideNetworksMeanTheSame() throws {
    for url in try Repository.files(in: "instances/networks/wide", ending: "json") {
      try expectSameNetwork(url)
    }
  }

  /// Of the exporters' files, those that the kernel reads mean the same up to the solver's rounding; the rest is refused
  /// with the way out.
  @Test func exportersFilesMeanTheSameOrAreRefused() throws {
    var read = 0
    for url in try Repository.files(in: "Tests/ONNXNetworksTests/Fixtures", ending: "onnx") {
      let bytes = try Data(contentsOf: url)
      let instance: Instance
      do throws(InstanceUnreadable) {
        instance = try Instance.read([UInt8](bytes), name: url.path)
      } catch {
        #expect(error.reason.contains("lipbench convert"), "\(url.lastPathComponent): \(error)")
        continue
      }
      read += 1
      let network = try #require(instance.network)
      let expected = try ONNXFormat.read(bytes, name: "", directory: url.deletingLastPathComponent())
      #expect(network.layers.count == expected.layers.count)
      for (layer, other) in zip(network.layers, expected.layers) {
        #expect(layer.rows == other.weights.rows && layer.columns == other.weights.columns)
        for (a, b) in zip(layer.weights + layer.bias, other.weights.elements + other.bias) {
          #expect(
            abs(Rational(a, layer.denominator).approximation - b) <= 1e-12 * (1 + abs(b)),
            "\(url.lastPathComponent)")
        }
      }
      if expected.notes.isEmpty { expectSame(network, expected, url.lastPathComponent) }
    }
    #expect(read >= 16)
  }

  // MARK: Random instances

  @Test(arguments: 0..<60) func randomNetworksMeanTheSame(seed: UInt64) throws {
    let isFloat32 = seed % 2 == 0
    let network = try MultilayerPerceptron.random(seed: seed) { generator in
      let slope = Double.random(in: -0.5...1.5, using: &generator)
      return seed % 3 == 0 ? .relu : .leakyReLU(slope: isFloat32 ? Double(Float(slope)) : slope)
    } number: {
      let number = $0.gaussian()
      return isFloat32 ? Double(Float(number)) : number * 1e-7
    }
    var boxed = network
    boxed.inputBox = InputBox(
      lower: network.layers[0].weights.row(0).map { $0 - 1 },
      upper: network.layers[0].weights.row(0).map { $0 + 2 })
    let fromJSON = try read(JSONFormat.write(boxed), "a.json")
    expectSame(try #require(fromJSON.network), boxed, "json \(seed)")
    let fromONNX = try read(ONNXFormat.write(network), "a.onnx")
    expectSame(try #require(fromONNX.network), network, "onnx \(seed)")
    if seed % 3 == 0 {
      let fromNNet = try read(NNetFormat.write(boxed), "a.nnet")
      expectSame(try #require(fromNNet.network), boxed, "nnet \(seed)")
    }
  }

  @Test(arguments: 0..<120) func randomProblemsMeanTheSame(seed: UInt64) throws {
    var random = RandomInstances(seed: seed)
    for problem in try random.everyKind() {
      let threshold: Rational? = seed % 2 == 0 ? random.number().magnitude : nil
      let written = ProblemInstance(name: "random", problem: problem, threshold: threshold)
      let data = try ProblemJSONFormat.write(written)
      try expectSame(read(data, "a.json"), written, "json \(seed)")
    }
    random.isDouble = true
    let cut = random.maxCut()
    for name in ["a.mc", "a.rud", "b/a.RUDY", "G12", "g05_60.5", "pw01_100.0", "a.txt"] {
      let instance = try read(RudyFormat.write(cut), name, kind: name == "a.txt" ? "max-cut" : nil)
      try expectSame(instance, ProblemInstance(name: "", problem: cut), "\(name) \(seed)")
    }
    let (least, largest) = (random.qubo(.minimize), random.qubo(.maximize))
    let files: [(Data, String, QUBO)] = [
      (try BiqMacSparseFormat.write(least), "a.sparse", least),
      (try QBSolvFormat.write(least), "a.qubo", least),
      (try ORLibraryFormat.write(largest), "a.bqp", largest),
      (try ORLibraryFormat.write(largest), "bqp50", largest),
      (try QPLIBFormat.write(least, name: "a"), "a.qplib", least),
      (try QPLIBFormat.write(largest, name: "a"), "a.qplib", largest),
    ]
    for (data, name, problem) in files {
      try expectSame(read(data, name), ProblemInstance(name: "", problem: problem), "\(name) \(seed)")
    }
  }

  // MARK: Numbers

  @Test func numbersMeanWhatTheDocumentationSays() throws {
    func bias(_ text: String) throws -> Rational {
      let json = "{\"layers\": [{\"weights\": [[1]], \"bias\": [\(text)]}]}"
      let layer = try #require(read(Data(json.utf8), "a.json").network?.layers.first)
      return Rational(layer.bias[0], layer.denominator)
    }
    #expect(try bias("0.1") == Rational(0.1))
    #expect(try bias("\"1/3\"") == Rational(1, 3))
    #expect(try bias("\"-22/7\"") == Rational(-22, 7))
    #expect(try bias("\"0x1.8p-3\"") == Rational(0.1875))
    #expect(try bias("\"-0x.8\"") == Rational(-1, 2))
    #expect(
      try bias("123456789012345678901234567891") == Rational(BigInt("123456789012345678901234567891"), 1))
    #expect(try bias("1e-400") == 0)
    #expect(try bias("-0") == 0)
    #expect(try bias("5e-324") == Rational(Double.leastNonzeroMagnitude))
    for text in [
      "1e400", "NaN", "\"inf\"", "\"1/0\"", "\"0x1p5000\"", "01", "1.", ".5", "\"0.5\"", "null", "\"1/-3\"",
    ] {
      #expect(throws: InstanceUnreadable.self, "\(text)") { try bias(text) }
    }
  }

  @Test func levelsAreSquaredExactly() throws {
    func threshold(_ level: String) throws -> Rational? {
      try read(Data("{\"kind\": \"lip-cst\", \"M1\": [[1]], \"M2\": [[1]]\(level)}".utf8), "a.json").threshold
    }
    #expect(try threshold(", \"ell\": \"1/3\"") == Rational(1, 9))
    #expect(try threshold(", \"ell\": 0.1") == Rational(0.1).squared)
    #expect(try threshold(", \"ellSquared\": 2") == 2)
    #expect(try threshold("") == nil)
    #expect(throws: InstanceUnreadable.self) { try threshold(", \"ell\": -1") }
    #expect(throws: InstanceUnreadable.self) { try threshold(", \"ell\": 1, \"ellSquared\": 1") }
  }

  /// The normalisation in fractions, against the function that the file describes, evaluated exactly.
  @Test(arguments: 0..<60) func normalisationIsExact(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    let network = try MultilayerPerceptron.random(seed: seed)
    func numbers(_ count: Int) -> [Double] { (0..<count).map { _ in generator.gaussian() * 3 + 0.1 } }
    let hasOutput = seed % 4 != 0
    let (means, ranges) = (
      numbers(network.inputs + (hasOutput ? 1 : 0)), numbers(network.inputs + (hasOutput ? 1 : 0))
    )
    var lines = String(decoding: try NNetFormat.write(network), as: UTF8.self).split(separator: "\n").map(
      String.init)
    lines[6] = means.map(\.description).joined(separator: ",")
    lines[7] = ranges.map(\.description).joined(separator: ", ")
    let text = Data(lines.joined(separator: seed % 2 == 0 ? "\n" : "\r\n").utf8)
    let exact = try #require(read(text, "a.nnet").network)
    let exactMeans = means.map { Rational($0) }
    let exactRanges = ranges.map { Rational($0) }
    for _ in 0..<5 {
      let x = (0..<network.inputs).map { _ in Rational(generator.gaussian()) }
      var expected = (0..<network.inputs).map { (x[$0] - exactMeans[$0]) / exactRanges[$0] }
      for (index, layer) in network.layers.enumerated() {
        expected = (0..<layer.weights.rows).map { i in
          zip(layer.weights.row(i), expected).reduce(Rational(layer.bias[i])) { $0 + Rational($1.0) * $1.1 }
        }
        if index < network.activations.count { expected = expected.map { max($0, 0) } }
      }
      if hasOutput {
        expected = expected.map { $0 * exactRanges[network.inputs] + exactMeans[network.inputs] }
      }
      #expect(evaluate(exact, x) == expected)
    }
    // Where the solver folds it without rounding, both readings are one.
    let folded = try NNetFormat.read(text, name: "")
    for (layer, other) in zip(exact.layers, folded.layers) {
      for (a, b) in zip(layer.weights + layer.bias, other.weights.elements + other.bias) {
        #expect(abs(Rational(a, layer.denominator).approximation - b) <= 1e-9 * (1 + abs(b)))
      }
    }
  }

  @Test(arguments: 0..<60) func quadraticUpperBoundIsTheFreeMaximum(seed: UInt64) throws {
    var random = RandomInstances(seed: seed)
    let problem = seed % 2 == 0 ? random.lipCST(outputs: 1) : random.lipCST(inputs: 1)
    let network = try #require(
      read(ProblemJSONFormat.write(ProblemInstance(name: "", problem: problem)), "a.json").network)
    let form = try #require(network.quadraticUpperBound())
    #expect(form.maximizes && !form.isSquare && form.spins == problem.variables)
    for pattern in problem.allSolutions {
      #expect(value(of: form, pattern.map { 2 * $0 - 1 }) == problem.value(of: pattern))
    }
    let deep = Data("{\"layers\": [{\"weights\": [[1]]}]}".utf8)
    #expect(try read(deep, "a.json").network?.quadraticUpperBound() == nil)
    let leaky =
      "{\"layers\": [{\"weights\": [[1]]}, {\"weights\": [[1]]}], \"activation\": \"leaky-relu\", \"slope\": 0.5}"
    #expect(try read(Data(leaky.utf8), "a.json").network?.quadraticUpperBound() == nil)
  }
}
