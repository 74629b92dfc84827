import BigInt
import ExactArithmetic

/// A network on a domain as the rules see it: integers over a denominator for each layer, inputs that cannot vary folded into
/// the first bias.
struct PatternChain: Sendable {
  /// What inputs may be: nil for all of Rⁿ, else an interval each, none a point.
  let box: [ExactNetwork.ClosedInterval]?
  /// T_1 … T_K.
  private(set) var layers: [ExactNetwork.Layer]
  /// off, on and their common denominator, one triple a hidden layer.
  let slopes: [(off: BigInt, on: BigInt, denominator: BigInt)]
  /// Units that pass their pre-activation on unchanged, by their flat numbers.
  private let passing: Set<Int>
  /// The rows of a polytope: units at the end of the first hidden layer that reach nothing and are on in every node.
  let constraints: Range<Int>
  private let rows: [[Rational]]
  /// The first flat number of each hidden layer's units; the number of units at the end.
  let offsets: [Int]
  /// The inputs that vary, among the network's.
  let freeInputs: [Int]
  private let fixedInputs: [(input: Int, value: Rational)]

  /// - Parameters:
  ///   - rows: of a polytope: rows · x ≤ the last number of each.
  ///   - output: the output that stands for all, or the difference of two.
  init(
    _ network: ExactNetwork, box: [ExactNetwork.ClosedInterval]?, rows: [[Rational]] = [],
    output: (index: Int, minus: Int?)? = nil
  ) {
    let network = Self.choosing(output, Self.constraining(rows, network))
    let inputs = 0..<network.inputs
    let free = inputs.filter { j in box.map { $0[j].lower < $0[j].upper } ?? true }
    let fixed = inputs.filter { !free.contains($0) }.map { (input: $0, value: box?[$0].lower ?? 0) }
    var layers = network.layers
    if !fixed.isEmpty {
      let first = layers[0]
      layers[0] = ExactNetwork.Layer(
        rows: first.rows, columns: free.count,
        weights: (0..<first.rows).flatMap { i in free.map { first.weight(i, $0) } },
        bias: (0..<first.rows).map { i in
          fixed.reduce(first.bias(of: i)) { $0 + first.weight(i, $1.input) * $1.value }
        })
    }
    self.box = box.map { intervals in free.map { intervals[$0] } }
    self.layers = layers
    freeInputs = free
    fixedInputs = fixed
    slopes = network.slopes.map { slope in
      let denominator =
        slope.off.denominator * slope.on.denominator
        / slope.off.denominator.greatestCommonDivisor(with: slope.on.denominator)
      return (
        slope.off.numerator * (denominator / slope.off.denominator),
        slope.on.numerator * (denominator / slope.on.denominator), denominator
      )
    }
    let offsets = layers.dropLast().reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.rows) }
    self.offsets = offsets
    var passing: Set<Int> = []
    for (layer, units) in network.passing.enumerated() {
      for unit in units { passing.insert(offsets[layer] + unit) }
    }
    self.passing = passing
    self.rows = rows
    let first = layers.count > 1 ? layers[0].rows : 0
    constraints = (layers.count > 1 ? first - rows.count : 0)..<first
  }

  /// The network with the rows of a polytope as units of its first hidden layer.
  private static func constraining(_ rows: [[Rational]], _ network: ExactNetwork) -> ExactNetwork {
    guard !rows.isEmpty, network.layers.count > 1 else { return network }
    var layers = network.layers
    let (first, second) = (layers[0], layers[1])
    var weights: [Rational] = []
    for i in 0..<first.rows { weights += (0..<first.columns).map { first.weight(i, $0) } }
    for row in rows { weights += row.dropLast().map { -$0 } }
    layers[0] = ExactNetwork.Layer(
      rows: first.rows + rows.count, columns: first.columns, weights: weights,
      bias: (0..<first.rows).map { first.bias(of: $0) } + rows.map { $0[$0.count - 1] })
    let nothing = [Rational](repeating: 0, count: rows.count)
    layers[1] = ExactNetwork.Layer(
      rows: second.rows, columns: second.columns + rows.count,
      weights: (0..<second.rows).flatMap { i in (0..<second.columns).map { second.weight(i, $0) } + nothing },
      bias: (0..<second.rows).map { second.bias(of: $0) })
    return network.replacing(layers)
  }

  /// The network with one output, or the difference of two, for all of them.
  private static func choosing(_ output: (index: Int, minus: Int?)?, _ network: ExactNetwork) -> ExactNetwork
  {
    guard let output else { return network }
    var layers = network.layers
    let last = layers[layers.count - 1]
    var chosen = last.selecting(rows: [output.index], columns: Array(0..<last.columns))
    if let minus = output.minus {
      chosen = ExactNetwork.Layer(
        rows: 1, columns: last.columns,
        weights: (0..<last.columns).map { last.weight(output.index, $0) - last.weight(minus, $0) },
        bias: [last.bias(of: output.index) - last.bias(of: minus)])
    }
    layers[layers.count - 1] = chosen
    return network.replacing(layers)
  }

  /// What is decided at the root of a proof over attainable patterns.
  var root: PartialPattern { (0..<units).map { constraints.contains($0) ? .on : .undecided } }

  var inputs: Int { freeInputs.count }
  var outputs: Int { layers[layers.count - 1].rows }
  var hiddenLayers: Int { slopes.count }
  var units: Int { offsets[offsets.count - 1] }
  func unitRange(_ layer: Int) -> Range<Int> { offsets[layer]..<offsets[layer + 1] }
  func layer(of unit: Int) -> Int { offsets.lastIndex { $0 <= unit } ?? 0 }

  /// The units of a hidden layer that pass on their pre-activation, counted in the layer.
  func passing(_ layer: Int) -> Set<Int> {
    let first = offsets[layer]
    let units: [Int] = unitRange(layer).filter { passing.contains($0) }
    return Set(units.map { $0 - first })
  }

  /// The chain of one part of J: a row of W_K, a column of W_1. For Jacobians only.
  func selecting(_ part: JacobianPart) -> PatternChain {
    var result = self
    let last = layers.count - 1
    if let row = part.row {
      result.layers[last] = layers[last].selecting(rows: [row], columns: Array(0..<layers[last].columns))
    }
    if let column = part.column {
      let first = result.layers[0]
      result.layers[0] = first.selecting(rows: Array(0..<first.rows), columns: [column])
    }
    return result
  }

  /// Whether the domain is a polytope.
  var hasRows: Bool { !rows.isEmpty }

  /// Whether some unit of a hidden layer passes on its pre-activation.
  func hasPassing(_ layer: Int) -> Bool { unitRange(layer).contains { passing.contains($0) } }

  /// Whether a unit has one slope only: it is linear, whatever its phase.
  func isLinear(_ unit: Int, _ layer: Int) -> Bool {
    passing.contains(unit) || slopes[layer].off == slopes[layer].on
  }

  /// Whether a unit's phase is open and matters.
  func isOpen(_ phase: Phase, _ layer: Int, _ unit: Int) -> Bool {
    phase == .undecided && !isLinear(unit, layer)
  }

  /// A slope times the layer's denominator.
  func slope(_ phase: Phase, _ layer: Int, _ unit: Int) -> BigInt {
    passing.contains(unit)
      ? slopes[layer].denominator : phase == .on ? slopes[layer].on : slopes[layer].off
  }

  /// The free coordinates of a point of the domain; nil where it lies outside.
  func restrict(_ point: [Rational]) -> [Rational]? {
    guard fixedInputs.allSatisfy({ point[$0.input] == $0.value }) else { return nil }
    // Strictly inside a polytope, but for rows that say nothing of the point.
    for row in rows where !row.allSatisfy(\.isZero) {
      let value = zip(row, point).reduce(Rational.zero) { $0 + $1.0 * $1.1 }
      guard value < row[row.count - 1] else { return nil }
    }
    let free = freeInputs.map { point[$0] }
    guard let box else { return free }
    return zip(free, box).allSatisfy { $1.lower <= $0 && $0 <= $1.upper } ? free : nil
  }
}

