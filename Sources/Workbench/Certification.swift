import BigInt
import Bounds
import CertificateKernel
public import Certificates
import ExactArithmetic
import PatternSearch
public import Problems

/// A certificate to be written beside an answer, and checked.
public struct CertificateRequest: Sendable {
  /// Where the certificate goes.
  public let path: String
  /// The user's instance file: the checker reads it anew.
  public let instance: String
  public let kind: ProblemKind?
  /// Whether the question is the one in the instance file.
  public var asksOwnQuestion = false

  public init(path: String, instance: String, kind: ProblemKind? = nil) {
    self.path = path
    self.instance = instance
    self.kind = kind
  }

  /// The checker's word on the finished file.
  func check() throws -> CertificateReport {
    CertificateReport(
      path: path, check: try CertificateCheck(instance: instance, kind: kind?.rawValue, certificate: path))
  }
}

/// A certificate that was written, and what the checker said of it.
public struct CertificateReport: Sendable {
  public let path: String
  public let check: CertificateCheck

  public var isAccepted: Bool { check.verdict != nil }

  var acceptedPath: String? { isAccepted ? path : nil }

  /// One line for people.
  public var text: String {
    if let reason = check.reason { return "certificate \(path): REJECTED by the checker: \(reason)" }
    let lines = check.verdict?.lines ?? 0
    return
      "certificate \(path): accepted by the checker (\(lines) lines, \(sizeText(check.bytes)), \(secondsText(check.seconds)) s)"
  }

  private func sizeText(_ bytes: Int) -> String {
    bytes < 10_000 ? "\(bytes) bytes" : bytes < 10_000_000 ? "\(bytes / 1000) kB" : "\(bytes / 1_000_000) MB"
  }
}

/// The lines of a claim about a network.
struct ConstantClaim {
  let question: BoundQuestion
  let isAttainable: Bool
  var method: String?

  /// `claim constant …`.
  var line: String {
    let domain: String
    switch question.domain {
    case .all: domain = "all"
    case .box(let lower, let upper):
      let isUniform = lower.allSatisfy { $0 == lower[0] } && upper.allSatisfy { $0 == upper[0] }
      let ends =
        isUniform ? [lower[0], upper[0]] : zip(lower, upper).flatMap { [$0, $1] }
      domain = "box " + ends.map { CertificateNumber.text($0) }.joined(separator: " ")
    }
    return "claim constant norm 2 patterns \(isAttainable ? "attainable" : "free") domain \(domain)"
      + (method.map { " method \($0)" } ?? "")
  }

  /// The point or pattern, and the direction.
  func lines(_ witness: Witness) -> [String] {
    let place =
      witness.x.map { "x " + $0.map { CertificateNumber.text($0) }.joined(separator: " ") }
      ?? (["pattern"]
      + question.freeProblem.layered(witness.pattern).map { $0.map(String.init).joined() })
      .joined(separator: " ")
    return [place, "v " + direction(witness).map { CertificateNumber.text($0) }.joined(separator: " ")]
  }

  /// One coordinate for each of the network's inputs: the problem over free patterns knows only of those that vary.
  private func direction(_ witness: Witness) -> [Dyadic] {
    guard !isAttainable, case .box(let lower, let upper) = question.domain else {
      return witness.exactDirection
    }
    var varying = witness.exactDirection.makeIterator()
    return zip(lower, upper).map { $0 < $1 ? varying.next() ?? .zero : .zero }
  }

  /// The ratio that a witness proves, or the square of its root rounded down where that is shorter.
  static func lower(_ witness: Witness) -> String {
    let exact = CertificateNumber.text(witness.ratioSquared)
    return exact.utf8.count <= 40 ? exact : CertificateNumber.text(Rational(squareOf: witness.lower))
  }
}
