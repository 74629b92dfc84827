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

func read(_ data: Data, _ name: String, kind: String? = nil) throws -> Instance {
  try Instance.read([UInt8](data), name: name, kind: kind)
}

/// constant + Σ c_ij s_i s_j + Σ h_i s_i.
func value(of problem: SpinProblem, _ spins: [Int]) -> Rational {
  var sum = problem.constant
  for coupling in problem.couplings {
    sum += coupling.coefficient * Rational(spins[coupling.i] * spins[coupling.j])
  }
  for (field, spin) in zip(problem.fields, spins) { sum += field * Rational(spin) }
  return sum
}

/// f(x), exactly.
func evaluate(_ network: ExactNetwork, _ x: [Rational]) -> [Rational] {
  var value = x
  for (index, layer) in network.layers.enumerated() {
    value = (0..<layer.rows).map { i in
      (0..<layer.columns).reduce(Rational(layer.bias[i], layer.denominator)) {
        $0 + Rational(layer.weights[i * layer.columns + $1], layer.denominator) * value[$1]
      }
    }
    if index < network.slopes.count {
      let slopes = network.slopes[index]
      for unit in value.indices where !network.passing[index].contains(unit) {
        value[unit] = (value[unit].signum < 0 ? slopes.off : slopes.on) * value[unit]
      }
    }
  }
  return value
}

/// Entry by entry.
func expectSame(_ network: ExactNetwork, _ expected: MultilayerPerceptron, _ label: String) {
  #expect(network.layers.count == expected.layers.count, "\(label)")
  for (layer, other) in zip(network.layers, expected.layers) {
    #expect(layer.rows == other.weights.rows && layer.columns == other.weights.columns, "\(label)")
    #expect(layer.denominator > 0)
    let isSame = zip(layer.weights + layer.bias, other.weights.elements + other.bias)
      .allSatisfy { Rational($0, layer.denominator) == Rational($1) }
    #expect(isSame, "\(label)")
  }
  #expect(network.slopes.map(\.off) == expected.activations.map { Rational($0.negativeSlope) }, "\(label)")
  #expect(network.slopes.allSatisfy { $0.on == 1 }, "\(label)")
  #expect(network.passing == expected.passing, "\(label)")
  #expect(network.box?.map(\.lower) == expected.inputBox?.lower.map { Rational($0) }, "\(label)")
  #expect(network.box?.map(\.upper) == expected.inputBox?.upper.map { Rational($0) }, "\(label)")
}

/// A network file of the repository.
func expectSameNetwork(_ url: URL) throws {
  let data = try Data(contentsOf: url)
  let network = try #require(read(data, url.path).network)
  switch url.pathExtension {
  case "json": expectSame(network, try JSONFormat.read(data, name: ""), url.lastPathComponent)
  case "onnx": expectSame(network, try ONNXFormat.read(data, name: ""), url.lastPathComponent)
  default: expectSame(network, try NNetFormat.read(data, name: ""), url.lastPathComponent)
  }
}

/// The value at every point of a small problem, at random points of a large one.
func expectSame(_ instance: Instance, _ expected: ProblemInstance, _ label: String) throws {
  #expect(instance.kind == expected.problem.kind.rawValue, "\(label)")
  #expect(instance.threshold == expected.threshold, "\(label)")
  if let problem = expected.problem as? LipCST {
    let network = try #require(instance.network)
    #expect(
      network.layers.count == 2 && network.slopes.map(\.off) == [0] && network.slopes.map(\.on) == [1]
        && network.box == nil, "\(label)")
    for (layer, matrix) in zip(network.layers, [problem.inner, problem.outer]) {
      #expect(layer.rows == matrix.rows && layer.columns == matrix.columns && layer.bias.allSatisfy(\.isZero))
      #expect(layer.weights.map { Rational($0, layer.denominator) } == matrix.elements, "\(label)")
    }
    return
  }
  let problem = expected.problem
  let form = try #require(instance.spins)
  #expect(form.maximizes == (problem.sense == .maximize) && form.spins == problem.variables, "\(label)")
  #expect(form.isSquare == (problem.kind == .partition), "\(label)")
  #expect(form.couplings.allSatisfy { $0.i < $0.j && !$0.coefficient.isZero }, "\(label)")
  let n = problem.variables
  var generator = SplitMix64(seed: UInt64(n))
  for code in 0..<(n <= 8 ? 1 << n : 20) {
    let bits = (0..<n).map { n <= 8 ? code >> $0 & 1 : Int.random(in: 0...1, using: &generator) }
    let spins = bits.map { 2 * $0 - 1 }
    let own = try #require(problem.value(of: problem.alphabet == .spins ? spins : bits))
    #expect(value(of: form, spins) == (form.isSquare ? own.squared : own), "\(label)")
  }
}

/// Seeded problems with up to seven variables.
struct RandomInstances {
  private var generator: SplitMix64
  private let seed: UInt64
  /// Only numbers that text formats hold, halves included.
  var isDouble = false

  init(seed: UInt64) {
    generator = SplitMix64(seed: seed)
    self.seed = seed
  }

  mutating func number() -> Rational {
    let small = Int.random(in: -9...9, using: &generator)
    switch Int.random(in: 0..<(isDouble ? 3 : 4), using: &generator) {
    case 0: return Rational(generator.gaussian())
    case 1: return Rational(BigInt(small) * BigInt(10).power(25) + 2)
    case 2: return Rational(small)
    default: return Rational(small, Int.random(in: 1...12, using: &generator))
    }
  }

  private mutating func vector(_ count: Int) -> [Rational] { (0..<count).map { _ in number() } }
  private mutating func size(_ least: Int) -> Int { Int.random(in: least...7, using: &generator) }

  private mutating func matrix(_ rows: Int, _ columns: Int) -> RationalMatrix {
    RationalMatrix(rows: rows, columns: columns, elements: vector(rows * columns))
  }

  private mutating func pairs(_ n: Int) -> [PairTerm] {
    var terms: [PairTerm] = []
    for i in 0..<n {
      for j in 0..<i where Bool.random(using: &generator) {
        // Halves of it are written by the formats that count pairs twice.
        let number = number()
        terms.append(PairTerm(i, j, isDouble && number.isInteger ? 2 * number : number))
      }
    }
    return terms
  }

  mutating func maxCut() -> MaxCut {
    let n = size(0)
    return MaxCut(vertices: n, edges: pairs(n))
  }

  mutating func qubo(_ sense: Sense) -> QUBO {
    let n = size(0)
    return QUBO(bits: n, products: pairs(n), linear: vector(n), sense: sense)
  }

  mutating func lipCST(inputs: Int? = nil, outputs: Int? = nil) -> LipCST {
    let units = size(1)
    return LipCST(inner: matrix(units, inputs ?? size(1)), outer: matrix(outputs ?? size(1), units))
  }

  mutating func everyKind() throws -> [any Problem] {
    let n = size(0)
    let rank = Int.random(in: 0...n, using: &generator)
    let factor = matrix(n, rank)
    let sense: Sense = seed % 2 == 0 ? .minimize : .maximize
    return [
      maxCut(), Ising(spins: n, couplings: pairs(n), fields: seed % 3 == 0 ? nil : vector(n), sense: sense),
      qubo(sense),
      Partition(numbers: vector(n)),
      try QCMH(factor * factor.transposed(), linear: seed % 3 == 0 ? nil : vector(n)), lipCST(),
    ]
  }
}

extension Rational {
  init(_ numerator: Int, _ denominator: Int) { self.init(BigInt(numerator), BigInt(denominator)) }
}
