import Foundation
import LinearAlgebra
import RandomNumbers

extension PatternProblem {
  /// What a data set says of L(f, X): the best exact witness at or beside its points.
  public struct DataWitness: Sendable {
    /// Nil where no point of the domain could be evaluated.
    public var witness: Witness?
    /// The number of the point that it belongs to, from 0.
    public var point: Int?
    /// Points outside the domain.
    public var outside = 0
    /// Points where the network has a kink, or on an edge of a polytope: a point of the domain right beside each was taken.
    public var moved = 0
    /// Points beside which there was none.
    public var skipped = 0
    /// Points after a limit ended the evaluation.
    public var stopped = 0
  }

  /// The best exact witness among points; no side of a kink is taken for granted. At a point where exact arithmetic finds a unit's
  /// pre-activation to be zero, random points of the domain at relative distances from 1e-12 to 1e-6 stand for it.
  ///
  /// - Parameter points: all coordinates.
  public func bestWitness(among points: [[Double]], settings: SearchSettings) -> DataWitness {
    precondition(isAttainable)
    let state = SearchState(problem: self, settings: settings, sink: { _ in })
    var random = SplitMix64(seed: settings.seed)
    var result = DataWitness()
    for (number, full) in points.enumerated() {
      guard let x = freePart(of: full) else {
        result.outside += 1
        continue
      }
      let before = state.lower
      if state.shouldStop() {
        result.stopped += 1
      } else if let pattern = exactPattern(at: x) {
        state.offer(point: x, pattern: pattern)
      } else if let (beside, pattern) = pointBeside(x, &random) {
        result.moved += 1
        state.offer(point: beside, pattern: pattern)
      } else {
        result.skipped += 1
      }
      if state.lower > before { result.point = number }
    }
    result.witness = state.witness
    return result
  }

  /// The free coordinates of a point of the domain; nil for other points.
  func freePart(of full: [Double]) -> [Double]? {
    guard case .attainable(let domain) = patterns, full.count == weights[0].columns,
      full.allSatisfy(\.isFinite), domain.contains(full)
    else { return nil }
    return freeInputs.map { full[$0] }
  }

  /// A point of the domain near x where the network is differentiable, and its pattern.
  func pointBeside(_ x: [Double], _ random: inout SplitMix64) -> (
    x: [Double], pattern: PartialPattern
  )? {
    let scale = x.reduce(1) { max($0, abs($1)) }
    for power in stride(from: -12.0, through: -6, by: 0.5) {
      let step = scale * pow(10, power)
      let candidate = x.map { $0 + step * (2 * random.uniform() - 1) }
      let clamped =
        freeBox.map { box in candidate.indices.map { min(max(candidate[$0], box.lower[$0]), box.upper[$0]) } }
        ?? candidate
      if let pattern = exactPattern(at: clamped) { return (clamped, pattern) }
    }
    return nil
  }
}

extension SearchState {
  /// First witnesses from the points that the settings name; whatever limit ends the search, it holds the best of them.
  func offerStartingPoints() {
    guard problem.isAttainable else { return }
    for full in settings.startingPoints {
      if settings.isInterrupted() { return }
      if let x = problem.freePart(of: full) { offer(point: x) }
    }
  }
}
