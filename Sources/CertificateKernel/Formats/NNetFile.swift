import ExactArithmetic

/// ReLU networks as `.nnet`, the text format of Stanford's ACAS Xu networks, with its normalisation: x enters as
/// (x - mean) / range, and y leaves as y · range + mean, in fractions.
///
///     layers, inputs, outputs, largest width
///     inputs, widths, outputs
///     unused
///     minimums of the inputs
///     maximums
///     means of the inputs and of the output
///     ranges
///     for each layer: its rows of weights, then its biases, one a line
enum NNetFile {
  static func read(_ bytes: [UInt8]) throws(InstanceUnreadable) -> ExactNetwork {
    var lines = try TextLines(bytes, .fields)
    let sizes = try sizes(&lines)
    _ = try lines.next("the unused flag")
    let (lower, upper) = (try lines.next("the minimums"), try lines.next("the maximums"))
    let scaling = try Scaling(from: &lines, bounds: lower.words.count, inputs: sizes[0])
    let box = try box(lower, upper, scaling, inputs: sizes[0])
    var layers: [(weights: ExactMatrix, bias: [Rational])] = []
    for (columns, rows) in zip(sizes, sizes.dropFirst()) {
      let elements = try block(&lines, rows: rows, columns: columns)
      let bias = try block(&lines, rows: rows, columns: 1)
      layers.append((ExactMatrix(rows: rows, columns: columns, elements: elements), bias))
    }
    try lines.end()
    scaling.normalize(&layers[0])
    scaling.denormalize(&layers[layers.count - 1])
    return try ExactNetwork.checked(
      layers, slopes: [ExactNetwork.Slopes](repeating: .relu, count: layers.count - 1), box: box)
  }

  private static func sizes(_ lines: inout TextLines) throws(InstanceUnreadable) -> [Int] {
    func positive(_ line: TextLines.Line) throws(InstanceUnreadable) -> [Int] {
      var sizes: [Int] = []
      for index in line.words.indices { sizes.append(try line.natural(index, below: 1 << 30, "a size")) }
      guard !sizes.isEmpty, !sizes.contains(0) else {
        throw line.failure("sizes must be positive; write them all")
      }
      return sizes
    }
    let counts = try positive(try lines.next("the layer count"))
    let line = try lines.next("the layer sizes")
    let sizes = try positive(line)
    guard sizes.count >= 2, sizes.count - 1 == counts[0], counts.count < 2 || counts[1] == sizes[0],
      counts.count < 3 || counts[2] == sizes[sizes.count - 1]
    else {
      throw line.failure("the sizes disagree with the line above; make layers, inputs and outputs agree")
    }
    return sizes
  }

  private static func block(_ lines: inout TextLines, rows: Int, columns: Int) throws(InstanceUnreadable)
    -> [Rational]
  {
    var elements: [Rational] = []
    for _ in 0..<rows {
      let line = try lines.next("a row of weights or a bias")
      guard line.words.count == columns else {
        throw line.failure(
          "the line has \(line.words.count) numbers, not \(columns); write a row of weights or one bias")
      }
      elements += try numbers(line)
    }
    return elements
  }

  /// Infinite bounds stand for themselves cut off, far beyond what counts as a bound.
  private static func numbers(
    _ line: TextLines.Line, areBounds: Bool = false
  ) throws(InstanceUnreadable) -> [Rational] {
    var numbers: [Rational] = []
    for word in line.words {
      var value = NumberText.plain(word) ?? NumberText.hexadecimal(word)
      if areBounds, let double = Double(word), double.isInfinite {
        value = Rational(double < 0 ? -Double.greatestFiniteMagnitude : .greatestFiniteMagnitude)
      }
      guard let value else { throw line.failure("a field is no finite number; write numbers between commas") }
      numbers.append(value)
    }
    return numbers
  }

  /// The minimums and maximums, where all of them bound; 1e30 or more stands for "none".
  private static func box(
    _ lower: TextLines.Line, _ upper: TextLines.Line, _ scaling: Scaling, inputs: Int
  ) throws(InstanceUnreadable) -> [ExactNetwork.ClosedInterval]? {
    let (low, high) = (try numbers(lower, areBounds: true), try numbers(upper, areBounds: true))
    if scaling.isPlaceholder, low == [0], high == [0] { return nil }
    for (line, bounds) in [(lower, low), (upper, high)] where bounds.count < inputs {
      if bounds == [0] { return nil }
      throw line.failure("the line has \(bounds.count) bounds for \(inputs) inputs; write one an input")
    }
    let unbounded = Rational(1e30)
    let box = zip(low, high).prefix(inputs).map { ExactNetwork.ClosedInterval(lower: $0, upper: $1) }
    return box.allSatisfy { -$0.lower < unbounded && $0.upper < unbounded && $0.lower <= $0.upper }
      ? box : nil
  }

  private struct Scaling {
    var inputMeans: [Rational]
    var inputRanges: [Rational]
    var outputMean: Rational = 0
    var outputRange: Rational = 1
    /// Only zeros: nothing is normalised.
    var isPlaceholder = false

    /// A file cut out of a larger network keeps the minimums, means and ranges of inputs that are gone.
    init(from lines: inout TextLines, bounds: Int, inputs: Int) throws(InstanceUnreadable) {
      let line = try lines.next("the means")
      let means = try NNetFile.numbers(line)
      let rangesLine = try lines.next("the ranges")
      let ranges = try NNetFile.numbers(rangesLine)
      inputMeans = [Rational](repeating: 0, count: inputs)
      inputRanges = [Rational](repeating: 1, count: inputs)
      isPlaceholder = (means + ranges).allSatisfy(\.isZero)
      if isPlaceholder { return }
      guard means.count == ranges.count,
        [inputs, inputs + 1].contains(means.count)
          || bounds > inputs && means.count == bounds + 1
      else { throw line.failure("means and ranges do not fit \(inputs) inputs; write \(inputs + 1) of each") }
      guard !ranges.contains(0) else { throw rangesLine.failure("a range is zero; write 1 for no scaling") }
      inputMeans = Array(means.prefix(inputs))
      inputRanges = Array(ranges.prefix(inputs))
      if means.count > inputs {
        (outputMean, outputRange) = (means[means.count - 1], ranges[ranges.count - 1])
      }
    }

    func normalize(_ layer: inout (weights: ExactMatrix, bias: [Rational])) {
      let columns = layer.weights.columns
      for index in layer.weights.elements.indices where !layer.weights.elements[index].isZero {
        let column = index % columns
        if inputRanges[column] != 1 {
          layer.weights.elements[index] = layer.weights.elements[index] / inputRanges[column]
        }
        if !inputMeans[column].isZero {
          layer.bias[index / columns] -= layer.weights.elements[index] * inputMeans[column]
        }
      }
    }

    func denormalize(_ layer: inout (weights: ExactMatrix, bias: [Rational])) {
      if outputRange != 1 {
        layer.weights.elements = layer.weights.elements.map { $0 * outputRange }
        layer.bias = layer.bias.map { $0 * outputRange }
      }
      if !outputMean.isZero { layer.bias = layer.bias.map { $0 + outputMean } }
    }
  }
}
