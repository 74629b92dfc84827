import BigInt
import Bounds
import CertificateKernel
import Certificates
import ExactArithmetic
import Foundation
import LinearAlgebra
import Networks
import RandomNumbers
import Testing
import Workbench

/// ‖W‖₂ of dense matrices: a certified upper end and an exactly evaluated lower end within 10⁻¹² of each other.
@Suite struct SpectralCertificateTests {
  @Test(
    "Certified spectral norms are within 1e-12 of the norm",
    arguments: [(1, 1), (3, 5), (7, 2), (24, 64), (100, 100), (150, 200)])
  func spectralNorm(rows: Int, columns: Int) throws {
    var random = SplitMix64(seed: UInt64(1000 * rows + columns))
    let weights = Matrix(rows: rows, columns: columns) { _, _ in random.gaussian() }
    let network = try MultilayerPerceptron(
      name: "w", layers: [AffineLayer(weights: weights)], activations: [])
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let instance = folder.appendingPathComponent("w.json").path
    try NetworkFile.write(network, to: instance)
    let request = CertificateRequest(path: folder.appendingPathComponent("w.cert").path, instance: instance)

    let (bound, report) = try CertifiedBound.run(
      AutoLip.self, try BoundQuestion(network), certificate: request)
    let upper = try #require(report?.check.verdict?.claims[0].upper)
    #expect(bound.soundness == .certified)
    let exact = try ExactConstant(try BoundQuestion(network), certificate: request)
    let lower = try #require(exact.certificate?.check.verdict?.claims[0].lower)
    // Squares: twice the relative distance of the norms.
    #expect(lower <= upper)
    #expect(upper <= lower * (1 + Rational(2, 1_000_000_000_000)))
  }
}
