import BigInt
import ExactArithmetic
import LinearProgramming
import Problems
import QuadraticSearch
import RandomNumbers
import Testing

@Suite struct LinearEngineTests {
  /// Small problems of every awkward shape: disconnected, with isolated spins, zero weights, fields on some spins.
  static func problem(seed: UInt64, spins: Int? = nil) -> Ising {
    var random = SplitMix64(seed: seed)
    let n = spins ?? Int(seed % 11)
    let density = [0.15, 0.4, 0.7, 1][Int(random.next() % 4)]
    let largest = [1, 1, 3, 20][Int(random.next() % 4)]
    let fields = [0, 0.4, 1][Int(random.next() % 3)]
    func number() -> Rational { Rational(Int.random(in: -largest...largest, using: &random)) }
    var couplings: [PairTerm] = []
    for i in 0..<n {
      for j in i + 1..<max(n, i + 1) where random.uniform() < density {
        couplings.append(PairTerm(i, j, number()))
      }
    }
    return Ising(
      spins: n, couplings: couplings, fields: (0..<n).map { _ in random.uniform() < fields ? number() : 0 },
      sense: Bool.random(using: &random) ? .minimize : .maximize)
  }

  static func settings(knownOptimum: [Int]? = nil, nodeLimit: Int? = nil) -> QuadraticSettings {
    var settings = QuadraticSettings(engine: .linear, nodeLimit: nodeLimit)
    settings.tripwire = knownOptimum
    settings.presolves = false
    return settings
  }

  @Test("Linear against brute force, every optimum a tripwire", arguments: UInt64(1)...300)
  func bruteForce(seed: UInt64) throws {
    let problem = Self.problem(seed: seed)
    let optimum = try #require(problem.bruteForceOptimum())
    let result = try problem.solve(Self.settings(knownOptimum: optimum.solutions.last))
    #expect(result.isOptimal && result.value == optimum.value)
    #expect(optimum.solutions.contains(result.solution))
    #expect(result.isExact && result.boundSource == .linearMultipliers)
    QuadraticSearchTests.check(result, problem, "seed \(seed)")
    for offset in [-1, 0, 1] {
      for isStrict in [false, true] {
        var settings = Self.settings()
        settings.goal = .init(value: optimum.value + Rational(offset), isStrict: isStrict)
        let decided = try problem.solve(settings)
        QuadraticSearchTests.check(decided, problem, "offset \(offset)")
        func reaches(_ value: Rational) -> Bool {
          let goal = optimum.value + Rational(offset)
          return problem.sense.prefers(value, to: goal) || (!isStrict && value == goal)
        }
        #expect(reaches(decided.value) == reaches(optimum.value), "offset \(offset) \(isStrict)")
        #expect(reaches(decided.bound) == reaches(optimum.value), "offset \(offset) \(isStrict)")
      }
    }
  }

  @Test("Where nodes are really branched on: 16 to 24 spins, stopped and not", arguments: UInt64(1)...80)
  func branching(seed: UInt64) throws {
    let problem = Self.problem(seed: seed, spins: 16 + Int(seed % 9))
    let exact = try problem.solve(QuadraticSettings(engine: .enumerate))
    let result = try problem.solve(Self.settings(knownOptimum: exact.solution))
    #expect(result.isOptimal && result.value == exact.value)
    QuadraticSearchTests.check(result, problem, "seed \(seed)")
    for limit in [0, 1, 2, 5] {
      let stopped = try problem.solve(Self.settings(knownOptimum: exact.solution, nodeLimit: limit))
      QuadraticSearchTests.check(stopped, problem, "limit \(limit)")
      #expect(!problem.sense.prefers(exact.value, to: stopped.bound), "limit \(limit)")
      #expect(stopped.isOptimal || stopped.reason == .nodes)
    }
    var loose = Self.settings()
    loose.relativeGap = 0.2
    let near = try problem.solve(loose)
    QuadraticSearchTests.check(near, problem, "loose")
    #expect(!problem.sense.prefers(exact.value, to: near.bound) && near.reason == .gap)
    #expect((near.bound - near.value).magnitude <= Rational(0.2) * near.value.magnitude)
  }

