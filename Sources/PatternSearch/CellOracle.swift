import BigInt
import ExactArithmetic
import LinearAlgebra
import LinearProgramming
import RandomNumbers

/// A full-dimensional cell of the domain on which every unit up to some layer has one phase: a node's geometry.
///
/// The cell is { x in the interior of the domain : sᵣ · formᵣ(x) > 0 for every row r }. Only units that really cut
/// the cell leave a row; a unit whose other phase is impossible there is implied by the rows.
final class Cell: Sendable {
  struct Row: Sendable {
    let forms: LayerForms
    let unit: Int
    let sign: Double
  }

  /// Forms of the first layer that is not decided on the cell; the last hidden layer's where all are.
  let forms: LayerForms
  let rows: [Row]
  /// A point strictly inside, proved so.
  let point: [Double]
  /// Phases of all decided units of the whole network.
  let pattern: PartialPattern
  /// Units (flat) whose form is constant on the cell: their phase is a convention or imposed by a constant.
  let constantUnits: Set<Int>
  /// Undecided units of the frontier layer (index in the layer), each with a point of the cell in its other phase:
  /// the phase that `point` does not have.
  let crossing: [Crossing]
  /// The number of the cell's node in a proof.
  let node: Int
  /// The box of the inputs that holds the cell; nil where there is none.
  let box: FreeBox?

  struct Crossing: Sendable {
    let unit: Int
    /// The sign of the unit's form at the cell's `point`.
    let sign: Double
    /// A point strictly inside the cell where the form has the other sign.
    let beyond: [Double]
  }

  init(
    forms: LayerForms, rows: [Row], point: [Double], pattern: PartialPattern, constantUnits: Set<Int>,
    crossing: [Crossing], node: Int, box: FreeBox?
  ) {
    self.box = box
    self.forms = forms
    self.rows = rows
    self.point = point
    self.pattern = pattern
    self.constantUnits = constantUnits
    self.crossing = crossing
    self.node = node
  }
}

/// A cell as a file holds it: its rows by name, its point, and what is decided. The forms follow from the pattern, the
/// crossings from linear programs.
struct CellSeed: Sendable, Codable {
  struct Row: Sendable, Codable {
    let layer: Int
    let unit: Int
    let sign: Double
  }

  let layer: Int
  let rows: [Row]
  let point: [Double]
  /// As `PatternText` has it.
  let pattern: String
  let constantUnits: [Int]
}

extension Cell {
  var seed: CellSeed {
    CellSeed(
      layer: forms.layer, rows: rows.map { .init(layer: $0.forms.layer, unit: $0.unit, sign: $0.sign) },
      point: point, pattern: PatternText.text(pattern), constantUnits: constantUnits.sorted())
  }
}

/// Decides which phases of a unit are attainable on a cell, by GLPK where its answer can be proved in floating point
/// with outward rounding or by a point with proved signs, and in exact arithmetic everywhere else.
///
/// Nothing is ever dropped on GLPK's word alone.
struct CellOracle {
  let problem: PatternProblem
  /// What the free inputs range over, possibly infinite; nil where that is all of Rⁿ.
  var box: FreeBox?
  private var lower: [Double]? { box?.lower }
  private var upper: [Double]? { box?.upper }
  /// The half-width of the box that a linear program looks at first where the domain is all of Rⁿ.
  let reach: Double
  var linearPrograms = 0
  var exactDecisions = 0
  private let proof: (any PatternProofSink)?
  private let fault: PlantedPatternFault?

  /// - Parameter proof: where the reasons go for which phases are dropped.
  init(
    problem: PatternProblem, proof: (any PatternProofSink)? = nil, fault: PlantedPatternFault? = nil
  ) {
    self.problem = problem
    self.proof = proof
    self.fault = fault
    box = problem.freeBox
    if box != nil {
      reach = 0
    } else {
      // Kinks of the first layer lie about |b| / ‖w‖ from the origin.
      let weights = problem.weights[0]
      var distance = 1.0
      for i in 0..<weights.rows where problem.hiddenLayers > 0 {
        let length = norm(Array(weights.row(i)))
        if length > 0 { distance = Swift.max(distance, abs(problem.biases[0][i]) / length) }
      }
      reach = 1e4 * distance
    }
  }

