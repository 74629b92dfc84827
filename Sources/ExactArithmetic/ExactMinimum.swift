public import BigInt

/// The exact answer to: does a linear form take negative values on an open polyhedron?
public enum NegativityVerdict: Sendable {
  /// The form is nonnegative on the whole polyhedron, as a combination with positive factors of these constraints and of a
  /// nonnegative constant. Their rows are linearly independent.
  case nonnegative(support: [Int])
  /// The form is negative at `point`, which lies in the closed polyhedron.
  case negative(point: [Rational])
}

/// Decides whether c·y + γ < 0 somewhere on { y : rᵢ·y + ρᵢ ≥ 0 }, given that every ρᵢ > 0 and γ ≥ 0, so that
/// y = 0 is an interior point; all data integers.
///
/// The simplex method with Bland's rule and integer pivoting (all entries share one denominator, each division is
/// exact), as in Avis, "A revised implementation of the reverse search vertex enumeration algorithm" (2000). It stops at the first point with
/// a negative value. Exact, always ends; O(rows · columns) big-integer products a pivot.
///
/// - Parameters:
///   - objective: c and γ, the constant last.
///   - constraints: rows (rᵢ, ρᵢ), the constant last and positive.
public func decideNegativity(objective: [BigInt], constraints: [[BigInt]]) -> NegativityVerdict {
  let dimension = objective.count - 1
  // Dictionary: basic variables are affine in the nonbasic ones. Row r: basic[r] = (Σ entries · nonbasic + constant)
  // / denominator. The last row is the objective. Nonbasic column j at first is the free coordinate y_j.
  var table = constraints
  table.append(objective)
  var denominator: BigInt = 1
  // Variables 0..<dimension are coordinates (free), dimension + i is the slack of constraint i.
  var basic = constraints.indices.map { dimension + $0 }
  var nonbasic = Array(0..<dimension)
  let last = constraints.count

  func point(moving column: Int?, by step: Rational?) -> [Rational] {
    var coordinates = [Rational](repeating: Rational(0, 1), count: dimension)
    for (r, variable) in basic.enumerated() where variable < dimension {
      var numerator = table[r][dimension]
      var divisor = denominator
      if let column, let step {
        numerator = numerator * step.denominator + table[r][column] * step.numerator
        divisor *= step.denominator
      }
      coordinates[variable] = Rational(numerator, divisor)
    }
    if let column, let step, nonbasic[column] < dimension { coordinates[nonbasic[column]] = step }
    return coordinates
  }

  while true {
    if table[last][dimension].signum() < 0 { return .negative(point: point(moving: nil, by: nil)) }
    // Entering: the first nonbasic variable whose change lowers the objective. Free coordinates may go either way.
    var entering: (column: Int, direction: BigInt)?
    for column in 0..<dimension {
      let slope = table[last][column].signum()
      guard slope != 0, nonbasic[column] < dimension || slope < 0 else { continue }
      if let best = entering, nonbasic[best.column] < nonbasic[column] { continue }
      entering = (column, slope < 0 ? 1 : -1)
    }
    guard let (column, direction) = entering else {
      let support = nonbasic.indices.filter { nonbasic[$0] >= dimension && table[last][$0].signum() > 0 }
      return .nonnegative(support: support.map { nonbasic[$0] - dimension }.sorted())
    }
    // Leaving: the first slack to reach zero; ties by the smallest index (Bland).
    var leaving: Int?
    for r in basic.indices where basic[r] >= dimension {
      let rate = table[r][column] * direction
      guard rate.signum() < 0 else { continue }
      guard let best = leaving else {
        leaving = r
        continue
      }
      // constant_r / |rate_r| against constant_best / |rate_best|
      let mine = table[r][dimension] * (table[best][column] * direction).magnitude.asSigned
      let other = table[best][dimension] * rate.magnitude.asSigned
      if mine < other || (mine == other && basic[r] < basic[best]) { leaving = r }
    }
    guard let row = leaving else {
      // Unbounded: go far enough for the objective to be negative.
      let objectiveRate = table[last][column].magnitude.asSigned
      let step = Rational(direction * (table[last][dimension] + denominator), objectiveRate)
      return .negative(point: point(moving: column, by: step))
    }
    pivot(&table, row: row, column: column, denominator: &denominator)
    swap(&basic[row], &nonbasic[column])
  }
}

extension BigUInt {
  fileprivate var asSigned: BigInt { BigInt(self) }
}

/// Exchanges the basic variable of `row` with the nonbasic one of `column`.
private func pivot(_ table: inout [[BigInt]], row: Int, column: Int, denominator: inout BigInt) {
  // basic = (… + p·nonbasic)/q  ⟹  nonbasic = (q·basic - …)/p
  let pivot = table[row][column]
  let sign: BigInt = pivot.signum() < 0 ? -1 : 1
  for r in table.indices where r != row {
    let factor = table[r][column]
    for j in table[r].indices where j != column {
      let other = table[row][j]
      let value = pivot * table[r][j] - (factor.isZero || other.isZero ? 0 : factor * other)
      table[r][j] = sign * (value / denominator)
    }
    table[r][column] = sign * factor
  }
  for j in table[row].indices { table[row][j] = j == column ? sign * denominator : -sign * table[row][j] }
  denominator = sign * pivot
}
