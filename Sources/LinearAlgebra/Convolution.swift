import COpenBLAS
import Foundation

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

  /// By unfolding the input (im2col) and a matrix product, for a band of output rows at a time.
  public func apply(_ x: [Double]) -> [Double] {
    precondition(x.count == inputCount)
    var result = [Double](repeating: 0, count: outputCount)
    guard outputCount > 0, taps > 0 else { return result }
    let rows = outputChannels / groups
    let places = vertical.output * horizontal.output
    result.withUnsafeMutableBufferPointer { result in
      guard let target = result.baseAddress else { return }
      nonisolated(unsafe) let output = target
      eachBand { _, group, band in
        let width = band.count * horizontal.output
        // Uninitialised: every place of it is written.
        let columns = [Double](unsafeUninitializedCapacity: taps * width) { buffer, count in
          unfold(x, group: group, band, into: buffer)
          count = taps * width
        }
        let start = group * rows * places + band.lowerBound * horizontal.output
        multiply(
          transposed: false, rows: rows, columns: width, inner: taps, group * rows * taps, columns, width,
          into: output + start, places)
      }
    }
    return result
  }

  /// By the transposed matrix product and folding (col2im), for a band of output rows at a time; every core has a sum of its own.
  public func applyTransposed(_ y: [Double]) -> [Double] {
    precondition(y.count == outputCount)
    let size = inputCount
    guard outputCount > 0, taps > 0 else { return [Double](repeating: 0, count: size) }
    let rows = outputChannels / groups
    let places = vertical.output * horizontal.output
    let shares = self.shares
    var sums = [Double](repeating: 0, count: shares * size)
    sums.withUnsafeMutableBufferPointer { sums in
      guard let target = sums.baseAddress else { return }
      nonisolated(unsafe) let output = target
      eachBand { share, group, band in
        let width = band.count * horizontal.output
        let start = group * rows * places + band.lowerBound * horizontal.output
        let columns = [Double](unsafeUninitializedCapacity: taps * width) { buffer, count in
          guard let columns = buffer.baseAddress else { return }
          y.withUnsafeBufferPointer { y in
            guard let y = y.baseAddress else { return }
            multiply(
              transposed: true, rows: taps, columns: width, inner: rows, group * rows * taps, y + start,
              places,
              into: columns, width)
          }
          count = taps * width
        }
        fold(columns, group: group, band, into: output + share * size)
      }
    }
    for share in 1..<max(1, shares) {
      for index in 0..<size { sums[index] += sums[share * size + index] }
    }
    sums.removeLast((shares - 1) * size)
    return sums
  }

  /// The gradient by the kernel of Σ ⟨y, K x⟩ over samples, by unfolding each input and a matrix product.
  ///
  /// - Parameters:
  ///   - x: samples × inputs.
  ///   - y: samples × outputs.
  /// - Cost: that of one application a sample.
  public func kernelGradient(_ x: [Double], _ y: [Double], samples: Int = 1) -> [Double] {
    precondition(x.count == samples * inputCount && y.count == samples * outputCount)
    var result = [Double](repeating: 0, count: kernel.count)
    guard outputCount > 0, taps > 0 else { return result }
    _ = BLAS.oneThread
    let rows = outputChannels / groups
    let places = vertical.output * horizontal.output
    let height = max(1, Self.bandEntries / max(1, taps * horizontal.output))
    var columns = [Double](repeating: 0, count: taps * min(height, vertical.output) * horizontal.output)
    for sample in 0..<samples {
      let image = Array(x[sample * inputCount..<(sample + 1) * inputCount])
      for group in 0..<groups {
        for top in stride(from: 0, to: vertical.output, by: height) {
          let band = top..<min(top + height, vertical.output)
          let width = band.count * horizontal.output
          columns.withUnsafeMutableBufferPointer { unfold(image, group: group, band, into: $0) }
          let start = sample * outputCount + group * rows * places + top * horizontal.output
          y.withUnsafeBufferPointer { y in
            result.withUnsafeMutableBufferPointer { result in
              guard let y = y.baseAddress, let result = result.baseAddress else { return }
              cblas_dgemm(
                CblasRowMajor, CblasNoTrans, CblasTrans, Int32(rows), Int32(taps), Int32(width), 1, y + start,
                Int32(places), columns, Int32(width), 1, result + group * rows * taps, Int32(taps))
            }
          }
        }
      }
    }
    return result
  }

  /// Cores that share the work.
  private var shares: Int {
    cost < BLAS.worthwhile ? 1 : min(vertical.output, ProcessInfo.processInfo.activeProcessorCount)
  }

  /// Entries of an unfolded band: enough that the kernel is read seldom, few enough to stay in the cache (measured).
  private static let bandEntries = 1 << 19

  /// All bands of output rows of all groups, each core's after another.
  private func eachBand(_ body: @Sendable (_ share: Int, _ group: Int, _ band: Range<Int>) -> Void) {
    let shares = self.shares
    let height = max(1, Self.bandEntries / max(1, taps * horizontal.output))
    @Sendable func work(_ share: Int) {
      let (start, end) = (vertical.output * share / shares, vertical.output * (share + 1) / shares)
      let bands = max(1, (end - start + height - 1) / height)
      for band in 0..<bands {
        let range = start + (end - start) * band / bands..<start + (end - start) * (band + 1) / bands
        for group in 0..<groups { body(share, group, range) }
      }
    }
    _ = BLAS.oneThread
    if shares == 1 { return work(0) }
    // Each band's product is one thread's.
    BLAS.onOneCore { DispatchQueue.concurrentPerform(iterations: shares, execute: work) }
  }

  private func multiply(
    transposed: Bool, rows: Int, columns: Int, inner: Int, _ kernelStart: Int, _ right: UnsafePointer<Double>,
    _ rightStride: Int, into result: UnsafeMutablePointer<Double>, _ resultStride: Int
  ) {
    kernel.withUnsafeBufferPointer { kernel in
      guard let kernel = kernel.baseAddress else { return }
      cblas_dgemm(
        CblasRowMajor, transposed ? CblasTrans : CblasNoTrans, CblasNoTrans, Int32(rows), Int32(columns),
        Int32(inner), 1, kernel + kernelStart, Int32(transposed ? rows : inner), right, Int32(rightStride), 0,
        result, Int32(resultStride))
    }
  }

  /// Rows: channel, tap down, tap across; columns: places of the band.
  private func unfold(
    _ x: [Double], group: Int, _ band: Range<Int>, into columns: UnsafeMutableBufferPointer<Double>
  ) {
    let stride = horizontal.stride
    x.withUnsafeBufferPointer { x in
      eachRun(group: group, band) { target, source, count in
        if source < 0 {
          for k in 0..<count { columns[target + k] = 0 }
        } else if stride == 1 {
          for k in 0..<count { columns[target + k] = x[source + k] }
        } else {
          for k in 0..<count { columns[target + k] = x[source + k * stride] }
        }
      }
    }
  }

  private func fold(
    _ columns: [Double], group: Int, _ band: Range<Int>, into x: UnsafeMutablePointer<Double>
  ) {
    let stride = horizontal.stride
    columns.withUnsafeBufferPointer { columns in
      eachRun(group: group, band) { target, source, count in
        if source < 0 { return }
        if stride == 1 {
          for k in 0..<count { x[source + k] += columns[target + k] }
        } else {
          for k in 0..<count { x[source + k * stride] += columns[target + k] }
        }
      }
    }
  }

  /// All runs of consecutive places of a band in the unfolded input with where they come from; -1: the padding.
  private func eachRun(
    group: Int, _ band: Range<Int>, _ body: (_ target: Int, _ source: Int, _ count: Int) -> Void
  ) {
    let own = inputChannels / groups
    let width = horizontal.output
    var target = 0
    for channel in group * own..<(group + 1) * own {
      for down in 0..<vertical.kernel {
        for across in 0..<horizontal.kernel {
          // The outputs whose tap is inside the picture.
          let shift = across * horizontal.dilation - horizontal.padding.before
          let first = min(width, max(0, (-shift + horizontal.stride - 1).floorQuotient(horizontal.stride)))
          let end = max(
            first, min(width, (horizontal.input - 1 - shift).floorQuotient(horizontal.stride) + 1))
          for row in band {
            if let place = vertical.place(row, down), end > first {
              let start = (channel * vertical.input + place) * horizontal.input
              if first > 0 { body(target, -1, first) }
              body(target + first, start + first * horizontal.stride + shift, end - first)
              if end < width { body(target + end, -1, width - end) }
            } else {
              body(target, -1, width)
            }
            target += width
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
