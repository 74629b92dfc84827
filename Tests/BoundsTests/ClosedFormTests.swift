import Bounds
import ExactArithmetic
import LinearAlgebra
import Networks
import PatternSearch
import RandomNumbers
import TestSupport
import Testing

/// Constants that are known in closed form.
@Suite struct ClosedFormTests {
  private func values(_ question: BoundQuestion) -> [String: Double] {
    var result: [String: Double] = [:]
    for method in boundMethods { result[method.name] = method.init().run(question).value }
    return result
  }

  private func isClose(_ a: Double?, _ b: Double, _ tolerance: Double = 2e-6) -> Bool {
    guard let a else { return false }
    return abs(a - b) <= tolerance * max(abs(b), 1e-300)
  }

  @Test("One affine layer: every bound is the spectral norm except Frobenius", arguments: 1...10)
  func oneLayer(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let matrix = gaussian(Int(seed % 4) + 1, Int(seed % 3) + 1, &random)
    let affine = try network([matrix], biasesFrom: &random, hasBias: true)
    let box = Domain.box(
      lower: [Double](repeating: -1, count: matrix.columns),
      upper: [Double](repeating: 1, count: matrix.columns))
    for domain in [Domain.all, box] {
      let question = try BoundQuestion(affine, domain: domain)
      let norm = spectralNorm((0..<matrix.rows).map { Array(matrix.row($0)) })
      for (name, value) in values(question) {
        let expected = name == "frobenius" ? matrix.elements.reduce(0) { $0 + $1 * $1 }.squareRoot() : norm
        #expect(isClose(value, expected, 1e-10), "seed \(seed): \(name)")
      }
      let exact = try question.attainableProblem.solve()
      #expect(isClose(exact.enclosure.upper, norm, 1e-10) && isClose(exact.enclosure.lower, norm, 1e-10))
      #expect(exact.enclosure.witness != nil && exact.isOptimal)
    }
  }

  @Test("Nonnegative weights over all inputs: L = ‖W_K⋯W_1‖ = FGL = LipSDP-Neuron", arguments: 1...30)
  func nonnegativeWeights(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let sizes = [Int(seed % 3) + 1, 4, Int(seed % 4) + 2, 3, Int(seed % 2) + 1]
    let weights = zip(sizes, sizes.dropFirst()).map { columns, rows in
      Matrix(rows: rows, columns: columns, elements: (0..<rows * columns).map { _ in random.uniform() })
    }
    let question = try BoundQuestion(network(weights, biasesFrom: &random, hasBias: true))
    let product = weights.dropFirst().reduce(weights[0]) { $1 * $0 }
    let norm = spectralNorm((0..<product.rows).map { Array(product.row($0)) })
    let found = values(question)
    #expect(try isClose(question.attainableProblem.solve().enclosure.upper, norm), "seed \(seed)")
    #expect(isClose(found["fgl"], norm), "seed \(seed)")
    #expect(isClose(found["lipsdp-neuron"], norm), "seed \(seed)")
  }

  @Test("One input, one output, two layers: FGL is the larger one-signed sum of products", arguments: 1...20)
  func oneInputOneOutput(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let (inner, outer) = (gaussian(7, 1, &random), gaussian(1, 7, &random))
    let products = zip(inner.elements, outer.elements).map { $0 * $1 }
    let positive = products.filter { $0 > 0 }.reduce(0, +)
    let negative = -products.filter { $0 < 0 }.reduce(0, +)
    let question = try BoundQuestion(network([inner, outer], biasesFrom: &random, hasBias: true))
    #expect(isClose(values(question)["fgl"], max(positive, negative)), "seed \(seed)")
  }

