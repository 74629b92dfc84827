import ExactArithmetic
public import Networks
import Problems
import RandomNumbers

/// 3-regular 3-XORSAT with a planted solution, as an Ising problem with two spins a variable.
///
/// n parity equations s_a s_b s_c = t_a t_b t_c in n variables, each with three different variables and every
/// variable in three equations (a random bipartite pairing, repaired by swaps). Each equation becomes a
/// `ParityGadget`; spin n + k is the ancilla of equation k. Minimum -4n, where all equations hold. Gaussian
/// elimination solves the equations; searches that go by the energy find no slope towards the solution.
public struct ParityPlanting: InstanceFamily {
  public static let name = "xorsat-3"
  public static let kind = InstanceKind.problem(.ising)
  public static let summary =
    "planted 3-regular 3-XORSAT as an Ising problem with one ancilla spin an equation"
  public static let reference =
    "Hen, Equation planting: a tool for benchmarking Ising machines, 2019; Kowalsky, Albash, Hen, Lidar, 3-regular "
    + "three-XORSAT planted solutions benchmark of classical and quantum heuristic optimizers, 2022"
  public static let parameters: [FamilyParameter] = [
    .count("variables and equations; 2n spins", 3...10_000, default: 16)
  ]

  private let n: Int

  public init(_ values: ParameterValues) throws(InputError) { n = values.integer("n") }

  public func instance(seed: UInt64) -> GeneratedInstance {
    let (solution, equations) = draw(seed: seed)
    var couplings: [WeightedEdge] = []
    var fields = [Int](repeating: 0, count: 2 * n)
    var planted = solution
    for (k, equation) in equations.enumerated() {
      let ancilla = n + k
      let spins = equation.map { solution[$0] }
      let e = spins.reduce(1, *)
      for (i, j) in [(0, 1), (0, 2), (1, 2)] {
        couplings.append(WeightedEdge(equation[i], equation[j], ParityGadget.pairCoupling))
      }
      for variable in equation {
        couplings.append(WeightedEdge(variable, ancilla, ParityGadget.ancillaCoupling))
        fields[variable] += ParityGadget.field(e)
      }
      fields[ancilla] = ParityGadget.ancillaField(e)
      planted.append(ParityGadget.ancilla(spins, e))
    }
    let optimum = PlantedOptimum(
      value: Rational(ParityGadget.satisfied * n), solution: planted,
      proof:
        "the value is a sum over \(n) equations, each with minimum \(ParityGadget.satisfied), and the planted "
        + "solution attains every one")
    return ising(spins: 2 * n, couplings: couplings, fields: fields, planted: optimum)
  }

  /// The planted solution, and the variables of each equation.
  package func draw(seed: UInt64) -> (solution: [Int], equations: [[Int]]) {
    var random = SplitMix64(seed: seed)
    let solution = random.signs(n)
    var slots = random.shuffled((0..<3 * n).map { $0 / 3 })
    func repeats(_ equation: Int) -> Bool { Set(slots[3 * equation..<3 * equation + 3]).count < 3 }
    while let equation = (0..<n).first(where: repeats) {
      slots.swapAt(3 * equation + random.integer(below: 3), random.integer(below: 3 * n))
    }
    return (solution, (0..<n).map { Array(slots[3 * $0..<3 * $0 + 3]) })
  }
}
