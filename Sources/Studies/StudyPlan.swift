import Foundation
import Networks

/// The jobs of a study, in order.
///
/// A study file is JSON:
///
///     {
///       "name": "wishart-alpha",
///       "timeLimit": 60, "nodeLimit": 100000, "memoryLimit": 2000, "relativeGap": 0,
///       "experiments": [
///         {
///           "family": "wishart",
///           "parameters": {"n": [20, 24, 28], "alpha": [0.2, 0.5, 1]},
///           "size": "n",
///           "seeds": "0-9",
///           "methods": ["auto", "semidefinite"]
///         }
///       ]
///     }
///
/// - `name`: by default the file's name. `description`: not read.
/// - `timeLimit` (seconds), `nodeLimit` (nodes), `memoryLimit` (MB, by default 4096) and `relativeGap` hold for each job; an experiment
///   may state its own.
/// - `family`: a name that `lipbench generate --list` knows; each of its `parameters` one value or a list of values.
/// - `size`: the parameter that growth is measured against; by default the family's first.
/// - `seeds`: `"0-9"`, one number or a list; of the instance and of the search; by default 0.
/// - `methods`: for problems the engines of `lipbench maximize`, for networks those of `lipbench exact` and the names of bounds.
/// - `domain`: for networks, `all` (the default) or `box:LO:HI`.
///
/// Jobs are ordered by experiment, parameters (in the family's order, the last one fastest, values as written), seed, method.
public struct StudyPlan: Sendable, Equatable {
  public let name: String
  public let jobs: [StudyJob]
  /// Position of each job by its key.
  let positions: [String: Int]

  /// Most jobs of one study.
  public static let jobLimit = 1_000_000

  /// - Throws: `MissingFile`, or `InputError` with the line of a syntax error or the place in the study, such as
  ///   `experiments[0].methods[1]`, and what would be right.
  public init(file path: String) throws {
    let data = try InputFile.contents(path)
    do throws(InputError) {
      let name = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
      let (ownName, jobs) = try StudyReader.read(JSONFormatParser.parse(data))
      try self.init(name: ownName ?? name, jobs: jobs)
    } catch {
      throw error.inFile(path)
    }
  }

  private init(name: String, jobs: [(place: String, job: StudyJob)]) throws(InputError) {
    self.name = name
    var positions: [String: Int] = [:]
    var named: [StudyJob] = []
    for (place, job) in jobs {
      var job = job
      job.study = name
      guard positions.updateValue(named.count, forKey: job.key) == nil else {
        throw InputError(
          place: place, "the job \(job.key) is there twice",
          remedy: "give each parameter, seed and method once")
      }
      named.append(job)
    }
    self.jobs = named
    self.positions = positions
  }

  /// Where in the plan a job stands; nil where it is not one of its jobs.
  func position(of job: StudyJob) -> Int? { positions[job.key] }
}
