/// How long the rest of a study takes, from the jobs that are done.
public struct RemainingTime: Sendable {
  private struct Group: Hashable {
    var family: String
    var method: String
    var size: Double
  }

  private struct Count {
    var unfinished = 0
    var finished = 0
    var seconds = 0.0
  }

  private var groups: [Group: Count] = [:]
  /// The longest time limit; nil where a job has none.
  private let timeLimit: Double?

  public init(_ jobs: [StudyJob]) {
    for job in jobs { groups[Self.group(job), default: Count()].unfinished += 1 }
    let limits = jobs.map(\.timeLimit)
    timeLimit = limits.contains(nil) ? nil : limits.compactMap(\.self).max()
  }

  private static func group(_ job: StudyJob) -> Group {
    Group(family: job.family, method: job.method, size: job.size)
  }

  public mutating func finish(_ job: StudyJob, seconds: Double) {
    groups[Self.group(job), default: Count()].unfinished -= 1
    groups[Self.group(job), default: Count()].finished += 1
    groups[Self.group(job), default: Count()].seconds += seconds
  }

  /// Seconds for what is left, each job as long as finished ones of its family and method took on average at the nearest size. Where there
  /// are none, its time limit; without one, nil. Quadratic in the number of sizes.
  public func estimate(workers: Int) -> Double? {
    var sum = 0.0
    for (group, count) in groups where count.unfinished > 0 {
      let known = groups.filter {
        $0.value.finished > 0 && $0.key.family == group.family && $0.key.method == group.method
      }
      let nearest = known.min {
        (abs($0.key.size - group.size), $0.key.size) < (abs($1.key.size - group.size), $1.key.size)
      }
      if let nearest {
        sum += Double(count.unfinished) * nearest.value.seconds / Double(nearest.value.finished)
      } else if let timeLimit {
        sum += Double(count.unfinished) * timeLimit
      } else {
        return nil
      }
    }
    return sum / Double(workers)
  }

  /// `about 3 min`, or `–` where nothing is known.
  public func text(workers: Int) -> String {
    guard let seconds = estimate(workers: workers) else { return "–" }
    let length =
      switch seconds {
      case ..<100: "\(Int(seconds.rounded(.up))) s"
      case ..<6000: "\(Int((seconds / 60).rounded(.up))) min"
      case ..<1e9: "\(Int((seconds / 3600).rounded(.up))) h"
      default: "decades"
      }
    return "about " + length
  }
}
