import Foundation
import Generators

/// What the records of a study say together. Jobs that are not solved count as larger than every other.
public struct StudySummary: Sendable {
  /// The jobs that differ in their seed only.
  public struct Group: Sendable {
    public let family: String
    /// The parameters that vary within the study's jobs of the family, in the family's order; the domain, where it varies.
    public let setting: [(name: String, value: StudyValue)]
    public let sizeName: String
    public let size: Double
    public let method: String
    public let records: [JobRecord]

    public var solved: [JobRecord] { records.filter { $0.status == .solved } }
    /// Nil for bounds, which have none.
    public var nodes: Quantiles? {
      if StudyMethods.isBound(method) { return nil }
      return Quantiles(
        records.map { record in
          record.status == .solved ? record.result?.nodes.map { Double($0) } ?? .infinity : .infinity
        })
    }
    /// Wall-clock seconds of the method.
    public var seconds: Quantiles {
      Quantiles(records.map { $0.status == .solved ? $0.measured.seconds : .infinity })
    }
    /// What the size counts: the parameter, or hidden units where that is widths.
    public var sizeLabel: String {
      if case .text = records[0].job.parameters[sizeName] { "hidden units" } else { sizeName }
    }
    /// `n=20 alpha=0.5`.
    public var settingText: String { Self.text(setting) }
    /// The same without the size.
    public var otherText: String { Self.text(setting.filter { $0.name != sizeName }) }

    static func text(_ setting: [(name: String, value: StudyValue)]) -> String {
      setting.map { "\($0.name)=\($0.value)" }.joined(separator: " ")
    }
  }

  /// How nodes or seconds grow with the size: a line through log₂ of the medians.
  public struct Growth: Sendable {
    public enum Quantity: String, Sendable, Encodable { case nodes, seconds }

    public let family: String
    /// The parameters that vary, without the size.
    public let setting: String
    public let method: String
    /// What the size counts.
    public let sizeLabel: String
    public let quantity: Quantity
    /// Nil for fewer than three sizes whose median is finite and above 0.
    public let fit: LineFit?
    /// Sizes whose median is finite and above 0.
    public let sizes: Int
    /// Sizes whose median is not solved: where there are some, the true growth is likely larger.
    public let unsolvedSizes: Int

    /// By how much the median is multiplied when the size grows by 1.
    public var factor: Double? { fit.map { exp2($0.slope) } }

    /// `× 1.23 a unit of n (doubles every 3.4)`; nil without a fit.
    public var text: String? {
      guard let fit, let factor else { return nil }
      let rate = String(format: "× %.3g a unit of ", factor) + sizeLabel
      return fit.slope > 0
        ? rate + String(format: " (doubles every %.3g)", 1 / fit.slope) : rate + " (does not grow)"
    }
  }

  /// How many jobs were solved within a time.
  public struct SolvedBy: Sendable {
    public let family: String
    public let method: String
    public let jobs: Int
    /// By `times`.
    public let counts: [Int]
  }

  public let study: String
  public let records: [JobRecord]
  public let groups: [Group]
  public let growth: [Growth]
  /// Seconds for `solvedBy`.
  public let times: [Double]
  public let solvedBy: [SolvedBy]

  private static let allTimes: [Double] = [0.01, 0.1, 1, 10, 60, 600, 3600, 36000]

  /// - Precondition: there is a record.
  public init(_ records: [JobRecord]) {
    study = records[0].job.study
    self.records = records
    let groups = Self.groups(records)
    self.groups = groups
    growth = Self.growth(groups)
    let slowest = records.filter { $0.status == .solved }.map(\.measured.seconds).max() ?? 0
    let times = Array(Self.allTimes.prefix { $0 < slowest } + Self.allTimes.drop { $0 < slowest }.prefix(1))
    self.times = times
    solvedBy = ordered(records) { [$0.job.family, $0.job.method] }.map { key, records in
      let seconds = records.filter { $0.status == .solved }.map(\.measured.seconds)
      return SolvedBy(
        family: key[0], method: key[1], jobs: records.count,
        counts: times.map { time in seconds.count { $0 <= time } })
    }
  }

  public func count(_ status: JobStatus) -> Int { records.count { $0.status == status } }

  private static func groups(_ records: [JobRecord]) -> [Group] {
    var varying: [String: [String]] = [:]
    for (family, records) in ordered(records, by: { $0.job.family }) {
      let jobs = records.map(\.job)
      let declared = instanceFamilies.first { $0.name == family }?.parameters.map(\.name)
      let names = declared ?? jobs[0].parameters.keys.sorted()
      varying[family] = names.filter { name in Set(jobs.map { $0.parameters[name] }).count > 1 }
      if Set(jobs.map(\.domain)).count > 1 { varying[family]?.append(domainName) }
    }
    func setting(_ job: StudyJob) -> [(name: String, value: StudyValue)] {
      (varying[job.family] ?? []).compactMap { name in
        (name == domainName ? job.domain.map(StudyValue.text) : job.parameters[name]).map { (name, $0) }
      }
    }
    return ordered(records) { [$0.job.family, Group.text(setting($0.job)), $0.job.method] }.map {
      _, records in
      let job = records[0].job
      return Group(
        family: job.family, setting: setting(job), sizeName: job.sizeName, size: job.size, method: job.method,
        records: records)
    }
  }

  private static let domainName = "domain"

  private static func growth(_ groups: [Group]) -> [Growth] {
    ordered(groups) { [$0.family, $0.otherText, $0.method] }.flatMap { _, groups -> [Growth] in
      guard Set(groups.map(\.size)).count > 1 else { return [] }
      return [Growth.Quantity.nodes, .seconds].compactMap { quantity in
        let medians = groups.compactMap { group in
          (quantity == .nodes ? group.nodes : group.seconds).map { (x: group.size, y: $0.median) }
        }
        if medians.isEmpty { return nil }
        let usable = medians.filter { $0.y.isFinite && $0.y > 0 }.map { (x: $0.x, y: log2($0.y)) }
        return Growth(
          family: groups[0].family, setting: groups[0].otherText, method: groups[0].method,
          sizeLabel: groups[0].sizeLabel, quantity: quantity, fit: LineFit(usable),
          sizes: Set(usable.map(\.x)).count, unsolvedSizes: medians.count { !$0.y.isFinite })
      }
    }
  }
}

/// The elements by key, keys in the order in which they first come.
func ordered<Element, Key: Hashable>(
  _ elements: [Element], by key: (Element) -> Key
) -> [(key: Key, elements: [Element])] {
  var positions: [Key: Int] = [:]
  var groups: [(key: Key, elements: [Element])] = []
  for element in elements {
    let key = key(element)
    if let position = positions[key] {
      groups[position].elements.append(element)
    } else {
      positions[key] = groups.count
      groups.append((key, [element]))
    }
  }
  return groups
}