  /// The box as a cell, with its frontier settled.
  ///
  /// - Parameters:
  ///   - pattern: what is decided all over the box; nil for what every pattern has.
  ///   - node: in a proof, where that is decided.
  mutating func root(seed: UInt64, pattern: PartialPattern? = nil, node: Int = 0) -> Settled {
    let pattern = pattern ?? problem.openPattern
    var random = SplitMix64(seed: seed &+ 0x5EED)
    let count = problem.freeInputs.count
    // Away from the centre, where symmetric networks have their kinks.
    let point: [Double] = (0..<count).map { j in
      if let lower, let upper {
        let t = 0.25 + 0.5 * random.uniform()
        let inside = lower[j] + t * (upper[j] - lower[j])
        return inside > lower[j] && inside < upper[j] ? inside : lower[j] / 2 + upper[j] / 2
      }
      return random.gaussian()
    }
    let forms = LayerForms(problem: problem)
    let rows = problem.constraintUnits.map { Cell.Row(forms: forms, unit: $0, sign: 1) }
    let start = contains(point, rows: rows) ? point : centre(of: rows, around: point)
    guard let start else { return Settled(cell: nil, node: node, pattern: pattern) }
    return settle(
      forms: forms, rows: rows, point: start, pattern: pattern, constantUnits: [], node: node)
  }

  /// A point inside the cell of a complete pattern; nil where GLPK names none.
  mutating func point(of pattern: PartialPattern) -> [Double]? {
    var rows: [Cell.Row] = []
    var forms = LayerForms(problem: problem)
    while true {
      let base = problem.unitRange(forms.layer).lowerBound
      rows += (0..<forms.units).filter {
        forms.constantPhase[$0] == nil && !problem.slopes[base + $0].isLinear
      }
      .map { Cell.Row(forms: forms, unit: $0, sign: pattern[base + $0] == .on ? 1 : -1) }
      if forms.layer == problem.hiddenLayers - 1 { break }
      forms = LayerForms(after: forms, pattern: pattern)
    }
    let start = box?.centre ?? [Double](repeating: 0, count: problem.freeInputs.count)
    return centre(of: rows, around: start)
  }

  /// The cell that a seed describes; nil where it is too thin for a point in double precision, or no cell of this problem.
  mutating func cell(_ seed: CellSeed) -> Cell? {
    guard let pattern = PatternText.pattern(seed.pattern), pattern.count == problem.units,
      seed.point.count == problem.freeInputs.count,
      seed.layer >= 0, seed.layer < problem.hiddenLayers,
      (0..<seed.layer).allSatisfy({ !problem.diagonalIsOpen(pattern, layer: $0) }),
      seed.rows.allSatisfy({ row in
        row.layer >= 0 && row.layer <= seed.layer && row.unit >= 0
          && row.unit < problem.unitRange(row.layer).count
      })
    else { return nil }
    var forms = [LayerForms(problem: problem)]
    for _ in 0..<seed.layer { forms.append(LayerForms(after: forms[forms.count - 1], pattern: pattern)) }
    let rows = seed.rows.map { Cell.Row(forms: forms[$0.layer], unit: $0.unit, sign: $0.sign) }
    guard contains(seed.point, rows: rows) else { return nil }
    return settle(
      forms: forms[seed.layer], rows: rows, point: seed.point, pattern: pattern,
      constantUnits: Set(seed.constantUnits), node: 0
    ).cell
  }

  /// A cell with its frontier settled, or none where it is too thin for a point in double precision; the node of the
  /// proof that it belongs to, and what is decided there.
  struct Settled {
    let cell: Cell?
    let node: Int
    let pattern: PartialPattern
  }

