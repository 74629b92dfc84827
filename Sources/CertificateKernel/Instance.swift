public import BigInt
public import ExactArithmetic

/// What an instance file says, in exact numbers: the question that a certificate answers. Read by the kernel's own parsers
/// (`Formats`), never taken from a certificate.
public struct Instance: Sendable {
  /// `network`, `lip-cst`, `max-cut`, `ising`, `qubo`, `qcmh` or `partition`.
  public let kind: String
  /// Of networks and lip-cst.
  public let network: ExactNetwork?
  /// Of problems over bits or spins.
  public let spins: SpinProblem?
  /// The threshold that the file asks about, in the problem's own value; for lip-cst ℓ².
  public let threshold: Rational?

  init(kind: String, network: ExactNetwork? = nil, spins: SpinProblem? = nil, threshold: Rational? = nil) {
    self.kind = kind
    self.network = network
    self.spins = spins
    self.threshold = threshold
  }
}

/// f = T_K ∘ ρ ∘ … ∘ ρ ∘ T_1 with piecewise linear ρ, in integers over a common denominator for each layer.
public struct ExactNetwork: Sendable {
  /// x ↦ (weights · x + bias) / denominator.
  public struct Layer: Sendable {
    public let rows: Int
    public let columns: Int
    /// Row-major.
    public let weights: [BigInt]
    public let bias: [BigInt]
    /// Positive.
    public let denominator: BigInt

    init(rows: Int, columns: Int, weights: [Rational], bias: [Rational]) {
      precondition(weights.count == rows * columns && bias.count == rows)
      var common: BigInt = 1
      for number in weights + bias where common % number.denominator != 0 {
        common *= number.denominator / common.greatestCommonDivisor(with: number.denominator)
      }
      self.rows = rows
      self.columns = columns
      self.weights = weights.map { $0.numerator * (common / $0.denominator) }
      self.bias = bias.map { $0.numerator * (common / $0.denominator) }
      denominator = common
    }

    func weight(_ row: Int, _ column: Int) -> Rational {
      Rational(weights[row * columns + column], denominator)
    }

    func bias(of row: Int) -> Rational { Rational(bias[row], denominator) }

    /// The layer of these rows and columns.
    func selecting(rows: [Int], columns: [Int]) -> Layer {
      Layer(
        rows: rows.count, columns: columns.count,
        weights: rows.flatMap { row in columns.map { weight(row, $0) } }, bias: rows.map { bias(of: $0) })
    }
  }

  /// The same with other layers, of which the hidden ones may have more units.
  func replacing(_ layers: [Layer]) -> ExactNetwork {
    ExactNetwork(layers: layers, slopes: slopes, passing: passing, box: box)
  }

  /// The slopes of a hidden layer's units before and after their kink at 0.
  public struct Slopes: Sendable, Equatable {
    public let off: Rational
    public let on: Rational
  }

  /// T_1 … T_K, at least one; shapes chain.
  public let layers: [Layer]
  /// K - 1 of them.
  public let slopes: [Slopes]
  /// One set for each hidden layer: the units that pass their pre-activation on unchanged (slope 1, no kink).
  public let passing: [Set<Int>]
  /// The input box that the file offers.
  public let box: [ClosedInterval]?

  public struct ClosedInterval: Sendable, Equatable {
    public let lower: Rational
    public let upper: Rational
  }

  public var inputs: Int { layers[0].columns }
  public var outputs: Int { layers[layers.count - 1].rows }

  init(
    layers: [Layer], slopes: [Slopes], passing: [Set<Int>] = [], box: [ClosedInterval]? = nil
  ) {
    precondition(slopes.count == layers.count - 1)
    precondition(passing.isEmpty || passing.count == slopes.count)
    precondition(
      zip(passing, layers).allSatisfy { units, layer in units.allSatisfy { (0..<layer.rows).contains($0) } })
    precondition(zip(layers, layers.dropFirst()).allSatisfy { $0.rows == $1.columns })
    self.layers = layers
    self.slopes = slopes
    self.passing = passing.isEmpty ? [Set<Int>](repeating: [], count: slopes.count) : passing
    self.box = box
  }
}

/// A problem over bits or spins, carried to spins:
///
///     value(s) = constant + Σ_{i<j} c_ij s_i s_j + Σ h_i s_i,     s in {-1, 1}ⁿ
///
/// where a bit x is (1 + s) / 2, and the value of a partition is the square of its discrepancy.
public struct SpinProblem: Sendable {
  public struct Coupling: Sendable, Equatable {
    public let i: Int
    public let j: Int
    public let coefficient: Rational
  }

  public let spins: Int
  /// i < j, each pair once, none zero.
  public let couplings: [Coupling]
  public let fields: [Rational]
  public let constant: Rational
  /// Whether the instance asks for the largest value; the smallest otherwise.
  public let maximizes: Bool
  /// Whether `value` is the square of the instance's own value.
  public let isSquare: Bool

  /// Couplings of one pair are added up.
  package init(
    spins: Int, couplings: [(i: Int, j: Int, coefficient: Rational)], fields: [Rational], constant: Rational,
    maximizes: Bool, isSquare: Bool = false
  ) {
    precondition(fields.count == spins)
    var sums: [Int: Rational] = [:]
    for (i, j, c) in couplings {
      precondition(i != j && (0..<spins).contains(i) && (0..<spins).contains(j))
      sums[min(i, j) * spins + max(i, j), default: 0] += c
    }
    self.spins = spins
    self.couplings = sums.sorted { $0.key < $1.key }.filter { !$0.value.isZero }.map {
      Coupling(i: $0.key / spins, j: $0.key % spins, coefficient: $0.value)
    }
    self.fields = fields
    self.constant = constant
    self.maximizes = maximizes
    self.isSquare = isSquare
  }
}
