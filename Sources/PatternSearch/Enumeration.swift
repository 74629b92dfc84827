import LinearAlgebra

/// All 2^N patterns; for attainable patterns, the largest attainable one, tested from the top.
///
/// The last hidden layer runs fastest, in Gray code (`GrayCodeNorms`); the product of the layers before it is formed once
/// for each of their patterns. In other norms than 2, and where units pass on their input, every Jacobian is formed anew.
struct Enumeration {
  let state: SearchState
  private let problem: PatternProblem
  /// W_1 … W_K balanced, with at most as many inputs and outputs as the layers beside them have units: ‖J‖ is 2^exponent
  /// times the norm of their product.
  private let chain: [Matrix]
  private let exponent: Int
  /// Nil where Gray code is not used.
  private let rounding: GrayCodeNorms.Rounding?
  /// The units with two phases, one for each bit of a code.
  private let switches: [Int]
  /// What the products of the layers may lose, and the compression of the ends.
  private let productRounding: Double

  /// The largest N it takes on for free patterns.
  static let unitLimit = 30
  /// The same for attainable patterns, whose norms are all stored.
  static let attainableLimit = 24
  /// The same where every Jacobian is formed anew.
  static let plainLimit = 18

  init(state: SearchState) throws(UnsupportedSearch) {
    self.state = state
    problem = state.problem
    switches = problem.openPattern.indices.filter { state.problem.openPattern[$0] == .undecided }
    let usesGrayCode = problem.norm == .two && switches.count == problem.units
    let limit =
      !usesGrayCode ? Self.plainLimit : problem.isAttainable ? Self.attainableLimit : Self.unitLimit
    guard switches.count <= limit else {
      throw UnsupportedSearch(
        description:
          "engine enumerate takes at most \(limit) hidden units here, this network has \(switches.count);"
          + " use --engine semidefinite")
    }
    productRounding = problem.relaxationRounding()
    guard usesGrayCode else {
      (chain, exponent, rounding) = ([], 0, nil)
      return
    }
    let balanced = BalancedChain(problem.chain)
    guard balanced.isUsable else {
      throw UnsupportedSearch(
        description:
          "engine enumerate: the weights span too many orders of magnitude; use --engine semidefinite")
    }
    chain = balanced.compressed
    exponent = balanced.exponent
    rounding = GrayCodeNorms.Rounding(
      units: chain[chain.count - 2].rows, rows: chain[chain.count - 1].rows, columns: chain[0].columns,
      magnitude: balanced.magnitude(problem.layerSlopes))
  }

  /// Returns the largest bound still open.
  mutating func run() -> Double {
    problem.isAttainable ? runAttainable() : runFree()
  }

  /// Visits the patterns with ‖J‖² above the floor that `visit` returned last.
  ///
  /// - Returns: false where a limit was reached before the end.
  private func forEachPattern(
    above floor: Double, _ visit: (_ code: UInt64, _ square: Double) -> Double
  ) -> Bool {
    let last = problem.hiddenLayers - 1
    var floor = floor
    guard rounding != nil else { return forEachJacobian(above: floor, visit) }
    let layerSlopes = problem.layerSlopes
    func visitLayers(from layer: Int, _ product: Matrix, _ prefix: UInt64) -> Bool {
      if layer == last {
        var norms = GrayCodeNorms(outer: chain[last + 1], inner: product, slopes: layerSlopes[last])
        return norms.forEach(
          above: floor,
          shouldStop: { patterns in
            // Attainable patterns are counted as they are tested.
            if !problem.isAttainable { state.statistics.nodes += patterns }
            return state.shouldStop()
          },
          visit: { code, square in
            floor = visit(prefix | code << UInt64(problem.offsets[last]), square)
            return floor
          })
      }
      let slopes = layerSlopes[layer]
      for code in 0..<UInt64(1) << problem.weights[layer].rows {
        if state.stop != nil { return false }
        let diagonal = (0..<product.rows).map { code >> UInt64($0) & 1 == 1 ? slopes.on : slopes.off }
        let next = chain[layer + 1] * product.scalingRows(by: diagonal)
        guard visitLayers(from: layer + 1, next, prefix | code << UInt64(problem.offsets[layer])) else {
          return false
        }
      }
      return true
    }
    return !state.shouldStop() && visitLayers(from: 0, chain[0], 0)
  }

