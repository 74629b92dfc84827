/// Takes the steps of a proof that no spins have a larger E than some number, as a search finds them.
///
/// Spins have the problem's own numbers; the anchor, a spin that is always +1 and carries the fields, has the next. Energies
/// are those of the part at hand, with coefficients divided by their greatest common divisor. Several workers may report at
/// once: a node is reported after the branching that made it, and parts follow one another.
public protocol SpinProofSink: Sendable {
  /// Two spins are equal (opposite) in some optimum, and become one.
  func tie(_ spin: Int, _ other: Int, isEqual: Bool, by rule: SpinTieRule)
  /// A spin with three couplings is replaced by couplings between its neighbours.
  func replaceStar(_ spin: Int)
  /// A part begins, which nothing but the anchor connects to the rest; its tree has one node, 0.
  func beginPart(_ spins: [Int])
  /// The leaves that follow have at most this energy.
  func level(_ energy: Int128)
  /// A node becomes two, in which the spins are equal and opposite.
  ///
  /// - Returns: The new nodes' numbers: 1 and 2 at the part's first branching, and so on.
  func branch(_ node: Int, _ i: Int, _ j: Int) -> (equal: Int, opposite: Int)
  /// Spins are tied in a node, because the inequalities bound it where any of them are not.
  func fix(_ node: Int, _ ties: [SpinTie], cycles: [SpinCycle])
  /// A node is bounded by inequalities, and by a diagonal that makes Diag(u) - C positive semidefinite; by Σ |c| without.
  func bounded(_ node: Int, cycles: [SpinCycle], diagonal: [(spin: Int, value: Double)]?)
  /// A node is solved exactly by eliminating one spin of each class after the other.
  func eliminated(_ node: Int, order: [Int])
}

public enum SpinTieRule: Sendable, Equatable {
  /// The coupling outweighs all others of the first spin.
  case coupling
  /// The coupling outweighs all others that leave the first spin and this one.
  case pair(Int)
  /// The couplings to all other spins are proportional.
  case twins
}

public struct SpinTie: Sendable, Equatable {
  public let i: Int
  public let j: Int
  public let isEqual: Bool
}

/// Σ a s s ≤ length - 2 along a closed walk with an odd number of signs -1, and its multiplier.
public struct SpinCycle: Sendable {
  public struct Step: Sendable, Equatable {
    public let spin: Int
    /// The sign of the product of this spin and the next.
    public let isPlus: Bool
  }

  public let multiplier: Double
  public let walk: [Step]
}

/// A bug to be found by the checker.
package enum PlantedFault: Sendable {
  /// One inequality has a wrong sign.
  case wrongCut
  /// A branching leaves out a child.
  case skippedChild
  /// Bounds are too small.
  case optimisticBound
}