  /// The cell on one side of a crossing unit.
  ///
  /// - Parameter node: the number of that side in a proof.
  mutating func side(of cell: Cell, at crossing: Cell.Crossing, phase: Phase, node: Int = 0) -> Settled {
    let unit = problem.unitRange(cell.forms.layer).lowerBound + crossing.unit
    let sign: Double = phase == .on ? 1 : -1
    var pattern = cell.pattern
    pattern[unit] = phase
    let row = Cell.Row(forms: cell.forms, unit: crossing.unit, sign: sign)
    let point = sign == crossing.sign ? cell.point : crossing.beyond
    let known = ([cell.point] + cell.crossing.map(\.beyond)).filter {
      Double(cell.forms.sign(crossing.unit, at: $0)) == sign
    }
    return settle(
      forms: cell.forms, rows: cell.rows + [row], point: point, known: known, pattern: pattern,
      constantUnits: cell.constantUnits, node: node)
  }

  /// Decides every unit that does not cross the cell, layer by layer, until some unit crosses or none is left.
  ///
  /// - Parameter known: points of the cell: a unit that has both signs at them needs no linear program.
  private mutating func settle(
    forms frontier: LayerForms, rows: [Cell.Row], point inside: [Double], known: [[Double]] = [],
    pattern start: PartialPattern, constantUnits: Set<Int>, node first: Int
  ) -> Settled {
    var node = first
    var forms = frontier
    var point = inside
    var pattern = start
    var constantUnits = constantUnits
    while true {
      let base = problem.unitRange(forms.layer).lowerBound
      var open: [Int] = []
      for i in 0..<forms.units where pattern[base + i] == .undecided {
        if let phase = forms.constantPhase[i] {
          pattern[base + i] = phase
          constantUnits.insert(base + i)
          if let proof {
            // A form that vanishes identically imposes nothing, a constant one its sign.
            node =
              forms.exact[i, forms.inputs].isZero
              ? proof.vanishing(node, unit: base + i, phase: phase)
              : decided(base + i, phase, in: node, because: .exact(units: [base + i], faces: []))
          }
        } else if let sign = signOverBox(forms, i) {
          pattern[base + i] = sign > 0 ? .on : .off
          node = decided(base + i, pattern[base + i], in: node, because: .rounded([(base + i, 1)]))
        } else {
          open.append(i)
        }
      }
      guard let generic = genericPoint(near: point, units: open, forms: forms, rows: rows) else {
        return Settled(cell: nil, node: node, pattern: pattern)
      }
      point = generic
      var crossing = crossings(open, forms: forms, point: point, known: known)
      let isCrossing = Set(crossing.map(\.unit))
      let rest = open.filter { !isCrossing.contains($0) }
      guard let verdicts = classify(rest, forms: forms, rows: rows, point: point) else {
        return Settled(cell: nil, node: node, pattern: pattern)
      }
      for (i, verdict) in zip(rest, verdicts) {
        switch verdict {
        case .stable(let sign, let evidence):
          pattern[base + i] = sign > 0 ? .on : .off
          node = decided(base + i, pattern[base + i], in: node, because: evidence)
        case .crossing(let found): crossing.append(found)
        }
      }
      if !crossing.isEmpty || forms.layer == problem.hiddenLayers - 1 {
        let cell = Cell(
          forms: forms, rows: rows, point: point, pattern: pattern, constantUnits: constantUnits,
          crossing: crossing, node: node, box: box)
        return Settled(cell: cell, node: node, pattern: pattern)
      }
      forms = LayerForms(after: forms, pattern: pattern)
    }
  }

  /// Tells the proof that a node's other phase of a unit is impossible.
  ///
  /// - Returns: the node that is left.
  private func decided(
    _ unit: Int, _ phase: Phase, in node: Int, because evidence: @autoclosure () -> InfeasibilityEvidence
  ) -> Int {
    guard let proof else { return node }
    let (off, on) = proof.branch(node, unit: unit)
    proof.infeasible(phase == .on ? off : on, evidence())
    return phase == .on ? on : off
  }

