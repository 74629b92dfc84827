/// Commands of a notebook that ended otherwise than it says.
public struct NotebookFailure: Error, Sendable, Equatable, CustomStringConvertible {
  public let file: String
  public let line: Int
  public let code: Int32
  public let expected: Int32
  /// The last line of their standard error.
  public let complaint: String

  public var description: String {
    "\(file):\(line): the commands ended with exit code \(code), expected \(expected): \(complaint)"
  }
}
