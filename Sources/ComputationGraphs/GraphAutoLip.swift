import ExactArithmetic
public import LinearAlgebra
import RandomNumbers

/// AutoLip: an upper bound of the Lipschitz constant of any computation graph, in the 2-norm, by dynamic programming.
///
///     Z = nodes that do not depend on the input
///     L_k = 0 for k ∈ Z;  L_input = 1;  L_k = Σ_{i ∈ arguments of k} max ‖∂_i θ_k‖ · L_i;  return L_K
///
/// The maximum is over the arguments' ranges: all that they can be where the input lies in its own. Arguments that are parts of the
/// value have the root of the sum of squares in place of the sum. What depends on an earlier node through affine operations only is one
/// affine map with one norm: layers that follow each other, and branches that come together again, are not bounded apart. Where an
/// affine node joins several branches the lesser of the two bounds stands.
///
/// - Cost: one pass; what the norms cost.
/// - Reference: Scaman & Virmaux 2018, Algorithm 1 (whose sum must begin with the input).
public struct GraphAutoLip: Sendable {
  /// A bound of how much a node moves where one before it does.
  public struct Link: Sendable {
    /// The earlier node's index.
    public let source: Int
    public let factor: LipschitzFactor
    /// The norm from below, where the factor is not within roundings of it.
    public let estimate: Double?
    /// Of all operations between them that change the norm, by name.
    public let names: [String]
    public let seconds: Double
    /// Bounded crudely because time was over.
    public var isStopped = false
  }

  /// A node whose constant was needed.
  public struct Step: Sendable {
    public let node: Int
    public let name: String
    /// One for each node that the bound comes from; none for constant arguments.
    public let links: [Link]
    /// L_k.
    public let constant: UpperNumber
  }

  /// In the order of the graph.
  public let steps: [Step]
  /// L_K.
  public let constant: UpperNumber
  /// L_K with the norms' estimates in place of their bounds, as published: an estimate.
  public let estimate: Double

  /// - Parameters:
  ///   - domain: what the input lies between.
  ///   - seqLip: where chains of affine parts are to be bounded by SeqLip, with what.
  ///   - shouldStop: once true, norms that are left are bounded by what costs next to nothing.
  ///   - progress: told of every part before its norm is taken.
  public init(
    _ graph: ComputationGraph, over domain: TensorRange, seqLip: SeqLipSettings? = nil,
    shouldStop: @escaping @Sendable () -> Bool = { false },
    progress: @escaping (GraphProgress) -> Void = { _ in }
  ) throws(LAPACKFailure) {
    var pass = Pass(graph, graph.ranges(over: domain), seqLip, shouldStop, progress)
    constant = try pass.constant(graph.output)
    estimate = pass.estimates[graph.output] ?? 0
    steps = pass.steps.sorted { $0.key < $1.key }.map(\.value)
  }

  /// Whether some norm was bounded crudely because time was over.
  public var isStopped: Bool {
    steps.contains { step in step.links.contains { $0.isStopped } }
  }

  /// The first operation without a finite bound; nil where all have one.
  public var unbounded: Step? { steps.first { !$0.constant.isFinite } }
}

/// How far a bound of a graph has come.
public struct GraphProgress: Sendable {
  /// What is worked on now.
  public let name: String
  /// Of about `total` pieces of work.
  public let done: Int
  public let total: Int
}

/// The dynamic program: constants by node, each found when it is needed.
private struct Pass {
  let graph: ComputationGraph
  let structure: AffineStructure
  let ranges: [TensorRange]
  let finder: AffineNormFinder
  let seqLip: SeqLipSettings?
  private let progress: (GraphProgress) -> Void
  private var done = 0
  private let total: Int
  private var constants: [Int: UpperNumber] = [:]
  private(set) var estimates: [Int: Double] = [:]
  private(set) var steps: [Int: GraphAutoLip.Step] = [:]
  /// Of chains, by their keys.
  private var norms: [[Int]: AffineNorm] = [:]

  init(
    _ graph: ComputationGraph, _ ranges: [TensorRange], _ seqLip: SeqLipSettings?,
    _ shouldStop: @escaping @Sendable () -> Bool, _ progress: @escaping (GraphProgress) -> Void
  ) {
    self.graph = graph
    self.ranges = ranges
    self.seqLip = seqLip
    self.progress = progress
    structure = AffineStructure(graph)
    finder = AffineNormFinder(shouldStop: shouldStop)
    let isLast = structure.isLast
    // SeqLip decomposes each part, and takes pairs.
    total = max(1, isLast.count(where: \.self) * (seqLip == nil ? 1 : 3))
  }

