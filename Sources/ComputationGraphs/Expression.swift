public import ExactArithmetic

/// A function of one number x, written as in Swift: `softplus(x / 2) + abs(x / 2 - w * sin(x))`.
///
/// Numbers are fractions, and stay exact where only numbers are combined. An expression used twice is one node of the graph.
public struct Expression: Sendable, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral {
  fileprivate indirect enum Kind: Sendable {
    case input
    case number(Rational)
    case operation(any GraphOperator, [Expression])
  }

  fileprivate final class Node: Sendable {
    let kind: Kind
    init(_ kind: Kind) { self.kind = kind }
  }

  fileprivate let node: Node

  private init(_ kind: Kind) { node = Node(kind) }

  /// x.
  public static let input = Expression(.input)

  public init(_ number: Rational) { self.init(.number(number)) }
  public init(integerLiteral value: Int) { self.init(Rational(value)) }
  /// The literal's nearest double.
  public init(floatLiteral value: Double) { self.init(Rational(value)) }

  /// An operator on expressions.
  public init(_ operation: any GraphOperator, _ arguments: Expression...) {
    self.init(.operation(operation, arguments))
  }

  /// A scalar function of an expression.
  public init(_ function: some ScalarFunction, _ argument: Expression) {
    self.init(Elementwise(function), argument)
  }

  var number: Rational? {
    if case .number(let value) = node.kind { return value }
    return nil
  }

  public static func + (a: Expression, b: Expression) -> Expression {
    if let p = a.number, let q = b.number { return Expression(p + q) }
    return Expression(Sum(), a, b)
  }

  public static func - (a: Expression, b: Expression) -> Expression {
    if let p = a.number, let q = b.number { return Expression(p - q) }
    return Expression(Sum(isDifference: true), a, b)
  }

  public static prefix func - (a: Expression) -> Expression { Expression(-1) * a }

  public static func * (a: Expression, b: Expression) -> Expression {
    if let p = a.number, let q = b.number { return Expression(p * q) }
    return Expression(Product(), a, b)
  }

  public static func / (a: Expression, b: Expression) -> Expression {
    if let p = a.number, let q = b.number, !q.isZero { return Expression(p / q) }
    return Expression(Quotient(), a, b)
  }

  /// The expression as a graph of operations on numbers.
  public var graph: ComputationGraph {
    var graph = ComputationGraph(inputShape: [])
    var known: [ObjectIdentifier: Int] = [:]
    func add(_ expression: Expression) -> Int {
      let identity = ObjectIdentifier(expression.node)
      if let index = known[identity] { return index }
      let index: Int
      switch expression.node.kind {
      case .input: index = 0
      case .number(let value):
        index = graph.constant(Tensor(value.approximation), fraction: value, name: "\(value)")
      case .operation(let operation, let arguments):
        let places = arguments.map(add)
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

public func softplus(_ x: Expression) -> Expression { Expression(Softplus(), x) }
public func sigmoid(_ x: Expression) -> Expression { Expression(Sigmoid(), x) }
public func relu(_ x: Expression) -> Expression { Expression(LeakyRectifier.relu, x) }
public func abs(_ x: Expression) -> Expression { Expression(LeakyRectifier.absoluteValue, x) }
public func tanh(_ x: Expression) -> Expression { Expression(HyperbolicTangent(), x) }
public func arctan(_ x: Expression) -> Expression { Expression(Arctangent(), x) }
public func softsign(_ x: Expression) -> Expression { Expression(Softsign(), x) }
public func elu(_ x: Expression) -> Expression { Expression(ExponentialLinearUnit(), x) }
public func selu(_ x: Expression) -> Expression { Expression(ScaledExponentialLinearUnit(), x) }
public func gelu(_ x: Expression) -> Expression { Expression(GaussianErrorLinearUnit(), x) }
public func silu(_ x: Expression) -> Expression { Expression(SigmoidLinearUnit(), x) }
public func mish(_ x: Expression) -> Expression { Expression(Mish(), x) }
public func sin(_ x: Expression) -> Expression { Expression(Sine(), x) }
public func cos(_ x: Expression) -> Expression { Expression(Cosine(), x) }
public func exp(_ x: Expression) -> Expression { Expression(Exponential(), x) }
public func square(_ x: Expression) -> Expression { Expression(Square(), x) }

/// The functions of one argument that a text may name.
let namedFunctions: [String: @Sendable (Expression) -> Expression] = [
  "softplus": softplus, "sigmoid": sigmoid, "relu": relu, "abs": abs, "tanh": tanh, "arctan": arctan,
  "softsign": softsign, "elu": elu, "selu": selu, "gelu": gelu, "silu": silu, "mish": mish, "sin": sin,
  "cos": cos, "exp": exp, "square": square,
]
