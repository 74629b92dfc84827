import Bounds
import ExactArithmetic
import Foundation
import Networks

extension Audit {
  /// The audit as one self-contained page: the report on the constant, the tables, the gap waterfall as a picture,
  /// and a map of the linear pieces where there are two inputs.
  ///
  /// - Parameter version: the tool's, for the page's foot.
  public func html(version: String) -> String {
    let verdict =
      isConsistent
      ? "Consistent: every lower bound is at most every upper bound." : violations.joined(separator: "; ")
    let remarks = remarkLines + [togetherLine].compactMap { $0 }
    return HTMLPage.document(
      title: "Lipschitz audit of \(question.network.name)",
      body: """
        <h1>\(escaped(question.network.name))</h1>
        <pre>\(escaped(exact.text(explain: false)))</pre>
        \(HTMLPage.table(methodsTable))
        \(remarks.isEmpty ? "" : "<p>\(remarks.map(escaped).joined(separator: "<br>\n"))</p>")
        <h2>Gap waterfall</h2>
        \(waterfallPicture)
        \(mapSection)
        \(factorsSection)
        <p>\(escaped(verdict))</p>
        <footer>\(escaped(version))</footer>
        """)
  }

  private var mapSection: String {
    guard question.network.inputs == 2 else { return "" }
    let picture =
      CellMap(exact)?.html
      ?? "<p>No map: the domain fixes an input, or there are too many linear pieces to draw.</p>"
    return "<h2>Norm of the Jacobian</h2>\n\(picture)"
  }

  private var factorsSection: String {
    var table = TextTable(
      header: ["method", "factor", "value", "is", "by"], alignments: [.left, .left, .right, .left, .left])
    var tables: [String] = []
    for bound in methods where !bound.factors.isEmpty {
      table.rows = bound.factors.map { factor in
        let rounding: DirectedRounding =
          factor.side == .upper ? .up : factor.side == .lower ? .down : .nearest
        return [
          bound.method, factor.name, directedDecimal(factor.value, digits: 7, rounding), factor.side.rawValue,
          factor.method,
        ]
      }
      tables.append(HTMLPage.table(table))
    }
    return tables.isEmpty ? "" : "<h2>Factors by layer</h2>\n" + tables.joined(separator: "\n")
  }

  /// Bars on a logarithmic scale, from L to the Frobenius product: dark what is lost in any case, light what may be.
  private var waterfallPicture: String {
    guard let scale = waterfallScale() else { return "<p>The bounds agree.</p>" }
    let (left, width, height) = (200.0, 400.0, 34.0)
    func x(_ value: Double) -> Double { left + width * scale(value) }
    var bars: [String] = []
    for (index, step) in waterfall.enumerated() {
      let y = Double(index) * height + 8
      func bar(_ from: Double, _ to: Double, _ color: String) -> String {
        "<rect x=\"\(from)\" y=\"\(y)\" width=\"\(max(1, to - from))\" height=\"22\" fill=\"\(color)\"/>"
      }
      let (sure, end) = (x(step.start.upper.value), x(step.end.lower.value))
      bars.append("<text x=\"0\" y=\"\(y + 16)\">\(escaped(causeText(step)))</text>")
      if !step.isExact { bars.append(bar(x(step.start.lower.value), x(step.end.upper.value), "#b4cbe2")) }
      if step.isExact || sure < end { bars.append(bar(sure, end, "#3b6ea5")) }
      bars.append(
        """
        <text x="\(left + width + 12)" y="\(y + 16)">\(escaped(step.factorText)), \
        \(escaped(step.shareText))  (\(escaped(step.end.text)))</text>
        """)
    }
    let legend =
      waterfall.allSatisfy(\.isExact)
      ? ""
      : "\n<p>Dark: lost in any case. Light: may be lost at this step or not, since an end is not known.</p>"
    return """
      <svg viewBox="0 0 1060 \(Double(waterfall.count) * height + 16)" width="100%" font-size="14" \
      font-family="system-ui, sans-serif" role="img" aria-label="Gap waterfall, logarithmic scale">
      \(bars.joined(separator: "\n"))
      </svg>\(legend)
      \(HTMLPage.table(endsTable))
      """
  }
}

private func escaped(_ text: String) -> String { HTMLPage.escaped(text) }