/// A unit's phase in a node.
enum Phase: Sendable {
  case off, on, undecided
}

/// What is decided in a node: one phase a unit, through all hidden layers.
typealias PartialPattern = [Phase]

/// Affine forms over common denominators: row i is Σ_j rows[i][j] · y_j + rows[i].last, all over `denominator`, where y are the
/// inputs or the first layer's pre-activations.
struct AffineForms {
  let rows: [[BigInt]]
  /// Positive.
  let denominator: BigInt

  func isZero(_ row: Int) -> Bool { rows[row].allSatisfy(\.isZero) }

  /// rows · y + constant, over `denominator`.
  func value(_ row: Int, at y: [Rational]) -> Rational {
    let form = rows[row]
    return zip(form, y).reduce(Rational(form[form.count - 1])) {
      $1.0.isZero ? $0 : $0 + Rational($1.0) * $1.1
    }
  }
}

/// What the forms of a chain are affine in.
enum Coordinates: Sendable {
  /// The free inputs.
  case inputs
  /// The first layer's pre-activations, as if each were free: what is impossible for them is impossible for the inputs.
  case firstLayer
}

/// The local forms of a chain's pre-activations, layer by layer, for the patterns that were asked for lately.
struct LocalForms {
  let chain: PatternChain
  let coordinates: Coordinates
  private var known: [PartialPattern: AffineForms] = [:]
  private static let memory = 200

