import LinearAlgebra
import LinearProgramming
import Networks
import PatternSearch

/// L(f, X) and FGL by brute force, sharing no search code with what it judges: every activation pattern in layer
/// order, each phase decided by one GLPK linear program, norms by Jacobi's eigenvalue iteration.
struct BruteForce {
  let network: MultilayerPerceptron
  private let freeInputs: [Int]
  private let lower: [Double]
  private let upper: [Double]
  private let centre: [Double]

  init(_ network: MultilayerPerceptron, domain: Domain) {
    self.network = network
    let size = network.inputs
    switch domain {
    case .all:
      freeInputs = Array(0..<size)
      lower = [Double](repeating: -3e4, count: size)
      upper = [Double](repeating: 3e4, count: size)
      centre = [Double](repeating: 0, count: size)
    case .polytope: preconditionFailure("this oracle knows boxes only")
    case .box(let low, let high):
      freeInputs = (0..<size).filter { low[$0] < high[$0] }
      lower = freeInputs.map { low[$0] }
      upper = freeInputs.map { high[$0] }
      centre = low
    }
  }

  struct Answer {
    var maximum = 0.0
    /// The largest value of a cell that the linear programs left in doubt.
    var doubtful = 0.0
    var cells = 0
    /// True where a doubtful cell would change the answer.
    var isAmbiguous: Bool { doubtful > maximum * (1 + 1e-8) }
  }

  /// A hidden layer's pre-activations, or the output, as rows of an affine map of the free inputs, constant last.
  private typealias Forms = [[Double]]

  private struct Halfspace {
    let normal: [Double]
    let constant: Double
  }

  /// The maximum of ‖J‖ over the patterns of full-dimensional cells.
  func attainableMaximum() -> Answer {
    var answer = Answer()
    guard !freeInputs.isEmpty else { return answer }
    var first: Forms = []
    for i in 0..<network.layers[0].weights.rows {
      let row = Array(network.layers[0].weights.row(i))
      var constant = network.layers[0].bias[i]
      for j in row.indices where !freeInputs.contains(j) { constant += row[j] * centre[j] }
      first.append(freeInputs.map { row[$0] } + [constant])
    }
    descend(layer: 0, unit: 0, forms: first, after: [], cell: [], point: nil, isDoubtful: false, &answer)
    return answer
  }

  private func descend(
    layer: Int, unit: Int, forms: Forms, after: Forms, cell: [Halfspace], point: [Double]?, isDoubtful: Bool,
    _ answer: inout Answer
  ) {
    if layer == network.activations.count {
      let value = spectralNorm(forms.map { Array($0.dropLast()) })
      answer.cells += 1
      if isDoubtful {
        answer.doubtful = max(answer.doubtful, value)
      } else {
        answer.maximum = max(answer.maximum, value)
      }
      return
    }
    if unit == forms.count {
      descend(
        layer: layer + 1, unit: 0, forms: affine(network.layers[layer + 1], of: after), after: [], cell: cell,
        point: point,
        isDoubtful: isDoubtful, &answer)
      return
    }
    let form = forms[unit]
    let activation = network.activations[layer]
    func go(_ slope: Double, _ cell: [Halfspace], _ point: [Double]?, _ isDoubtful: Bool) {
      descend(
        layer: layer, unit: unit + 1, forms: forms, after: after + [form.map { slope * $0 }], cell: cell,
        point: point,
        isDoubtful: isDoubtful, &answer)
    }
    let length = form.dropLast().reduce(0) { $0 + $1 * $1 }.squareRoot()
    // A form whose linear part vanishes imposes nothing, and its constant fixes the phase.
    guard length > 1e-12 else {
      go(form[form.count - 1] < 0 ? activation.negativeSlope : 1, cell, point, isDoubtful)
      return
    }
    for (sign, slope) in [(1.0, 1.0), (-1.0, activation.negativeSlope)] {
      let half = Halfspace(
        normal: form.dropLast().map { sign * $0 / length }, constant: sign * form[form.count - 1] / length)
      if let point, inner(half, point) > 1e-6 {
        go(slope, cell + [half], point, isDoubtful)
        continue
      }
      let (depth, inside) = deepest(cell + [half])
      if depth > 1e-9 {
        go(slope, cell + [half], depth > 1e-5 ? inside : nil, isDoubtful || depth < 1e-7)
      } else if depth > 1e-12 {
        go(slope, cell + [half], nil, true)
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

  /// max ‖J(σ)‖ over all patterns σ (FGL), free inputs only.
  func freeMaximum() -> Double {
    guard !freeInputs.isEmpty else { return 0 }
    let weights = network.layers.map(\.weights)
    var best = 0.0
    func visit(_ layer: Int, _ rows: [[Double]]) {
      if layer == network.activations.count {
        best = max(best, spectralNorm(rows))
        return
      }
      for code in 0..<(1 << rows.count) {
        var next = [[Double]](
          repeating: [Double](repeating: 0, count: freeInputs.count), count: weights[layer + 1].rows)
        for (k, row) in rows.enumerated() {
          let slope = code >> k & 1 == 1 ? 1 : network.activations[layer].negativeSlope
          for i in next.indices {
            for j in row.indices { next[i][j] += weights[layer + 1][i, k] * slope * row[j] }
          }
        }
        visit(layer + 1, next)
      }
    }
    visit(0, (0..<weights[0].rows).map { i in freeInputs.map { weights[0][i, $0] } })
    return best
  }
}

/// ‖M‖₂ of a small matrix given by its rows: Jacobi's rotations on the smaller Gram matrix.
func spectralNorm(_ rows: [[Double]]) -> Double {
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
