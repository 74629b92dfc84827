/// The maximum of p·u - ‖u‖² over `scale` times a box, and where it is attained: axis by axis.
func maximumOverBox(
  _ p: [Double], _ lower: [Double], _ upper: [Double], scale: Double
) -> (value: Double, maximizer: [Double]) {
  var value = 0.0
  var maximizer = lower
  for k in p.indices {
    let u = min(max(p[k] / 2, scale * lower[k]), scale * upper[k])
    maximizer[k] = u
    value += (p[k] - u) * u
  }
  return (value, maximizer)
}

/// An upper bound on p·u - ‖u‖² over the cone { λ w : λ ≥ 0, w in a box }, and a point where it is nearly attained.
///
/// ψ(λ), the maximum over λ times the box, is concave and piecewise quadratic; Newton steps find its top. Whatever λ they
/// end at, ψ(λ) + ψ'(λ) (λ* - λ) is a bound, with 0 ≤ λ* ≤ ‖p‖/2 as one coordinate of w is ±1.
func maximumOverCone(
  _ p: [Double], _ lower: [Double], _ upper: [Double]
) -> (value: Double, maximizer: [Double]) {
  let limit = p.reduce(0) { $0 + $1 * $1 }.squareRoot() / 2 * (1 + 1e-12)
  var scale = limit
  var slope = 0.0
  for _ in 0..<p.count + 4 {
    // Where the box binds, u_k = λ b_k.
    var curvature = 0.0
    slope = 0
    for k in p.indices {
      let half = p[k] / 2
      let bound = half <= scale * lower[k] ? lower[k] : half >= scale * upper[k] ? upper[k] : 0
      slope += (p[k] - 2 * scale * bound) * bound
      curvature += 2 * bound * bound
    }
    guard curvature > 0 else { break }
    let next = min(max(scale + slope / curvature, 0), limit)
    if abs(next - scale) <= 1e-14 * limit { break }
    scale = next
  }
  let (value, maximizer) = maximumOverBox(p, lower, upper, scale: scale)
  slope = 0
  for k in p.indices {
    let half = p[k] / 2
    let bound = half <= scale * lower[k] ? lower[k] : half >= scale * upper[k] ? upper[k] : 0
    slope += (p[k] - 2 * scale * bound) * bound
  }
  return (value + max(slope * (limit - scale), -slope * scale, 0), maximizer)
}
