/// What a problem file may claim before anything of that size is allocated.
enum FormatLimits {
  /// Variables of a sparse problem.
  static let variables = 1_000_000
  /// The shortest entry, `1 2` and a line end: a file of b bytes holds at most b / 4 + 1 of them.
  static let bytesAnEntry = 4
}
