import ExactArithmetic
import Problems
import Reductions
import Testing

/// Solve the source by enumeration, reduce, solve the target by enumeration, pull back: the value law holds at every
/// point, the sets of optima correspond, the size law is exact.
@Suite struct ClosedLoopTests {
  struct Edge: Sendable, CustomTestStringConvertible {
    let reduction: any Reduction.Type
    var testDescription: String { reduction.name }
  }

  static let edges = allReductions.map { Edge(reduction: $0) }

  @Test("Value law at every point, optima correspond, sizes are exact", arguments: edges)
  func edge(_ edge: Edge) throws {
    var applied = 0
    var seed: UInt64 = 0
    while applied < 150 {
      seed += 1
      try #require(seed < 2000, "the reduction applies to too few instances")
      let source = RandomProblems.problem(edge.reduction.source, seed: seed)
      let loop = ReductionChain([edge.reduction])
      guard let reduced = try? loop.apply(source) else { continue }
      applied += 1
      #expect(Self.size(edge.reduction, source) == reduced.target.size, "seed \(seed)")
      #expect(reduced.target.kind == edge.reduction.target)
      try Self.check(source, reduced, "\(edge.reduction.name) seed \(seed)")
    }
  }

  @Test("Every chain between every two kinds", arguments: ProblemKind.allCases)
  func chains(from kind: ProblemKind) throws {
    for target in ProblemKind.allCases where target != kind {
      for chain in kind.chains(to: target) {
        for seed in UInt64(1)...12 {
          let source = RandomProblems.problem(kind, seed: seed)
          guard source.variables <= 3, let reduced = try? chain.apply(source),
            reduced.target.variables <= 12
          else { continue }
          try Self.check(source, reduced, "\(chain.name) seed \(seed)")
        }
      }
    }
  }

  @Test("Every kind but the milp leads to every other but partition")
  func everyKindIsReached() {
    for kind in ProblemKind.allCases where kind != .milp {
      for target in ProblemKind.allCases where target != kind && target != .partition {
        #expect(!kind.chains(to: target).isEmpty, "\(kind.rawValue) to \(target.rawValue)")
      }
    }
  }

  private static func size<R: Reduction>(_ reduction: R.Type, _ source: any Problem) -> ProblemSize? {
    (source as? R.Source).map { R.size(of: $0) }
  }

  /// The closed loop for one instance.
  static func check(_ source: any Problem, _ reduced: ReducedProblem, _ name: String) throws {
    let law = reduced.law
    let target = reduced.target
    #expect(law.targetSense(source.sense) == target.sense, "\(name)")
    // Forward: the law at every source point, and the way back undoes the way forth.
    for solution in source.allSolutions {
      let carried = reduced.carry(solution)
      let value = try #require(source.value(of: solution))
      #expect(target.value(of: carried) == law.push(value), "\(name) at \(solution)")
      #expect(reduced.invert(carried) == solution, "\(name) at \(solution)")
    }
    // Backward: the optima of the target are those of the source.
    guard target.variables <= 14 else { return }
    let sourceOptimum = try #require(source.bruteForceOptimum())
    let targetOptimum = try #require(target.bruteForceOptimum())
    #expect(targetOptimum.value == law.push(sourceOptimum.value), "\(name)")
    let pulled = Set(targetOptimum.solutions.map(reduced.invert))
    if target.kind != .lipCST || source.kind == .qcmh {
      #expect(pulled == Set(sourceOptimum.solutions), "\(name)")
    } else {
      // Both units of a pair on, or both off, is a pattern only where their rows vanish.
      #expect(pulled.isSuperset(of: sourceOptimum.solutions), "\(name)")
    }
  }
}
