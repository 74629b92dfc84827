/// A parity equation s_1 s_2 s_3 = e over three spins, written with pairs and one ancilla spin a:
///
///     g(s, a) = s_1 s_2 + s_1 s_3 + s_2 s_3 - e (s_1 + s_2 + s_3) + 2 a (s_1 + s_2 + s_3 - e)
///
/// Minimised over a, with m = e (s_1 + s_2 + s_3): (m² - 3)/2 - m - 2|m - 1| is -4 at m = 3 and at m = -1, where
/// the equation holds, and -2 at m = 1 and at m = -3, where it does not. The ancilla of a solution is -e at m = 3
/// and e at m = -1.
package enum ParityGadget {
  package static let satisfied = -4
  package static let violated = -2
  /// Of every pair of the three spins.
  package static let pairCoupling = 1
  /// Of the ancilla and each of the three spins.
  package static let ancillaCoupling = 2

  /// On each of the three spins.
  package static func field(_ e: Int) -> Int { -e }
  package static func ancillaField(_ e: Int) -> Int { -2 * e }

  /// A minimising ancilla.
  package static func ancilla(_ s: [Int], _ e: Int) -> Int { s[0] + s[1] + s[2] - e > 0 ? -1 : 1 }
}
