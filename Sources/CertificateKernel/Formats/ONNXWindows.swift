/// The windows of a convolution or a pooling: for each output position, row-major, the input positions under its entries,
/// row-major, and nil where an entry lies in the padding.
struct ONNXWindows {
  let shape: [Int]
  let windows: [[Int?]]

  init(_ input: [Int], kernel: [Int], _ node: ONNXNode) throws(InstanceUnreadable) {
    let rank = input.count
    let ones = [Int](repeating: 1, count: rank)
    let strides = try node.integers("strides") ?? ones
    let dilations = try node.integers("dilations") ?? ones
    let lists = [input, kernel, strides, dilations]
    guard rank > 0, lists.allSatisfy({ $0.count == rank && $0.allSatisfy { (1...1 << 20).contains($0) } })
    else {
      throw node.failure("kernel, strides or dilations do not fit the input's axes")
    }
    guard try !node.isSet("ceil_mode") else { throw node.failure("ceil_mode is set") }
    let mode = try node.text("auto_pad") ?? "NOTSET"
    let pads = try node.integers("pads") ?? [Int](repeating: 0, count: 2 * rank)
    guard ["NOTSET", "", "VALID", "SAME_UPPER", "SAME_LOWER"].contains(mode), pads.count == 2 * rank,
      pads.allSatisfy({ (0...1 << 20).contains($0) })
    else { throw node.failure("pads or auto_pad do not fit the input's axes") }

    // The first input position of the first window, and the number of windows, along each axis.
    var starts: [Int] = []
    var counts: [Int] = []
    for axis in 0..<rank {
      let reach = (kernel[axis] - 1) * dilations[axis] + 1
      var (before, after) = (0, 0)
      if mode == "NOTSET" || mode.isEmpty { (before, after) = (pads[axis], pads[rank + axis]) }
      if mode.hasPrefix("SAME") {
        let wanted = (input[axis] + strides[axis] - 1) / strides[axis]
        let total = max((wanted - 1) * strides[axis] + reach - input[axis], 0)
        before = mode == "SAME_UPPER" ? total / 2 : (total + 1) / 2
        after = total - before
      }
      let room = input[axis] + before + after - reach
      guard room >= 0 else { throw node.failure("the kernel is larger than the padded input") }
      starts.append(-before)
      counts.append(room / strides[axis] + 1)
    }
    guard let positions = ONNXTensor.count(counts), let taps = ONNXTensor.count(kernel),
      positions.multipliedReportingOverflow(by: taps).overflow == false, positions * taps <= 1 << 24
    else { throw node.failure("the windows are too many") }
    shape = counts
    let offsets = (0..<taps).map { Self.digits($0, kernel) }
    windows = (0..<positions).map { position in
      let corner = Self.digits(position, counts)
      return offsets.map { offset in
        var index = 0
        for axis in 0..<rank {
          let place = starts[axis] + corner[axis] * strides[axis] + offset[axis] * dilations[axis]
          guard (0..<input[axis]).contains(place) else { return nil }
          index = index * input[axis] + place
        }
        return index
      }
    }
  }

  /// The multi-index of a position in row-major order.
  static func digits(_ position: Int, _ shape: [Int]) -> [Int] {
    var rest = position
    var digits = shape
    for axis in shape.indices.reversed() {
      (rest, digits[axis]) = rest.quotientAndRemainder(dividingBy: shape[axis])
    }
    return digits
  }
}
