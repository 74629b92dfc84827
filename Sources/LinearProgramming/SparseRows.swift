/// Constraints lower ≤ Σ coefficient · x_column ≤ upper, in the compressed form that GLPK is handed.
public struct SparseRows: Sendable {
  private(set) var starts: [Int32] = [0]
  private(set) var columns: [Int32] = []
  private(set) var coefficients: [Double] = []
  private(set) var lower: [Double] = []
  private(set) var upper: [Double] = []

  public init() {}

  public var count: Int { lower.count }

  public mutating func append(
    _ entries: some Sequence<(Int, Double)>, lower: Double = -.infinity,
    upper: Double = .infinity
  ) {
    for (column, coefficient) in entries {
      columns.append(Int32(clamping: column))
      coefficients.append(coefficient)
    }
    starts.append(Int32(columns.count))
    self.lower.append(lower)
    self.upper.append(upper)
  }

  /// - Throws: `GLPKFailure` for what GLPK would abort on or misunderstand.
  func validate(columns n: Int) throws(GLPKFailure) {
    guard coefficients.allSatisfy(\.isFinite) else {
      throw GLPKFailure(message: "a coefficient is NaN or infinite")
    }
    try GLPKFailure.validate(lower: lower, upper: upper)
    guard count < 1 << 24 else { throw GLPKFailure(message: "a linear program takes fewer than 2²⁴ rows") }
    var lastRow = [Int](repeating: -1, count: n)
    for row in lower.indices {
      for column in columns[Int(starts[row])..<Int(starts[row + 1])] {
        guard lastRow.indices.contains(Int(column)), lastRow[Int(column)] != row else {
          throw GLPKFailure(message: "row \(row) names a column that does not exist, or one twice")
        }
        lastRow[Int(column)] = row
      }
    }
  }
}

extension GLPKFailure {
  static func validate(lower: [Double], upper: [Double]) throws(GLPKFailure) {
    guard lower.count == upper.count,
      zip(lower, upper).allSatisfy({ $0 <= $1 && $0 < .infinity && $1 > -.infinity })
    else { throw GLPKFailure(message: "a lower bound is NaN or above its upper bound") }
  }

  /// GLPK's own text, NUL-terminated.
  init(_ text: [CChar]) {
    self.init(
      message: String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self))
  }
}
