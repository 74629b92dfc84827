import LinearAlgebra

/// ‖A D(σ) B‖² over all σ in {0,1}ⁿ, in Gray code order: from one pattern to the next J changes by ±(on - off) a_i b_iᵀ.
///
/// One row or column: J and its sum of squares, O(d) a pattern. Otherwise J and its Gram matrix G = J Jᵀ (the smaller side
/// first), O(m d + m²) a pattern; whether λ(G) exceeds what is known is decided by a bound from the traces of G and G²
/// (Wolkowicz and Styan, Bounds for eigenvalues using traces, 1980), then by a Cholesky factorisation; an eigenvalue is
/// computed for the few that do. J and G are formed anew now and then, so that rounding does not add up.
struct GrayCodeNorms {
  typealias Vector = SIMD4<Double>

  /// Patterns from one fresh start to the next.
  private static let interval: UInt64 = 256
  /// Patterns between two questions whether to stop.
  private static let patience: UInt64 = 1 << 14

  private let units: Int
  private let rows: Int
  /// Columns of J, in fours.
  private let width: Int
  /// (on - off) a_i, one a row.
  private let outer: [Double]
  /// b_i, one a row, padded by zeros.
  private let inner: [Vector]
  private let offSlope: Double
  /// off · Σ a_i b_iᵀ.
  private let start: [Vector]
  /// ‖b_i‖² / 2.
  private let halfSquares: [Double]

  private var jacobian: [Vector] = []
  /// The lower triangle of G.
  private var gram: [Double] = []
  private var product: [Double]
  private var scratch: [Double]

  init(outer a: Matrix, inner b: Matrix, slopes: UnitSlopes) {
    let isTransposed = a.rows > b.columns
    let (left, right) = isTransposed ? (b.transposed(), a.transposed()) : (a, b)
    units = b.rows
    rows = left.rows
    let width = (right.columns + 3) / 4
    self.width = width
    outer = (left.transposed() * (slopes.on - slopes.off)).elements
    inner = Self.padded(right, width)
    offSlope = slopes.off
    start = Self.padded((left * slopes.off) * right, width)
    halfSquares = (0..<right.rows).map { dot(right.row($0), right.row($0)) / 2 }
    product = [Double](repeating: 0, count: left.rows)
    scratch = [Double](repeating: 0, count: left.rows * left.rows)
  }

  private static func padded(_ matrix: Matrix, _ width: Int) -> [Vector] {
    (0..<matrix.rows).flatMap { i in
      (0..<width).map { k in
        var four = Vector.zero
        for lane in 0..<4 where 4 * k + lane < matrix.columns { four[lane] = matrix[i, 4 * k + lane] }
        return four
      }
    }
  }

  /// What rounding may hide of ‖J‖ for n units and J of m × d, where ‖ |A| |D| |B| ‖_F ≤ `magnitude`.
  ///
  /// A flip adds at most 4 u |A||D||B| to the error of J, and (4 d + 32) u times the square of that to the error of G; a
  /// fresh start costs (n + 4) u and 2 (d + n) u; the tests on G cost 8 (m + 4) u of its trace. All of it twice.
  struct Rounding {
    private let relative: Double
    private let square: Double
    private let norm: Double

    init(units: Int, rows: Int, columns: Int, magnitude: Double) {
      let interval = Double(GrayCodeNorms.interval)
      let (n, m, d) = (Double(units), Double(min(rows, columns)), Double(max(rows, columns)))
      let gram = m <= 1 ? 0 : interval * (4 * d + 32) + 2 * (m + d + n) + 8 * (m + 4)
      relative = 2 * (d + 8) * unitRoundoff
      square = 2 * gram * unitRoundoff * magnitude * magnitude
      norm = 2 * (4 * interval + n + 4) * unitRoundoff * magnitude
    }

    /// ‖J‖ is at most this where ‖J‖² as computed, or as tested, is at most `square`.
    func normBound(square computed: Double) -> Double {
      ((max(computed, 0) * (1 + relative) + square).squareRoot() + norm) * (1 + 4 * unitRoundoff)
    }
  }

  /// Visits the patterns with ‖J‖² above the floor.
  ///
  /// - Parameters:
  ///   - shouldStop: asked now and then, with how many patterns were looked at since.
  ///   - visit: takes the pattern, unit i in bit i, and ‖J‖²; returns the floor from here on.
  /// - Returns: false where it was stopped.
  mutating func forEach(
    above floor: Double, shouldStop: (_ patterns: Int) -> Bool,
    visit: (_ code: UInt64, _ square: Double) -> Double
  ) -> Bool {
    var floor = floor
    let count = UInt64(1) << units
    var first: UInt64 = 0
    while first < count {
      let end = min(count, first + Self.interval)
      restart(at: first ^ (first >> 1))
      if rows == 1 {
        visitVectors(first, end, &floor, visit)
      } else {
        visitMatrices(first, end, &floor, visit)
      }
      if end & (Self.patience - 1) == 0 || end == count {
        let looked = (end - 1) & (Self.patience - 1) + 1
        if shouldStop(Int(looked)), end < count { return false }
      }
      first = end
    }
    return true
  }

