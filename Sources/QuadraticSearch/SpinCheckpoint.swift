import Foundation
import TreeSearch

/// What a checkpoint of a search over spins says before its nodes.
struct SpinCheckpointHeader<Scalar: FixedWidthInteger & SignedInteger & Sendable>: Codable, Sendable {
  let spins: String
  let settled: String?
  let statistics: QuadraticStatistics
  let seconds: Double

  init(_ state: SpinIncumbent<Scalar>.State, _ limits: SearchLimits) {
    spins = SpinText.text(state.spins)
    settled = state.settled.map { "\($0)" }
    statistics = limits.statistics
    seconds = limits.seconds
  }
}

/// Spins as text: + and -, and 0 where a spin is free.
enum SpinText {
  static func text(_ spins: [Int8]) -> String {
    String(spins.map { $0 > 0 ? "+" : $0 < 0 ? "-" : "0" as Character })
  }

  /// Nil where a character is none of the three.
  static func spins(_ text: String) -> [Int8]? {
    let values: [Int8?] = text.map { $0 == "+" ? 1 : $0 == "-" ? -1 : $0 == "0" ? 0 : nil }
    let spins = values.compactMap { $0 }
    return spins.count == values.count ? spins : nil
  }
}

extension SpinForm {
  /// Names this problem and the question asked of it.
  func fingerprint(engine: QuadraticEngine, goal: Scalar?, relativeGap: Double) -> String {
    var print = Fingerprint()
    print.combine(engine.rawValue)
    // What was pruned for a wider gap is not open any more.
    print.combine(relativeGap)
    print.combine(goal.map { "\($0)" } ?? "optimum")
    print.combine(spins)
    for i in 0..<spins {
      print.combine("\(fields[i])")
      for neighbour in neighbours[i] {
        print.combine(neighbour.spin)
        print.combine("\(neighbour.coupling)")
      }
    }
    return "spins " + print.text
  }
}
