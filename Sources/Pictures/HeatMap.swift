/// A number at every point of a rectangular grid, as colours.
public struct HeatMap: Sendable {
  public var title: String
  public var xLabel: String
  public var yLabel: String
  public var valueLabel: String
  public var x: [Double]
  public var y: [Double]
  /// By y, then x.
  public var values: [[Double]]
  public var isLogarithmic: Bool

  public init(
    title: String, xLabel: String, yLabel: String, valueLabel: String, x: [Double], y: [Double],
    values: [[Double]], isLogarithmic: Bool = false
  ) {
    precondition(values.count == y.count && values.allSatisfy { $0.count == x.count })
    self.title = title
    self.xLabel = xLabel
    self.yLabel = yLabel
    self.valueLabel = valueLabel
    self.x = x
    self.y = y
    self.values = values
    self.isLogarithmic = isLogarithmic
  }
}

extension HeatMap: Picture {
  public var data: String {
    y.indices.map { row in
      x.indices.map { "\(x[$0]) \(y[row]) \(values[row][$0])" }.joined(separator: "\n")
    }.joined(separator: "\n\n") + "\n"
  }

  public func script(dataFile: String) -> String {
    """
    set title \(Gnuplot.quoted(title)) noenhanced
    set xlabel \(Gnuplot.quoted(xLabel)) noenhanced
    set ylabel \(Gnuplot.quoted(yLabel)) noenhanced
    set cblabel \(Gnuplot.quoted(valueLabel)) noenhanced
    set palette defined (0 "#440154", 1 "#3b528b", 2 "#21918c", 3 "#5ec962", 4 "#fde725")
    \(isLogarithmic ? "set logscale cb" : "unset logscale cb")
    set size ratio -1
    set tics nomirror out
    unset key
    set autoscale fix
    plot \(Gnuplot.quoted(dataFile)) using 1:2:3 with image
    """
  }
}
