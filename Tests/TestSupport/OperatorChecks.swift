public import ComputationGraphs
import ExactArithmetic
import LinearAlgebra
import RandomNumbers

/// What every operator must satisfy, tried at an argument and in a box around it.
public struct OperatorChecks {
  let operation: any GraphOperator
  let arguments: [Tensor]
  /// Whether an argument depends on the input.
  let varies: [Bool]
  var random: SplitMix64
  public private(set) var failures: [String] = []

  public init(
    _ operation: any GraphOperator, _ arguments: [Tensor], varies: [Bool], radius: Double = 0.5,
    seed: UInt64 = 1
  ) {
    self.operation = operation
    self.arguments = arguments
    self.varies = varies
    random = SplitMix64(seed: seed)
    derivatives()
    for radius in [0, radius, 4 * radius] { bounds(radius: radius) }
    bounds(radius: .infinity)
    if operation.isAffine(varies.map(!)) { linearParts() }
  }

  private mutating func fail(_ text: String) { failures.append("\(operation.name): \(text)") }

  private mutating func gaussian(_ shape: [Int]) -> Tensor {
    Tensor(repeating: 0, shape: shape).map { _ in random.gaussian() }
  }

  private static func norm(_ tensor: Tensor) -> Double { LinearAlgebra.norm(tensor.elements) }

  private static func inner(_ a: Tensor, _ b: Tensor) -> Double {
    zip(a.elements, b.elements).reduce(0) { $0 + $1.0 * $1.1 }
  }

  private func moved(_ arguments: [Tensor], _ tangents: [Tensor?], by step: Double) -> [Tensor] {
    zip(arguments, tangents).map { argument, tangent in
      Tensor(
        shape: argument.shape,
        elements: argument.elements.indices.map {
          argument.elements[$0] + step * (tangent?.elements[$0] ?? 0)
        })
    }
  }

  private mutating func tangents(only: Int? = nil) -> [Tensor?] {
    arguments.indices.map { varies[$0] && (only ?? $0) == $0 ? gaussian(arguments[$0].shape) : nil }
  }

  /// ⟨Jv, c⟩ = ⟨v, Jᵀc⟩, and J from differences.
  private mutating func derivatives() {
    let value = operation.forward(arguments)
    do {
      let shape = try operation.shape(of: arguments.map(\.shape))
      if shape != value.shape { fail("the value has the shape \(value.shape), not \(shape)") }
    } catch { fail("\(error)") }
    let tangents = tangents()
    let along = operation.differential(arguments, tangents)
    let cotangent = gaussian(value.shape)
    var total = 0.0
    for (index, tangent) in tangents.enumerated() {
      guard let tangent else { continue }
      let part = operation.adjoint(index, arguments, value, cotangent: cotangent)
      if part.shape != tangent.shape { return fail("the adjoint has the shape \(part.shape)") }
      total += Self.inner(tangent, part)
    }
    let left = Self.inner(along, cotangent)
    let scale = Self.norm(along) * Self.norm(cotangent)
    if !(abs(left - total) <= 1e-10 * (1 + scale)) { fail("⟨Jv, c⟩ = \(left), ⟨v, Jᵀc⟩ = \(total)") }
    func difference(_ step: Double) -> [Double] {
      let (up, down) = (moved(arguments, tangents, by: step), moved(arguments, tangents, by: -step))
      return zip(operation.forward(up).elements, operation.forward(down).elements)
        .map { ($0 - $1) / (2 * step) }
    }
    let (coarse, fine) = (difference(1e-4), difference(1e-5))
    for (k, slope) in along.elements.enumerated() {
      // Not beside a kink.
      guard abs(coarse[k] - fine[k]) < 1e-5 * (1 + abs(fine[k])) else { continue }
      if !(abs(slope - fine[k]) <= 1e-4 * (1 + abs(slope))) {
        fail("the derivative \(slope) of element \(k), by differences \(fine[k])")
      }
    }
  }

  /// Values in ranges, and norms of derivatives below factors.
  private mutating func bounds(radius: Double) {
    let ranges = arguments.indices.map { index in
      let own = arguments[index]
      return varies[index]
        ? TensorRange(
          shape: own.shape, lower: own.elements.map { $0 - radius }, upper: own.elements.map { $0 + radius })
        : TensorRange(own)
    }
    let range = operation.range(ranges)
    let factors = operation.lipschitzFactors(
      arguments.indices.map { GraphArgument(isConstant: !varies[$0], range: ranges[$0]) })
    if factors.count != arguments.count { return fail("\(factors.count) factors") }
    for trial in 0..<8 {
      let reach = radius.isFinite ? radius : 3
      let isCorner = trial < 3
      var point = arguments
      for index in arguments.indices where varies[index] {
        point[index] = Tensor(
          shape: arguments[index].shape,
          elements: arguments[index].elements.indices.map { k in
            let unit = 2 * random.uniform() - 1
            let place = arguments[index].elements[k] + reach * (isCorner ? (unit < 0 ? -1 : 1) : unit)
            return min(max(place, ranges[index].lower[k]), ranges[index].upper[k])
          })
      }
      let value = operation.forward(point)
      if value.elements.contains(where: \.isNaN) { continue }
      if !range.contains(value) { fail("a value outside its range, radius \(radius)") }
      for index in arguments.indices where varies[index] {
        var tangents = tangents(only: index)
        // Towards the steepest direction.
        for _ in 0..<6 {
          guard let tangent = tangents[index] else { continue }
          let along = operation.differential(point, tangents)
          let ratio = Self.norm(along) / Self.norm(tangent)
          if ratio > factors[index].value.value * (1 + 1e-9) {
            fail(
              "factor \(factors[index].value) of argument \(index), radius \(radius), below a norm of \(ratio)"
            )
          }
          let back = operation.adjoint(index, point, value, cotangent: along)
          let size = Self.norm(back)
          if !(size > 0) || !size.isFinite { break }
          tangents[index] = back.map { $0 / size }
        }
      }
      let tangents = tangents()
      let parts = tangents.indices.map { (tangents[$0].map(Self.norm) ?? 0) * factors[$0].value.value }
      let bound: Double
      switch operation.combination {
      case .sum: bound = parts.reduce(0, +)
      case .rootOfSquares: bound = LinearAlgebra.norm(parts)
      }
      let along = Self.norm(operation.differential(point, tangents))
      if along > bound * (1 + 1e-9) { fail("a derivative of norm \(along) above \(bound)") }
    }
  }

