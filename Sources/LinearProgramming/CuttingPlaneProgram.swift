import CGLPK
import CGLPKGuard

/// A linear program that lives on while its rows and the bounds of its columns change: minimise costs · x over a box and
/// rows, each time from the last basis.
///
/// It exists only within `with`, on the thread that called it: no GLPK handle leaves that thread. After a fatal GLPK
/// error on this thread, whoever caused it, every further call throws.
public struct CuttingPlaneProgram: ~Copyable {
  public struct Solution: Sendable {
    /// All numbers are GLPK's floating-point ones: estimates, to be checked before use.
    public enum Status: Sendable {
      case optimal
      case infeasible
      case unbounded
      /// The objective passed the limit: the program's optimum is above it.
      case objectiveLimit
      case time
      /// GLPK gave up (a singular basis, iterations), or could not tell.
      case unknown
    }

    public let status: Status
    public let value: Double
    public let point: [Double]
    /// Nonpositive for rows held at their upper bound, nonnegative at the lower one.
    public let rowMultipliers: [Double]
    /// Whether a row is slack.
    public let rowIsBasic: [Bool]
    public let iterations: Int
  }

  private let handle: OpaquePointer
  private let columns: Int
  public private(set) var rows = 0

  /// Runs `body` with a program of these columns and no rows.
  ///
  /// - Throws: what `body` throws, and `GLPKFailure` where a number is NaN, a cost infinite, or a bound crossed.
  public static func with<Result>(
    costs: [Double], lower: [Double], upper: [Double],
    _ body: (inout CuttingPlaneProgram) throws(GLPKFailure) -> Result
  ) throws(GLPKFailure) -> Result {
    var program = try CuttingPlaneProgram(costs: costs, lower: lower, upper: upper)
    return try body(&program)
  }

  private init(costs: [Double], lower: [Double], upper: [Double]) throws(GLPKFailure) {
    guard !costs.isEmpty, costs.count < 1 << 24, lower.count == costs.count else {
      throw GLPKFailure(message: "a linear program needs between one and 2²⁴ columns")
    }
    guard costs.allSatisfy(\.isFinite) else { throw GLPKFailure(message: "a cost is NaN or infinite") }
    try GLPKFailure.validate(lower: lower, upper: upper)
    var message = [CChar](repeating: 0, count: 512)
    guard let made = cglpk_create(Int32(costs.count), lower, upper, costs, &message, Int32(message.count))
    else { throw GLPKFailure(message) }
    handle = made
    columns = costs.count
  }

  deinit {
    precondition(cglpk_is_own(handle) != 0, "a GLPK program belongs to one thread")
    cglpk_delete(handle)
  }

  /// - Throws: also where the program died of an earlier fatal error on this thread.
  private func call(_ body: (_ message: inout [CChar], _ capacity: Int32) -> Int32) throws(GLPKFailure) {
    precondition(cglpk_is_own(handle) != 0, "a GLPK program belongs to one thread")
    guard cglpk_is_alive(handle) != 0 else {
      throw GLPKFailure(message: "the program is stale: GLPK failed on this thread since it was made")
    }
    var message = [CChar](repeating: 0, count: 512)
    guard body(&message, 512) == 0 else { throw GLPKFailure(message) }
  }

  /// New rows come last, slack in the present basis.
  public mutating func add(_ new: SparseRows) throws(GLPKFailure) {
    try new.validate(columns: columns)
    guard rows + new.count < 1 << 24 else { throw GLPKFailure(message: "too many rows") }
    try call {
      cglpk_add_rows(
        handle, Int32(new.count), new.starts, new.columns, new.coefficients, new.lower, new.upper, &$0, $1)
    }
    rows += new.count
  }

  /// Rows behind a removed one move up.
  public mutating func removeRows(_ numbers: [Int]) throws(GLPKFailure) {
    var isRemoved = [Bool](repeating: false, count: rows)
    for number in numbers {
      guard isRemoved.indices.contains(number), !isRemoved[number] else {
        throw GLPKFailure(message: "row \(number) does not exist, or is removed twice")
      }
      isRemoved[number] = true
    }
    let numbers = numbers.map { Int32($0) }
    try call { cglpk_delete_rows(handle, Int32(numbers.count), numbers, &$0, $1) }
    rows -= numbers.count
  }

  public mutating func setBounds(
    columns changed: [Int], lower: [Double], upper: [Double]
  ) throws(GLPKFailure) {
    guard lower.count == changed.count, changed.allSatisfy({ (0..<columns).contains($0) }) else {
      throw GLPKFailure(message: "a column does not exist")
    }
    try GLPKFailure.validate(lower: lower, upper: upper)
    let changed = changed.map { Int32($0) }
    try call { cglpk_set_column_bounds(handle, Int32(changed.count), changed, lower, upper, &$0, $1) }
  }

  /// The dual simplex method, and the primal one where that fails.
  ///
  /// - Parameter objectiveLimit: stop once the optimum is known to be above this.
  public mutating func solve(
    objectiveLimit: Double = .infinity, milliseconds: Int = 10_000
  ) throws(GLPKFailure) -> Solution {
    guard !objectiveLimit.isNaN else { throw GLPKFailure(message: "the objective limit is NaN") }
    var (status, limit, iterations): (Int32, Int32, Int32) = (0, 0, 0)
    var value = 0.0
    var point = [Double](repeating: 0, count: columns)
    var multipliers = [Double](repeating: 0, count: rows)
    var isBasic = [Int32](repeating: 0, count: rows)
    let largest = Double.greatestFiniteMagnitude
    let ceiling = min(max(objectiveLimit, -largest), largest)
    let budget = Int32(clamping: max(1, milliseconds))
    try call {
      cglpk_solve(
        handle, budget, ceiling, &status, &limit, &value, &point, &multipliers, &isBasic, &iterations, &$0,
        $1)
    }
    let outcome: Solution.Status =
      switch (status, limit) {
      case (_, 1): .time
      case (_, 2): .objectiveLimit
      case (GLP_OPT, _): .optimal
      case (GLP_NOFEAS, _): .infeasible
      case (GLP_UNBND, _): .unbounded
      default: .unknown
      }
    return Solution(
      status: outcome, value: value, point: point, rowMultipliers: multipliers,
      rowIsBasic: isBasic.map { $0 != 0 }, iterations: Int(iterations))
  }
}

extension GLPK {
  /// Makes GLPK fail fatally on this thread, as misuse would: for tests.
  package static func provokeFatalError() -> GLPKFailure {
    var message = [CChar](repeating: 0, count: 512)
    let code = cglpk_guarded_failure(&message, Int32(message.count))
    precondition(code != 0)
    return GLPKFailure(message)
  }
}