  init(_ chain: PatternChain, _ coordinates: Coordinates) {
    self.chain = chain
    self.coordinates = coordinates
  }

  /// A layer's forms where the units before it have their phases; those of the outputs for `layer == hiddenLayers`. The
  /// layers before must be decided, but for units whose form vanishes identically: those are zero whatever their phase.
  ///
  /// - Returns: nil and the undecided unit that is in the way.
  mutating func forms(_ layer: Int, _ pattern: PartialPattern) -> (forms: AffineForms?, open: Int) {
    let prefix = PartialPattern(pattern[..<chain.offsets[layer]])
    if let forms = known[prefix] { return (forms, 0) }
    let forms: AffineForms
    if layer == 0 {
      forms = first
    } else {
      let (before, open) = self.forms(layer - 1, pattern)
      guard let before else { return (nil, open) }
      let range = chain.unitRange(layer - 1)
      for (i, unit) in range.enumerated()
      where chain.isOpen(pattern[unit], layer - 1, unit) && !before.isZero(i) {
        return (nil, unit)
      }
      forms = next(layer, before, phases: pattern[range])
    }
    if known.count >= Self.memory { known = [:] }
    known[prefix] = forms
    return (forms, 0)
  }

  private var first: AffineForms {
    let layer = chain.layers[0]
    if coordinates == .firstLayer {
      let n = layer.rows
      return AffineForms(
        rows: (0..<n).map { i in (0...n).map { $0 == i ? 1 : 0 } }, denominator: 1)
    }
    return AffineForms(
      rows: (0..<layer.rows).map { i in
        Array(layer.weights[(i * layer.columns)..<((i + 1) * layer.columns)]) + [layer.bias[i]]
      }, denominator: layer.denominator)
  }

  /// pre' = (W D pre / (r Q) + b) / q  =  (W D pre + r Q b) / (q r Q).
  private func next(_ index: Int, _ before: AffineForms, phases: ArraySlice<Phase>) -> AffineForms {
    let layer = chain.layers[index]
    let scale = chain.slopes[index - 1].denominator * before.denominator
    let width = before.rows.first?.count ?? 1
    let active = phases.enumerated().compactMap { i, phase -> (Int, BigInt)? in
      let unit = chain.offsets[index - 1] + i
      let slope = chain.slope(phase, index - 1, unit)
      return chain.isOpen(phase, index - 1, unit) || slope.isZero ? nil : (i, slope)
    }
    let before = RowCombinations(
      active.map { before.rows[$0.0].enumerated().map { (column: $0.offset, value: $0.element) } },
      width: width,
      weightBits: layer.weights.largestBitWidth + active.map(\.1).largestBitWidth)
    let rows = (0..<layer.rows).map { i in
      var row = before.sum(
        active.enumerated().map { (row: $0, weight: layer.weights[i * layer.columns + $1.0] * $1.1) })
      row[width - 1] += scale * layer.bias[i]
      return row
    }
    return AffineForms(rows: rows, denominator: layer.denominator * scale)
  }
}