  private mutating func report(_ names: [String], _ what: String = "") {
    if names.isEmpty { return }
    progress(GraphProgress(name: names.joined(separator: " + ") + what, done: min(done, total), total: total))
    done += 1
  }

  /// L_k.
  mutating func constant(_ node: Int) throws(LAPACKFailure) -> UpperNumber {
    if let known = constants[node] { return known }
    if !graph.dependsOnInput[node] { return record(node, .zero, 0, []) }
    guard case .operation(let operation, let arguments) = graph.nodes[node].kind else {
      return record(node, .one, 1, [])
    }
    var candidates: [Candidate] = []
    if let seqLip, let chain = PartChain(endingIn: node, structure, ranges) {
      let candidate = try throughChain(chain, seqLip)
      return record(node, candidate.constant, candidate.estimate, candidate.links)
    }
    if structure.isAffine[node] {
      candidates.append(try throughParts(structure.sources[node].sorted(), to: node))
      if let join = joinBefore(node) { candidates.append(try throughParts([join], to: node)) }
    }
    if !structure.isAffine[node] || structure.varying(node).count > 1 {
      candidates.append(try byItself(operation, arguments))
    }
    var best = candidates[0]
    for candidate in candidates.dropFirst()
    where (candidate.constant.value, candidate.constant.isExact ? 0 : 1)
      < (best.constant.value, best.constant.isExact ? 0 : 1)
    {
      best = candidate
    }
    return record(node, best.constant, best.estimate, best.links)
  }

  private struct Candidate {
    var constant: UpperNumber
    var estimate: Double
    var links: [GraphAutoLip.Link]
  }

  /// Algorithm 1's own step.
  private mutating func byItself(_ operation: any GraphOperator, _ arguments: [Int]) throws(LAPACKFailure)
    -> Candidate
  {
    let start = ContinuousClock.now
    let factors = operation.lipschitzFactors(
      arguments.map {
        GraphArgument(
          isConstant: !graph.dependsOnInput[$0], range: ranges[$0], fraction: graph.fraction($0))
      })
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    var parts: [UpperNumber] = []
    var estimated: [Double] = []
    var links: [GraphAutoLip.Link] = []
    for (factor, argument) in zip(factors, arguments) where graph.dependsOnInput[argument] {
      // Without a finite factor there may be no value at all: 1 / (x - x).
      let own = try constant(argument)
      parts.append(factor.value.isFinite ? factor.value * own : .infinity)
      estimated.append(factor.value.isZero ? 0 : factor.value.value * (estimates[argument] ?? 0))
      links.append(
        GraphAutoLip.Link(source: argument, factor: factor, estimate: nil, names: [], seconds: seconds))
    }
    switch operation.combination {
    case .sum:
      return Candidate(constant: parts.reduce(.zero, +), estimate: estimated.reduce(0, +), links: links)
    case .rootOfSquares:
      return Candidate(
        constant: .rootOfSquares(parts),
        estimate: estimated.reduce(0) { ($0 * $0 + $1 * $1).squareRoot() }, links: links)
    }
  }

  /// Σ ‖affine part from each source‖ · L_source.
  private mutating func throughParts(_ sources: [Int], to node: Int) throws(LAPACKFailure) -> Candidate {
    var candidate = Candidate(constant: .zero, estimate: 0, links: [])
    for source in sources {
      let own = try constant(source)
      let part = structure.part(from: source, to: node)
      let (norm, seconds) = try self.norm(of: part)
      candidate.constant = candidate.constant + norm.upper * own
      candidate.estimate += norm.best * (estimates[source] ?? 0)
      candidate.links.append(
        GraphAutoLip.Link(
          source: source, factor: LipschitzFactor(norm.upper, norm.side, method: norm.method),
          estimate: norm.estimate, names: part.names, seconds: seconds,
          isStopped: norm.isStopped))
    }
    return candidate
  }

