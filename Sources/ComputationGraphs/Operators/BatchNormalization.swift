import ExactArithmetic

/// (x - mean) / √(variance + ε) · scale + bias, each of these one number for each channel, axis 1: the normalization of inference.
///
/// Arguments: x, scale, bias, mean, variance.
public struct BatchNormalization: GraphOperator {
  public let name = "BatchNormalization"
  public let epsilon: Double

  public init(epsilon: Double = 1e-5) { self.epsilon = epsilon }

  public func shape(of arguments: [[Int]]) throws(GraphError) -> [Int] {
    guard arguments.count == 5, arguments[0].count >= 2,
      arguments[1...].allSatisfy({ $0 == [arguments[0][1]] })
    else {
      throw GraphError("\(name) of shapes \(arguments.map { "\($0)" }.joined(separator: " and "))")
    }
    return arguments[0]
  }

  /// The channel of each element.
  private func channel(_ shape: [Int]) -> (Int) -> Int {
    let inner = max(1, shape[2...].reduce(1, *))
    let channels = max(1, shape[1])
    return { $0 / inner % channels }
  }

  /// 1 / √(variance + ε).
  private func roots(_ variance: Tensor) -> [Double] {
    variance.elements.map { 1 / ($0 + epsilon).squareRoot() }
  }

  public func forward(_ arguments: [Tensor]) -> Tensor {
    let (scale, bias, mean) = (arguments[1].elements, arguments[2].elements, arguments[3].elements)
    let roots = roots(arguments[4])
    let channel = channel(arguments[0].shape)
    var result = arguments[0]
    for index in result.elements.indices {
      let c = channel(index)
      result.elements[index] = (result.elements[index] - mean[c]) * (roots[c] * scale[c]) + bias[c]
    }
    return result
  }

  /// scale / √(variance + ε), as ranges.
  private func factors(_ scale: TensorRange, _ variance: TensorRange) -> [ClosedRange<Double>] {
    scale.lower.indices.map { c in
      let low = ((variance.lower[c] + epsilon).nextDown).squareRoot()
      let high = ((variance.upper[c] + epsilon).nextUp).squareRoot()
      guard low > 0 else { return .allNumbers }
      return (scale.lower[c]...scale.upper[c]) / .outwards(low, high)
    }
  }

  public func range(_ arguments: [TensorRange]) -> TensorRange {
    func interval(_ range: TensorRange, _ index: Int) -> ClosedRange<Double> {
      range.lower[index]...range.upper[index]
    }
    let factors = factors(arguments[1], arguments[4])
    let channel = channel(arguments[0].shape)
    let values = arguments[0].lower.indices.map { index in
      let c = channel(index)
      return (interval(arguments[0], index) - interval(arguments[3], c)) * factors[c]
        + interval(arguments[2], c)
    }
    // Forward rounds in another order.
    let rounded = values.map { ClosedRange.outwards($0.lowerBound - $0.room, $0.upperBound + $0.room) }
    return TensorRange(
      shape: arguments[0].shape, lower: rounded.map(\.lowerBound), upper: rounded.map(\.upperBound))
  }

  /// max |scale| / √(variance + ε), within 10⁻¹⁵ relative; no bound by parameters that are not constant but the mean and the bias.
  public func lipschitzFactors(_ arguments: [GraphArgument]) -> [LipschitzFactor] {
    let shape = arguments[0].range.shape
    let largest =
      factors(arguments[1].range, arguments[4].range).reduce(0) { max($0, $1.magnitude) }
    let copies = UpperNumber.squareRoot(shape[1] == 0 ? 0 : shape.reduce(1, *) / shape[1])
    let factor = UpperNumber.above(largest)
    let free = LipschitzFactor(.infinity, .upper, method: "the scale depends on the input")
    return [
      LipschitzFactor(factor, .upper, method: "largest |scale| / √(variance + ε)"), free,
      LipschitzFactor(copies, .exact, method: "√copies"),
      LipschitzFactor(factor * copies, .upper, method: "largest |scale| / √(variance + ε) · √copies"), free,
    ]
  }

  public func differential(_ arguments: [Tensor], _ tangents: [Tensor?]) -> Tensor {
    let roots = roots(arguments[4])
    let channel = channel(arguments[0].shape)
    return Tensor(
      shape: arguments[0].shape,
      elements: arguments[0].elements.indices.map { index in
        let c = channel(index)
        return partials(arguments, roots, index, c).enumerated().reduce(0) { sum, part in
          sum + part.element * (tangents[part.offset]?.elements[part.offset == 0 ? index : c] ?? 0)
        }
      })
  }

  /// The element's partial derivatives.
  private func partials(_ arguments: [Tensor], _ roots: [Double], _ index: Int, _ c: Int) -> [Double] {
    let (root, scale) = (roots[c], arguments[1].elements[c])
    let centred = arguments[0].elements[index] - arguments[3].elements[c]
    return [root * scale, centred * root, 1, -root * scale, -centred * scale * root * root * root / 2]
  }

  public func adjoint(_ argument: Int, _ arguments: [Tensor], _ value: Tensor, cotangent: Tensor) -> Tensor {
    let roots = roots(arguments[4])
    let channel = channel(arguments[0].shape)
    var result = Tensor(repeating: 0, shape: arguments[argument].shape)
    for (index, part) in cotangent.elements.enumerated() {
      let c = channel(index)
      result.elements[argument == 0 ? index : c] +=
        part * partials(arguments, roots, index, c)[argument]
    }
    return result
  }

  public func isAffine(_ isConstant: [Bool]) -> Bool { isConstant[1] && isConstant[4] }

  public func linearMap(_ argument: Int, _ arguments: [LinearArgument]) -> LinearMap? {
    guard argument == 0, let scale = arguments[1].value, let variance = arguments[4].value else { return nil }
    let roots = roots(variance)
    let channel = channel(arguments[0].shape)
    let factors = (0..<arguments[0].shape.reduce(1, *)).map { index in
      let c = channel(index)
      return roots[c] * scale.elements[c]
    }
    // A sum, a root, a quotient and a product.
    return .diagonal(factors, relativeError: 0x1p-50)
  }
}

extension ClosedRange<Double> {
  /// What another order of a few operations may move an end by.
  fileprivate var room: Double { magnitude.isFinite ? magnitude * 0x1p-48 : 0 }
}
