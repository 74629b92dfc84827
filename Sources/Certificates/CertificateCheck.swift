public import CertificateKernel
import Foundation

/// Runs the independent checker on files, in this process.
public struct CertificateCheck: Sendable {
  public enum Outcome: Sendable {
    case accepted(CertificateVerdict)
    case rejected(CertificateRejected)
    /// The checker's own parser does not read the instance file.
    case unreadable(InstanceUnreadable)
    /// There is no certificate to be checked.
    case unwritten(CertificateFile.Failure)
  }

  public let outcome: Outcome
  /// Of the certificate.
  public let bytes: Int
  public let seconds: Double

  /// What is proved; nil where nothing is.
  public var verdict: CertificateVerdict? {
    if case .accepted(let verdict) = outcome { verdict } else { nil }
  }

  /// Why nothing is proved; nil where something is.
  public var reason: String? {
    switch outcome {
    case .accepted: nil
    case .rejected(let error): "\(error)"
    case .unreadable(let error): "the checker cannot read the instance: \(error)"
    case .unwritten(let error): "\(error)"
    }
  }

  private static let chunk = 1 << 20

  /// A certificate that could not be written.
  public init(unwritten failure: CertificateFile.Failure) {
    outcome = .unwritten(failure)
    bytes = 0
    seconds = 0
  }

  /// - Parameter kind: what the instance file holds, where its name does not say.
  /// - Throws: where a file cannot be read.
  public init(instance: String, kind: String?, certificate: String) throws {
    let start = ContinuousClock.now
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: instance)))
    let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: certificate))
    defer { try? handle.close() }
    var size = 0
    do {
      var checker = CertificateChecker(instance: try Instance.read(bytes, name: instance, kind: kind))
      while let piece = try handle.read(upToCount: Self.chunk), !piece.isEmpty {
        size += piece.count
        try checker.check(bytes: [UInt8](piece))
      }
      outcome = .accepted(try checker.finish())
    } catch let error as CertificateRejected {
      outcome = .rejected(error)
    } catch let error as InstanceUnreadable {
      outcome = .unreadable(error)
    }
    self.bytes = size
    seconds = (ContinuousClock.now - start) / .seconds(1)
  }
}
