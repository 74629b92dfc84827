/// Bad input: one line that says where, what is wrong, and what would be right. Exit code 65.
public struct InputError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The file as the user named it; filled in by whoever opened it.
  public var file: String?
  /// Where in the file: a line number (`"3"`), a node (`"node Gemm_1"`), a layer (`"layer 2"`).
  public var place: String?
  public var problem: String
  /// What would be right.
  public var remedy: String

  public init(file: String? = nil, place: String? = nil, _ problem: String, remedy: String) {
    self.file = file
    self.place = place
    self.problem = problem
    self.remedy = remedy
  }

  public var description: String {
    var text = ""
    if let file { text += "\(file):" }
    if let place { text += "\(place):" }
    if !text.isEmpty { text += " " }
    let line = text + "\(problem); \(remedy)"
    return String(line.map { $0.isNewline ? " " : $0 })
  }

  /// The same error, said of `file`.
  public func inFile(_ file: String) -> InputError {
    var copy = self
    copy.file = file
    return copy
  }
}
