import Foundation
import Testing

@Suite struct ExpressionCommandTests {
  private static let figure = "softplus(x/2) + abs(x/2 - w*sin(x))"

  private func bound(_ options: String...) throws -> Tool.Outcome {
    try Tool.run(["bound", "autolip", "--expression"] + options)
  }

  @Test(arguments: [("0", "1"), ("3/4", "7/4"), ("0.1", "11/10"), ("5", "6")])
  func figureOneIsExact(w: String, expected: String) throws {
    let json = try bound(Self.figure, "--set", "w=\(w)", "--json").json()
    #expect(json["exact"] as? String == expected && json["soundness"] as? String == "exact")
    #expect(try bound(Self.figure, "--set", "w=\(w)").output.hasPrefix("autolip = \(expected) "))
  }

  @Test func withoutAFiniteBoundTheOperationIsNamed() throws {
    let outcome = try bound("exp(-x*x/2)")
    #expect(outcome.code == 1 && outcome.output.contains("Mul has no finite bound on this domain"))
    #expect(try bound("exp(-x*x/2)", "--json").json()["reason"] != nil)
    let bounded = try bound("exp(-x*x/2)", "--domain", "box:-1:1")
    #expect(bounded.code == 0 && bounded.output.contains("soundness: floating-point"))
    #expect(try bound("-x").output.hasPrefix("autolip = 1 "))
  }

  @Test func badTexts() throws {
    expectOneLine(try bound("sin(x"), code: 65, says: "column 6: a closing parenthesis is missing")
    expectOneLine(try bound("w*x", "--set", "w=abc"), code: 65, says: "abc")
    expectOneLine(try bound("x", "--set", "x=1"), code: 65, says: "x is the input")
    expectOneLine(try bound("x", "--domain", "box:1:0"), code: 65, says: "is no interval")
    #expect(try Tool.run("bound", "seqlip", "--expression", "x").code == 64)
    #expect(try Tool.run("bound", "autolip", Tool.network("iris-4-5-5-3.json"), "--set", "w=1").code == 64)
  }
}
