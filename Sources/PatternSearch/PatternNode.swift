import LinearAlgebra
import TreeSearch

/// The place of a node in a proof.
struct ProofPlace: Sendable {
  /// The node of its cell, in which its children are.
  var number: Int
  /// What affine bounds decide beyond the cell.
  var decided: [(unit: Int, phase: Phase)] = []
  var sides: [(unit: Int, phase: Phase)] = []

  /// The node where a leaf with all decisions is to stand.
  func leaf(_ proof: some PatternProofSink) -> Int {
    decided.isEmpty ? number : proof.decided(number, units: decided, sides: sides)
  }
}

/// A node of the branch and bound over partial patterns.
struct PatternNode: TreeNode {
  let bound: Double
  /// What the relaxation takes as decided.
  let pattern: PartialPattern
  /// The flat unit to branch on; nil where the node is not bounded yet, or has an input to branch on.
  let unit: Int?
  /// The part of the domain that the node is about; nil where it is all of it.
  var box: FreeBox?
  /// Where the box is to be split: in a node that has no cell.
  var split: InputSplit?
  /// How many splits before have left as many units undecided as before them.
  var splitsInVain = 0
  /// What part of J the node is about.
  var part = JacobianPart.all
  /// Where the children's relaxations start; nil where memory or a checkpoint had no room for it.
  let multipliers: [Double]?
  /// For attainable patterns, but in nodes that are only boxes, one of these: the cell, or what it can be made from again.
  let cell: Cell?
  let seed: CellSeed?
  var proof = ProofPlace(number: 0)

  /// What is decided in the node's cell.
  var cellPattern: PartialPattern {
    proof.decided.reduce(into: pattern) { $0[$1.unit] = .undecided }
  }

  /// Whether a pattern has decided all that affine bounds decided here beyond the cell.
  func decisionsHold(in pattern: PartialPattern) -> Bool {
    proof.decided.allSatisfy { pattern[$0.unit] != .undecided }
  }

  var footprint: Int {
    let numbers =
      (multipliers?.count ?? 0)
      + (cell.map { cell in (cell.crossing.count + 1) * cell.point.count + 4 * cell.rows.count } ?? 0)
      + (seed.map { $0.point.count + 3 * $0.rows.count } ?? 0)
    return 192 + 16 * (box?.lower.count ?? 0) + 2 * pattern.count + 16
      * (proof.decided.count + proof.sides.count) + MemoryLayout<Double>
      .stride * numbers
  }

  var lightened: PatternNode {
    PatternNode(
      bound: bound, pattern: pattern, unit: unit, box: box, split: split, splitsInVain: splitsInVain,
      part: part, multipliers: nil,
      cell: nil, seed: cell?.seed ?? seed, proof: proof)
  }

  /// Whether the node can be about a box of this problem's domain.
  private func isBox(for problem: PatternProblem) -> Bool {
    guard InputSplitting.applies(to: problem), let whole = problem.freeBox else { return false }
    let box = box ?? whole
    return box.lower.count == whole.lower.count && box.upper.count == whole.lower.count
      && box.lower.indices.allSatisfy {
        whole.lower[$0] <= box.lower[$0] && box.lower[$0] < box.upper[$0] && box.upper[$0] <= whole.upper[$0]
      }
      && split.map { split in
        box.lower.indices.contains(split.input) && box.lower[split.input] < split.value
          && split.value < box.upper[split.input]
      } ?? true
  }

  /// Whether the node can be one of this problem's.
  func isValid(for problem: PatternProblem) -> Bool {
    bound >= 0 && pattern.count == problem.units
      && unit.map { pattern.indices.contains($0) && pattern[$0] == .undecided } ?? true
      && multipliers.map { $0.count >= pattern.count && $0.count <= pattern.count + problem.directions }
        ?? true
      && (box == nil && split == nil || isBox(for: problem))
      && ((seed != nil) == problem.isAttainable || isBox(for: problem) && unit == nil)
      && (part.row != nil) == problem.norm.isOverRows && (part.column != nil) == problem.norm.isOverColumns
      && (0..<problem.outputs).contains(part.row ?? 0)
      && (0..<problem.freeInputs.count).contains(part.column ?? 0)
  }
}

