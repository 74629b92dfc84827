import COpenBLAS

/// The linear map of a convolution in two dimensions, zero outside the picture: a cross-correlation, as all frameworks have it.
///
/// Input: channels × height × width, output likewise, row-major. One dimension is a height of 1. Groups split the channels of both
/// into as many equal parts, each with a kernel of its own.
public struct Convolution: Sendable, Equatable {
  public struct Axis: Sendable, Equatable {
    public var input: Int
    public var kernel: Int
    public var stride: Int
    public var dilation: Int
    /// Zeros before and after; negative ones crop.
    public var padding: (before: Int, after: Int)

    public init(
      input: Int, kernel: Int, stride: Int = 1, dilation: Int = 1, padding: (before: Int, after: Int) = (0, 0)
    ) {
      self.input = input
      self.kernel = kernel
      self.stride = stride
      self.dilation = dilation
      self.padding = padding
    }

    public static func == (a: Axis, b: Axis) -> Bool {
      a.input == b.input && a.kernel == b.kernel && a.stride == b.stride && a.dilation == b.dilation
        && a.padding == b.padding
    }

    /// The number of places of the window; not positive where it does not fit.
    public var output: Int {
      let room = input + padding.before + padding.after - dilation * (kernel - 1) - 1
      return room < 0 ? 0 : room / stride + 1
    }

    /// The input's place of a tap at an output; nil in the padding.
    func place(_ output: Int, _ tap: Int) -> Int? {
      let place = output * stride + tap * dilation - padding.before
      return place >= 0 && place < input ? place : nil
    }
  }

  public let vertical: Axis
  public let horizontal: Axis
  public let groups: Int
  /// outputs × (inputs / groups) × kernel height × kernel width, row-major.
  public let kernel: [Double]
  public let inputChannels: Int
  public let outputChannels: Int

  public init(
    kernel: [Double], inputChannels: Int, outputChannels: Int, vertical: Axis, horizontal: Axis,
    groups: Int = 1
  ) {
    precondition(groups > 0 && inputChannels % groups == 0 && outputChannels % groups == 0)
    precondition(
      kernel.count == outputChannels * (inputChannels / groups) * vertical.kernel * horizontal.kernel)
    self.kernel = kernel
    self.inputChannels = inputChannels
    self.outputChannels = outputChannels
    self.vertical = vertical
    self.horizontal = horizontal
    self.groups = groups
  }

  /// Entries of a column of the unfolded input: channels of a group × taps.
  var taps: Int { inputChannels / groups * vertical.kernel * horizontal.kernel }

  /// Multiplications of one application.
  public var cost: Int { outputChannels * taps * vertical.output * horizontal.output }

  /// At least the norm, at no cost: each tap moves the picture and mixes its channels, so that the norm is at most the sum of the
  /// taps' Frobenius norms, which is at most √taps ‖K‖_F.
  public var normByTaps: Double {
    let taps = Double(vertical.kernel * horizontal.kernel)
    let size = Matrix(rows: kernel.count, columns: 1, elements: kernel).frobeniusNormUpperBound()
    return (taps.squareRoot().nextUp * size).nextUp
  }

  /// The same with each output channel multiplied by a factor.
  public func scalingOutputs(by factors: [Double]) -> Convolution {
    precondition(factors.count == outputChannels)
    let size = kernel.count / Swift.max(1, outputChannels)
    return with(kernel: kernel.indices.map { kernel[$0] * factors[$0 / size] })
  }

  /// The same with each input channel multiplied by a factor.
  public func scalingInputs(by factors: [Double]) -> Convolution {
    precondition(factors.count == inputChannels)
    let window = vertical.kernel * horizontal.kernel
    let own = inputChannels / groups
    let outputs = outputChannels / groups
    return with(
      kernel: kernel.indices.map { index in
        let (output, channel) = (index / (own * window), index / window % own)
        return kernel[index] * factors[output / outputs * own + channel]
      })
  }

  private func with(kernel: [Double]) -> Convolution {
    Convolution(
      kernel: kernel, inputChannels: inputChannels, outputChannels: outputChannels, vertical: vertical,
      horizontal: horizontal, groups: groups)
  }
}

extension Convolution: LinearOperator {
  public var inputCount: Int { inputChannels * vertical.input * horizontal.input }
  public var outputCount: Int { outputChannels * vertical.output * horizontal.output }

