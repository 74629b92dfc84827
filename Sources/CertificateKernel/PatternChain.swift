import BigInt
import ExactArithmetic

/// A network on a domain as the rules see it: integers over a denominator for each layer, inputs that cannot vary folded into
/// the first bias.
struct PatternChain: Sendable {
  /// What inputs may be: nil for all of Rⁿ, else an interval each, none a point.
  let box: [ExactNetwork.ClosedInterval]?
  /// T_1 … T_K.
  let layers: [ExactNetwork.Layer]
  /// off, on and their common denominator, one triple a hidden layer.
  let slopes: [(off: BigInt, on: BigInt, denominator: BigInt)]
  /// The first flat number of each hidden layer's units; the number of units at the end.
  let offsets: [Int]
  /// The inputs that vary, among the network's.
  let freeInputs: [Int]
  private let fixedInputs: [(input: Int, value: Rational)]

  init(_ network: ExactNetwork, box: [ExactNetwork.ClosedInterval]?) {
    let inputs = 0..<network.inputs
    let free = inputs.filter { j in box.map { $0[j].lower < $0[j].upper } ?? true }
    let fixed = inputs.filter { !free.contains($0) }.map { (input: $0, value: box?[$0].lower ?? 0) }
    var layers = network.layers
    if !fixed.isEmpty {
      let first = layers[0]
      let entry = { (i: Int, j: Int) in Rational(first.weights[i * first.columns + j], first.denominator) }
      layers[0] = ExactNetwork.Layer(
        rows: first.rows, columns: free.count,
        weights: (0..<first.rows).flatMap { i in free.map { entry(i, $0) } },
        bias: (0..<first.rows).map { i in
          fixed.reduce(Rational(first.bias[i], first.denominator)) { $0 + entry(i, $1.input) * $1.value }
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
    offsets = layers.dropLast().reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.rows) }
  }

  var inputs: Int { freeInputs.count }
  var outputs: Int { layers[layers.count - 1].rows }
  var hiddenLayers: Int { slopes.count }
  var units: Int { offsets[offsets.count - 1] }
  func unitRange(_ layer: Int) -> Range<Int> { offsets[layer]..<offsets[layer + 1] }
  func layer(of unit: Int) -> Int { offsets.lastIndex { $0 <= unit } ?? 0 }

  /// Whether a unit's phase is open and matters: units with one slope are linear, whatever their phase.
  func isOpen(_ phase: Phase, _ layer: Int) -> Bool {
    phase == .undecided && slopes[layer].off != slopes[layer].on
  }

  /// A slope times the layer's denominator.
  func slope(_ phase: Phase, _ layer: Int) -> BigInt { phase == .on ? slopes[layer].on : slopes[layer].off }

  /// The free coordinates of a point of the domain; nil where it lies outside.
  func restrict(_ point: [Rational]) -> [Rational]? {
    guard fixedInputs.allSatisfy({ point[$0.input] == $0.value }) else { return nil }
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
      for (i, unit) in range.enumerated() where chain.isOpen(pattern[unit], layer - 1) && !before.isZero(i) {
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
      let slope = chain.slope(phase, index - 1)
      return chain.isOpen(phase, index - 1) || slope.isZero ? nil : (i, slope)
    }
    let rows = (0..<layer.rows).map { i in
      var row = [BigInt](repeating: 0, count: width)
      for (k, slope) in active {
        let weight = layer.weights[i * layer.columns + k] * slope
        if weight.isZero { continue }
        for (j, entry) in before.rows[k].enumerated() where !entry.isZero { row[j] += weight * entry }
      }
      row[width - 1] += scale * layer.bias[i]
      return row
    }
    return AffineForms(rows: rows, denominator: layer.denominator * scale)
  }
}
