import ExactArithmetic
import Generators
import LinearAlgebra
import Networks
import Problems
import Testing

/// The problem that a family makes of these parameters.
func problem(_ family: String, _ parameters: [String: String] = [:], seed: UInt64 = 0) throws
  -> ProblemInstance
{
  guard case .problem(let instance) = try generate(family, parameters: parameters, seed: seed) else {
    throw InputError("\(family) makes networks", remedy: "ask for a problem")
  }
  return instance
}

/// The network that a family makes of these parameters.
func network(_ family: String, _ parameters: [String: String] = [:], seed: UInt64 = 0) throws
  -> MultilayerPerceptron
{
  guard case .network(let network) = try generate(family, parameters: parameters, seed: seed) else {
    throw InputError("\(family) makes problems", remedy: "ask for a network")
  }
  return network
}

/// The graph of a max-cut family.
func graph(_ family: String, _ parameters: [String: String] = [:], seed: UInt64 = 0) throws -> MaxCut {
  try #require(try problem(family, parameters, seed: seed).problem as? MaxCut)
}

/// The planted solution has the planted value, and brute force finds none better.
func expectProvedOptimum(
  _ family: String, _ parameters: [String: String], seed: UInt64 = 0,
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let instance = try problem(family, parameters, seed: seed)
  let planted = try #require(instance.planted, sourceLocation: sourceLocation)
  #expect(
    instance.problem.value(of: planted.solution) == planted.value, "\(instance.name)",
    sourceLocation: sourceLocation)
  let best = try #require(instance.problem.bruteForceOptimum(), sourceLocation: sourceLocation)
  #expect(best.value == planted.value, "\(instance.name)", sourceLocation: sourceLocation)
}

/// The entries of a matrix as fractions.
func rational(_ layer: AffineLayer) -> RationalMatrix {
  RationalMatrix(
    rows: layer.weights.rows, columns: layer.weights.columns,
    elements: layer.weights.elements.map { Rational($0) })
}

/// A two-layer network as the problem LIP-CST over all patterns: its maximum is FGL².
func lipCST(_ network: MultilayerPerceptron) -> LipCST {
  LipCST(inner: rational(network.layers[0]), outer: rational(network.layers[1]))
}
