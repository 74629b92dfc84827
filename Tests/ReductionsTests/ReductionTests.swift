import BigInt
import ExactArithmetic
import Problems
import RandomNumbers
import Reductions
import Testing

@Suite struct ReductionTests {
  @Test("Integer data stay integers in every generated network", arguments: UInt64(1)...40)
  func integersStayIntegers(seed: UInt64) throws {
    let seed = 3 * seed
    for kind in [ProblemKind.maxCut, .ising] {
      let source = RandomProblems.problem(kind, seed: seed)
      let (_, result) = try source.reduced(to: .lipCST)
      let network = try #require(result.target as? LipCST)
      #expect(network.inner.elements.allSatisfy { $0.isInteger }, "\(kind.rawValue) seed \(seed)")
      #expect(network.outer.elements.allSatisfy { $0.isInteger }, "\(kind.rawValue) seed \(seed)")
    }
  }

  @Test("Unit weights give entries in {-1, 0, 1} (F3)")
  func unitWeights() throws {
    let triangle = MaxCut(vertices: 3, edges: [PairTerm(0, 1, 1), PairTerm(1, 2, 1), PairTerm(0, 2, 1)])
    let (chain, result) = try triangle.reduced(to: .lipCST)
    #expect(chain.name == "max-cut → qcmh → lip-cst")
    let network = try #require(result.target as? LipCST)
    #expect(network.inner.rows == 3 && network.inner.columns == 3)
    #expect(Set(network.inner.elements) == [-1, 0, 1])
    #expect(network.bruteForceOptimum()?.value == 2)
  }

  @Test("Signed weights go by way of ising, and --via is obeyed")
  func signedWeights() throws {
    let signed = MaxCut(vertices: 3, edges: [PairTerm(0, 1, -1), PairTerm(1, 2, 2)])
    #expect(try signed.reduced(to: .lipCST).chain.name == "max-cut → ising → lip-cst")
    let plain = MaxCut(vertices: 2, edges: [PairTerm(0, 1, 1)])
    #expect(try plain.reduced(to: .lipCST, via: .ising).chain.name == "max-cut → ising → lip-cst")
    #expect(throws: UnsupportedProblem.self) { try MaxCutToQCMH.apply(signed) }
  }

  @Test("The best pattern of a generated network is attained strictly at z (F2)", arguments: UInt64(1)...60)
  func bestPatternIsAttained(seed: UInt64) throws {
    for kind in [ProblemKind.maxCut, .ising, .qubo, .qcmh, .lipCST] {
      let source = RandomProblems.problem(kind, seed: seed)
      let network: LipCST
      if let own = source as? LipCST {
        network = own
      } else {
        guard let reduced = try? source.reduced(to: .lipCST),
          let target = reduced.result.target as? LipCST, target.variables <= 12
        else { continue }
        network = target
      }
      let optimum = try #require(network.bruteForceOptimum())
      for pattern in optimum.solutions {
        let z = network.attainingPoint(pattern)
        for unit in 0..<network.inner.rows where network.outer[0, unit].signum > 0 {
          let row = network.inner.row(unit)
          guard row.contains(where: { !$0.isZero }) else { continue }
          let pre = zip(row, z).reduce(into: Rational.zero) { $0 += $1.0 * $1.1 }
          #expect(pre.signum == (pattern[unit] == 1 ? 1 : -1), "\(kind.rawValue) seed \(seed)")
        }
      }
    }
  }

  @Test("An indefinite H is refused with a direction; singular ones are decided exactly")
  func indefinite() throws {
    #expect(throws: UnsupportedProblem.self) {
      try QCMH(RationalMatrix(rows: 2, columns: 2, elements: [1, 2, 2, 1]))
    }
    #expect(throws: UnsupportedProblem.self) {
      try QCMH(RationalMatrix(rows: 2, columns: 2, elements: [0, 1, 1, 0]))
    }
    // A Laplacian less 2⁻⁹⁰⁰ in one corner is indefinite, however little.
    let tiny = Rational(1, BigInt(1) << 900)
    #expect(throws: UnsupportedProblem.self) {
      try QCMH(RationalMatrix(rows: 2, columns: 2, elements: [1, -1, -1, Rational(1) - tiny]))
    }
    _ = try QCMH(RationalMatrix(rows: 2, columns: 2, elements: [1, -1, -1, 1]))
  }

  @Test("A fractional point of the cube is never better than the best vertex", arguments: UInt64(1)...40)
  func concavity(seed: UInt64) throws {
    let problem = try #require(RandomProblems.problem(.qcmh, seed: seed) as? QCMH)
    let optimum = try #require(problem.bruteForceOptimum()).value
    var random = SplitMix64(seed: seed)
    for _ in 0..<20 {
      let x = (0..<problem.variables).map { _ in Rational(BigInt(Int.random(in: 0...8, using: &random)), 8) }
      #expect(problem.value(at: x) >= optimum)
    }
  }

  @Test("Laws compose, and pull undoes push")
  func laws() {
    let first = ValueLaw(scale: Rational(3, 2), offset: -4)
    let second = ValueLaw(scale: -2, offset: 7)
    for value in [Rational(0), 5, Rational(-7, 3)] {
      #expect(first.followed(by: second).push(value) == second.push(first.push(value)))
      #expect(first.pull(first.push(value)) == value)
    }
    #expect(first.targetSense(.maximize) == .maximize)
    #expect(second.targetSense(.maximize) == .minimize)
    #expect(second.formula() == "target = -2 · source + 7")
  }

  @Test("Steps of solutions are named in files and read back")
  func mapsAreCodable() throws {
    let maps: [SolutionMap] = [
      .spinsToBits, .bitsToSpins, .ghostSpin, .complementaryPairs(isolated: [1]),
      .products([.init(0, 1), .init(0, 2)]),
    ]
    for map in maps {
      let solution = map == .ghostSpin || map == .spinsToBits ? [1, -1, 1] : [1, 0, 1]
      #expect(map.invert(map.carry(solution)) == solution, "\(map.name)")
      #expect(map.carry(solution).count == map.targetCount(3), "\(map.name)")
    }
  }
}
