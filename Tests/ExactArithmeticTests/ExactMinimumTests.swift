import BigInt
import ExactArithmetic
import RandomNumbers
import Testing

/// A small linear program over the integers: is c·y + γ negative somewhere where every rᵢ·y + ρᵢ ≥ 0?
private struct Program {
  var objective: [Int]
  var constraints: [[Int]]
  var dimension: Int { objective.count - 1 }

  static func random(dimension: Int, rows: Int, seed: UInt64, isDegenerate: Bool) -> Program {
    var random = SplitMix64(seed: seed)
    func entries(constant: ClosedRange<Int>) -> [Int] {
      let slopes = (0..<dimension).map { _ in Int.random(in: -2...2, using: &random) }
      return slopes + [Int.random(in: constant, using: &random)]
    }
    // Equal constants make many constraints meet in one point.
    return Program(
      objective: entries(constant: 0...2),
      constraints: (0..<rows).map { _ in entries(constant: isDegenerate ? 1...1 : 1...4) })
  }

  var verdict: NegativityVerdict {
    decideNegativity(
      objective: objective.map { BigInt($0) }, constraints: constraints.map { $0.map { BigInt($0) } })
  }

  /// form(y / q) · q, for a point with the common denominator q > 0.
  private func value(_ form: [Int], _ point: [Int], _ q: Int) -> Int {
    zip(form, point).reduce(form[dimension] * q) { $0 + $1.0 * $1.1 }
  }

  /// By brute force: every vertex, and every direction of recession, of the polyhedron cut to a large cube. Inside the
  /// cube |yⱼ| ≤ R a minimum is at a vertex, and R exceeds every vertex of the polyhedron, so a form that is
  /// unbounded below is negative at the cube's wall.
  var isNegativeSomewhere: Bool {
    let reach = 10_000
    var walls = constraints
    for j in 0..<dimension {
      for sign in [1, -1] { walls.append((0..<dimension).map { $0 == j ? sign : 0 } + [reach]) }
    }
    func choose(_ start: Int, _ chosen: [[Int]]) -> Bool {
      if chosen.count == dimension { return isNegativeVertex(chosen, walls) }
      return (start..<walls.count).contains { choose($0 + 1, chosen + [walls[$0]]) }
    }
    return choose(0, [])
  }

  private func isNegativeVertex(_ rows: [[Int]], _ walls: [[Int]]) -> Bool {
    let full = determinant(rows.map { Array($0.dropLast()) })
    guard full != 0 else { return false }
    // Cramer: M y = -ρ.
    let sign = full < 0 ? -1 : 1
    let point = (0..<dimension).map { j in
      sign * determinant(rows.map { row in (0..<dimension).map { $0 == j ? -row[dimension] : row[$0] } })
    }
    let q = abs(full)
    return value(objective, point, q) < 0 && walls.allSatisfy { value($0, point, q) >= 0 }
  }

  private func determinant(_ m: [[Int]]) -> Int {
    switch m.count {
    case 1: m[0][0]
    case 2: m[0][0] * m[1][1] - m[0][1] * m[1][0]
    default:
      m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0])
        + m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0])
    }
  }

  /// Checks a negative point in exact arithmetic.
  func confirms(_ point: [Rational]) -> Bool {
    let q = point.reduce(BigInt(1)) { $0 * $1.denominator }
    func value(_ form: [Int]) -> BigInt {
      zip(form, point).reduce(BigInt(form[dimension]) * q) { sum, pair in
        sum + BigInt(pair.0) * pair.1.numerator * (q / pair.1.denominator)
      }
    }
    return value(objective) < 0 && constraints.allSatisfy { value($0) >= 0 }
  }
}

@Suite struct ExactMinimumTests {
  @Test("The exact simplex method agrees with all vertices", arguments: [1, 2, 3], [false, true])
  func bruteForce(dimension: Int, isDegenerate: Bool) {
    var negative = 0
    let count = dimension == 3 ? 300 : 1000
    for seed in 0..<UInt64(count) {
      let program = Program.random(
        dimension: dimension, rows: Int(seed % 7), seed: seed, isDegenerate: isDegenerate)
      switch program.verdict {
      case .nonnegative:
        #expect(!program.isNegativeSomewhere, "seed \(seed)")
      case .negative(let point):
        negative += 1
        #expect(program.isNegativeSomewhere, "seed \(seed)")
        #expect(point.count == dimension && program.confirms(point), "seed \(seed)")
      }
    }
    // Both answers are tested.
    #expect(negative > count / 10 && negative < count)
  }

  @Test func noConstraints() {
    guard case .negative = Program(objective: [1, 5], constraints: []).verdict else {
      Issue.record("y + 5 is negative on the line")
      return
    }
    guard case .nonnegative = Program(objective: [0, 0], constraints: []).verdict else {
      Issue.record("0 is not negative")
      return
    }
  }

  @Test func formThatTouchesZeroOnly() {
    // y ≥ -1, so y + 1 ≥ 0 with equality on the wall.
    guard case .nonnegative = Program(objective: [1, 1], constraints: [[1, 1]]).verdict else {
      Issue.record("y + 1 is nonnegative where y ≥ -1")
      return
    }
    // The same where the wall is twice there and the form is a multiple of it.
    guard case .nonnegative = Program(objective: [3, 3, 3], constraints: [[1, 1, 1], [2, 2, 2]]).verdict
    else {
      Issue.record("a multiple of a wall is nonnegative")
      return
    }
  }

  @Test func aDistanceOfTwoToTheMinusThousand() {
    let huge = BigInt(1) << 1000
    // y ≥ -1 + 2⁻¹⁰⁰⁰: y + 1 > 0; and y ≥ -1 - 2⁻¹⁰⁰⁰: y + 1 takes negative values.
    guard case .nonnegative = decideNegativity(objective: [1, 1], constraints: [[huge, huge - 1]]) else {
      Issue.record("positive by 2⁻¹⁰⁰⁰")
      return
    }
    guard case .negative = decideNegativity(objective: [1, 1], constraints: [[huge, huge + 1]]) else {
      Issue.record("negative by 2⁻¹⁰⁰⁰")
      return
    }
  }

  @Test("Many walls through one point do not cycle", arguments: 100..<110)
  func degenerateVertex(seed: UInt64) {
    // Every wall passes through (-1, -1, -1, -1): r·y + Σ r, with Σ r > 0.
    var random = SplitMix64(seed: seed)
    var constraints: [[BigInt]] = []
    while constraints.count < 14 {
      let row = (0..<4).map { _ in Int.random(in: -3...3, using: &random) }
      let sum = row.reduce(0, +)
      if sum > 0 { constraints.append((row + [sum]).map { BigInt($0) }) }
    }
    // A sum of walls is nonnegative; less a little it is negative at the common point.
    let sum = (0..<5).map { j in constraints.prefix(5).reduce(BigInt(0)) { $0 + $1[j] } }
    guard case .nonnegative = decideNegativity(objective: sum, constraints: constraints) else {
      Issue.record("a sum of walls is nonnegative, seed \(seed)")
      return
    }
    var less = sum.map { $0 * 1000 }
    less[4] -= 1
    guard case .negative = decideNegativity(objective: less, constraints: constraints) else {
      Issue.record("negative by 1/1000 at the common point, seed \(seed)")
      return
    }
  }
}
