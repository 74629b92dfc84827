/// Elements before and after each axis: a number, or the argument's own, mirrored at its edges, repeated from them, or from the other end.
public struct Pad: Selection {
  public enum Mode: String, Sendable {
    case constant
    case reflect
    case edge
    case wrap
  }

  public let name = "Pad"
  public let mode: Mode
  /// For each axis; negative ones crop.
  public let before: [Int]
  public let after: [Int]
  public let filler: Double

  public init(_ mode: Mode = .constant, before: [Int], after: [Int], filler: Double = 0) {
    self.mode = mode
    self.before = before
    self.after = after
    self.filler = filler
  }

  public func shape(of arguments: [[Int]]) throws(GraphError) -> [Int] {
    let shape = try onlyShape(arguments)
    let error = GraphError("\(name) of a shape \(shape) by \(before) and \(after)")
    guard before.count == shape.count, after.count == shape.count,
      (before + after).allSatisfy({ (-1 << 40...1 << 40).contains($0) })
    else { throw error }
    for axis in shape.indices {
      let reach = max(before[axis], after[axis])
      switch mode {
      case .constant: break
      case .reflect: guard reach < max(1, shape[axis]) else { throw error }
      case .edge: guard reach <= 0 || shape[axis] > 0 else { throw error }
      case .wrap: guard reach <= shape[axis] else { throw error }
      }
    }
    let result = shape.indices.map { shape[$0] + before[$0] + after[$0] }
    guard result.allSatisfy({ $0 >= 0 }) else { throw error }
    return result
  }

  public func sources(_ shape: [Int]) -> [Int]? {
    if (before + after).allSatisfy({ $0 == 0 }) { return nil }
    return RowMajor.indices(
      in: shape,
      lines: shape.indices.map { axis in
        let length = shape[axis]
        return (-before[axis]..<max(-before[axis], length + after[axis])).map { place in
          if (0..<length).contains(place) { return place }
          switch mode {
          case .constant: return -1
          case .reflect: return place < 0 ? -place : 2 * (length - 1) - place
          case .edge: return place < 0 ? 0 : length - 1
          case .wrap: return place < 0 ? place + length : place - length
          }
        }
      })
  }
}
