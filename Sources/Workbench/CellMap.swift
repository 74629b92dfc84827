import Bounds
import ExactArithmetic
import Foundation
import Networks
package import PatternSearch

/// The linear pieces of a two-input network in a window, coloured by the norm of the Jacobian.
package struct CellMap {
  package let lower: SIMD2<Double>
  package let upper: SIMD2<Double>
  package let pieces: [PlanarPiece]
  /// The witness's point, in the window or not.
  package let maximizer: SIMD2<Double>?

  private static let limit = 200_000
  /// Pixels of the window's side.
  private static let side = 560.0
  private static let left = 60.0
  private static let top = 10.0
  /// Square pixels below which a piece is not drawn.
  private static let leastArea = 0.3

  /// - Returns: nil where there are too many pieces, or where the domain fixes an input.
  package init?(_ exact: ExactConstant) {
    let question = exact.question
    let problem = question.attainableProblem
    guard question.network.inputs == 2, problem.freeInputs.count == 2 else { return nil }
    maximizer = exact.result.enclosure.witness?.x.map { SIMD2($0[0], $0[1]) }
    let reach = maximizer.map { max(1, 1.2 * max(abs($0.x), abs($0.y))) } ?? 1
    if let (low, high) = question.domain.box {
      (lower, upper) = (SIMD2(low[0], low[1]), SIMD2(high[0], high[1]))
    } else if let box = question.network.inputBox, box.lower[0] < box.upper[0], box.lower[1] < box.upper[1] {
      (lower, upper) = (SIMD2(box.lower[0], box.lower[1]), SIMD2(box.upper[0], box.upper[1]))
    } else {
      let half = reach < 1e3 ? reach : 1
      (lower, upper) = (SIMD2(-half, -half), SIMD2(half, half))
    }
    let found = try? problem.planarPieces(lower: lower, upper: upper, limit: Self.limit)
    guard let found, !found.isEmpty else { return nil }
    pieces = found
  }

  package var least: Double { pieces.reduce(.infinity) { min($0, $1.norm) } }
  package var most: Double { pieces.reduce(0) { max($0, $1.norm) } }

  package func isInside(_ x: SIMD2<Double>) -> Bool {
    lower.x <= x.x && x.x <= upper.x && lower.y <= x.y && x.y <= upper.y
  }

  /// The picture, with what there is to say below it.
  var html: String {
    let (least, most) = (least, most)
    func level(_ norm: Double) -> Int { most > least ? Int(255 * (norm - least) / (most - least)) : 255 }
    // One path for each colour: thousands of pieces stay small.
    var paths = [String](repeating: "", count: 256)
    let scale = Self.side / (upper.x - lower.x) * (Self.side / (upper.y - lower.y))
    var hidden = 0
    var (weight, sum) = (0.0, 0.0)
    for piece in pieces {
      weight += piece.area
      sum += piece.area * piece.norm
      if piece.area * scale < Self.leastArea {
        hidden += 1
        continue
      }
      let points = piece.vertices.map { vertex in
        let place = place(vertex)
        return "\(tenth(place.x)) \(tenth(place.y))"
      }
      paths[level(piece.norm)] += "M" + points.joined(separator: "L") + "Z"
    }
    let drawn = paths.enumerated().filter { !$1.isEmpty }.map { level, path in
      let color = Self.color(Double(level) / 255)
      return "<path fill=\"\(color)\" stroke=\"\(color)\" d=\"\(path)\"/>"
    }
    // What is too small to draw shows as the mean.
    let ground = hidden > 0 && weight > 0 ? Self.color(Double(level(sum / weight)) / 255) : "#fff"
    return """
      <svg viewBox="0 0 800 620" width="100%" font-size="14" font-family="system-ui, sans-serif" role="img" \
      aria-label="Linear pieces coloured by the norm of the Jacobian">
      <rect x="\(Self.left)" y="\(Self.top)" width="\(Self.side)" height="\(Self.side)" fill="\(ground)"/>
      <g stroke-width="0.5" stroke-linejoin="round">
      \(drawn.joined(separator: "\n"))
      </g>
      <rect x="\(Self.left)" y="\(Self.top)" width="\(Self.side)" height="\(Self.side)" fill="none" stroke="#222"/>
      \(axes)
      \(legend(least: least, most: most))
      \(ring)
      </svg>
      <p>\(sentences(hidden: hidden).joined(separator: " "))</p>
      """
  }

  private func sentences(hidden: Int) -> [String] {
    var sentences = ["\(pieces.count) linear \(pieces.count == 1 ? "piece" : "pieces") in the window."]
    sentences.append("Colours are norms in double precision: estimates.")
    if hidden > 0 { sentences.append("The \(hidden) smallest are not drawn.") }
    if let maximizer {
      sentences.append(
        isInside(maximizer)
          ? "The ring marks the maximiser."
          : "The maximiser (\(number(maximizer.x)), \(number(maximizer.y))) lies outside the window.")
    }
    return sentences
  }

  private func place(_ x: SIMD2<Double>) -> SIMD2<Double> {
    let share = (x - lower) / (upper - lower)
    return SIMD2(Self.left + Self.side * share.x, Self.top + Self.side * (1 - share.y))
  }

  private var axes: String {
    let (right, bottom) = (Self.left + Self.side, Self.top + Self.side)
    func text(_ x: Double, _ y: Double, _ anchor: String, _ text: String) -> String {
      "<text x=\"\(x)\" y=\"\(y)\" text-anchor=\"\(anchor)\">\(text)</text>"
    }
    return [
      text(Self.left, bottom + 20, "start", number(lower.x)),
      text(right, bottom + 20, "end", number(upper.x)),
      text((Self.left + right) / 2, bottom + 20, "middle", "input 1"),
      text(Self.left - 6, bottom, "end", number(lower.y)),
      text(Self.left - 6, Self.top + 12, "end", number(upper.y)),
      text(Self.left - 6, (Self.top + bottom) / 2, "end", "input 2"),
    ].joined(separator: "\n")
  }

  private func legend(least: Double, most: Double) -> String {
    let (x, bottom) = (Self.left + Self.side + 24, Self.top + Self.side)
    let steps = least < most ? 64 : 1
    let height = Self.side / Double(steps)
    let bars = (0..<steps).map { step in
      "<rect x=\"\(x)\" y=\"\(bottom - Double(step + 1) * height)\" width=\"18\" height=\"\(height + 0.3)\" "
        + "fill=\"\(Self.color(steps == 1 ? 1 : Double(step) / Double(steps - 1)))\"/>"
    }
    func label(_ y: Double, _ name: String, _ norm: Double) -> String {
      "<text x=\"\(x + 26)\" y=\"\(y)\">\(name) \(directedDecimal(norm, digits: 6, .nearest))</text>"
    }
    return bars.joined(separator: "\n") + "\n" + label(Self.top + 12, least < most ? "most" : "norm", most)
      + (least < most ? "\n" + label(bottom, "least", least) : "")
  }

  private var ring: String {
    guard let maximizer, isInside(maximizer) else { return "" }
    let centre = place(maximizer)
    return [("#222", 5), ("#fff", 2.5)].map { color, width in
      "<circle cx=\"\(tenth(centre.x))\" cy=\"\(tenth(centre.y))\" r=\"9\" fill=\"none\" stroke=\"\(color)\" "
        + "stroke-width=\"\(width)\"/>"
    }.joined(separator: "\n")
  }

  private func number(_ value: Double) -> String { String(format: "%.6g", value) }

  private func tenth(_ value: Double) -> String {
    let tenths = Int((10 * value).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }

  /// Viridis at a share of the scale.
  private static func color(_ share: Double) -> String {
    let stops: [SIMD3<Double>] = [
      [68, 1, 84], [72, 40, 120], [62, 74, 137], [49, 104, 142], [38, 130, 142], [31, 158, 137],
      [53, 183, 121], [110, 206, 88], [181, 222, 43], [253, 231, 37],
    ]
    let position = min(max(share, 0), 1) * Double(stops.count - 1)
    let index = min(Int(position), stops.count - 2)
    let mixed = stops[index] + (position - Double(index)) * (stops[index + 1] - stops[index])
    return String(
      format: "#%02x%02x%02x", Int(mixed.x.rounded()), Int(mixed.y.rounded()), Int(mixed.z.rounded()))
  }
}
