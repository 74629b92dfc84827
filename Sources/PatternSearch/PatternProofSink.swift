public import ExactArithmetic

/// Listens to the steps of a branch and bound over patterns that together prove its upper bound: writers, checkers. The search
/// knows neither files nor rules. Nodes are numbered by the sink; the root is 0. Called by several threads.
public protocol PatternProofSink: Sendable {
  /// A node is split at a unit.
  ///
  /// - Returns: the numbers of the two parts.
  func branch(_ node: Int, unit: Int) -> (off: Int, on: Int)

  /// A node's box is split.
  ///
  /// - Returns: the numbers of the parts.
  func split(_ node: Int, at split: InputSplit) -> (below: Int, above: Int)

  /// A unit's local form vanishes identically in the node: its phase does not matter, and is taken to be this.
  ///
  /// - Returns: the number of the node that is left.
  func vanishing(_ node: Int, unit: Int, phase: Phase) -> Int

  /// Affine bounds over the box show that units have these phases wherever the node's units have theirs.
  ///
  /// - Parameters:
  ///   - units: undecided in the node.
  ///   - sides: undecided units whose one-sided line is to be that of this phase, where the longer side of their range is
  ///     within rounding of the shorter.
  /// - Returns: the number of the node that is left.
  func decided(
    _ node: Int, units: [(unit: Int, phase: Phase)], sides: [(unit: Int, phase: Phase)]
  ) -> Int

  /// A node is split into one for each row of J, or each column, or each entry: as `OperatorNorm.parts` lists them.
  ///
  /// - Returns: the number of the first; the others follow.
  func parts(_ node: Int, rows: Int?, columns: Int?) -> Int

  /// No input of the domain's interior attains the node.
  func infeasible(_ node: Int, _ evidence: InfeasibilityEvidence)

  /// ‖J‖² ≤ level for all completions of the node, by these multipliers of the relaxation, for units undecided in the node.
  ///
  /// - Parameter weights: where v ranges over signs, in which shares the level lies on the diagonal; else empty.
  func bounded(
    _ node: Int, level: Rational, multipliers: [(unit: Int, value: Double)], weights: [Double],
    transposed: Bool)

  /// The node leaves one Jacobian, with ‖J‖² ≤ level.
  func evaluated(_ node: Int, level: Rational)

  /// ‖J‖² ≤ level, as intervals show.
  func interval(_ node: Int, level: Rational)
}

/// Why a cell is empty: multipliers of the strict inequalities of decided units (Motzkin's transposition theorem).
public enum InfeasibilityEvidence: Sendable {
  /// On a box: the combination is at most 0 all over it, with exactly these multipliers.
  case rounded([(unit: Int, multiplier: Double)])
  /// The rows whose exact multipliers cancel: units, and faces of the box (the free input and whether it is the lower one).
  case exact(units: [Int], faces: [(input: Int, isLower: Bool)])
}

/// A fault that tests plant to see the checker find it.
package enum PlantedPatternFault: Sendable {
  /// One cell is said to be empty that is not.
  case skippedCell
  /// Relaxations are said to bound more tightly than they do.
  case optimisticBound
  /// One multiplier of every relaxation has the wrong sign.
  case wrongMultiplier
}
