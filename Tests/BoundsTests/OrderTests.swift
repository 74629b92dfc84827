import Bounds
import ExactArithmetic
import LinearAlgebra
import Networks
import PatternSearch
import Synchronization
import TestSupport
import Testing

/// On random networks: every lower bound is below every upper bound, the bounds stand in the order that theory
/// says, the engines agree, and the exact constant is the brute-force one.
@Suite struct OrderTests {
  /// How many of the 550 examples the brute force left in doubt, or have a cell too thin for doubles.
  private static let skipped = Mutex(0)

  @Test(arguments: 0..<20)
  func smallNetworks(block: Int) throws {
    for seed in block * 25..<(block + 1) * 25 { try check(seed: seed, Example.random(seed: seed)) }
    Self.skipped.withLock { #expect($0 <= 25, "too many of 550 seeds are undecided") }
  }

  @Test(arguments: 0..<10)
  func networksWithTwelveToSixteenUnits(block: Int) throws {
    for seed in 1000 + block * 5..<1000 + (block + 1) * 5 {
      try check(seed: seed, Example.random(seed: seed, units: 12...16))
    }
    Self.skipped.withLock { #expect($0 <= 25, "too many of 550 seeds are undecided") }
  }

  private func check(seed: Int, _ example: Example) throws {
    let question = try BoundQuestion(example.network, domain: example.domain)
    let problem = question.attainableProblem
    let oracle = BruteForce(example.network, domain: example.domain)
    func value(_ method: some BoundMethod) throws -> Double {
      let answer = method.run(question)
      return try #require(answer.value, "seed \(seed): \(answer.method): \(answer.reason ?? "")")
    }
    let solved = try problem.solve()
    let exact = solved.enclosure
    let free = try question.freeProblem.solve().enclosure
    let sampling = try value(Sampling(count: 200))
    let walk = try value(CellWalk(budget: 300))
    let fgl = try value(FormalGlobalLipschitz())
    let neuron = try value(LipSDPNeuron())
    let layer = try value(LipSDPLayer())
    let eclipse = try value(ECLipsEFast())
    let combettes = try value(CombettesPesquet())
    let seqLip = try value(SeqLip())
    let greedy = try value(GreedySeqLip())
    let theorem = try value(TheoremThree())
    let autoLip = try value(AutoLip())
    let frobenius = try value(Frobenius())
    let autoLipRescaled = try value(AutoLipRescaled())
    let seqLipRescaled = try value(SeqLipRescaled())

    // Lower against upper: no tolerance.
    let uppers = [
      "exact": exact.upper, "free": free.upper, "fgl": fgl, "neuron": neuron, "layer": layer,
      "eclipse": eclipse,
      "combettes": combettes, "seqlip": seqLip, "theorem3": theorem, "autolip": autoLip,
      "frobenius": frobenius, "autolip-rescaled": autoLipRescaled, "seqlip-rescaled": seqLipRescaled,
    ]
    for (name, upper) in uppers {
      #expect(sampling <= upper, "seed \(seed): sampling > \(name)")
      #expect(walk <= upper, "seed \(seed): cell-walk > \(name)")
      #expect(exact.lower <= upper, "seed \(seed): exact lower > \(name)")
      if !["exact"].contains(name) { #expect(free.lower <= upper, "seed \(seed): free lower > \(name)") }
    }
    // A network's own rounded products may leave a cell that is thinner than the distance of two doubles.
    let isThin = solved.reason == .thin
    if isThin { Self.skipped.withLock { $0 += 1 } }
    #expect(isThin || exact.relativeGap <= 1e-6, "seed \(seed): not solved")

    // Upper against upper: each is within about 1e-6 of what it stands for.
    let slack = 1e-9 * autoLip
    func ordered(_ a: Double, _ b: Double, _ names: String) {
      #expect(a <= b * (1 + 3e-6) + slack, "seed \(seed): \(names): \(a) > \(b)")
    }
    if !isThin { ordered(exact.upper, fgl, "L ≤ FGL") }
    ordered(fgl, seqLip, "FGL ≤ SeqLip")
    ordered(seqLip, autoLip, "SeqLip ≤ AutoLip")
    ordered(seqLipRescaled, seqLip, "SeqLip of rescaled units ≤ SeqLip")
    ordered(seqLipRescaled, autoLipRescaled, "SeqLip ≤ AutoLip, both of rescaled units")
    ordered(autoLipRescaled, autoLip, "AutoLip of rescaled units ≤ AutoLip")
    ordered(autoLip, frobenius, "AutoLip ≤ Frobenius")
    ordered(fgl, neuron, "FGL ≤ LipSDP-Neuron")
    ordered(neuron, layer, "LipSDP-Neuron ≤ LipSDP-Layer")
    ordered(layer, eclipse, "LipSDP-Layer ≤ ECLipsE-Fast")
    ordered(fgl, combettes, "FGL ≤ Combettes-Pesquet")
    ordered(combettes, autoLip, "Combettes-Pesquet ≤ AutoLip")
    ordered(seqLip, theorem, "SeqLip ≤ Theorem 3")
    ordered(theorem, autoLip, "Theorem 3 ≤ AutoLip")
    ordered(greedy, seqLip, "Greedy SeqLip ≤ SeqLip")

    // The brute force.
    func agrees(_ enclosure: Enclosure, _ truth: Double, _ name: String, isThin: Bool = false) {
      let (lower, upper) = (enclosure.lower, enclosure.upper)
      let tiny = 1e-12 * autoLip
      #expect(isThin || lower <= truth * (1 + 1e-9) + tiny, "seed \(seed): \(name): lower > \(truth)")
      #expect(upper >= truth * (1 - 1e-9) - tiny, "seed \(seed): \(name): upper < \(truth)")
      #expect(
        isThin || upper <= truth * (1 + 1.1e-6) + slack, "seed \(seed): \(name): \(upper), not \(truth)")
    }
    agrees(free, oracle.freeMaximum(), "free")
    let truth = oracle.attainableMaximum()
    if truth.isAmbiguous { return Self.skipped.withLock { $0 += 1 } }
    agrees(exact, truth.maximum, "automatic", isThin: isThin)
    for engine in Engine.forAttainable {
      let result = try problem.solve(SearchSettings(engine: engine))
      let found = result.enclosure
      agrees(found, truth.maximum, engine.rawValue, isThin: result.reason == .thin)
      guard result.reason != .thin, example.hasIntegerSquare, let witness = found.witness else { continue }
      let square = (truth.maximum * truth.maximum).rounded()
      // A relative gap of 1e-6 separates integers below a quarter of a million.
      if square < 250_000 { #expect(witness.ratioSquared == Rational(square), "seed \(seed): \(engine)") }
    }
  }
}
