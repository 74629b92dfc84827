import LinearProgramming
import RandomNumbers
import Testing

@Suite struct CuttingPlaneProgramTests {
  /// max x + 2y over the unit square, and x + y ≤ 1 later.
  @Test func rowsComeAndGo() throws {
    try CuttingPlaneProgram.with(costs: [-1, -2], lower: [0, 0], upper: [1, 1]) {
      program throws(GLPKFailure) in
      #expect(try program.solve().value == -3)
      var rows = SparseRows()
      rows.append([(0, 1), (1, 1)], upper: 1)
      rows.append([(0, 1)], upper: 5)
      try program.add(rows)
      let bounded = try program.solve()
      #expect(bounded.value == -2 && bounded.point == [0, 1] && bounded.status == .optimal)
      #expect(bounded.rowMultipliers[0] <= -1 && bounded.rowMultipliers[1] == 0)
      #expect(bounded.rowIsBasic == [false, true])
      try program.setBounds(columns: [1], lower: [0.25], upper: [0.25])
      #expect(try program.solve().value == -1.25)
      try program.removeRows([0])
      #expect(program.rows == 1)
      #expect(try program.solve().value == -1.5)
      try program.setBounds(columns: [1], lower: [0], upper: [1])
      #expect(try program.solve(objectiveLimit: 5).value == -3)
    }
  }

  @Test func infeasibleAndLimits() throws {
    try CuttingPlaneProgram.with(costs: [1, 1], lower: [0, 0], upper: [1, 1]) { program throws(GLPKFailure) in
      var rows = SparseRows()
      rows.append([(0, 1), (1, 1)], lower: 3)
      _ = try program.solve()
      try program.add(rows)
      #expect(try program.solve().status == .infeasible)
      try program.removeRows([0])
      rows = SparseRows()
      rows.append([(0, 1), (1, 1)], lower: 2)
      try program.add(rows)
      #expect(try program.solve().value == 2)
    }
  }

  private static func invalid(_ kind: Int, _ program: inout CuttingPlaneProgram) throws(GLPKFailure) {
    var rows = SparseRows()
    switch kind {
    case 0: rows.append([(0, .nan)], upper: 1)
    case 1: rows.append([(1, .infinity)], upper: 1)
    case 2: rows.append([(2, 1)], upper: 1)
    case 3: rows.append([(-1, 1)], upper: 1)
    case 4: rows.append([(0, 1), (1, 1), (0, 1)], upper: 1)
    case 5: rows.append([(0, 1)], lower: 2, upper: 1)
    case 6: rows.append([(0, 1)], upper: .nan)
    case 7: rows.append([(0, 1)], lower: .infinity)
    case 8: rows.append([(Int.max, 1)], lower: 0)
    case 9: try program.setBounds(columns: [0], lower: [1], upper: [0])
    case 10: try program.setBounds(columns: [2], lower: [0], upper: [0])
    case 11: try program.setBounds(columns: [-1], lower: [0], upper: [0])
    case 12: try program.setBounds(columns: [0, 1], lower: [0], upper: [0])
    case 13: try program.setBounds(columns: [0], lower: [.nan], upper: [0])
    case 14: try program.removeRows([0])
    case 15: try program.removeRows([-1])
    default: _ = try program.solve(objectiveLimit: .nan)
    }
    try program.add(rows)
  }

  @Test("What GLPK would abort on throws, and the program lives on", arguments: 0...16)
  func validation(kind: Int) throws {
    try CuttingPlaneProgram.with(costs: [-1, -2], lower: [0, 0], upper: [1, 1]) {
      program throws(GLPKFailure) in
      var message: String?
      do throws(GLPKFailure) { try Self.invalid(kind, &program) } catch { message = error.message }
      #expect(message != nil, "kind \(kind)")
      #expect(try program.solve().value == -3 && program.rows == 0)
    }
  }