  /// The same, one product of matrices after the other.
  private func forEachJacobian(
    above start: Double, _ visit: (_ code: UInt64, _ square: Double) -> Double
  ) -> Bool {
    var floor = start
    for code in 0..<UInt64(1) << switches.count {
      if state.shouldStop() { return false }
      if !problem.isAttainable { state.statistics.nodes += 1 }
      let norm = (try? problem.norm.value(problem.jacobian(pattern(code)))) ?? .infinity
      if norm * norm > floor { floor = visit(code, norm * norm) }
    }
    return true
  }

  /// ‖J‖ of a computed ‖J‖², with what rounding may hide.
  private func normBound(_ square: Double) -> Double {
    guard let rounding else {
      return square == 0 ? productRounding : (square.squareRoot() * (1 + 1e-12) + productRounding).nextUp
    }
    let bound = rounding.normBound(square: square)
    return bound == 0
      ? 0 : (Double(sign: .plus, exponent: exponent, significand: bound) + productRounding).nextUp
  }

  private func pattern(_ code: UInt64) -> PartialPattern {
    var pattern = problem.openPattern
    for (bit, unit) in switches.enumerated() { pattern[unit] = code >> UInt64(bit) & 1 == 1 ? .on : .off }
    return pattern
  }

  private func runFree() -> Double {
    var best = -1.0
    var bestCode: UInt64 = 0
    let isFinished = forEachPattern(above: best) { code, square in
      (best, bestCode) = (square, code)
      return square
    }
    let winner = pattern(bestCode)
    state.offer(pattern: winner)
    state.settle(bound: max(problem.normUpperBound(winner), normBound(best)))
    return isFinished ? 0 : .infinity
  }

  private func runAttainable() -> Double {
    var norms: [(square: Double, code: UInt64)] = []
    guard
      forEachPattern(
        above: -1,
        { code, square in
          norms.append((square, code))
          return -1
        })
    else { return .infinity }
    norms.sort { ($0.square, $0.code) > ($1.square, $1.code) }
    var oracle = CellOracle(problem: problem)
    guard let root = oracle.root(seed: state.settings.seed).cell else { return state.relaxedBound(nil) }
    for (square, code) in norms {
      let bound = normBound(square)
      if state.shouldStop() { return bound }
      // Patterns from here on are no better than what is found, rounding included.
      if bound <= state.lower {
        state.settle(bound: bound)
        break
      }
      state.statistics.nodes += 1
      guard let cell = cell(of: pattern(code), from: root, &oracle) else { continue }
      state.statistics.cells += 1
      state.settle(pattern: cell.pattern, at: cell.point)
    }
    state.statistics.linearPrograms = oracle.linearPrograms
    state.statistics.exactDecisions = oracle.exactDecisions
    return 0
  }

  /// The cell with this pattern, if it is attainable. Units whose form is constant on the cell impose nothing.
  private func cell(of wanted: PartialPattern, from root: Cell, _ oracle: inout CellOracle) -> Cell? {
    var cell = root
    while let crossing = cell.crossing.first {
      guard agrees(cell, with: wanted) else { return nil }
      let unit = problem.unitRange(cell.forms.layer).lowerBound + crossing.unit
      guard let side = oracle.side(of: cell, at: crossing, phase: wanted[unit]).cell else {
        state.settleThin(bound: problem.normUpperBound(wanted))
        return nil
      }
      cell = side
    }
    return agrees(cell, with: wanted) ? cell : nil
  }

  /// Whether the decided units have the wanted phases, or at least give the same Jacobian.
  private func agrees(_ cell: Cell, with wanted: PartialPattern) -> Bool {
    zip(cell.pattern, wanted).enumerated().allSatisfy { unit, phases in
      phases.0 == .undecided || phases.0 == phases.1 || cell.constantUnits.contains(unit)
    }
  }
}