  /// Π of SeqLip's factors · L of the chain's source; never more than by the norms.
  private mutating func throughChain(_ chain: PartChain, _ settings: SeqLipSettings) throws(LAPACKFailure)
    -> Candidate
  {
    var product = try constant(chain.source)
    var estimate = estimates[chain.source] ?? 0
    var links: [GraphAutoLip.Link] = []
    var norms: [(AffineNorm, [String])] = []
    for part in chain.parts {
      norms.append((try norm(of: part).0, part.names))
    }
    if finder.shouldStop() { return try throughNorms(chain, norms.map(\.0)) }
    var random = SplitMix64(seed: settings.seed)
    report(norms[0].1, ": singular vectors")
    var first = try PartTriplets(chain.parts[0], finder, settings).output
    for (index, slopes) in chain.slopes.enumerated() {
      let start = ContinuousClock.now
      let names = norms[index + 1].1
      report(names, ": singular vectors")
      let next = try PartTriplets(chain.parts[index + 1], finder, settings)
      report(norms[index].1 + names, ": pair")
      let (isFirst, isLast) = (index == 0, index == chain.slopes.count - 1)
      let factor = try SeqLipFactor(
        first, isFirst: isFirst, next.input, isLast: isLast, slopes: slopes, random: &random,
        shouldStop: finder.shouldStop)
      first = next.output
      // ‖Σ̃‖ at the ends is the norm, inside its root.
      func share(_ norm: AffineNorm, _ isEnd: Bool) -> UpperNumber {
        isEnd ? norm.upper : .above(norm.upper.value.squareRoot().nextUp)
      }
      let steepest = max(abs(slopes.lowerBound), abs(slopes.upperBound))
      let plain = share(norms[index].0, isFirst) * share(norms[index + 1].0, isLast) * .above(steepest)
      let isSharper = factor.upper.map { $0 < plain.value } ?? false
      let upper = isSharper ? UpperNumber.above(factor.upper ?? .infinity) : plain
      product = product * upper
      estimate *= factor.estimate
      links.append(
        GraphAutoLip.Link(
          source: chain.parts[index].source,
          factor: LipschitzFactor(upper, .upper, method: isSharper ? "pair, with tails" : "product of norms"),
          estimate: factor.estimate, names: norms[index].1 + names,
          seconds: (ContinuousClock.now - start) / .seconds(1)))
    }
    return Candidate(constant: product, estimate: estimate, links: links)
  }

  /// The same by the norms alone, where time is over.
  private mutating func throughNorms(_ chain: PartChain, _ norms: [AffineNorm]) throws(LAPACKFailure)
    -> Candidate
  {
    var product = try constant(chain.source)
    var estimate = estimates[chain.source] ?? 0
    var links: [GraphAutoLip.Link] = []
    for (index, (part, norm)) in zip(chain.parts, norms).enumerated() {
      let slopes = index < chain.slopes.count ? chain.slopes[index] : 1...1
      let factor = norm.upper * .above(max(abs(slopes.lowerBound), abs(slopes.upperBound)))
      product = product * factor
      estimate *= factor.value
      links.append(
        GraphAutoLip.Link(
          source: part.source, factor: LipschitzFactor(factor, .upper, method: norm.method),
          estimate: norm.estimate,
          names: part.names, seconds: 0,
          isStopped: true))
    }
    return Candidate(constant: product, estimate: estimate, links: links)
  }

  private mutating func norm(of part: AffinePart) throws(LAPACKFailure) -> (AffineNorm, Double) {
    // The same operations between other isometries have the same norm, as long as they follow each other.
    let key = part.chainKey()
    if let key, let known = norms[key] { return (known, 0) }
    report(part.names)
    let start = ContinuousClock.now
    let norm = try finder.norm(of: part)
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    if let key { norms[key] = norm }
    return (norm, seconds)
  }

  /// The nearest affine node before this one in which branches of several sources come together.
  private func joinBefore(_ node: Int) -> Int? {
    guard structure.sources[node].count > 1 else { return nil }
    var current = node
    while case let varying = structure.varying(current), varying.count == 1, structure.isAffine[varying[0]] {
      current = varying[0]
      if structure.varying(current).count > 1 { return current }
    }
    return nil
  }

  private mutating func record(
    _ node: Int, _ constant: UpperNumber, _ estimate: Double, _ links: [GraphAutoLip.Link]
  ) -> UpperNumber {
    constants[node] = constant
    estimates[node] = estimate
    if !links.isEmpty {
      steps[node] = GraphAutoLip.Step(
        node: node, name: graph.nodes[node].name, links: links, constant: constant)
    }
    return constant
  }
}
