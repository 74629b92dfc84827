import LinearAlgebra

/// A list of affine forms in the outputs of one layer, as sparse rows: entry k is Σ coefficient · output[column] over the
/// terms of row k, plus offset[k]. Columns ascend, and no coefficient is zero.
package struct AffineForms: Sendable, Equatable {
  /// The hidden layer whose outputs the columns are, from 1; 0 for the network's inputs.
  package let depth: Int
  private var starts = [0]
  private var columns: [Int32] = []
  private var coefficients: [Double] = []
  package private(set) var offsets: [Double] = []

  /// No entries yet.
  package init(depth: Int) { self.depth = depth }

  /// The layer's outputs themselves.
  package init(depth: Int, outputs: some Sequence<Int>) {
    self.depth = depth
    for column in outputs { append(output: column) }
  }

  package var count: Int { offsets.count }
  package var termCount: Int { columns.count }

  /// One entry's terms, as a key.
  struct Terms: Hashable {
    let columns: ArraySlice<Int32>
    let coefficients: ArraySlice<Double>

    /// The same without the list around it.
    var copy: Terms {
      Terms(columns: ArraySlice(Array(columns)), coefficients: ArraySlice(Array(coefficients)))
    }
  }

  func terms(_ entry: Int) -> Terms {
    let range = starts[entry]..<starts[entry + 1]
    return Terms(columns: columns[range], coefficients: coefficients[range])
  }

  // MARK: Appending

  package mutating func append(output column: Int, times coefficient: Double = 1, offset: Double = 0) {
    append(column: Int32(column), coefficient)
    close(offset: offset)
  }

  package mutating func append(constant: Double) { close(offset: constant) }

  /// An entry of `other`, with another offset if one is given.
  package mutating func append(_ other: AffineForms, _ entry: Int, offset: Double? = nil) {
    precondition(other.depth == depth)
    let range = other.starts[entry]..<other.starts[entry + 1]
    columns += other.columns[range]
    coefficients += other.coefficients[range]
    close(offset: offset ?? other.offsets[entry])
  }

  /// Entry i of a plus sign · entry j of b, where sign is 1 or −1.
  package mutating func append(
    sumOf a: AffineForms, _ i: Int, _ b: AffineForms, _ j: Int, sign: Double, _ rounding: inout FormatRounding
  ) {
    precondition(a.depth == depth && b.depth == depth)
    var (left, right) = (a.starts[i], b.starts[j])
    let (leftEnd, rightEnd) = (a.starts[i + 1], b.starts[j + 1])
    while left < leftEnd || right < rightEnd {
      if right == rightEnd || left < leftEnd && a.columns[left] < b.columns[right] {
        append(column: a.columns[left], a.coefficients[left])
        left += 1
      } else if left == leftEnd || b.columns[right] < a.columns[left] {
        append(column: b.columns[right], sign * b.coefficients[right])
        right += 1
      } else {
        append(column: a.columns[left], rounding.add(a.coefficients[left], sign * b.coefficients[right]))
        left += 1
        right += 1
      }
    }
    close(offset: rounding.add(a.offsets[i], sign * b.offsets[j]))
  }

  fileprivate mutating func append(column: Int32, _ coefficient: Double) {
    guard coefficient != 0 else { return }
    columns.append(column)
    coefficients.append(coefficient)
  }

  fileprivate mutating func close(offset: Double) {
    starts.append(columns.count)
    offsets.append(offset)
  }

  // MARK: New lists

  package func selecting(_ entries: some Sequence<Int>) -> AffineForms {
    var result = AffineForms(depth: depth)
    for entry in entries { result.append(self, entry) }
    return result
  }

  /// The entries of both.
  package func appending(_ other: AffineForms) -> AffineForms {
    var result = self
    for entry in 0..<other.count { result.append(other, entry) }
    return result
  }

  /// The same terms with other offsets.
  package func with(offsets: [Double]) -> AffineForms {
    precondition(offsets.count == count)
    var result = self
    result.offsets = offsets
    return result
  }

  /// Entry k plus addends[k].
  package func adding(_ addends: [Double], _ rounding: inout FormatRounding) -> AffineForms {
    with(offsets: zip(offsets, addends).map { rounding.add($0, $1) })
  }

  /// Every coefficient and offset of entry k combined with operands[k] by `operation`, which is linear in the first.
  package func scaled(
    _ operands: [Double], _ rounding: inout FormatRounding,
    by operation: (inout FormatRounding, Double, Double) -> Double
  ) -> AffineForms {
    var result = AffineForms(depth: depth)
    for entry in 0..<count {
      for term in starts[entry]..<starts[entry + 1] {
        result.append(column: columns[term], operation(&rounding, coefficients[term], operands[entry]))
      }
      result.close(offset: operation(&rounding, offsets[entry], operands[entry]))
    }
    return result
  }

  package var negated: AffineForms {
    var result = self
    result.coefficients = coefficients.map { -$0 }
    result.offsets = offsets.map { -$0 }
    return result
  }

  /// The list whose entry e is Σ c · (entry s of this one) over the pairs (s, c) that `terms` appends for e; summed in
  /// twice the working precision.
  ///
  /// - Returns: Nil where it would have more than `limit` terms.
  package func combined(
    _ entries: Int, limit: Int, _ rounding: inout FormatRounding,
    terms: (_ entry: Int, _ pairs: inout [(source: Int, coefficient: Double)]) -> Void
  ) -> AffineForms? {
    var result = AffineForms(depth: depth)
    var row = RowSum(width: Int(columns.max() ?? -1) + 1)
    var pairs: [(source: Int, coefficient: Double)] = []
    for entry in 0..<entries {
      pairs.removeAll(keepingCapacity: true)
      terms(entry, &pairs)
      for (source, coefficient) in pairs where coefficient != 0 {
        for term in starts[source]..<starts[source + 1] {
          row.add(Int(columns[term]), coefficient, coefficients[term])
        }
      }
      let offset = rounding.dot(pairs.lazy.map(\.coefficient), pairs.lazy.map { offsets[$0.source] })
      row.drain(&rounding) { result.append(column: $0, $1) }
      result.close(offset: offset)
      if result.termCount > limit { return nil }
    }
    return result
  }

  /// As a matrix over `width` outputs.
  package func layer(width: Int) -> AffineLayer {
    var weights = Matrix(rows: count, columns: width)
    for entry in 0..<count {
      for term in starts[entry]..<starts[entry + 1] {
        weights[entry, Int(columns[term])] = coefficients[term]
      }
    }
    return AffineLayer(weights: weights, bias: offsets)
  }
}

/// One row of a product of sparse matrices, summed in twice the working precision.
private struct RowSum {
  private var sums: [Double]
  private var corrections: [Double]
  private var isTouched: [Bool]
  private var touched: [Int32] = []
  private var isExact = true

  init(width: Int) {
    sums = [Double](repeating: 0, count: width)
    corrections = sums
    isTouched = [Bool](repeating: false, count: width)
  }

  mutating func add(_ column: Int, _ x: Double, _ y: Double) {
    if !isTouched[column] {
      isTouched[column] = true
      touched.append(Int32(column))
    }
    isExact = FormatRounding.accumulate(x, y, &sums[column], &corrections[column]) && isExact
  }

  mutating func drain(_ rounding: inout FormatRounding, _ body: (Int32, Double) -> Void) {
    if !zip(touched, touched.dropFirst()).allSatisfy({ $0 < $1 }) { touched.sort() }
    for column in touched {
      let index = Int(column)
      body(column, rounding.total(sums[index], corrections[index], isExact: isExact))
      (sums[index], corrections[index], isTouched[index]) = (0, 0, false)
    }
    touched.removeAll(keepingCapacity: true)
    isExact = true
  }
}