  /// Counts the questions of a search; they come from the search's own thread.
  private final class Questions: @unchecked Sendable { var count = 0 }

  @Test("GLPK dying under the search costs time, never the answer", arguments: UInt64(1)...40)
  func failures(seed: UInt64) throws {
    let problem = Self.problem(seed: seed, spins: 14 + Int(seed % 5))
    let exact = try problem.solve(QuadraticSettings(engine: .enumerate))
    for period in [1, 3, 7] {
      let questions = Questions()
      var settings = Self.settings(knownOptimum: exact.solution)
      // Every so many questions the thread's GLPK environment is gone.
      settings.isInterrupted = {
        questions.count += 1
        if questions.count % period == 0 { _ = GLPK.provokeFatalError() }
        return false
      }
      let result = try problem.solve(settings)
      #expect(result.isOptimal && result.value == exact.value, "period \(period)")
      QuadraticSearchTests.check(result, problem, "period \(period)")
    }
  }

  @Test("Interrupted anywhere, it holds an enclosure", arguments: UInt64(1)...40)
  func interrupted(seed: UInt64) throws {
    let problem = Self.problem(seed: seed, spins: 16 + Int(seed % 5))
    let exact = try problem.solve(QuadraticSettings(engine: .enumerate))
    for last in [0, 1, 5, 21, 22, 23, 25, 30] {
      let questions = Questions()
      var settings = Self.settings(knownOptimum: exact.solution)
      settings.isInterrupted = {
        questions.count += 1
        return questions.count > last
      }
      let result = try problem.solve(settings)
      QuadraticSearchTests.check(result, problem, "after \(last)")
      #expect(!problem.sense.prefers(exact.value, to: result.bound), "after \(last)")
      #expect(result.isOptimal || result.reason == .interrupt, "after \(last)")
    }
  }

  /// A torus with weights ±1 (all local fields even) or integers up to `largest`.
  static func torus(_ rows: Int, _ columns: Int, largest: Int, seed: UInt64) -> Ising {
    var random = SplitMix64(seed: seed)
    var couplings: [PairTerm] = []
    for i in 0..<rows {
      for j in 0..<columns {
        for other in [(i + 1) % rows * columns + j, i * columns + (j + 1) % columns] {
          let sign = Bool.random(using: &random) ? 1 : -1
          let size = Int.random(in: 1...largest, using: &random)
          couplings.append(PairTerm(i * columns + j, other, Rational(sign * size)))
        }
      }
    }
    return Ising(
      spins: rows * columns, couplings: couplings.canonicalized(variables: rows * columns), sense: .maximize)
  }

  @Test("Toroidal grids against elimination", arguments: UInt64(1)...12)
  func toruses(seed: UInt64) throws {
    let problem = Self.torus(
      3 + Int(seed % 4), 4 + Int(seed % 5), largest: seed % 2 == 0 ? 1 : 50, seed: seed)
    let tables = try problem.solve(QuadraticSettings(engine: .elimination))
    let search = try problem.solve(Self.settings(knownOptimum: tables.solution))
    #expect(search.isOptimal && search.value == tables.value)
    #expect(search.statistics.nodes <= 3, "\(search.statistics)")
    QuadraticSearchTests.check(search, problem, "seed \(seed)")
  }

  @Test("A grid of 400 spins takes a few nodes")
  func largeTorus() throws {
    let problem = Self.torus(20, 20, largest: 1, seed: 5)
    let result = try problem.solve(Self.settings())
    #expect(result.isOptimal && result.statistics.nodes <= 50, "\(result.statistics)")
    #expect(try problem.solve(Self.settings()).statistics == result.statistics)
  }

  @Test("Sparse problems with fields against the semidefinite engine", arguments: UInt64(1)...6)
  func sparse(seed: UInt64) throws {
    let problem = QuadraticSearchTests.random(
      36, density: 0.08, seed: seed, number: QuadraticSearchTests.integer)
    let search = try problem.solve(Self.settings())
    #expect(search.isOptimal)
    #expect(try problem.solve(QuadraticSettings(engine: .semidefinite)).value == search.value)
  }

