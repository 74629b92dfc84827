import LinearProgramming
import RandomNumbers
import Testing

@Suite struct LinearProgramTests {
  private func value(_ outcome: LinearProgramOutcome) -> Double? {
    guard case .optimal(let value, _, _) = outcome else { return nil }
    return value
  }

  /// The triangle x ≥ 0, y ≥ 0, x + y ≤ 1.
  private var triangle: Polyhedron {
    var result = Polyhedron(columns: 2, lower: [0, 0], upper: [.infinity, .infinity])
    result.addRow([1, 1], lower: -.infinity, upper: 1)
    return result
  }

  @Test func knownPrograms() throws {
    let outcomes = try GLPK.minimize([[-1, -2], [1, 1], [-2, -1], [0, 0], [-3, 1]], over: triangle)
    let values = outcomes.map { value($0) }
    #expect(values == [-2, 0, -2, 0, -3])
    guard case .optimal(_, let point, let multipliers) = outcomes[0] else {
      Issue.record("optimal")
      return
    }
    #expect(point == [0, 1])
    // -x - 2y = -2 (x + y) + x: the row's multiplier.
    #expect(multipliers == [-2])
  }

  @Test func equalitiesAndRanges() throws {
    var program = Polyhedron(columns: 2)
    program.addRow([1, 1], lower: 3, upper: 3)
    program.addRow([1, -1], lower: -1, upper: 1)
    let values = try GLPK.minimize([[1, 0], [-1, 0], [1, 1]], over: program).map { value($0) }
    #expect(values == [1, -2, 3])
    let fixed = Polyhedron(columns: 1, lower: [4], upper: [4])
    #expect(try GLPK.minimize([[1], [-1]], over: fixed).map { value($0) } == [4, -4])
  }

  @Test func unboundedPrograms() throws {
    guard case .unbounded = try GLPK.minimize([[-1, 0]], over: Polyhedron(columns: 2))[0] else {
      Issue.record("free columns are unbounded")
      return
    }
    var ray = Polyhedron(columns: 2, lower: [0, 0], upper: [.infinity, .infinity])
    ray.addRow([1, -1], lower: 0, upper: 0)
    let outcomes = try GLPK.minimize([[-1, -1], [1, 1], [-1, 1]], over: ray)
    guard case .unbounded = outcomes[0] else {
      Issue.record("unbounded along a ray")
      return
    }
    // The next objectives start from there.
    #expect(value(outcomes[1]) == 0 && value(outcomes[2]) == 0)
  }

  @Test func infeasiblePrograms() throws {
    var program = triangle
    program.addRow([1, 1], lower: 2)
    for outcome in try GLPK.minimize([[1, 0], [0, 0]], over: program) {
      guard case .infeasible = outcome else {
        Issue.record("infeasible")
        return
      }
    }
  }

  @Test func noObjectivesAndNoRows() throws {
    #expect(try GLPK.minimize([], over: triangle).isEmpty)
    let box = Polyhedron(columns: 2, lower: [-1, -2], upper: [3, 4])
    #expect(try GLPK.minimize([[1, 1], [-1, -1]], over: box).map { value($0) } == [-3, -7])
    #expect(throws: GLPKFailure.self) { try GLPK.minimize([[]], over: Polyhedron(columns: 0)) }
  }

  @Test("NaN, infinite coefficients and crossed bounds throw", arguments: 0..<12)
  func invalidPrograms(kind: Int) {
    #expect(throws: GLPKFailure.self, "kind \(kind)") { try solveInvalid(kind) }
  }

  private func solveInvalid(_ kind: Int) throws {
    var program = triangle
    var cost = [1.0, 1]
    switch kind {
    case 0: cost[0] = .nan
    case 1: cost[1] = .infinity
    case 2: program.addRow([.nan, 1], lower: 0)
    case 3: program.addRow([-.infinity, 1], lower: 0)
    case 4: program.addRow([1, 1], lower: 1, upper: 0)
    case 5: program.addRow([1, 1], lower: .nan)
    case 6: program.addRow([1, 1], lower: 0, upper: .nan)
    case 7: program.addRow([1, 1], lower: .infinity)
    case 8: (program.columnLower[0], program.columnUpper[0]) = (2, 1)
    case 9: program.columnUpper[1] = .nan
    case 10: program.columnUpper[1] = -.infinity
    default: cost.append(1)
    }
    _ = try GLPK.minimize([[0, 0], cost], over: program)
  }

  /// A bounded program with known feasible point 0.
  private func randomProgram(seed: UInt64) -> (Polyhedron, costs: [[Double]]) {
    var random = SplitMix64(seed: seed)
    let columns = Int(seed % 5) + 1
    let box = [Double](repeating: 5, count: columns)
    var program = Polyhedron(columns: columns, lower: box.map { -$0 }, upper: box)
    func row() -> [Double] { (0..<columns).map { _ in Double(Int.random(in: -4...4, using: &random)) } }
    for _ in 0..<Int(seed % 12) {
      program.addRow(row(), lower: -Double(Int.random(in: 0...3, using: &random)))
    }
    return (program, (0..<6).map { _ in row() })
  }

  @Test("Each objective from the last one's basis gives the value it has from scratch", arguments: 0..<60)
  func warmAgreesWithCold(seed: UInt64) throws {
    let (program, costs) = randomProgram(seed: seed)
    let warm = try GLPK.minimize(costs, over: program)
    for (cost, outcome) in zip(costs, warm) {
      let cold = try #require(value(GLPK.minimize([cost], over: program)[0]), "seed \(seed)")
      guard case .optimal(let value, let point, let multipliers) = outcome else {
        Issue.record("seed \(seed): not optimal")
        return
      }
      #expect(abs(value - cold) < 1e-9 * (1 + abs(cold)), "seed \(seed)")
      // Feasible, and optimal by its multipliers: the rest of the cost is minimised by the box alone.
      var bound = 0.0
      for j in cost.indices {
        #expect(abs(point[j]) <= 5 + 1e-9, "seed \(seed)")
        var rest = cost[j]
        for r in 0..<program.rows { rest -= multipliers[r] * program.matrix[r * program.columns + j] }
        bound -= 5 * abs(rest)
      }
      for r in 0..<program.rows {
        let activity = point.indices.reduce(0) { $0 + program.matrix[r * program.columns + $1] * point[$1] }
        #expect(activity >= program.rowLower[r] - 1e-9, "seed \(seed)")
        #expect(multipliers[r] >= -1e-9, "seed \(seed)")
        bound += multipliers[r] * program.rowLower[r]
      }
      #expect(abs(bound - value) < 1e-8 * (1 + abs(value)), "seed \(seed)")
    }
  }

  @Test("200 tasks at once, a third of them invalid, each get their own answer")
  func concurrentTasks() async {
    await withTaskGroup(of: String?.self) { group in
      for task in 0..<200 {
        group.addTask {
          do {
            if task % 3 == 0 {
              try solveInvalid(task % 12)
              return "task \(task): an invalid program was solved"
            }
            let (program, costs) = randomProgram(seed: UInt64(task))
            let (a, b) = (try GLPK.minimize(costs, over: program), try GLPK.minimize(costs, over: program))
            for (x, y) in zip(a, b) where value(x) == nil || value(x) != value(y) {
              return "task \(task): not repeatable"
            }
            let known = try GLPK.minimize([[-1, -2]], over: triangle)
            return value(known[0]) == -2 ? nil : "task \(task): wrong value"
          } catch {
            return task % 3 == 0 ? nil : "task \(task): \(error)"
          }
        }
      }
      for await failure in group { if let failure { Issue.record("\(failure)") } }
    }
  }
}
