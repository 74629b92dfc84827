import CGLPK
import CGLPKGuard
import Foundation

/// Minimise costs · x subject to sparse rows and bounds, some columns integer: solved by GLPK's branch and cut in one
/// guarded call. What it says is GLPK's word and nothing more.
public struct IntegerProgram: Sendable {
  public var costs: [Double]
  public var lower: [Double]
  public var upper: [Double]
  public var isInteger: [Bool]
  public var rows = SparseRows()

  public init(costs: [Double], lower: [Double], upper: [Double], isInteger: [Bool]) {
    self.costs = costs
    self.lower = lower
    self.upper = upper
    self.isInteger = isInteger
  }

  public struct Answer: Sendable {
    /// The best point found; nil without one.
    public let incumbent: [Double]?
    public let value: Double
    /// No point is better than this, says GLPK; -infinity where it has not said so yet.
    public let bound: Double
    /// The search ran to its end: the incumbent is optimal, or nothing is feasible.
    public let isComplete: Bool
    public let nodes: Int
  }

  /// - Parameter objectiveTolerance: nodes that promise less than this, relative to the objective, are dropped by GLPK.
  /// - Parameter target: ends as soon as the incumbent is at most this, or the bound above it.
  /// - Parameter shouldStop: asked ten times a second on a thread of its own; heard between nodes.
  /// - Throws: `GLPKFailure` after a fatal GLPK error, or for a number or index that GLPK must not see.
  public func minimize(
    milliseconds: Int, nodeLimit: Int = .max, objectiveTolerance: Double = 1e-7, target: Double = .infinity,
    shouldStop: @escaping @Sendable () -> Bool = { false }
  ) throws(GLPKFailure) -> Answer {
    let columns = costs.count
    guard columns > 0, columns < 1 << 24, lower.count == columns, isInteger.count == columns,
      costs.allSatisfy(\.isFinite), objectiveTolerance > 0, objectiveTolerance < 1
    else { throw GLPKFailure(message: "a cost is NaN or infinite, or there is no column") }
    try GLPKFailure.validate(lower: lower, upper: upper)
    // GLPK aborts on integer columns with fractional bounds.
    guard isInteger.indices.allSatisfy({ !isInteger[$0] || isIntegral(lower[$0]) && isIntegral(upper[$0]) })
    else { throw GLPKFailure(message: "an integer column has a fractional bound") }
    try rows.validate(columns: columns)
    var (status, isComplete, nodes): (Int32, Int32, Int32) = (0, 0, 0)
    var (value, bound) = (0.0, 0.0)
    var point = [Double](repeating: 0, count: columns)
    var message = [CChar](repeating: 0, count: 512)
    let watch = StopWatch(shouldStop)
    defer { watch.end() }
    let code = cglpk_guarded_integer_minimize(
      Int32(rows.count), Int32(columns), rows.starts, rows.columns, rows.coefficients, rows.lower, rows.upper,
      lower, upper, costs, isInteger.map { $0 ? 1 : 0 }, Int32(clamping: max(1, milliseconds)),
      Int32(clamping: max(1, nodeLimit)), objectiveTolerance, target, watch.flag, &status, &isComplete,
      &value, &bound, &point,
      &nodes, &message, Int32(message.count))
    guard code == 0 else { throw GLPKFailure(message) }
    let hasIncumbent = status == GLP_OPT || status == GLP_FEAS
    return Answer(
      incumbent: hasIncumbent ? point : nil, value: value, bound: bound,
      isComplete: isComplete != 0 || status == GLP_NOFEAS, nodes: Int(nodes))
  }

  private func isIntegral(_ bound: Double) -> Bool { bound.isInfinite || bound == bound.rounded() }
}

/// A flag for C that a thread sets once it is told to.
///
/// `@unchecked Sendable`: the flag is written by the thread and read by C, an aligned word; the thread ends before it is freed.
private final class StopWatch: @unchecked Sendable {
  let flag = UnsafeMutablePointer<Int32>.allocate(capacity: 1)
  private let isEnding = DispatchSemaphore(value: 0)
  private let hasEnded = DispatchSemaphore(value: 0)

  init(_ shouldStop: @escaping @Sendable () -> Bool) {
    flag.initialize(to: 0)
    let thread = Thread { [self] in
      while isEnding.wait(timeout: .now() + 0.1) == .timedOut {
        if shouldStop() { flag.pointee = 1 }
      }
      hasEnded.signal()
    }
    thread.start()
  }

  func end() {
    isEnding.signal()
    hasEnded.wait()
  }

  deinit { flag.deallocate() }
}
