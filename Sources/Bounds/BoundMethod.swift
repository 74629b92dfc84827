public import LinearAlgebra
public import Networks
public import PatternSearch

/// What a number is.
public enum BoundSide: String, Sendable, Codable {
  case upper, lower, estimate
}

/// How far a number is to be trusted.
public enum Soundness: String, Sendable, Codable {
  /// Accepted by the independent checker in exact arithmetic.
  case certified
  /// A theorem's bound, computed in floating point with margins for rounding; no separate proof.
  case floatingPoint = "floating-point"
  /// Neither an upper nor a lower bound.
  case none
}

/// One factor of a bound that is a product.
public struct BoundFactor: Sendable {
  public var name: String
  public var method: String
  public var side: BoundSide
  public var value: Double
  public var seconds: Double

  public init(name: String, method: String, side: BoundSide, value: Double, seconds: Double) {
    self.name = name
    self.method = method
    self.side = side
    self.value = value
    self.seconds = seconds
  }
}

/// What a bound's value rests on, for whoever wants to prove it: a certificate's writer.
public enum BoundEvidence: Sendable {
  /// A point whose Jacobian was evaluated.
  case witness(Witness)
  case spectralNorms
  case frobeniusNorms
  /// ‖W_k ⋯ W_j‖₂ by k, then j, rounded up.
  case productNorms([[Double]])
  /// Multipliers t of the semidefinite relaxation by unit, feasible at the value's square.
  case multipliers([Double])
  /// The steps of its searches, which went to the question's proofs; a pattern of the largest norm found, where there is one
  /// search.
  case searches(Witness?)
}

/// The answer of a bound method.
public struct LabelledBound: Sendable {
  public var method: String
  /// nil where the method has no finite answer; `reason` says why.
  public var value: Double?
  /// The number that the method defines, and that `value` bounds from above, is at least this: where its searches were stopped, or
  /// by rounding. It bounds L on no side. Nil for methods that say nothing of it.
  public var ownLower: Double?
  public var side: BoundSide
  public var soundness: Soundness
  public var reason: String?
  /// A limit or an interruption ended the method early: the value is valid, and not as good as it could be.
  public var isStopped: Bool
  public var factors: [BoundFactor]
  public var seconds: Double
  public var evidence: BoundEvidence?
  /// What else there is to say, on one line.
  public var detail: String?

  public init(
    method: String, value: Double?, side: BoundSide, soundness: Soundness, reason: String? = nil,
    isStopped: Bool = false, factors: [BoundFactor] = [], seconds: Double = 0, evidence: BoundEvidence? = nil,
    ownLower: Double? = nil
  ) {
    self.ownLower = ownLower
    self.evidence = evidence
    self.method = method
    self.value = value
    self.side = side
    self.soundness = soundness
    self.reason = reason
    self.isStopped = isStopped
    self.factors = factors
    self.seconds = seconds
  }
}

/// The question that every method answers: L(f, X) in an operator norm, with limits on how long to look.
public struct BoundQuestion: Sendable {
  public let network: MultilayerPerceptron
  public let domain: Domain
  public let norm: OperatorNorm
  /// Which output, or difference of two, stands for all of them; `network` has it as its only one.
  public let outputs: OutputChoice?
  /// Affine layers of the network that was given; a difference of outputs may add one.
  public let layersOfFile: Int
  public var settings: SearchSettings
  /// Points of the user's, all coordinates: for the bound of the data set.
  public var points: [[Double]]?
  /// Points on each side of a grid; nil for four million in all.
  public var gridPointsPerAxis: Int?
  /// W_1 … W_K with the columns of constant inputs dropped from W_1.
  public let weights: [Matrix]
  /// Where the searches within a method tell their steps, by their number from 0; nil for nowhere.
  public var proofs: (@Sendable (_ search: Int) -> any PatternProofSink)?

