/// Why a certificate proves nothing: the line, the rule that was applied there, and what is wrong with the step.
public struct CertificateRejected: Error, Sendable, Equatable, CustomStringConvertible {
  /// Counted from 1.
  public let line: Int
  /// The first word of the line; empty where the line has none.
  public let rule: String
  public let reason: String

  public var description: String { "line \(line)\(rule.isEmpty ? "" : " (\(rule))"): \(reason)" }
}

/// An instance file that says nothing a certificate could be about.
public struct InstanceUnreadable: Error, Sendable, Equatable, CustomStringConvertible {
  /// Where in the file, as `line 3` or `layers[0].weights`; empty for the file as a whole.
  public let place: String
  /// What is wrong, and what would be right.
  public let reason: String

  init(_ place: String, _ reason: String) {
    self.place = place
    self.reason = reason
  }

  public var description: String { place.isEmpty ? reason : "\(place): \(reason)" }
}
