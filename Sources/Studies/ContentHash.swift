import Crypto
public import Foundation

/// Names bytes so that different ones practically never share a name.
public enum ContentHash {
  static let prefix = "sha256:"

  /// `sha256:` and 64 hexadecimal digits. Linear in the bytes.
  public static func sha256(_ data: Data) -> String {
    prefix + SHA256.hash(data: data).map { String(format: "%02x", $0) }.joined()
  }
}
