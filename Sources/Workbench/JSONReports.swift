public import Bounds
import Certificates
import Foundation
public import Networks
import PatternSearch

/// The JSON forms of results. Keys are a contract with users' scripts.
package enum JSONReport {
  struct Network: Encodable {
    var name: String
    var architecture: String
    var activations: [String]
    var inputs: Int
    var outputs: Int
    var hiddenUnits: Int
    var parameters: Int
    var notes: [String]
  }

  struct Exact: Encodable {
    var network: Network
    var value: Double
    var lower: Double
    var upper: Double?
    var lowerSquared: String
    var upperSquared: String?
    var upperSoundness: ExactConstant.UpperSoundness
    var status: String
    var reason: String
    var norm: String
    var output: String?
    var domain: String
    /// Where `domain` does not give its ends.
    var box: Box?
    var patterns: String
    var engine: String
    var explanation: String
    var nodes: Int
    var statistics: SearchStatistics
    var seconds: Double
    var seed: UInt64
    var sense = "maximize"
    var witness: Witness?
    var verdict: String?
    /// Of `decide`.
    var question: String?
    var threshold: String?
    var certificate: String?
    var certificateRejected: String?
  }

  struct Box: Encodable {
    var lower: [Double]
    var upper: [Double]

    init?(_ domain: Domain) {
      guard case .box(let lower, let upper) = domain, DomainText.describe(domain) == "box" else { return nil }
      self.lower = lower
      self.upper = upper
    }
  }

  struct Witness: Encodable {
    var x: [Double]?
    var direction: [Double]
    var x2: [Double]?
    var pattern: [[Int]]
  }

  struct Layer: Encodable {
    var name: String
    var method: String
    var side: String
    var value: Double?
    var seconds: Double
  }

  struct Method: Encodable {
    var name: String
    var value: Double?
    var side: String
    var soundness: String
    var ratio: Double?
    var reason: String?
    var stopped: Bool
    var seconds: Double
    var layers: [Layer]
    var detail: String?
    /// Where the value is a Jacobian's.
    var witness: Witness?
    /// Which network and domain, where the method stands alone.
    var network: Network?
    var domain: String?
    var box: Box?
    var certificate: String?
    var certificateRejected: String?

    private enum CodingKeys: String, CodingKey {
      case name, value, side, soundness, ratio, reason, stopped, seconds, layers, detail, witness, network,
        domain
      case box, certificate, certificateRejected
    }

    /// `value` is written even where it is null.
    func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(name, forKey: .name)
      try container.encode(value, forKey: .value)
      try container.encode(side, forKey: .side)
      try container.encode(soundness, forKey: .soundness)
      try container.encodeIfPresent(ratio, forKey: .ratio)
      try container.encodeIfPresent(reason, forKey: .reason)
      try container.encode(stopped, forKey: .stopped)
      try container.encode(seconds, forKey: .seconds)
      try container.encodeIfPresent(network, forKey: .network)
      try container.encodeIfPresent(domain, forKey: .domain)
      try container.encodeIfPresent(box, forKey: .box)
      try container.encode(layers, forKey: .layers)
      try container.encodeIfPresent(detail, forKey: .detail)
      try container.encodeIfPresent(witness, forKey: .witness)
      try container.encodeIfPresent(certificate, forKey: .certificate)
      try container.encodeIfPresent(certificateRejected, forKey: .certificateRejected)
    }
  }

  struct Step: Encodable {
    var step: String
    var from: Double
    var to: Double
    var factor: Double?
    var exact: Bool
    /// How the true factor compares: `=`, `≤`, `≥` or `≈`.
    var relation: String
    /// The intervals in which the two ends, the factor and, in per cent, the part of the whole loss lie; nil for infinity.
    var fromLower: Double
    var fromUpper: Double?
    var toLower: Double
    var toUpper: Double?
    var factorLower: Double?
    var factorUpper: Double?
    var shareLower: Double?
    var shareUpper: Double?

    init(_ step: WaterfallStep) {
      self.step = step.cause
      (from, to) = (step.from, step.to)
      factor = JSONReport.finite(step.factor)
      exact = step.isExact
      relation = step.relation
      (fromLower, fromUpper) = (step.start.lower.value, JSONReport.finite(step.start.upper.value))
      (toLower, toUpper) = (step.end.lower.value, JSONReport.finite(step.end.upper.value))
      factorLower = JSONReport.finite(step.factors.lowerBound)
      factorUpper = JSONReport.finite(step.factors.upperBound)
      shareLower = step.share.map { 100 * $0.lowerBound }
      shareUpper = step.share.map { 100 * $0.upperBound }
    }
  }

  /// One number of the waterfall's chain.
  struct End: Encodable {
    var name: String
    var lower: Double
    var upper: Double?
    /// `exact` (to the asked gap), `floating-point` (up to rounding) or `stopped`.
    var known: WaterfallEnd.Knowledge
    var lowerSoundness: String
    var upperSoundness: String
    /// What the upper end comes from.
    var upperBy: String

    init(_ end: WaterfallEnd) {
      name = end.name
      lower = end.lower.value
      upper = JSONReport.finite(end.upper.value)
      known = end.knowledge
      lowerSoundness = end.lower.soundness
      upperSoundness = end.upper.soundness
      upperBy = end.upper.source
    }
  }

  struct AuditReport: Encodable {
    var network: Network
    var exact: Exact
    var methods: [Method]
    var waterfall: [Step]
    var waterfallEnds: [End]
    var consistent: Bool
    var violations: [String]
    var certificate: String?
    var certificateRejected: String?
  }

  package static func text(_ value: some Encodable) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    // Every number in a report is finite or nil, so encoding cannot fail.
    return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
  }

  static func finite(_ value: Double) -> Double? { value.isFinite ? value : nil }
}

