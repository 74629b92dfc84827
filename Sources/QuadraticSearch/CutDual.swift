import TreeSearch

/// A feasible dual point of the max-cut relaxation with triangle inequalities, in the problem's own indices: one multiplier for
/// each spin and one for the anchor (index n), and one for each inequality.
struct CutDual: Sendable, Codable {
  var diagonal: [Double]
  var inequalities: [TriangleInequality]
  var multipliers: [Double]

  init(spins: Int) {
    diagonal = [Double](repeating: 0, count: spins + 1)
    inequalities = []
    multipliers = []
  }

  init(diagonal: [Double], inequalities: [TriangleInequality], multipliers: [Double]) {
    self.diagonal = diagonal
    self.inequalities = inequalities
    self.multipliers = multipliers
  }

  /// Bytes.
  var footprint: Int {
    diagonal.count * MemoryLayout<Double>.stride
      + multipliers.count * (MemoryLayout<Double>.stride + MemoryLayout<TriangleInequality>.stride)
  }

  /// Without the inequalities that carry no weight.
  var withoutIdle: CutDual {
    let kept = multipliers.indices.filter { multipliers[$0] > 0 }
    return CutDual(
      diagonal: diagonal, inequalities: kept.map { inequalities[$0] },
      multipliers: kept.map { multipliers[$0] })
  }

  /// The same once a spin is fixed to a value. PᵀZP, for the P that merges its row into the anchor's, is definite as Z is;
  /// inequalities that speak of both are left out, so the diagonal may need to grow again.
  func fixing(_ spin: Int, to value: Int8) -> CutDual {
    let anchor = diagonal.count - 1
    var result = self
    result.diagonal[anchor] += result.diagonal[spin]
    result.diagonal[spin] = 0
    result.inequalities = []
    result.multipliers = []
    var places: [TriangleInequality: Int] = [:]
    for (inequality, multiplier) in zip(inequalities, multipliers) {
      guard let merged = inequality.merging(Int16(spin), into: Int16(anchor), sign: value) else { continue }
      if let place = places[merged] {
        result.multipliers[place] += multiplier
      } else {
        places[merged] = result.inequalities.count
        result.inequalities.append(merged)
        result.multipliers.append(multiplier)
      }
    }
    return result
  }
}

extension CutDual {
  /// Whether every index is one of a problem with so many spins.
  func isValid(spins: Int) -> Bool {
    diagonal.count == spins + 1 && multipliers.count == inequalities.count
      && (diagonal + multipliers).allSatisfy(\.isFinite) && multipliers.allSatisfy { $0 >= 0 }
      && inequalities.allSatisfy { $0.isSorted && Int($0.k) <= spins }
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    var numbers = try container.decode(PackedNumbers.self)
    guard let diagonal = numbers.nextArray(), let multipliers = numbers.nextArray() else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a dual point")
    }
    let inequalities = multipliers.indices.compactMap { _ in
      numbers.next().flatMap { TriangleInequality(packed: $0) }
    }
    guard inequalities.count == multipliers.count else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a dual point")
    }
    self.init(diagonal: diagonal, inequalities: inequalities, multipliers: multipliers)
  }

  func encode(to encoder: any Encoder) throws {
    var numbers = PackedNumbers(diagonal)
    numbers.append(multipliers)
    for inequality in inequalities { numbers.append(inequality.packed) }
    var container = encoder.singleValueContainer()
    try container.encode(numbers)
  }
}
