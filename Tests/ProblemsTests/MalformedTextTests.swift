import Foundation
import Networks
import Problems
import Testing

/// Malformed text files are refused with the line, the reason and the remedy.
@Suite struct MalformedTextTests {
  typealias Case = (text: String, place: String?, problem: String)

  private func expectRefusal(_ input: Case, _ read: (Data) throws -> Void) throws {
    let error = try #require(throws: InputError.self, "\(input.text)") { try read(Data(input.text.utf8)) }
    #expect(error.place == input.place, "\(error)")
    #expect(error.problem.contains(input.problem), "\(error)")
    #expect(!error.remedy.isEmpty)
  }

  static let rudy: [Case] = [
    ("", nil, "the file is empty"),
    ("# only a comment\n", "1", "the file ends"),
    ("3 2\n1 2 1\n", "1", "promises 2 lines"),
    ("3 1\n1 2 1\n2 3 1\n", "3", "goes on after the last edge"),
    ("3\n1 2 1\n", "1", "1 word"),
    ("3 1 7\n1 2 1\n", "1", "3 words"),
    ("3 1\n1 2 1 4\n", "2", "4 words"),
    ("3 1\n1\n", "2", "1 word"),
    ("3 1\n0 2 1\n", "2", "index 0 is out of range"),
    ("3 1\n1 4 1\n", "2", "index 4 is out of range"),
    ("3 1\n1 -2 1\n", "2", "\"-2\" is not an index"),
    ("0 1\n1 2 1\n", "2", "out of range"),
    ("3 1\n1 2.0 1\n", "2", "\"2.0\" is not an index"),
    ("3.0 1\n1 2 1\n", "1", "\"3.0\" is not a number of vertices"),
    ("-3 1\n1 2 1\n", "1", "\"-3\""),
    ("3 x\n1 2 1\n", "1", "\"x\" is not a number of edges"),
    ("3 2\n1 2 1\n\n1 2 1\n", "4", "stands in line 2 already"),
    ("3 2\n1 2 1\n2 1 5\n", "3", "stands in line 2 already"),
    ("3 1\n2 2 1\n", "2", "joins 2 to itself"),
    ("3 1\n1 2 1e999\n", "2", "too large for a double"),
    ("3 1\n1 2 nan\n", "2", "\"nan\" is not a number"),
    ("3 1\n1 2 inf\n", "2", "\"inf\" is not a number"),
    ("3 1\n1 2 0x10\n", "2", "\"0x10\" is not a number"),
    ("3 1\n1 2 1/2\n", "2", "\"1/2\" is not a number"),
    ("1000000000000 1\n1 2 1\n", "1", "more than the limit"),
    ("99999999999999999999999 1\n1 2 1\n", "1", "more than the limit"),
    ("3 1000000000000\n1 2 1\n", "1", "bytes can hold"),
    ("3 99999999999999999999999\n1 2 1\n", "1", "bytes can hold"),
    ("3 1\n1 2 \(String(repeating: "7", count: 20_000))\n", "2", "more than 10000 characters"),
    ("3 1\n1\u{0}2 1\n", nil, "not text"),
    ("\u{1}\u{2}\u{7F}PNG 1\n", "1", "\"???PNG\""),
  ]

  @Test(arguments: rudy)
  func refusesRudy(_ input: Case) throws { try expectRefusal(input) { _ = try RudyFormat.read($0) } }

  static let sparse: [Case] = [
    ("", nil, "the file is empty"), ("2 1\n1 2\n", "2", "2 words"),
    ("2 2\n1 1 3\n1 1 4\n", "3", "the entry 1 1 stands in line 2 already"),
    ("2 1\n0 1 1\n", "2", "out of range"),
    ("2 3\n1 1 1\n", "1", "promises 3 lines"), ("2 1\n1 1 1\n2 2 2\n", "3", "goes on"),
  ]

  @Test(arguments: sparse)
  func refusesSparse(_ input: Case) throws {
    try expectRefusal(input) { _ = try BiqMacSparseFormat.read($0) }
  }

  static let qbsolv: [Case] = [
    ("", nil, "the file is empty"), ("0 0 5\n", "1", "not the program line"),
    ("c x\np cnf 0 2 1 0\n0 0 5\n", "2", "not the program line"),
    ("p qubo 0 2 1 1\n0 0 5\n0 2 1\n", "3", "index 2 is out of range"),
    ("p qubo 0 2 1 1\n0 0 5\n1 1 1\n", "1", "promises 1 nodes and 1 couplers but the file has 2 and 0"),
    ("p qubo 0 2 1 1\n0 0 5\n", "1", "promises 2 lines"),
    ("p qubo 0 2 1 999999999999\n0 0 5\n", "1", "bytes can hold"),
  ]

  @Test(arguments: qbsolv)
  func refusesQBSolv(_ input: Case) throws { try expectRefusal(input) { _ = try QBSolvFormat.read($0) } }

  static let orLibrary: [Case] = [
    ("", nil, "the file is empty"), ("0\n", "1", "holds no problems"),
    ("1\n2 1\n1 3 1\n", "3", "index 3 is out of range"), ("1\n2 1\n1 2 1\n2 1\n1 2 1\n", "4", "goes on"),
    ("999999999999\n2 1\n1 2 1\n", "1", "bytes can hold"), ("2\n2 1\n1 2 1\n", "1", "holds 2 problems"),
  ]

  @Test(arguments: orLibrary)
  func refusesORLibrary(_ input: Case) throws {
    try expectRefusal(input) { _ = try ORLibraryFormat.read($0) }
  }

  static let qplib: [Case] = [
    ("", nil, "the file is empty"), ("name\nQCN\nminimize\n", "2", "not binary"),
    ("name\nQBL\nminimize\n", "2", "has constraints"), ("name\nQB\nminimize\n", "2", "not a problem type"),
    ("name\nQBN\nsmallest\n", "3", "\"smallest\" is not a sense"),
    ("name\nQBN\nminimize\n2\n1\n3 1 1\n", "6", "index 3 is out of range"),
    ("name\nQBN\nminimize\n2\n3\n2 1 1\n", "5", "promises 3 lines"),
    ("name\nQBN\nminimize\n2\n2\n2 1 1\n1 2 1\n", "7", "stands in line 6 already"),
    ("name\nQBN\nminimize\n2\n0\n0\n2\n1 1\n1 2\n0\n", "9", "stands in line 8 already"),
    ("name\nQBN\nminimize\n2\n0\n0\n1\n3 1\n0\n", "8", "index 3 is out of range"),
    ("name\nQBN\nminimize\n2\n0\n0\n0\n", "7", "the constant"),
    ("name\nQBN\nminimize\n2\n0\n0\n0\n0\n1e30\n0\n0\n0\n0\n0\n0\n8\n", "16", "goes on"),
    ("name\nQBN\nminimize\n2\n0\n0\n0\n0\nx\n", "9", "\"x\" is not a number"),
  ]

  @Test(arguments: qplib)
  func refusesQPLIB(_ input: Case) throws { try expectRefusal(input) { _ = try QPLIBFormat.read($0) } }
}