  @Test(
    "A rank-one pair attains (Σ|uᵢvᵢ| + |⟨u,v⟩|)/2, which for random unit vectors has mean (nc² + c)/2",
    arguments: [(10, 0.46395), (20, 0.41670), (50, 0.37820)])
  func rankOnePairs(n: Int, mean: Double) throws {
    var random = SplitMix64(seed: 2018)
    func unitVector() -> [Double] {
      let x = (0..<n).map { _ in random.gaussian() }
      let length = norm(x)
      return x.map { $0 / length }
    }
    var sum = 0.0
    var squares = 0.0
    let count = 4000
    for trial in 0..<count {
      let (u, v) = (unitVector(), unitVector())
      let products = zip(u, v).map { $0 * $1 }
      let value = (products.reduce(0) { $0 + abs($1) } + abs(products.reduce(0, +))) / 2
      sum += value
      squares += value * value
      guard trial < 10 else { continue }
      let pair = PatternProblem(
        outer: Matrix(rows: 1, columns: n, elements: u), inner: Matrix(rows: n, columns: 1, elements: v))
      let found = try pair.solve().enclosure
      #expect(isClose(found.upper, value), "n = \(n), seed 2018, trial \(trial)")
    }
    let average = sum / Double(count)
    let deviation = ((squares / Double(count) - average * average) / Double(count)).squareRoot()
    #expect(abs(average - mean) < 4 * deviation + 1e-5, "n = \(n), seed 2018")
  }

  @Test("Two layers: SeqLip = FGL; = L(f) where W_1 has independent rows, for every bias", arguments: 1...25)
  func twoLayers(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let units = Int(seed % 4) + 2
    let inner = gaussian(units, units + Int(seed % 2), &random)
    let outer = gaussian(Int(seed % 3) + 1, units, &random)
    let question = try BoundQuestion(network([inner, outer], biasesFrom: &random, hasBias: true))
    let found = values(question)
    let exact = try question.attainableProblem.solve().enclosure
    #expect(isClose(found["seqlip"], found["fgl"]!), "seed \(seed)")
    #expect(isClose(exact.upper, found["fgl"]!), "seed \(seed)")
    #expect(exact.lower <= found["fgl"]!, "seed \(seed)")
  }

  @Test(
    "Two inputs, two layers, one output: FGL is the longest vertex of a zonotope, by an angular sweep",
    arguments: 1...25)
  func angularSweep(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let units = 5 + Int(seed % 20)
    let (inner, outer) = (gaussian(units, 2, &random), gaussian(1, units, &random))
    let vectors = (0..<units).map { (outer[0, $0] * inner[$0, 0], outer[0, $0] * inner[$0, 1]) }
    // The pattern that is best in a direction changes only where the direction is orthogonal to a vector:
    // just before and just after each of these.
    var best = 0.0
    for (k, (a, b)) in vectors.enumerated() {
      for direction in [(-b, a), (b, -a)] {
        for includesThis in [false, true] {
          var (x, y) = (0.0, 0.0)
          for (i, vector) in vectors.enumerated()
          where i == k ? includesThis : direction.0 * vector.0 + direction.1 * vector.1 > 0 {
            x += vector.0
            y += vector.1
          }
          best = max(best, (x * x + y * y).squareRoot())
        }
      }
    }
    let question = try BoundQuestion(network([inner, outer], biasesFrom: &random, hasBias: false))
    #expect(try isClose(question.freeProblem.solve().enclosure.upper, best), "seed \(seed)")
    #expect(try isClose(question.freeProblem.solve().enclosure.lower, best), "seed \(seed)")
  }

  @Test(
    "Combettes-Pesquet is m_K, m_k = Σ_j 2^-(k-1-j) ‖W_k⋯W_{j+1}‖ (m_j / 2, or 1 for j = 0)",
    arguments: 1...20)
  func combettesPesquet(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let sizes = [2, 3, 4, 3, 2]
    let weights = zip(sizes, sizes.dropFirst()).map { gaussian($1, $0, &random) }
    var m = [1.0]
    for k in 1...weights.count {
      var sum = 0.0
      for j in 0..<k {
        let product = weights[j..<k].dropFirst().reduce(weights[j]) { $1 * $0 }
        let norm = spectralNorm((0..<product.rows).map { Array(product.row($0)) })
        var coefficient = 1.0
        for _ in 0..<(k - 1 - j) { coefficient /= 2 }
        sum += coefficient * norm * (j == 0 ? 1 : m[j] / 2)
      }
      m.append(sum)
    }
    let question = try BoundQuestion(network(weights, biasesFrom: &random, hasBias: true))
    #expect(isClose(values(question)["combettes-pesquet"], m[weights.count], 1e-10), "seed \(seed)")
  }

