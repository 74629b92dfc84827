import BigInt
import ComputationGraphs
import ExactArithmetic
import RandomNumbers
import Testing

@Suite("AutoLip on graphs") struct AutoLipTests {
  static let everywhere = TensorRange.all(shape: [])

  static func interval(_ low: Double, _ high: Double) -> TensorRange {
    TensorRange(shape: [], lower: [low], upper: [high])
  }

  @Test("Figure 1: exactly 1 + ω, written in Swift and parsed")
  func figureOne() throws {
    for w in [Rational(0), 1, 5, Rational(1, 3), Rational(3, 4), Rational(12345, 678), Rational(0.1)] {
      let x = ScalarExpression.input
      let f = softplus(x / 2) + abs(x / 2 - ScalarExpression(w) * sin(x))
      #expect(try GraphAutoLip(f.graph, over: Self.everywhere).constant == .exact(1 + w))
      let parsed = try ScalarExpression(parsing: "softplus(x/2) + abs(x/2 - w*sin(x))", constants: ["w": w])
      #expect(try GraphAutoLip(parsed.graph, over: Self.everywhere).constant == .exact(1 + w))
    }
  }

  @Test(
    "Sums, not products; exact fractions from decimals; what is constant has no share",
    arguments: [
      ("10*x + 0.01*x", Rational(1001, 100)), ("3*(3*x)", 9), ("x/3 - 2*x/3", Rational(1, 3)), ("7", 0),
      ("2 + 3*0.1", 0),
      ("sin(2) * x - exp(1)", nil), ("-x", 1), ("relu(-0.5*x) + sigmoid(4*x)", Rational(3, 2)),
      ("abs(abs(x))", 1), ("2*x*0", 0), ("(1 - 1)*exp(x)", nil), ("2^3*x", 8), ("-x^1 + 3^0", 1),
    ] as [(String, Rational?)])
  func closedForms(text: String, expected: Rational?) throws {
    let answer = try GraphAutoLip(try ScalarExpression(parsing: text).graph, over: Self.everywhere)
    if let expected {
      #expect(answer.constant == .exact(expected), "\(text)")
    } else {
      #expect(!answer.constant.isZero || text.hasPrefix("("))
    }
  }

  @Test("Products and exponentials have bounds where the input has, and name the operation where not")
  func boundedDomains() throws {
    for text in ["x*x", "exp(x)", "square(x)", "1/x", "x/(x + 2)"] {
      let graph = try ScalarExpression(parsing: text).graph
      let free = try GraphAutoLip(graph, over: Self.everywhere)
      #expect(!free.constant.isFinite && free.unbounded != nil, "\(text)")
      let bounded = try GraphAutoLip(graph, over: Self.interval(1, 2))
      #expect(bounded.constant.isFinite && bounded.unbounded == nil, "\(text)")
    }
    func constant(_ text: String, _ low: Double, _ high: Double) throws -> Double {
      try GraphAutoLip(try ScalarExpression(parsing: text).graph, over: Self.interval(low, high)).constant
        .value
    }
    #expect(try constant("x*x", -1, 2) == 4)
    #expect(try constant("-x^2", -1, 2) == 4)
    #expect(try abs(constant("x^3", -1, 2) - 12) < 1e-9)
    #expect(try abs(constant("sqrt(x)", 4, 9) - 0.25) < 1e-9 && abs(constant("log(x)", 4, 9) - 0.25) < 1e-9)
    #expect(try constant("square(x)", -1, 2) == 4)
    #expect(try abs(constant("1/x", 2, 5) - 0.25) < 1e-12)
  }

