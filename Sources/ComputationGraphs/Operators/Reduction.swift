/// The axes that an operator works over, and whether they stay with length 1.
public struct ReducedAxes: Sendable, Equatable {
  public let axes: [Int]
  public let keepsAxes: Bool

  /// - Parameter axes: from 0.
  public init(_ axes: [Int], keepsAxes: Bool = true) {
    self.axes = axes
    self.keepsAxes = keepsAxes
  }

  func shape(_ name: String, of argument: [Int]) throws(GraphError) -> [Int] {
    guard Set(axes).count == axes.count, axes.allSatisfy(argument.indices.contains) else {
      throw GraphError("\(name) over axes \(axes) of a shape \(argument)")
    }
    return argument.indices.compactMap { axis in
      axes.contains(axis) ? (keepsAxes ? 1 : nil) : argument[axis]
    }
  }

  func windows(_ shape: [Int]) -> Windows { Windows(along: axes, of: shape) }
}

/// The sum over axes, or the mean.
public struct SumReduction: WindowSum {
  public let name: String
  public let isMean: Bool
  public let axes: ReducedAxes

  public init(over axes: ReducedAxes, isMean: Bool = false, name: String? = nil) {
    self.axes = axes
    self.isMean = isMean
    self.name = name ?? (isMean ? "ReduceMean" : "ReduceSum")
  }

  public func shape(of arguments: [[Int]]) throws(GraphError) -> [Int] {
    let argument = try onlyShape(arguments)
    guard !isMean || !axes.axes.contains(where: { argument.indices.contains($0) && argument[$0] == 0 }) else {
      throw GraphError("\(name) of nothing")
    }
    return try axes.shape(name, of: argument)
  }

  public func windows(_ shape: [Int]) -> Windows { axes.windows(shape) }

  public func divisors(_ shape: [Int]) -> [Double]? {
    guard isMean else { return nil }
    let length = axes.axes.reduce(1) { $0 * shape[$1] }
    return [Double](repeating: Double(length), count: axes.windows(shape).listCount)
  }
}

/// The largest over axes, or the smallest.
public struct MaximumReduction: WindowMaximum {
  public let name: String
  public let isMinimum: Bool
  public let axes: ReducedAxes

  public init(over axes: ReducedAxes, isMinimum: Bool = false, name: String? = nil) {
    self.axes = axes
    self.isMinimum = isMinimum
    self.name = name ?? (isMinimum ? "ReduceMin" : "ReduceMax")
  }

  public func shape(of arguments: [[Int]]) throws(GraphError) -> [Int] {
    let argument = try onlyShape(arguments)
    guard !axes.axes.contains(where: { argument.indices.contains($0) && argument[$0] == 0 }) else {
      throw GraphError("\(name) of nothing")
    }
    return try axes.shape(name, of: argument)
  }

  public func windows(_ shape: [Int]) -> Windows { axes.windows(shape) }
}
