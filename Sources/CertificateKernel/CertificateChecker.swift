/// Checks a certificate line by line against an instance.
public struct CertificateChecker {
  private var line = 0

  public init(instance: Instance) {}

  public mutating func check(line: [UInt8]) throws(CertificateRejected) { self.line += 1 }

  public mutating func finish() throws(CertificateRejected) -> CertificateVerdict {
    throw CertificateRejected(line: line, rule: "", reason: "nothing is checked yet")
  }
}

/// What an accepted certificate proves.
public struct CertificateVerdict: Sendable {
  /// In words.
  public let statements: [String]
  /// How often each rule was applied.
  public let counts: [(rule: String, count: Int)]
  public let lines: Int
}
