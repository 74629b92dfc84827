/// The largest element of each window.
public struct MaxPool: WindowMaximum {
  public let name = "MaxPool"
  public let pool: PoolWindows
  public var isMinimum: Bool { false }

  public init(_ pool: PoolWindows) { self.pool = pool }

  public func shape(of arguments: [[Int]]) throws(GraphError) -> [Int] {
    try pool.shape(name, of: try onlyShape(arguments))
  }

  public func windows(_ shape: [Int]) -> Windows { pool.windows(shape) }
}
