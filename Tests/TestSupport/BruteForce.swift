import LinearAlgebra
import LinearProgramming
public import Networks
public import PatternSearch

/// L(f, X) and FGL by brute force, sharing no search code with what it judges: every activation pattern in layer
/// order, each phase decided by one GLPK linear program, Jacobians by plain products, norms by formulas of its own.
public struct BruteForce {
  public let network: MultilayerPerceptron
  private let freeInputs: [Int]
  private let lower: [Double]
  private let upper: [Double]
  private let centre: [Double]
  /// The rows of a polytope over the free inputs.
  private var faces: [Halfspace] = []
  /// Cells with a depth in this range are in doubt.
  private let doubt: ClosedRange<Double>

  /// - Parameter isExact: whether the network has few digits, so that no cell has a depth near the solver's rounding.
  public init(_ network: MultilayerPerceptron, domain: Domain, isExact: Bool = false) {
    self.network = network
    doubt = (isExact ? 1e-9 : 1e-12)...1e-7
    let size = network.inputs
    if let (low, high) = domain.box {
      freeInputs = (0..<size).filter { low[$0] < high[$0] }
      lower = freeInputs.map { low[$0] }
      upper = freeInputs.map { high[$0] }
      centre = low
    } else {
      freeInputs = Array(0..<size)
      lower = [Double](repeating: -3e4, count: size)
      upper = [Double](repeating: 3e4, count: size)
      centre = [Double](repeating: 0, count: size)
    }
    guard case .polytope(let rows, let bounds, _, _) = domain else { return }
    for i in 0..<rows.rows {
      let row = Array(rows.row(i))
      var constant = bounds[i]
      for j in row.indices where !freeInputs.contains(j) { constant -= row[j] * centre[j] }
      let normal = freeInputs.map { row[$0] }
      let length = normal.reduce(0) { $0 + $1 * $1 }.squareRoot()
      precondition(length > 0 || constant > 0, "the domain has no interior")
      if length > 0 {
        faces.append(Halfspace(normal: normal.map { -$0 / length }, constant: constant / length))
      }
    }
  }

  /// Jacobians over the inputs that vary, as rows; of one norm the largest value.
  public struct Jacobians {
    public var certain: [[[Double]]] = []
    /// Of the same cells, where they are attainable: the phases of all hidden units, those that pass on.
    public var patterns: [[Phase]] = []
    /// Of cells that the linear programs left in doubt.
    public var doubtful: [[[Double]]] = []

    public func answer(_ norm: OperatorNorm) -> Answer {
      Answer(
        maximum: certain.map { operatorNorm($0, norm) }.max() ?? 0,
        doubtful: doubtful.map { operatorNorm($0, norm) }.max() ?? 0, cells: certain.count + doubtful.count)
    }
  }

  public struct Answer {
    public var maximum = 0.0
    /// The largest value of a cell that the linear programs left in doubt.
    public var doubtful = 0.0
    public var cells = 0
    /// True where a doubtful cell would change the answer.
    public var isAmbiguous: Bool { doubtful > maximum * (1 + 1e-8) }
  }

  /// A hidden layer's pre-activations, or the output, as rows of an affine map of the free inputs, constant last.
  private typealias Forms = [[Double]]

  private struct Halfspace {
    let normal: [Double]
    let constant: Double
  }

  /// The maximum of ‖J‖₂ over the patterns of full-dimensional cells.
  public func attainableMaximum() -> Answer { attainable().answer(.two) }

  /// The Jacobians of full-dimensional cells; none where no input varies.
  public func attainable() -> Jacobians {
    var answer = Jacobians()
    guard !freeInputs.isEmpty else { return answer }
    var first: Forms = []
    for i in 0..<network.layers[0].weights.rows {
      let row = Array(network.layers[0].weights.row(i))
      var constant = network.layers[0].bias[i]
      for j in row.indices where !freeInputs.contains(j) { constant += row[j] * centre[j] }
      first.append(freeInputs.map { row[$0] } + [constant])
    }
    descend(
      layer: 0, unit: 0, forms: first, after: [], cell: faces, pattern: [], point: nil, isDoubtful: false,
      &answer)
    return answer
  }

