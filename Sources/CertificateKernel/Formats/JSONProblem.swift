import ExactArithmetic

/// Problems as `.json`; indices from 0.
///
///     {"kind": "max-cut", "n": 3, "edges": [[i, j, w], …]}
///     {"kind": "ising", "n": 3, "couplings": [[i, j, J], …], "fields": […], "sense": "minimize"}
///     {"kind": "qubo", "n": 3, "terms": [[i, j, q], …], "sense": "minimize"}      i = j is the linear term
///     {"kind": "partition", "numbers": […]}
///     {"kind": "qcmh", "H": [[row], …], "c": […]}
///     {"kind": "lip-cst", "M1": [[row], …], "M2": [[row], …], "ell": 3}           or "ellSquared": 9
///
/// `fields`, `sense` (minimize), `c`, the level and `threshold` are optional; other keys say nothing here.
enum JSONProblem {
  static func read(_ root: [String: JSONText], kind: String) throws(InstanceUnreadable) -> Instance {
    let problem: SpinProblem
    switch kind {
    case "max-cut":
      let table = try table(root, "edges", allowsDiagonal: false)
      problem = .maxCut(vertices: table.variables, edges: table.pairs)
    case "ising":
      let table = try table(root, "couplings", allowsDiagonal: false)
      let fields = try optionalNumbers(root, "fields", count: table.variables)
      problem = SpinProblem(
        spins: table.variables, couplings: table.pairs, fields: fields, constant: 0,
        maximizes: try maximizes(root))
    case "qubo":
      let table = try table(root, "terms", allowsDiagonal: true)
      problem = .qubo(products: table.pairs, linear: table.diagonal, maximizes: try maximizes(root))
    case "partition":
      problem = try .partition(root.required("numbers").numbers("numbers"))
    case "qcmh": problem = try qcmh(root)
    case "lip-cst": return try lipCST(root)
    default:
      throw InstanceUnreadable(
        "kind", "the kind is unknown; it must be max-cut, ising, qubo, qcmh, partition, lip-cst or network")
    }
    let threshold = try root["threshold"].map { value throws(InstanceUnreadable) in
      try value.number("threshold")
    }
    return Instance(kind: kind, spins: problem, threshold: threshold)
  }

  private static func maximizes(_ root: [String: JSONText]) throws(InstanceUnreadable) -> Bool {
    guard let value = root["sense"] else { return false }
    switch try value.text("sense") {
    case "minimize": return false
    case "maximize": return true
    default:
      throw InstanceUnreadable("sense", "the sense is unknown; it must be \"minimize\" or \"maximize\"")
    }
  }

  private static func optionalNumbers(
    _ root: [String: JSONText], _ key: String, count: Int
  ) throws(InstanceUnreadable) -> [Rational] {
    guard let value = root[key] else { return [Rational](repeating: 0, count: count) }
    let numbers = try value.numbers(key)
    guard numbers.count == count else {
      throw InstanceUnreadable(key, "\(numbers.count) numbers stand here; give \(count), or leave them out")
    }
    return numbers
  }

  private static func table(
    _ root: [String: JSONText], _ key: String, allowsDiagonal: Bool
  ) throws(InstanceUnreadable) -> SymmetricTable {
    let n = try root.required("n").natural(below: SymmetricTable.variableLimit + 1, "n")
    var table = SymmetricTable(variables: n)
    for (index, value) in try root.required(key).list(key).enumerated() {
      let place = "\(key)[\(index)]"
      let parts = try value.list(place)
      guard parts.count == 3 else {
        throw InstanceUnreadable(place, "the entry has not three parts; write [i, j, number]")
      }
      let (i, j) = (try parts[0].natural(below: n, place), try parts[1].natural(below: n, place))
      guard allowsDiagonal || i != j else {
        throw InstanceUnreadable(place, "the entry joins \(i) to itself; remove it")
      }
      guard table.add(i, j, try parts[2].number(place)) else {
        throw InstanceUnreadable(place, "the pair \(i), \(j) stands here a second time; list every pair once")
      }
    }
    return table
  }

  private static func qcmh(_ root: [String: JSONText]) throws(InstanceUnreadable) -> SpinProblem {
    let value = try root.required("H")
    let h =
      try value.list("H").isEmpty
      ? ExactMatrix(rows: 0, columns: 0, elements: []) : JSONNetwork.matrix(value, "H")
    guard h.isSymmetric else {
      throw InstanceUnreadable("H", "H is not symmetric; give (H + Hᵀ)/2, which has the same values")
    }
    guard h.isPositiveSemidefinite(scale: try h.elements.commonDenominator("H")) else {
      throw InstanceUnreadable(
        "H", "H is not positive semidefinite; give it as \"qubo\", which may have any signs")
    }
    return .qcmh(h, linear: try optionalNumbers(root, "c", count: h.rows))
  }

  private static func lipCST(_ root: [String: JSONText]) throws(InstanceUnreadable) -> Instance {
    let inner = try JSONNetwork.matrix(root.required("M1"), "M1")
    let outer = try JSONNetwork.matrix(root.required("M2"), "M2")
    guard inner.rows == outer.columns else {
      throw InstanceUnreadable(
        "M2", "M2 has \(outer.columns) columns and M1 \(inner.rows) rows; make them equal")
    }
    let network = try ExactNetwork.checked(
      [inner, outer].map { ($0, [Rational](repeating: 0, count: $0.rows)) }, slopes: [.relu])
    let level = try root["ell"].map { value throws(InstanceUnreadable) in try value.number("ell") }
    let square = try root["ellSquared"].map { value throws(InstanceUnreadable) in
      try value.number("ellSquared")
    }
    guard level == nil || square == nil else {
      throw InstanceUnreadable("ell", "the file gives ell and ellSquared; give one of them")
    }
    guard (level ?? square ?? 0).signum >= 0 else {
      throw InstanceUnreadable("ell", "the level is negative; a Lipschitz constant is not")
    }
    return Instance(kind: "lip-cst", network: network, threshold: square ?? level?.squared)
  }
}
