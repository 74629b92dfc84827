import LinearAlgebra

/// The mean of each window.
public struct AveragePool: WindowSum {
  public let name = "AveragePool"
  public let pool: PoolWindows
  /// Whether places in the padding count as zeros; otherwise they do not count.
  public let includesPadding: Bool

  public init(_ pool: PoolWindows, includesPadding: Bool = false) {
    self.pool = pool
    self.includesPadding = includesPadding
  }

  public func shape(of arguments: [[Int]]) throws(GraphError) -> [Int] {
    try pool.shape(name, of: try onlyShape(arguments))
  }

  public func windows(_ shape: [Int]) -> Windows { pool.windows(shape) }

  public func divisors(_ shape: [Int]) -> [Double]? {
    if includesPadding { return pool.paddedCounts(shape).map { Double($0) } }
    let windows = pool.windows(shape)
    return zip(windows.starts, windows.starts.dropFirst()).map { Double($1 - $0) }
  }

  /// A convolution of each channel apart, where all windows have one length, a power of two: then 1 / length is a double.
  public func linearMap(_ argument: Int, _ arguments: [LinearArgument]) -> LinearMap? {
    let shape = arguments[0].shape
    let size = pool.axes.reduce(1) { $0 * $1.kernel }
    guard (1...2).contains(pool.axes.count), size & (size - 1) == 0, let divisors = divisors(shape),
      divisors.allSatisfy({ $0 == Double(size) }),
      let kernel = RowMajor.count([shape[1], size]), kernel <= 1 << 24
    else { return nil }
    let axes = zip(pool.axes, shape[2...]).map { axis, length in
      Convolution.Axis(
        input: length, kernel: axis.kernel, stride: axis.stride, dilation: axis.dilation,
        padding: (axis.before, axis.after))
    }
    let map = Convolution(
      kernel: [Double](repeating: 1 / Double(size), count: kernel), inputChannels: shape[1],
      outputChannels: shape[1], vertical: axes.count == 2 ? axes[0] : Convolution.Axis(input: 1, kernel: 1),
      horizontal: axes[axes.count - 1], groups: max(1, shape[1]))
    return map.outputCount == shape[1] * divisors.count ? .convolution(map, isTransposed: false) : nil
  }
}
