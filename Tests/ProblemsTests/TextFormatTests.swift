import BigInt
import ExactArithmetic
import Foundation
import Networks
import Problems
import Testing

/// The text formats mean what their collections say.
@Suite struct TextFormatTests {
  private let terms = [PairTerm(0, 1, 6), PairTerm(1, 2, -4)]

  @Test func rudyAcceptsWhatEditorsAndCollectionsProduce() throws {
    let expected = MaxCut(vertices: 4, edges: [PairTerm(0, 1, 1), PairTerm(1, 2, -3)])
    let texts = [
      "4 2\n1 2 1\n2 3 -3\n", "4 2\r\n1 2 1\r\n2 3 -3\r\n", "4 2\r1 2 1\r2 3 -3",
      "\u{FEFF}4 2\n1 2\n3 2 -3", "\n\n 4\t2 \n# a comment\n1 2 1 \n\n2 3 -3 % another\n\n",
      "* a comment\nc another\n4 3\n1 2 1.0\n2 3 -3e0\n1 4 0\n",
    ]
    for text in texts { #expect(try RudyFormat.read(Data(text.utf8)) == expected, "\(text)") }
    #expect(try RudyFormat.read(Data("0 0\n".utf8)) == MaxCut(vertices: 0, edges: []))
    #expect(try RudyFormat.read(Data("1 0".utf8)) == MaxCut(vertices: 1, edges: []))
  }

  @Test func numbersAreExact() throws {
    let text = "3 3\n1 2 123456789012345678901234567890\n1 3 0.1\n2 3 -2.5e-3\n"
    let weights = try RudyFormat.read(Data(text.utf8)).edges.map(\.coefficient)
    #expect(
      weights.map(\.description) == [
        "123456789012345678901234567890", Rational(0.1).description, Rational(-0.0025).description,
      ])
  }

  @Test func sparseCountsProductsTwice() throws {
    let problem = try BiqMacSparseFormat.read(Data("3 3\n1 1 5\n1 2 3\n3 2 -2\n".utf8))
    #expect(problem == QUBO(bits: 3, products: terms, linear: [5, 0, 0], sense: .minimize))
  }

  @Test func qbsolvCountsProductsOnce() throws {
    let problem = try QBSolvFormat.read(Data("c text\np qubo 0 3 1 2\n0 0 5\n0 1 6\n1 2 -4\n".utf8))
    #expect(problem == QUBO(bits: 3, products: terms, linear: [5, 0, 0], sense: .minimize))
  }

  @Test func orLibraryHoldsSeveralMaximisations() throws {
    let text = "2\n2 1\n1 1 9\n 3 3\n 1 1 5\n 1 2 3\n 2 3 -2\n"
    let second = QUBO(bits: 3, products: terms, linear: [5, 0, 0], sense: .maximize)
    #expect(try ORLibraryFormat.read(Data(text.utf8), problem: 2) == second)
    #expect(try ORLibraryFormat.read(Data(text.utf8), problem: 1).linear == [9, 0])
    #expect(try ORLibraryFormat.read(Data("3 3\n1 1 5\n1 2 3\n2 3 -2\n".utf8)) == second)
    for number in [nil, 0, 3] {
      let error = try #require(throws: InputError.self) {
        try ORLibraryFormat.read(Data(text.utf8), problem: number)
      }
      #expect(error.place == "1" && error.remedy.contains("1 to 2"))
    }
  }

  @Test func qplibHalvesTheQuadraticPart() throws {
    let text = """
      QPLIB_1 # a name
      QBN # its type
      maximize
      3 # variables
      3 # terms
      1 1 10
      2 1 6
      3 2 -4
      1 # default
      1 # others
      1 -0.5
      7.5 # constant
      1.79769313486232E+308 # infinity
      0.0
      1
      2 1.0
      0.0
      0
      0
      0
      """
    let (problem, notes) = try QPLIBFormat.read(Data(text.utf8))
    let linear = [Rational(9, 2), 1, 1]
    #expect(problem == QUBO(bits: 3, products: terms, linear: linear, sense: .maximize))
    #expect(notes.count == 1 && notes[0].contains("q⁰ = 15/2"))
  }

  @Test func qplibTakesALinearObjective() throws {
    let problem = try QPLIBFormat.read(Data("n\nLBN\nminimize\n2\n0\n1\n2 3\n0\n".utf8)).problem
    #expect(problem == QUBO(bits: 2, products: [], linear: [0, 3], sense: .minimize))
  }

  @Test func writersRefuseWhatTheyCannotHold() throws {
    let third = MaxCut(vertices: 2, edges: [PairTerm(0, 1, Rational(1, 3))])
    let error = try #require(throws: InputError.self) { try RudyFormat.write(third) }
    #expect(error.problem.contains("1/3") && error.remedy.contains(".json"))
    let maximum = QUBO(bits: 1, products: [], sense: .maximize)
    let minimum = QUBO(bits: 1, products: [], sense: .minimize)
    #expect(throws: InputError.self) { try BiqMacSparseFormat.write(maximum) }
    #expect(throws: InputError.self) { try QBSolvFormat.write(maximum) }
    #expect(throws: InputError.self) { try ORLibraryFormat.write(minimum) }
  }
}