  private func flat(_ row: Cell.Row) -> Int { problem.unitRange(row.forms.layer).lowerBound + row.unit }

  private enum Verdict {
    case stable(sign: Double, evidence: InfeasibilityEvidence)
    case crossing(Cell.Crossing)
  }

  /// The sign of a form all over the domain's box, if interval arithmetic proves one.
  private func signOverBox(_ forms: LayerForms, _ i: Int) -> Double? {
    guard let lower, let upper else { return nil }
    let range = Self.range(
      gradient: forms.gradient(i), gradientError: forms.gradientError(i), constant: forms.constant(i),
      constantError: forms.constantError(i), lower: lower, upper: upper)
    return range.lowerBound > 0 ? 1 : range.upperBound < 0 ? -1 : nil
  }

  /// An enclosure of g·x + c over a box, where g and c are known up to the given errors.
  private static func range(
    gradient: some Collection<Double>, gradientError: some Collection<Double>, constant: Double,
    constantError: Double, lower: [Double], upper: [Double]
  ) -> ClosedRange<Double> {
    var low = constant
    var high = constant
    var magnitude = abs(constant)
    var error = constantError
    for ((g, e), (a, b)) in zip(zip(gradient, gradientError), zip(lower, upper)) {
      let (p, q) = (g * a, g * b)
      low += Swift.min(p, q)
      high += Swift.max(p, q)
      let size = Swift.max(abs(a), abs(b))
      magnitude += abs(g) * size
      error += e * size
    }
    let slack = (error + Double(lower.count + 4) * unitRoundoff * 1.01 * magnitude) * (1 + 0x1p-30)
    guard low - slack <= high + slack else { return -.infinity ... .infinity }  // not a number
    return (low - slack)...(high + slack)
  }

  /// True where x lies strictly inside the cell of `rows`, proved.
  func contains(_ x: [Double], rows: [Cell.Row]) -> Bool {
    guard x.allSatisfy(\.isFinite) else { return false }
    if let lower, let upper {
      for j in x.indices where !(lower[j] < x[j] && x[j] < upper[j]) { return false }
    }
    return rows.allSatisfy { Double($0.forms.sign($0.unit, at: x)) == $0.sign }
  }

  /// A point of the cell where no open unit has its kink: the given one, or one a small step aside.
  private func genericPoint(
    near point: [Double], units: [Int], forms: LayerForms, rows: [Cell.Row]
  ) -> [Double]? {
    func isGeneric(_ x: [Double]) -> Bool { units.allSatisfy { forms.sign($0, at: x) != 0 } }
    if isGeneric(point) { return point }
    var random = SplitMix64(seed: 0xA51DE)
    var size = 0.125
    while size > 0x1p-50 {
      let aside = point.indices.map { j in
        let scale =
          lower.map { $0[j] }.flatMap { low in upper.map { $0[j] - low } } ?? Swift.max(1, abs(point[j]))
        return point[j] + size * scale * (random.uniform() - 0.5)
      }
      if aside.allSatisfy(\.isFinite), isGeneric(aside), contains(aside, rows: rows) { return aside }
      size /= 4
    }
    return nil
  }

  /// The units whose form has another sign at a known point of the cell than at `point`.
  private func crossings(
    _ units: [Int], forms: LayerForms, point: [Double], known: [[Double]]
  ) -> [Cell.Crossing] {
    units.compactMap { unit in
      let sign = forms.sign(unit, at: point)
      return known.first { forms.sign(unit, at: $0) == -sign }.map {
        Cell.Crossing(unit: unit, sign: Double(sign), beyond: $0)
      }
    }
  }

