import Foundation
import Testing

/// The built `lipbench-check`, run as a user runs it: what does not depend on any rule of the certificates.
@Suite struct CheckCommandTests {
  private static let url = Tool.url.deletingLastPathComponent().appendingPathComponent("lipbench-check")
  private static let graph = "3 2\n1 2 1\n2 3 1\n"

  private func check(_ arguments: String...) throws -> Tool.Outcome {
    let process = Process()
    process.executableURL = Self.url
    process.arguments = arguments
    let (output, errors) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let texts = [output, errors].map {
      String(decoding: $0.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    }
    process.waitUntilExit()
    return Tool.Outcome(output: texts[0], errors: texts[1], code: process.terminationStatus)
  }

  @Test func missingFilesAreNamed() throws {
    try Tool.withFile("a.mc", Self.graph) { graph in
      expectOneLine(try check("/nowhere/a.mc", graph), code: 66, says: "/nowhere/a.mc: no such file")
      expectOneLine(try check(graph, "/nowhere/a.cert"), code: 66, says: "/nowhere/a.cert: no such file")
      expectOneLine(try check("/", graph), code: 65, says: "is a folder")
    }
  }

  @Test func unreadableInstancesAreOneLineWithPlaceAndRemedy() throws {
    try Tool.withFile("a.cert", "nonsense\n") { certificate in
      try Tool.withFile("a.mc", "3 2\n1 2 1\n2 9 1\n") { graph in
        expectOneLine(try check(graph, certificate), code: 65, says: "\(graph):3: ")
      }
      try Tool.withFile("a.json", "{\"layers\": [{\"weights\": [[1, true]]}]}") { network in
        expectOneLine(try check(network, certificate), code: 65, says: "\(network):layers[0].weights[0][1]: ")
      }
      try Tool.withFile("graph", Self.graph) { graph in
        expectOneLine(try check(graph, certificate), code: 65, says: "--kind")
        #expect(try check(graph, certificate, "--kind", "max-cut").code == 1)
        #expect(try check(graph, certificate, "--kind", "nonsense").code == 64)
      }
    }
    #expect(try check().code == 64)
    #expect(try check("--help").output.contains("EXAMPLES"))
  }

  @Test("A network whose hidden layer compares constants only has constant 0, with a proof")
  func constantsOnly() throws {
    let text = #"{"activation":"maxmin","layers":[{"weights":[[0],[0]],"bias":[2,5]},{"weights":[[1,10]]}]}"#
    try Tool.withFile("net.json", text) { (network: String) throws in
      #expect(try Tool.run("exact", network, "--json").json()["upper"] as? Double == 0)
      let certificate = network.dropLast(4) + "cert"
      let outcome = try Tool.run("exact", network, "--json", "--certificate", String(certificate))
      #expect(try outcome.json()["upper"] as? Double == 0)
      #expect(try check(network, String(certificate)).code == 0)
    }
  }

  @Test(arguments: [
    "", "\n", "nonsense\n", "nonsense\r\n", "\u{0}\n", "lipbench-certificate 1\n", "lipbench-certificate 9\n",
  ])
  func whatIsNoProofIsRejected(text: String) throws {
    try Tool.withFile("a.mc", Self.graph) { graph in
      try Tool.withFile("a.cert", text) { certificate in
        let outcome = try check(graph, certificate)
        #expect(outcome.code == 1 && outcome.errors.isEmpty)
        #expect(outcome.output.hasPrefix("rejected: \(certificate):"), "\(outcome.output)")
        #expect(outcome.output.split(separator: "\n").count == 1)
        let json = try check(graph, certificate, "--json")
        #expect(json.code == 1)
        let object = try json.json()
        #expect(object["accepted"] as? Bool == false && object["line"] is Int)
        #expect(object["rule"] is String && object["reason"] is String)
      }
    }
  }
}
