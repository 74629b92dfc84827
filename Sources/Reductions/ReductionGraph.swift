public import Problems

/// Every reduction there is: the command `reductions`, the table in the documentation and the closed-loop tests read it.
public let allReductions: [any Reduction.Type] = [
  PartitionToIsing.self,
  MaxCutToQCMH.self,
  MaxCutToIsing.self,
  IsingToMaxCut.self,
  IsingToQUBO.self,
  IsingToLipCST.self,
  QUBOToIsing.self,
  QUBOToQCMH.self,
  QCMHToQUBO.self,
  QCMHToLipCST.self,
  QCMHToMILP.self,
  LipCSTToQCMH.self,
]

/// Reductions one after the other; a reduction itself.
public struct ReductionChain: Sendable {
  public let steps: [any Reduction.Type]

  public init(_ steps: [any Reduction.Type]) {
    precondition(zip(steps, steps.dropFirst()).allSatisfy { $0.target == $1.source })
    self.steps = steps
  }

  /// `max-cut → qcmh → lip-cst`.
  public var name: String {
    guard let first = steps.first else { return "" }
    return steps.reduce(first.source.rawValue) { "\($0) → \($1.target.rawValue)" }
  }

  /// Applies every step; laws and maps compose.
  public func apply(_ problem: any Problem) throws(UnsupportedProblem) -> ReducedProblem {
    var result = ReducedProblem(target: problem, law: .identity, maps: [])
    for step in steps {
      let next = try step.applyErased(result.target)
      result = ReducedProblem(
        target: next.target, law: result.law.followed(by: next.law), maps: result.maps + next.maps)
    }
    return result
  }
}

extension ProblemKind {
  /// Every chain of reductions from this kind to `target` that visits no kind twice, short ones first, in the registry's
  /// order among equals.
  public func chains(to target: ProblemKind) -> [ReductionChain] {
    var found: [ReductionChain] = []
    func extend(_ steps: [any Reduction.Type], _ visited: Set<ProblemKind>, _ kind: ProblemKind) {
      if kind == target {
        found.append(ReductionChain(steps))
        return
      }
      for next in allReductions where next.source == kind && !visited.contains(next.target) {
        extend(steps + [next], visited.union([next.target]), next.target)
      }
    }
    extend([], [self], self)
    return found.enumerated().sorted {
      ($0.element.steps.count, $0.offset) < ($1.element.steps.count, $1.offset)
    }
    .map(\.element)
  }
}

extension Problem {
  /// This problem as one of kind `target`, by the shortest chain of reductions that applies.
  ///
  /// - Parameter via: a kind the chain must pass through.
  /// - Throws: `UnsupportedProblem`, with the reasons, where no chain applies.
  public func reduced(
    to target: ProblemKind, via: ProblemKind? = nil
  ) throws(UnsupportedProblem) -> (chain: ReductionChain, result: ReducedProblem) {
    let chains = kind.chains(to: target).filter { chain in
      via == nil || via == kind || chain.steps.contains { $0.target == via }
    }
    var reasons: [UnsupportedProblem] = []
    for chain in chains {
      do throws(UnsupportedProblem) {
        return (chain, try chain.apply(self))
      } catch {
        if !reasons.contains(error) { reasons.append(error) }
      }
    }
    if let first = reasons.first { throw first }
    throw UnsupportedProblem(
      "no chain of reductions leads from \(kind.rawValue) to \(target.rawValue)"
        + (via.map { " by way of \($0.rawValue)" } ?? ""),
      remedy: "`lipbench reductions` shows what there is")
  }
}
