import Foundation
import LinearAlgebra

extension PatternProblem {
  /// What a grid says of L(f, X).
  public struct GridWitness: Sendable {
    /// The best exact witness at or beside the grid points of largest norm; nil where all norms are 0.
    public var witness: Witness?
    /// The largest Jacobian norm at a grid point, in double precision.
    public var largest = 0.0
    /// Grid points that lie in the domain.
    public var points = 0
    public var isStopped = false
  }

  /// Free inputs up to which a grid is offered.
  public static var gridInputLimit: Int { 3 }

  /// The Jacobian's norm at the midpoints of a grid of equal cells over a bounded domain; those of the largest norms are confirmed
  /// in exact arithmetic.
  ///
  /// - Parameter pointsPerAxis: for each free input.
  /// - Precondition: at most `gridInputLimit` free inputs, and a bounded domain.
  /// - Cost: points × (free inputs + 1) forward passes, on all cores.
  public func bestGridPoint(pointsPerAxis: Int, settings: SearchSettings) -> GridWitness {
    guard isAttainable, freeInputs.count <= Self.gridInputLimit, let box = freeBox else {
      preconditionFailure("a grid over a bounded domain of few inputs")
    }
    let grid = Grid(problem: self, box: box, pointsPerAxis: pointsPerAxis)
    let start = ContinuousClock.now
    let parts = Parallel.map(count: grid.chunks) { chunk -> Grid.Part? in
      let isLate = settings.timeLimit.map { (ContinuousClock.now - start) / .seconds(1) >= $0 } ?? false
      return isLate || settings.isInterrupted() ? nil : grid.part(chunk)
    }
    var result = GridWitness()
    var leaders = Grid.Leaders()
    for part in parts {
      guard let part else {
        result.isStopped = true
        continue
      }
      result.points += part.points
      leaders.merge(part.leaders)
    }
    result.largest = leaders.best.first?.value ?? 0
    result.witness =
      bestWitness(among: leaders.best.map { inputPoint($0.x) }, settings: settings.withoutLimits)
      .witness
    return result
  }
}

/// The midpoints of a grid, and Jacobians at many of them at once.
private struct Grid: Sendable {
  let problem: PatternProblem
  let box: FreeBox
  let pointsPerAxis: Int

  /// Points that are evaluated together: their values stay in the cache.
  private static let chunk = 400

  /// The largest norms, each once: a piece of the network covers many points.
  struct Leaders: Sendable {
    private(set) var best: [(value: Double, x: [Double])] = []
    private static let count = 16

    mutating func offer(_ value: Double, _ x: @autoclosure () -> [Double]) {
      if best.count == Self.count, value <= best[Self.count - 1].value { return }
      let place = best.firstIndex { $0.value <= value } ?? best.count
      let neighbours = [place - 1, place].filter(best.indices.contains)
      if neighbours.contains(where: { abs(best[$0].value - value) <= 1e-9 * value }) { return }
      best.insert((value, x()), at: place)
      if best.count > Self.count { best.removeLast() }
    }

    mutating func merge(_ other: Leaders) { for (value, x) in other.best { offer(value, x) } }
  }

  struct Part: Sendable {
    var points = 0
    var leaders = Leaders()
  }

  private var axes: Int { problem.freeInputs.count }
  private var total: Int { (0..<axes).reduce(1) { product, _ in product * pointsPerAxis } }
  var chunks: Int { (total + Self.chunk - 1) / Self.chunk }

  /// The free inputs of a point.
  private func point(_ number: Int) -> [Double] {
    var rest = number
    return (0..<axes).map { axis in
      let place = (Double(rest % pointsPerAxis) + 0.5) / Double(pointsPerAxis)
      rest /= pointsPerAxis
      return min(box.lower[axis] + (box.upper[axis] - box.lower[axis]) * place, box.upper[axis])
    }
  }

  func part(_ number: Int) -> Part {
    let all = (number * Self.chunk..<min((number + 1) * Self.chunk, total)).map(point)
    // A box holds all of its grid; a polytope may not.
    let points = all.filter { problem.freePart(of: problem.inputPoint($0)) != nil }
    var part = Part(points: points.count)
    guard !points.isEmpty else { return part }
    for (value, x) in zip(norms(points), points) { part.leaders.offer(value, x) }
    return part
  }

