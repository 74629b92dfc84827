import BigInt
import CertificateKernel
import ExactArithmetic
import Foundation
import LinearAlgebra
import Networks
import ONNXNetworks
import Problems
import RandomNumbers
import Testing

/// Files that a hand or a disk has changed in one byte: where both programs still read one, it means the same to both.
/// Otherwise a certificate could be right about another question than the user's.
@Suite struct ReadingAgreementTests {
  private enum Reading {
    case problem(ProblemInstance)
    case network(MultilayerPerceptron)
  }

  private static func solverReading(_ data: Data, _ name: String) throws -> Reading {
    switch name.split(separator: ".").last {
    case "mc": return .problem(ProblemInstance(name: "", problem: try RudyFormat.read(data)))
    case "sparse": return .problem(ProblemInstance(name: "", problem: try BiqMacSparseFormat.read(data)))
    case "qubo": return .problem(ProblemInstance(name: "", problem: try QBSolvFormat.read(data)))
    case "bqp": return .problem(ProblemInstance(name: "", problem: try ORLibraryFormat.read(data)))
    case "qplib": return .problem(ProblemInstance(name: "", problem: try QPLIBFormat.read(data).problem))
    case "nnet": return .network(try NNetFormat.read(data, name: ""))
    case "onnx": return .network(try ONNXFormat.read(data, name: ""))
    default:
      guard try ProblemJSONFormat.kind(of: data) != nil else {
        return .network(try JSONFormat.read(data, name: ""))
      }
      return .problem(try ProblemJSONFormat.read(data, name: ""))
    }
  }

  /// Whether the solver noted that it rounded; integers beyond 2⁵³ it rounds without a note.
  private static func isRounded(_ network: MultilayerPerceptron) -> Bool {
    network.notes.contains { $0.contains("rounding") || $0.contains("nearest double") }
      || network.layers.contains { ($0.weights.elements + $0.bias).contains { abs($0) >= 0x1p53 } }
  }

  private static func areSame(_ network: ExactNetwork, _ other: MultilayerPerceptron) -> Bool {
    network.layers.count == other.layers.count
      && zip(network.layers, other.layers).allSatisfy { layer, other in
        layer.rows == other.weights.rows && layer.columns == other.weights.columns
          && zip(layer.weights + layer.bias, other.weights.elements + other.bias).allSatisfy {
            exact, double in
            Rational(exact, layer.denominator) == Rational(double)
          }
      } && network.slopes.map(\.off) == other.activations.map { Rational($0.negativeSlope) }
      && network.passing == other.passing
      && network.box?.map(\.lower) == other.inputBox?.lower.map { Rational($0) }
      && network.box?.map(\.upper) == other.inputBox?.upper.map { Rational($0) }
  }

  private static func areSame(_ instance: Instance, _ other: ProblemInstance) -> Bool {
    guard instance.kind == other.problem.kind.rawValue, instance.threshold == other.threshold else {
      return false
    }
    if let problem = other.problem as? LipCST {
      return zip(instance.network?.layers ?? [], [problem.inner, problem.outer]).allSatisfy { layer, matrix in
        layer.weights.map { Rational($0, layer.denominator) } == matrix.elements
      }
    }
    guard let form = instance.spins, form.spins == other.problem.variables,
      form.maximizes == (other.problem.sense == .maximize)
    else { return false }
    let n = form.spins
    var generator = SplitMix64(seed: 1)
    return (0..<(n <= 3 ? 1 << n : n <= 100 ? 10 : 1)).allSatisfy { code in
      let bits = (0..<n).map { n <= 3 ? code >> $0 & 1 : Int.random(in: 0...1, using: &generator) }
      let spins = bits.map { 2 * $0 - 1 }
      let own = other.problem.value(of: other.problem.alphabet == .spins ? spins : bits)
      return value(of: form, spins) == (form.isSquare ? own?.squared : own)
    }
  }

  @Test(arguments: MalformedInstanceTests.samples) func changedFilesMeanTheSame(
    sample: MalformedInstanceTests.Sample
  ) {
    var agreed = 0
    for index in sample.bytes.indices {
      let alternatives =
        sample.bytes.count < 200
        ? Array(UInt8(0)...255) : Array("0159-+.eE,#c \n\"[".utf8) + [0, 1, 8, 16, 32, 128, 255]
      for byte in alternatives {
        var bytes = sample.bytes
        bytes[index] = byte
        guard let own = try? Instance.read(bytes, name: sample.name),
          let other = try? Self.solverReading(Data(bytes), sample.name)
        else { continue }
        let isSame: Bool
        switch other {
        case .problem(let problem): isSame = Self.areSame(own, problem)
        case .network(let network):
          guard !Self.isRounded(network) else { continue }
          isSame = own.network.map { Self.areSame($0, network) } == true
        }
        agreed += 1
        #expect(
          isSame, "byte \(index) of \(sample.name) as \(byte): \(String(decoding: bytes, as: UTF8.self))")
      }
    }
    #expect(agreed > 50)
  }
}
