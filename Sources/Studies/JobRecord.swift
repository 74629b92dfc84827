public import Foundation

/// A finished job: one line of a results file.
///
/// A JSON object with sorted keys: `job`, `instance` (SHA-256 of the instance as a `.json` or `.onnx` file), `version` (of lipbench),
/// `status`, `reason`, `result`, and `measured`, the only part that differs between runs by one version of a job that neither its
/// time limit nor its memory limit ended.
public struct JobRecord: Sendable, Hashable, Codable {
  public var job: StudyJob
  /// Nil where the process ended before the instance was made.
  public var instance: String?
  public var version: String
  public var status: JobStatus
  public var reason: String?
  public var result: JobResult?
  public var measured: JobMeasurement

  public init(_ job: StudyJob, instance: String?, version: String, _ outcome: JobOutcome) {
    self.job = job
    self.instance = instance
    self.version = version
    status = outcome.status
    reason = outcome.reason
    result = outcome.result
    measured = outcome.measured
  }

  /// Nil for a line that is no record.
  init?(line: Data) {
    guard let record = try? JSONDecoder().decode(JobRecord.self, from: line) else { return nil }
    let measured = record.measured
    let sizes = [measured.seconds, measured.cpuSeconds, measured.peakMemory]
    guard sizes.allSatisfy({ (0...1e12).contains($0) }), record.result?.nodes ?? 0 >= 0 else { return nil }
    self = record
  }

  /// Whether a text may be a record's beginning: keys are sorted.
  static func isBeginning(_ text: Data) -> Bool {
    ["{\"instance\":\"\(ContentHash.prefix)", "{\"job\":{"].contains { start in
      zip(start.utf8, text).allSatisfy { $0 == $1 }
    }
  }

  /// Without the newline.
  public var line: Data { jsonLine(self) }
}

/// JSON on one line with sorted keys. Every number in a study is finite, so encoding cannot fail.
func jsonLine(_ value: some Encodable) -> Data {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  do { return try encoder.encode(value) } catch { preconditionFailure("\(error)") }
}