  @Test("AutoLip is the product of the spectral norms (Proposition 1)", arguments: 1...20)
  func productOfNorms(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let sizes = [3, 5, 2, 4]
    let weights = zip(sizes, sizes.dropFirst()).map { gaussian($1, $0, &random) }
    let product = weights.reduce(1) { total, w in total * spectralNorm((0..<w.rows).map { Array(w.row($0)) })
    }
    let question = try BoundQuestion(network(weights, biasesFrom: &random, hasBias: true))
    #expect(isClose(values(question)["autolip"], product, 1e-10), "seed \(seed)")
  }

  @Test(
    "SeqLip is at most Theorem 3's bound where the theorem says something, and that is below AutoLip",
    arguments: 1...20)
  func theoremThree(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    // Nearly rank one, so that r_k + r_{k+1} < 1.
    let sizes = [4, 8, 8, 3]
    let weights = zip(sizes, sizes.dropFirst()).map { columns, rows in
      gaussian(rows, 1, &random) * gaussian(1, columns, &random) + gaussian(rows, columns, &random) * 0.05
    }
    let question = try BoundQuestion(network(weights, biasesFrom: &random, hasBias: false))
    let found = values(question)
    #expect(found["seqlip"]! <= found["theorem3"]! * (1 + 2e-6), "seed \(seed)")
    #expect(found["theorem3"]! < found["autolip"]!, "seed \(seed)")
  }

  @Test func swappedSingularVectorsWouldSay10Point9545WhereTheConstantIs20() throws {
    let question = try BoundQuestion(network([[[-2, 3], [3, -2]], [[-2, 2], [2, -2]]]))
    let exact = try question.attainableProblem.solve().enclosure
    #expect(isClose(exact.upper, 20) && isClose(exact.lower, 20))
    #expect(isClose(values(question)["seqlip"], 20))
  }

  @Test func coupledNeuronsWouldSayOneWhereTheConstantIsTheRootOfFive() throws {
    let question = try BoundQuestion(network([[[-2, -1], [-2, 0]], [[1, -1]]]))
    let exact = try question.attainableProblem.solve().enclosure
    #expect(exact.witness?.ratioSquared == Rational(5.0))
    #expect(values(question)["lipsdp-neuron"]! >= exact.lower)
    #expect(values(question)["lipsdp-layer"]! >= exact.lower)
  }

  @Test(
    "W_1 = (1, 1), W_2 = (1, -1): identical units cancel, L = 0 and FGL = 1", arguments: Engine.forAttainable)
  func tiedUnits(engine: Engine) throws {
    let question = try BoundQuestion(network([[[1], [1]], [[1, -1]]]))
    let exact = try question.attainableProblem.solve(SearchSettings(engine: engine)).enclosure
    #expect(exact.lower == 0 && exact.upper == 0)
    #expect(isClose(values(question)["fgl"], 1))
  }

  @Test(
    "W_1 = (1, -1), W_2 = I, W_3 = (1, ½): L = 1 though no point is strict at every unit",
    arguments: Engine.forAttainable)
  func vanishingUnits(engine: Engine) throws {
    let question = try BoundQuestion(network([[[1], [-1]], [[1, 0], [0, 1]], [[1, 0.5]]]))
    let exact = try question.attainableProblem.solve(SearchSettings(engine: engine)).enclosure
    #expect(exact.witness?.ratioSquared == Rational(1.0))
    #expect(isClose(exact.upper, 1))
  }
}
