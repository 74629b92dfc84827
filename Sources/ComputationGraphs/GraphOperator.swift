public import ExactArithmetic

/// One operation of a computation graph: everything that evaluating, differentiating and bounding ask of it.
///
/// An operator is one file in `Operators` and, where a file format has it, one line in that format's reader. What it must say:
///
/// 1. `shape`: of its value, or what is wrong with its arguments' shapes.
/// 2. `forward`: the value.
/// 3. `range`: what every element of the value lies between where those of the arguments lie in ranges, rounded outwards; ends may be infinite.
/// 4. `lipschitzFactors`: for each argument a bound of the 2-norm of the partial derivative over the ranges, and whether it is the
///    largest norm itself.
/// 5. `differential` and `adjoint`: the derivative in a direction, and each partial derivative transposed; ⟨Jv, c⟩ = ⟨v, Jᵀc⟩.
/// 6. Where it may be affine, `isAffine`, and `linearMap` where its linear part has a form that norms know how to use. AutoLip asks for
///    the norm of whole affine parts then, not for factors.
public protocol GraphOperator: Sendable {
  /// In tables and messages.
  var name: String { get }

  /// How its arguments' Lipschitz constants add up.
  var combination: Combination { get }

  func shape(of arguments: [[Int]]) throws(GraphError) -> [Int]
  func forward(_ arguments: [Tensor]) -> Tensor
  func range(_ arguments: [TensorRange]) -> TensorRange
  func lipschitzFactors(_ arguments: [GraphArgument]) -> [LipschitzFactor]

  /// The derivative at the arguments in a direction; a nil tangent: the argument stays. Of an affine operator it does not depend on
  /// the arguments that are not constant.
  func differential(_ arguments: [Tensor], _ tangents: [Tensor?]) -> Tensor

  /// The transposed partial derivative by one argument, applied to a cotangent of the value's shape.
  func adjoint(_ argument: Int, _ arguments: [Tensor], _ value: Tensor, cotangent: Tensor) -> Tensor

  /// Whether the value is affine in the arguments that are not constant.
  func isAffine(_ isConstant: [Bool]) -> Bool

  /// What the slopes lie between over a range, of an operator that applies functions of one number element by element; nil elsewhere.
  func slopeRange(_ arguments: [TensorRange]) -> ClosedRange<Double>?

  /// The linear part by one argument, of an affine operator; nil where it has no form of its own. Constant arguments hold their values.
  func linearMap(_ argument: Int, _ arguments: [LinearArgument]) -> LinearMap?
}

extension GraphOperator {
  public var combination: Combination { .sum }
  public func isAffine(_ isConstant: [Bool]) -> Bool { false }
  public func slopeRange(_ arguments: [TensorRange]) -> ClosedRange<Double>? { nil }
  public func linearMap(_ argument: Int, _ arguments: [LinearArgument]) -> LinearMap? { nil }
}

/// How a value's constant follows from Lₖ = factorₖ · (constant of argument k).
public enum Combination: Sendable {
  /// Σ Lₖ: the chain rule and the triangle inequality (Algorithm 1).
  case sum
  /// √(Σ Lₖ²): the arguments are parts of the value.
  case rootOfSquares
}

/// What AutoLip knows of an operator's argument.
public struct GraphArgument: Sendable {
  /// All of Z of Algorithm 1 is constant.
  public let isConstant: Bool
  public let range: TensorRange
  /// Of a constant that is one number which no double need be.
  public let fraction: Rational?

  public init(isConstant: Bool, range: TensorRange, fraction: Rational? = nil) {
    self.isConstant = isConstant
    self.range = range
    self.fraction = fraction
  }
}

/// A bound of the 2-norm of a partial derivative.
public struct LipschitzFactor: Sendable, Equatable {
  public enum Side: String, Sendable {
    /// The supremum of the norm over the ranges.
    case exact
    case upper
  }

  public let value: UpperNumber
  public let side: Side
  /// How it was found, in a few words.
  public let method: String

  public init(_ value: UpperNumber, _ side: Side, method: String) {
    self.value = value
    self.side = side
    self.method = method
  }
}

/// Arguments that do not go together.
public struct GraphError: Error, Equatable, CustomStringConvertible {
  public let description: String
  public init(_ description: String) { self.description = description }
}
