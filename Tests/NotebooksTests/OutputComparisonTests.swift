import Notebooks
import Testing

@Suite struct OutputComparisonTests {
  private func agree(_ a: String, _ b: String) -> Bool {
    let lines = [a, b].map { $0.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) }
    return OutputComparison.difference(expected: lines[0], found: lines[1]) == nil
  }

  @Test(arguments: [
    ("a  b ", "a b"), ("───", "─────"), ("L 107.4447", "L 107.444726479"), ("(1.50, 2)", "(1.51, 2)"),
    ("2.2e-08", "2.3e-08"), ("-0.50%", "-0.51%"), ("1.2×", "1.3×"), ("−1.5", "-1.5"), ("12", "12.0"),
    ("took 0.31 s", "took 12.5 s"), ("(3 CPU s, 10 MB)", "(4 CPU s, 1.5 GB)"), ("<0.001 s", "2 ms"),
    ("{\"cpuSeconds\": 0.5, \"n\": 2}", "{\"cpuSeconds\": 1e-3, \"n\": 2}"),
    (
      "name   solve s  nodes\n─────\nabc     <0.001     12",
      "name   solve s  nodes\n───\nabc       12.5     12"
    ),
  ])
  func agrees(_ a: String, _ b: String) {
    #expect(agree(a, b))
    #expect(agree(b, a))
  }

  @Test(arguments: [
    ("12", "13"), ("-1.5", "1.5"), ("107.4447", "107.4449"), ("2.2e-08", "2.2e-07"), ("v0.1.0", "v0.2.0"),
    ("0.1.0", "0.2.0"), ("12", "12.3"), ("a", "b"), ("a b", "ab"), ("1.5 nodes", "2.5 nodes"), ("x12", "x13"),
    ("a\nb", "a"), ("1.25%", "1.25"), ("iris-4-5", "iris-4-6"),
    ("1000000000000000000001", "1000000000000000000002"),
    ("{\"nodes\": 5}", "{\"nodes\": 6}"),
    (
      "name   solve s  nodes\n─────\nabc     <0.001     12",
      "name   solve s  nodes\n───\nabc       12.5     13"
    ),
    ("name   solve s  nodes\n─────\n\nabc        10.5", "name   solve s  nodes\n───\n\nabc        12.5"),
  ])
  func differs(_ a: String, _ b: String) {
    #expect(!agree(a, b))
    #expect(!agree(b, a))
  }

  @Test func ignoredLinesKeepTheNumbersOfTheOthers() {
    let difference = OutputComparison.difference(
      expected: ["a", "date 1", "c"], found: ["date 2", "a", "d"], ignored: "^date")
    #expect(difference?.index == 2)
    #expect(difference?.expected == "c")
    #expect(difference?.found == "d")
  }
}
