import ExactArithmetic
import Networks

/// Turns a JSON value into a problem; errors name the path of the offending value, like `terms[2][0]`.
struct ProblemJSONReader {
  private let root: [String: JSONFormatValue]
  private var used: Set<String> = ["kind", "name", "description", "planted"]

  init(_ root: [String: JSONFormatValue]) { self.root = root }

  /// - Parameter name: the instance's name where the file does not give one.
  mutating func instance(kind: ProblemKind, name: String) throws(InputError) -> ProblemInstance {
    let problem: any Problem =
      switch kind {
      case .maxCut: try maxCut()
      case .ising: try ising()
      case .qubo: try qubo()
      case .partition: Partition(numbers: try vector("numbers"))
      case .qcmh: try qcmh()
      case .lipCST: try lipCST()
      case .milp:
        throw InputError(
          place: "kind", "a milp is only written, as .lp or .mps",
          remedy: "give the problem it was reduced from")
      }
    let threshold = try kind == .lipCST ? squaredLevel() : optional("threshold", Self.number)
    let ownName = try optional("name", Self.string)
    _ = try optional("description", Self.string)
    let planted = try optional("planted") { value, place throws(InputError) in
      try Self.planted(value, at: place, for: problem)
    }
    return ProblemInstance(
      name: ownName ?? name, problem: problem, threshold: threshold, planted: planted, notes: notes(kind))
  }

  private func notes(_ kind: ProblemKind) -> [String] {
    let unknown = root.keys.filter { !used.contains($0) }.sorted()
    guard let first = unknown.first else { return [] }
    let rest = unknown.count == 1 ? "" : " (and \(unknown.count - 1) more)"
    return ["\(ExactNumberText.shown(first)) is no key of a \(kind.rawValue) file; it is ignored\(rest)"]
  }

  // MARK: Kinds

  private mutating func maxCut() throws(InputError) -> MaxCut {
    let entries = try entries("edges", "edge", allowsDiagonal: false)
    return MaxCut(vertices: entries.variables, edges: entries.pairs)
  }

  private mutating func ising() throws(InputError) -> Ising {
    let entries = try entries("couplings", "coupling", allowsDiagonal: false)
    let fields = try optional("fields", Self.numbers)
    guard fields == nil || fields?.count == entries.variables else {
      throw InputError(
        place: "fields", "there are \(fields?.count ?? 0) fields for \(entries.variables) spins",
        remedy: "give one number a spin, or leave the fields out")
    }
    return Ising(spins: entries.variables, couplings: entries.pairs, fields: fields, sense: try sense())
  }

  private mutating func qubo() throws(InputError) -> QUBO {
    let entries = try entries("terms", "term", allowsDiagonal: true)
    return QUBO(
      bits: entries.variables, products: entries.pairs, linear: entries.diagonal, sense: try sense())
  }

  private mutating func qcmh() throws(InputError) -> QCMH {
    let h = try matrix("H", allowsEmpty: true)
    guard h.rows == h.columns else {
      throw InputError(
        place: "H", "H has \(h.rows) rows and \(h.columns) columns", remedy: "H must be square")
    }
    for i in 0..<h.rows {
      for j in 0..<i where h[i, j] != h[j, i] {
        throw InputError(
          place: "H[\(i)][\(j)]",
          "H is not symmetric: H[\(i)][\(j)] = \(h[i, j]) but H[\(j)][\(i)] = \(h[j, i])",
          remedy: "give (H + Hᵀ)/2, which has the same values")
      }
    }
    let linear = try optional("c", Self.numbers)
    guard linear == nil || linear?.count == h.rows else {
      throw InputError(
        place: "c", "c has \(linear?.count ?? 0) entries but H has \(h.rows) rows",
        remedy: "give one number a variable, or leave c out")
    }
    do {
      return try QCMH(h, linear: linear)
    } catch {
      throw InputError(place: "H", error.problem, remedy: error.remedy)
    }
  }

  private mutating func lipCST() throws(InputError) -> LipCST {
    let inner = try matrix("M1", allowsEmpty: false)
    let outer = try matrix("M2", allowsEmpty: false)
    guard inner.rows == outer.columns else {
      throw InputError(
        place: "M2", "M2 has \(outer.columns) columns but M1 has \(inner.rows) rows",
        remedy: "M1 is units × inputs and M2 outputs × units")
    }
    return LipCST(inner: inner, outer: outer)
  }

  /// ℓ² from `ell` or `ellSquared`.
  private mutating func squaredLevel() throws(InputError) -> Rational? {
    let level = try optional("ell", Self.number)
    let square = try optional("ellSquared", Self.number)
    for (key, value) in [("ell", level), ("ellSquared", square)] {
      guard let value, value.signum < 0 else { continue }
      throw InputError(place: key, "\(value) is negative", remedy: "a Lipschitz constant is not")
    }
    guard level == nil || square == nil else {
      throw InputError(place: "ell", "the file gives ell and ellSquared", remedy: "give one of them")
    }
    return square ?? level?.squared
  }

  // MARK: Parts

