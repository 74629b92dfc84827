/// The slices at chosen places of an axis, in an array of the places' shape.
public struct Gather: Selection {
  public let name = "Gather"
  public let axis: Int
  /// Within the axis, from 0.
  public let places: [Int]
  public let placesShape: [Int]

  /// - Parameter placesShape: `[]` for one place, which removes the axis.
  public init(axis: Int, places: [Int], placesShape: [Int]) {
    precondition(RowMajor.count(placesShape) == places.count)
    self.axis = axis
    self.places = places
    self.placesShape = placesShape
  }

  public func shape(of arguments: [[Int]]) throws(GraphError) -> [Int] {
    let shape = try onlyShape(arguments)
    guard shape.indices.contains(axis), places.allSatisfy((0..<shape[axis]).contains) else {
      throw GraphError("\(name) outside axis \(axis) of a shape \(shape)")
    }
    return Array(shape[..<axis]) + placesShape + Array(shape[(axis + 1)...])
  }

  public func sources(_ shape: [Int]) -> [Int]? {
    var lines = shape.map { Array(0..<$0) }
    if places == lines[axis] { return nil }
    lines[axis] = places
    return RowMajor.indices(in: shape, lines: lines)
  }
}
