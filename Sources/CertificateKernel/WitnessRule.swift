import BigInt
import ExactArithmetic

/// The rule *witness*: at a point where the network is differentiable, or for a free pattern, ‖J v‖² / ‖v‖² is a lower bound
/// of the squared norm.
struct WitnessRule {
  let chain: PatternChain
  let norm: OperatorNorm

  /// The pattern at a point (free coordinates): every unit's local form is nonzero there, or vanishes identically.
  func pattern(at x: [Rational], _ words: Words) throws(CertificateRejected) -> PartialPattern {
    var local = LocalForms(chain, .inputs)
    var pattern = PartialPattern(repeating: .undecided, count: chain.units)
    for layer in 0..<chain.hiddenLayers {
      guard let forms = local.forms(layer, pattern).forms else { throw words.rejected("no forms") }
      for (i, unit) in chain.unitRange(layer).enumerated() where !forms.isZero(i) {
        let sign = forms.value(i, at: x).signum
        guard sign != 0 else {
          throw words.rejected(
            "unit \(unit) has its kink at x, and its local form does not vanish identically")
        }
        pattern[unit] = sign > 0 ? .on : .off
      }
    }
    return pattern
  }

  /// ‖J(σ) v‖² / ‖v‖², v over the free inputs.
  func value(_ pattern: PartialPattern, _ v: [Rational], _ words: Words) throws(CertificateRejected)
    -> Rational
  {
    var local = LocalForms(chain, .inputs)
    let (outputs, open) = local.forms(chain.hiddenLayers, pattern)
    guard let outputs else { throw words.rejected("unit \(open) has no phase") }
    let length = norm.squareOfInputs(v)
    guard !length.isZero else { throw words.rejected("the direction is zero") }
    let image = outputs.rows.map { row in
      zip(row, v).reduce(Rational.zero) { $1.0.isZero ? $0 : $0 + Rational($1.0) * $1.1 }
    }
    let scale = Rational(outputs.denominator)
    return norm.squareOfOutputs(image) / (length * scale * scale)
  }
}
