import CertificateKernel
import Foundation
import Testing

/// What a certificate proves of an instance file's text.
private func verdict(_ instance: String, _ name: String, _ certificate: String) throws -> CertificateVerdict {
  var checker = CertificateChecker(instance: try Instance.read(Array(instance.utf8), name: name))
  try checker.check(bytes: Array(certificate.utf8))
  return try checker.finish()
}

/// The worked examples of the format's page: each certificate is accepted for the instance above it, and proves what its second
/// line says.
@Suite struct FormatPageTests {
  private struct Example {
    let instance: String
    let certificate: [String]
  }

  private static let examples: [Example] = {
    let page = Repository.root.appendingPathComponent("Sources/CertificateKernel/CertificateFormat.md")
    let text = (try? String(contentsOf: page, encoding: .utf8)) ?? ""
    var instance = ""
    var examples: [Example] = []
    // Odd pieces are fenced.
    for (k, piece) in text.components(separatedBy: "```").enumerated() where k % 2 == 1 {
      let lines = piece.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      if lines[0] == "json" {
        instance = lines.dropFirst().joined(separator: "\n")
      } else if lines.count > 1, lines[1].hasPrefix("lipbench-certificate") {
        examples.append(Example(instance: instance, certificate: lines.dropFirst().filter { !$0.isEmpty }))
      }
    }
    return examples
  }()

  @Test func thePageHasExamplesOfEveryKindOfProof() {
    let words = Self.examples.flatMap(\.certificate).filter { $0.hasPrefix("proof ") }
    #expect(Set(words).isSuperset(of: ["proof patterns", "proof layers", "proof products", "proof pairs"]))
  }

  @Test("Examples are accepted", arguments: Array(examples.indices))
  func example(number: Int) throws {
    let example = Self.examples[number]
    let certificate = example.certificate.joined(separator: "\n")
    #expect(
      try verdict(example.instance, "example.json", certificate).statements[0]
        == String(example.certificate[1].dropFirst(2)))
  }
}

/// Files that a first version of the rules got wrong.
@Suite struct RegressionTests {
  private func outcome(_ instance: String, _ name: String, _ certificate: String) throws
    -> CertificateRejected?
  {
    do {
      _ = try verdict(instance, name, certificate)
      return nil
    } catch let error as CertificateRejected {
      return error
    }
  }

  @Test func pairsCannotUseTwoSplitsOfOneLayer() throws {
    let instance = """
      {"activation": "relu", "layers": [{"weights": [[1]]}, {"weights": [[1]]}, {"weights": [[1]]}]}
      """
    let certificate = """
      lipbench-certificate 1
      claim constant norm 2 patterns free domain all
      proof pairs
      split 2 1 0 1048576 1p-20
      pair 1
      level 1p-40
      interval 0
      close
      split 2 1 0 1p-20 1048576
      pair 2
      level 1p-40
      interval 0
      close
      qed
      conclude - 1p-80
      end
      """
    let rejected = try #require(try outcome(instance, "net.json", certificate))
    #expect(rejected.line == 9 && rejected.reason == "layer 2 is split already")
  }

  @Test func theLeastIntegerIsNoMultiplier() throws {
    let certificate = """
      lipbench-certificate 1
      claim optimum
      proof spins
      part 0 1
      level 1
      bounded 0 psd 0 -170141183460469231731687303715884105728p-300
      """
    #expect(try outcome("2 1\n1 2 1\n", "cut.mc", certificate) != nil)
  }

  @Test func fractionsOfHugeDenominatorsAreRefused() throws {
    let digits = String(repeating: "7", count: 15_000)
    let certificate = """
      lipbench-certificate 1
      claim constant norm 2 patterns attainable domain all
      x 1/\(digits)1 1/\(digits)3
      """
    let instance = #"{"activation": "relu", "layers": [{"weights": [[1, 2]]}]}"#
    #expect(try outcome(instance, "net.json", certificate)?.reason.contains("denominators") == true)
  }

  @Test func statementsAreNeverRoundedTowardsTheClaim() throws {
    let huge = "1" + String(repeating: "0", count: 100)
    let certificate = """
      lipbench-certificate 1
      claim optimum
      proof spins
      part 0 1
      level 1
      bounded 0 sum
      qed
      conclude at-least \(huge)1/\(huge)0 no
      end
      """
    let statement = try verdict("2 1\n1 2 1\n", "cut.mc", certificate).statements[0]
    #expect(statement.hasPrefix("no: maximum < 1.000000000000001 "), "\(statement)")
  }
}