extension MultilayerPerceptron {
  var report: JSONReport.Network {
    JSONReport.Network(
      name: name, architecture: architecture, activations: activations.map(\.label), inputs: inputs,
      outputs: outputs,
      hiddenUnits: hiddenUnits, parameters: parameters, notes: notes)
  }

  public var json: String { JSONReport.text(report) }
}

extension Activation {
  /// `relu`, `leaky-relu(0.01)`.
  public var label: String {
    switch self {
    case .relu, .abs: name
    case .leakyReLU(let slope): "\(name)(\(slope))"
    }
  }
}

extension ExactConstant {
  var report: JSONReport.Exact {
    let enclosure = result.enclosure
    let witness = enclosure.witness.map {
      JSONReport.Witness(
        x: $0.x, direction: $0.direction, x2: secondPoint,
        pattern: question.attainableProblem.layered($0.pattern))
    }
    return JSONReport.Exact(
      network: question.report, value: value, lower: enclosure.lower,
      upper: JSONReport.finite(enclosure.upper),
      lowerSquared: "\(lowerSquared)", upperSquared: enclosure.upper.isFinite ? "\(upperSquared)" : nil,
      upperSoundness: upperSoundness,
      status: result.isOptimal ? "optimal" : "stopped", reason: result.reason.rawValue,
      norm: question.norm.name, output: question.outputs?.name,
      domain: DomainText.describe(question.domain), box: JSONReport.Box(question.domain),
      patterns: patterns.rawValue,
      engine: result.engine.rawValue,
      explanation: result.explanation, nodes: result.statistics.nodes, statistics: result.statistics,
      seconds: result.seconds, seed: question.settings.seed, witness: witness,
      verdict: question.settings.threshold == nil ? nil : verdictText,
      certificate: certificate?.acceptedPath, certificateRejected: certificate?.check.reason)
  }

  /// `yes`, `no` or `undecided`.
  public var verdictText: String { result.verdict.map { $0 ? "yes" : "no" } ?? "undecided" }

  public var json: String { JSONReport.text(report) }

  /// What `lipbench decide --json` prints.
  ///
  /// - Parameters:
  ///   - question: `at-most`, `at-most-squared` or `at-least`.
  ///   - threshold: as the user wrote it.
  public func decisionJSON(question: String, threshold: String) -> String {
    var report = report
    report.question = question
    report.threshold = threshold
    return JSONReport.text(report)
  }
}

extension BoundQuestion {
  /// The network, with the notes of the domain, too.
  var report: JSONReport.Network {
    var report = network.report
    report.notes = notes
    return report
  }
}

extension LabelledBound {
  func report(exact: Double?, question: BoundQuestion? = nil) -> JSONReport.Method {
    JSONReport.Method(
      name: method, value: value, side: side.rawValue, soundness: soundness.rawValue,
      ratio: value.flatMap { value in exact.flatMap { $0 > 0 ? JSONReport.finite(value / $0) : nil } },
      reason: reason,
      stopped: isStopped, seconds: seconds,
      layers: factors.map {
        JSONReport.Layer(
          name: $0.name, method: $0.method, side: $0.side.rawValue, value: JSONReport.finite($0.value),
          seconds: $0.seconds)
      }, detail: detail, witness: question.flatMap { witness($0) }, network: question?.report,
      domain: question.map { DomainText.describe($0.domain) },
      box: question.flatMap { JSONReport.Box($0.domain) })
  }

  private func witness(_ question: BoundQuestion) -> JSONReport.Witness? {
    guard case .witness(let witness)? = evidence else { return nil }
    return JSONReport.Witness(
      x: witness.x, direction: witness.direction, pattern: question.attainableProblem.layered(witness.pattern)
    )
  }

  /// - Parameters:
  ///   - question: what was asked.
  ///   - certificate: where one was asked for.
  public func json(_ question: BoundQuestion, certificate: CertificateReport? = nil) -> String {
    var method = report(exact: nil, question: question)
    method.certificate = certificate?.acceptedPath
    method.certificateRejected = certificate?.check.reason
    return JSONReport.text(method)
  }
}

extension Audit {
  public var json: String {
    JSONReport.text(
      JSONReport.AuditReport(
        network: question.report, exact: exact.report,
        methods: methods.map { $0.report(exact: exact.value) },
        waterfall: waterfall.map { JSONReport.Step($0) },
        waterfallEnds: waterfallEnds.map { JSONReport.End($0) },
        consistent: isConsistent, violations: violations, certificate: certificate?.acceptedPath,
        certificateRejected: certificate?.check.reason))
  }
}