  /// For each unit the one sign its form has on the cell, or a crossing; nil where a thin cell was met.
  private mutating func classify(
    _ units: [Int], forms: LayerForms, rows: [Cell.Row], point: [Double]
  ) -> [Verdict]? {
    guard !units.isEmpty else { return [] }
    let signs = units.map { Double(forms.sign($0, at: point)) }
    let polyhedron = polyhedron(rows: rows, around: point)
    let costs = zip(units, signs).map { unit, sign in
      let scale = sign * Self.scale(forms, unit)
      return forms.gradient(unit).map { scale * $0 }
    }
    linearPrograms += costs.count
    // A failed call leaves every unit to exact arithmetic.
    let outcomes = (try? GLPK.minimize(costs, over: polyhedron)) ?? costs.map { _ in .unknown }
    var verdicts: [Verdict] = []
    for ((unit, sign), outcome) in zip(zip(units, signs), outcomes) {
      if fault == .skippedCell, !rows.isEmpty, case .optimal(_, _, let multipliers) = outcome {
        let row = Cell.Row(forms: forms, unit: unit, sign: -sign)
        verdicts.append(.stable(sign: sign, evidence: evidence(row, multipliers, rows)))
        continue
      }
      if case .optimal(_, let vertex, let multipliers) = outcome {
        if let beyond = pointBeyond(forms, unit, sign: sign, from: point, towards: vertex, rows: rows) {
          verdicts.append(.crossing(Cell.Crossing(unit: unit, sign: sign, beyond: beyond)))
          continue
        }
        let isProved =
          lower == nil
          ? isProvedStableEverywhere(forms, unit, sign: sign, multipliers: multipliers, rows: rows)
          : isProvedStable(forms, unit, sign: sign, multipliers: multipliers, rows: rows)
        if isProved {
          let row = Cell.Row(forms: forms, unit: unit, sign: -sign)
          verdicts.append(.stable(sign: sign, evidence: evidence(row, multipliers, rows)))
          continue
        }
      }
      guard let verdict = decideExactly(unit, sign: sign, forms: forms, rows: rows, point: point) else {
        return nil
      }
      verdicts.append(verdict)
    }
    return verdicts
  }

  /// What GLPK's multipliers say of a unit whose other phase was proved impossible: as they are on a box, and the rows that
  /// carry them elsewhere.
  private func evidence(
    _ other: Cell.Row, _ multipliers: [Double], _ rows: [Cell.Row]
  ) -> InfeasibilityEvidence {
    guard proof != nil else { return .rounded([]) }
    guard lower != nil else {
      return .exact(
        units: [flat(other)]
          + zip(rows, multipliers).filter { $0.1 > Self.leastMultiplier }.map { flat($0.0) },
        faces: [])
    }
    func scale(_ row: Cell.Row) -> Double { Self.scale(row.forms, row.unit) }
    return .rounded(
      [(flat(other), scale(other))]
        + zip(rows, multipliers).filter { $0.1 > 0 }.map { (flat($0.0), $0.1 * scale($0.0)) })
  }

  /// Smaller multipliers are taken for zero where the domain is all of Rⁿ.
  private static let leastMultiplier = 1e-9

  /// A power of two that brings a form's largest coefficient into [1, 2).
  private static func scale(_ forms: LayerForms, _ unit: Int) -> Double {
    let largest = forms.gradient(unit).reduce(0) { Swift.max($0, abs($1)) }
    return largest > 0 ? Double(sign: .plus, exponent: -largest.exponent, significand: 1) : 1
  }

  private func polyhedron(rows: [Cell.Row], around point: [Double]) -> Polyhedron {
    var result = Polyhedron(
      columns: point.count, lower: lower ?? point.map { -Swift.max(reach, 2 * abs($0)) },
      upper: upper ?? point.map { Swift.max(reach, 2 * abs($0)) })
    for row in rows {
      let scale = row.sign * Self.scale(row.forms, row.unit)
      result.addRow(
        row.forms.gradient(row.unit).map { scale * $0 }, lower: -scale * row.forms.constant(row.unit))
    }
    return result
  }

