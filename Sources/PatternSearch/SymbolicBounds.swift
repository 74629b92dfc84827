import LinearAlgebra

/// Phases that are certain all over a box, in the layers from a frontier on, decided or not: layer by layer, by intervals, and where
/// those leave a sign open by affine forms carried back to the inputs. They only decide more for the relaxation, on bounded domains.
///
/// Beside each range stands a bound on what rounding can hide of it anywhere in the box; a phase is decided only beyond it.
struct SymbolicBounds: Sendable {
  private let problem: PatternProblem
  /// Whether a checker repeats the decisions in exact arithmetic: what is decided is then beyond rounding by far.
  private let isProved: Bool
  /// |W_1| … |W_K|, where the domain has a box.
  private let magnitudes: [Matrix]

  private static let provedMargin = 0x1p16
  /// Sides of a range that differ by less, relatively, may be ordered otherwise in exact arithmetic.
  private static let sideMargin = 1e-6

  init(problem: PatternProblem, isProved: Bool) {
    self.problem = problem
    self.isProved = isProved
    magnitudes = problem.freeBox == nil ? [] : problem.chain.map(\.magnitudes)
  }

  /// What is decided beyond a pattern.
  struct Decisions {
    /// The pattern and more.
    var pattern: PartialPattern
    var units: [(unit: Int, phase: Phase)] = []
    /// Of undecided units with ranges about symmetric: the phase of the one-sided line that bounds them.
    var sides: [(unit: Int, phase: Phase)] = []
    /// For each free input how many units after the frontier it leaves undecided: a unit counts for the inputs by their
    /// shares of its range.
    var influence: [Double]
    /// Of the units from the frontier on.
    var ranges: [UnitRange] = []
  }

  /// The cell's pattern with further units decided where their sign is certain over its box.
  func deciding(more cell: Cell) -> Decisions {
    guard let box = cell.box, cell.forms.layer < problem.hiddenLayers - 1 else {
      return Decisions(pattern: cell.pattern, influence: [])
    }
    return deciding(more: cell.pattern, from: cell.forms, over: box)
  }

  /// The pattern with further units decided where their sign is certain over the box.
  ///
  /// - Parameter frontier: forms of the first layer that the pattern does not decide.
  func deciding(more pattern: PartialPattern, from frontier: LayerForms, over box: FreeBox) -> Decisions {
    let none = [Double](repeating: 0, count: box.lower.count)
    var result = Decisions(pattern: pattern, influence: none)
    var backward = BackSubstitution(problem, magnitudes, from: frontier, over: box)
    for layer in frontier.layer..<problem.hiddenLayers {
      let units = problem.unitRange(layer)
      var ranges = backward.intervals()
      func isOpen(_ i: Int) -> Bool {
        result.pattern[units.lowerBound + i] == .undecided && !isCertain(ranges[i])
      }
      if layer > frontier.layer {
        let open = ranges.indices.filter(isOpen)
        for (i, (range, shares)) in zip(open, backward.bounds(open)) {
          ranges[i].formIntersection(range)
          if isOpen(i) { for j in shares.indices { result.influence[j] += shares[j] } }
        }
      }
      for (unit, range) in zip(units, ranges) where result.pattern[unit] == .undecided {
        if isCertain(range) {
          result.pattern[unit] = range.l > 0 ? .on : .off
          result.units.append((unit, result.pattern[unit]))
        } else if range.l < 0, range.u > 0, abs(range.l + range.u) < Self.sideMargin * (range.u - range.l) {
          result.sides.append((unit, range.u > -range.l ? .on : .off))
        }
      }
      result.ranges += ranges
      guard layer + 1 < problem.hiddenLayers else { break }
      backward.append(
        zip(units, ranges).map { UnitLines(result.pattern[$0], problem.slopes[$0], $1) })
    }
    return result
  }

  /// Whether a range has one sign.
  private func isCertain(_ range: UnitRange) -> Bool {
    let margin = isProved ? Self.provedMargin * range.slack : 0
    return range.l > margin || range.u < -margin
  }
}