  /// J of a pattern, and G.
  private mutating func restart(at code: UInt64) {
    jacobian = start
    for unit in 0..<units where code >> UInt64(unit) & 1 == 1 { addToJacobian(unit, sign: 1) }
    guard rows > 1 else { return }
    gram = [Double](repeating: 0, count: rows * rows)
    for i in 0..<rows {
      for j in 0...i {
        var sum = Vector.zero
        for k in 0..<width { sum += jacobian[i * width + k] * jacobian[j * width + k] }
        gram[i * rows + j] = sum.sum()
      }
    }
  }

  private mutating func addToJacobian(_ unit: Int, sign: Double) {
    let inner = inner
    let b = inner.span.extracting(unit * width..<(unit + 1) * width)
    for i in 0..<rows {
      let factor = Vector(repeating: sign * outer[unit * rows + i])
      for k in b.indices { jacobian[i * width + k] += factor * b[k] }
    }
  }

  private mutating func visitVectors(
    _ first: UInt64, _ end: UInt64, _ floor: inout Double, _ visit: (UInt64, Double) -> Double
  ) {
    let inner = inner
    var code = first
    while true {
      var sum = Vector.zero
      if code > first {
        let unit = code.trailingZeroBitCount
        let isOn = (code ^ (code >> 1)) >> UInt64(unit) & 1 == 1
        let b = inner.span.extracting(unit * width..<(unit + 1) * width)
        let factor = Vector(repeating: isOn ? outer[unit] : -outer[unit])
        for k in b.indices {
          let entry = jacobian[k] + factor * b[k]
          jacobian[k] = entry
          sum += entry * entry
        }
      } else {
        for entry in jacobian { sum += entry * entry }
      }
      let square = sum.sum()
      if square > floor { floor = visit(code ^ (code >> 1), square) }
      code += 1
      if code == end { return }
    }
  }

  private mutating func visitMatrices(
    _ first: UInt64, _ end: UInt64, _ floor: inout Double, _ visit: (UInt64, Double) -> Double
  ) {
    for code in first..<end {
      if code > first {
        let unit = code.trailingZeroBitCount
        flip(unit, sign: (code ^ (code >> 1)) >> UInt64(unit) & 1 == 1 ? 1 : -1)
      }
      if isAtMost(floor) { continue }
      let square = largestEigenvalue()
      if square > floor { floor = visit(code ^ (code >> 1), square) }
    }
  }

  /// J + s a bᵀ, and G + a qᵀ + q aᵀ with q = s J b + ‖b‖²/2 a.
  private mutating func flip(_ unit: Int, sign: Double) {
    let (inner, outer) = (inner, outer)
    let b = inner.span.extracting(unit * width..<(unit + 1) * width)
    let a = outer.span.extracting(unit * rows..<(unit + 1) * rows)
    let half = halfSquares[unit]
    for i in a.indices {
      let factor = Vector(repeating: sign * a[i])
      var sum = Vector.zero
      let base = i * width
      for k in b.indices {
        let entry = jacobian[base + k]
        sum += entry * b[k]
        jacobian[base + k] = entry + factor * b[k]
      }
      product[i] = sign * sum.sum() + half * a[i]
    }
    for i in a.indices {
      let (ai, qi) = (a[i], product[i])
      let base = i * rows
      for j in 0...i { gram[base + j] += ai * product[j] + qi * a[j] }
    }
  }

  /// Whether the largest eigenvalue of G is certainly at most `level`, but for rounding.
  private mutating func isAtMost(_ level: Double) -> Bool {
    var trace = 0.0
    var squares = 0.0
    for i in 0..<rows {
      let base = i * rows
      for j in 0..<i { squares += gram[base + j] * gram[base + j] }
      trace += gram[base + i]
    }
    squares *= 2
    for i in 0..<rows { squares += gram[i * rows + i] * gram[i * rows + i] }
    if trace <= level { return true }
    // λ ≤ t/m + √((m - 1)/m (‖G‖_F² - t²/m)).
    let m = Double(rows)
    let distance = level - trace / m
    guard distance > 0 else { return false }
    return (m - 1) / m * (squares - trace * trace / m) <= distance * distance || isDefinite(level)
  }

  /// Whether level · I - G has a Cholesky factorisation.
  private mutating func isDefinite(_ level: Double) -> Bool {
    for i in 0..<rows {
      let base = i * rows
      for j in 0...i {
        var sum = i == j ? level - gram[base + i] : -gram[base + j]
        for k in 0..<j { sum -= scratch[base + k] * scratch[j * rows + k] }
        if i == j {
          guard sum > 0 else { return false }
          scratch[base + i] = sum.squareRoot()
        } else {
          scratch[base + j] = sum / scratch[j * rows + j]
        }
      }
    }
    return true
  }

  private func largestEigenvalue() -> Double {
    let full = Matrix(rows: rows, columns: rows) { gram[max($0, $1) * rows + min($0, $1)] }
    return (try? full.largestEigenvalue()) ?? .infinity
  }
}
