import ExactArithmetic
import LinearAlgebra

/// A product of two arguments that is linear in each, plus a multiple of a third that is broadcast: matrix products, convolutions.
public protocol BilinearOperator: GraphOperator {
  func product(_ x: Tensor, _ w: Tensor) -> Tensor

  /// The transpose of the product by one of its arguments, of a shape, where the other stays.
  func transposedProduct(_ argument: Int, of shape: [Int], _ other: Tensor, cotangent: Tensor) -> Tensor

  /// An upper bound of the product's 2-norm as a map of one argument, by the other as it is.
  func norm(_ argument: Int, of shape: [Int], _ other: Tensor) -> LipschitzFactor
  /// The same where |other| is at most these.
  func norm(_ argument: Int, of shape: [Int], magnitudes other: Tensor) -> LipschitzFactor

  /// Products that are summed in one element.
  func terms(_ arguments: [[Int]]) -> Int

  /// What the third argument is multiplied by, and its shape as it is broadcast.
  var biasFactor: Double { get }
  func biasShape(_ shape: [Int], _ value: [Int]) -> [Int]
}

extension BilinearOperator {
  public var biasFactor: Double { 1 }

  private func bias(_ elements: [Double], _ shape: [Int], to value: [Int]) -> [Double] {
    let all = Broadcasting(biasShape(shape, value), to: value).expand(elements)
    return biasFactor == 1 ? all : all.map { $0 * biasFactor }
  }

  public func forward(_ arguments: [Tensor]) -> Tensor {
    var result = product(arguments[0], arguments[1])
    if arguments.count > 2 {
      let bias = bias(arguments[2].elements, arguments[2].shape, to: result.shape)
      for index in result.elements.indices { result.elements[index] += bias[index] }
    }
    return result
  }

  /// With x = c ± r and w = d ± s: x w = c d ± (r |d| + (|c| + r) s), and what rounding adds.
  public func range(_ arguments: [TensorRange]) -> TensorRange {
    let (x, w) = (Ball(arguments[0]), Ball(arguments[1]))
    var value = product(x.centre, w.centre)
    let room = Double(terms(arguments.map(\.shape)) + 16) * 0x1p-52
    var radius = product(x.inflated(by: room), w.centre.map(abs)).map(abs)
    if let own = w.radius {
      radius = Tensor.sum([radius, product(x.magnitudes, own).map(abs)], shape: radius.shape)
    }
    var lower = [Double](repeating: -.infinity, count: value.elements.count)
    var upper = [Double](repeating: .infinity, count: value.elements.count)
    let unbounded = [
      x.unbounded.map { product($0, w.support) },
      w.unbounded.map { product(x.support, $0) },
    ].compactMap(\.self)
    if arguments.count > 2 {
      let own = arguments[2]
      let ends = [own.lower, own.upper].map { bias($0, own.shape, to: value.shape) }
      for index in value.elements.indices {
        let (low, high) = (min(ends[0][index], ends[1][index]), max(ends[0][index], ends[1][index]))
        let half = high / 2 - low / 2
        let middle = low / 2 + high / 2
        value.elements[index] += middle
        radius.elements[index] += half + room * (abs(middle) + half)
      }
    }
    for index in lower.indices where unbounded.allSatisfy({ $0.elements[index] == 0 }) {
      let (middle, half) = (value.elements[index], radius.elements[index])
      let reach = half * (1 + room) + room * abs(middle) + Double.leastNormalMagnitude
      guard (middle - reach).isFinite, (middle + reach).isFinite else { continue }
      (lower[index], upper[index]) = ((middle - reach).nextDown, (middle + reach).nextUp)
    }
    return TensorRange(shape: value.shape, lower: lower, upper: upper)
  }

  public func lipschitzFactors(_ arguments: [GraphArgument]) -> [LipschitzFactor] {
    let shapes = arguments.map(\.range.shape)
    let value = acceptedShape(shapes)
    return arguments.indices.map { argument in
      if argument == 2 {
        let norm = Broadcasting(biasShape(shapes[2], value), to: value).norm
        return LipschitzFactor(
          norm * (Rational(finite: abs(biasFactor)).map(UpperNumber.exact) ?? .infinity), .exact,
          method: "√copies")
      }
      let other = arguments[1 - argument].range
      if other.lower == other.upper {
        return norm(argument, of: shapes[argument], Tensor(shape: other.shape, elements: other.lower))
      }
      let magnitudes = zip(other.lower, other.upper).map { max(abs($0), abs($1)) }
      guard magnitudes.allSatisfy(\.isFinite) else {
        return LipschitzFactor(.infinity, .upper, method: "the other factor is not bounded")
      }
      return norm(
        argument, of: shapes[argument], magnitudes: Tensor(shape: other.shape, elements: magnitudes))
    }
  }

  public func differential(_ arguments: [Tensor], _ tangents: [Tensor?]) -> Tensor {
    let value = acceptedShape(arguments.map(\.shape))
    var parts: [Tensor] = []
    if let tangent = tangents[0] { parts.append(product(tangent, arguments[1])) }
    if let tangent = tangents[1] { parts.append(product(arguments[0], tangent)) }
    if arguments.count > 2, let tangent = tangents[2] {
      parts.append(Tensor(shape: value, elements: bias(tangent.elements, tangent.shape, to: value)))
    }
    return Tensor.sum(parts, shape: value)
  }

