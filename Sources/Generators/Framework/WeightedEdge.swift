import ExactArithmetic
import Problems

/// A pair of vertices or spins with an integer weight.
struct WeightedEdge {
  let i: Int
  let j: Int
  let weight: Int

  init(_ i: Int, _ j: Int, _ weight: Int = 1) {
    self.i = i
    self.j = j
    self.weight = weight
  }

  var term: PairTerm { PairTerm(i, j, Rational(weight)) }
}

/// The pairs i < j of n vertices.
func allPairs(_ n: Int) -> some Sequence<(Int, Int)> {
  (0..<n).lazy.flatMap { i in (i + 1..<n).lazy.map { (i, $0) } }
}
