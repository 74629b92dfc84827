/// Axes in another order: axis a of the value is axis `permutation[a]` of the argument.
public struct Transpose: Selection {
  public let name = "Transpose"
  public let permutation: [Int]

  public init(_ permutation: [Int]) { self.permutation = permutation }

  public func shape(of arguments: [[Int]]) throws(GraphError) -> [Int] {
    let shape = try onlyShape(arguments)
    guard permutation.sorted() == Array(shape.indices) else {
      throw GraphError("\(name) of a shape \(shape) by \(permutation)")
    }
    return permutation.map { shape[$0] }
  }

  public func sources(_ shape: [Int]) -> [Int]? {
    let moved = permutation.filter { shape[$0] != 1 }
    if moved == moved.sorted() { return nil }
    let steps = RowMajor.steps(of: shape)
    return RowMajor.indices(of: permutation.map { shape[$0] }, steps: permutation.map { steps[$0] })
  }
}