  private mutating func sense() throws(InputError) -> Sense {
    try optional("sense") { value, place throws(InputError) in
      let text = try Self.string(value, at: place)
      guard let sense = Sense(rawValue: text) else {
        throw InputError(
          place: place, "\(ExactNumberText.shown(text)) is not a sense",
          remedy: "it must be \"minimize\" or \"maximize\"")
      }
      return sense
    } ?? .minimize
  }

  /// `n`, and entries `[i, j, coefficient]` under `key`, indices from 0.
  private mutating func entries(
    _ key: String, _ noun: String, allowsDiagonal: Bool
  ) throws(InputError) -> SymmetricEntries {
    guard let size = try optional("n", Self.natural) else { throw Self.missing("n") }
    guard size <= FormatLimits.variables else {
      throw InputError(
        place: "n", "\(size) variables are more than the limit",
        remedy: "at most \(FormatLimits.variables) are read")
    }
    var result = SymmetricEntries(variables: size)
    for (index, value) in try list(key).enumerated() {
      let place = "\(key)[\(index)]"
      let parts = try Self.array(value, at: place)
      guard parts.count == 3 else {
        throw InputError(
          place: place, "the \(noun) has \(Self.counted(parts.count))", remedy: "write [i, j, number]")
      }
      let i = try Self.index(parts[0], below: size, at: "\(place)[0]")
      let j = try Self.index(parts[1], below: size, at: "\(place)[1]")
      guard i != j || allowsDiagonal else {
        throw InputError(place: place, "the \(noun) joins \(i) to itself", remedy: "remove it")
      }
      if let earlier = result.add(i, j, try Self.number(parts[2], at: "\(place)[2]"), place: index) {
        throw InputError(
          place: place, "the pair \(i), \(j) stands in \(key)[\(earlier)] already",
          remedy: "list every pair once, in one order")
      }
    }
    return result
  }

  private mutating func matrix(_ key: String, allowsEmpty: Bool) throws(InputError) -> RationalMatrix {
    let rows = try list(key)
    var elements: [Rational] = []
    var columns: Int?
    for (index, row) in rows.enumerated() {
      let place = "\(key)[\(index)]"
      let numbers = try Self.numbers(row, at: place)
      guard numbers.count == columns ?? numbers.count else {
        throw InputError(
          place: place, "the row has \(Self.counted(numbers.count)) but the rows above have \(columns ?? 0)",
          remedy: "make all rows equally long")
      }
      columns = numbers.count
      elements += numbers
    }
    guard !elements.isEmpty || allowsEmpty && rows.isEmpty else {
      throw InputError(place: key, "the matrix has no entries", remedy: "give rows of numbers")
    }
    return RationalMatrix(rows: rows.count, columns: columns ?? 0, elements: elements)
  }

  /// The planted optimum, checked: the solution fits the problem and has the value.
  private static func planted(
    _ value: JSONFormatValue, at place: String, for problem: any Problem
  ) throws(InputError) -> PlantedOptimum {
    guard case .object(let object) = value else { throw wrongType(value, at: place, "an object") }
    guard let claim = object["value"] else { throw missing("value", in: place) }
    guard let list = object["solution"] else { throw missing("solution", in: place) }
    let claimed = try number(claim, at: "\(place).value")
    let proof = try object["proof"].map { value throws(InputError) in try string(value, at: "\(place).proof")
    }
    var solution: [Int] = []
    for (index, value) in try array(list, at: "\(place).solution").enumerated() {
      guard case .number(let number) = value, let entry = Int(exactly: number),
        problem.alphabet.values.contains(entry)
      else {
        let allowed = problem.alphabet.values.map(\.description).joined(separator: " or ")
        throw InputError(
          place: "\(place).solution[\(index)]", "the entry is not \(allowed)",
          remedy: "a solution of a \(problem.kind.rawValue) holds \(allowed)")
      }
      solution.append(entry)
    }
    guard solution.count == problem.variables else {
      throw InputError(
        place: "\(place).solution",
        "the solution has \(counted(solution.count)) for \(problem.variables) variables",
        remedy: "give one entry a variable")
    }
    guard let attained = problem.value(of: solution) else {
      throw InputError(
        place: place, "the value of the solution is not a rational number that could be checked",
        remedy: "leave \"planted\" out")
    }
    guard attained == claimed else {
      throw InputError(
        place: "\(place).value", "the solution has the value \(attained), not \(claimed)",
        remedy: "correct the value or the solution")
    }
    return PlantedOptimum(value: claimed, solution: solution, proof: proof ?? "")
  }

  // MARK: Values

  private mutating func optional<Value>(
    _ key: String, _ read: (JSONFormatValue, String) throws(InputError) -> Value
  ) throws(InputError) -> Value? {
    used.insert(key)
    guard let value = root[key] else { return nil }
    return try read(value, key)
  }

  private mutating func list(_ key: String) throws(InputError) -> [JSONFormatValue] {
    guard let values = try optional(key, Self.array) else { throw Self.missing(key) }
    return values
  }

  private mutating func vector(_ key: String) throws(InputError) -> [Rational] {
    guard let numbers = try optional(key, Self.numbers) else { throw Self.missing(key) }
    return numbers
  }
}
