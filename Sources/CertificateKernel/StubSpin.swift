import ExactArithmetic
struct SpinProof {
  init(_ problem: SpinProblem, _ words: Words) throws(CertificateRejected) {}
  mutating func step(_ words: inout Words) throws(CertificateRejected) {}
  func conclude(_ words: Words) throws(CertificateRejected) -> Rational { 0 }
}
