import ExactArithmetic
import Problems
import Reductions
import Testing

/// What a peer says of a program, in its floating-point numbers.
struct PeerAnswer: Decodable {
  let isOptimal: Bool
  let objective: Double
  /// In the order of the program's columns.
  let columns: [Double]

  /// Optimum and solution are ours, exactly, once the peer's numbers are taken for the integers next to them.
  func check(_ instance: PeerInstance, _ name: String) throws {
    try #require(isOptimal, "\(name)")
    let optimum = try rational(objective, name)
    #expect(optimum == instance.expected, "\(name)")
    let solution = try columns.map { try rational($0, name) == 1 ? 1 : 0 }
    try #require(solution.count == instance.program.columns.count, "\(name)")
    #expect(instance.program.value(of: solution) == instance.expected, "\(name)")
    #expect(instance.source.value(of: instance.reduced.invert(solution)) == instance.optimum, "\(name)")
  }

  private func rational(_ number: Double, _ name: String) throws -> Rational {
    let integer = number.rounded()
    try #require(abs(number - integer) <= 1e-6, "\(name): \(number) is no integer")
    return Rational(integer)
  }
}
