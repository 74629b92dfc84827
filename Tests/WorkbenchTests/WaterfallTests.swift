import Bounds
import Foundation
import Generators
import LinearAlgebra
import Networks
import PatternSearch
import TestSupport
import Testing
import Workbench

@Suite struct WaterfallTests {
  private static func read(_ name: String) throws -> MultilayerPerceptron {
    try NetworkFile.read(
      URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("instances/networks/\(name).json").path)
  }

  private static func audit(
    _ network: MultilayerPerceptron, box: Double? = nil, nodeLimit: Int? = nil
  ) throws -> Audit {
    let domain = box.map {
      Domain.box(
        lower: [Double](repeating: 0, count: network.inputs),
        upper: [Double](repeating: $0, count: network.inputs))
    }
    return try Audit(
      BoundQuestion(network, domain: domain ?? .all, settings: SearchSettings(nodeLimit: nodeLimit)))
  }

  private static func network(_ weights: [[[Double]]]) throws -> MultilayerPerceptron {
    let layers = weights.map { rows in
      AffineLayer(
        weights: Matrix(rows: rows.count, columns: rows[0].count, elements: rows.flatMap { $0 }))
    }
    return try MultilayerPerceptron(
      name: "small", layers: layers, activations: layers.dropLast().map { _ in .relu })
  }

