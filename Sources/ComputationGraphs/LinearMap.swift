public import ExactArithmetic
public import LinearAlgebra

/// The linear part of an affine operator by one argument, in a form whose norm is known or can be found without applying it.
public enum LinearMap: Sendable {
  /// A multiple of the identity; elements keep their order.
  case multiple(Rational)
  /// Each element of the argument once, elsewhere: an orthogonal map.
  case rearrangement
  /// Element by element; each factor within a relative error of the true one.
  case diagonal([Double], relativeError: Double)
  /// W (outputs × inputs) on each vector of a batch: I ⊗ W.
  case dense(Matrix)
  /// A convolution, or the transpose of one.
  case convolution(Convolution, isTransposed: Bool)
}

extension LinearMap {
  /// Whether it keeps all lengths, by its form.
  var isIsometry: Bool {
    switch self {
    case .multiple(let factor): factor.magnitude == 1
    case .rearrangement: true
    case .diagonal, .dense, .convolution: false
    }
  }

  /// Multiplications of one application, of one vector of a batch.
  public var cost: Int {
    switch self {
    case .multiple, .rearrangement: 0
    case .diagonal(let factors, _): factors.count
    case .dense(let matrix): matrix.rows * matrix.columns
    case .convolution(let convolution, _): convolution.cost
    }
  }
}

/// An argument of an affine operator.
public struct LinearArgument: Sendable {
  public let shape: [Int]
  /// Nil where it depends on the input.
  public let value: Tensor?
  /// Of a constant that is one number which no double need be.
  public let fraction: Rational?

  public init(shape: [Int], value: Tensor?, fraction: Rational? = nil) {
    self.shape = shape
    self.value = value
    self.fraction = fraction
  }
}
