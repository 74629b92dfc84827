/// Activations with other kinks than one at 0, as sums of ReLUs.
extension LayerBuilder {
  /// clip(z; lo, hi) = lo + ρ(z − lo) − ρ(z − hi), such as hard tanh and ReLU6; without hi, lo + ρ(z − lo), and without
  /// lo, hi − ρ(hi − z). The parts with lo come before those with hi.
  package func clipped(
    _ values: AffineForms, lower: [Double]?, upper: [Double]?, _ rounding: inout FormatRounding,
    at place: String?
  ) throws(InputError) -> AffineForms {
    if lower == nil, upper == nil { return values }
    let values = try before(.relu, values, at: place)
    guard let lower else {
      let upper = upper ?? []
      let above = try positiveParts(values.negated.adding(upper, &rounding), at: place)
      return above.negated.adding(upper, &rounding)
    }
    let above = try positiveParts(values.adding(lower.map { -$0 }, &rounding), at: place)
    guard let upper else { return above.adding(lower, &rounding) }
    let beyond = try positiveParts(values.adding(upper.map { -$0 }, &rounding), at: place)
    var result = AffineForms(depth: above.depth)
    for k in 0..<values.count { result.append(sumOf: above, k, beyond, k, sign: -1, &rounding) }
    return result.adding(lower, &rounding)
  }

  /// z for z ≥ 0 and slopes[k] · z below, as slopes[k] · z + (1 − slopes[k]) · ρ(z).
  package func leaky(
    _ values: AffineForms, slopes: [Double], _ rounding: inout FormatRounding, at place: String?
  ) throws(InputError) -> AffineForms {
    let values = try before(.relu, values, at: place)
    let parts = try positiveParts(values, at: place)
      .scaled(slopes, &rounding) { $0.multiply($1, $0.add(1, -$2)) }
    let kept = try carried(values, to: parts.depth, at: place).scaled(slopes, &rounding) {
      $0.multiply($1, $2)
    }
    var result = AffineForms(depth: parts.depth)
    for k in 0..<values.count { result.append(sumOf: kept, k, parts, k, sign: 1, &rounding) }
    return result
  }
}
