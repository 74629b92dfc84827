public import Bounds
import ExactArithmetic

/// A bound with its certificate.
public enum CertifiedBound {
  /// Runs a method; with a request its value is the one proved, if the checker accepts the proof.
  ///
  /// - Throws: `UncertifiableMethod` where the method has no rule; errors of writing and reading the files.
  public static func run(
    _ method: any BoundMethod.Type, _ question: BoundQuestion, certificate request: CertificateRequest?
  ) throws -> (LabelledBound, CertificateReport?) {
    guard let request else { return (method.init().run(question), nil) }
    let session = try CertificateSession(request)
    let (bound, certified) = try session.bound(method, question)
    guard session.claims > 0 else { throw UncertifiableMethod(method: method.name) }
    let report = try session.finish()
    return (bound.certified(certified, report), report)
  }
}

/// A method whose value no rule of certificates proves.
public struct UncertifiableMethod: Error, CustomStringConvertible {
  public let method: String

  public var description: String {
    "no certificate proves a value of \(method); leave --certificate out, or ask for another method"
  }
}

extension LabelledBound {
  /// This bound with the value that an accepted certificate proves.
  func certified(_ value: Double?, _ report: CertificateReport) -> LabelledBound {
    guard report.isAccepted, let value else { return self }
    var result = self
    result.value = value
    result.soundness = .certified
    return result
  }
}
