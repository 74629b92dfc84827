/// The argument repeated to a shape that it broadcasts to.
public struct Expand: Selection {
  public let name = "Expand"
  public let target: [Int]

  /// - Parameter target: broadcasts with the argument's shape to the value's.
  public init(to target: [Int]) { self.target = target }

  public func shape(of arguments: [[Int]]) throws(GraphError) -> [Int] {
    let shape = try onlyShape(arguments)
    guard target.allSatisfy({ $0 >= 0 }), let result = Broadcasting.shape(of: [shape, target]) else {
      throw GraphError("\(name) of a shape \(shape) to \(target)")
    }
    return result
  }

  public func sources(_ shape: [Int]) -> [Int]? {
    let broadcasting = Broadcasting(shape, to: acceptedShape([shape]))
    return broadcasting.copies == 1 ? nil : broadcasting.indices
  }
}