  private func descend(
    layer: Int, unit: Int, forms: Forms, after: Forms, cell: [Halfspace], pattern: [Phase], point: [Double]?,
    isDoubtful: Bool, _ answer: inout Jacobians
  ) {
    if layer == network.activations.count {
      let jacobian = forms.map { Array($0.dropLast()) }
      if isDoubtful {
        answer.doubtful.append(jacobian)
      } else {
        answer.certain.append(jacobian)
        answer.patterns.append(pattern)
      }
      return
    }
    if unit == forms.count {
      descend(
        layer: layer + 1, unit: 0, forms: affine(network.layers[layer + 1], of: after), after: [], cell: cell,
        pattern: pattern, point: point, isDoubtful: isDoubtful, &answer)
      return
    }
    let form = forms[unit]
    let activation = network.activations[layer]
    func go(_ phase: Phase, _ cell: [Halfspace], _ point: [Double]?, _ isDoubtful: Bool) {
      let slope = phase == .on ? 1 : activation.negativeSlope
      descend(
        layer: layer, unit: unit + 1, forms: forms, after: after + [form.map { slope * $0 }], cell: cell,
        pattern: pattern + [phase], point: point, isDoubtful: isDoubtful, &answer)
    }
    if network.passing[layer].contains(unit) { return go(.on, cell, point, isDoubtful) }
    let length = form.dropLast().reduce(0) { $0 + $1 * $1 }.squareRoot()
    // A form whose linear part vanishes imposes nothing, and its constant fixes the phase.
    guard length > 1e-12 else {
      go(form[form.count - 1] < 0 ? .off : .on, cell, point, isDoubtful)
      return
    }
    for (sign, phase) in [(1.0, Phase.on), (-1.0, .off)] {
      let half = Halfspace(
        normal: form.dropLast().map { sign * $0 / length }, constant: sign * form[form.count - 1] / length)
      if let point, inner(half, point) > 1e-6 {
        go(phase, cell + [half], point, isDoubtful)
        continue
      }
      let (depth, inside) = deepest(cell + [half])
      if depth > doubt.lowerBound {
        go(phase, cell + [half], depth > 1e-5 ? inside : nil, isDoubtful || depth <= doubt.upperBound)
      }
    }
  }

  private func inner(_ half: Halfspace, _ point: [Double]) -> Double {
    zip(half.normal, point).reduce(half.constant) { $0 + $1.0 * $1.1 }
  }

  /// The largest t ≤ 1 such that some x of the domain is t inside every halfspace and the box, and that x.
  private func deepest(_ cell: [Halfspace]) -> (depth: Double, point: [Double]) {
    let size = freeInputs.count
    var polyhedron = Polyhedron(columns: size + 1, lower: lower + [-1e9], upper: upper + [1])
    for half in cell { polyhedron.addRow(half.normal + [-1], lower: -half.constant) }
    for j in 0..<size {
      // Room inside the box is measured in its own width.
      let width = min(1, upper[j] - lower[j])
      let unit = (0..<size).map { $0 == j ? 1.0 : 0 }
      polyhedron.addRow(unit + [-width], lower: lower[j])
      polyhedron.addRow(unit.map { -$0 } + [-width], lower: -upper[j])
    }
    let cost = [Double](repeating: 0, count: size) + [-1]
    guard case .optimal(let value, let point, _)? = (try? GLPK.minimize([cost], over: polyhedron))?.first
    else {
      return (-1, [])
    }
    return (-value, Array(point.dropLast()))
  }

  private func affine(_ layer: AffineLayer, of hidden: Forms) -> Forms {
    (0..<layer.weights.rows).map { i in
      var row = [Double](repeating: 0, count: freeInputs.count + 1)
      var size = 0.0
      for (k, form) in hidden.enumerated() {
        for j in row.indices { row[j] += layer.weights[i, k] * form[j] }
        size = max(size, abs(layer.weights[i, k]) * (form.map { abs($0) }.max() ?? 0))
      }
      // Cancellation of equal terms in another order leaves rounding behind.
      for j in row.indices where abs(row[j]) < 1e-13 * size { row[j] = 0 }
      row[row.count - 1] += layer.bias[i]
      return row
    }
  }

  /// max ‖J(σ)‖₂ over all patterns σ (FGL), free inputs only.
  public func freeMaximum() -> Double {
    var best = 0.0
    forEachPattern { best = max(best, spectralNorm($0)) }
    return best
  }

