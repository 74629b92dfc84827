import COpenSSL
public import Foundation

/// Names bytes so that different ones practically never share a name.
public enum ContentHash {
  static let prefix = "sha256:"

  /// `sha256:` and 64 hexadecimal digits. Linear in the bytes.
  public static func sha256(_ data: Data) -> String {
    var digest = [UInt8](repeating: 0, count: Int(SHA256_DIGEST_LENGTH))
    data.withUnsafeBytes { bytes in
      _ = SHA256(bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count, &digest)
    }
    return prefix + digest.map { String(format: "%02x", $0) }.joined()
  }
}
