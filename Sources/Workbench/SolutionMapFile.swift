import ExactArithmetic
import Foundation
public import Networks
public import Problems
public import Reductions

/// The way back from a reduced instance, as `lipbench reduce --map` writes it and `lipbench invert` reads it.
public struct SolutionMapFile: Codable, Sendable {
  private var kind = "map"
  public var from: String
  public var to: String
  public var chain: String
  public var variables: Int
  public var targetVariables: Int
  /// Applied first to last from source to target.
  public var steps: [SolutionMap]
  public var valueLaw: Law

  public struct Law: Codable, Sendable {
    public var formula: String
    public var scale: String
    public var offset: String
    public var squaresSource: Bool
  }

  public init(source: any Problem, chain: ReductionChain, result: ReducedProblem) {
    from = source.kind.rawValue
    to = result.target.kind.rawValue
    self.chain = chain.name
    variables = source.variables
    targetVariables = result.target.variables
    steps = result.maps
    valueLaw = Law(
      formula: result.law.formula(), scale: result.law.scale.description,
      offset: result.law.offset.description,
      squaresSource: result.law.squaresSource)
  }

  public func write(to path: String) throws(InputError) {
    try TextFile.write(JSONReport.text(self) + "\n", to: path)
  }

  public static func read(_ path: String) throws -> SolutionMapFile {
    let data = try InputFile.contents(path)
    do {
      let map = try JSONDecoder().decode(SolutionMapFile.self, from: data)
      guard map.kind == "map", map.variables >= 0, map.isConsistent else {
        throw DecodingError.valueNotFound(String.self, .init(codingPath: [], debugDescription: ""))
      }
      return map
    } catch {
      throw InputError(
        file: path, "is not a map of solutions", remedy: "give the file that lipbench reduce … --map wrote")
    }
  }

  /// Whether the steps lead from the source's number of variables to the target's, over variables that exist.
  private var isConsistent: Bool {
    var count = variables
    for step in steps {
      guard step.isValid(below: count) else { return false }
      count = step.targetCount(count)
    }
    return count == targetVariables
  }

  /// The source solution of a target solution.
  ///
  /// - Throws: `InputError` where the solution has the wrong length or entries.
  public func invert(_ solution: [Int], file: String) throws(InputError) -> [Int] {
    // A MILP's products need not be given.
    let products = steps.last?.productCount ?? 0
    guard solution.count == targetVariables || solution.count == targetVariables - products else {
      throw InputError(
        file: file, "the solution has \(solution.count) entries",
        remedy: "the map leads back from \(targetVariables) variables of a \(to) instance")
    }
    let alphabet: Set<Int> =
      to == ProblemKind.ising.rawValue || to == ProblemKind.partition.rawValue ? [-1, 1] : [0, 1]
    if let bad = solution.firstIndex(where: { !alphabet.contains($0) }) {
      throw InputError(
        file: file, place: "entry \(bad)", "is \(solution[bad])",
        remedy:
          "every entry of a \(to) solution is \(alphabet.sorted().map(\.description).joined(separator: " or "))"
      )
    }
    var carried = solution + [Int](repeating: 0, count: targetVariables - solution.count)
    for step in steps.reversed() {
      if case .complementaryPairs(let isolated) = step,
        let pair = (0..<carried.count / 2).first(where: {
          carried[2 * $0] == carried[2 * $0 + 1] && !isolated.contains($0)
        })
      {
        throw InputError(
          file: file, place: "entries \(2 * pair) and \(2 * pair + 1)", "are both \(carried[2 * pair])",
          remedy:
            "units \(2 * pair) and \(2 * pair + 1) are opposite, so an attained pattern has one of them on")
      }
      carried = step.invert(carried)
    }
    return carried
  }
}

extension SolutionMap {
  /// How many of the target's variables, the last ones, are products of others.
  fileprivate var productCount: Int {
    guard case .products(let pairs) = self else { return 0 }
    return pairs.count
  }

  /// Whether the indices of products and isolated spins lie below `count`.
  fileprivate func isValid(below count: Int) -> Bool {
    switch self {
    case .products(let pairs): pairs.allSatisfy { $0.i >= 0 && $0.j >= 0 && max($0.i, $0.j) < count }
    case .complementaryPairs(let isolated): isolated.allSatisfy { (0..<count).contains($0) }
    default: true
    }
  }
}

/// Solutions as files hold them.
public enum SolutionFile {
  /// How far from an integer a solver's entry may be.
  private static let tolerance = 1e-6

  /// Numbers separated by space or commas, a JSON list, or the output of `--json` (its `solution`, or a witness's
  /// `pattern`), or one word of 0 and 1, or of + and -, as `maximize` prints it. Entries within 1e-6 of an integer, as solvers write them, are that integer.
  ///
  /// - Throws: `MissingFile`, or `InputError` where the file holds no numbers, or one that is no integer.
  public static func read(_ path: String) throws -> [Int] {
    let data = try InputFile.contents(path)
    let numbers: [Double]?
    let text = String(decoding: data, as: UTF8.self)
    let word = text.trimmingCharacters(in: .whitespacesAndNewlines)
    if word.count > 1, word.allSatisfy({ "01".contains($0) }) {
      numbers = word.map { $0 == "1" ? 1 : 0 }
    } else if !word.isEmpty, word.allSatisfy({ "+-".contains($0) }) {
      numbers = word.map { $0 == "+" ? 1 : -1 }
    } else if let value = try? JSONSerialization.jsonObject(with: data, options: .fragmentsAllowed) {
      numbers = self.numbers(in: value)
    } else {
      let words = text.split { $0.isWhitespace || $0 == "," }
      let parsed = words.compactMap { Double($0) }
      numbers = parsed.isEmpty || parsed.count < words.count ? nil : parsed
    }
    guard let numbers else {
      throw InputError(
        file: path, "holds no solution",
        remedy: "write numbers separated by spaces, a JSON list, or a result of --json")
    }
    return try numbers.enumerated().map { (index, number) throws(InputError) in
      let nearest = number.rounded()
      guard abs(number - nearest) <= tolerance, let integer = Int(exactly: nearest) else {
        throw InputError(
          file: path, place: "entry \(index)", "is \(number)",
          remedy: "a solution's entries are integers, to within \(tolerance)")
      }
      return integer
    }
  }

  private static func numbers(in value: Any) -> [Double]? {
    if let number = value as? Double { return [number] }
    if let list = value as? [Double] { return list }
    if let lists = value as? [[Double]] { return lists.flatMap(\.self) }
    guard let object = value as? [String: Any] else { return nil }
    for key in ["solution", "witness", "pattern", "exact"] {
      if let inner = object[key], let found = numbers(in: inner) { return found }
    }
    return nil
  }
}