  /// By unfolding the input (im2col) and a matrix product for each group.
  public func apply(_ x: [Double]) -> [Double] {
    precondition(x.count == inputCount)
    let places = vertical.output * horizontal.output
    let rows = outputChannels / groups
    var result = [Double](repeating: 0, count: outputCount)
    guard places > 0, rows > 0, taps > 0 else { return result }
    var columns = [Double](repeating: 0, count: taps * places)
    for group in 0..<groups {
      unfold(x, group: group, into: &columns)
      multiply(
        transposed: false, rows: rows, columns: places, inner: taps, kernel, group * rows * taps,
        columns,
        into: &result, group * rows * places)
    }
    return result
  }

  /// By the transposed matrix product and folding (col2im).
  public func applyTransposed(_ y: [Double]) -> [Double] {
    precondition(y.count == outputCount)
    let places = vertical.output * horizontal.output
    let rows = outputChannels / groups
    var result = [Double](repeating: 0, count: inputCount)
    guard places > 0, rows > 0, taps > 0 else { return result }
    var columns = [Double](repeating: 0, count: taps * places)
    for group in 0..<groups {
      let part = Array(y[group * rows * places..<(group + 1) * rows * places])
      multiply(
        transposed: true, rows: taps, columns: places, inner: rows, kernel, group * rows * taps, part,
        into: &columns, 0)
      fold(columns, group: group, into: &result)
    }
    return result
  }

  private func multiply(
    transposed: Bool, rows: Int, columns: Int, inner: Int, _ left: [Double], _ leftStart: Int,
    _ right: [Double], into result: inout [Double], _ start: Int
  ) {
    BLAS.onAllCores(operations: rows * columns * inner) {
      left.withUnsafeBufferPointer { left in
        result.withUnsafeMutableBufferPointer { result in
          guard let left = left.baseAddress, let result = result.baseAddress else { return }
          cblas_dgemm(
            CblasRowMajor, transposed ? CblasTrans : CblasNoTrans, CblasNoTrans, Int32(rows), Int32(columns),
            Int32(inner), 1, left + leftStart, Int32(transposed ? rows : inner), right, Int32(columns), 0,
            result + start, Int32(columns))
        }
      }
    }
  }

  /// Rows: channel, tap down, tap across; columns: places.
  private func unfold(_ x: [Double], group: Int, into columns: inout [Double]) {
    x.withUnsafeBufferPointer { x in
      columns.withUnsafeMutableBufferPointer { columns in
        eachRun(group: group) { target, source, count in
          if source < 0 {
            for k in 0..<count { columns[target + k] = 0 }
          } else if horizontal.stride == 1 {
            for k in 0..<count { columns[target + k] = x[source + k] }
          } else {
            for k in 0..<count { columns[target + k] = x[source + k * horizontal.stride] }
          }
        }
      }
    }
  }

  private func fold(_ columns: [Double], group: Int, into x: inout [Double]) {
    columns.withUnsafeBufferPointer { columns in
      x.withUnsafeMutableBufferPointer { x in
        eachRun(group: group) { target, source, count in
          if source < 0 { return }
          if horizontal.stride == 1 {
            for k in 0..<count { x[source + k] += columns[target + k] }
          } else {
            for k in 0..<count { x[source + k * horizontal.stride] += columns[target + k] }
          }
        }
      }
    }
  }

  /// All runs of consecutive places in the unfolded input with where they come from; -1: the padding.
  private func eachRun(group: Int, _ body: (_ target: Int, _ source: Int, _ count: Int) -> Void) {
    let own = inputChannels / groups
    var target = 0
    for channel in group * own..<(group + 1) * own {
      for down in 0..<vertical.kernel {
        for across in 0..<horizontal.kernel {
          // The outputs whose tap is inside the picture.
          let shift = across * horizontal.dilation - horizontal.padding.before
          let first = min(
            horizontal.output, max(0, (-shift + horizontal.stride - 1).floorQuotient(horizontal.stride)))
          let end = max(
            first,
            min(horizontal.output, (horizontal.input - 1 - shift).floorQuotient(horizontal.stride) + 1))
          for row in 0..<vertical.output {
            if let place = vertical.place(row, down), end > first {
              let start = (channel * vertical.input + place) * horizontal.input
              body(target, -1, first)
              body(target + first, start + first * horizontal.stride + shift, end - first)
              body(target + end, -1, horizontal.output - end)
            } else {
              body(target, -1, horizontal.output)
            }
            target += horizontal.output
          }
        }
      }
    }
  }
}

extension Int {
  /// ⌊self / divisor⌋.
  fileprivate func floorQuotient(_ divisor: Int) -> Int {
    self >= 0 ? self / divisor : -((-self + divisor - 1) / divisor)
  }
}
