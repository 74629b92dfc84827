import BigInt
import Bounds
import CertificateKernel
public import Certificates
import ExactArithmetic
import LinearAlgebra
import Networks
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
  /// The conclusion, where it is not that of the search: `at-most -1 no`.
  public var conclusion: String?

  public init(path: String, instance: String, kind: ProblemKind? = nil) {
    self.path = path
    self.instance = instance
    self.kind = kind
  }

  /// Begins the file, once the checker is known to read the instance: what it cannot read it will not accept either.
  ///
  /// - Throws: `InputError` where it cannot; `CertificateFile.Failure` where the path is not one for a certificate.
  func begin() throws -> CertificateFile {
    let bytes = [UInt8](try InputFile.contents(instance))
    do throws(InstanceUnreadable) {
      _ = try Instance.read(bytes, name: instance, kind: kind?.rawValue)
    } catch {
      throw InputError(
        file: instance, place: error.place, "the checker of certificates cannot read it: \(error.reason)",
        remedy: "leave --certificate out, or convert the instance to .json first")
    }
    return try CertificateFile(path)
  }

  /// Has the checker read the finished file, and puts it in its place; one that is rejected is kept beside it, and an answer
  /// whose proof cannot be written is still an answer.
  func finish(_ file: CertificateFile) throws -> CertificateReport {
    do throws(CertificateFile.Failure) {
      try file.finish()
    } catch {
      return CertificateReport(path: path, check: CertificateCheck(unwritten: error))
    }
    let check = try CertificateCheck(
      instance: instance, kind: kind?.rawValue, certificate: file.partialPath)
    do throws(CertificateFile.Failure) {
      let place = try file.move(suffix: check.verdict == nil ? ".rejected" : "")
      return CertificateReport(path: place, check: check)
    } catch {
      return CertificateReport(path: path, check: CertificateCheck(unwritten: error))
    }
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
    if case .unwritten(let failure) = check.outcome { return "no certificate: \(failure)" }
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
    case .polytope(let rows, let bounds, _, _):
      let numbers = (0..<rows.rows).flatMap { Array(rows.row($0)) + [bounds[$0]] }
      let box = question.domain.box.map { box in zip(box.lower, box.upper).flatMap { [$0, $1] } } ?? []
      domain =
        "polytope \(rows.rows) "
        + (numbers + box).map { CertificateNumber.text($0) }.joined(separator: " ")
    }
    return "claim constant norm \(question.norm.name)" + (question.outputs.map { " output \($0.name)" } ?? "")
      + " patterns \(isAttainable ? "attainable" : "free") domain \(domain)"
      + (method.map { " method \($0)" } ?? "")
  }

  /// The point or pattern, and the direction.
  func lines(_ witness: Witness) -> [String] {
    let place =
      witness.x.map { "x " + $0.map { CertificateNumber.text($0) }.joined(separator: " ") }
      ?? (["pattern"]
      + question.freeProblem.layered(witness.pattern).prefix(question.layersOfFile - 1)
      .map { $0.map(String.init).joined() })
      .joined(separator: " ")
    return [place, "v " + direction(witness).map { CertificateNumber.text($0) }.joined(separator: " ")]
  }

  /// Of a polytope a point strictly inside, which a proof without a witness needs.
  var interiorLine: String? {
    guard isAttainable, case .polytope = question.domain else { return nil }
    return question.attainableProblem.interiorPoint.map {
      "inside " + $0.map { CertificateNumber.text($0) }.joined(separator: " ")
    }
  }

  /// One coordinate for each of the network's inputs: the problem over free patterns knows only of those that vary.
  private func direction(_ witness: Witness) -> [Dyadic] {
    guard !isAttainable, let (lower, upper) = question.domain.box else {
      return witness.exactDirection
    }
    var varying = witness.exactDirection.makeIterator()
    return zip(lower, upper).map { $0 < $1 ? varying.next() ?? .zero : .zero }
  }

  /// The ratio that a witness proves; where that is long, a little less than the square of its root: a file whose numbers
  /// had to be rounded (fractions, normalisations) has a slightly different ratio for the checker, who reads them exactly.
  static func lower(_ witness: Witness) -> String {
    let exact = witness.ratioSquared.description
    return exact.utf8.count <= 24
      ? exact : CertificateNumber.text(Rational(squareOf: witness.lower * (1 - 0x1p-44)))
  }
}