  /// - Throws: `InputError` where the domain does not fit the network.
  public init(
    _ original: MultilayerPerceptron, domain: Domain = .all, norm: OperatorNorm = .two,
    outputs: OutputChoice? = nil, settings: SearchSettings = SearchSettings()
  ) throws(InputError) {
    let network = try outputs.map { (choice) throws(InputError) in try original.choosing(choice) } ?? original
    self.norm = norm
    self.outputs = outputs
    layersOfFile = original.layers.count
    self.network = network
    self.domain = domain
    self.settings = settings
    if let box = network.inputBox { self.settings.usualInputs = .box(lower: box.lower, upper: box.upper) }
    if let (lower, upper) = domain.box {
      try MultilayerPerceptron.check(InputBox(lower: lower, upper: upper), inputs: network.inputs)
    }
    try Self.checkRange(network, domain)
    let problem = PatternProblem(network, patterns: .attainable(domain))
    weights =
      [network.layers[0].weights.selecting(columns: problem.freeInputs)]
      + network.layers.dropFirst().map(\.weights)
  }

  /// Squares and fourth powers of norms, and quotients of biases and weights, must stay far from the ends of the double
  /// range: beyond, floating-point bounds would silently overflow or vanish.
  private static func checkRange(_ network: MultilayerPerceptron, _ domain: Domain) throws(InputError) {
    var product = 1.0
    for (index, layer) in network.layers.enumerated() {
      let largest = layer.weights.largestMagnitude
      guard largest == 0 || (1e-30...1e30).contains(largest) else {
        throw InputError(
          place: "layer \(index + 1)", "the largest weight is \(largest)",
          remedy: "rescale the layer so that it lies between 1e-30 and 1e30")
      }
      if largest > 0 { product *= layer.weights.frobeniusNormUpperBound() }
      guard layer.bias.allSatisfy({ abs($0) <= 1e60 }) else {
        throw InputError(
          place: "layer \(index + 1)", "a bias is larger than 1e60", remedy: "rescale the network")
      }
    }
    for (index, activation) in network.activations.enumerated() {
      let slope = abs(activation.negativeSlope)
      guard slope == 0 || (1e-10...1e10).contains(slope) else {
        throw InputError(
          place: "layer \(index + 1)", "the leaky ReLU slope is \(activation.negativeSlope)",
          remedy: "give 0 or a slope whose size is between 1e-10 and 1e10")
      }
      product *= activation.lipschitzConstant
    }
    guard (1e-60...1e60).contains(product) else {
      throw InputError(
        "the product of the layers' norms is \(product)",
        remedy: "rescale the layers so that it lies between 1e-60 and 1e60")
    }
    if let (lower, upper) = domain.box {
      guard (lower + upper).allSatisfy({ abs($0) <= 1e60 }) else {
        throw InputError(place: "domain", "a bound is larger than 1e60", remedy: "use --domain all")
      }
    }
  }

  /// max over attainable patterns: the exact constant.
  public var attainableProblem: PatternProblem {
    PatternProblem(network, patterns: .attainable(domain), norm: norm)
  }

  /// max over all patterns, Eq. (7): the formal global Lipschitz constant.
  public var freeProblem: PatternProblem {
    PatternProblem(
      weights: weights, biases: network.layers.dropLast().map(\.bias),
      slopes: network.activations.map(UnitSlopes.init), passing: network.passing, patterns: .free, norm: norm)
  }

  /// `2-norm`, `1:inf-norm`, with the output where one was chosen.
  public var normText: String { "\(norm.name)-norm" + (outputs.map { ", output \($0.name)" } ?? "") }

  /// True where every slope lies in [0, 1].
  var hasUnitSlopes: Bool { network.activations.allSatisfy(\.hasUnitSlopes) }
}

extension PatternProblem {
  public init(_ network: MultilayerPerceptron, patterns: PatternSet, norm: OperatorNorm = .two) {
    self.init(
      weights: network.layers.map(\.weights), biases: network.layers.dropLast().map(\.bias),
      slopes: network.activations.map(UnitSlopes.init), passing: network.passing, patterns: patterns,
      norm: norm)
  }
}

extension UnitSlopes {
  init(_ activation: Activation) {
    self.init(off: activation.negativeSlope, on: activation.positiveSlope)
  }
}

/// A bound on the Lipschitz constant: settings as properties, one `bound`.
public protocol BoundMethod: Sendable {
  /// The name in commands, tables and JSON.
  static var name: String { get }
  static var side: BoundSide { get }
  static var soundness: Soundness { get }
  /// What it does, in one line.
  static var summary: String { get }
  /// Paper, theorem or equation.
  static var reference: String { get }

  init()

