import ExactArithmetic
public import LinearAlgebra

/// ‖J‖_{P→Q} = max ‖Jv‖_Q / ‖v‖_P for the six pairs of 1, 2 and inf in which it is no hard problem of its own:
///
///     1 → Q      the largest Q-norm of a column
///     P → inf    the largest dual norm of a row
///     2 → 2      the largest singular value
///
/// So 1 → 1 is the largest column sum of |J_ij|, inf → inf the largest row sum and 1 → inf the largest |J_ij|.
public struct OperatorNorm: Sendable, Hashable {
  public enum VectorNorm: String, Sendable, Hashable {
    case one = "1"
    case two = "2"
    case infinity = "inf"
  }

  /// Of the inputs.
  public let from: VectorNorm
  /// Of the outputs.
  public let to: VectorNorm

  public static let two = OperatorNorm(.two, .two)
  public static let one = OperatorNorm(.one, .one)
  public static let infinity = OperatorNorm(.infinity, .infinity)
  /// max |J_ij|.
  public static let largestEntry = OperatorNorm(.one, .infinity)

  public static let all = [
    two, one, infinity, largestEntry, OperatorNorm(.one, .two), OperatorNorm(.two, .infinity),
  ]

  private init(_ from: VectorNorm, _ to: VectorNorm) {
    self.from = from
    self.to = to
  }

  /// `2`, `1`, `inf`, or `P:Q` for inputs in the P-norm and outputs in the Q-norm. Nil for other words, and for the pairs
  /// inf:1, inf:2 and 2:1, whose norms are hard to compute even of one matrix.
  public init?(_ name: String) {
    guard
      let norm = Self.all.first(where: { $0.name == name || "\($0.from.rawValue):\($0.to.rawValue)" == name })
    else { return nil }
    self = norm
  }

  public var name: String { from == to ? from.rawValue : "\(from.rawValue):\(to.rawValue)" }

  /// Whether the norm is the largest over the columns of J, or over its rows.
  var isOverColumns: Bool { from == .one }
  var isOverRows: Bool { to == .infinity }
  var isOverParts: Bool { isOverRows || isOverColumns }

  /// Whether what is left of J, a row or a column, has its sum of |entries| taken: signs maximise it.
  var sumsMagnitudes: Bool { self == .one || self == .infinity }

  /// The norm of a row or column that is left.
  private func size(_ vector: some Collection<Double>) -> Double {
    sumsMagnitudes ? vector.reduce(0) { $0 + abs($1) } : norm(Array(vector))
  }

  /// As computed; rows and columns have relative errors of a few units in the last place for each of their entries.
  func value(_ j: Matrix) throws(LAPACKFailure) -> Double {
    self == .two ? try j.spectralNorm() : largestPart(j)?.value ?? 0
  }

  /// At least the norm, proved in floating point.
  public func upperBound(_ j: Matrix) throws(LAPACKFailure) -> Double {
    self == .two ? try j.spectralNormUpperBound() : largestPartBound(j)
  }

  /// At most the norm, proved in floating point.
  public func lowerBound(_ j: Matrix) throws(LAPACKFailure) -> Double {
    if self == .two { return try j.spectralNormLowerBound() }
    guard j.isFinite else { return 0 }
    let value = largestPart(j)?.value ?? 0
    return self == .largestEntry
      ? value : value * (1 - 2 * Double(j.rows + j.columns + 4) * unitRoundoff)
  }

  /// The upper bound of a norm over parts, which needs no decomposition.
  private func largestPartBound(_ j: Matrix) -> Double {
    guard j.isFinite else { return .infinity }
    let value = largestPart(j)?.value ?? 0
    if value == 0 { return 0 }
    return self == .largestEntry
      ? value : value * (1 + 2 * Double(j.rows + j.columns + 4) * unitRoundoff)
  }

  /// At least the norm of every matrix whose entries are no larger in size than these.
  func monotoneBound(_ magnitudes: Matrix) -> Double {
    guard self == .two else { return largestPartBound(magnitudes) }
    let sums = Self.one.largestPartBound(magnitudes) * Self.infinity.largestPartBound(magnitudes)
    return min(magnitudes.frobeniusNormUpperBound(), (sums * (1 + 4 * unitRoundoff)).squareRoot().nextUp)
  }

  /// The same, of two their Frobenius norm: cheap enough for bounds of rounding errors.
  public func errorBound(_ magnitudes: Matrix) -> Double {
    self == .two ? magnitudes.frobeniusNormUpperBound() : monotoneBound(magnitudes)
  }

  /// The norms of layers before one with this norm, and after it.
  public var ofInputs: OperatorNorm { OperatorNorm(from, from) }
  public var ofOutputs: OperatorNorm { OperatorNorm(to, to) }

  /// ‖E‖ ≤ factor · ‖E‖_F.
  func frobeniusFactor(rows: Int, columns: Int) -> Double {
    sumsMagnitudes ? Double(isOverRows ? columns : rows).squareRoot() * (1 + 4 * unitRoundoff) : 1
  }

