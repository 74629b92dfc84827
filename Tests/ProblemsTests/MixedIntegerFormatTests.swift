import BigInt
import ExactArithmetic
import Foundation
import Networks
import Problems
import Testing

@Suite struct MixedIntegerFormatTests {
  private typealias Program = MixedIntegerProgram

  private func program(_ cost: Rational, names: [String] = ["x", "y", "z"]) -> MixedIntegerProgram {
    Program(
      columns: [
        Program.Column(name: names[0], cost: cost, isInteger: true),
        Program.Column(name: names[1], cost: -2, isInteger: false),
        Program.Column(name: names[2], cost: 0, isInteger: true),
      ],
      rows: [
        Program.Row(
          name: "first", entries: [.init(1, Rational(1, 2)), .init(0, Rational(-1, 3)), .init(1, 0)], bound: 1
        ),
        Program.Row(name: "second", entries: [], bound: 0),
      ], sense: .maximize)
  }

  @Test func writesLP() throws {
    let expected = """
      \\ Read by GLPK (glpsol --lp) and HiGHS.
      \\ The objective is multiplied by 2.
      Maximize
       obj: + 5 x - 4 y + 0 z
      Subject To
       first: - 2 x + 3 y <= 6
       second: + 0 x <= 0
      Bounds
       0 <= y <= 1
      Binaries
       x
       z
      End

      """
    let data = try CPLEXLPFormat.write(program(Rational(5, 2)))
    #expect(String(decoding: data, as: UTF8.self) == expected)
  }

  @Test func writesMPS() throws {
    let expected = """
      * Free MPS, read by GLPK (glpsol --freemps) and HiGHS.
      * The problem is a maximisation: its objective is negated here, and so is the optimal value.
      NAME program
      ROWS
       N obj
       L first
       L second
      COLUMNS
       MARKER1 'MARKER' 'INTORG'
       x obj -5
       x first -2
       MARKER2 'MARKER' 'INTEND'
       y obj 2
       y first 3
       MARKER3 'MARKER' 'INTORG'
       z obj 0
       MARKER4 'MARKER' 'INTEND'
      RHS
       RHS first 6
      BOUNDS
       UP BND x 1
       UP BND y 1
       UP BND z 1
      ENDATA

      """
    #expect(String(decoding: try MPSFormat.write(program(5)), as: UTF8.self) == expected)
  }

  @Test(arguments: [
    ["x", "X", "y"], ["e1", "a", "b"], ["a b", "c", "d"], ["obj", "a", "b"], ["", "a", "b"],
  ])
  func replacesNamesThatReadersMisread(names: [String]) throws {
    let text = String(decoding: try CPLEXLPFormat.write(program(1, names: names)), as: UTF8.self)
    #expect(text.contains(" obj: + 1 x1 - 2 x2 + 0 x3\n"))
  }

  @Test func refusesNumbersThatReadersRound() throws {
    for cost in [Rational(BigInt(10).power(15)), Rational(1, BigInt(10).power(15))] {
      let error = try #require(throws: InputError.self) { try MPSFormat.write(program(cost)) }
      #expect(error.problem.contains("the objective") && error.remedy.contains("15 digits"))
    }
    #expect(throws: InputError.self) {
      try CPLEXLPFormat.write(Program(columns: [], rows: [], sense: .minimize))
    }
  }
}
