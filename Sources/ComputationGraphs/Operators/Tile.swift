/// The argument several times along each axis.
public struct Tile: Selection {
  public let name = "Tile"
  /// One for each axis.
  public let repeats: [Int]

  public init(_ repeats: [Int]) { self.repeats = repeats }

  public func shape(of arguments: [[Int]]) throws(GraphError) -> [Int] {
    let shape = try onlyShape(arguments)
    let products = zip(shape, repeats).map { $0.multipliedReportingOverflow(by: $1) }
    guard shape.count == repeats.count, products.allSatisfy({ !$0.overflow && $0.partialValue >= 0 }) else {
      throw GraphError("\(name) of a shape \(shape) by \(repeats)")
    }
    return products.map(\.partialValue)
  }

  public func sources(_ shape: [Int]) -> [Int]? {
    if repeats.allSatisfy({ $0 == 1 }) { return nil }
    return RowMajor.indices(
      in: shape, lines: zip(shape, repeats).map { length, times in (0..<length * times).map { $0 % length } })
  }
}
