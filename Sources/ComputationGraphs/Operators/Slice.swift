/// Places of each axis in steps: slices, and the parts of a split.
public struct Slice: Selection {
  /// `count` places from `start` on.
  public struct Line: Sendable, Equatable {
    public let start: Int
    public let count: Int
    public let step: Int

    public init(start: Int, count: Int, step: Int = 1) {
      self.start = start
      self.count = count
      self.step = step
    }

    /// Whether all places lie within a length.
    fileprivate func fits(_ length: Int) -> Bool {
      guard count > 0 else { return count == 0 }
      let (distance, overflow) = step.multipliedReportingOverflow(by: count - 1)
      let (last, overflows) = start.addingReportingOverflow(distance)
      return !overflow && !overflows && (0..<length).contains(start) && (0..<length).contains(last)
    }

    fileprivate var places: [Int] { (0..<count).map { start + $0 * step } }
  }

  public let name: String
  /// One for each axis.
  public let lines: [Line]

  public init(_ lines: [Line], name: String = "Slice") {
    self.lines = lines
    self.name = name
  }

  public func shape(of arguments: [[Int]]) throws(GraphError) -> [Int] {
    let shape = try onlyShape(arguments)
    guard lines.count == shape.count, zip(lines, shape).allSatisfy({ $0.fits($1) }) else {
      throw GraphError("\(name) outside a shape \(shape)")
    }
    return lines.map(\.count)
  }

  public func sources(_ shape: [Int]) -> [Int]? {
    let isAll = zip(lines, shape).allSatisfy { $0.count == $1 && ($0.step == 1 || $1 == 1) }
    return isAll ? nil : RowMajor.indices(in: shape, lines: lines.map(\.places))
  }
}
