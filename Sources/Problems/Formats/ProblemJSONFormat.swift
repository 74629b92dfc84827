import ExactArithmetic
public import Foundation
public import Networks

/// Problems of every kind as `.json`; indices from 0.
///
///     {"kind": "max-cut", "n": 3, "edges": [[i, j, w], …]}
///     {"kind": "ising", "n": 3, "couplings": [[i, j, J], …], "fields": […], "sense": "minimize"}
///     {"kind": "qubo", "n": 3, "terms": [[i, j, q], …], "sense": "minimize"}      i = j is the linear term
///     {"kind": "partition", "numbers": […]}
///     {"kind": "qcmh", "H": [[row], …], "c": […]}
///     {"kind": "lip-cst", "M1": [[row], …], "M2": [[row], …], "ell": 3}      or "ellSquared": 9
///
/// `fields`, `sense` (minimize), `c` and the level are optional; so are, for every kind, `name`, `description`,
/// `threshold` (of the decision problem, for kinds without a level of their own) and
/// `planted: {"value", "solution", "proof"}`, which is checked. Other keys are ignored with a note.
///
/// An integer of any size is exact; a decimal means its nearest double; the strings `"p/q"` and `"0x1.8p-3"` are exact.
public enum ProblemJSONFormat {
  /// The kind that the file states; nil where it holds a network.
  ///
  /// - Throws: `InputError` where it is not JSON, or states neither.
  public static func kind(of data: Data) throws(InputError) -> ProblemKind? {
    try kind(of: data, hint: nil)
  }

  /// - Parameters:
  ///   - name: the instance's name where the file does not give one.
  ///   - hint: the kind where the file does not state one.
  /// - Throws: `InputError` that names the line or the path.
  public static func read(
    _ data: Data, name: String, kind hint: ProblemKind? = nil
  ) throws(InputError) -> ProblemInstance {
    let object = try object(data)
    guard let kind = try kind(of: object, hint: hint) else {
      throw InputError("the file holds a network", remedy: "give a file with \"kind\": \(kinds)")
    }
    var reader = ProblemJSONReader(object)
    return try reader.instance(kind: kind, name: name)
  }

  /// One term or matrix row a line; reads back equal.
  ///
  /// - Throws: `InputError` for a MILP, and for a matrix without entries.
  public static func write(_ instance: ProblemInstance) throws(InputError) -> Data {
    var members = [
      "\"kind\": \"\(instance.problem.kind.rawValue)\"", "\"name\": \(JSONFormat.quoted(instance.name))",
    ]
    members += try problemMembers(instance.problem)
    if let threshold = instance.threshold {
      let key = instance.problem.kind == .lipCST ? "ellSquared" : "threshold"
      members.append("\"\(key)\": \(text(threshold))")
    }
    if let planted = instance.planted {
      let solution = planted.solution.map(\.description).joined(separator: ", ")
      members.append(
        "\"planted\": {\n    \"value\": \(text(planted.value)),\n    \"solution\": [\(solution)],\n"
          + "    \"proof\": \(JSONFormat.quoted(planted.proof))\n  }")
    }
    return Data("{\n  \(members.joined(separator: ",\n  "))\n}\n".utf8)
  }

  // MARK: Reading

  static func kind(of data: Data, hint: ProblemKind?) throws(InputError) -> ProblemKind? {
    try kind(of: object(data), hint: hint)
  }

  private static let kinds = ProblemKind.allCases.filter { $0 != .milp }
    .map { "\"\($0.rawValue)\"" }.joined(separator: ", ")

  private static func object(_ data: Data) throws(InputError) -> [String: JSONFormatValue] {
    let value = try JSONFormatParser.parse(data)
    guard case .object(let object) = value else {
      throw InputError(
        "the file holds \(value.kind)", remedy: "a problem is an object {\"kind\": …}, with one of \(kinds)")
    }
    return object
  }

  private static func kind(
    of object: [String: JSONFormatValue], hint: ProblemKind?
  ) throws(InputError) -> ProblemKind? {
    switch object["kind"] {
    case nil:
      if object["layers"] != nil { return nil }
      if let hint { return hint }
      throw InputError("the key \"kind\" is missing", remedy: "add \"kind\": one of \(kinds)")
    case .string("network"): return nil
    case .string(let text):
      guard let kind = ProblemKind(rawValue: text) else {
        throw InputError(
          place: "kind", "\(ExactNumberText.shown(text)) is not a kind of problem",
          remedy: "it must be one of \(kinds)")
      }
      return kind
    case .some(let value):
      throw InputError(place: "kind", "\(value.kind) stands here", remedy: "it must be one of \(kinds)")
    }
  }

  // MARK: Writing

  private static func problemMembers(_ problem: any Problem) throws(InputError) -> [String] {
    switch problem {
    case let problem as MaxCut: return ["\"n\": \(problem.vertices)", terms("edges", problem.edges)]
    case let problem as Ising:
      let fields = problem.hasFields ? ["\"fields\": [\(list(problem.fields))]"] : []
      return ["\"n\": \(problem.spins)", terms("couplings", problem.couplings)] + fields
        + ["\"sense\": \"\(problem.sense.rawValue)\""]
    case let problem as QUBO:
      let entries = FormatText.diagonal(problem.linear) + problem.products
      return [
        "\"n\": \(problem.bits)", terms("terms", entries.sorted { ($0.i, $0.j) < ($1.i, $1.j) }),
        "\"sense\": \"\(problem.sense.rawValue)\"",
      ]
    case let problem as Partition: return ["\"numbers\": \(lines(problem.numbers.map(text)))"]
    case let problem as QCMH:
      return [matrix("H", problem.matrix)]
        + (problem.hasLinearTerm ? ["\"c\": [\(list(problem.linear))]"] : [])
    case let problem as LipCST:
      guard !problem.inner.elements.isEmpty, !problem.outer.elements.isEmpty else {
        throw InputError(
          "M1 (\(problem.inner.rows) × \(problem.inner.columns)) or M2 (\(problem.outer.rows) × "
            + "\(problem.outer.columns)) has no entries, so the instance's constant is 0",
          remedy: "give it at least one unit, one input and one output")
      }
      return [matrix("M1", problem.inner), matrix("M2", problem.outer)]
    default:
      throw InputError(
        "a \(problem.kind.rawValue) cannot be written as .json", remedy: "write it as .lp or .mps")
    }
  }

  private static func terms(_ key: String, _ terms: [PairTerm]) -> String {
    "\"\(key)\": \(lines(terms.map { "[\($0.i), \($0.j), \(text($0.coefficient))]" }))"
  }

  private static func matrix(_ key: String, _ matrix: RationalMatrix) -> String {
    "\"\(key)\": \(lines((0..<matrix.rows).map { "[\(list(matrix.row($0)))]" }))"
  }

  private static func lines(_ elements: [String]) -> String {
    elements.isEmpty ? "[]" : "[\n    \(elements.joined(separator: ",\n    "))\n  ]"
  }

  private static func list(_ numbers: some Sequence<Rational>) -> String {
    numbers.map(text).joined(separator: ", ")
  }

  /// An integer, the shortest decimal of a double, or a fraction in quotes.
  private static func text(_ number: Rational) -> String {
    ExactNumberText.shortest(number) ?? "\"\(number)\""
  }
}
