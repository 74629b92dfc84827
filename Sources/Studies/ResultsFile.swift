import Foundation
import Networks

/// The finished jobs of a study, a JSON line each, safe against `kill -9` at any moment.
///
/// A line is appended by one `write` and then synced. While a run holds the file, a lock keeps others away; the kernel gives it back
/// however the run ends. A torn last line is cut off when the next run opens the file.
public final class ResultsFile {
  public let path: String
  public private(set) var records: [JobRecord]
  private var lines: [Data]
  private let descriptor: CInt

  /// The records of a file that a run may be writing: a torn last line is left out. Linear in the file's size.
  ///
  /// - Throws: `MissingFile`, or `InputError` with the line that is no record, of another study, or of a job that stood before.
  public static func read(_ path: String) throws -> [JobRecord] {
    let records = try Contents(try InputFile.contents(path), path: path).records
    var seen: Set<String> = []
    for (index, record) in records.enumerated() {
      guard record.job.study == records[0].job.study, seen.insert(record.job.key).inserted else {
        throw InputError(
          file: path, place: "\(index + 1)",
          record.job.study == records[0].job.study
            ? "holds the job \(record.job.key) again" : "is of another study than the first line",
          remedy: "keep one line a job, of one study")
      }
    }
    return records
  }

  /// Makes or opens the file of a study, locks it, and cuts a torn last line off.
  ///
  /// - Throws: `InputError` where the file cannot be opened or is in use, or where a line is no record or a job that the plan does
  ///   not have like this.
  public init(_ path: String, plan: StudyPlan) throws {
    let path = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    self.path = path
    descriptor = try Self.lock(path)
    do {
      let data = try InputFile.contents(path)
      let contents = try Contents(data, path: path)
      (records, lines) = (contents.records, contents.lines)
      try Self.check(records, against: plan, path: path)
      if contents.length < data.count {
        try Self.require(ftruncate(descriptor, off_t(contents.length)) == 0, path)
      }
      if contents.lacksNewline { try Self.write(Data("\n".utf8), to: descriptor, path) }
    } catch {
      close(descriptor)
      throw error
    }
  }

  deinit { close(descriptor) }

  /// Appends one line and has the disk hold it.
  ///
  /// - Throws: `InputError` where it cannot be written.
  public func append(_ record: JobRecord) throws {
    let line = record.line
    try Self.write(line + Data("\n".utf8), to: descriptor, path)
    records.append(record)
    lines.append(line)
  }

  /// Puts the lines into the order of the plan: a new file takes the old one's place at once.
  ///
  /// - Throws: `InputError` where it cannot be written; the old file is then still there.
  public func sort(_ plan: StudyPlan) throws {
    let order = records.indices.sorted {
      (plan.position(of: records[$0].job) ?? 0) < (plan.position(of: records[$1].job) ?? 0)
    }
    guard order != Array(records.indices) else { return }
    let temporary = path + ".sorted"
    let file = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    try Self.require(file >= 0, temporary)
    defer { close(file) }
    var text = Data()
    for index in order {
      text.append(lines[index])
      text.append(UInt8(ascii: "\n"))
    }
    try Self.write(text, to: file, temporary)
    try Self.require(rename(temporary, path) == 0, path)
    let folder = open(URL(fileURLWithPath: path).deletingLastPathComponent().path, O_RDONLY | O_CLOEXEC)
    if folder >= 0 {
      fsync(folder)
      close(folder)
    }
    (records, lines) = (order.map { records[$0] }, order.map { lines[$0] })
  }

  // MARK: Reading

  private struct Contents {
    var records: [JobRecord] = []
    var lines: [Data] = []
    /// Bytes up to the end of the last whole record.
    var length = 0
    var lacksNewline = false

    init(_ data: Data, path: String) throws(InputError) {
      var start = data.startIndex
      while start < data.endIndex {
        let end = data[start...].firstIndex(of: UInt8(ascii: "\n"))
        let line = Data(data[start..<(end ?? data.endIndex)])
        guard let record = JobRecord(line: line) else {
          // The end of a write that never came to its own begins as a record does.
          if end == nil, lines.count > 0 || JobRecord.isBeginning(line) { return }
          throw InputError(
            file: path, place: "\(lines.count + 1)", "is no record of a study",
            remedy: "delete the line, and its job will be run again")
        }
        records.append(record)
        lines.append(line)
        lacksNewline = end == nil
        start = end.map { $0 + 1 } ?? data.endIndex
        length = start - data.startIndex
      }
    }
  }

  private static func check(
    _ records: [JobRecord], against plan: StudyPlan, path: String
  ) throws(InputError) {
    var seen: Set<String> = []
    for (index, record) in records.enumerated() {
      func refusal(_ problem: String, _ remedy: String) -> InputError {
        InputError(file: path, place: "\(index + 1)", problem, remedy: remedy)
      }
      guard record.job.study == plan.name else {
        throw refusal(
          "is of the study \(record.job.study), not \(plan.name)",
          "give --output a file of its own for each study")
      }
      guard let position = plan.position(of: record.job) else {
        throw refusal(
          "holds the job \(record.job.key), which the study does not have",
          "give the study that it is of, or another --output")
      }
      guard plan.jobs[position] == record.job else {
        throw refusal(
          "holds the job \(record.job.key) with other limits or another size than the study's",
          "give the study that it is of, or another --output")
      }
      guard seen.insert(record.job.key).inserted else {
        throw refusal("holds the job \(record.job.key) again", "delete one of the two lines")
      }
    }
  }

  // MARK: System calls

  private static func lock(_ path: String) throws(InputError) -> CInt {
    while true {
      let descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
      try require(descriptor >= 0, path)
      guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
        close(descriptor)
        throw InputError(
          file: path, "another run is writing to it", remedy: "wait for its end, or give another --output")
      }
      // A run that ended in between may have put its sorted file here.
      var (opened, named) = (stat(), stat())
      if fstat(descriptor, &opened) == 0, stat(path, &named) == 0, opened.st_ino == named.st_ino {
        return descriptor
      }
      close(descriptor)
    }
  }

  private static func write(_ data: Data, to descriptor: CInt, _ path: String) throws(InputError) {
    var written = 0
    while written < data.count {
      let count = data.withUnsafeBytes { bytes in
        Foundation.write(descriptor, bytes.baseAddress.map { $0 + written }, data.count - written)
      }
      if count < 0, errno == EINTR { continue }
      try require(count > 0, path)
      written += count
    }
    try require(fsync(descriptor) == 0, path)
  }

  private static func require(_ succeeded: Bool, _ path: String) throws(InputError) {
    if succeeded { return }
    throw InputError(
      file: path, "cannot be written: \(String(cString: strerror(errno)))",
      remedy: "give a file in a folder that can be written to, with room; what is there already is kept")
  }
}
