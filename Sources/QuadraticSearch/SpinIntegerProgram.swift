import LinearProgramming

/// The Ising problem as a mixed-integer linear program for GLPK: s = 2x - 1 with x binary, and for each coupling one column
/// y = xᵢxⱼ in [0,1] (Fortet 1960; Glover and Woolsey 1974), of cost 4c, so that one side of y = xᵢxⱼ is enough:
///
///     y ≤ xᵢ, y ≤ xⱼ where c > 0,      y ≥ xᵢ + xⱼ - 1 where c < 0
///
/// A comparison with a general solver. The incumbent is evaluated in integers; the bound is the word of GLPK, which works
/// within tolerances.
struct SpinIntegerProgram<Scalar: FixedWidthInteger & SignedInteger & Sendable> {
  /// Beyond this sums of coefficients are no longer exact in doubles.
  static var absoluteSumLimit: Scalar { 1 << 53 }

  let form: SpinForm<Scalar>

  /// - Returns: The best spins found, if any, and the bound that GLPK claims, if any, moved to the values that the data
  ///   allow.
  func maximum(
    _ settings: QuadraticSettings, _ limits: SearchLimits, goal: Scalar?
  ) throws(GLPKFailure) -> (found: (energy: Scalar, spins: [Int8])?, claim: Scalar?) {
    guard form.spins > 0 else { return ((0, []), 0) }
    let milliseconds = limits.remainingSeconds.map { $0 * 1000 } ?? Double(Int32.max)
    // Nodes that promise less than a quarter of a step more hold nothing better.
    let tolerance = min(1e-7, max(1e-12, 0.25 * Double(form.step) / (1 + Double(form.absoluteSum))))
    let answer = try program.minimize(
      milliseconds: Int(min(milliseconds, Double(Int32.max))), nodeLimit: settings.nodeLimit ?? .max,
      objectiveTolerance: tolerance,
      // Half a step on the near side of the goal: rounding decides nothing.
      target: goal.map { constant - Double($0) + 0.5 } ?? .infinity, shouldStop: limits.shouldStop)
    limits.statistics.nodes = answer.nodes
    let found = answer.incumbent.map { point -> (energy: Scalar, spins: [Int8]) in
      let spins = point[..<form.spins].map { $0 > 0.5 ? Int8(1) : -1 }
      return (form.energy(spins), spins)
    }
    if answer.isComplete, let found { return (found, found.energy) }
    let isReached = goal.map { goal in found.map { $0.energy >= goal } ?? false } ?? false
    let isExcluded = goal.map { constant - answer.bound < Double($0) } ?? false
    if !limits.shouldStop(), !isReached, !isExcluded { limits.end(.time) }
    let bound = constant - answer.bound
    // Rounding must not cost a value that GLPK means to allow.
    let claim = (bound + 1e-6 * (1 + abs(bound))).rounded(.down)
    return (found, claim < Double(form.absoluteSum) ? form.roundedDown(Scalar(claim)) : nil)
  }

  /// Σ c - Σ h: the part of E without x.
  private var constant: Double {
    Double(form.energy([Int8](repeating: 1, count: form.spins)) - 2 * form.fields.reduce(0, +))
  }

  /// Minimise -(E - constant).
  private var program: IntegerProgram {
    var costs = form.fields.map { -2 * Double($0) }
    var isInteger = [Bool](repeating: true, count: form.spins)
    var rows = SparseRows()
    for i in 0..<form.spins {
      for neighbour in form.neighbours[i] where neighbour.spin > i && neighbour.coupling != 0 {
        let (j, c) = (neighbour.spin, Double(neighbour.coupling))
        let y = costs.count
        costs[i] += 2 * c
        costs[j] += 2 * c
        costs.append(-4 * c)
        isInteger.append(false)
        if c > 0 {
          rows.append([(y, 1), (i, -1)], upper: 0)
          rows.append([(y, 1), (j, -1)], upper: 0)
        } else {
          rows.append([(i, 1), (j, 1), (y, -1)], upper: 1)
        }
      }
    }
    var lower = [Double](repeating: 0, count: costs.count)
    // Without fields s and -s are the same.
    if !form.hasFields { lower[0] = 1 }
    var program = IntegerProgram(
      costs: costs, lower: lower, upper: [Double](repeating: 1, count: costs.count), isInteger: isInteger)
    program.rows = rows
    return program
  }
}