  /// A point strictly inside the cell where the form has the sign opposite to `sign`, on the way from `point` to
  /// `vertex`: as far behind the kink as `point` is before it, or halfway to the vertex where that is nearer. Nil where
  /// none could be proved.
  private func pointBeyond(
    _ forms: LayerForms, _ unit: Int, sign: Double, from point: [Double], towards vertex: [Double],
    rows: [Cell.Row]
  ) -> [Double]? {
    let here = sign * forms.value(unit, at: point).value
    let there = sign * forms.value(unit, at: vertex).value
    guard there < 0, here >= 0 else { return nil }
    let kink = here / (here - there)
    for share in [0.5, 0.875, 0.125, 0.015625] {
      let step = kink + Swift.min(share * (1 - kink), 2 * share * Swift.max(kink, 1e-3))
      let candidate = zip(point, vertex).map { $0 + step * ($1 - $0) }
      guard candidate.allSatisfy(\.isFinite) else { continue }
      if Double(forms.sign(unit, at: candidate)) == -sign, contains(candidate, rows: rows) {
        return candidate
      }
    }
    return nil
  }

  /// Whether GLPK's multipliers y prove sign·form ≥ 0 on the cell: the rest form - Σ yᵣ sᵣ formᵣ (y ≥ 0) is
  /// nonnegative over the whole box, in outward-rounded arithmetic.
  private func isProvedStable(
    _ forms: LayerForms, _ unit: Int, sign: Double, multipliers: [Double], rows: [Cell.Row]
  ) -> Bool {
    guard let lower, let upper else { return false }
    let scale = sign * Self.scale(forms, unit)
    var rest = forms.gradient(unit).map { scale * $0 }
    var restError = forms.gradientError(unit).map { abs(scale) * $0 }
    var constant = scale * forms.constant(unit)
    var constantError = abs(scale) * forms.constantError(unit)
    for (row, multiplier) in zip(rows, multipliers) where multiplier > 0 {
      let factor = multiplier * row.sign * Self.scale(row.forms, row.unit)
      for (j, (w, e)) in zip(row.forms.gradient(row.unit), row.forms.gradientError(row.unit)).enumerated() {
        rest[j] -= factor * w
        restError[j] += abs(factor) * e + 4 * unitRoundoff * (abs(factor * w) + abs(rest[j]))
      }
      constant -= factor * row.forms.constant(row.unit)
      constantError +=
        abs(factor) * row.forms.constantError(row.unit)
        + 4 * unitRoundoff * (abs(factor * row.forms.constant(row.unit)) + abs(constant))
    }
    let range = Self.range(
      gradient: rest, gradientError: restError, constant: constant,
      constantError: constantError * (1 + 0x1p-30),
      lower: lower, upper: upper)
    return range.lowerBound >= 0
  }

