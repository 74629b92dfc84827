import LinearAlgebra

/// Every full-dimensional cell of a two-input network, by cutting polygons.
///
/// A cell is kept as the cone over it in homogeneous coordinates (X, Y, T), x = X/T, y = Y/T, so that unbounded cells
/// need no special case; all of R² is four quadrants. Each polygon contains its cell: cuts are made a rounding margin
/// beyond the kink, so a unit whose form keeps one sign on all vertices (beyond the margin) keeps it on the cell.
/// Every cell that is kept holds a point proved to be strictly inside it; where a polygon gives none, exact arithmetic
/// decides (CellOracle), so no cell is lost however thin and none is invented.
struct PlanarCells {
  private struct Ray {
    var x: Double
    var y: Double
    var t: Double
  }

  private struct Polygon {
    var rays: [Ray]
    let forms: LayerForms
    let rows: [Cell.Row]
    let point: [Double]
    let pattern: PartialPattern
    /// The next unit of the layer to look at.
    let unit: Int
  }

  private let state: SearchState
  private let problem: PatternProblem
  private var oracle: CellOracle

  init(state: SearchState) {
    precondition(state.problem.freeInputs.count == 2)
    self.state = state
    problem = state.problem
    oracle = CellOracle(problem: problem)
  }

  /// Returns the largest bound still open: infinite where a limit stopped the enumeration, 0 where it is complete.
  mutating func run() -> Double {
    let forms = LayerForms(problem: problem)
    for (rays, box) in startingCones() {
      oracle.box = box
      var stack = [
        Polygon(
          rays: rays, forms: forms, rows: [], point: centre(rays)!, pattern: problem.openPattern, unit: 0)
      ]
      while let polygon = stack.popLast() {
        if state.shouldStop() { return .infinity }
        state.statistics.nodes += 1
        state.reportProgress(openBound: .infinity, open: stack.count)
        guard let cell = descend(polygon, &stack) else { continue }
        state.statistics.cells += 1
        state.settle(pattern: cell.pattern, at: cell.point)
      }
    }
    state.statistics.linearPrograms += oracle.linearPrograms
    state.statistics.exactDecisions += oracle.exactDecisions
    return 0
  }

  /// The box, or the four quadrants, with the bounds that the exact arithmetic is to use.
  private func startingCones() -> [(rays: [Ray], box: FreeBox)] {
    if let box = oracle.box {
      let (lower, upper) = (box.lower, box.upper)
      let corners = [(lower[0], lower[1]), (upper[0], lower[1]), (upper[0], upper[1]), (lower[0], upper[1])]
      return [(corners.map { Ray(x: $0.0, y: $0.1, t: 1) }, box)]
    }
    return [(1.0, 1.0), (-1.0, 1.0), (-1.0, -1.0), (1.0, -1.0)].map { sx, sy in
      (
        [Ray(x: 0, y: 0, t: 1), Ray(x: sx, y: 0, t: 0), Ray(x: 0, y: sy, t: 0)],
        FreeBox(
          lower: [sx > 0 ? 0 : -.infinity, sy > 0 ? 0 : -.infinity],
          upper: [sx > 0 ? .infinity : 0, sy > 0 ? .infinity : 0])
      )
    }
  }

  /// Follows one polygon through the units until all are decided, pushing the other side of every cut.
  /// Returns the completed cell.
  private mutating func descend(
    _ start: Polygon, _ stack: inout [Polygon]
  ) -> (point: [Double], pattern: PartialPattern)? {
    var forms = start.forms
    var rays = start.rays
    var rows = start.rows
    var point = start.point
    var pattern = start.pattern
    var unit = start.unit
    while true {
      let base = problem.unitRange(forms.layer).lowerBound
      while unit < forms.units {
        defer { unit += 1 }
        let isConstraint = problem.constraintUnits.contains(base + unit)
        if problem.slopes[base + unit].isLinear { continue }
        if let phase = forms.constantPhase[unit], !isConstraint {
          pattern[base + unit] = phase
          continue
        }
        let (values, margin) = evaluate(forms, unit, rays)
        guard margin.isFinite, values.allSatisfy(\.isFinite) else {
          state.settleThin(bound: state.relaxedBound(pattern))
          return nil
        }
        if values.allSatisfy({ $0 > margin }) {
          pattern[base + unit] = .on
          continue
        }
        if values.allSatisfy({ $0 < -margin }) {
          if isConstraint { return nil }
          pattern[base + unit] = .off
          continue
        }
        // Each side is kept with a proved point, or shown to be empty.
        var sides: [(phase: Phase, rays: [Ray], rows: [Cell.Row], point: [Double])] = []
        for phase in isConstraint ? [Phase.on] : [Phase.on, .off] {
          let sign: Double = phase == .on ? 1 : -1
          let row = Cell.Row(forms: forms, unit: unit, sign: sign)
          let side = clip(rays, values.map { sign * $0 }, margin: margin)
          guard side.count > 2 else { continue }
          if Double(forms.sign(unit, at: point)) == sign {
            sides.append((phase, side, rows + [row], point))
          } else if let inside = centre(side), oracle.contains(inside, rows: rows + [row]) {
            sides.append((phase, side, rows + [row], inside))
          } else {
            var decided = pattern
            decided[base + unit] = phase
            settleExactly(
              phase, unit: unit, forms: forms, rows: rows, point: point, side: side, pattern: decided, &sides)
          }
        }
        guard let first = sides.first else { return nil }  // both sides thin, and noted
        if sides.count == 1, !isConstraint {
          // The kink misses the cell: no row, no cut.
          pattern[base + unit] = first.phase
          continue
        }
        for other in sides.dropFirst() {
          var decided = pattern
          decided[base + unit] = other.phase
          stack.append(
            Polygon(
              rays: other.rays, forms: forms, rows: other.rows, point: other.point, pattern: decided,
              unit: unit + 1))
        }
        pattern[base + unit] = first.phase
        rays = first.rays
        rows = first.rows
        point = first.point
      }
      guard forms.layer + 1 < problem.hiddenLayers else { return (point, pattern) }
      forms = LayerForms(after: forms, pattern: pattern)
      unit = 0
    }
  }

