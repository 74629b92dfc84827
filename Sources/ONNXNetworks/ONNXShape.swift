/// Shapes and the index maps between them: entry k of a result comes from entry `indices[k]` of its source.
enum ONNXShape {
  /// The most entries that a value may have where the file does not hold them one by one.
  static let maximumCount = 1 << 20
  /// The most entries that a composed weight matrix or folded constant may have.
  static let maximumMatrixCount = 1 << 24

  /// The number of entries, nil where it overflows or a dimension is negative.
  static func count(_ shape: [Int]) -> Int? {
    var count = 1
    for dimension in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: max(dimension, 1))
      guard !overflow, dimension >= 0 else { return nil }
      count = product
    }
    return shape.contains(0) ? 0 : count
  }

  /// The common shape of two operands, nil where they do not fit.
  static func broadcast(_ a: [Int], _ b: [Int]) -> [Int]? {
    let rank = max(a.count, b.count)
    let (a, b) = (padded(a, to: rank), padded(b, to: rank))
    var shape: [Int] = []
    for (x, y) in zip(a, b) {
      guard x == y || x == 1 || y == 1 else { return nil }
      shape.append(x == 1 ? y : x)
    }
    return shape
  }

  /// From which entry of `shape` each entry of its broadcast to `target` comes.
  static func broadcastIndices(from shape: [Int], to target: [Int]) -> [Int] {
    let source = padded(shape, to: target.count)
    let steps = zip(source, strides(of: source)).map { $0 == 1 ? 0 : $1 }
    return indices(of: target, steps: steps)
  }

  /// The transpose's shape and where its entries come from; nil where `permutation` is none of `shape`'s axes.
  static func transpose(_ shape: [Int], _ permutation: [Int]) -> (shape: [Int], indices: [Int])? {
    guard permutation.sorted() == Array(shape.indices) else { return nil }
    let steps = strides(of: shape)
    let target = permutation.map { shape[$0] }
    return (target, indices(of: target, steps: permutation.map { steps[$0] }))
  }

  /// The shape that a Reshape node's shape input means: 0 keeps a dimension, one −1 is inferred.
  static func reshape(_ shape: [Int], to wanted: [Int], allowZero: Bool) -> [Int]? {
    var target = wanted
    if !allowZero {
      for (axis, dimension) in wanted.enumerated() where dimension == 0 {
        guard axis < shape.count else { return nil }
        target[axis] = shape[axis]
      }
    }
    guard let total = count(shape) else { return nil }
    if let axis = target.firstIndex(of: -1) {
      target[axis] = 1
      guard let others = count(target), others > 0, total % others == 0 else { return nil }
      target[axis] = total / others
    }
    return count(target) == total ? target : nil
  }

  /// Axes counted from the front; nil where one is out of range or given twice.
  static func normalized(axes: [Int], rank: Int) -> [Int]? {
    guard axes.allSatisfy({ (-rank..<rank).contains($0) }) else { return nil }
    let normalized = axes.map { $0 < 0 ? $0 + rank : $0 }
    return Set(normalized).count == axes.count ? normalized : nil
  }

  private static func padded(_ shape: [Int], to rank: Int) -> [Int] {
    [Int](repeating: 1, count: rank - shape.count) + shape
  }

  private static func strides(of shape: [Int]) -> [Int] {
    var step = 1
    return Array(
      shape.reversed().map { dimension in
        defer { step *= max(dimension, 1) }
        return step
      }.reversed())
  }

  private static func indices(of shape: [Int], steps: [Int]) -> [Int] {
    guard !shape.contains(0) else { return [] }
    var indices = [0]
    for (dimension, step) in zip(shape, steps) {
      indices = indices.flatMap { start in (0..<dimension).map { start + $0 * step } }
    }
    return indices
  }
}
