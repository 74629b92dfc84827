import BigInt
import Bounds
import CertificateKernel
import Certificates
import ExactArithmetic
import Foundation
import Networks
import PatternSearch
import Testing
import Workbench

/// Where certificates go, and what becomes of answers whose certificates have something odd about them.
@Suite struct CertificateFileTests {
  private let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)

  private func file(_ name: String, _ text: String? = nil) throws -> String {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let url = folder.appendingPathComponent(name)
    if let text { try text.write(to: url, atomically: true, encoding: .utf8) }
    return url.path
  }

  private func exact(
    _ instance: String, _ certificate: String, _ domain: Domain = .all, threshold: Threshold? = nil
  ) throws -> ExactConstant {
    let settings = SearchSettings(threshold: threshold)
    return try ExactConstant(
      try BoundQuestion(try NetworkFile.read(instance), domain: domain, settings: settings),
      certificate: CertificateRequest(path: certificate, instance: instance))
  }

  private static let kinks = """
    {"activation": "relu", "layers": [{"weights": [[0.1], [0.3]]}, {"weights": [[0.7, 0.2]]}]}
    """

  @Test func onlyCertificatesAreReplaced() throws {
    let instance = try file("net.json", Self.kinks)
    #expect(throws: CertificateFile.Failure.self) { try exact(instance, instance) }
    #expect(throws: CertificateFile.Failure.self) { try exact(instance, folder.path) }
    #expect(try String(contentsOfFile: instance, encoding: .utf8) == Self.kinks)
    for domain in [Domain.all, .box(lower: [0], upper: [1])] {
      #expect(try exact(instance, try file("net.cert"), domain).certificate?.isAccepted == true)
    }
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["net.cert", "net.json"])
  }

  @Test func aDomainOfOnePointHasTheConstantZero() throws {
    let answer = try exact(
      try file("net.json", Self.kinks), try file("net.cert"), .box(lower: [0.5], upper: [0.5]))
    #expect(answer.certificate?.check.verdict?.claims[0].upper == .zero)
    #expect(answer.result.enclosure.upper == 0 && answer.upperSoundness == .certified)
  }

  @Test("Fractions, which the search rounds and the checker does not")
  func fractions() throws {
    let text = """
      {"activation": "relu", "layers": [{"weights": [["1/3"], ["2/7"]]}, {"weights": [["1/9", "-7/2"]]}]}
      """
    let answer = try exact(try file("net.json", text), try file("net.cert"))
    #expect(answer.certificate?.isAccepted == true, "\(answer.certificate?.text ?? "")")
  }

  @Test func statementsNameThresholdsExactly() throws {
    let threshold = Threshold.atMost(squared: try #require(try? Rational.parse("0.0169000000000000002")))
    let answer = try exact(try file("net.json", Self.kinks), try file("net.cert"), threshold: threshold)
    let statement = try #require(answer.certificate?.check.verdict?.statements[0])
    #expect(statement.hasPrefix("yes: L(f, X)² ≤ 84500000000000001/5000000000000000000 "), "\(statement)")
  }

  @Test("One affine layer on a box without 0, a zero layer, and |x|: all bounds have proofs")
  func edges() throws {
    for (text, domain) in [
      (#"[{"weights": [[1, 2, -1], [1, -1, 1]]}]"#, Domain.box(lower: [1, 1, 1], upper: [2, 2, 2])),
      (#"[{"weights": [[1]]}, {"weights": [[0]]}]"#, .all),
      (#"[{"weights": [[1], [-1]]}, {"weights": [[1, 1]]}]"#, .all),
      // Singular values of very different size.
      (
        #"[{"weights": [[0.48]]}, {"weights": [[1], [1], [1e8], [-0.196]]}, {"weights": [[1, 1, 1e-8, 2]]}]"#,
        .all
      ),
    ] {
      let instance = try file("net.json", "{\"activation\": \"relu\", \"layers\": \(text)}")
      let question = try BoundQuestion(try NetworkFile.read(instance), domain: domain)
      let request = CertificateRequest(path: try file("net.cert"), instance: instance)
      let audit = try Audit(question, certificate: request)
      #expect(audit.certificate?.isAccepted == true, "\(text): \(audit.certificate?.text ?? "")")
      #expect(audit.isConsistent)
    }
  }

  @Test("A threshold closer to the constant than doubles can tell")
  func nearTies() throws {
    // J Jᵀ = [[6, -2], [-2, 3]]: ‖J‖² = 7.
    let text = #"{"activation": "relu", "layers": [{"weights": [[1, 2, -1], [1, -1, 1]]}]}"#
    let instance = try file("net.json", text)
    let tiny = Dyadic(mantissa: 1, exponent: -150).fraction
    for (squared, verdict) in [(Rational(7) - tiny, false), (Rational(7), true), (Rational(7) + tiny, true)] {
      let answer = try exact(instance, try file("net.cert"), threshold: .atMost(squared: squared))
      #expect(answer.result.verdict == verdict)
      #expect(answer.certificate?.isAccepted == true, "\(answer.certificate?.text ?? "")")
    }
  }
}