  /// The same where the domain is all of Rⁿ: the multipliers must cancel the gradient exactly. Where d independent rows
  /// carry them, the exact multipliers are unique, and a residual test encloses them: with R ≈ M⁻¹,
  /// ‖I - R M‖ ≤ q < 1 gives |y* - y| ≤ ‖R (g - M y)‖ / (1 - q) (Rump, Verification methods, 2010, section 10).
  private func isProvedStableEverywhere(
    _ forms: LayerForms, _ unit: Int, sign: Double, multipliers: [Double], rows: [Cell.Row]
  ) -> Bool {
    let d = forms.inputs
    let support = zip(rows, multipliers).filter { $0.1 > Self.leastMultiplier }.map(\.0)
    guard support.count == d else { return false }
    func signed(_ row: Cell.Row) -> Double { row.sign * Self.scale(row.forms, row.unit) }
    let m = Matrix(rows: d, columns: d) { j, i in
      let gradient = support[i].forms.gradient(support[i].unit)
      return signed(support[i]) * gradient[gradient.startIndex + j]
    }
    let errors = Matrix(rows: d, columns: d) { j, i in
      let gradient = support[i].forms.gradientError(support[i].unit)
      return abs(signed(support[i])) * gradient[gradient.startIndex + j]
    }
    guard let inverse = m.inverse() else { return false }
    let scale = sign * Self.scale(forms, unit)
    let target = forms.gradient(unit).map { scale * $0 }
    let y = inverse * target
    let gamma = 2 * Double(d + 3) * unitRoundoff
    let sizes = y.map { abs($0) }
    let product = inverse * m
    let spread = inverse.magnitudes * (m.magnitudes * gamma + errors)
    let q = (0..<d).map { i in
      (0..<d).reduce(0.0) { $0 + abs(product[i, $1] - (i == $1 ? 1 : 0)) + spread[i, $1] }
    }.max()!
    guard q < 0.5 else { return false }
    let fitted = m * y
    let uncertainty = (m.magnitudes * gamma + errors) * sizes
    let residual = (0..<d).map { j in
      abs(target[j] - fitted[j]) + uncertainty[j] + gamma * abs(target[j])
        + abs(scale) * forms.gradientError(unit)[forms.gradientError(unit).startIndex + j]
    }
    let delta = ((inverse.magnitudes * residual).max() ?? 0) / (1 - q) * (1 + 1e-9)
    guard y.allSatisfy({ $0 >= delta }) else { return false }
    var constant = scale * forms.constant(unit)
    var slack = abs(scale) * forms.constantError(unit) + gamma * abs(constant)
    for (row, y) in zip(support, y) {
      let beta = signed(row) * row.forms.constant(row.unit)
      constant -= y * beta
      slack +=
        (delta + gamma * y) * abs(beta) + (y + delta) * abs(signed(row)) * row.forms.constantError(row.unit)
    }
    return constant >= slack * (1 + 1e-9)
  }

  /// A point inside the cell of `rows` as far from its walls as the neighbourhood of `point` allows, proved inside;
  /// nil where GLPK names none.
  ///
  /// GLPK's tolerance is relative to the numbers it is given. So it looks in coordinates around the last answer, and closer
  /// each time until the point is one inside.
  private mutating func centre(of rows: [Cell.Row], around point: [Double]) -> [Double]? {
    var middle = point
    for round in 0..<4 {
      guard let candidate = deepest(in: rows, around: middle, round: round) else { return nil }
      if contains(candidate, rows: rows) { return candidate }
      middle = candidate
    }
    return nil
  }

  /// The point that GLPK finds deepest inside the rows and the box: everywhere in round 0, and in each further round
  /// within a thousandth of the distances before.
  private mutating func deepest(in rows: [Cell.Row], around middle: [Double], round: Int) -> [Double]? {
    let count = middle.count
    let size = middle.reduce(1) { Swift.max($0, abs($1)) }
    let closer = Double(sign: .plus, exponent: -10 * round, significand: 1)
    // x = middle + units · y.
    var units = [Double](repeating: round == 0 ? 1 : size * closer, count: count)
    var columns = Polyhedron(columns: count + 1)
    columns.columnUpper[count] = 1
    for j in 0..<count {
      let half = round == 0 && lower == nil ? Swift.max(reach, 2 * size) : 1
      columns.columnLower[j] = -half
      columns.columnUpper[j] = half
      guard let lower, let upper else { continue }
      units[j] = (upper[j] - lower[j]) * closer
      // The faces of the box are walls, too.
      for (sign, bound) in [(1.0, lower[j]), (-1.0, upper[j])] {
        var face = [Double](repeating: 0, count: count)
        face[j] = sign
        columns.addRow(face + [-1], lower: sign * ((bound - middle[j]) / units[j]))
      }
    }
    for row in rows {
      let gradient = zip(row.forms.gradient(row.unit), units).map { row.sign * $0 * $1 }
      let length = norm(gradient)
      guard length > 0 else { continue }
      let value = row.sign * row.forms.value(row.unit, at: middle).value
      columns.addRow(gradient.map { $0 / length } + [-1], lower: -value / length)
    }
    linearPrograms += 1
    let cost = [Double](repeating: 0, count: count) + [-1]
    guard case .optimal(_, let solution, _)? = (try? GLPK.minimize([cost], over: columns))?.first else {
      return nil
    }
    return (0..<count).map { j in
      let x = middle[j] + units[j] * solution[j]
      guard let lower, let upper else { return x }
      return Swift.min(Swift.max(x, lower[j]), upper[j])
    }
  }

