import ExactArithmetic
import Generators
import Problems
import Testing

/// Planted ground states: the construction, piece by piece, and brute force on the whole.
@Suite struct PlantedIsingTests {
  @Test func wishartColumnsAreOrthogonalToThePlantedSpins() throws {
    for (n, alpha, scale) in [(2, "0.5", "1"), (7, "1", "1"), (20, "0.75", "100"), (33, "2", "1000")] {
      let given = ["n": "\(n)", "alpha": alpha, "scale": scale]
      let family = try WishartPlanting(ParameterValues(given, for: WishartPlanting.parameters))
      for seed in 0..<20 as Range<UInt64> {
        let (planted, columns) = family.draw(seed: seed)
        for column in columns { #expect(zip(column, planted).reduce(0) { $0 + $1.0 * $1.1 } == 0) }
      }
    }
  }

  @Test func wishartEntriesAreNearlyGaussian() throws {
    let given = ["n": "100", "alpha": "1"]
    let family = try WishartPlanting(ParameterValues(given, for: WishartPlanting.parameters))
    let entries = family.draw(seed: 0).columns.flatMap { $0 }
    #expect(entries.count == 10_000)
    // Projection off one direction of a hundred takes a hundredth of the variance 100².
    let variance = Double(entries.reduce(0) { $0 + $1 * $1 }) / 10_000
    #expect(abs(variance - 9900) < 600)
  }

  @Test func wishartGroundStates() throws {
    for seed in 0..<10 as Range<UInt64> {
      for alpha in ["0.2", "0.75", "1.5"] {
        for n in [2, 3, 6, 9] {
          try expectProvedOptimum("wishart", ["n": "\(n)", "alpha": alpha], seed: seed)
        }
      }
    }
  }

  @Test func aTileOfClassKHasKGroundStatesOneOfThemEqualSpins() {
    for tile in FrustratedTile.allCases {
      let j = tile.couplings
      // The first spin is up; the opposites double the count.
      let energies = (0..<8).map { code in
        let s = [1] + (0..<3).map { code >> $0 & 1 == 0 ? 1 : -1 }
        return (0..<4).reduce(0) { $0 + j[$1] * s[$1] * s[($1 + 1) % 4] }
      }
      #expect(energies.min() == tile.minimum)
      #expect(energies[0] == tile.minimum)
      #expect(energies.count { $0 == tile.minimum } == tile.rawValue)
    }
  }

  @Test(arguments: [
    ("1", "0", "0"), ("0", "1", "0"), ("0", "0", "1"), ("0", "0", "0"), ("0.3", "0.3", "0.2"),
  ])
  func tilePlantedGroundStates(c1: String, c2: String, c3: String) throws {
    try expectProvedOptimum("tile-planting", ["size": "4", "c1": c1, "c2": c2, "c3": c3], seed: 1)
  }

  @Test func tilesUseEveryCouplingOfTheLattice() throws {
    for size in [4, 6, 10] {
      let lattice = try #require(
        try problem("tile-planting", ["size": "\(size)"], seed: 2).problem as? Ising)
      let torus = try graph("torus-2d", ["rows": "\(size)", "columns": "\(size)"])
      #expect(lattice.couplings.map { [$0.i, $0.j] } == torus.edges.map { [$0.i, $0.j] })
      #expect(lattice.couplings.allSatisfy { [1, 2].contains($0.coefficient.magnitude) })
    }
  }

  @Test func loopPlantedGroundStates() throws {
    for seed in 0..<5 as Range<UInt64> {
      for density in ["0.1", "0.5", "2"] {
        try expectProvedOptimum("frustrated-loops", ["size": "3", "density": density], seed: seed)
      }
    }
    try expectProvedOptimum("frustrated-loops", ["size": "4", "density": "0.3"])
  }

  /// The gadget, at every assignment of three spins and the ancilla, for both right-hand sides.
  @Test func theParityGadgetIsExact() {
    for e in [-1, 1] {
      for code in 0..<8 {
        let s = (0..<3).map { code >> $0 & 1 == 0 ? 1 : -1 }
        func value(_ a: Int) -> Int {
          let pairs = s[0] * s[1] + s[0] * s[2] + s[1] * s[2]
          return ParityGadget.pairCoupling * pairs + ParityGadget.field(e) * (s[0] + s[1] + s[2])
            + ParityGadget.ancillaCoupling * a * (s[0] + s[1] + s[2]) + ParityGadget.ancillaField(e) * a
        }
        let holds = s[0] * s[1] * s[2] == e
        #expect(min(value(-1), value(1)) == (holds ? ParityGadget.satisfied : ParityGadget.violated))
        #expect(value(ParityGadget.ancilla(s, e)) == min(value(-1), value(1)))
      }
    }
    #expect(ParityGadget.violated > ParityGadget.satisfied)
  }

  @Test func parityEquationsAreThreeRegular() throws {
    for n in [3, 4, 5, 10, 57] {
      let family = try ParityPlanting(ParameterValues(["n": "\(n)"], for: ParityPlanting.parameters))
      for seed in 0..<10 as Range<UInt64> {
        let equations = family.draw(seed: seed).equations
        #expect(equations.count == n)
        #expect(equations.allSatisfy { Set($0).count == 3 })
        for variable in 0..<n { #expect(equations.count { $0.contains(variable) } == 3) }
      }
    }
  }

  @Test func parityGroundStates() throws {
    for n in 3...6 {
      for seed in 0..<5 as Range<UInt64> { try expectProvedOptimum("xorsat-3", ["n": "\(n)"], seed: seed) }
    }
  }
}
