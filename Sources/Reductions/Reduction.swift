public import Problems

/// What is known of a reduction without an instance: one row of the table of reductions.
public struct ReductionDescription: Sendable {
  /// The value law with the instance's constants as words.
  public let valueLaw: String
  /// The sizes of the target in terms of the source.
  public let sizeLaw: String
  /// When it applies; empty for always.
  public let validWhen: String
  /// Whether "is the optimum at least as good as V?" keeps its answer or is asked of the target as its complement.
  public let decision: Decision
  /// Whether ratios of values survive (no offset): the target is then as hard to approximate as the source.
  public let preservesRatios: Bool
  public let reference: String

  public enum Decision: String, Sendable {
    case yesToYes = "yes ↦ yes"
    case yesToNo = "yes ↦ no"
  }
}

/// A reduction from one problem to another: an exact map of instances and solutions.
public protocol Reduction: Sendable {
  associatedtype Source: Problem
  associatedtype Target: Problem

  static var description: ReductionDescription { get }

  /// The target, how solutions travel, and the exact law that connects the values.
  ///
  /// - Throws: `UnsupportedProblem` where the precondition fails.
  static func apply(_ source: Source) throws(UnsupportedProblem) -> Reduced<Target>

  /// The size of the target, from the source alone. Meaningful where `apply` succeeds.
  static func size(of source: Source) -> ProblemSize
}

extension Reduction {
  public static var source: ProblemKind { Source.kind }
  public static var target: ProblemKind { Target.kind }
  /// `max-cut → ising`.
  public static var name: String { "\(source.rawValue) → \(target.rawValue)" }

  /// `apply` for a problem whose type is known only at run time.
  static func applyErased(_ problem: any Problem) throws(UnsupportedProblem) -> ReducedProblem {
    guard let source = problem as? Source else {
      preconditionFailure("\(name) was given a problem of kind \(problem.kind.rawValue)")
    }
    let reduced = try apply(source)
    return ReducedProblem(target: reduced.target, law: reduced.law, maps: reduced.maps)
  }
}

/// A target problem with the way back.
public struct Reduced<Target: Problem>: Sendable {
  public let target: Target
  public let law: ValueLaw
  public let maps: [SolutionMap]

  public init(_ target: Target, law: ValueLaw, maps: [SolutionMap] = []) {
    self.target = target
    self.law = law
    self.maps = maps
  }

  /// The source solution of a target solution.
  public func invert(_ solution: [Int]) -> [Int] { maps.invert(solution) }
}

/// A target problem with the way back, of whatever kind.
public struct ReducedProblem: Sendable {
  public let target: any Problem
  public let law: ValueLaw
  public let maps: [SolutionMap]

  /// The source solution of a target solution.
  public func invert(_ solution: [Int]) -> [Int] { maps.invert(solution) }
  /// The target solution of a source solution.
  public func carry(_ solution: [Int]) -> [Int] { maps.carry(solution) }
}

extension Array where Element == SolutionMap {
  /// Through all steps, first to last.
  public func carry(_ solution: [Int]) -> [Int] { reduce(solution) { $1.carry($0) } }
  /// Back through all steps, last to first.
  public func invert(_ solution: [Int]) -> [Int] { reversed().reduce(solution) { $1.invert($0) } }
}
