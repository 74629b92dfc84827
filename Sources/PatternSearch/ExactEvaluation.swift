import BigInt
package import ExactArithmetic
import LinearAlgebra

extension PatternProblem {
  /// The witness at x, if the network is differentiable at x, in exact arithmetic: every unit's
  /// local form at x is nonzero, or vanishes identically on x's cell. Nil otherwise.
  ///
  /// - Parameter x: the free inputs.
  package func exactWitness(at x: [Double]) -> Witness? {
    exactPattern(at: x).flatMap { exactWitness(pattern: $0, x: inputPoint(x)) }
  }

  /// The pattern at x, proved; nil where `exactWitness` is.
  func exactPattern(at x: [Double]) -> PartialPattern? {
    var pattern = openPattern
    if hiddenLayers > 0 {
      var forms = LayerForms(problem: self)
      for layer in 0..<hiddenLayers {
        if layer > 0 { forms = LayerForms(after: forms, pattern: pattern) }
        for (i, unit) in unitRange(layer).enumerated() where !slopes[unit].isLinear {
          if let phase = forms.constantPhase[i], !constraintUnits.contains(unit) {
            pattern[unit] = phase
            continue
          }
          let sign = forms.sign(i, at: x)
          guard sign != 0 else { return nil }
          if constraintUnits.contains(unit), sign < 0 { return nil }
          pattern[unit] = sign > 0 ? .on : .off
        }
      }
    }
    return pattern
  }

  /// The exact ratio ‖J(σ) v‖² / ‖v‖², from the stored weights. In the 2-norm v is the top right singular vector, rounded, and
  /// with one output v = Jᵀ exactly, so that the ratio is ‖J‖² itself; in the other norms it always is.
  ///
  /// - Parameter goal: where ‖J‖² exceeds this, power steps in long arithmetic improve v until the ratio does, too: near
  ///   ties with a threshold.
  package func exactWitness(
    pattern: PartialPattern, x: [Double]? = nil, beyond goal: Rational? = nil
  ) -> Witness? {
    let exact = exactJacobian(pattern)
    guard norm == .two else {
      let (squared, v) = norm.exactMaximum(exact)
      let direction = expandDirection(v, zero: Dyadic.zero)
      return Witness(
        x: x, direction: direction.map(\.truncated), pattern: pattern, ratioSquared: squared,
        exactDirection: direction)
    }
    let rounded = Matrix(rows: exact.rows, columns: exact.columns, elements: exact.approximation)
    guard rounded.isFinite, let direction = Self.topDirection(of: rounded) else { return nil }
    var v =
      exact.rows == 1
      ? (0..<exact.columns).map { exact[0, $0] } : direction.map { Dyadic($0) }
    guard var ratio = Self.ratio(exact, v) else { return nil }
    var steps = 0
    while let goal, ratio <= goal, steps < Self.powerSteps, exact.rows > 1 {
      let image = exact.times(v)
      let power = (0..<exact.columns).map { j in
        (0..<exact.rows).reduce(Dyadic.zero) { $0 + exact[$1, j] * image[$1] }
      }
      v = Self.shortened(power)
      ratio = Self.ratio(exact, v) ?? ratio
      steps += 1
    }
    return Witness(
      x: x, direction: expandDirection(direction, zero: 0), pattern: pattern, ratioSquared: ratio,
      exactDirection: expandDirection(v, zero: .zero))
  }

  private static let powerSteps = 200
  /// Bits of the directions between power steps.
  private static let directionBits = 400

  private static func ratio(_ j: ScaledIntegerMatrix, _ v: [Dyadic]) -> Rational? {
    func squaredNorm(_ vector: [Dyadic]) -> Dyadic { vector.reduce(.zero) { $0 + $1 * $1 } }
    let length = squaredNorm(v)
    guard !length.isZero else { return nil }
    // One output and v = Jᵀ: ‖J Jᵀ‖² / ‖Jᵀ‖² = ‖J‖².
    return j.rows == 1 ? Rational(length, Dyadic(1)) : Rational(squaredNorm(j.times(v)), length)
  }

  /// The same direction up to a relative 2⁻⁴⁰⁰, its largest entry about 1.
  private static func shortened(_ v: [Dyadic]) -> [Dyadic] {
    let top = v.filter { !$0.isZero }.map { $0.exponent + $0.mantissa.magnitude.bitWidth }.max() ?? 0
    return v.map { entry in
      let shift = entry.exponent - top + directionBits
      let mantissa = shift >= 0 ? entry.mantissa << shift : entry.mantissa >> -shift
      return Dyadic(mantissa: mantissa, exponent: -directionBits)
    }
  }

  /// J(σ) without rounding.
  func exactJacobian(_ pattern: PartialPattern) -> ScaledIntegerMatrix {
    let factors = chain.enumerated().map { layer, weights in
      let exact = ScaledIntegerMatrix(rows: weights.rows, columns: weights.columns, doubles: weights.elements)
      return layer < hiddenLayers ? exact.scalingRows(by: diagonal(pattern, layer: layer)) : exact
    }
    // From the narrower end.
    let (first, last) = (factors[0], factors[hiddenLayers])
    return last.rows < first.columns
      ? factors.dropLast().reversed().reduce(last) { $0 * $1 }
      : factors.dropFirst().reduce(first) { $1 * $0 }
  }

  /// A unit top right singular vector, rounded; nil for the zero matrix.
  private static func topDirection(of jacobian: Matrix) -> [Double]? {
    guard let svd = try? jacobian.scaledToUnit()?.matrix.singularValueDecomposition() else { return nil }
    return Array(svd.rightVectorsTransposed.row(0))
  }

  /// The full input point for values of the free inputs.
  func inputPoint(_ free: [Double]) -> [Double] {
    guard case .attainable(let domain) = patterns, let (lower, _) = domain.box else { return free }
    var point = lower
    for (value, j) in zip(free, freeInputs) { point[j] = value }
    return point
  }

  private func expandDirection<Number>(_ direction: [Number], zero: Number) -> [Number] {
    var full = [Number](repeating: zero, count: weights[0].columns)
    for (value, j) in zip(direction, freeInputs) { full[j] = value }
    return full
  }
}
