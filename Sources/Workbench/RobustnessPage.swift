import Foundation
import Networks
import PatternSearch

extension Robustness {
  /// The tables as one self-contained page, with the certified accuracy as a picture.
  public var html: String {
    let heading = headingLines.map { HTMLPage.escaped($0) }.joined(separator: "\n")
    return HTMLPage.document(
      title: "Certified radii of \(network.name)",
      body: """
        <h1>Certified radii of \(HTMLPage.escaped(network.name))</h1>
        <pre>\(heading)</pre>
        <p><b>\(summary.map { HTMLPage.escaped($0) }.joined(separator: "<br>\n"))</b></p>
        <h2>Certified accuracy</h2>
        \(certifiedAccuracyPicture)
        <p>Read upwards from a radius r: at least so many of the points keep their class within the \(norm.name)-norm distance r.</p>
        <h2>Pairs of classes</h2>
        \(HTMLPage.table(pairTable))
        <h2>Points</h2>
        \(HTMLPage.table(rowTable))
        """)
  }

  /// The share of points whose certified radius is at least r, by r: a staircase that falls.
  ///
  /// - Returns: the corners (r, share), from r = 0 to R. At a step the share to the left of it, and at it, is the upper one.
  package var certifiedAccuracy: [(radius: Double, share: Double)] {
    let radii = rows.filter { $0.outcome != .outside }.map {
      $0.outcome == .certified ? $0.certifiedRadius : -1
    }
    guard !radii.isEmpty else { return [] }
    func share(_ holds: (Double) -> Bool) -> Double {
      Double(radii.count(where: holds)) / Double(radii.count)
    }
    var corners = [(radius: 0.0, share: share { $0 >= 0 })]
    for step in Set(radii.filter { $0 >= 0 && $0 < radius }).sorted() {
      corners.append((step, share { $0 >= step }))
      corners.append((step, share { $0 > step }))
    }
    corners.append((radius, share { $0 >= radius }))
    return corners
  }

  private var certifiedAccuracyPicture: String {
    let corners = certifiedAccuracy
    if corners.isEmpty { return "<p>No point lies in the domain.</p>" }
    let (left, top, width, height) = (56.0, 12.0, 620.0, 260.0)
    func x(_ radius: Double) -> Double { left + width * radius / self.radius }
    func y(_ share: Double) -> Double { top + height * (1 - share) }
    var parts: [String] = []
    for tick in 0...4 {
      let share = Double(tick) / 4
      parts.append(
        """
        <line x1="\(left)" y1="\(y(share))" x2="\(left + width)" y2="\(y(share))" stroke="#ddd"/>
        <text x="\(left - 8)" y="\(y(share) + 5)" text-anchor="end">\(25 * tick) %</text>
        <text x="\(x(share * radius))" y="\(top + height + 20)" text-anchor="middle">\(String(format: "%.3g", share * radius))</text>
        """)
    }
    let line = corners.map { String(format: "%.2f,%.2f", x($0.radius), y($0.share)) }.joined(separator: " ")
    parts.append("<polyline points=\"\(line)\" fill=\"none\" stroke=\"#3b6ea5\" stroke-width=\"2\"/>")
    parts.append(
      "<text x=\"\(left + width / 2)\" y=\"\(top + height + 42)\" text-anchor=\"middle\">radius, \(norm.name)-norm</text>"
    )
    return """
      <svg viewBox="0 0 \(left + width + 40) \(top + height + 52)" width="100%" font-size="14" \
      font-family="system-ui, sans-serif" role="img" aria-label="Share of points with at least this certified radius">
      \(parts.joined(separator: "\n"))
      </svg>
      """
  }
}
