import Foundation

/// What the pages of reports have in common: one file each, without scripts and without anything from elsewhere.
enum HTMLPage {
  static func document(title: String, body: String) -> String {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <title>\(escaped(title))</title>
    <style>
    body { font: 15px/1.5 system-ui, sans-serif; max-width: 60em; margin: 2em auto; padding: 0 1em; color: #222; }
    table { border-collapse: collapse; margin: 1em 0; }
    th, td { padding: .2em .8em; border-bottom: 1px solid #ddd; text-align: left; }
    pre { overflow-x: auto; }
    footer { color: #666; font-size: 13px; }
    .right { text-align: right; font-variant-numeric: tabular-nums; }
    </style>
    </head>
    <body>
    \(body)
    </body>
    </html>

    """
  }

  static func table(_ table: TextTable) -> String {
    func row(_ cells: [String], _ tag: String) -> String {
      "<tr>"
        + zip(cells, table.alignments).map { cell, alignment in
          "<\(tag)\(alignment == .right ? " class=\"right\"" : "")>\(escaped(cell))</\(tag)>"
        }.joined() + "</tr>"
    }
    return "<table>\(row(table.header, "th"))\n" + table.rows.map { row($0, "td") }.joined(separator: "\n")
      + "\n</table>"
  }

  /// Text as it stands in HTML.
  static func escaped(_ text: String) -> String {
    text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
      .replacingOccurrences(of: ">", with: "&gt;").replacingOccurrences(of: "\"", with: "&quot;")
  }
}
