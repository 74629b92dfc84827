import Foundation

/// Curves and points over one pair of axes.
public struct Chart: Sendable {
  public enum Scale: Sendable { case linear, logarithmic }

  public enum Style: Sendable {
    case line, dashedLine, points, linesAndPoints, steps
    /// A point with a bar from `low` to `high`.
    case bars
    /// The same, points connected.
    case linesAndBars
  }

  public struct Point: Sendable {
    public var x: Double
    public var y: Double
    /// Ends of a bar; y where left out.
    public var low: Double?
    public var high: Double?

    public init(_ x: Double, _ y: Double, low: Double? = nil, high: Double? = nil) {
      self.x = x
      self.y = y
      self.low = low
      self.high = high
    }
  }

  public struct Series: Sendable {
    public var name: String
    public var style: Style
    public var points: [Point]

    public init(_ name: String, _ style: Style, _ points: [Point]) {
      self.name = name
      self.style = style
      self.points = points
    }
  }

  public var title: String
  public var xLabel: String
  public var yLabel: String
  public var xScale: Scale
  public var yScale: Scale
  /// Words at x = 0, 1, 2, … in place of numbers.
  public var categories: [String]
  public var series: [Series]

  public init(
    title: String, xLabel: String, yLabel: String, xScale: Scale = .linear, yScale: Scale = .linear,
    categories: [String] = [], series: [Series]
  ) {
    self.title = title
    self.xLabel = xLabel
    self.yLabel = yLabel
    self.xScale = xScale
    self.yScale = yScale
    self.categories = categories
    self.series = series
  }
}

extension Chart: Picture {
  /// What a logarithmic axis cannot show is left out.
  private func isShown(_ point: Point) -> Bool {
    point.x.isFinite && point.y.isFinite && (xScale == .linear || point.x > 0)
      && (yScale == .linear || point.y > 0)
  }

  /// One block a curve, after its name: x, y, low, high.
  public var data: String {
    series.map { curve in
      let rows = curve.points.filter(isShown).map { point in
        "\(point.x) \(point.y) \(point.low ?? point.y) \(point.high ?? point.y)"
      }
      return "# \(curve.name)\n" + rows.joined(separator: "\n")
    }.joined(separator: "\n\n\n") + "\n"
  }

  public func script(dataFile: String) -> String {
    let drawn = series.enumerated().filter { $0.element.points.contains(where: isShown) }
    // gnuplot does not count blocks without data.
    let curves = drawn.enumerated().map { block, curve in
      let (columns, style) = Self.words(curve.element.style)
      return
        "\(Gnuplot.quoted(dataFile)) index \(block) using \(columns) with \(style) linetype \(curve.offset + 1)"
        + " title \(Gnuplot.quoted(curve.element.name))"
    }
    let abscissas = drawn.flatMap(\.element.points).filter(isShown).map(\.x)
    let isCount = xScale == .linear && categories.isEmpty && abscissas.allSatisfy { $0 == $0.rounded() }
    let width = (abscissas.max() ?? 0) - (abscissas.min() ?? 0)
    let axes = [
      // Between whole numbers there is nothing.
      isCount && width <= 12 ? "set xtics 1" : nil,
      margins(drawn.flatMap(\.element.points).filter(isShown).map(\.x)),
      xScale == .logarithmic ? "set logscale x" : nil, yScale == .logarithmic ? "set logscale y" : nil,
      xScale == .logarithmic ? "set format x \"%g\"" : nil,
      yScale == .logarithmic ? "set format y \"10^{%L}\"" : nil,
    ].compactMap(\.self)
    let words = categories.enumerated().map { "\(Gnuplot.quoted($0.element)) \($0.offset)" }
    let ticks =
      categories.isEmpty
      ? []
      : [
        "set xtics (\(words.joined(separator: ", "))) rotate by 35 right",
        "set xrange [-0.5:\(Double(categories.count) - 0.5)]",
      ]
    return
      ([
        "set title \(Gnuplot.quoted(title)) noenhanced", "set xlabel \(Gnuplot.quoted(xLabel)) noenhanced",
        "set ylabel \(Gnuplot.quoted(yLabel)) noenhanced",
        "set key outside right top noenhanced", "set grid linecolor rgb \"#dddddd\"", "set border 3",
        "set tics nomirror",
      ] + axes + ticks
      + (curves.isEmpty
        ? ["set xrange [0:1]", "set yrange [1:10]", "plot NaN notitle"]
        : ["plot \\\n  " + curves.joined(separator: ", \\\n  ")]))
      .joined(
        separator: "\n")
  }

  /// The x axis with room at both ends, where it shows numbers.
  private func margins(_ x: [Double]) -> String? {
    guard categories.isEmpty, let least = x.min(), let most = x.max(), least < most else { return nil }
    switch xScale {
    case .linear:
      let room = (most - least) / 30
      return "set xrange [\(least - room):\(most + room)]"
    case .logarithmic:
      let room = pow(most / least, 1.0 / 30)
      return "set xrange [\(least / room):\(most * room)]"
    }
  }

  private static func words(_ style: Style) -> (columns: String, style: String) {
    switch style {
    case .line: ("1:2", "lines linewidth 2")
    case .dashedLine: ("1:2", "lines linewidth 2 dashtype 2")
    case .points: ("1:2", "points pointtype 7 pointsize 0.5")
    case .linesAndPoints: ("1:2", "linespoints linewidth 2 pointtype 7 pointsize 0.6")
    case .steps: ("1:2", "steps linewidth 2")
    case .bars: ("1:2:3:4", "yerrorbars linewidth 1.5 pointtype 7 pointsize 0.7")
    case .linesAndBars: ("1:2:3:4", "yerrorlines linewidth 1.5 pointtype 7 pointsize 0.7")
    }
  }
}
