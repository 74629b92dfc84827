import ExactArithmetic

/// The entries of a symmetric table as a file lists them: each pair once, in either order.
struct SymmetricEntries {
  let variables: Int
  /// Off the diagonal, as listed.
  private(set) var pairs: [PairTerm] = []
  /// On the diagonal, one a variable.
  private(set) var diagonal: [Rational]
  private var places: [Int: Int] = [:]

  init(variables: Int) {
    self.variables = variables
    diagonal = [Rational](repeating: 0, count: variables)
  }

  /// Adds entry (i, j), indices from 0, that stands at `place`.
  ///
  /// - Returns: the place of an earlier entry for the same pair, where there is one; then nothing is added.
  mutating func add(_ i: Int, _ j: Int, _ coefficient: Rational, place: Int) -> Int? {
    let key = min(i, j) * variables + max(i, j)
    if let earlier = places.updateValue(place, forKey: key) { return earlier }
    if i == j { diagonal[i] = coefficient } else { pairs.append(PairTerm(i, j, coefficient)) }
    return nil
  }
}
