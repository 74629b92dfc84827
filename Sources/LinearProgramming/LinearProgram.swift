import CGLPK
import CGLPKGuard

/// The polyhedron { x : rowLower ≤ A x ≤ rowUpper, columnLower ≤ x ≤ columnUpper }, as a value.
public struct Polyhedron: Sendable {
  public let columns: Int
  public private(set) var matrix: [Double] = []
  public private(set) var rowLower: [Double] = []
  public private(set) var rowUpper: [Double] = []
  public var columnLower: [Double]
  public var columnUpper: [Double]

  /// All of Rⁿ, or the box with these bounds (±infinity allowed).
  public init(columns: Int, lower: [Double]? = nil, upper: [Double]? = nil) {
    self.columns = columns
    columnLower = lower ?? [Double](repeating: -.infinity, count: columns)
    columnUpper = upper ?? [Double](repeating: .infinity, count: columns)
    precondition(columnLower.count == columns && columnUpper.count == columns)
  }

  public var rows: Int { rowLower.count }

  public mutating func addRow(
    _ coefficients: some Collection<Double>, lower: Double, upper: Double = .infinity
  ) {
    precondition(coefficients.count == columns)
    matrix.append(contentsOf: coefficients)
    rowLower.append(lower)
    rowUpper.append(upper)
  }
}

/// How one minimisation ended. All numbers are GLPK's floating-point ones: estimates, to be checked before use.
public enum LinearProgramOutcome: Sendable {
  case optimal(value: Double, point: [Double], rowMultipliers: [Double])
  /// The objective has no lower bound on the polyhedron.
  case unbounded
  case infeasible
  /// GLPK gave up (time, iterations, a singular basis) or could not tell.
  case unknown
}

/// GLPK could not be used at all; `message` is its own text.
public struct GLPKFailure: Error, Sendable, CustomStringConvertible {
  public let message: String
  public var description: String { "GLPK failed: \(message)" }
}

public enum GLPK {
  public static var version: String { String(cString: cglpk_version()) }

  /// Minimises each of `costs` over the polyhedron by the simplex method, each from the last one's basis.
  ///
  /// One guarded call: the program lives and dies inside it, so no GLPK handle ever crosses a thread or an error.
  ///
  /// - Throws: `GLPKFailure` after a fatal GLPK error, or where a number is NaN, a coefficient infinite, or a lower
  ///   bound above its upper bound (GLPK itself calls such programs "optimal" or aborts).
  public static func minimize(
    _ costs: [[Double]], over polyhedron: Polyhedron, millisecondsPerObjective: Int = 10_000
  ) throws(GLPKFailure) -> [LinearProgramOutcome] {
    guard !costs.isEmpty else { return [] }
    let columns = polyhedron.columns
    let rows = polyhedron.rows
    try validate(costs, polyhedron)
    var status = [Int32](repeating: 0, count: costs.count)
    var value = [Double](repeating: 0, count: costs.count)
    var primal = [Double](repeating: 0, count: costs.count * columns)
    var dual = [Double](repeating: 0, count: costs.count * rows)
    var message = [CChar](repeating: 0, count: 512)
    let code = cglpk_guarded_minimize(
      Int32(rows), Int32(columns), polyhedron.matrix, polyhedron.rowLower, polyhedron.rowUpper,
      polyhedron.columnLower, polyhedron.columnUpper, Int32(costs.count), costs.flatMap { $0 },
      Int32(millisecondsPerObjective), &status, &value, &primal, &dual, &message, Int32(message.count))
    guard code == 0 else { throw GLPKFailure(message) }
    return costs.indices.map { o in
      switch status[o] {
      case GLP_OPT:
        .optimal(
          value: value[o], point: Array(primal[o * columns..<(o + 1) * columns]),
          rowMultipliers: Array(dual[o * rows..<(o + 1) * rows]))
      case GLP_UNBND: .unbounded
      case GLP_NOFEAS: .infeasible
      default: .unknown
      }
    }
  }

  private static func validate(_ costs: [[Double]], _ polyhedron: Polyhedron) throws(GLPKFailure) {
    guard polyhedron.columns > 0, polyhedron.columns < 1 << 24, polyhedron.rows < 1 << 24 else {
      throw GLPKFailure(message: "a linear program needs between one and 2²⁴ columns")
    }
    guard polyhedron.matrix.allSatisfy(\.isFinite),
      costs.allSatisfy({ $0.count == polyhedron.columns && $0.allSatisfy(\.isFinite) })
    else { throw GLPKFailure(message: "a coefficient is NaN or infinite") }
    try GLPKFailure.validate(lower: polyhedron.rowLower, upper: polyhedron.rowUpper)
    try GLPKFailure.validate(lower: polyhedron.columnLower, upper: polyhedron.columnUpper)
  }
}
