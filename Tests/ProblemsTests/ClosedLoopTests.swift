import BigInt
import ExactArithmetic
import Foundation
import Problems
import Testing

/// What is written reads back equal.
@Suite struct ClosedLoopTests {
  @Test(arguments: 0..<60 as Range<UInt64>)
  func jsonOfEveryKind(seed: UInt64) throws {
    for coefficients in Coefficients.allCases {
      var random = RandomProblems(seed: seed, coefficients)
      for problem in try random.every() {
        var instance = ProblemInstance(name: "a \"name\" \(seed)", problem: problem)
        let solution = problem.alphabet.values.map { [Int](repeating: $0, count: problem.variables) }[1]
        if let value = problem.value(of: solution) {
          instance.planted = PlantedOptimum(value: value, solution: solution, proof: "not\none")
        }
        instance.threshold = random.number().magnitude
        let copy = try ProblemJSONFormat.read(ProblemJSONFormat.write(instance), name: "other")
        #expect(areEqual(copy.problem, problem), "\(problem)")
        #expect(copy.name == instance.name && copy.planted == instance.planted)
        #expect(copy.threshold == instance.threshold && copy.notes.isEmpty)
      }
    }
  }

  @Test(arguments: 0..<100 as Range<UInt64>)
  func textFormats(seed: UInt64) throws {
    for coefficients in [Coefficients.integers, .dyadic] {
      var random = RandomProblems(seed: seed, coefficients)
      let graph = random.maxCut()
      #expect(try RudyFormat.read(RudyFormat.write(graph)) == graph)
      let smallest = random.qubo(.minimize)
      #expect(try BiqMacSparseFormat.read(BiqMacSparseFormat.write(smallest)) == smallest)
      #expect(try QBSolvFormat.read(QBSolvFormat.write(smallest)) == smallest)
      let largest = random.qubo(.maximize)
      #expect(try ORLibraryFormat.read(ORLibraryFormat.write(largest)) == largest)
      for problem in [smallest, largest] {
        let copy = try QPLIBFormat.read(QPLIBFormat.write(problem, name: "a name # 1"))
        #expect(copy.problem == problem && copy.notes.isEmpty)
      }
    }
  }

  @Test func writesOneTermALine() throws {
    let problem = QUBO(
      bits: 3, products: [PairTerm(2, 0, Rational(1, 3)), PairTerm(0, 1, Rational(0.1))],
      linear: [0, -7, Rational(12_345_678_901_234_567)], sense: .maximize)
    let expected = """
      {
        "kind": "qubo",
        "name": "small",
        "n": 3,
        "terms": [
          [0, 1, 0.1],
          [0, 2, "1/3"],
          [1, 1, -7],
          [2, 2, 12345678901234567]
        ],
        "sense": "maximize"
      }

      """
    let data = try ProblemJSONFormat.write(ProblemInstance(name: "small", problem: problem))
    #expect(String(decoding: data, as: UTF8.self) == expected)
  }
}