  @Test("Grids are left to the linear engine, random graphs of higher degree to the semidefinite one")
  func choice() throws {
    let grid = Self.torus(14, 14, largest: 1, seed: 3)
    #expect(try grid.solve(QuadraticSettings(nodeLimit: 0)).engine == .linear)
    let fields = (0..<196).map { Rational($0 % 3 - 1) }
    let magnetic = Ising(spins: 196, couplings: grid.couplings, fields: fields, sense: .maximize)
    #expect(try magnetic.solve(QuadraticSettings(nodeLimit: 0)).engine == .linear)
    let random = QuadraticSearchTests.random(150, density: 0.05, seed: 2) { _ in 1 }
    #expect(try random.solve(QuadraticSettings(nodeLimit: 0)).engine == .semidefinite)
  }

  @Test("Too many edges are refused, in one line")
  func limit() {
    let dense = QuadraticSearchTests.random(220, density: 1, seed: 2) { _ in 1 }
    #expect(throws: UnsupportedProblem.self) { try dense.solve(Self.settings()) }
  }

  // MARK: Separation

  static func graph(_ n: Int, density: Double, _ random: inout SplitMix64) -> CutGraph {
    var edges: [CutGraph.Edge] = []
    for i in 0..<n {
      for j in i + 1..<max(n, i + 1) where random.uniform() < density {
        edges.append(.init(i, j, Int128(Int.random(in: -9...9, using: &random))))
      }
    }
    return CutGraph(vertices: n, edges: edges)
  }

  /// All simple cycles as lists of edges, by extending paths from their least vertex.
  static func cycles(_ graph: CutGraph) -> [[Int]] {
    var result: [[Int]] = []
    func extend(_ vertices: [Int], _ edges: [Int]) {
      for (e, edge) in graph.edges.enumerated() where edge.tail == vertices.last || edge.head == vertices.last
      {
        let next = edge.tail == vertices[vertices.count - 1] ? edge.head : edge.tail
        if next == vertices[0], vertices.count > 2, edges[0] < e { result.append(edges + [e]) }
        if next > vertices[0], !vertices.contains(next) { extend(vertices + [next], edges + [e]) }
      }
    }
    for start in 0..<graph.vertices { extend([start], []) }
    return result
  }

  /// The largest violation among all odd subsets of a cycle.
  static func violation(_ cycle: [Int], _ x: [Double]) -> Double {
    var worst = -1.0
    for subset in 0..<(1 << cycle.count) where subset.nonzeroBitCount & 1 == 1 {
      var violation = 1.0
      for (k, e) in cycle.enumerated() { violation -= subset >> k & 1 == 1 ? 1 - x[e] : x[e] }
      worst = max(worst, violation)
    }
    return worst
  }

  static func isChordlessCycle(_ inequality: OddCycleInequality, _ graph: CutGraph) -> Bool {
    let edges = inequality.terms.map { graph.edges[OddCycleInequality.edge($0)] }
    let vertices = Set(edges.flatMap { [$0.tail, $0.head] })
    let inner = graph.edges.filter { vertices.contains($0.tail) && vertices.contains($0.head) }
    // As many edges as vertices, two at each, all of the induced ones, and connected.
    guard edges.count == vertices.count, edges.count >= 3, inner.count == edges.count else { return false }
    var reached: Set<Int> = [edges[0].tail]
    for _ in edges {
      for edge in edges where reached.contains(edge.tail) || reached.contains(edge.head) {
        reached.formUnion([edge.tail, edge.head])
      }
    }
    return reached == vertices
      && vertices.allSatisfy { v in edges.count { $0.tail == v || $0.head == v } == 2 }
  }