  /// The Jacobians of all patterns, whether a cell has them or not.
  public func free() -> Jacobians {
    var answer = Jacobians()
    forEachPattern { answer.certain.append($0) }
    return answer
  }

  private func forEachPattern(_ body: ([[Double]]) -> Void) {
    guard !freeInputs.isEmpty else { return }
    let weights = network.layers.map(\.weights)
    func visit(_ layer: Int, _ rows: [[Double]]) {
      if layer == network.activations.count { return body(rows) }
      let switches = rows.indices.filter { !network.passing[layer].contains($0) }
      for code in 0..<(1 << switches.count) {
        var slopes = [Double](repeating: 1, count: rows.count)
        for (bit, unit) in switches.enumerated() where code >> bit & 1 == 0 {
          slopes[unit] = network.activations[layer].negativeSlope
        }
        var next = [[Double]](
          repeating: [Double](repeating: 0, count: freeInputs.count), count: weights[layer + 1].rows)
        for (k, row) in rows.enumerated() {
          for i in next.indices {
            for j in row.indices { next[i][j] += weights[layer + 1][i, k] * slopes[k] * row[j] }
          }
        }
        visit(layer + 1, next)
      }
    }
    visit(0, (0..<weights[0].rows).map { i in freeInputs.map { weights[0][i, $0] } })
  }
}

/// max ‖Mv‖_Q / ‖v‖_P of a matrix given by its rows: for P = 1 at a unit vector, for Q = inf in one row.
public func operatorNorm(_ rows: [[Double]], _ norm: OperatorNorm) -> Double {
  let columns = (rows.first ?? []).indices.map { j in rows.map { $0[j] } }
  func sum(_ vector: [Double]) -> Double { vector.reduce(0) { $0 + abs($1) } }
  func length(_ vector: [Double]) -> Double { vector.reduce(0) { $0 + $1 * $1 }.squareRoot() }
  switch (norm.from, norm.to) {
  case (.two, .two): return spectralNorm(rows)
  case (.one, .one): return columns.map(sum).max() ?? 0
  case (.infinity, .infinity): return rows.map(sum).max() ?? 0
  case (.one, .infinity): return columns.joined().map { abs($0) }.max() ?? 0
  case (.one, .two): return columns.map(length).max() ?? 0
  case (.two, .infinity): return rows.map(length).max() ?? 0
  default: preconditionFailure("\(norm.name) is hard to compute")
  }
}

/// ‖M‖₂ of a small matrix given by its rows: Jacobi's rotations on the smaller Gram matrix.
public func spectralNorm(_ rows: [[Double]]) -> Double {
  guard let width = rows.first?.count, width > 0 else { return 0 }
  let scale = rows.flatMap { $0 }.map { abs($0) }.max() ?? 0
  guard scale > 0 else { return 0 }
  let scaled = rows.map { $0.map { $0 / scale } }
  let vectors = rows.count <= width ? scaled : (0..<width).map { j in scaled.map { $0[j] } }
  var gram = vectors.map { a in vectors.map { b in zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } } }
  let n = gram.count
  for _ in 0..<60 {
    var off = 0.0
    for p in 0..<n {
      for q in 0..<n where p < q {
        off = max(off, abs(gram[p][q]))
        guard abs(gram[p][q]) > 1e-300 else { continue }
        let theta = (gram[q][q] - gram[p][p]) / (2 * gram[p][q])
        let tangent = (theta >= 0 ? 1.0 : -1.0) / (abs(theta) + (theta * theta + 1).squareRoot())
        let c = 1 / (tangent * tangent + 1).squareRoot()
        let s = tangent * c
        for k in 0..<n {
          let (a, b) = (gram[k][p], gram[k][q])
          (gram[k][p], gram[k][q]) = (c * a - s * b, s * a + c * b)
        }
        for k in 0..<n {
          let (a, b) = (gram[p][k], gram[q][k])
          (gram[p][k], gram[q][k]) = (c * a - s * b, s * a + c * b)
        }
      }
    }
    if off < 1e-17 { break }
  }
  return (0..<n).map { gram[$0][$0] }.max()!.squareRoot() * scale
}
