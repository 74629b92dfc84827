/// A ring of four spins with four couplings of which one is frustrated: the tile of tile planting on the square
/// lattice.
///
/// Class C_k has k couplings of magnitude 1 and 4 - k of magnitude 2; all are negative (satisfied by equal spins)
/// but one of magnitude 1. The ring is frustrated, so every assignment violates a coupling; the least violation is
/// one coupling of magnitude 1. So equal spins are a ground state, one of k (and their opposites).
package enum FrustratedTile: Int, CaseIterable, Sendable {
  case c1 = 1
  case c2, c3, c4

  /// The couplings with the frustrated one first; the other weak ones next.
  package var couplings: [Int] { (0..<4).map { $0 == 0 ? 1 : $0 < rawValue ? -1 : -2 } }

  /// -Σ |J| + 2: all couplings satisfied but one of magnitude 1.
  package var minimum: Int { couplings.reduce(2) { $0 - abs($1) } }
}
