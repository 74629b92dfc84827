import ExactArithmetic
import Foundation
import LinearAlgebra

/// The pre-activations of one hidden layer as affine forms in the free inputs x, on a cell where every layer before it
/// is decided: form i is Σ_j values[i, j] x_j + values[i, d].
///
/// Beside the rounded forms stand bounds on their rounding errors, and the exact forms on demand.
///
/// `@unchecked Sendable`: `values`, `errors` and `constantPhase` change in initialisers only; the exact forms, made at their
/// first use, are guarded by `lock`. Cells share forms, and workers share cells.
final class LayerForms: @unchecked Sendable {
  let layer: Int
  /// n × (d + 1), row-major, the constant last.
  private(set) var values: [Double]
  /// |values - exact| entry by entry.
  private(set) var errors: [Double]
  /// Units whose form is constant on the cell, proved exactly; the sign of that constant decides the phase.
  private(set) var constantPhase: [Phase?]
  let units: Int
  let inputs: Int
  private let problem: PatternProblem
  /// The layer before, and its slopes on the cell.
  private let previous: (forms: LayerForms, slopes: [Double])?
  private let lock = NSLock()
  private var exactForms: ScaledIntegerMatrix?

  /// The first hidden layer.
  init(problem: PatternProblem) {
    self.problem = problem
    layer = 0
    previous = nil
    inputs = problem.freeInputs.count
    units = problem.weights[0].rows
    let weights = problem.chain[0]
    values = []
    errors = []
    constantPhase = [Phase?](repeating: nil, count: units)
    let fixed = problem.fixedInputs
    for i in 0..<units {
      values.append(contentsOf: weights.row(i))
      errors.append(contentsOf: repeatElement(0, count: inputs))
      var constant = problem.biases[0][i]
      var magnitude = abs(constant)
      for (j, value) in fixed {
        constant += problem.weights[0][i, j] * value
        magnitude += abs(problem.weights[0][i, j] * value)
      }
      values.append(constant)
      errors.append(fixed.isEmpty ? 0 : Self.gamma(fixed.count + 2) * magnitude)
    }
    settleConstantForms()
  }

  /// The layer after `before`, whose units all have the phases of `pattern`.
  init(after before: LayerForms, pattern: PartialPattern) {
    problem = before.problem
    layer = before.layer + 1
    inputs = before.inputs
    units = problem.weights[layer].rows
    let slopes = problem.diagonal(pattern, layer: before.layer)
    previous = (before, slopes)
    let width = inputs + 1
    let forms = Matrix(rows: before.units, columns: width, elements: before.values).scalingRows(by: slopes)
    let sizes = slopes.map { abs($0) }
    let old = Matrix(rows: before.units, columns: width, elements: before.errors).scalingRows(by: sizes)
    let weights = problem.chain[layer]
    let absolute = weights.magnitudes
    var product = (weights * forms).elements
    let spread = (absolute * forms.magnitudes).elements
    let inherited = (absolute * old).elements
    let bias = problem.biases[layer]
    for i in 0..<units { product[i * width + inputs] += bias[i] }
    values = product
    let gamma = Self.gamma(before.units + 4)
    errors = product.indices.map { inherited[$0] + gamma * spread[$0] }
    // Adding the bias rounds once more.
    for i in 0..<units { errors[i * width + inputs] += 2 * unitRoundoff * abs(product[i * width + inputs]) }
    errors = errors.map { $0 * (1 + 0x1p-30) }
    constantPhase = [Phase?](repeating: nil, count: units)
    settleConstantForms()
  }

  /// n u / (1 - n u), a little enlarged (Higham, Accuracy and Stability of Numerical Algorithms, section 3.1).
  private static func gamma(_ n: Int) -> Double { Double(n) * unitRoundoff * 1.01 }

  /// Where rounding leaves open whether a form is constant, the exact form decides: a form that vanishes identically
  /// imposes nothing, a constant one imposes its sign.
  private func settleConstantForms() {
    let width = inputs + 1
    for i in 0..<units {
      let range = i * width..<i * width + inputs
      guard range.allSatisfy({ abs(values[$0]) <= errors[$0] }) else { continue }
      let exact = self.exact
      if exact.isZeroRow(i, columns: inputs) {
        constantPhase[i] = exact[i, inputs].signum >= 0 ? .on : .off
      } else {
        for j in 0..<width {
          values[i * width + j] = exact[i, j].truncated
          errors[i * width + j] = 2 * unitRoundoff * abs(values[i * width + j])
        }
      }
    }
  }

  /// The forms as they are, without rounding.
  var exact: ScaledIntegerMatrix {
    lock.withLock {
      let forms = exactForms ?? makeExact()
      exactForms = forms
      return forms
    }
  }

  private func makeExact() -> ScaledIntegerMatrix {
    let result: ScaledIntegerMatrix
    let weights = problem.chain[layer]
    if let (before, slopes) = previous {
      let integers = ScaledIntegerMatrix(
        rows: weights.rows, columns: weights.columns, doubles: weights.elements)
      result = (integers * before.exact.scalingRows(by: slopes)).addingToLastColumn(problem.biases[layer])
    } else {
      let padded = Matrix(rows: units, columns: inputs + 1) { $1 < inputs ? weights[$0, $1] : 0 }
      var forms = ScaledIntegerMatrix(rows: units, columns: inputs + 1, doubles: padded.elements)
        .addingToLastColumn(problem.biases[0])
      for (j, value) in problem.fixedInputs {
        // Adding w_ij · value exactly: the product is a dyadic number that may need more than one double.
        let column = problem.weights[0].column(j)
        let high = column.map { $0 * value }
        let low = zip(column, high).map { (-$1).addingProduct($0, value) }
        forms = forms.addingToLastColumn(high).addingToLastColumn(low)
      }
      result = forms
    }
    return result
  }

  /// Form i at x with a bound on its rounding error.
  func value(_ i: Int, at x: [Double]) -> (value: Double, error: Double) {
    let base = i * (inputs + 1)
    var sum = values[base + inputs]
    var magnitude = abs(sum)
    var error = errors[base + inputs]
    for j in 0..<inputs {
      let term = values[base + j] * x[j]
      sum += term
      magnitude += abs(term)
      error += errors[base + j] * abs(x[j])
    }
    return (sum, error * (1 + 0x1p-30) + Self.gamma(inputs + 3) * magnitude)
  }

  /// The exact sign of form i at x: -1, 0 or 1.
  func sign(_ i: Int, at x: [Double]) -> Int {
    let (value, error) = value(i, at: x)
    if value > error { return 1 }
    if value < -error { return -1 }
    return (0..<inputs).reduce(exact[i, inputs]) { $0 + exact[i, $1] * Dyadic(x[$1]) }.signum
  }

  /// The linear part of form i.
  func gradient(_ i: Int) -> ArraySlice<Double> { values[i * (inputs + 1)..<i * (inputs + 1) + inputs] }
  func constant(_ i: Int) -> Double { values[i * (inputs + 1) + inputs] }
  func gradientError(_ i: Int) -> ArraySlice<Double> { errors[i * (inputs + 1)..<i * (inputs + 1) + inputs] }
  func constantError(_ i: Int) -> Double { errors[i * (inputs + 1) + inputs] }
}
