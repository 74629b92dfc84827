import Foundation
import Testing

/// Domains and networks at the edge of what a search and its certificate can hold.
@Suite struct DomainCommandTests {
  private static let kinked =
    #"{"layers": [{"weights": [[1, -1], [-1, 1], [1, 2]]}, {"weights": [[3, -3, 0]], "bias": [2]}], "activation": "relu"}"#

  private func exact(
    _ network: String, domain: String, name: String = "rows.txt", _ options: [String] = []
  ) throws -> Tool.Outcome {
    try Tool.withFile("net.json", network) { (file: String) throws in
      try Tool.withFile(name, domain) { (domain: String) throws in
        let domain = name == "rows.txt" ? "polytope:\(domain)" : domain
        return try Tool.run(["exact", file, "--domain", domain, "--json", "--quiet"] + options)
      }
    }
  }

  @Test(arguments: [
    "1 1 0\n-1 -1 0\n1 0 0\n-2 1 2\n", "1 1 0\n-1 -1 0\n1 -1 1\n", "1 0 0.1\n-1 0 -0.1\n", "1 0 0\n-1 0 -1\n",
  ])
  func aPolytopeWithoutInteriorIsBadInput(rows: String) throws {
    expectOneLine(try exact(Self.kinked, domain: rows), code: 65, says: "strictly inside all rows")
  }

  @Test(arguments: ["-1 0 -2e9\n", "1 0 1\n-1 0 -0.9999999999\n", "1 0 1e-12\n-1 0 0\n0 1 1e-12\n0 -1 0\n"])
  func aPolytopeMayBeFarOutOrThin(rows: String) throws {
    let outcome = try exact(Self.kinked, domain: rows)
    #expect(outcome.code == 0)
    let value = try #require(try outcome.json()["value"] as? Double)
    #expect(abs(value - 3 * 2.0.squareRoot()) < 1e-9)
  }

  @Test func aFileThatIsCutOffIsBadInput() throws {
    let text =
      "(declare-const X_0 Real)\n(assert (>= X_0 0))(assert (>= X_1 0))(assert (<= X_0 1))(assert (<= X_1 1))"
    #expect(try exact(Self.kinked, domain: text, name: "box.vnnlib").code == 0)
    for rest in ["\n(assert (<= X_0 0.5", "\n(assert (<= X_0 0.5)", "\n)"] {
      let outcome = try exact(Self.kinked, domain: text + rest, name: "box.vnnlib")
      expectOneLine(outcome, code: 65, says: "box.vnnlib:3: ")
    }
  }

  @Test(
    "Certificates where units differ in scale, biases vanish, or nothing is to be found on a polytope",
    arguments: [
      (
        #"{"layers": [{"weights": [[1, 1], [1e-17, 1e-17]], "bias": [-1, 1e-17]}, {"weights": [[1, 1e17], [1, -1e17]]}, {"weights": [[1, 1]]}], "activation": "relu"}"#,
        "0 1\n0 1\n", "box.txt"
      ),
      (
        #"{"layers": [{"weights": [[1, 1], [1, -1]]}, {"weights": [[1, 1], [-1, -1]]}, {"weights": [[1, 1]]}], "activation": "relu"}"#,
        "1e-17 2e-17\n1e-18 2e-18\n", "box.txt"
      ),
      (
        #"{"layers": [{"weights": [[0, 0]]}, {"weights": [[1]]}], "activation": "relu"}"#, "1 0 1\n",
        "rows.txt"
      ),
    ])
  func certificates(network: String, domain: String, name: String) throws {
    try Tool.withFile("a", "") { (file: String) throws in
      let certificate = file + ".cert"
      let outcome = try exact(network, domain: domain, name: name, ["--certificate", certificate])
      #expect(outcome.code == 0)
      #expect(try outcome.json()["certificate"] as? String == certificate)
    }
  }

  @Test("Audits in every norm, and of a difference that doubles do not hold, have accepted certificates")
  func audits() throws {
    let difference =
      #"{"layers": [{"weights": [[1, 2], [2, -1]]}, {"weights": [[0.1, 1], [1e-20, -1]]}], "activation": "relu"}"#
    try Tool.withFile("net.json", difference) { (file: String) throws in
      let certificate = file + ".cert"
      for norm in ["1", "inf", "1:inf", "1:2", "2:inf"] {
        let outcome = try Tool.run(
          "audit", Tool.network("iris-4-5-5-3.json"), "--norm", norm, "--domain", "box:0:1", "--certificate",
          certificate, "--quiet")
        #expect(outcome.code == 0 && outcome.output.contains("accepted by the checker"), "\(norm)")
      }
      let outcome = try Tool.run("audit", file, "--output", "0-1", "--certificate", certificate, "--quiet")
      #expect(outcome.code == 0 && outcome.output.contains("accepted by the checker"))
    }
  }
}
