import LinearAlgebra
public import PatternSearch

/// All of Rⁿ, the box [-1, 2]ⁿ, the half-space Σ x ≤ 1, and what of it lies in the box: by their numbers from 0.
public func simpleDomain(_ kind: Int, inputs: Int) -> Domain {
  let (low, high) = ([Double](repeating: -1, count: inputs), [Double](repeating: 2, count: inputs))
  let ones = Matrix(rows: 1, columns: inputs) { _, _ in 1 }
  switch kind {
  case 0: return .all
  case 1: return .box(lower: low, upper: high)
  case 2: return .polytope(rows: ones, bounds: [1], lower: nil, upper: nil)
  default: return .polytope(rows: ones, bounds: [1], lower: low, upper: high)
  }
}
