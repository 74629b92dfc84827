import ExactArithmetic
import LinearAlgebra

/// A convolution of each sample of a batch over one or two spatial axes, or the transpose of one; the third argument is one number for
/// each channel of the value.
///
/// Arguments: batch × channels × spatial axes; the kernel, outputs × (inputs / groups) × spatial axes, and of a transposed convolution
/// inputs × (outputs / groups) × spatial axes.
public struct ConvolutionProduct: BilinearOperator {
  public struct Axis: Sendable, Equatable {
    public var stride: Int
    public var dilation: Int
    public var before: Int
    public var after: Int
    /// What a transposed convolution's value is longer by.
    public var extra: Int

    public init(stride: Int = 1, dilation: Int = 1, before: Int = 0, after: Int = 0, extra: Int = 0) {
      self.stride = stride
      self.dilation = dilation
      self.before = before
      self.after = after
      self.extra = extra
    }
  }

  public let axes: [Axis]
  public let groups: Int
  public let isTransposed: Bool
  public var name: String { isTransposed ? "ConvTranspose" : "Conv" }

  public init(_ axes: [Axis], groups: Int = 1, isTransposed: Bool = false) {
    self.axes = axes
    self.groups = groups
    self.isTransposed = isTransposed
  }

  public func shape(of arguments: [[Int]]) throws(GraphError) -> [Int] {
    let error = GraphError("\(name) of shapes \(arguments.map { "\($0)" }.joined(separator: " and "))")
    guard (2...3).contains(arguments.count) else { throw error }
    let (x, w) = (arguments[0], arguments[1])
    let small = 1...1 << 24
    guard (1...2).contains(axes.count) else {
      throw GraphError("\(name) over \(axes.count) spatial axes; one or two are supported")
    }
    guard x.count == axes.count + 2, w.count == x.count, groups > 0, x.allSatisfy(small.contains),
      w.allSatisfy(small.contains), RowMajor.count(w) != nil,
      axes.allSatisfy({
        small.contains($0.stride) && small.contains($0.dilation)
          && [$0.before, $0.after, $0.extra].allSatisfy((0...small.upperBound).contains)
      })
    else { throw error }
    let (inputs, outputs) = isTransposed ? (w[0], multiplied(w[1], groups)) : (multiplied(w[1], groups), w[0])
    guard x[1] == inputs, outputs > 0, inputs % groups == 0, outputs % groups == 0,
      arguments.count == 2 || arguments[2] == [outputs]
    else { throw error }
    var result = [x[0], outputs]
    for (axis, (length, kernel)) in zip(axes, zip(x[2...], w[2...])) {
      let reach = axis.dilation * (kernel - 1) + 1
      if isTransposed {
        let length = axis.stride * (length - 1) + reach + axis.extra - axis.before - axis.after
        guard length > 0 else { throw GraphError("\(name) whose value is empty") }
        result.append(length)
      } else {
        let room = length + axis.before + axis.after - reach
        guard room >= 0 else {
          throw GraphError("\(name) with windows of \(reach) on an axis of \(length)")
        }
        result.append(room / axis.stride + 1)
      }
    }
    return result
  }

  private func multiplied(_ a: Int, _ b: Int) -> Int {
    let (product, overflow) = a.multipliedReportingOverflow(by: b)
    return overflow ? -1 : product
  }

  /// The convolution of one sample: from x to the value, or the other way.
  private func map(_ x: [Int], _ w: Tensor) -> Convolution {
    let value = acceptedShape([x, w.shape])
    let input = isTransposed ? value : x
    let ends = zip(axes, zip(input[2...], w.shape[2...])).map { axis, sizes in
      Convolution.Axis(
        input: sizes.0, kernel: sizes.1, stride: axis.stride, dilation: axis.dilation,
        padding: (axis.before, axis.after - axis.extra))
    }
    return Convolution(
      kernel: w.elements, inputChannels: input[1], outputChannels: isTransposed ? x[1] : value[1],
      vertical: ends.count == 2 ? ends[0] : Convolution.Axis(input: 1, kernel: 1),
      horizontal: ends[ends.count - 1], groups: groups)
  }

  /// A function of each sample.
  private static func eachSample(_ tensor: Tensor, shape: [Int], _ function: ([Double]) -> [Double]) -> Tensor
  {
    let batch = tensor.shape[0]
    if batch == 1 { return Tensor(shape: shape, elements: function(tensor.elements)) }
    let size = tensor.elements.count / batch
    return Tensor(
      shape: shape,
      elements: (0..<batch).flatMap { function(Array(tensor.elements[$0 * size..<($0 + 1) * size])) })
  }

  public func product(_ x: Tensor, _ w: Tensor) -> Tensor {
    let map = map(x.shape, w)
    return Self.eachSample(x, shape: acceptedShape([x.shape, w.shape])) {
      isTransposed ? map.applyTransposed($0) : map.apply($0)
    }
  }

  public func transposedProduct(_ argument: Int, of shape: [Int], _ other: Tensor, cotangent: Tensor)
    -> Tensor
  {
    if argument == 0 {
      let map = map(shape, other)
      return Self.eachSample(cotangent, shape: shape) {
        isTransposed ? map.apply($0) : map.applyTransposed($0)
      }
    }
    let map = map(other.shape, Tensor(repeating: 0, shape: shape))
    let (input, output) = isTransposed ? (cotangent, other) : (other, cotangent)
    return Tensor(
      shape: shape,
      elements: map.kernelGradient(input.elements, output.elements, samples: input.shape[0]))
  }

  public func norm(_ argument: Int, of shape: [Int], _ other: Tensor) -> LipschitzFactor {
    guard argument == 0 else { return norm(argument, of: shape, magnitudes: other) }
    return NormBound.upper(
      map(shape, other), magnitudes: map(shape, other.map(abs)), squares: map(shape, other.map { $0 * $0 }),
      terms: other.elements.count)
  }

  /// Of the kernel: each element of x meets each tap once at most, so that the norm is at most √taps ‖x‖.
  public func norm(_ argument: Int, of shape: [Int], magnitudes other: Tensor) -> LipschitzFactor {
    let column = Matrix(rows: other.elements.count, columns: 1, elements: other.elements)
    let size = UpperNumber.above(column.frobeniusNormUpperBound())
    let kernel = argument == 0 ? other.shape : shape
    let count: Int
    if argument == 0 {
      // Of x: every place of the value sees the kernel once at most.
      count = acceptedShape([shape, kernel])[2...].reduce(1, *)
    } else {
      count = kernel[2...].reduce(1, *)
    }
    return LipschitzFactor(.squareRoot(count) * size, .upper, method: "Frobenius norm of magnitudes")
  }

  public func terms(_ arguments: [[Int]]) -> Int { arguments[1].reduce(1, *) }

  public func biasShape(_ shape: [Int], _ value: [Int]) -> [Int] {
    shape + [Int](repeating: 1, count: value.count - 2)
  }

  public func linearMap(_ argument: Int, _ arguments: [LinearArgument]) -> LinearMap? {
    if argument == 2 { return biasMap(arguments) }
    guard argument == 0, let kernel = arguments[1].value else { return nil }
    return .convolution(map(arguments[0].shape, kernel), isTransposed: isTransposed)
  }
}
