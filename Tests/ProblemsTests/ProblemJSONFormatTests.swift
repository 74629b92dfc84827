import BigInt
import ExactArithmetic
import Foundation
import Networks
import Problems
import Testing

@Suite struct ProblemJSONFormatTests {
  private func read(_ text: String, kind: ProblemKind? = nil) throws -> ProblemInstance {
    try ProblemJSONFormat.read(Data(text.utf8), name: "test", kind: kind)
  }

  @Test func readsExactNumbers() throws {
    let instance = try read(
      #"{"kind": "partition", "numbers": [3, "1/3", "-0x1.8p-3", 0.1, 123456789012345678901234567890, "+7", 1e3]}"#
    )
    let expected = [
      3, Rational(1, 3), Rational(-3, 16), Rational(0.1), Rational(BigInt("123456789012345678901234567890")),
      7, 1000,
    ]
    #expect((instance.problem as? Partition)?.numbers == expected)
    #expect(instance.name == "test" && instance.notes.isEmpty)
  }

  @Test func sensesDefaultToMinimize() throws {
    let ising = try read(#"{"kind": "ising", "n": 2, "couplings": [[1, 0, -2]], "fields": [1, 0]}"#)
    #expect(
      areEqual(
        ising.problem,
        Ising(spins: 2, couplings: [PairTerm(0, 1, -2)], fields: [1, 0], sense: .minimize)))
    let qubo = try read(#"{"kind": "qubo", "n": 2, "terms": [[1, 0, -2], [1, 1, 5]], "sense": "maximize"}"#)
    #expect(
      areEqual(qubo.problem, QUBO(bits: 2, products: [PairTerm(0, 1, -2)], linear: [0, 5], sense: .maximize)))
  }

  @Test func levelsAreSquared() throws {
    let matrices = #""kind": "lip-cst", "M1": [[1, 2], [3, 4]], "M2": [[1, 1]]"#
    #expect(try read("{\(matrices)}").threshold == nil)
    #expect(try read("{\(matrices), \"ell\": \"3/2\"}").threshold == Rational(9, 4))
    #expect(try read("{\(matrices), \"ellSquared\": 2.5}").threshold == Rational(5, 2))
  }

