import Foundation
import Testing

@Suite struct RobustnessCommandTests {
  static let network = Tool.network("iris-4-8-8-3.json")
  static let points = DataCommandTests.points

  @Test func theTablesAndTheSummary() throws {
    try Tool.withFile("points.csv", Self.points) { (file: String) throws in
      let outcome = try Tool.run("robustness", Self.network, "--data", file, "--radius", "0.05")
      #expect(outcome.code == 0)
      for word in [
        "nearest", "largest constant", "certified at 0.05: ", "median radius", "4 points, with labels\n",
        "closed  remark\n",
      ] {
        #expect(outcome.output.contains(word), "\(word)")
      }
    }
  }

  @Test(arguments: ["2", "1", "inf"])
  func jsonHasItsKeysAndRadiiGrowWithSteps(norm: String) throws {
    try Tool.withFile("points.csv", Self.points) { (file: String) throws in
      func rows(_ steps: String) throws -> [[String: Any]] {
        let outcome = try Tool.run(
          "robustness", Self.network, "--data", file, "--radius", "0.5", "--norm", norm, "--steps", steps,
          "--domain", "box:0:1", "--json", "--quiet")
        #expect(outcome.code == 0 && outcome.errors.isEmpty)
        let json = try outcome.json()
        for key in [
          "network", "norm", "domain", "radius", "rows", "pairs", "certified", "medianRadius", "seconds",
        ] {
          #expect(json[key] != nil, "\(key)")
        }
        #expect(
          json["soundness"] as? String == "floating-point" && json["marginSoundness"] as? String == "exact")
        #expect(json["norm"] as? String == norm && json["labelled"] as? Bool == true)
        return try #require(json["rows"] as? [[String: Any]])
      }
      func radii(_ rows: [[String: Any]]) -> [Double] { rows.compactMap { $0["certifiedRadius"] as? Double } }
      let first = try rows("0")
      let better = try rows("8")
      #expect(first.count == 4 && radii(first).count == 4)
      #expect(zip(radii(first), radii(better)).allSatisfy { $0 <= $1 && $1 <= 0.5 })
      #expect(radii(first) != radii(better))
      for key in ["point", "line", "label", "outcome", "nearest", "margin", "constant", "closed"] {
        #expect(better[0][key] != nil, "\(key)")
      }
      #expect(better.map { $0["line"] as? Int } == [2, 3, 4, 5])
    }
  }

  @Test func theLibraryHasPoints() throws {
    let file = Tool.network("../data/iris.csv")
    let json = try Tool.run(
      "robustness", Tool.network("iris-4-5-5-3.onnx"), "--data", file, "--radius", "0.1", "--json", "--quiet"
    ).json()
    #expect(json["points"] as? Int == 30 && json["certified"] as? Int == 13)
    #expect(json["misclassified"] as? Int == 0 && json["closed"] as? Bool == true)
  }

  @Test func aPageWithThePicture() throws {
    try Tool.withFile("page.html", "") { (page: String) throws in
      let points = Tool.network("../data/iris.csv")
      let run = ["robustness", Tool.network("iris-4-5-5-3.json"), "--quiet", "--html", page]
      #expect(try Tool.run(run + ["--data", points, "--radius", "0.1"]).code == 0)
      let html = try String(contentsOfFile: page, encoding: .utf8)
      #expect(html.contains("<polyline points=") && html.contains("13 of 30 points"))
      #expect(html.components(separatedBy: "<tr>").count == 1 + 1 + 6 + 1 + 30)
      #expect(try Tool.run(run).code == 64)
    }
  }

  @Test func withoutDataAllPairsOfClasses() throws {
    let outcome = try Tool.run("robustness", Self.network, "--domain", "box:0:1", "--quiet")
    #expect(outcome.code == 0 && outcome.output.contains("L_ij"))
    let json = try Tool.run("robustness", Self.network, "--domain", "box:0:1", "--json", "--quiet").json()
    let pairs = try #require(json["pairs"] as? [[String: Any]])
    #expect(pairs.count == 3)
    #expect(json["soundness"] as? String == "floating-point" && json["lowerSoundness"] as? String == "proved")
    for pair in pairs {
      let choice = "\(try #require(pair["i"] as? Int))-\(try #require(pair["j"] as? Int))"
      let exact = try Tool.run(
        "exact", Self.network, "--domain", "box:0:1", "--output", choice, "--json", "--quiet"
      ).json()
      let value = try #require(exact["value"] as? Double)
      let upper = try #require(pair["upper"] as? Double)
      #expect(abs(upper - value) <= 1e-5 * value)
    }
  }

  @Test func ctrlCPrintsTheRowsThatAreFinished() throws {
    let row = (0..<64).map { "0.\($0 % 10)" }.joined(separator: " ")
    try Tool.withFile("points.txt", String(repeating: row + "\n", count: 5000)) { (file: String) throws in
      let outcome = try Tool.run(
        ["robustness", Tool.network("digits-64-16-10.json"), "--data", file, "--radius", "0.1", "--json"],
        interruptAfter: 1.5)
      #expect(outcome.code == 2)
      let json = try outcome.json()
      #expect(json["interrupted"] as? Bool == true)
      let count = try #require((json["rows"] as? [[String: Any]])?.count)
      #expect(count > 0 && count < 5000)
      #expect(outcome.errors.contains("of 5000"))
    }
  }

  @Test func ctrlCPrintsThePairsThatAreFinished() throws {
    let outcome = try Tool.run(
      ["robustness", Tool.network("digits-64-24-16-10.json"), "--quiet"], interruptAfter: 1)
    #expect(outcome.code == 2)
    #expect(outcome.output.contains("interrupted: ") && outcome.output.contains(" of 45 pairs"))
  }

  @Test func theColumnTakenForTheClassIsNamed() throws {
    let points = Self.points.replacingOccurrences(of: "label", with: "Kind")
    try Tool.withFile("points.csv", points) { (file: String) throws in
      let outcome = try Tool.run("robustness", Self.network, "--data", file, "--radius", "0.05", "--quiet")
      #expect(outcome.output.contains("4 points, with labels from column “Kind”\n"))
    }
  }

  @Test func aConstantThatIsNotClosedSaysSo() throws {
    try Tool.withFile("points.csv", Self.points) { (file: String) throws in
      let outcome = try Tool.run(
        "robustness", Self.network, "--data", file, "--radius", "0.3", "--time-limit", "0", "--quiet")
      #expect(outcome.code == 2 && outcome.output.contains("not closed"))
    }
  }

  @Test(arguments: [
    ("1 2 3 4 3\n", ":1:", "0 to 2"), ("1 2 3 4 setosa\n", ":1:", "setosa"), ("1 2 3 4 -1\n", ":1:", "“-1”"),
    ("1 2 3 4\n1 2 1e300 4\n", ":2:", "larger than"), ("1 2 3 4\n1 2 inf 4\n", ":2:", "cell 3 is inf"),
  ])
  func badFiles(contents: String, place: String, says: String) throws {
    try Tool.withFile("bad.csv", contents) { (file: String) throws in
      let outcome = try Tool.run("robustness", Self.network, "--data", file, "--radius", "1", "--quiet")
      expectOneLine(outcome, code: 65, says: says)
      #expect(outcome.errors.contains("bad.csv" + place))
    }
  }

  @Test func usage() throws {
    try Tool.withFile("points.csv", Self.points) { (file: String) throws in
      for options in [
        ["--data", file], ["--radius", "1"], ["--data", file, "--radius", "0"],
        ["--data", file, "--radius", "nan"], ["--data", file, "--radius", "1", "--norm", "1:inf"],
        ["--data", file, "--radius", "1", "--steps", "-1"], ["--norm", "3"], ["--engine", "magic"],
        ["--norm", "inf", "--domain", "box:0:1", "--engine", "milp"],
      ] {
        #expect(try Tool.run(["robustness", Self.network] + options).code == 64, "\(options)")
      }
    }
    #expect(try Tool.run("robustness", Self.network, "--data", "no.csv", "--radius", "1").code == 66)
    let help = try Tool.run("robustness", "--help").output
    for word in ["EXAMPLES", "COLUMNS", "nearest  ", "margin  ", "largest constant  "] {
      #expect(help.contains(word), "\(word)")
    }
  }
}
