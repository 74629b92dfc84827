/// The same elements in another shape: reshape, flatten, squeeze, unsqueeze.
public struct Reshape: Selection {
  public let name: String
  public let target: [Int]

  public init(to target: [Int], name: String = "Reshape") {
    self.target = target
    self.name = name
  }

  public func shape(of arguments: [[Int]]) throws(GraphError) -> [Int] {
    let shape = try onlyShape(arguments)
    guard let count = RowMajor.count(target), count == RowMajor.count(shape) else {
      throw GraphError("\(name) of a shape \(shape) to \(target)")
    }
    return target
  }

  public func sources(_ shape: [Int]) -> [Int]? { nil }
}