  /// ‖J‖ at points, by forward accumulation: values of all points, and their derivatives by each input, as the rows of one matrix.
  private func norms(_ points: [[Double]]) -> [Double] {
    let count = points.count
    var rows = Matrix(
      rows: count, columns: problem.weights[0].columns, elements: points.flatMap(problem.inputPoint))
    for layer in 0..<problem.hiddenLayers {
      let (weights, bias) = (problem.weights[layer], problem.biases[layer])
      let width = weights.rows
      var next = Matrix.product(rows, transposed: false, weights, transposed: true)
      if layer == 0 {
        // The first derivatives are columns of the weights.
        next.elements.reserveCapacity((axes + 1) * count * width)
        for input in problem.freeInputs {
          let column = weights.column(input)
          for _ in 0..<count { next.elements += column }
        }
        next = Matrix(rows: (axes + 1) * count, columns: width, elements: next.elements)
      }
      let first = problem.unitRange(layer).lowerBound
      next.elements.withUnsafeMutableBufferPointer { values in
        for row in 0..<count {
          for unit in 0..<width {
            let place = row * width + unit
            let pre = values[place] + bias[unit]
            let slopes = problem.slopes[first + unit]
            let slope = pre >= 0 ? slopes.on : slopes.off
            values[place] = pre * slope
            for axis in 1...max(1, axes) where axis <= axes { values[axis * count * width + place] *= slope }
          }
        }
      }
      rows = next
    }
    let last = problem.weights[problem.hiddenLayers]
    guard problem.hiddenLayers > 0 else {
      return [Double](repeating: norm(last.selecting(columns: problem.freeInputs)), count: count)
    }
    let tangents = Matrix(
      rows: axes * count, columns: rows.columns, elements: Array(rows.elements[(count * rows.columns)...]))
    let jacobians = Matrix.product(tangents, transposed: false, last, transposed: true)
    let outputs = last.rows
    return (0..<count).map { point in
      norm(Matrix(rows: outputs, columns: axes) { jacobians[$1 * count + point, $0] })
    }
  }

  private func norm(_ jacobian: Matrix) -> Double {
    guard problem.norm == .two else { return (try? problem.norm.value(jacobian)) ?? 0 }
    var gram = [[Double]](repeating: [Double](repeating: 0, count: axes), count: axes)
    for i in 0..<axes {
      for j in 0..<axes {
        for k in 0..<jacobian.rows { gram[i][j] += jacobian[k, i] * jacobian[k, j] }
      }
    }
    return max(0, Self.largestEigenvalue(gram)).squareRoot()
  }

  /// Of a symmetric matrix with at most three rows, in closed form (Smith 1961 for three).
  private static func largestEigenvalue(_ a: [[Double]]) -> Double {
    switch a.count {
    case 0: return 0
    case 1: return a[0][0]
    case 2:
      let (mean, half) = ((a[0][0] + a[1][1]) / 2, (a[0][0] - a[1][1]) / 2)
      return mean + (half * half + a[0][1] * a[0][1]).squareRoot()
    default:
      let mean = (a[0][0] + a[1][1] + a[2][2]) / 3
      let d = (0..<3).map { a[$0][$0] - mean }
      let off = a[0][1] * a[0][1] + a[0][2] * a[0][2] + a[1][2] * a[1][2]
      let p = ((d[0] * d[0] + d[1] * d[1] + d[2] * d[2] + 2 * off) / 6).squareRoot()
      guard p > 0 else { return mean }
      let determinant =
        d[0] * (d[1] * d[2] - a[1][2] * a[1][2]) - a[0][1] * (a[0][1] * d[2] - a[1][2] * a[0][2])
        + a[0][2] * (a[0][1] * a[1][2] - d[1] * a[0][2])
      let r = min(1, max(-1, determinant / (2 * p * p * p)))
      return mean + 2 * p * cos(acos(r) / 3)
    }
  }
}
