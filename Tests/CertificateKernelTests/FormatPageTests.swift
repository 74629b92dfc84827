import CertificateKernel
import Foundation
import Testing

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
    var checker = CertificateChecker(
      instance: try Instance.read(Array(example.instance.utf8), name: "example.json"))
    for line in example.certificate { try checker.check(line: Array(line.utf8)) }
    #expect(try checker.finish().statements[0] == String(example.certificate[1].dropFirst(2)))
  }
}