  private static func expectChain(_ audit: Audit, _ name: String) throws {
    let steps = audit.waterfall
    let (first, last) = (try #require(steps.first), try #require(steps.last))
    // The factors multiply to the whole, and so do their lower and upper ends to no less and no more than the whole's.
    let product = steps.reduce(1) { $0 * $1.factor }
    if first.from > 0 {
      #expect(abs(product - last.to / first.from) <= 1e-9 * product, "\(name)")
    } else {
      #expect(product == (last.to > 0 ? .infinity : 1), "\(name)")
    }
    let least = steps.reduce(1) { $0 * $1.factors.lowerBound }
    let most = steps.reduce(1) { $0 * $1.factors.upperBound }
    #expect(least <= product * (1 + 1e-9) && product <= most * (1 + 1e-9), "\(name)")
    for step in steps {
      #expect(step.start.lower.value <= step.start.upper.value, "\(name) \(step.cause)")
      #expect(step.start.lower.value <= step.end.lower.value, "\(name) \(step.cause)")
      #expect(step.start.upper.value <= step.end.upper.value, "\(name) \(step.cause)")
      #expect(step.factors.lowerBound >= 1, "\(name) \(step.cause)")
    }
    let shares = steps.compactMap(\.share)
    #expect(shares.isEmpty || shares.count == steps.count, "\(name)")
    if !shares.isEmpty {
      #expect(shares.reduce(0) { $0 + $1.lowerBound } <= 1 + 1e-9, "\(name)")
      #expect(shares.reduce(0) { $0 + $1.upperBound } >= 1 - 1e-9, "\(name)")
    }
  }

  /// Trained, and random ones with their free and attainable maxima apart.
  private static func cases() throws -> [(name: String, network: MultilayerPerceptron, box: Double?)] {
    var cases: [(String, MultilayerPerceptron, Double?)] = [
      ("iris", try read("iris-4-5-5-3"), nil), ("iris box", try read("iris-4-8-8-3"), 1),
      ("deep", try read("diabetes-10-30-30-30-3"), 0.1),
    ]
    for seed in UInt64(1)...12 {
      cases.append(("random \(seed)", try MultilayerPerceptron.random(seed: seed), seed % 2 == 0 ? 1 : nil))
    }
    return cases
  }

  @Test("What a stopped audit says holds of what a finished one finds, and the factors multiply to the whole")
  func intervalsHoldTheTruth() throws {
    var stopped = 0
    for (name, network, box) in try Self.cases() {
      let truth = try Self.audit(network, box: box)
      let early = try Self.audit(network, box: box, nodeLimit: 1)
      #expect(truth.isConsistent && early.isConsistent, "\(name)")
      try Self.expectChain(truth, name)
      try Self.expectChain(early, name)
      #expect(truth.waterfallEnds.map(\.name) == early.waterfallEnds.map(\.name), "\(name)")
      for (end, true_) in zip(early.waterfallEnds, truth.waterfallEnds) {
        #expect(end.lower.value <= true_.upper.value && true_.lower.value <= end.upper.value, "\(name)")
        if end.knowledge == .stopped { stopped += 1 }
      }
      for (step, true_) in zip(early.waterfall, truth.waterfall) where true_.isExact {
        // Both intervals hold the true factor and share.
        #expect(step.factors.overlaps(true_.factors), "\(name) \(step.cause)")
        if let share = step.share, let exact = true_.share { #expect(share.overlaps(exact), "\(name)") }
      }
      for text in [early.text, early.html(version: "test"), early.json] { #expect(!text.contains("nan")) }
    }
    #expect(stopped >= 2)
  }

  @Test(
    "Where FGL's search was stopped it is an interval that begins no lower than L's, and the text says so")
  func stoppedFormalConstant() throws {
    let audit = try Self.audit(Self.read("iris-4-5-5-3"), nodeLimit: 1)
    let ends = audit.waterfallEnds
    #expect(ends.map(\.name) == ["exact", "fgl", "seqlip", "autolip", "frobenius"])
    #expect(ends.map(\.knowledge) == [.stopped, .stopped, .exact, .rounding, .rounding])
    #expect(ends[1].lower.value >= ends[0].lower.value)
    #expect(ends[1].lower.value <= 107.517 && 107.51698 <= ends[1].upper.value)
    #expect(audit.waterfall[0].factors.lowerBound == 1)
    let wide = try Self.audit(Self.read("surface-2-20-20-20-1"), nodeLimit: 1)
    #expect(wide.text.contains("░"))
    for word in ["not known", "exact to the asked gap", "up to rounding", "unattainable patterns"] {
      #expect(audit.text.contains(word), "\(word)")
    }
    #expect(audit.html(version: "test").contains("#b4cbe2"))
    let json = try #require(
      try JSONSerialization.jsonObject(with: Data(audit.json.utf8)) as? [String: Any])
    let steps = try #require(json["waterfall"] as? [[String: Any]])
    #expect(steps.map { $0["step"] as? String }.first == "unattainable patterns")
    #expect(steps.map { $0["exact"] as? Bool } == [false, false, true, true])
    let known = (json["waterfallEnds"] as? [[String: Any]])?.map { $0["known"] as? String }
    #expect(known == ["stopped", "stopped", "exact", "floating-point", "floating-point"])
  }

  @Test func theFirstCauseIsNamedAfterTheDomain() throws {
    let audit = try Self.audit(Self.read("iris-4-5-5-3"), box: 1)
    #expect(audit.text.contains("unattainable on the domain"))
    #expect(audit.html(version: "test").contains("unattainable on the domain"))
    #expect(audit.json.contains("\"unattainable patterns\""))
  }

  @Test func nothingIsLostOnAZeroNetwork() throws {
    let audit = try Self.audit(Self.network([[[1, 2], [0, 1]], [[0, 0], [0, 0]], [[1, -1]]]))
    #expect(audit.waterfall.count == 4)
    #expect(audit.waterfall.allSatisfy { $0.factor == 1 && $0.factors.contains(1) && $0.share == nil })
    #expect(audit.text.contains("every bound is 0"))
    #expect(audit.html(version: "test").contains("The bounds agree"))
  }

  @Test("ρ(x) - ρ(x) is constant, and every pattern but the attainable ones has norm 1")
  func theWholeLossIsInfinite() throws {
    let audit = try Self.audit(Self.network([[[1], [1]], [[1, -1]]]))
    try #require(audit.waterfall.count == 4)
    #expect(audit.waterfall[0].from == 0 && audit.waterfall[0].factor == .infinity)
    #expect(audit.waterfall.allSatisfy { $0.share == nil })
    #expect(audit.text.contains("∞"))
    #expect(!audit.json.contains("inf\""))
  }

  @Test("AutoLip and Frobenius are enclosed to rounding, in every norm")
  func computedEnds() throws {
    for seed in UInt64(1)...10 {
      let network = try MultilayerPerceptron.random(seed: seed)
      for norm in OperatorNorm.all {
        let question = try BoundQuestion(network, norm: norm)
        for bound in [AutoLip().run(question), Frobenius().run(question)] {
          guard let value = bound.value else { continue }
          let lower = try #require(bound.ownLower)
          #expect(lower <= value && value <= lower * (1 + 1e-11), "\(bound.method) \(norm.name) \(seed)")
        }
      }
    }
  }
}
