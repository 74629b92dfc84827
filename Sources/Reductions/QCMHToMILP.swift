import ExactArithmetic
public import Problems

/// QCMH → mixed-integer linear program, for export to any other solver.
///
/// One continuous column y_ij in [0,1] for each product xᵢxⱼ with H_ij ≠ 0 (Fortet 1960; Glover and Woolsey 1974). Its cost
/// is -2H_ij, so only one side of y = xᵢxⱼ is needed: y ≤ xᵢ, y ≤ xⱼ where the cost is negative, y ≥ xᵢ + xⱼ - 1 where it
/// is positive.
public enum QCMHToMILP: Reduction {
  public static let description = ReductionDescription(
    valueLaw: "z = v",
    sizeLaw: "n + p columns for p products H_ij ≠ 0 (i < j); 2 rows for H_ij > 0, 1 for H_ij < 0",
    validWhen: "", decision: .yesToYes, preservesRatios: true,
    reference: "Fortet 1960; Glover and Woolsey 1974")

  public static func apply(_ source: QCMH) -> Reduced<MixedIntegerProgram> {
    typealias MILP = MixedIntegerProgram
    let h = source.matrix
    let n = h.rows
    var columns = (0..<n).map {
      MILP.Column(name: "x\($0)", cost: source.linear[$0] - h[$0, $0], isInteger: true)
    }
    var rows: [MILP.Row] = []
    let pairs = pairs(h)
    for pair in pairs {
      let (i, j) = (pair.i, pair.j)
      let y = columns.count
      columns.append(
        MILP.Column(name: "y\(i)_\(j)", cost: Rational(-2) * h[i, j], isInteger: false))
      if h[i, j].signum > 0 {
        for x in [i, j] {
          rows.append(
            MILP.Row(name: "u\(i)_\(j)_\(x)", entries: [.init(y, 1), .init(x, -1)], bound: 0))
        }
      } else {
        rows.append(
          MILP.Row(name: "l\(i)_\(j)", entries: [.init(i, 1), .init(j, 1), .init(y, -1)], bound: 1))
      }
    }
    return Reduced(
      MILP(columns: columns, rows: rows, sense: .minimize), law: .identity, maps: [.products(pairs)])
  }

  public static func size(of source: QCMH) -> ProblemSize {
    let pairs = pairs(source.matrix)
    let rows = pairs.reduce(0) { $0 + (source.matrix[$1.i, $1.j].signum > 0 ? 2 : 1) }
    return ProblemSize(variables: source.matrix.rows + pairs.count, terms: rows)
  }

  private static func pairs(_ h: RationalMatrix) -> [SolutionMap.ProductPair] {
    (0..<h.rows).flatMap { i in
      (i + 1..<h.rows).filter { !h[i, $0].isZero }.map { SolutionMap.ProductPair(i, $0) }
    }
  }
}
