/// How a job ended.
public enum JobStatus: String, Sendable, Codable, CaseIterable {
  /// To the asked gap; a bound: with a value.
  case solved
  /// Before the asked gap, by the node limit or where double precision resolves no more.
  case limit
  case time
  case memory
  /// Without an answer: the method does not apply, or the process ended.
  case failed
}

/// What a method found: the same on every machine unless a clock or the memory ended it.
public struct JobResult: Sendable, Hashable, Codable {
  /// What lies in [lower, upper], or what `value` bounds.
  public enum Quantity: String, Sendable, Codable {
    case maximum, minimum, constant
  }

  public var quantity: Quantity
  /// The engine that ran.
  public var engine: String?
  /// Of a bound: `upper`, `lower` or `estimate` of the constant.
  public var side: String?
  /// What the upper end (of a minimum the lower end, of a bound the value) rests on.
  public var soundness: String
  /// Of the best solution or witness, rounded to nearest; of a bound, its value.
  public var value: Double?
  /// Rounded down.
  public var lower: Double?
  /// Rounded up; nil for infinity.
  public var upper: Double?
  /// Of problems, both ends as integers or fractions.
  public var exactLower: String?
  public var exactUpper: String?
  /// (upper - lower) / max(|lower|, |upper|); nil where an end is missing.
  public var gap: Double?
  public var nodes: Int?
  public var relaxations: Int?
}

/// What differs from run to run.
public struct JobMeasurement: Sendable, Hashable, Codable {
  /// Wall-clock seconds of the method; of a killed job, of its process.
  public var seconds: Double
  /// CPU seconds, likewise.
  public var cpuSeconds: Double
  /// Largest resident memory of the process, in MB of 2^20 bytes.
  public var peakMemory: Double
  /// When it started, ISO 8601.
  public var started: String
  public var machine: String
}

/// What became of a job.
public struct JobOutcome: Sendable, Hashable, Codable {
  public var status: JobStatus
  /// Why it is not solved.
  public var reason: String?
  public var result: JobResult?
  public var measured: JobMeasurement
}