  @Test("Invalid columns throw", arguments: 0..<6)
  func invalidColumns(kind: Int) {
    var (costs, lower, upper) = ([1.0, 1], [0.0, 0], [1.0, 1])
    switch kind {
    case 0: costs[0] = .nan
    case 1: costs[1] = .infinity
    case 2: lower[0] = 2
    case 3: upper[1] = .nan
    case 4: upper.append(1)
    default: (costs, lower, upper) = ([], [], [])
    }
    #expect(throws: GLPKFailure.self) {
      try CuttingPlaneProgram.with(costs: costs, lower: lower, upper: upper) { _ throws(GLPKFailure) in }
    }
  }

  @Test("A fatal error makes every program of its thread stale; new ones work")
  func fatalError() throws {
    try CuttingPlaneProgram.with(costs: [-1], lower: [0], upper: [1]) { outer throws(GLPKFailure) in
      let failure = GLPK.provokeFatalError()
      #expect(!failure.message.isEmpty)
      #expect(throws: GLPKFailure.self) {
        try CuttingPlaneProgram.with(costs: [-1], lower: [0], upper: [1]) { inner throws(GLPKFailure) in
          #expect(try inner.solve().value == -1)
          _ = GLPK.provokeFatalError()
          _ = try inner.solve()
        }
      }
      var texts: [String] = []
      do throws(GLPKFailure) { _ = try outer.solve() } catch { texts.append(error.message) }
      do throws(GLPKFailure) { try outer.add(SparseRows()) } catch { texts.append(error.message) }
      do throws(GLPKFailure) { try outer.removeRows([]) } catch { texts.append(error.message) }
      #expect(texts.count == 3 && texts.allSatisfy { $0.contains("stale") })
      #expect(throws: Never.self) {
        try CuttingPlaneProgram.with(costs: [-2], lower: [0], upper: [1]) { next throws(GLPKFailure) in
          #expect(try next.solve().value == -2)
        }
      }
    }
  }

  @Test("Scopes may be nested, and a thrown error closes them")
  func nesting() throws {
    try CuttingPlaneProgram.with(costs: [-1], lower: [0], upper: [1]) { outer throws(GLPKFailure) in
      #expect(throws: GLPKFailure.self) {
        try CuttingPlaneProgram.with(costs: [-3], lower: [0], upper: [1]) { inner throws(GLPKFailure) in
          #expect(try inner.solve().value == -3)
          try inner.removeRows([7])
        }
      }
      #expect(try outer.solve().value == -1)
    }
  }

  /// Random rows over a box that contains 0, which all of them allow.
  private static func randomRow(_ columns: Int, _ random: inout SplitMix64) -> (
    entries: [(Int, Double)], upper: Double
  ) {
    let entries = (0..<columns).filter { _ in Bool.random(using: &random) }.map {
      ($0, Double(Int.random(in: -4...4, using: &random)))
    }
    return (entries, Double(Int.random(in: 0...3, using: &random)))
  }

  @Test("Warm starts give what a cold solve gives, while rows and bounds change", arguments: UInt64(0)..<60)
  func warmAgreesWithCold(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let n = Int(seed % 7) + 1
    let costs = (0..<n).map { _ in Double(Int.random(in: -9...9, using: &random)) }
    var lower = [Double](repeating: -2, count: n)
    var upper = [Double](repeating: 3, count: n)
    var rows: [(entries: [(Int, Double)], upper: Double)] = []
    try CuttingPlaneProgram.with(costs: costs, lower: lower, upper: upper) { program throws(GLPKFailure) in
      for step in 0..<12 {
        var new = SparseRows()
        for _ in 0..<Int.random(in: 0...3, using: &random) {
          rows.append(Self.randomRow(n, &random))
          new.append(rows[rows.count - 1].entries, upper: rows[rows.count - 1].upper)
        }
        try program.add(new)
        let gone = rows.indices.filter { _ in random.uniform() < 0.2 }
        try program.removeRows(gone)
        for k in gone.reversed() { rows.remove(at: k) }
        let column = Int.random(in: 0..<n, using: &random)
        (lower[column], upper[column]) = [(-2, 3), (0, 0), (-1, 0), (0, 3)][step % 4]
        try program.setBounds(columns: [column], lower: [lower[column]], upper: [upper[column]])
        let warm = try program.solve()
        let cold = try CuttingPlaneProgram.with(costs: costs, lower: lower, upper: upper) {
          fresh throws(GLPKFailure) in
          var all = SparseRows()
          for row in rows { all.append(row.entries, upper: row.upper) }
          try fresh.add(all)
          return try fresh.solve()
        }
        #expect(warm.status == .optimal && cold.status == .optimal, "step \(step)")
        #expect(abs(warm.value - cold.value) < 1e-8 * (1 + abs(cold.value)), "step \(step)")
        let limited = try program.solve(objectiveLimit: cold.value - 1)
        #expect(limited.status == .objectiveLimit || limited.status == .optimal)
      }
    }
  }

  @Test("Worker threads hold programs of their own, failures of one do not reach another")
  func concurrentTasks() async {
    await withTaskGroup(of: String?.self) { group in
      for task in 0..<100 {
        group.addTask {
          let answer = try? CuttingPlaneProgram.with(costs: [-1, -2], lower: [0, 0], upper: [1, 1]) {
            program throws(GLPKFailure) in
            var rows = SparseRows()
            rows.append([(0, 1), (1, 1)], upper: 1)
            for _ in 0..<20 { try program.add(rows) }
            if task % 5 == 0 { _ = GLPK.provokeFatalError() }
            return try program.solve().value
          }
          return answer == (task % 5 == 0 ? nil : -2) ? nil : "task \(task): \(String(describing: answer))"
        }
      }
      for await failure in group { if let failure { Issue.record("\(failure)") } }
    }
  }

  @Test("Integer programs against brute force", arguments: UInt64(0)..<40)
  func integerPrograms(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let n = Int(seed % 8) + 1
    let costs = (0..<n).map { _ in Double(Int.random(in: -9...9, using: &random)) }
    var program = IntegerProgram(
      costs: costs, lower: [Double](repeating: 0, count: n), upper: [Double](repeating: 1, count: n),
      isInteger: [Bool](repeating: true, count: n))
    var rows: [(entries: [(Int, Double)], upper: Double)] = []
    for _ in 0..<Int(seed % 5) {
      rows.append(Self.randomRow(n, &random))
      program.rows.append(rows[rows.count - 1].entries, upper: rows[rows.count - 1].upper)
    }
    let best = (0..<(1 << n)).compactMap { code -> Double? in
      let x = (0..<n).map { Double(code >> $0 & 1) }
      let isFeasible = rows.allSatisfy { row in
        row.entries.reduce(0) { $0 + $1.1 * x[$1.0] } <= row.upper
      }
      return isFeasible ? zip(costs, x).reduce(0) { $0 + $1.0 * $1.1 } : nil
    }.min()
    let answer = try program.minimize(milliseconds: 60_000)
    #expect(answer.isComplete && answer.incumbent != nil)
    #expect(abs(answer.value - (best ?? .nan)) < 1e-9)
    program.isInteger[0] = false
    program.lower[0] = 0.5
    #expect(try program.minimize(milliseconds: 60_000).isComplete)
    program.isInteger[0] = true
    #expect(throws: GLPKFailure.self) { try program.minimize(milliseconds: 1000) }
  }
}