/// A pattern is a word of 0, 1 and ?.
extension PatternNode {
  private enum CodingKeys: CodingKey {
    case bound, pattern, unit, row, column, multipliers, cell, box, split, splitsInVain
  }

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    // Infinite bounds have no JSON number.
    bound = try values.decodeIfPresent(Double.self, forKey: .bound) ?? .infinity
    guard let pattern = PatternText.pattern(try values.decode(String.self, forKey: .pattern)) else {
      throw DecodingError.dataCorruptedError(forKey: .pattern, in: values, debugDescription: "not a pattern")
    }
    self.pattern = pattern
    unit = try values.decodeIfPresent(Int.self, forKey: .unit)
    part = JacobianPart(
      row: try values.decodeIfPresent(Int.self, forKey: .row),
      column: try values.decodeIfPresent(Int.self, forKey: .column))
    seed = try values.decodeIfPresent(CellSeed.self, forKey: .cell)
    box = try values.decodeIfPresent(FreeBox.self, forKey: .box)
    split = try values.decodeIfPresent(InputSplit.self, forKey: .split)
    splitsInVain = try values.decodeIfPresent(Int.self, forKey: .splitsInVain) ?? 0
    var numbers = try values.decodeIfPresent(PackedNumbers.self, forKey: .multipliers)
    multipliers = numbers?.nextArray()
    cell = nil
  }

  func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    if bound.isFinite { try values.encode(bound, forKey: .bound) }
    try values.encode(PatternText.text(pattern), forKey: .pattern)
    try values.encodeIfPresent(unit, forKey: .unit)
    try values.encodeIfPresent(part.row, forKey: .row)
    try values.encodeIfPresent(part.column, forKey: .column)
    try values.encodeIfPresent(multipliers.map { PackedNumbers($0) }, forKey: .multipliers)
    try values.encodeIfPresent(cell?.seed ?? seed, forKey: .cell)
    try values.encodeIfPresent(box, forKey: .box)
    if let split {
      try values.encode(split, forKey: .split)
      try values.encode(splitsInVain, forKey: .splitsInVain)
    }
  }
}

enum PatternText {
  static func text(_ pattern: PartialPattern) -> String {
    String(pattern.map { $0 == .on ? "1" : $0 == .off ? "0" : "?" as Character })
  }

  /// Nil where a character is none of the three.
  static func pattern(_ text: String) -> PartialPattern? {
    let phases: [Phase?] = text.map { $0 == "1" ? .on : $0 == "0" ? .off : $0 == "?" ? .undecided : nil }
    let pattern = phases.compactMap { $0 }
    return pattern.count == phases.count ? pattern : nil
  }
}

/// What a checkpoint of a search over patterns says before its nodes.
struct PatternCheckpointHeader: Codable, Sendable {
  /// The incumbent: a point where patterns must be attainable, and its pattern.
  let x: [Double]?
  let pattern: PartialPattern?
  let settled: Double
  let thin: Double
  /// Of the whole search space; nil where there is none.
  let cap: Double?
  let statistics: SearchStatistics
  let seconds: Double

  func validate(_ file: String) throws(CheckpointError) {
    let counts = [
      statistics.nodes, statistics.cells, statistics.linearPrograms, statistics.exactDecisions,
      statistics.relaxations, statistics.newtonSteps, statistics.exactWitnesses,
    ]
    guard settled >= 0, thin >= 0, cap ?? 0 >= 0, seconds >= 0, counts.allSatisfy((0...1 << 52).contains)
    else {
      throw CheckpointError("\(file):1: its counts or bounds are out of range")
    }
  }

  init(_ state: SearchState) {
    let free = state.problem.freeInputs
    x = state.witness?.x.map { x in free.map { x[$0] } }
    pattern = state.witness?.pattern
    // Every norm is far below this; JSON has no infinity.
    settled = min(state.settled, .greatestFiniteMagnitude)
    thin = min(state.thin, .greatestFiniteMagnitude)
    cap = state.cap.isFinite ? state.cap : nil
    statistics = state.statistics
    seconds = state.seconds
  }
}

extension SearchState {
  /// Names the problem and the question asked of it.
  var fingerprint: String {
    var print = Fingerprint()
    for (matrix, bias) in zip(problem.weights, problem.biases + [[]]) {
      print.combine(matrix.rows)
      print.combine(matrix.columns)
      for value in matrix.elements + bias { print.combine(value) }
    }
    for slopes in problem.slopes {
      print.combine(slopes.off)
      print.combine(slopes.on)
    }
    print.combine("\(problem.patterns)")
    print.combine(problem.norm.name)
    // What was pruned for a wider gap is not open any more.
    print.combine(settings.relativeGap)
    print.combine(settings.threshold.map { "\($0)" } ?? "maximum")
    return "patterns " + print.text
  }
}