  /// Whether it is defined for norms other than 2.
  static var isForAllNorms: Bool { get }

  /// The value with its factors; `seconds` is filled in by `run`.
  func bound(_ question: BoundQuestion) throws -> LabelledBound
}

extension BoundMethod {
  /// `bound`, timed. Numerical failure becomes an answer without a value.
  public func run(_ question: BoundQuestion) -> LabelledBound {
    let clock = ContinuousClock()
    let start = clock.now
    var answer: LabelledBound
    do {
      guard question.norm == .two || Self.isForAllNorms else { return Self.none("defined for norm 2 only") }
      answer = try bound(question)
      if let value = answer.value, !value.isFinite {
        answer.value = nil
        answer.reason = answer.reason ?? "no finite value within the limits"
      }
    } catch {
      answer = Self.none("\(error)")
    }
    answer.seconds = (clock.now - start) / .seconds(1)
    return answer
  }

  public static var isForAllNorms: Bool { false }

  static func answer(
    _ value: Double, factors: [BoundFactor] = [], isStopped: Bool = false, evidence: BoundEvidence? = nil,
    ownLower: Double? = nil
  ) -> LabelledBound {
    LabelledBound(
      method: name, value: value, side: side, soundness: soundness, isStopped: isStopped, factors: factors,
      evidence: evidence, ownLower: ownLower)
  }

  /// The answer of every bound that is tight for one affine layer: ‖W_1‖.
  static func affine(_ question: BoundQuestion) throws -> LabelledBound {
    answer(
      try question.norm.upperBound(question.weights[0]),
      evidence: question.norm == .two ? .spectralNorms : nil,
      ownLower: try question.norm.lowerBound(question.weights[0]))
  }

  static func none(_ reason: String) -> LabelledBound {
    LabelledBound(method: name, value: nil, side: side, soundness: .none, reason: reason)
  }
}

/// Every method that needs a network only, in the order tables show them: from the tightest upper bound by theory to the loosest,
/// then the rest.
public let boundMethods: [any BoundMethod.Type] = [
  Sampling.self, CellWalk.self, FormalGlobalLipschitz.self, LipSDPNeuron.self, LipSDPLayer.self,
  ECLipsEFast.self,
  CombettesPesquet.self, SeqLipRescaled.self, SeqLip.self, GreedySeqLip.self, AutoLipRescaled.self,
  TheoremThree.self, AutoLip.self,
  Frobenius.self,
]

/// The methods that need more.
public let dataMethods: [any BoundMethod.Type] = [Dataset.self]

/// Lower bounds that an audit does not ask for by itself: its own are better, and these are there to be compared with.
public let comparedMethods: [any BoundMethod.Type] = [Annealing.self, GridSearch.self]

extension BoundQuestion {
  /// Every method that has what it needs.
  public var methods: [any BoundMethod.Type] { (points == nil ? [] : dataMethods) + boundMethods }
}

/// A method's own clock against the question's limits; remembers whether it said stop.
final class Stopwatch {
  private let settings: SearchSettings
  private let start = ContinuousClock.now
  private(set) var hasStopped = false

  init(_ settings: SearchSettings) { self.settings = settings }

  var seconds: Double { (ContinuousClock.now - start) / .seconds(1) }

  func shouldStop() -> Bool {
    if settings.isInterrupted() { hasStopped = true }
    if let limit = settings.timeLimit, seconds > limit { hasStopped = true }
    return hasStopped
  }
}

/// Runs `body` and says how long it took.
func timed<T, E: Error>(_ body: () throws(E) -> T) throws(E) -> (T, seconds: Double) {
  let start = ContinuousClock.now
  let value = try body()
  return (value, (ContinuousClock.now - start) / .seconds(1))
}

/// a · b rounded up, for nonnegative numbers; exact where a factor is 0 or 1.
func upwards(_ a: Double, times b: Double) -> Double {
  if a == 0 || b == 0 { return 0 }
  if a == 1 { return b }
  return b == 1 ? a : (a * b).nextUp
}

/// a · b rounded down, for nonnegative numbers; exact where a factor is 0 or 1.
func downwards(_ a: Double, times b: Double) -> Double {
  if a == 0 || b == 0 { return 0 }
  if a == 1 { return b }
  return b == 1 ? a : max(0, (a * b).nextDown)
}
