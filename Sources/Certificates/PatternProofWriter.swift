public import ExactArithmetic
public import PatternSearch
import Synchronization

/// Writes the steps of a search over patterns as lines of a proof by patterns, in the order in which they come.
public final class PatternProofWriter: PatternProofSink {
  private struct State {
    var nodes = 1
    var level: Rational?
    /// The largest level so far.
    var bound: Rational = 0
  }

  private let output: any CertificateOutput
  private let state = Mutex(State())

  public init(_ output: any CertificateOutput) { self.output = output }

  /// The square of the bound that the proof, once complete, proves.
  public var bound: Rational { state.withLock { $0.bound } }

  public func branch(_ node: Int, unit: Int) -> (off: Int, on: Int) {
    state.withLock { state in
      output.write("branch \(node) \(unit)")
      state.nodes += 2
      return (state.nodes - 2, state.nodes - 1)
    }
  }

  public func split(_ node: Int, at split: InputSplit) -> (below: Int, above: Int) {
    state.withLock { state in
      output.write("split \(node) \(split.input) \(CertificateNumber.text(split.value))")
      state.nodes += 2
      return (state.nodes - 2, state.nodes - 1)
    }
  }

  public func vanishing(_ node: Int, unit: Int, phase: Phase) -> Int {
    state.withLock { state in
      output.write("vanishing \(node) \(unit) \(phase == .on ? 1 : 0)")
      state.nodes += 1
      return state.nodes - 1
    }
  }

  public func decided(
    _ node: Int, units: [(unit: Int, phase: Phase)], sides: [(unit: Int, phase: Phase)]
  ) -> Int {
    func words(_ phases: [(unit: Int, phase: Phase)]) -> String {
      phases.reduce(into: "") { $0 += " \($1.unit) \($1.phase == .on ? 1 : 0)" }
    }
    let line = "decided \(node)" + words(units) + (sides.isEmpty ? "" : " sides" + words(sides))
    return state.withLock { state in
      output.write(line)
      state.nodes += 1
      return state.nodes - 1
    }
  }

  public func parts(_ node: Int, rows: Int?, columns: Int?) -> Int {
    state.withLock { state in
      var nodes = [node]
      for (rule, count) in [("rows", rows), ("columns", columns)] {
        guard let count else { continue }
        nodes = nodes.flatMap { node in
          output.write("\(rule) \(node)")
          defer { state.nodes += count }
          return Array(state.nodes..<state.nodes + count)
        }
      }
      return nodes[0]
    }
  }

  public func infeasible(_ node: Int, _ evidence: InfeasibilityEvidence) {
    let words: String
    switch evidence {
    case .rounded(let multipliers):
      words = multipliers.reduce(into: "rounded") {
        $0 += " \($1.unit) \(CertificateNumber.text($1.multiplier))"
      }
    case .exact(let units, let faces):
      words =
        faces.reduce(into: units.reduce(into: "exact") { $0 += " \($1)" }) {
          $0 += " \($1.isLower ? "l" : "u")\($1.input)"
        }
    }
    state.withLock { _ in output.write("infeasible \(node) \(words)") }
  }

  public func bounded(
    _ node: Int, level: Rational, multipliers: [(unit: Int, value: Double)], weights: [Double],
    transposed: Bool
  ) {
    let diagonal =
      weights.isEmpty ? "" : " diagonal" + weights.map { " \(CertificateNumber.text($0))" }.joined()
    let words = multipliers.reduce(into: (transposed ? " transposed" : "") + diagonal) {
      $0 += " \($1.unit) \(CertificateNumber.text($1.value))"
    }
    leaf("bounded \(node)\(words)", level)
  }

  public func evaluated(_ node: Int, level: Rational) { leaf("evaluated \(node)", level) }
  public func interval(_ node: Int, level: Rational) { leaf("interval \(node)", level) }

  private func leaf(_ line: String, _ level: Rational) {
    state.withLock { state in
      if state.level != level {
        state.level = level
        state.bound = max(state.bound, level)
        output.write("level \(CertificateNumber.text(level))")
      }
      output.write(line)
    }
  }
}