  @Test(
    "Products with gates are the activations that they are, over all numbers",
    arguments: [("x*sigmoid(x)", "silu(x)"), ("tanh(softplus(x))*x", "mish(x)"), ("2*x*sigmoid(2*x)", nil)])
  func gates(text: String, name: String?) throws {
    let graph = try ScalarExpression(parsing: text).graph
    let bound = try GraphAutoLip(graph, over: Self.everywhere).constant
    guard let name else { return #expect(!bound.isFinite) }
    let plain = try ScalarExpression(parsing: name).graph
    #expect(bound == (try GraphAutoLip(plain, over: Self.everywhere).constant))
    for x in stride(from: -5.0, through: 5, by: 0.25) {
      #expect(abs(graph(Tensor(x)).elements[0] - plain(Tensor(x)).elements[0]) < 1e-13)
    }
  }

  @Test(
    "x (1 + erf(x / c)) is a scaled GELU, whatever double c is",
    arguments: [1.4142135623730951, 1.4142135381698608, 3])
  func errorFunctionGates(c: Double) throws {
    for isQuotient in [true, false] {
      var graph = ComputationGraph(inputShape: [2])
      let scale = graph.constant(Tensor(isQuotient ? c : 1 / c))
      let scaled = try graph.apply(isQuotient ? Quotient() : Product(), to: [0, scale])
      let erf = try graph.apply(Elementwise(ErrorFunction()), to: [scaled])
      let gate = try graph.apply(Sum(), to: [erf, graph.constant(Tensor(1))])
      let expected = try graph.apply(Product(), to: [0, gate])
      let applied = graph.applyGate(gate, 0, name: "gelu")
      let value = try #require(applied)
      let x = Tensor(shape: [2], elements: [-0.7, 1.9])
      let values = graph.values(at: x)
      for (a, b) in zip(values[expected].elements, values[value].elements) { #expect(abs(a - b) < 1e-13) }
      let bound = try GraphAutoLip(graph, over: .all(shape: [2])).constant.value
      #expect(bound >= 2 * 1.1289 && bound <= 2 * 1.12905)
    }
  }

  /// A random expression with bounded operations.
  static func random(_ random: inout SplitMix64, depth: Int) -> ScalarExpression {
    if depth == 0 {
      return random.next() % 3 == 0
        ? ScalarExpression(Rational(BigInt(Int(random.next() % 9) - 4), 4)) : .input
    }
    func part() -> ScalarExpression { Self.random(&random, depth: depth - 1) }
    switch random.next() % 12 {
    case 0, 1: return part() + part()
    case 2: return part() - part()
    case 3: return part() * part()
    case 4: return part() / (square(part()) + 1)
    case 5: return softplus(part())
    case 6: return sin(part())
    case 7: return gelu(part())
    case 8: return abs(part())
    case 9: return exp(sigmoid(part()))
    case 10: return mish(part())
    default: return elu(part()) - tanh(part())
    }
  }

  @Test(
    "Values lie in the ranges, slopes below the bound, derivatives are those of the function",
    arguments: UInt64(0)..<200)
  func soundness(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let graph = Self.random(&random, depth: 3).graph
    let low = 4 * random.uniform() - 3
    let domain = Self.interval(low, low + 3 * random.uniform())
    let bound = try GraphAutoLip(graph, over: domain).constant.value
    let ranges = graph.ranges(over: domain)
    var values: [(x: Double, y: Double)] = []
    for k in 0...200 {
      let x = min(domain.upper[0], domain.lower[0] + Double(k) / 200 * (domain.upper[0] - domain.lower[0]))
      let all = graph.values(at: Tensor(x))
      for (value, range) in zip(all, ranges) { #expect(range.contains(value), "seed \(seed), x = \(x)") }
      values.append((x, all[graph.output].elements[0]))
    }
    for (a, b) in zip(values, values.dropFirst()) where b.x > a.x {
      #expect(abs(b.y - a.y) <= bound * (b.x - a.x) + 1e-10 * (1 + abs(a.y)), "seed \(seed)")
    }
    let x = (domain.lower[0] + domain.upper[0]) / 2
    let slope = graph.vectorJacobianProduct(at: Tensor(x), cotangent: Tensor(1)).elements[0]
    func difference(_ h: Double) -> Double {
      (graph(Tensor(x + h)).elements[0] - graph(Tensor(x - h)).elements[0]) / (2 * h)
    }
    let (coarse, fine) = (difference(1e-4), difference(1e-5))
    // Not beside a kink.
    if abs(coarse - fine) < 1e-6 * (1 + abs(fine)) {
      #expect(abs(slope - fine) <= 1e-4 * (1 + abs(slope)), "seed \(seed)")
    }
  }

  @Test(
    "Bad texts are told by their column",
    arguments: [
      ("", 1, "too early"), ("x +", 4, "too early"), ("sin x", 1, "unknown name sin"),
      ("foo(x)", 1, "unknown function"),
      ("(x", 3, "parenthesis"), ("x)", 2, "after the end"), ("1.2.3", 1, "not a number"),
      ("x/0", 3, "division by zero"),
      ("2*w", 3, "unknown name w"), ("x ? 2", 3, "after the end"), ("2x", 1, "write “2*x”"),
      ("x^y", 3, "whole number"), ("x^-1", 3, "whole number"),
    ])
  func syntax(text: String, column: Int, says: String) {
    do {
      _ = try ScalarExpression(parsing: text)
      Issue.record("\(text) is accepted")
    } catch {
      #expect(error.column == column && error.problem.contains(says), "\(text): \(error)")
    }
    #expect(throws: ScalarExpression.SyntaxError.self) {
      try ScalarExpression(parsing: String(repeating: "(", count: 100_000))
    }
  }
}
