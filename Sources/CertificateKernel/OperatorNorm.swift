import BigInt
import ExactArithmetic

/// The operator norms ‖J‖_{P→Q} that a claim can be about, the same on both sides or P:Q:
///
///     1:Q      the largest Q-norm of a column
///     P:inf    the largest dual norm of a row
enum OperatorNorm: String, Sendable {
  case two = "2"
  case one = "1"
  case infinity = "inf"
  case oneToInfinity = "1:inf"
  case oneToTwo = "1:2"
  case twoToInfinity = "2:inf"

  private enum VectorNorm {
    case one, two, infinity

    func square(_ y: [Rational]) -> Rational {
      switch self {
      case .two: y.reduce(0) { $0 + $1 * $1 }
      case .one: y.reduce(0) { $0 + $1.magnitude }.squared
      case .infinity: (y.map(\.magnitude).max() ?? 0).squared
      }
    }
  }

  private var ends: (from: VectorNorm, to: VectorNorm) {
    switch self {
    case .two: (.two, .two)
    case .one: (.one, .one)
    case .infinity: (.infinity, .infinity)
    case .oneToInfinity: (.one, .infinity)
    case .oneToTwo: (.one, .two)
    case .twoToInfinity: (.two, .infinity)
    }
  }

  /// ‖v‖² of inputs, and ‖y‖² of outputs.
  func squareOfInputs(_ v: [Rational]) -> Rational { ends.from.square(v) }
  func squareOfOutputs(_ y: [Rational]) -> Rational { ends.to.square(y) }

  /// Whether the norm is the largest over rows, or over columns, of J.
  var isOverRows: Bool { ends.to == .infinity }
  var isOverColumns: Bool { ends.from == .one }
  /// Whether a row or column has its sum of |entries| taken.
  var sumsMagnitudes: Bool { self == .one || self == .infinity }

  /// ‖M‖² of a matrix of nonnegative entries; of norm 2 a bound, min(Σ M_ij², ‖M‖₁ ‖M‖_∞).
  func square(ofMagnitudes rows: [[BigInt]]) -> BigInt {
    let columns = (0..<(rows.first?.count ?? 0)).map { j in rows.map { $0[j] } }
    func sum(_ line: [BigInt]) -> BigInt { line.reduce(0, +) }
    func squares(_ line: [BigInt]) -> BigInt { line.reduce(0) { $0 + $1 * $1 } }
    let (rowSum, columnSum) = (rows.map(sum).max() ?? 0, columns.map(sum).max() ?? 0)
    switch self {
    case .two: return min(squares(rows.flatMap { $0 }), rowSum * columnSum)
    case .one: return columnSum * columnSum
    case .infinity: return rowSum * rowSum
    case .oneToInfinity:
      let largest = rows.flatMap { $0 }.max() ?? 0
      return largest * largest
    case .oneToTwo: return columns.map(squares).max() ?? 0
    case .twoToInfinity: return rows.map(squares).max() ?? 0
    }
  }
}

/// A row or a column of J, or one entry, where a norm is the largest over them.
struct JacobianPart: Sendable, Hashable {
  var row: Int?
  var column: Int?

  /// The entries that are left.
  func restrict<Entry>(_ rows: [[Entry]]) -> [[Entry]] {
    let rows = row.map { [rows[$0]] } ?? rows
    guard let column else { return rows }
    return rows.map { [$0[column]] }
  }
}
