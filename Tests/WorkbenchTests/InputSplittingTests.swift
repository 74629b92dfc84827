import Bounds
import CertificateKernel
import Certificates
import ExactArithmetic
import Foundation
import LinearAlgebra
import Networks
import PatternSearch
import RandomNumbers
import TestSupport
import Testing
import TreeSearch
import Workbench

/// Deep networks with few inputs on boxes, where the search halves boxes.
@Suite struct InputSplittingTests {
  /// - Parameter isUnbiased: all kinks meet at the origin.
  private func network(seed: UInt64, isUnbiased: Bool = false) throws -> MultilayerPerceptron {
    var random = SplitMix64(seed: seed)
    let sizes = [3, 8, 8, 8, 2]
    let layers = zip(sizes, sizes.dropFirst()).map { columns, rows in
      AffineLayer(
        weights: Matrix(rows: rows, columns: columns) { _, _ in
          random.gaussian() / Double(columns).squareRoot() * 1.5
        },
        bias: (0..<rows).map { _ in isUnbiased ? 0 : random.gaussian() / 2 })
    }
    return try MultilayerPerceptron(
      name: "deep", layers: layers, activations: [Activation](repeating: .relu, count: 3))
  }

  private let box = Domain.box(lower: [-1, -1, -1], upper: [1, 1, 0.5])

  @Test(
    "Certificates with splits are accepted, and agree with the cells one by one", arguments: UInt64(1)...6)
  func certificates(seed: UInt64) throws {
    let scratch = try ScratchFolder()
    let request = CertificateRequest(path: scratch.path + "/a.cert", instance: scratch.path + "/a.json")
    var splits = 0
    for norm in [OperatorNorm.two, .infinity, .one] {
      try JSONFormat.write(network(seed: seed)).write(to: URL(fileURLWithPath: request.instance))
      let question = try BoundQuestion(NetworkFile.read(request.instance), domain: box, norm: norm)
      let exact = try ExactConstant(question, patterns: .attainable, certificate: request)
      let claim = try #require(
        exact.certificate?.check.verdict?.claims.first, "\(exact.certificate?.text ?? "none")")
      let upper = try #require(claim.upper?.squareRootRoundedUp)
      let cells = try question.attainableProblem.solve(SearchSettings(engine: .cells)).enclosure
      #expect(cells.lower <= upper && upper <= cells.upper * (1 + 1e-6), "\(norm.name)")
      splits += try String(contentsOfFile: request.path, encoding: .utf8).split(separator: "\n")
        .count { $0.hasPrefix("split ") }
    }
    #expect(splits > 10)
  }

  @Test("A search that ends early is no worse than the relaxation of all patterns", arguments: UInt64(1)...4)
  func cap(seed: UInt64) throws {
    let scratch = try ScratchFolder()
    let question = try BoundQuestion(network(seed: seed), domain: box)
    let relaxed = try #require(LipSDPNeuron().run(question).value)
    var settings = SearchSettings(
      engine: .semidefinite, nodeLimit: 1,
      tree: TreeSettings(checkpoint: CheckpointPlan(file: scratch.path + "/tree")))
    let first = try question.attainableProblem.solve(settings)
    #expect(first.reason == .nodes && first.enclosure.upper <= relaxed * (1 + 1e-2))
    settings.nodeLimit = 2
    settings.tree.checkpoint?.resumes = true
    #expect(try question.attainableProblem.solve(settings).enclosure.upper <= first.enclosure.upper)
  }

  @Test("A search with splits resumes, uses threads, and excludes no known pattern", arguments: UInt64(1)...4)
  func trees(seed: UInt64) throws {
    let scratch = try ScratchFolder()
    let problem = try BoundQuestion(network(seed: seed), domain: box).attainableProblem
    let whole = try problem.solve(SearchSettings(engine: .semidefinite))
    func agrees(_ other: SearchResult) -> Bool {
      other.isOptimal && other.enclosure.lower <= whole.enclosure.upper
        && whole.enclosure.lower <= other.enclosure.upper
    }
    #expect(whole.isOptimal)
    #expect(
      try agrees(problem.solve(SearchSettings(engine: .semidefinite, tree: TreeSettings(threads: 2)))))
    for limit in [1, 5, 20] where limit < whole.statistics.nodes {
      var settings = SearchSettings(
        engine: .semidefinite, nodeLimit: limit,
        tree: TreeSettings(checkpoint: CheckpointPlan(file: scratch.path + "/\(limit)")))
      _ = try problem.solve(settings)
      settings.nodeLimit = nil
      settings.tree.checkpoint?.resumes = true
      #expect(try agrees(problem.solve(settings)))
    }
    var settings = SearchSettings(engine: .semidefinite)
    settings.tripwire = whole.enclosure.witness?.pattern
    #expect(try agrees(problem.solve(settings)))
  }

  @Test("Kinks that all meet in one point do not make it split for ever", arguments: UInt64(1)...4)
  func meeting(seed: UInt64) throws {
    let domain = Domain.box(lower: [-1, -1, -1], upper: [1, 1, 1])
    let problem = try BoundQuestion(network(seed: seed, isUnbiased: true), domain: domain).attainableProblem
    let result = try problem.solve(SearchSettings(engine: .semidefinite, nodeLimit: 20_000))
    let cells = try problem.solve(SearchSettings(engine: .cells)).enclosure
    #expect(result.isOptimal)
    #expect(result.enclosure.lower <= cells.upper && cells.lower <= result.enclosure.upper)
  }
}