  @Test("Separation finds a violated odd cycle where there is one", arguments: UInt64(1)...400)
  func separation(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let graph = Self.graph(3 + Int(seed % 5), density: seed % 3 == 0 ? 1 : 0.6, &random)
    let signs = (0..<graph.vertices).map { _ in Bool.random(using: &random) ? Int8(1) : -1 }
    let cut = graph.cut(signs)
    // Points of the cube, near a cut, with many integral entries, or of few values.
    let x = graph.edges.indices.map { e -> Double in
      switch seed % 4 {
      case 0: random.uniform()
      case 1: abs(cut[e] - 0.45 * random.uniform())
      case 2: random.uniform() < 0.5 ? cut[e] : random.uniform()
      default: Double(Int.random(in: 0...4, using: &random)) / 4
      }
    }
    var separation = OddCycleSeparation(graph)
    #expect(separation.violated(by: cut, threshold: 1e-9, count: 100).isEmpty)
    let found = separation.violated(by: x, threshold: 1e-6, count: 100)
    for inequality in found {
      #expect(inequality.violation(x) > 1e-6 && inequality.violation(cut) <= 0)
      #expect(inequality.bound % 2 == 0 && Self.isChordlessCycle(inequality, graph))
    }
    #expect(Set(found).count == found.count)
    let worst = Self.cycles(graph).map { Self.violation($0, x) }.max() ?? -1
    #expect(found.isEmpty == (worst <= 1e-6), "\(worst)")
  }

  // MARK: Proved bounds

  @Test("Whatever the multipliers are, the bound holds", arguments: UInt64(1)...200)
  func multipliers(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    let graph = Self.graph(2 + Int(seed % 7), density: 0.8, &random)
    let x = graph.edges.map { _ in random.uniform() }
    var separation = OddCycleSeparation(graph)
    let rows = separation.violated(by: x, threshold: 1e-6, count: 100)
    let nonsense = [0, -1, .nan, .infinity, -.infinity, 1e300, 1e-300, 7, 0.3]
    let multipliers = rows.map { _ in
      seed % 3 == 0 ? nonsense[Int(random.next() % 9)] : 10 * random.uniform() - 1
    }
    let reference = (0..<graph.vertices).map { _ in Bool.random(using: &random) ? Int8(1) : -1 }
    let values = graph.edges.map { edge -> Bool? in
      random.uniform() < 0.3 ? reference[edge.tail] != reference[edge.head] : nil
    }
    let bound = LinearMultipliers(graph).bound(rows, multipliers: multipliers, values: values)
    var best: (energy: Int128, signs: [Int8])?
    var largestOpposing = [Int128?](repeating: nil, count: graph.edges.count)
    for code in 0..<(1 << graph.vertices) {
      let signs = (0..<graph.vertices).map { code >> $0 & 1 == 1 ? Int8(1) : -1 }
      let cut = graph.cut(signs)
      guard zip(values, cut).allSatisfy({ $0 == nil || $0 == ($1 == 1) }) else { continue }
      let energy = zip(graph.edges, cut).reduce(Int128(0)) { $0 + ($1.1 == 1 ? -$1.0.weight : $1.0.weight) }
      if best.map({ energy > $0.energy }) ?? true { best = (energy, signs) }
      for e in cut.indices where values[e] == nil {
        if let value = bound.fixing(e, cutoff: energy), (cut[e] == 1) != value { largestOpposing[e] = energy }
      }
    }
    #expect(best.map { $0.energy <= bound.floor } ?? false)
    // An edge is fixed only where all assignments with its other value are below the cutoff.
    #expect(largestOpposing.allSatisfy { $0 == nil })
  }

  @Test("Long coefficients: bounds hold at 2⁹⁰ and beyond", arguments: [0, 1, 60, 90, 115])
  func longCoefficients(bits: Int) {
    let unit = Int128(1) << Int128(bits)
    let triangle = CutGraph(vertices: 3, edges: [.init(0, 1, -unit), .init(1, 2, -unit), .init(0, 2, -unit)])
    let terms = (0..<3).map { OddCycleInequality.term($0, inF: true) }
    for multiplier in [0, 1, 0.5, 1.7] {
      let bound = LinearMultipliers(triangle).bound(
        [OddCycleInequality(terms: terms)], multipliers: [multiplier * Double(unit)], values: [nil, nil, nil])
      #expect(bound.floor >= unit && bound.floor <= 4 * unit)
      if multiplier == 1, bits < 115 { #expect(bound.floor == unit) }
    }
  }
}
