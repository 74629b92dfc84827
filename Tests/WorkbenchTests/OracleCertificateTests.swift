import Bounds
import CertificateKernel
import Certificates
import ExactArithmetic
import Foundation
import LinearAlgebra
import Networks
import PatternSearch
import TestSupport
import Testing
import Workbench

/// Certificates against brute force on exact data: in every norm, on every kind of domain, what the kernel accepts holds the
/// brute-force value and is closed.
@Suite struct OracleCertificateTests {
  private func check(
    _ question: BoundQuestion, _ patterns: ExactConstant.Patterns, _ value: Double,
    _ request: CertificateRequest,
    _ label: String
  ) throws {
    func holds(_ lower: Double, _ upper: Double) -> Bool {
      let room = 1e-9 * value
      return lower <= value + room && value <= upper + room && upper - lower <= 1.000001e-6 * upper
    }
    let exact = try ExactConstant(question, patterns: patterns, certificate: request)
    guard let claim = exact.certificate?.check.verdict?.claims.first, let square = claim.upper else {
      Issue.record("\(label): \(exact.certificate?.text ?? "no certificate")")
      return
    }
    // The zero map has no witness.
    let (lower, upper) = (claim.lower?.squareRootRoundedDown ?? 0, square.squareRootRoundedUp)
    #expect(holds(lower, upper), "\(label): \(value) is not \(lower) … \(upper)")
    let plain = try ExactConstant(question, patterns: patterns).result.enclosure
    #expect(holds(plain.lower, plain.upper), "\(label): \(value) is not \(plain.lower) … \(plain.upper)")
  }

  @Test(
    "Accepted certificates hold the brute-force value", arguments: DyadicExample.DomainKind.allCases, 0..<3)
  func certificates(_ kind: DyadicExample.DomainKind, _ block: Int) throws {
    let scratch = try ScratchFolder()
    let request = CertificateRequest(path: scratch.path + "/a.cert", instance: scratch.path + "/a.json")
    for seed in block * 10..<(block + 1) * 10 {
      let example = try DyadicExample(seed: UInt64(seed) + 5000, kind)
      let domain = example.domain
      try JSONFormat.write(example.network).write(to: URL(fileURLWithPath: request.instance))
      let network = try NetworkFile.read(request.instance)
      let oracle = BruteForce(example.network, domain: domain, isExact: true)
      let (attainable, free) = (oracle.attainable(), oracle.free())
      for norm in OperatorNorm.all {
        let label = "\(kind), seed \(seed), \(norm.name)"
        let question = try BoundQuestion(network, domain: domain, norm: norm)
        try check(question, .attainable, attainable.answer(norm).maximum, request, label)
        try check(question, .free, free.answer(norm).maximum, request, "free, \(label)")
        guard network.outputs > 1, seed % 3 == 0 else { continue }
        let difference = try BoundQuestion(
          network, domain: domain, norm: norm, outputs: OutputChoice(output: 1, minus: 0))
        let rows = attainable.certain.map { j in zip(j[1], j[0]).map { $0 - $1 } }
        let value = rows.map { operatorNorm([$0], norm) }.max() ?? 0
        try check(difference, .attainable, value, request, "1-0, \(label)")
      }
    }
  }
}
