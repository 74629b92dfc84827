/// Maxima, minima and sorting as ReLUs between units that pass unchanged:
///
///     max(a, b) = b + ρ(a − b)        min(a, b) = a − ρ(a − b)
extension LayerBuilder {
  /// One layer of comparisons: ρ(entry i − entry j) for each pair (i, j), and the entries `kept`, one layer further on.
  /// The parts come first in the layer, then the kept entries that are not in it yet.
  private func compared(
    _ values: AffineForms, _ pairs: [(Int, Int)], keeping kept: [Int], _ rounding: inout FormatRounding,
    at place: String?
  ) throws(InputError) -> (parts: AffineForms, kept: AffineForms) {
    let values = try before(.relu, values, at: place)
    var differences = AffineForms(depth: values.depth)
    for (i, j) in pairs { differences.append(sumOf: values, i, values, j, sign: -1, &rounding) }
    let parts = try positiveParts(differences, at: place)
    return (parts, try carried(values.selecting(kept), to: parts.depth, at: place))
  }

  /// Entry by entry max(a, b), or min(a, b) if `isMinimum`.
  package func extremum(
    _ a: AffineForms, _ b: AffineForms, isMinimum: Bool, _ rounding: inout FormatRounding, at place: String?
  ) throws(InputError) -> AffineForms {
    let (a, b) = try aligned(a, b, at: place)
    let n = a.count
    let both = a.appending(b)
    let (parts, kept) = try compared(
      both, (0..<n).map { ($0, n + $0) }, keeping: isMinimum ? Array(0..<n) : Array(n..<2 * n), &rounding,
      at: place)
    var result = AffineForms(depth: parts.depth)
    for k in 0..<n { result.append(sumOf: kept, k, parts, k, sign: isMinimum ? -1 : 1, &rounding) }
    return result
  }

  /// The largest entry of each window, by a tree of maxima: on every level entries 1 and 2, 3 and 4, … of a window are
  /// compared, and a last one without a partner is kept. No window is empty.
  package func maxima(
    _ values: AffineForms, windows: [[Int]], _ rounding: inout FormatRounding, at place: String?
  ) throws(InputError) -> AffineForms {
    var values = values
    var windows = windows
    while windows.contains(where: { $0.count > 1 }) {
      var pairs: [(Int, Int)] = []
      var kept: [Int] = []
      for window in windows {
        for start in stride(from: 0, to: window.count - 1, by: 2) {
          pairs.append((window[start], window[start + 1]))
          kept.append(window[start + 1])
        }
        if window.count % 2 == 1 { kept.append(window[window.count - 1]) }
      }
      let level = try compared(values, pairs, keeping: kept, &rounding, at: place)
      var next = AffineForms(depth: level.parts.depth)
      var part = 0
      for index in windows.indices {
        let first = next.count
        for _ in 0..<windows[index].count / 2 {
          next.append(sumOf: level.kept, next.count, level.parts, part, sign: 1, &rounding)
          part += 1
        }
        if windows[index].count % 2 == 1 { next.append(level.kept, next.count) }
        windows[index] = Array(first..<next.count)
      }
      values = next
    }
    return values.selecting(windows.map { $0[0] })
  }

  /// MaxMin (Anil, Lucas & Grosse 2019): of entries 1 and 2, 3 and 4, … the larger and then the smaller.
  package func maxMin(
    _ values: AffineForms, _ rounding: inout FormatRounding, at place: String?
  ) throws(InputError) -> AffineForms {
    let firsts = Array(stride(from: 0, to: values.count, by: 2))
    let (parts, kept) = try compared(
      values, firsts.map { ($0, $0 + 1) }, keeping: Array(0..<values.count), &rounding, at: place)
    var result = AffineForms(depth: parts.depth)
    for (pair, first) in firsts.enumerated() {
      result.append(sumOf: kept, first + 1, parts, pair, sign: 1, &rounding)
      result.append(sumOf: kept, first, parts, pair, sign: -1, &rounding)
    }
    return result
  }

  /// GroupSort (Anil, Lucas & Grosse 2019): sorts groups of consecutive entries in ascending order, by Batcher's network.
  package func groupSort(
    _ values: AffineForms, group: Int, _ rounding: inout FormatRounding, at place: String?
  ) throws(InputError) -> AffineForms {
    var values = values
    for stage in Self.mergeExchange(group) {
      let pairs = stride(from: 0, to: values.count, by: group).flatMap { start in
        stage.map { (start + $0, start + $1) }
      }
      let (parts, kept) = try compared(
        values, pairs, keeping: Array(0..<values.count), &rounding, at: place)
      var role: [Int: (part: Int, sign: Double)] = [:]
      for (part, (i, j)) in pairs.enumerated() {
        role[i] = (part, -1)
        role[j] = (part, 1)
      }
      values = AffineForms(depth: parts.depth)
      for entry in 0..<kept.count {
        if let (part, sign) = role[entry] {
          values.append(sumOf: kept, entry, parts, part, sign: sign, &rounding)
        } else {
          values.append(kept, entry)
        }
      }
    }
    return values
  }

  /// Batcher's odd-even merge sort of n entries (Knuth, The Art of Computer Programming 3, Algorithm 5.2.2M): stages of
  /// comparisons of disjoint pairs i < j, after each of which the smaller entry stands at i.
  package static func mergeExchange(_ n: Int) -> [[(Int, Int)]] {
    var top = 1
    while 2 * top < n { top *= 2 }
    var stages: [[(Int, Int)]] = []
    var p = top
    while p > 0, n > 1 {
      var (q, r, d) = (top, 0, p)
      while true {
        let stage = (0..<max(0, n - d)).filter { $0 & p == r }.map { ($0, $0 + d) }
        if !stage.isEmpty { stages.append(stage) }
        if q == p { break }
        (d, q, r) = (q - p, q / 2, p)
      }
      p /= 2
    }
    return stages
  }
}
