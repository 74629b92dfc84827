public import QuadraticSearch
import Synchronization

/// Writes a search's proof as the lines of a certificate, between `proof spins` and `qed`.
public final class SpinProofWriter: SpinProofSink {
  private let output: any CertificateOutput
  /// How many nodes the present part has. The lock also keeps lines in the order of the nodes' numbers.
  private let nodes = Mutex(1)

  public init(_ output: any CertificateOutput) { self.output = output }

  public func tie(_ spin: Int, _ other: Int, isEqual: Bool, by rule: SpinTieRule) {
    let reason =
      switch rule {
      case .coupling: "coupling"
      case .pair(let third): "pair \(third)"
      case .twins: "twins"
      }
    write("tie \(spin) \(other) \(isEqual ? "+" : "-") \(reason)")
  }

  public func replaceStar(_ spin: Int) { write("star \(spin)") }

  public func beginPart(_ spins: [Int]) {
    nodes.withLock {
      $0 = 1
      output.write(Self.line("part", spins))
    }
  }

  public func level(_ energy: Int128) { write("level \(energy)") }

  public func branch(_ node: Int, _ i: Int, _ j: Int) -> (equal: Int, opposite: Int) {
    nodes.withLock { nodes in
      output.write("branch \(node) \(i) \(j)")
      defer { nodes += 2 }
      return (nodes, nodes + 1)
    }
  }

  public func fix(_ node: Int, _ ties: [SpinTie], cycles: [SpinCycle]) {
    var line = "fix \(node)"
    for tie in ties { line += " \(tie.i) \(tie.j) \(tie.isEqual ? "+" : "-")" }
    Self.append(cycles, to: &line)
    write(line + " sum")
  }

  public func bounded(_ node: Int, cycles: [SpinCycle], diagonal: [(spin: Int, value: Double)]?) {
    var line = "bounded \(node)"
    Self.append(cycles, to: &line)
    if let diagonal {
      line += " psd"
      for (spin, value) in diagonal { line += " \(spin) \(CertificateNumber.text(value))" }
    } else {
      line += " sum"
    }
    write(line)
  }

  public func eliminated(_ node: Int, order: [Int]) { write(Self.line("eliminated \(node)", order)) }

  private func write(_ line: String) { nodes.withLock { _ in output.write(line) } }

  private static func line(_ start: String, _ spins: [Int]) -> String {
    spins.reduce(into: start) { $0 += " \($1)" }
  }

  private static func append(_ cycles: [SpinCycle], to line: inout String) {
    for cycle in cycles {
      line += " cycle "
      line += CertificateNumber.text(cycle.multiplier)
      for step in cycle.walk {
        line += " \(step.spin)"
        line += step.isPlus ? " +" : " -"
      }
    }
  }
}
