/// A straight line through points, by least squares.
public struct LineFit: Sendable, Hashable {
  public let slope: Double
  public let intercept: Double
  /// Of the slope, from the residuals: √(Σ r² / (n - 2) / Σ (x - x̄)²).
  public let standardError: Double
  public let points: Int

  /// Nil for fewer than three different x, where no error can be stated.
  public init?(_ points: [(x: Double, y: Double)]) {
    guard Set(points.map(\.x)).count >= 3 else { return nil }
    let n = Double(points.count)
    let meanX = points.reduce(0) { $0 + $1.x } / n
    let meanY = points.reduce(0) { $0 + $1.y } / n
    let spread = points.reduce(0) { $0 + ($1.x - meanX) * ($1.x - meanX) }
    let slope = points.reduce(0) { $0 + ($1.x - meanX) * ($1.y - meanY) } / spread
    let intercept = meanY - slope * meanX
    let residuals = points.reduce(0.0) { sum, point in
      let residual = point.y - intercept - slope * point.x
      return sum + residual * residual
    }
    self.slope = slope
    self.intercept = intercept
    standardError = (residuals / (n - 2) / spread).squareRoot()
    self.points = points.count
  }
}
