public import ExactArithmetic

/// A function of one number x, written as in Swift: `softplus(x / 2) + abs(x / 2 - w * sin(x))`.
///
/// Numbers are fractions, and stay exact where only numbers are combined. An expression used twice is one node of the graph.
public struct ScalarExpression: Sendable, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral {
  fileprivate indirect enum Kind: Sendable {
    case input
    case number(Rational)
    case operation(any GraphOperator, [ScalarExpression])
  }

  fileprivate final class Node: Sendable {
    let kind: Kind
    init(_ kind: Kind) { self.kind = kind }
  }

  fileprivate let node: Node

  private init(_ kind: Kind) { node = Node(kind) }

  /// x.
  public static let input = ScalarExpression(.input)

  public init(_ number: Rational) { self.init(.number(number)) }
  public init(integerLiteral value: Int) { self.init(Rational(value)) }
  /// The literal's nearest double.
  public init(floatLiteral value: Double) { self.init(Rational(value)) }

  /// An operator on expressions.
  public init(_ operation: any GraphOperator, _ arguments: ScalarExpression...) {
    self.init(.operation(operation, arguments))
  }

  /// A scalar function of an expression.
  public init(_ function: some ScalarFunction, _ argument: ScalarExpression) {
    self.init(Elementwise(function), argument)
  }

  var number: Rational? {
    if case .number(let value) = node.kind { return value }
    return nil
  }

  public static func + (a: ScalarExpression, b: ScalarExpression) -> ScalarExpression {
    if let p = a.number, let q = b.number { return ScalarExpression(p + q) }
    return ScalarExpression(Sum(), a, b)
  }

  public static func - (a: ScalarExpression, b: ScalarExpression) -> ScalarExpression {
    if let p = a.number, let q = b.number { return ScalarExpression(p - q) }
    return ScalarExpression(Sum(isDifference: true), a, b)
  }

  public static prefix func - (a: ScalarExpression) -> ScalarExpression { ScalarExpression(-1) * a }

  public static func * (a: ScalarExpression, b: ScalarExpression) -> ScalarExpression {
    if let p = a.number, let q = b.number { return ScalarExpression(p * q) }
    return ScalarExpression(Product(), a, b)
  }

  public static func / (a: ScalarExpression, b: ScalarExpression) -> ScalarExpression {
    if let p = a.number, let q = b.number, !q.isZero { return ScalarExpression(p / q) }
    return ScalarExpression(Quotient(), a, b)
  }

  /// self · … · self; a number where self is one.
  func power(_ exponent: Int) -> ScalarExpression {
    if let number {
      return ScalarExpression((0..<exponent).reduce(Rational(1)) { power, _ in power * number })
    }
    switch exponent {
    case 0: return ScalarExpression(1)
    case 1: return self
    case 2: return square(self)
    default: return ScalarExpression(Power(Double(exponent)), self)
    }
  }

  /// The expression as a graph of operations on numbers.
  public var graph: ComputationGraph {
    var graph = ComputationGraph(inputShape: [])
    var known: [ObjectIdentifier: Int] = [:]
    func add(_ expression: ScalarExpression) -> Int {
      let identity = ObjectIdentifier(expression.node)
      if let index = known[identity] { return index }
      let index: Int
      switch expression.node.kind {
      case .input: index = 0
      case .number(let value):
        index = graph.constant(Tensor(value.approximation), fraction: value, name: "\(value)")
      case .operation(let operation, let arguments):
        let places = arguments.map(add)
        if operation is Product, let gated = graph.applyGate(places[0], places[1], name: operation.name) {
          index = gated
          break
        }
        do { index = try graph.apply(operation, to: places) } catch {
          preconditionFailure("numbers go together: \(error)")
        }
      }
      known[identity] = index
      return index
    }
    graph.select(output: add(self))
    return graph
  }
}

// MARK: Functions by name

public func softplus(_ x: ScalarExpression) -> ScalarExpression { ScalarExpression(Softplus(), x) }
public func sigmoid(_ x: ScalarExpression) -> ScalarExpression { ScalarExpression(Sigmoid(), x) }
public func relu(_ x: ScalarExpression) -> ScalarExpression { ScalarExpression(LeakyRectifier.relu, x) }
public func abs(_ x: ScalarExpression) -> ScalarExpression {
  ScalarExpression(LeakyRectifier.absoluteValue, x)
}
public func tanh(_ x: ScalarExpression) -> ScalarExpression { ScalarExpression(HyperbolicTangent(), x) }
public func arctan(_ x: ScalarExpression) -> ScalarExpression { ScalarExpression(Arctangent(), x) }
public func softsign(_ x: ScalarExpression) -> ScalarExpression { ScalarExpression(Softsign(), x) }
public func elu(_ x: ScalarExpression) -> ScalarExpression { ScalarExpression(ExponentialLinearUnit(), x) }
public func selu(_ x: ScalarExpression) -> ScalarExpression {
  ScalarExpression(ScaledExponentialLinearUnit(), x)
}
public func gelu(_ x: ScalarExpression) -> ScalarExpression { ScalarExpression(GaussianErrorLinearUnit(), x) }
public func silu(_ x: ScalarExpression) -> ScalarExpression { ScalarExpression(SigmoidLinearUnit(), x) }
public func mish(_ x: ScalarExpression) -> ScalarExpression { ScalarExpression(Mish(), x) }
public func sin(_ x: ScalarExpression) -> ScalarExpression { ScalarExpression(Sine(), x) }
public func cos(_ x: ScalarExpression) -> ScalarExpression { ScalarExpression(Cosine(), x) }
public func exp(_ x: ScalarExpression) -> ScalarExpression { ScalarExpression(Exponential(), x) }
public func sqrt(_ x: ScalarExpression) -> ScalarExpression { ScalarExpression(SquareRoot(), x) }
public func log(_ x: ScalarExpression) -> ScalarExpression { ScalarExpression(Logarithm(), x) }
public func erf(_ x: ScalarExpression) -> ScalarExpression { ScalarExpression(ErrorFunction(), x) }
public func square(_ x: ScalarExpression) -> ScalarExpression { ScalarExpression(Square(), x) }

/// The functions of one argument that a text may name.
let namedFunctions: [String: @Sendable (ScalarExpression) -> ScalarExpression] = [
  "softplus": softplus, "sigmoid": sigmoid, "relu": relu, "abs": abs, "tanh": tanh, "arctan": arctan,
  "softsign": softsign, "elu": elu, "selu": selu, "gelu": gelu, "silu": silu, "mish": mish, "sin": sin,
  "cos": cos, "exp": exp, "sqrt": sqrt, "log": log, "erf": erf, "square": square,
]