  /// The same question in exact arithmetic; nil where the other side is attainable but holds no point that double
  /// precision can name.
  private mutating func decideExactly(
    _ unit: Int, sign: Double, forms: LayerForms, rows: [Cell.Row], point: [Double]
  ) -> Verdict? {
    exactDecisions += 1
    var constraints = rows.map { Self.translated($0.forms, $0.unit, sign: $0.sign, to: point) }
    var faces: [(input: Int, isLower: Bool)] = []
    if let lower, let upper {
      for j in point.indices {
        for (bound, direction) in [(lower[j], 1), (upper[j], -1)] where bound.isFinite {
          faces.append((j, direction == 1))
          let distance = (Dyadic(point[j]) - Dyadic(bound)) * Dyadic(direction)
          constraints.append(
            Self.integers(
              coefficients: point.indices.map { Dyadic($0 == j ? direction : 0) }, constant: distance))
        }
      }
    }
    switch decideNegativity(
      objective: Self.translated(forms, unit, sign: sign, to: point), constraints: constraints)
    {
    case .nonnegative(let support):
      let other = problem.unitRange(forms.layer).lowerBound + unit
      return .stable(
        sign: sign,
        evidence: .exact(
          units: [other] + support.filter { $0 < rows.count }.map { flat(rows[$0]) },
          faces: support.filter { $0 >= rows.count }.map { faces[$0 - rows.count] }))
    case .negative(let offset):
      let vertex = zip(point, offset).map { $0 + $1.approximation }
      let other = Cell.Row(forms: forms, unit: unit, sign: -sign)
      let beyond =
        pointBeyond(forms, unit, sign: sign, from: point, towards: vertex, rows: rows)
        ?? centre(of: rows + [other], around: point) ?? centre(of: rows + [other], around: vertex)
      return beyond.map { .crossing(Cell.Crossing(unit: unit, sign: sign, beyond: $0)) }
    }
  }

  /// What lies beyond a unit's kink on a cell.
  enum OtherSide {
    case empty
    /// A point strictly inside.
    case point([Double])
    /// Attainable, but no point in double precision was found.
    case thin
  }

  /// Whether the form of a unit, which has the given sign or vanishes at the cell's `point`, takes the other sign on
  /// the cell; in exact arithmetic.
  mutating func otherSide(
    _ unit: Int, of sign: Double, forms: LayerForms, rows: [Cell.Row], point: [Double]
  ) -> OtherSide {
    switch decideExactly(unit, sign: sign, forms: forms, rows: rows, point: point) {
    case nil: .thin
    case .stable: .empty
    case .crossing(let crossing): .point(crossing.beyond)
    }
  }

  /// sign · form as integers (up to one power of two) in coordinates centred at `point`.
  private static func translated(
    _ forms: LayerForms, _ unit: Int, sign: Double, to point: [Double]
  ) -> [BigInt] {
    let exact = forms.exact
    let factor = Dyadic(Int(sign))
    let coefficients = (0..<forms.inputs).map { exact[unit, $0] * factor }
    let constant = (0..<forms.inputs).reduce(exact[unit, forms.inputs] * factor) {
      $0 + coefficients[$1] * Dyadic(point[$1])
    }
    return integers(coefficients: coefficients, constant: constant)
  }

  private static func integers(coefficients: [Dyadic], constant: Dyadic) -> [BigInt] {
    let all = coefficients + [constant]
    let exponent = all.lazy.filter { !$0.isZero }.map(\.exponent).min() ?? 0
    return all.map { $0.scaled(to: exponent) }
  }
}

extension PatternProblem {
  /// A point strictly inside the domain, proved so, where GLPK names one.
  public var interiorPoint: [Double]? {
    var oracle = CellOracle(problem: self)
    return oracle.root(seed: 0).cell.map { inputPoint($0.point) }
  }
}
