import Bounds
import ComputationGraphs
import ExactArithmetic
import Foundation
import Generators
import Networks
import ONNXNetworks
import PatternSearch
import Problems
import QuadraticSearch
import TreeSearch
import Workbench

/// A job, run in this process.
public struct JobExecution {
  private let job: StudyJob
  private let instance: GeneratedInstance
  /// SHA-256 of the instance as a `.json` file, or as an `.onnx` file where it is a graph.
  public let hash: String
  private let graphFile: Data?
  private let started: String

  /// Makes the instance.
  ///
  /// - Throws: `InputError` where the family refuses its parameters.
  public init(_ job: StudyJob) throws {
    started = Date.now.ISO8601Format()
    self.job = job
    instance = try generate(job.family, parameters: job.parameters.mapValues(\.description), seed: job.seed)
    switch instance {
    case .problem(let problem):
      (hash, graphFile) = (ContentHash.sha256(try ProblemJSONFormat.write(problem)), nil)
    case .network(let network): (hash, graphFile) = (ContentHash.sha256(JSONFormat.write(network)), nil)
    case .graph(let graph):
      let data = try graph.onnx().data
      (hash, graphFile) = (ContentHash.sha256(data), data)
    }
  }

  /// Runs the method within the job's limits. What it throws becomes a failure with its reason.
  public func run() -> JobOutcome {
    let start = ContinuousClock.now
    let (answer, cpuSeconds) = cpuTimed {
      do { return try solve() } catch { return Answer(status: .failed, reason: "\(error)") }
    }
    return JobOutcome(
      status: answer.status, reason: answer.reason, result: answer.result,
      measured: JobMeasurement(
        seconds: (ContinuousClock.now - start) / .seconds(1), cpuSeconds: cpuSeconds,
        peakMemory: PeakMemory.megabytes() ?? 0, started: started, machine: Machine.description))
  }

  private struct Answer {
    var status: JobStatus
    var reason: String?
    var result: JobResult?
  }

  /// Open nodes may take half of what the process may.
  private var tree: TreeSettings { TreeSettings(memoryLimit: job.memoryLimit << 19) }

  private func solve() throws -> Answer {
    switch instance {
    case .problem(let problem): try solve(problem)
    case .network(let network): StudyMethods.isBound(job.method) ? try bound(network) : try solve(network)
    case .graph: try boundGraph()
    }
  }

  private func solve(_ instance: ProblemInstance) throws -> Answer {
    let settings = QuadraticSettings(
      engine: QuadraticEngine(rawValue: job.method), relativeGap: job.relativeGap ?? 0,
      timeLimit: job.timeLimit,
      nodeLimit: job.nodeLimit, seed: job.seed, tree: tree)
    let answer = try Maximization(instance, settings: settings)
    let (lower, upper) = answer.enclosure
    let isMaximum = instance.problem.sense == .maximize
    let result = JobResult(
      quantity: isMaximum ? .maximum : .minimum, engine: answer.result.engine.rawValue,
      soundness: answer.boundSoundness.rawValue, value: finite(answer.value.approximation),
      lower: finite(lower.roundedDown), upper: finite(upper.roundedUp), exactLower: lower.description,
      exactUpper: upper.description, gap: gap(lower.approximation, upper.approximation),
      nodes: answer.result.statistics.nodes, relaxations: answer.result.statistics.relaxations)
    let status: JobStatus =
      switch answer.result.reason {
      case .gap, .decided: .solved
      case .time: .time
      case .memory: .memory
      case .nodes: .limit
      case .failure, .interrupt: .failed
      }
    return Answer(
      status: answer.isOptimal ? .solved : status,
      reason: answer.isOptimal || status == .solved ? nil : answer.stopText, result: result)
  }

  private func question(_ network: MultilayerPerceptron) throws -> BoundQuestion {
    let settings = SearchSettings(
      engine: Engine(rawValue: job.method), relativeGap: job.relativeGap ?? 1e-6, timeLimit: job.timeLimit,
      nodeLimit: job.nodeLimit, seed: job.seed, tree: tree)
    return try BoundQuestion(
      network, domain: DomainText.parse(job.domain ?? "all", inputs: network.inputs), settings: settings)
  }

  private func solve(_ network: MultilayerPerceptron) throws -> Answer {
    let exact = try ExactConstant(try question(network))
    let enclosure = exact.result.enclosure
    let result = JobResult(
      quantity: .constant, engine: exact.result.engine.rawValue, soundness: exact.upperSoundness.rawValue,
      value: finite(exact.value), lower: enclosure.lower, upper: finite(enclosure.upper),
      gap: gap(enclosure.lower, enclosure.upper), nodes: exact.result.statistics.nodes,
      relaxations: exact.result.statistics.relaxations)
    let status: JobStatus =
      switch exact.result.reason {
      case .gap, .decided: .solved
      case .time: .time
      case .memory: .memory
      case .nodes, .thin: .limit
      case .interrupt: .failed
      }
    return Answer(status: status, reason: status == .solved ? nil : exact.stopText, result: result)
  }

  private func bound(_ network: MultilayerPerceptron) throws -> Answer {
    guard let method = StudyMethods.bounds.first(where: { $0.name == job.method }) else {
      preconditionFailure("\(job.method) is a bound")
    }
    let bound = method.init().run(try question(network))
    return answer(
      bound.value, side: bound.side, soundness: bound.soundness, isStopped: bound.isStopped,
      seconds: bound.seconds,
      reason: bound.reason)
  }

  private func boundGraph() throws -> Answer {
    guard let graphFile, let method = GraphBound.Method(rawValue: job.method) else {
      preconditionFailure("\(job.method) is a bound of graphs")
    }
    let graph = try ONNXFormat.readGraph(graphFile).graph
    let inputs = graph.nodes[0].shape.reduce(1, *)
    let bound = try GraphBound(
      method, graph, name: instance.name, domain: DomainText.parse(job.domain ?? "all", inputs: inputs),
      settings: GraphBound.Settings(seed: job.seed, timeLimit: job.timeLimit))
    return answer(
      bound.value, side: bound.side, soundness: bound.soundness, isStopped: bound.isStopped,
      seconds: bound.seconds,
      reason: bound.reason)
  }

  private func answer(
    _ value: Double?, side: BoundSide, soundness: Soundness, isStopped: Bool, seconds: Double, reason: String?
  ) -> Answer {
    guard let value else { return Answer(status: .failed, reason: reason ?? "no finite bound") }
    let result = JobResult(
      quantity: .constant, side: side.rawValue, soundness: soundness.rawValue, value: value,
      lower: side == .lower ? value : nil, upper: side == .upper ? value : nil)
    guard isStopped else { return Answer(status: .solved, result: result) }
    let isTime = job.timeLimit.map { seconds >= $0 } ?? false
    return Answer(
      status: isTime ? .time : .limit, reason: isTime ? "time limit" : "stopped before its end",
      result: result)
  }

  private func finite(_ value: Double) -> Double? { value.isFinite ? value : nil }

  private func gap(_ lower: Double, _ upper: Double) -> Double? {
    guard lower.isFinite, upper.isFinite else { return nil }
    return lower == upper ? 0 : (upper - lower) / max(abs(lower), abs(upper))
  }
}

extension Rational {
  /// The nearest double, or the next one below where that is above.
  fileprivate var roundedDown: Double {
    let nearest = approximation
    return nearest.isFinite && Rational(nearest) > self ? nearest.nextDown : nearest
  }

  fileprivate var roundedUp: Double {
    let nearest = approximation
    return nearest.isFinite && Rational(nearest) < self ? nearest.nextUp : nearest
  }
}
