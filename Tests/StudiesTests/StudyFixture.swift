import Foundation
import Studies

/// Studies and records made for tests.
enum StudyFixture {
  /// A folder that is removed after `body`.
  static func withFolder<T>(_ body: (String) throws -> T) throws -> T {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder.path)
  }

  static func plan(_ text: String, in folder: String, name: String = "study") throws -> StudyPlan {
    let file = "\(folder)/\(name).json"
    try Data(text.utf8).write(to: URL(fileURLWithPath: file))
    return try StudyPlan(file: file)
  }

  static func plan(_ text: String) throws -> StudyPlan { try withFolder { try plan(text, in: $0) } }

  /// What a job could have ended as.
  static func record(
    _ job: StudyJob, status: String = "solved", seconds: Double = 1, result: String = "{\"nodes\": 1}"
  ) throws -> JobRecord {
    let measured =
      #"{"seconds": \#(seconds), "cpuSeconds": 1, "peakMemory": 10, "started": "2026-01-01T00:00:00Z", "machine": "m"}"#
    var members = try JSONSerialization.jsonObject(with: Data(result.utf8)) as? [String: Any] ?? [:]
    members["quantity"] = members["quantity"] ?? "maximum"
    members["soundness"] = "exact"
    let outcome = try JSONDecoder().decode(
      JobOutcome.self,
      from: Data(
        """
        {"status": "\(status)", "measured": \(measured), "reason": "\(status == "solved" ? "" : "a reason")", "result":
        \(String(decoding: try JSONSerialization.data(withJSONObject: members), as: UTF8.self))}
        """.utf8))
    return JobRecord(job, instance: "sha256:0", version: "0", outcome)
  }
}
