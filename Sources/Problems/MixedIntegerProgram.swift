public import ExactArithmetic

/// A mixed-integer linear program whose variables are all in [0,1]: what the linearised problems become, for export to
/// any other solver.
///
///     minimise or maximise Σ c_j x_j subject to rows Σ a_j x_j ≤ b, x_j in {0,1} or [0,1]
public struct MixedIntegerProgram: Problem {
  public static let kind = ProblemKind.milp
  public static let alphabet = Alphabet.bits

  public struct Column: Sendable, Hashable {
    public let name: String
    public let cost: Rational
    public let isInteger: Bool

    public init(name: String, cost: Rational, isInteger: Bool) {
      self.name = name
      self.cost = cost
      self.isInteger = isInteger
    }
  }

  /// Σ coefficient · x_column ≤ bound.
  public struct Row: Sendable, Hashable {
    public let name: String
    public let entries: [Entry]
    public let bound: Rational

    public init(name: String, entries: [Entry], bound: Rational) {
      self.name = name
      self.entries = entries
      self.bound = bound
    }
  }

  public struct Entry: Sendable, Hashable {
    public let column: Int
    public let coefficient: Rational

    public init(_ column: Int, _ coefficient: Rational) {
      self.column = column
      self.coefficient = coefficient
    }
  }

  public let columns: [Column]
  public let rows: [Row]
  public let sense: Sense

  public init(columns: [Column], rows: [Row], sense: Sense) {
    precondition(rows.allSatisfy { $0.entries.allSatisfy { columns.indices.contains($0.column) } })
    self.columns = columns
    self.rows = rows
    self.sense = sense
  }

  /// The terms are the rows.
  public var size: ProblemSize { ProblemSize(variables: columns.count, terms: rows.count) }

  /// The cost at a 0/1 point; nil where a row is violated.
  public func value(of x: [Int]) -> Rational? {
    precondition(x.count == columns.count)
    for row in rows {
      let sum = row.entries.reduce(into: Rational.zero) { if x[$1.column] == 1 { $0 += $1.coefficient } }
      if sum > row.bound { return nil }
    }
    return columns.indices.reduce(into: Rational.zero) { if x[$1] == 1 { $0 += columns[$1].cost } }
  }
}