  @Test func unknownKeysGiveANote() throws {
    let instance = try read(
      #"{"kind": "partition", "numbers": [], "weights": 1, "extra": null, "description": "text"}"#)
    #expect(instance.notes == ["\"extra\" is no key of a partition file; it is ignored (and 1 more)"])
  }

  @Test func tellsProblemsFromNetworks() throws {
    #expect(try ProblemJSONFormat.kind(of: Data(#"{"layers": []}"#.utf8)) == nil)
    #expect(try ProblemJSONFormat.kind(of: Data(#"{"kind": "network"}"#.utf8)) == nil)
    #expect(try ProblemJSONFormat.kind(of: Data(#"{"kind": "max-cut"}"#.utf8)) == .maxCut)
    #expect(throws: InputError.self) { try ProblemJSONFormat.kind(of: Data("{}".utf8)) }
    #expect(try read(#"{"numbers": [1]}"#, kind: .partition).problem.kind == .partition)
  }

  typealias Case = (text: String, place: String?, problem: String)

  static let malformed: [Case] = [
    ("", "1", "empty"), ("[1]", nil, "an array"), ("{}", nil, "\"kind\" is missing"),
    (#"{"layers": []}"#, nil, "holds a network"), (#"{"kind": "tsp"}"#, "kind", "\"tsp\" is not a kind"),
    (#"{"kind": 3}"#, "kind", "a number stands here"), (#"{"kind": "milp"}"#, "kind", "only written"),
    (#"{"kind": "max-cut", "edges": []}"#, nil, "\"n\" is missing"),
    (#"{"kind": "max-cut", "n": 3}"#, nil, "\"edges\" is missing"),
    (#"{"kind": "max-cut", "n": -1, "edges": []}"#, "n", "not a natural"),
    (#"{"kind": "max-cut", "n": 1.5, "edges": []}"#, "n", "not a natural"),
    (#"{"kind": "max-cut", "n": "3", "edges": []}"#, "n", "a string stands here"),
    (#"{"kind": "max-cut", "n": 1000000000000, "edges": []}"#, "n", "more than the limit"),
    (#"{"kind": "max-cut", "n": 10000000000000000000000, "edges": []}"#, "n", "more than the limit"),
    (#"{"kind": "max-cut", "n": 1e300, "edges": []}"#, "n", "not a natural"),
    (#"{"kind": "max-cut", "n": 2, "edges": [[0, 1]]}"#, "edges[0]", "2 entries"),
    (#"{"kind": "max-cut", "n": 2, "edges": [[0, 2, 1]]}"#, "edges[0][1]", "index 2 is out of range"),
    (#"{"kind": "max-cut", "n": 2, "edges": [[-1, 1, 1]]}"#, "edges[0][0]", "not a natural"),
    (#"{"kind": "max-cut", "n": 2, "edges": [[1, 1, 1]]}"#, "edges[0]", "joins 1 to itself"),
    (#"{"kind": "max-cut", "n": 2, "edges": [[0, 1, 1], [1, 0, 2]]}"#, "edges[1]", "edges[0] already"),
    (#"{"kind": "max-cut", "n": 2, "edges": [[0, 1, 1e999]]}"#, "edges[0][2]", "too large"),
    (#"{"kind": "max-cut", "n": 2, "edges": [[0, 1, NaN]]}"#, "1", "NaN"),
    (#"{"kind": "max-cut", "n": 2, "edges": [[0, 1, "x"]]}"#, "edges[0][2]", "\"x\" is not an exact number"),
    (#"{"kind": "max-cut", "n": 2, "edges": [[0, 1, "1/0"]]}"#, "edges[0][2]", "not an exact number"),
    (#"{"kind": "max-cut", "n": 2, "edges": [[0, 1, "0x1p9999"]]}"#, "edges[0][2]", "not an exact number"),
    (#"{"kind": "max-cut", "n": 2, "edges": {}}"#, "edges", "an object stands here"),
    (#"{"kind": "ising", "n": 2, "couplings": [], "fields": [1]}"#, "fields", "1 fields for 2 spins"),
    (#"{"kind": "ising", "n": 2, "couplings": [], "sense": "up"}"#, "sense", "\"up\" is not a sense"),
    (#"{"kind": "qubo", "n": 2, "terms": [[1, 1, 1], [1, 1, 2]]}"#, "terms[1]", "terms[0] already"),
    (#"{"kind": "partition", "numbers": [true]}"#, "numbers[0]", "true or false stands here"),
    (#"{"kind": "qcmh", "H": [[1, 2]]}"#, "H", "1 rows and 2 columns"),
    (#"{"kind": "qcmh", "H": [[1, 2], [3, 9]]}"#, "H[1][0]", "not symmetric"),
    (#"{"kind": "qcmh", "H": [[1, 2], [2, 1]]}"#, "H", "not positive semidefinite"),
    (#"{"kind": "qcmh", "H": [[1]], "c": [1, 2]}"#, "c", "c has 2 entries"),
    (#"{"kind": "lip-cst", "M1": [[1, 2], [3]], "M2": [[1, 1]]}"#, "M1[1]", "the row has 1 entry"),
    (#"{"kind": "lip-cst", "M1": [[1, 2]], "M2": [[1, 1]]}"#, "M2", "M2 has 2 columns but M1 has 1 rows"),
    (#"{"kind": "lip-cst", "M1": [], "M2": [[1]]}"#, "M1", "no entries"),
    (#"{"kind": "lip-cst", "M1": [[]], "M2": [[1]]}"#, "M1", "no entries"),
    (#"{"kind": "lip-cst", "M1": [[1]], "M2": [[1]], "ell": -1}"#, "ell", "negative"),
    (
      #"{"kind": "lip-cst", "M1": [[1]], "M2": [[1]], "ell": 1, "ellSquared": 1}"#, "ell",
      "ell and ellSquared"
    ),
    (#"{"kind": "partition", "numbers": [1], "planted": 1}"#, "planted", "a number stands here"),
    (
      #"{"kind": "partition", "numbers": [1], "planted": {"value": 1}}"#, "planted", "\"solution\" is missing"
    ),
    (
      #"{"kind": "partition", "numbers": [1], "planted": {"value": 1, "solution": [0]}}"#,
      "planted.solution[0]",
      "not -1 or 1"
    ),
    (
      #"{"kind": "partition", "numbers": [1], "planted": {"value": 1, "solution": [1, 1]}}"#,
      "planted.solution",
      "2 entries for 1 variables"
    ),
    (
      #"{"kind": "partition", "numbers": [1], "planted": {"value": 0, "solution": [1]}}"#, "planted.value",
      "has the value 1, not 0"
    ),
  ]

  @Test(arguments: malformed)
  func refusesMalformed(_ input: Case) throws {
    let error = try #require(throws: InputError.self) { try read(input.text) }
    #expect(error.place == input.place, "\(error)")
    #expect(error.problem.contains(input.problem), "\(error)")
    #expect(!error.remedy.isEmpty)
  }
}