  /// The side of a kink for which the polygon named no inner point: exact arithmetic shows it empty, or finds one.
  private mutating func settleExactly(
    _ phase: Phase, unit: Int, forms: LayerForms, rows: [Cell.Row], point: [Double], side: [Ray],
    pattern: PartialPattern, _ sides: inout [(phase: Phase, rays: [Ray], rows: [Cell.Row], point: [Double])]
  ) {
    let sign: Double = phase == .on ? 1 : -1
    switch oracle.otherSide(unit, of: -sign, forms: forms, rows: rows, point: point) {
    case .empty: break
    case .point(let inside):
      sides.append((phase, side, rows + [Cell.Row(forms: forms, unit: unit, sign: sign)], inside))
    case .thin:
      state.settleThin(bound: state.relaxedBound(pattern))
    }
  }

  /// The form at every ray, and a bound on all that rounding and earlier margins can hide.
  private func evaluate(_ forms: LayerForms, _ unit: Int, _ rays: [Ray]) -> (values: [Double], margin: Double)
  {
    let g = forms.gradient(unit)
    let e = forms.gradientError(unit)
    let (a, b, c) = (g[g.startIndex], g[g.startIndex + 1], forms.constant(unit))
    let (ea, eb, ec) = (e[e.startIndex], e[e.startIndex + 1], forms.constantError(unit))
    var margin = 0.0
    let values = rays.map { ray in
      let (p, q, r) = (a * ray.x, b * ray.y, c * ray.t)
      let rounding = 0x1p-44 * (abs(p) + abs(q) + abs(r))
      margin = max(margin, rounding + ea * abs(ray.x) + eb * abs(ray.y) + ec * abs(ray.t))
      return p + q + r
    }
    return (values, margin)
  }

  /// The part of the cone where the form is at least -2 margin.
  private func clip(_ rays: [Ray], _ values: [Double], margin: Double) -> [Ray] {
    var result: [Ray] = []
    for i in rays.indices {
      let j = i + 1 == rays.count ? 0 : i + 1
      let (p, q) = (values[i] + 2 * margin, values[j] + 2 * margin)
      if p >= 0 { result.append(rays[i]) }
      if (p > 0 && q < 0) || (p < 0 && q > 0) {
        let share = p / (p - q)
        let (a, b) = (rays[i], rays[j])
        result.append(
          normalized(
            Ray(x: a.x + share * (b.x - a.x), y: a.y + share * (b.y - a.y), t: a.t + share * (b.t - a.t))))
      }
    }
    return result
  }

  /// The ray scaled by a power of two to a size about 1.
  private func normalized(_ ray: Ray) -> Ray {
    let size = max(abs(ray.x), abs(ray.y), abs(ray.t))
    guard size > 0 else { return ray }
    let scale = Double(sign: .plus, exponent: -size.exponent, significand: 1)
    return Ray(x: ray.x * scale, y: ray.y * scale, t: ray.t * scale)
  }

  /// An inner point of the cone's polygon; nil where it has none with finite coordinates.
  private func centre(_ rays: [Ray]) -> [Double]? {
    guard rays.count > 2 else { return nil }
    var sum = Ray(x: 0, y: 0, t: 0)
    for ray in rays {
      sum.x += ray.x
      sum.y += ray.y
      sum.t += ray.t
    }
    let point = [sum.x / sum.t, sum.y / sum.t]
    return point.allSatisfy(\.isFinite) ? point : nil
  }
}
