public import Foundation

/// A finished job: one line of a results file.
///
/// A JSON object with sorted keys: `job`, `instance` (SHA-256 of the instance as a `.json` or `.onnx` file), `version` (of lipbench),
/// `status`, `reason`, `result`, and `measured`, the only part that differs between runs of a job that neither its
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
    self = record
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
