import BigInt
import ExactArithmetic

/// The problems over bits and spins in one form. A bit is x = (1 + s) / 2, so
///
///     q x_i x_j = q/4 (1 + s_i + s_j + s_i s_j),        q x_i = q/2 (1 + s_i)
extension SpinProblem {
  typealias Pairs = [(i: Int, j: Int, coefficient: Rational)]

  /// Largest Σ w_ij over edges with s_i ≠ s_j, each of which is w_ij (1 - s_i s_j) / 2.
  static func maxCut(vertices: Int, edges: Pairs) -> SpinProblem {
    SpinProblem(
      spins: vertices, couplings: edges.map { ($0.i, $0.j, -$0.coefficient / 2) },
      fields: [Rational](repeating: 0, count: vertices),
      constant: edges.reduce(into: 0) { $0 += $1.coefficient / 2 }, maximizes: true)
  }

  /// Σ q_ij x_i x_j + Σ q_i x_i.
  static func qubo(products: Pairs, linear: [Rational], maximizes: Bool) -> SpinProblem {
    var constant: Rational = 0
    var fields = linear.map { $0 / 2 }
    for field in fields { constant += field }
    for (i, j, q) in products {
      constant += q / 4
      fields[i] += q / 4
      fields[j] += q / 4
    }
    return SpinProblem(
      spins: linear.count, couplings: products.map { ($0.i, $0.j, $0.coefficient / 4) }, fields: fields,
      constant: constant, maximizes: maximizes)
  }

  /// Smallest -xᵀ H x + cᵀ x over bits, for symmetric H.
  static func qcmh(_ h: ExactMatrix, linear: [Rational]) -> SpinProblem {
    var products: Pairs = []
    for i in 0..<h.rows {
      for j in 0..<i where !h[i, j].isZero { products.append((i, j, -2 * h[i, j])) }
    }
    return .qubo(products: products, linear: linear.indices.map { linear[$0] - h[$0, $0] }, maximizes: false)
  }

  /// Smallest (Σ a_i s_i)² = Σ a_i² + Σ_{i<j} 2 a_i a_j s_i s_j, the square of the discrepancy.
  static func partition(_ numbers: [Rational]) throws(InstanceUnreadable) -> SpinProblem {
    guard numbers.count <= denseLimit else {
      throw InstanceUnreadable("numbers", "more than \(denseLimit) numbers stand here; give fewer")
    }
    var couplings: Pairs = []
    for i in numbers.indices {
      for j in 0..<i { couplings.append((i, j, 2 * numbers[i] * numbers[j])) }
    }
    return SpinProblem(
      spins: numbers.count, couplings: couplings, fields: numbers.map { _ in 0 },
      constant: numbers.reduce(into: 0) { $0 += $1.squared }, maximizes: false, isSquare: true)
  }

  /// How many variables a problem may have whose couplings are all formed here.
  static let denseLimit = 1_000
}

extension ExactNetwork {
  /// For two layers of ReLU with one output or one input: L² ≤ max over σ in {0,1}ⁿ of ‖Σ σ_i g_i‖², where g_i is the vector
  /// that unit i adds to the Jacobian; as Σ σ_i ‖g_i‖² + Σ_{i<j} 2 σ_i σ_j g_i·g_j. Nil for other networks.
  package func quadraticUpperBound() -> SpinProblem? {
    guard layers.count == 2, slopes == [.relu], passing.allSatisfy(\.isEmpty), inputs == 1 || outputs == 1,
      layers[0].rows <= SpinProblem.denseLimit
    else { return nil }
    let (inner, outer) = (layers[0], layers[1])
    let units = inner.rows
    let vectors = (0..<units).map { unit in
      (0..<outputs).flatMap { i in
        (0..<inputs).map { outer.weights[i * units + unit] * inner.weights[unit * inputs + $0] }
      }
    }
    let denominator = inner.denominator * outer.denominator
    func product(_ i: Int, _ j: Int) -> Rational {
      Rational(zip(vectors[i], vectors[j]).reduce(0) { $0 + $1.0 * $1.1 }, denominator * denominator)
    }
    var products: SpinProblem.Pairs = []
    for i in 0..<units {
      for j in 0..<i { products.append((i, j, 2 * product(i, j))) }
    }
    return .qubo(products: products, linear: (0..<units).map { product($0, $0) }, maximizes: true)
  }
}
