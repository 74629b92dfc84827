/// An odd-cycle inequality of the cut polytope (Barahona and Mahjoub 1986): a cycle C and a subset F of odd size,
///
///     x(F) - x(C \ F) ≤ |F| - 1
///
/// for a cut meets a cycle an even number of times. It is valid for every spin assignment, whatever is fixed, and a facet
/// where C has no chord.
package struct OddCycleInequality: Hashable, Sendable {
  /// 2e for the edges e of C \ F, 2e + 1 for those of F, sorted.
  package let terms: [Int32]

  package init(terms: [Int32]) { self.terms = terms.sorted() }

  package static func term(_ edge: Int, inF: Bool) -> Int32 { Int32(2 * edge + (inF ? 1 : 0)) }

  package static func edge(_ term: Int32) -> Int { Int(term >> 1) }
  package static func isInF(_ term: Int32) -> Bool { term & 1 == 1 }

  /// |F| - 1.
  package var bound: Int { terms.reduce(0) { $0 + Int($1 & 1) } - 1 }

  /// How much of the 1 that every odd cycle must cost a term pays: 1 - x_e in F, x_e outside.
  static func cost(_ term: Int32, _ x: [Double]) -> Double {
    isInF(term) ? 1 - x[edge(term)] : x[edge(term)]
  }

  /// x(F) - x(C \ F) - |F| + 1: positive where x violates the inequality.
  package func violation(_ x: [Double]) -> Double { terms.reduce(1) { $0 - Self.cost($1, x) } }
}
