import Foundation

/// One instance and one method: what a study runs in a process of its own.
public struct StudyJob: Sendable, Hashable, Codable {
  /// The study's name.
  public var study: String
  public var family: String
  /// All parameters of the family, in one form whatever way they were written.
  public var parameters: [String: StudyValue]
  /// The parameter that growth is measured against, and its value; for widths, the number of hidden units.
  public var sizeName: String
  public var size: Double
  /// Of the instance and of the search.
  public var seed: UInt64
  public var method: String
  /// Where the inputs of a network range, `all` or `box:LO:HI`; nil for problems.
  public var domain: String?
  /// The relative gap at which the search ends; nil for the method's own.
  public var relativeGap: Double?
  /// Wall-clock seconds; nil for none.
  public var timeLimit: Double?
  /// Branch and bound nodes, so that the job ends at the same place everywhere; nil for none.
  public var nodeLimit: Int?
  /// Resident memory of the process, in MB of 2^20 bytes.
  public var memoryLimit: Int

  /// What tells the jobs of a study apart.
  public var key: String {
    let setting = parameters.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
    return "\(family)\(setting) seed=\(seed)\(domain.map { " on \($0)" } ?? "") by \(method)"
  }
}
