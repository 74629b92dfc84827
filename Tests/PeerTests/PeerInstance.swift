import ExactArithmetic
import Foundation
import Networks
import Problems
import QuadraticSearch
import Reductions
import Testing

/// A problem with the optimum that our own engines prove, and the program that peers are given for it.
struct PeerInstance {
  let source: any Problem
  /// The optimum of the source, by way of `Ising.solve`.
  let optimum: Rational
  let reduced: ReducedProblem
  let program: MixedIntegerProgram

  /// What the peers must find.
  var expected: Rational { reduced.law.push(optimum) }

  init(_ peerCase: PeerCase) throws {
    source = try peerCase.source()
    optimum = try Self.optimum(of: source)
    reduced = try source.reduced(to: .milp).result
    program = try #require(reduced.target as? MixedIntegerProgram)
    try #require(program.columns.allSatisfy { $0.cost.isInteger })
    // Glpsol takes values within a relative 1e-7 for equal: less than 1 here.
    try #require(expected.magnitude < 5_000_000)
  }

  /// The exact optimum, checked at the solution it belongs to and against a second engine.
  private static func optimum(of source: any Problem) throws -> Rational {
    let toIsing = try source.kind == .ising ? nil : source.reduced(to: .ising).result
    let ising = try #require((toIsing?.target ?? source) as? Ising)
    let result = try ising.solve()
    let second = try ising.solve(QuadraticSettings(engine: .semidefinite))
    try #require(result.isOptimal && second.isOptimal && result.value == second.value)
    let value = try #require(source.value(of: toIsing?.invert(result.solution) ?? result.solution))
    #expect((toIsing?.law ?? .identity).push(value) == result.value)
    return value
  }

  /// Writes the program as users do, in the format that the ending names.
  func write(to file: URL) throws {
    try ProblemFile.write(ProblemInstance(name: "program", problem: program), to: file.path)
  }
}

enum ExportFormat: String, Sendable, CaseIterable {
  case mps
  case lp
}
