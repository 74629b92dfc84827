import ExactArithmetic
import Generators
import Networks
import Problems
import Testing

/// What holds for every family: names, defaults, determinism, planted values, refusals.
@Suite struct RegistryTests {
  @Test func namesAreDifferentAndInKebabCase() {
    let names = instanceFamilies.map { $0.name }
    #expect(Set(names).count == names.count)
    for name in names {
      #expect(name.allSatisfy { $0.isLowercase || $0.isNumber || $0 == "-" }, "\(name)")
    }
    for family in instanceFamilies {
      let parameters = family.parameters.map(\.name)
      #expect(Set(parameters).count == parameters.count, "\(family.name)")
      #expect(!family.summary.isEmpty && !family.reference.isEmpty, "\(family.name)")
    }
  }

  @Test func theKindIsWhatIsMade() throws {
    for family in instanceFamilies {
      switch (family.kind, try generate(family.name, seed: 3)) {
      case (.problem(let kind), .problem(let instance)): #expect(instance.problem.kind == kind)
      case (.network, .network), (.graph, .graph): break
      default: Issue.record("\(family.name) makes something else")
      }
    }
  }

  @Test func aSeedGivesOneInstance() throws {
    func content(_ name: String, _ seed: UInt64) throws -> String {
      "\(try generate(name, seed: seed).named("same"))"
    }
    for family in instanceFamilies {
      let first = try content(family.name, 1)
      #expect(try content(family.name, 1) == first, "\(family.name)")
      #expect((try content(family.name, 2) != first) == family.isRandom, "\(family.name)")
    }
  }

  @Test func plantedSolutionsHaveThePlantedValue() throws {
    for family in instanceFamilies {
      for seed in 0..<5 as Range<UInt64> {
        guard case .problem(let instance) = try generate(family.name, seed: seed),
          let planted = instance.planted
        else { continue }
        #expect(instance.problem.value(of: planted.solution) == planted.value, "\(instance.name)")
      }
    }
  }

  @Test func theNameSaysFamilyParametersAndSeed() throws {
    #expect(
      try generate("gnp", parameters: ["n": "+7", "p": ".25"], seed: 9).name == "gnp_n=7_p=0.25_seed=9")
    #expect(try generate("petersen", seed: 9).name == "petersen")
  }

  private func refusal(_ family: String, _ parameters: [String: String]) -> String {
    do {
      _ = try generate(family, parameters: parameters, seed: 0)
      return "accepted"
    } catch {
      return error.description
    }
  }

  @Test func refusalsSayWhatIsAllowed() {
    #expect(refusal("gnq", [:]).hasPrefix("there is no family \"gnq\"; the families are complete, cycle,"))
    #expect(
      refusal("gnp", ["m": "3"]) == "family gnp: there is no parameter \"m\"; the parameters are n, p")
    #expect(
      refusal("petersen", ["n": "3"])
        == "family petersen: there is no parameter \"n\"; this family takes none")
    #expect(refusal("gnp", ["n": "1"]) == "family gnp: n is \"1\"; give an integer from 2 to 3000")
    #expect(refusal("gnp", ["n": "many"]) == "family gnp: n is \"many\"; give an integer from 2 to 3000")
    #expect(refusal("gnp", ["p": "nan"]) == "family gnp: p is \"nan\"; give a number from 0.0 to 1.0")
    #expect(refusal("gaussian-network", ["bias": "maybe"]).hasSuffix("give yes or no"))
    #expect(refusal("gaussian-network", ["widths": "3--1"]).hasSuffix("such as 10-20-20-1"))
  }

  @Test func refusesValuesThatDoNotGoTogether() {
    for (family, parameters) in [
      ("regular", ["n": "7", "d": "3"]), ("regular", ["n": "4", "d": "4"]), ("tile-planting", ["size": "5"]),
      ("tile-planting", ["c1": "0.5", "c2": "0.4", "c3": "0.2"]), ("qcmh-gauss", ["n": "4", "rank": "5"]),
      ("degenerate-network", ["widths": "2-4-1"]),
    ] {
      #expect(refusal(family, parameters).hasPrefix("family \(family): "), "\(parameters)")
    }
  }

  /// Computed by an independent implementation of SplitMix64 and of the draws.
  @Test func theDrawsAreTheDocumentedOnes() throws {
    let numbers = try #require(
      try problem("partition", ["n": "4", "bits": "8"], seed: 7).problem as? Partition)
    #expect(numbers.numbers == [100, 5, 231, 150])
    #expect(
      try graph("gnp", ["n": "6", "p": "0.4"], seed: 7).edges.map { [$0.i, $0.j] } == [
        [0, 1], [0, 2], [1, 2], [1, 4], [1, 5], [2, 4],
      ])
    let sk = try #require(try problem("sk", ["n": "4"], seed: 7).problem as? Ising)
    #expect(sk.couplings.map(\.coefficient) == [-1, -1, 1, 1, -1, -1])
    let w = try graph("w", ["n": "5", "density": "0.5"], seed: 7)
    #expect(
      w.edges == [
        PairTerm(0, 1, -10), PairTerm(0, 4, -5), PairTerm(1, 2, -4), PairTerm(1, 3, -2), PairTerm(1, 4, 10),
      ])
  }
}