  public func adjoint(_ argument: Int, _ arguments: [Tensor], _ value: Tensor, cotangent: Tensor) -> Tensor {
    let own = arguments[argument].shape
    guard argument == 2 else {
      return transposedProduct(argument, of: own, arguments[1 - argument], cotangent: cotangent)
    }
    let sum = Broadcasting(biasShape(own, value.shape), to: value.shape).sum(cotangent.elements)
    return Tensor(shape: own, elements: sum.elements.map { $0 * biasFactor })
  }

  public func isAffine(_ isConstant: [Bool]) -> Bool { isConstant[0] || isConstant[1] }

  /// Of the third argument, where it is not repeated.
  func biasMap(_ arguments: [LinearArgument]) -> LinearMap? {
    let value = acceptedShape(arguments.map(\.shape))
    guard biasShape(arguments[2].shape, value).drop(while: { $0 == 1 }) == value.drop(while: { $0 == 1 })
    else { return nil }
    return Rational(finite: biasFactor).map { .multiple($0) }
  }
}

/// A tensor's range as centre and radius; what is unbounded apart.
private struct Ball {
  private let range: TensorRange
  let centre: Tensor
  /// Nil where the range is one tensor: then all of it is zero.
  let radius: Tensor?
  /// 1 where the range is unbounded; nil where it is nowhere.
  let unbounded: Tensor?

  init(_ range: TensorRange) {
    self.range = range
    let ends = zip(range.lower, range.upper)
    if ends.allSatisfy({ $0.isFinite && $0 == $1 }) {
      centre = Tensor(shape: range.shape, elements: range.lower)
      (radius, unbounded) = (nil, nil)
      return
    }
    let isBounded = ends.map { $0.isFinite && $1.isFinite }
    let middles = isBounded.indices.map { isBounded[$0] ? range.lower[$0] / 2 + range.upper[$0] / 2 : 0 }
    centre = Tensor(shape: range.shape, elements: middles)
    radius = Tensor(
      shape: range.shape,
      elements: middles.indices.map {
        isBounded[$0] ? max(range.upper[$0] - middles[$0], middles[$0] - range.lower[$0]).nextUp : 0
      })
    unbounded =
      isBounded.contains(false)
      ? Tensor(shape: range.shape, elements: isBounded.map { $0 ? 0 : 1 }) : nil
  }

  /// 1 where the range is not only 0.
  var support: Tensor {
    Tensor(shape: range.shape, elements: zip(range.lower, range.upper).map { $0 == 0 && $1 == 0 ? 0 : 1 })
  }

  /// Radii, and of magnitudes a share for rounding.
  func inflated(by room: Double) -> Tensor {
    guard let radius else { return centre.map { room * abs($0) } }
    return Tensor(
      shape: range.shape,
      elements: zip(radius.elements, centre.elements).map { $0 + room * (abs($1) + $0) })
  }

  var magnitudes: Tensor {
    guard let radius else { return centre.map(abs) }
    return Tensor(shape: range.shape, elements: zip(centre.elements, radius.elements).map { abs($0) + $1 })
  }
}

/// Upper bounds of 2-norms that need no singular values of large matrices.
enum NormBound {
  /// - Parameters:
  ///   - map: applied to ones.
  ///   - magnitudes: the same with the entries' magnitudes.
  ///   - squares: with their squares.
  ///   - terms: of the longest sum.
  static func upper(
    _ map: some LinearOperator, magnitudes: some LinearOperator, squares: some LinearOperator, terms: Int
  ) -> LipschitzFactor {
    guard map.inputCount > 0, map.outputCount > 0 else {
      return LipschitzFactor(.zero, .exact, method: "empty")
    }
    let smaller = min(map.inputCount, map.outputCount)
    if smaller <= 256, smaller * max(map.inputCount, map.outputCount) <= 1 << 20,
      let norm = try? map.explicitMatrix().spectralNormUpperBound()
    {
      return LipschitzFactor(.above(norm), .upper, method: "largest singular value, proved")
    }
    let ones = [Double](repeating: 1, count: map.inputCount)
    let rows = magnitudes.apply(ones).max() ?? 0
    let columns =
      magnitudes.applyTransposed([Double](repeating: 1, count: map.outputCount)).max() ?? 0
    let schur = rows.squareRoot() * columns.squareRoot()
    if rows == 0 { return LipschitzFactor(.zero, .exact, method: "no entries") }
    let frobenius = squares.apply(ones).reduce(0, +).squareRoot()
    let room = 1 + Double(terms + map.outputCount + 16) * 0x1p-52
    return LipschitzFactor(
      .above(min(schur, frobenius) * room + 0x1p-500), .upper,
      method: schur <= frobenius ? "√(row sum · column sum)" : "Frobenius norm")
  }

  static func upper(_ matrix: Matrix) -> LipschitzFactor {
    let squares = Matrix(
      rows: matrix.rows, columns: matrix.columns, elements: matrix.elements.map { $0 * $0 })
    return upper(
      matrix, magnitudes: matrix.magnitudes, squares: squares, terms: max(matrix.rows, matrix.columns))
  }
}
