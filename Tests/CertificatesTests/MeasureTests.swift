import Foundation
import Problems
import QuadraticSearch
import Certificates
import ExactArithmetic
import CertificateKernel
import Testing

@Suite("Measure", .serialized, .enabled(if: ProcessInfo.processInfo.environment["MEASURE"] != nil))
struct MeasureTests {
  private func cpu() -> Double { Double(clock()) / Double(CLOCKS_PER_SEC) }
  @Test func measure() throws {
    for (name, problem, engine) in [
      ("g05-60", SpinCertificateTests.g05(60, seed: 1), nil as QuadraticEngine?), ("torus-10", SpinCertificateTests.torus(10, seed: 1), .linear),
      ("torus-20", SpinCertificateTests.torus(20, seed: 1), nil),
      ("gnp", MeasureTests.gnp(), nil),
      ("g05-80", SpinCertificateTests.g05(80, seed: 1), nil),
    ] {
      if name == "g05-80", ProcessInfo.processInfo.environment["MEASURE"] != "long" { continue }
      var a = cpu()
      let plain = try problem.solve(QuadraticSettings(engine: engine))
      let t0 = cpu() - a
      let lines = CertificateLines()
      var settings = QuadraticSettings(engine: engine)
      settings.proof = SpinProofWriter(lines)
      a = cpu()
      let proved = try problem.solve(settings)
      let t1 = cpu() - a
      a = cpu()
      let all = lines.lines
      let bound = try lines.bound(problem)
      let t2 = cpu() - a
      let bytes = all.reduce(0) { $0 + $1.utf8.count }
      print("MEASURED \(name) \(plain.engine) nodes \(plain.statistics.nodes)/\(proved.statistics.nodes) plain \(t0) proof \(t1) check \(t2) bytes \(bytes) lines \(all.count) optimal \(proved.isOptimal) same \(bound.value == proved.bound) \(bound.counts)")
    }
  }
  static func gnp() -> Ising {
    var p: [PairTerm] = []
    var seed: UInt64 = 88172645463325252
    func r() -> Double { seed ^= seed << 13; seed ^= seed >> 7; seed ^= seed << 17; return Double(seed >> 11) * 0x1p-53 }
    for i in 0..<100 { for j in (i + 1)..<100 where r() < 0.06 { p.append(PairTerm(i, j, 1)) } }
    return Ising(spins: 100, couplings: p, sense: .minimize)
  }
}
