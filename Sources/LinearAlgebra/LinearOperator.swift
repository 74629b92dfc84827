/// A linear map that is applied, not stored.
public protocol LinearOperator: Sendable {
  var inputCount: Int { get }
  var outputCount: Int { get }
  /// A x.
  func apply(_ x: [Double]) -> [Double]
  /// Aᵀ y.
  func applyTransposed(_ y: [Double]) -> [Double]
}

extension Matrix: LinearOperator {
  public var inputCount: Int { columns }
  public var outputCount: Int { rows }
  public func apply(_ x: [Double]) -> [Double] { multiply(x, transposed: false) }
  public func applyTransposed(_ y: [Double]) -> [Double] { multiply(y, transposed: true) }
}

extension LinearOperator {
  /// The matrix, from the images of unit vectors of the smaller side.
  public func explicitMatrix() -> Matrix {
    let byRows = outputCount <= inputCount
    let count = byRows ? outputCount : inputCount
    var elements: [Double] = []
    elements.reserveCapacity(inputCount * outputCount)
    var unit = [Double](repeating: 0, count: count)
    for index in 0..<count {
      unit[index] = 1
      elements += byRows ? applyTransposed(unit) : apply(unit)
      unit[index] = 0
    }
    let matrix = Matrix(rows: count, columns: byRows ? inputCount : outputCount, elements: elements)
    return byRows ? matrix : matrix.transposed()
  }
}