  /// u and v with uᵀJv = ‖J‖, of dual norm and norm 1, as computed. Nil for the zero matrix and where LAPACK fails.
  func maximizers(_ j: Matrix) -> (value: Double, u: [Double], v: [Double])? {
    if self == .two {
      guard let svd = try? j.singularValueDecomposition(), let top = svd.singularValues.first, top > 0 else {
        return nil
      }
      return (top, svd.leftVectors.column(0), Array(svd.rightVectorsTransposed.row(0)))
    }
    guard let (value, row, column) = largestPart(j), value > 0 else { return nil }
    var u = [Double](repeating: 0, count: j.rows)
    var v = [Double](repeating: 0, count: j.columns)
    switch (row, column) {
    case (let i?, let k?):
      u[i] = 1
      v[k] = j[i, k] >= 0 ? 1 : -1
    case (let i?, nil):
      u[i] = 1
      v = j.row(i).map { sumsMagnitudes ? ($0 >= 0 ? 1 : -1) : $0 / value }
    case (nil, let k?):
      v[k] = 1
      u = j.column(k).map { sumsMagnitudes ? ($0 >= 0 ? 1 : -1) : $0 / value }
    case (nil, nil): return nil
    }
    return (value, u, v)
  }

  /// The row, column or entry of the largest size.
  private func largestPart(_ j: Matrix) -> (value: Double, row: Int?, column: Int?)? {
    if isOverRows, isOverColumns {
      let best = j.elements.indices.max { abs(j.elements[$0]) < abs(j.elements[$1]) }
      return best.map { (abs(j.elements[$0]), $0 / j.columns, $0 % j.columns) }
    }
    let sizes = isOverRows ? (0..<j.rows).map { size(j.row($0)) } : (0..<j.columns).map { size(j.column($0)) }
    guard let best = sizes.indices.max(by: { sizes[$0] < sizes[$1] }) else { return nil }
    return isOverRows ? (sizes[best], best, nil) : (sizes[best], nil, best)
  }

  // MARK: Exact arithmetic

  /// ‖J‖² and a direction v with ‖Jv‖ = ‖J‖ ‖v‖, exactly. For norms other than 2, where both are rational.
  func exactMaximum(_ j: ScaledIntegerMatrix) -> (squared: Rational, direction: [Dyadic]) {
    precondition(self != .two)
    var best: (squared: Dyadic, direction: [Dyadic])?
    func offer(_ entries: [Dyadic], _ direction: @autoclosure () -> [Dyadic]) {
      let squared: Dyadic
      if sumsMagnitudes {
        let sum = entries.reduce(Dyadic.zero) { $0 + ($1.signum < 0 ? -$1 : $1) }
        squared = sum * sum
      } else if isOverRows, isOverColumns {
        squared = entries.reduce(Dyadic.zero) { max($0, $1 * $1) }
      } else {
        squared = entries.reduce(Dyadic.zero) { $0 + $1 * $1 }
      }
      if best.map({ $0.squared < squared }) ?? true { best = (squared, direction()) }
    }
    func unit(_ k: Int) -> [Dyadic] { (0..<j.columns).map { Dyadic($0 == k ? 1 : 0) } }
    if isOverColumns {
      for k in 0..<j.columns { offer((0..<j.rows).map { j[$0, k] }, unit(k)) }
    } else {
      for i in 0..<j.rows {
        let row = (0..<j.columns).map { j[i, $0] }
        let isZero = row.allSatisfy(\.isZero)
        offer(row, isZero ? unit(0) : sumsMagnitudes ? row.map { Dyadic($0.signum < 0 ? -1 : 1) } : row)
      }
    }
    guard let best else { return (.zero, []) }
    return (Rational(best.squared, Dyadic(1)), best.direction)
  }

  /// How ‖J‖² compares with `square`, exactly: `positiveDefinite` where it is smaller, `semidefinite` where equal.
  func compare(_ j: ScaledIntegerMatrix, with square: Rational) -> Definiteness {
    if self == .two { return j.compareSquaredNorm(with: square) }
    let own = exactMaximum(j).squared
    return own < square ? .positiveDefinite : own == square ? .semidefinite : .notSemidefinite
  }
}

/// A row and a column of J, where a norm is the largest over rows or columns: what one node of the search is about.
struct JacobianPart: Sendable, Hashable {
  var row: Int?
  var column: Int?

  /// All of J.
  static let all = JacobianPart()
}

extension OperatorNorm {
  /// The parts of a Jacobian whose largest norm is the norm, row by row.
  func parts(rows: Int, columns: Int) -> [JacobianPart] {
    let rows: [Int?] = isOverRows ? Array(0..<rows) : [nil]
    let columns: [Int?] = isOverColumns ? Array(0..<columns) : [nil]
    return rows.flatMap { row in columns.map { JacobianPart(row: row, column: $0) } }
  }

  /// A bound on the norm of a part of every matrix whose entries are no larger in size than these.
  func monotoneBound(_ magnitudes: Matrix, _ part: JacobianPart) -> Double {
    if part == .all { return monotoneBound(magnitudes) }
    var left = magnitudes
    if let row = part.row { left = left.selecting(rows: [row]) }
    if let column = part.column { left = left.selecting(columns: [column]) }
    return largestPartBound(left)
  }
}
