import Foundation
import Testing

/// Commands that read points.
@Suite struct DataCommandTests {
  static let points =
    "a,b,c,d,label\n0.2,0.6,0.1,0.05,0\n0.5,0.3,0.6,0.6,1\n0.7,0.5,0.8,0.9,2\n0.45,0.3,0.7,0.7,1\n"
  static let network = Tool.network("iris-4-8-8-3.json")

  @Test func theBoxOfTheDataIsADomain() throws {
    try Tool.withFile("points.csv", Self.points) { (file: String) throws in
      let box = "0.2 0.7\n0.3 0.6\n0.1 0.8\n0.05 0.9\n"
      try Tool.withFile("box.txt", box) { (other: String) throws in
        func squared(_ domain: String) throws -> String? {
          try Tool.run("exact", Self.network, "--domain", domain, "--json", "--quiet").json()["lowerSquared"]
            as? String
        }
        #expect(try squared("data:\(file)") == squared(other))
      }
    }
  }

  @Test func aBoxIsToldByItsEnds() throws {
    try Tool.withFile("point.txt", "0.5 0.25 0.75 1\n") { (file: String) throws in
      let run = ["--center", file, "--radius", "0.125", "--quiet"]
      let text = try Tool.run(["exact", Self.network] + run).output
      #expect(text.contains("X = box with sides of 0.25 in R^4"))
      for command in [["exact", Self.network], ["bound", "fgl", Self.network]] {
        let json = try Tool.run(command + run + ["--json"]).json()
        #expect(json["domain"] as? String == "box")
        let box = try #require(json["box"] as? [String: [Double]])
        #expect(
          box["lower"] == [0.375, 0.125, 0.625, 0.875] && box["upper"] == [0.625, 0.375, 0.875, 1.125])
      }
    }
    let cube = try Tool.run("exact", Self.network, "--domain", "box:0:1", "--json", "--quiet").json()
    #expect(cube["domain"] as? String == "box:0:1" && cube["box"] == nil)
  }

  @Test func theBoundOfTheDataHasAWitnessAndACertificate() throws {
    try Tool.withFile("points.csv", Self.points) { (file: String) throws in
      let certificate = file + ".cert"
      for norm in ["2", "1", "inf", "1:inf"] {
        let json = try Tool.run(
          "bound", "dataset", Self.network, "--data", file, "--norm", norm, "--certificate", certificate,
          "--json"
        ).json()
        #expect(json["side"] as? String == "lower" && json["soundness"] as? String == "certified")
        #expect(json["certificate"] as? String == certificate)
        let witness = try #require(json["witness"] as? [String: Any])
        #expect((witness["x"] as? [Double])?.count == 4)
        let exact = try Tool.run("exact", Self.network, "--norm", norm, "--json", "--quiet").json()
        let value = try #require(json["value"] as? Double)
        #expect(try value > 1 && value <= #require(exact["upper"] as? Double))
      }
    }
  }

  @Test func auditHasARowForTheData() throws {
    try Tool.withFile("points.csv", Self.points) { (file: String) throws in
      let outcome = try Tool.run("audit", Self.network, "--data", file, "--domain", "data:\(file)", "--quiet")
      #expect(outcome.code == 0)
      #expect(outcome.output.contains("\ndataset ") && outcome.output.contains("dataset: 4 points"))
      let json = try Tool.run("audit", Self.network, "--data", file, "--json", "--quiet").json()
      let names = (json["methods"] as? [[String: Any]])?.compactMap { $0["name"] as? String }
      #expect(names?.contains("dataset") == true && json["consistent"] as? Bool == true)
    }
  }

  @Test func aWalkStartsFromTheData() throws {
    try Tool.withFile("points.csv", Self.points) { (file: String) throws in
      let run = ["bound", "cell-walk", Self.network, "--domain", "box:0:1", "--json"]
      let points = try Tool.run("bound", "dataset", Self.network, "--data", file, "--json").json()
      let walk = try Tool.run(run + ["--data", file])
      #expect(walk.code == 0)
      let value = try #require(try walk.json()["value"] as? Double)
      #expect(try value >= #require(points["value"] as? Double))
    }
  }

  @Test func fixedInputsAreNoted() throws {
    let points = "a,b,c,d,label\n0.2,0.6,0.1,0.05,0\n0.2,0.3,0.6,0.05,1\n"
    try Tool.withFile("points.csv", points) { (file: String) throws in
      let note = "the domain fixes inputs 1, 4: only changes of the others count"
      let run = [Self.network, "--domain", "data:\(file)", "--quiet"]
      for command in [["exact"], ["audit"], ["decide", "--at-most", "5"]] {
        let outcome = try Tool.run(command + run)
        #expect(outcome.output.contains("\nnote      \(note)\n"), "\(command)")
        let json = try Tool.run(command + run + ["--json"]).json()
        #expect((json["network"] as? [String: Any])?["notes"] as? [String] == [note], "\(command)")
      }
      #expect(try !Tool.run("exact", Self.network, "--domain", "box:0:1").output.contains("note "))
    }
    try Tool.withFile("point.csv", "1,2,3,4\n") { (file: String) throws in
      let outcome = try Tool.run("exact", Self.network, "--domain", "data:\(file)", "--quiet")
      #expect(outcome.output.contains("the domain fixes all inputs: it is one point"))
    }
  }

  @Test func aSearchStartsFromTheData() throws {
    try Tool.withFile("points.csv", Self.points) { (file: String) throws in
      let bound = try Tool.run("bound", "dataset", Self.network, "--data", file, "--json").json()
      let exact = try Tool.run(
        "exact", Self.network, "--data", file, "--time-limit", "0", "--json", "--quiet")
      #expect(exact.code == 2)
      let value = try #require(bound["value"] as? Double)
      #expect(try #require(try exact.json()["lower"] as? Double) >= value)
    }
  }

  @Test(arguments: [
    ("1 2 3 4\n1 2 3\n", ":2:", "3 cells"), ("1 2 3 4\n1 2 nan 4\n", ":2:", "cell 3 is nan"),
    ("1 2 3\n", ":1:", "for 4 inputs"), ("", "", "no points"),
    (",a,b,c,d\n0,1,2,3,4\n", ":1:", "column 1 has no name; write the file without the index (index=False)"),
  ])
  func badFiles(contents: String, place: String, says: String) throws {
    try Tool.withFile("bad.csv", contents) { (file: String) throws in
      for arguments in [
        ["exact", Self.network, "--domain", "data:\(file)"], ["exact", Self.network, "--data", file],
        ["audit", Self.network, "--data", file], ["bound", "dataset", Self.network, "--data", file],
      ] {
        let outcome = try Tool.run(arguments)
        expectOneLine(outcome, code: 65, says: says)
        #expect(outcome.errors.contains("bad.csv" + place))
      }
    }
  }

  @Test func usage() throws {
    #expect(try Tool.run("bound", "dataset", Self.network).code == 64)
    #expect(try Tool.run("bound", "autolip", Self.network, "--data", "x.csv").code == 64)
    #expect(try Tool.run("exact", Self.network, "--data", "no-such.csv").code == 66)
    #expect(try Tool.run("exact", Self.network, "--domain", "data:no-such.csv").code == 66)
  }
}
