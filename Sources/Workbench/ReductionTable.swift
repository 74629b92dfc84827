import Foundation
import Problems
import Reductions

/// The graph of reductions as text, JSON and Graphviz, from the one registry.
public enum ReductionTable {
  public static var text: String {
    var table = TextTable(
      header: ["reduction", "value law", "decision", "ratios", "valid when"],
      alignments: [.left, .left, .left, .left, .left])
    var sizes = TextTable(header: ["reduction", "size law", "reference"], alignments: [.left, .left, .left])
    for reduction in allReductions {
      let about = reduction.description
      table.rows.append([
        reduction.name, about.valueLaw, about.decision.rawValue, about.preservesRatios ? "kept" : "–",
        about.validWhen.isEmpty ? "always" : about.validWhen,
      ])
      sizes.rows.append([reduction.name, about.sizeLaw, about.reference])
    }
    let legend = """
      decision  of "is there a solution at least as good as V?": what becomes of the answer
      ratios    kept where the value law has no offset: the target is then as hard to approximate as the source
      Letters   E Ising value, q QUBO value, v QCMH value, d discrepancy of a partition, z MILP cost
      """
    return (table.lines() + [""] + sizes.lines() + ["", legend]).joined(separator: "\n")
  }

  private struct Row: Encodable {
    var name: String
    var from: String
    var to: String
    var valueLaw: String
    var sizeLaw: String
    var validWhen: String
    var decision: String
    var preservesRatios: Bool
    var reference: String
  }

  public static var json: String {
    let rows = allReductions.map { reduction in
      let about = reduction.description
      return Row(
        name: reduction.name, from: reduction.source.rawValue, to: reduction.target.rawValue,
        valueLaw: about.valueLaw, sizeLaw: about.sizeLaw, validWhen: about.validWhen,
        decision: about.decision.rawValue, preservesRatios: about.preservesRatios, reference: about.reference)
    }
    return JSONReport.text(["reductions": rows])
  }

  /// A digraph for `dot`.
  public static var graphviz: String {
    var lines = ["digraph reductions {", "  rankdir=LR;", "  node [shape=box, fontname=\"Helvetica\"];"]
    for kind in ProblemKind.allCases { lines.append("  \"\(kind.rawValue)\";") }
    for reduction in allReductions {
      let style = reduction.description.validWhen.isEmpty ? "" : ", style=dashed"
      lines.append(
        "  \"\(reduction.source.rawValue)\" -> \"\(reduction.target.rawValue)\" "
          + "[label=\"\(reduction.description.valueLaw)\"\(style)];")
    }
    return (lines + ["}"]).joined(separator: "\n")
  }
}
