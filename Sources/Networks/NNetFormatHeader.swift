/// What a `.nnet` file says before its weights.
struct NNetFormatHeader {
  /// Inputs, hidden widths and outputs.
  let sizes: [Int]
  let box: InputBox?
  /// An input x enters the first layer as (x − mean) / range.
  let inputMeans: [Double]
  let inputRanges: [Double]
  /// A value y of the last layer leaves the network as y · range + mean.
  let outputMean: Double
  let outputRange: Double
  let notes: [String]

  /// Bounds of this size or more stand for "none".
  private static let unbounded = 1e30

  init(_ lines: inout NNetFormatLines) throws(InputError) {
    sizes = try Self.sizes(&lines)
    _ = try lines.next("the unused flag")
    var notes: [String] = []
    let lower = try lines.next("the input minimums")
    let upper = try lines.next("the input maximums")
    let means = try lines.next("the means")
    let ranges = try lines.next("the ranges")
    let scaling = try Scaling(means: means, ranges: ranges, bounds: lower.fields.count, inputs: sizes[0])
    (inputMeans, inputRanges) = (scaling.inputMeans, scaling.inputRanges)
    (outputMean, outputRange) = (scaling.outputMean, scaling.outputRange)
    notes += scaling.notes
    if scaling.isPlaceholder, Self.isPlaceholder(lower), Self.isPlaceholder(upper) {
      box = nil
    } else {
      box = try Self.box(lower, upper, inputs: sizes[0], notes: &notes)
    }
    self.notes = notes
  }

  private static func sizes(_ lines: inout NNetFormatLines) throws(InputError) -> [Int] {
    let countsLine = try lines.next("the layer count")
    let counts = try countsLine.sizes("the line of counts")
    let sizesLine = try lines.next("the layer sizes")
    let sizes = try sizesLine.sizes("the layer sizes")
    guard let layers = counts.first else {
      throw countsLine.failure("the line of counts is empty", "write layers, inputs, outputs, largest width")
    }
    guard sizes.count >= 2, sizes.count - 1 == layers else {
      throw sizesLine.failure(
        "\(sizes.count) layer sizes stand here but line \(countsLine.number) promises \(layers) layers",
        "write the inputs and then one size a layer")
    }
    for (index, expected) in [sizes[0], sizes[layers]].enumerated()
    where counts.count > index + 1 && counts[index + 1] != expected {
      throw sizesLine.failure(
        "the layer sizes give \(expected) \(index == 0 ? "inputs" : "outputs") but line \(countsLine.number) gives "
          + "\(counts[index + 1])", "make both lines agree")
    }
    var needed = 0
    for size in sizes.dropFirst() {
      let (sum, overflow) = needed.addingReportingOverflow(size)
      needed = overflow || sum > Int.max / 4 ? Int.max / 4 : sum
    }
    guard needed * 2 + 5 <= lines.remaining else {
      throw sizesLine.failure(
        "these sizes need \(needed * 2 + 5) more lines but the file has \(lines.remaining)",
        "correct the sizes, or the file is cut short")
    }
    return sizes
  }

  /// A single zero where a list should stand: the line is not used.
  private static func isPlaceholder(_ line: NNetFormatLines.Line) -> Bool {
    line.fields.count == 1 && Double(line.fields[0]) == 0
  }

  private static func box(
    _ lowerLine: NNetFormatLines.Line, _ upperLine: NNetFormatLines.Line, inputs: Int, notes: inout [String]
  ) throws(InputError) -> InputBox? {
    let lower = try lowerLine.numbers("the input minimums", allowingInfinity: true)
    let upper = try upperLine.numbers("the input maximums", allowingInfinity: true)
    for (line, count) in [(lowerLine, lower.count), (upperLine, upper.count)] where count < inputs {
      if isPlaceholder(line) {
        notes.append("line \(line.number) is a placeholder; no input box is offered")
        return nil
      }
      throw line.failure("the line has \(count) entries for \(inputs) inputs", "write one number an input")
    }
    let pairs = zip(lower, upper).prefix(inputs)
    let isBounded = pairs.map { -$0 < unbounded && $1 < unbounded }
    guard isBounded.contains(true) else { return nil }
    guard !isBounded.contains(false) else {
      notes.append("some inputs are unbounded; no input box is offered")
      return nil
    }
    if let index = pairs.map({ $0 > $1 }).firstIndex(of: true) {
      notes.append(
        "line \(lowerLine.number): the minimum of input \(index + 1) exceeds its maximum; no input box is offered"
      )
      return nil
    }
    notes.append("inputs outside the file's input box are not clipped to it")
    return InputBox(lower: Array(lower.prefix(inputs)), upper: Array(upper.prefix(inputs)))
  }
}

extension NNetFormatHeader {
  /// The lines of means and ranges. Their last entry is the output's where they are longer than the inputs.
  private struct Scaling {
    var inputMeans: [Double]
    var inputRanges: [Double]
    var outputMean = 0.0
    var outputRange = 1.0
    var isPlaceholder = false
    var notes: [String] = []

    /// - Parameter bounds: How many minimums the file gives. Files cut out of a larger network keep the numbers of
    ///   inputs that are gone: such a file has more minimums than inputs, and one mean and range more than minimums.
    init(
      means meansLine: NNetFormatLines.Line, ranges rangesLine: NNetFormatLines.Line, bounds: Int, inputs: Int
    ) throws(InputError) {
      let means = try meansLine.numbers("the means")
      let ranges = try rangesLine.numbers("the ranges")
      inputMeans = [Double](repeating: 0, count: inputs)
      inputRanges = [Double](repeating: 1, count: inputs)
      if ranges.allSatisfy({ $0 == 0 }), means.allSatisfy({ $0 == 0 }) {
        isPlaceholder = true
        notes.append("lines \(meansLine.number) and \(rangesLine.number) are all zero; nothing is normalised")
        return
      }
      for (line, numbers) in [(meansLine, means), (rangesLine, ranges)] {
        guard numbers.count == means.count,
          numbers.count == inputs || numbers.count == inputs + 1
            || bounds > inputs && numbers.count == bounds + 1
        else {
          throw line.failure(
            "the line has \(numbers.count) entries for \(inputs) inputs and the output",
            "write \(inputs + 1) numbers, in the means and in the ranges")
        }
      }
      if let index = ranges.firstIndex(of: 0) {
        throw rangesLine.failure(
          "range \(index + 1) is zero",
          "every range divides, so write 1 for no scaling, or only zeros for unused lines")
      }
      inputMeans = Array(means.prefix(inputs))
      inputRanges = Array(ranges.prefix(inputs))
      if means.count > inputs {
        (outputMean, outputRange) = (means[means.count - 1], ranges[ranges.count - 1])
      } else {
        notes.append("lines \(meansLine.number) and \(rangesLine.number) have no entry for the output")
      }
      if means.count > inputs + 1 {
        notes.append(
          "lines \(meansLine.number) and \(rangesLine.number) have entries for \(means.count - 1) inputs; "
            + "the first \(inputs) and the last are used")
      }
    }
  }
}
