import LinearAlgebra
import LowRankSearch

/// Two layers whose Jacobian is a vector, one output or one input: J(σ) = g_0 + Σ σ_i g_i, so max ‖J(σ)‖ is at a vertex of
/// a zonotope, found by the search over support directions (`SupportSearch`).
///
/// Weights are scaled by powers of two, so that squares neither overflow nor underflow.
final class Zonotope: SupportSearchClient {
  private let state: SearchState
  private let form: ZonotopeForm

  init(state: SearchState) throws(UnsupportedSearch) {
    self.state = state
    guard let form = ZonotopeForm(state.problem) else {
      throw UnsupportedSearch(
        description:
          "engine zonotope is for norm 2 and free patterns of two layers with one output or one input; use --engine semidefinite"
      )
    }
    self.form = form
  }

  /// Returns the largest bound still open.
  func run() -> Double {
    var search = SupportSearch(form.support, client: self)
    return search.run().map(form.normBound) ?? 0
  }

  var cutoff: Double {
    let scaled = Double(sign: .plus, exponent: -form.exponent, significand: state.cutoff)
    return (scaled * scaled).nextDown
  }

  func offer(_ pattern: [Bool]) { state.offer(pattern: phases(pattern)) }
  func settle(_ pattern: [Bool]) { state.settle(pattern: phases(pattern), at: nil) }
  func settle(bound: Double) { state.settle(bound: form.normBound(bound)) }
  func settleThin(bound: Double) { state.settleThin(bound: form.normBound(bound)) }
  func shouldStop() -> Bool { state.shouldStop() }

  func visited(openBound: Double, open: Int) {
    state.statistics.nodes += 1
    state.statistics.relaxations += 2
    state.reportProgress(openBound: form.normBound(openBound), open: open)
  }

  private func phases(_ pattern: [Bool]) -> PartialPattern { pattern.map { $0 ? .on : .off } }
}

/// The vectors of a two-layer problem whose Jacobian is one.
struct ZonotopeForm {
  let support: SupportForm
  /// g_i over 2^exponent, one a row, as computed.
  let vectors: Matrix
  /// ‖J(σ)‖² = 4^exponent F(σ).
  let exponent: Int

  /// The dimension of the space that the vectors span.
  var rank: Int { support.rank }

  /// Nil for attainable patterns, more layers, and where J(σ) has several rows and several columns that do not vanish.
  init?(_ problem: PatternProblem) {
    guard problem.hiddenLayers == 1, !problem.isAttainable, problem.norm == .two else { return nil }
    let (inner, outer) = (problem.chain[0], problem.chain[1])
    let outputs = (0..<outer.rows).filter { i in outer.row(i).contains { $0 != 0 } }
    let inputs = (0..<inner.columns).filter { j in (0..<inner.rows).contains { inner[$0, j] != 0 } }
    guard min(outputs.count, inputs.count) <= 1 else { return nil }
    guard let (b, innerExponent) = inner.scaledToUnit(), let (a, outerExponent) = outer.scaledToUnit() else {
      vectors = Matrix(rows: problem.units, columns: 0)
      support = SupportForm(vectors: vectors)
      exponent = 0
      return
    }
    exponent = innerExponent + outerExponent
    let products =
      outputs.count == 1
      ? b.selecting(columns: inputs).scalingRows(by: Array(a.row(outputs[0])))
      : a.selecting(rows: outputs).transposed().scalingRows(by: b.column(inputs[0]))
    let off = problem.slopes.map(\.off)
    let sum = products.transposeTimes(off)
    let size = (off.map { abs($0) }.max() ?? 0) * products.magnitudes.elements.reduce(0, +)
    vectors = products.scalingRows(by: problem.slopes.map { $0.on - $0.off })
    support = SupportForm(
      vectors: vectors, constant: sum, relativeError: 8 * unitRoundoff,
      constantError: 4 * Double(products.rows + 4) * unitRoundoff * size)
  }

  /// ‖J‖ of a value of F, rounded up.
  func normBound(_ value: Double) -> Double {
    value > 0 ? Double(sign: .plus, exponent: exponent, significand: value.squareRoot().nextUp).nextUp : 0
  }
}
