import Bounds
import ExactArithmetic
import Foundation
import Networks
import PatternSearch

extension Audit {
  /// The audit as one self-contained page: the table, and the gap waterfall as a picture.
  public var html: String {
    let network = question.network
    let rows = tableRows().map { cells in
      "<tr>" + cells.enumerated().map { "<td class=\"c\($0)\">\(escaped($1))</td>" }.joined() + "</tr>"
    }
    let head = tableHeader.map { "<th>\(escaped($0))</th>" }.joined()
    let enclosure = exact.result.enclosure
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <title>Lipschitz audit of \(escaped(network.name))</title>
      <style>
      body { font: 15px/1.5 system-ui, sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em; color: #222; }
      table { border-collapse: collapse; margin: 1em 0; }
      th, td { padding: .2em .8em; border-bottom: 1px solid #ddd; text-align: left; }
      td.c1, td.c4, td.c5, td.e1, td.e2 { text-align: right; font-variant-numeric: tabular-nums; }
      </style>
      </head>
      <body>
      <h1>\(escaped(network.name))</h1>
      <p>\(escaped(network.summaryLine)); \(question.normText); X = \(escaped(DomainText.describe(question.domain))).</p>
      <p><b>\(directedDecimal(enclosure.lower, digits: 10, .down)) ≤ L(f, X) ≤ \
      \(directedDecimal(enclosure.upper, digits: 10, .up))</b>
      (lower end proved in exact arithmetic, upper end a floating-point bound\
      \(exact.result.isOptimal ? "" : "; search stopped: \(exact.stopText)"))</p>
      <table><tr>\(head)</tr>
      \(rows.joined(separator: "\n"))
      </table>
      <h2>Gap waterfall</h2>
      \(waterfallPicture)
      <p>\(isConsistent ? "Consistent: every lower bound is at most every upper bound." : escaped(violations.joined(separator: "; ")))</p>
      </body>
      </html>

      """
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
    let rows = endsRows.map { cells in
      "<tr>" + cells.enumerated().map { "<td class=\"e\($0)\">\(escaped($1))</td>" }.joined() + "</tr>"
    }
    return """
      <svg viewBox="0 0 1060 \(Double(waterfall.count) * height + 16)" width="100%" font-size="14" \
      font-family="system-ui, sans-serif" role="img" aria-label="Gap waterfall, logarithmic scale">
      \(bars.joined(separator: "\n"))
      </svg>\(legend)
      <table><tr><th>end</th><th>at least</th><th>at most</th><th>known</th></tr>
      \(rows.joined(separator: "\n"))
      </table>
      """
  }
}

/// Text as it stands in HTML.
private func escaped(_ text: String) -> String {
  text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
    .replacingOccurrences(of: ">", with: "&gt;").replacingOccurrences(of: "\"", with: "&quot;")
}