  /// An affine operator's derivative is the same everywhere, and as `linearMap` and an exact factor say.
  private mutating func linearParts() {
    for index in arguments.indices where varies[index] {
      let count = arguments[index].elements.count
      guard count > 0, count <= 300 else { continue }
      var elsewhere = arguments
      for other in arguments.indices where varies[other] {
        elsewhere[other] = gaussian(arguments[other].shape)
      }
      var columns: [[Double]] = []
      for k in 0..<count {
        var tangents = [Tensor?](repeating: nil, count: arguments.count)
        var unit = Tensor(repeating: 0, shape: arguments[index].shape)
        unit.elements[k] = 1
        tangents[index] = unit
        columns.append(operation.differential(arguments, tangents).elements)
        if operation.differential(elsewhere, tangents).elements != columns[k] {
          return fail("the derivative of an affine operator changes")
        }
      }
      guard let rows = columns.first?.count, rows > 0 else { continue }
      let jacobian = Matrix(columns).transposed()
      let map = operation.linearMap(
        index,
        arguments.indices.map {
          LinearArgument(shape: arguments[$0].shape, value: varies[$0] ? nil : arguments[$0])
        })
      if let map, let problem = Self.difference(map, jacobian) { fail("linear map \(index): \(problem)") }
      let factor = operation.lipschitzFactors(
        arguments.indices.map {
          GraphArgument(
            isConstant: !varies[$0],
            range: varies[$0] ? .all(shape: arguments[$0].shape) : TensorRange(arguments[$0]))
        })[index]
      guard let norm = try? jacobian.spectralNorm() else { continue }
      if factor.side == .exact, !(abs(factor.value.value - norm) <= 1e-9 * (1 + norm)) {
        fail("the exact factor \(factor.value), the norm \(norm)")
      }
    }
  }

  private static func difference(_ map: LinearMap, _ jacobian: Matrix) -> String? {
    func repeated(_ matrix: Matrix) -> Matrix? {
      guard matrix.columns > 0, jacobian.columns % matrix.columns == 0,
        jacobian.rows == jacobian.columns / matrix.columns * matrix.rows
      else { return nil }
      return Matrix(rows: jacobian.rows, columns: jacobian.columns) { row, column in
        row / matrix.rows == column / matrix.columns
          ? matrix[row % matrix.rows, column % matrix.columns] : 0
      }
    }
    let expected: Matrix?
    var room = 1e-13
    switch map {
    case .multiple(let factor): expected = .identity(jacobian.columns) * factor.approximation
    case .rearrangement:
      let isPermutation =
        jacobian.rows == jacobian.columns && jacobian.elements.allSatisfy { $0 == 0 || $0 == 1 }
        && jacobian.elements.count { $0 == 1 } == jacobian.rows
        && (0..<jacobian.rows).allSatisfy { jacobian.row($0).contains(1) && jacobian.column($0).contains(1) }
      return isPermutation ? nil : "no permutation"
    case .diagonal(let factors, let error):
      expected = .diagonal(factors)
      room = max(room, error)
    case .dense(let matrix): expected = repeated(matrix)
    case .convolution(let convolution, let isTransposed):
      let matrix = convolution.explicitMatrix()
      expected = repeated(isTransposed ? matrix.transposed() : matrix)
    }
    guard let expected, expected.rows == jacobian.rows, expected.columns == jacobian.columns else {
      return "another size"
    }
    let worst = zip(expected.elements, jacobian.elements).reduce(0) { max($0, abs($1.0 - $1.1)) }
    return worst <= room * (1 + jacobian.largestMagnitude) ? nil : "off by \(worst)"
  }
}

extension ComputationGraph {
  /// What its operations do not satisfy around a point, which is moved a little, off kinks and ties.
  public func operatorFailures(at x: Tensor, seed: UInt64 = 1) -> [String] {
    var random = SplitMix64(seed: seed)
    let values = values(at: x.map { $0 + 0.1 * random.uniform() })
    return nodes.flatMap { node -> [String] in
      guard case .operation(let operation, let arguments) = node.kind else { return [] }
      return OperatorChecks(
        operation, arguments.map { values[$0] }, varies: arguments.map { dependsOnInput[$0] }, seed: seed
      ).failures
    }
  }
}
