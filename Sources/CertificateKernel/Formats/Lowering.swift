import ExactArithmetic

/// What is no activation with one kink at 0, as ReLUs and units that pass unchanged:
///
///     max(a, b) = b + ρ(a - b)    min(a, b) = a - ρ(a - b)    clip(z; lo, hi) = lo + ρ(z - lo) - ρ(z - hi)
extension LayerStack {
  /// ρ(i - j) for each pair, one layer on, and after these units in the layer the entries `kept`.
  private mutating func compare(
    _ value: Value, _ pairs: [(Int, Int)], keeping kept: [Int], _ place: String
  ) throws(InstanceUnreadable) -> (parts: [ExactForm], kept: Value) {
    let value = try before(.relu, value, place)
    let differences = Value(
      depth: value.depth, entries: pairs.map { value.entries[$0] - value.entries[$1] })
    let parts = try positiveParts(differences, place)
    let rest = Value(depth: value.depth, entries: kept.map { value.entries[$0] })
    return (parts.entries, try carry(rest, to: parts.depth, place))
  }

  /// max or min of two lists, entry by entry.
  mutating func extremum(
    _ a: Value, _ b: Value, isMinimum: Bool, _ place: String
  ) throws(InstanceUnreadable) -> Value {
    let depth = max(a.depth, b.depth)
    let left = try carry(a, to: depth, place).entries
    let right = try carry(b, to: depth, place).entries
    let count = left.count
    let (parts, kept) = try compare(
      Value(depth: depth, entries: left + right), (0..<count).map { ($0, count + $0) },
      keeping: (0..<count).map { isMinimum ? $0 : count + $0 }, place)
    return Value(
      depth: kept.depth, entries: zip(kept.entries, parts).map { isMinimum ? $0 - $1 : $0 + $1 })
  }

  /// The largest entry of each window: on every level the first against the second, the third against the fourth, …
  mutating func maxima(
    _ value: Value, windows: [[Int]], _ place: String
  ) throws(InstanceUnreadable) -> Value {
    var value = value
    var windows = windows
    while windows.contains(where: { $0.count > 1 }) {
      var pairs: [(Int, Int)] = []
      var kept: [Int] = []
      for window in windows {
        for position in window.indices {
          if position % 2 == 1 { pairs.append((window[position - 1], window[position])) }
          if position % 2 == 1 || position == window.count - 1 { kept.append(window[position]) }
        }
      }
      let (parts, rest) = try compare(value, pairs, keeping: kept, place)
      value = rest
      var (next, part) = (0, 0)
      for index in windows.indices {
        let (pairCount, size) = (windows[index].count / 2, (windows[index].count + 1) / 2)
        for offset in 0..<pairCount {
          value.entries[next + offset] = rest.entries[next + offset] + parts[part + offset]
        }
        windows[index] = Array(next..<next + size)
        (next, part) = (next + size, part + pairCount)
      }
    }
    return Value(depth: value.depth, entries: windows.map { value.entries[$0[0]] })
  }

  /// (max, min) of the first and second entry, of the third and fourth, …
  mutating func maxMin(_ value: Value, _ place: String) throws(InstanceUnreadable) -> Value {
    let half = value.entries.count / 2
    let (parts, kept) = try compare(
      value, (0..<half).map { (2 * $0, 2 * $0 + 1) }, keeping: Array(value.entries.indices), place)
    var result = kept
    for (pair, part) in parts.enumerated() {
      result.entries[2 * pair] = kept.entries[2 * pair + 1] + part
      result.entries[2 * pair + 1] = kept.entries[2 * pair] - part
    }
    return result
  }

  /// Groups of consecutive entries in ascending order, stage by stage of Batcher's merge exchange.
  mutating func groupSort(_ value: Value, group: Int, _ place: String) throws(InstanceUnreadable) -> Value {
    var value = value
    for stage in Self.stages(group) {
      let pairs = stride(from: 0, to: value.entries.count, by: group).flatMap { start in
        stage.map { (start + $0, start + $1) }
      }
      let (parts, kept) = try compare(value, pairs, keeping: Array(value.entries.indices), place)
      value = kept
      for ((low, high), part) in zip(pairs, parts) {
        value.entries[low] = kept.entries[low] - part
        value.entries[high] = kept.entries[high] + part
      }
    }
    return value
  }

  /// Knuth, The Art of Computer Programming 3, Algorithm 5.2.2M: the disjoint pairs i < j of each stage, stages without
  /// pairs left out.
  static func stages(_ n: Int) -> [[(Int, Int)]] {
    guard n > 1 else { return [] }
    var half = 1
    while 2 * half < n { half *= 2 }
    var stages: [[(Int, Int)]] = []
    var p = half
    while p >= 1 {
      var step = p
      var remainder = 0
      var q = half
      repeat {
        let pairs = stride(from: 0, to: n - step, by: 1).filter { $0 & p == remainder }.map {
          ($0, $0 + step)
        }
        if !pairs.isEmpty { stages.append(pairs) }
        if q == p { break }
        step = q - p
        q /= 2
        remainder = p
      } while true
      p /= 2
    }
    return stages
  }

  /// clip(z; lo, hi), one bound for each entry; without hi lo + ρ(z - lo), without lo hi - ρ(hi - z).
  mutating func clip(
    _ value: Value, lower: [Rational]?, upper: [Rational]?, _ place: String
  ) throws(InstanceUnreadable) -> Value {
    if lower == nil, upper == nil { return value }
    let value = try before(.relu, value, place)
    func shifted(_ bounds: [Rational], _ sign: Rational) -> Value {
      Value(
        depth: value.depth,
        entries: zip(value.entries, bounds).map { sign * ($0 + -$1) })
    }
    guard let lower else {
      let upper = upper ?? []
      let parts = try positiveParts(shifted(upper, -1), place)
      return Value(depth: parts.depth, entries: zip(parts.entries, upper).map { -1 * $0 + $1 })
    }
    var result = try positiveParts(shifted(lower, 1), place)
    if let upper {
      let beyond = try positiveParts(shifted(upper, 1), place)
      result.entries = zip(result.entries, beyond.entries).map { $0 - $1 }
    }
    result.entries = zip(result.entries, lower).map { $0 + $1 }
    return result
  }

  /// z for z ≥ 0 and slope · z below, one slope an entry. Where all slopes are one number, or 1 and one other number, they
  /// are one unit an entry, and those with 1 among others pass; otherwise z is slope · z + (1 - slope) · ρ(z).
  mutating func leaky(_ value: Value, slopes: [Rational], _ place: String) throws(InstanceUnreadable) -> Value
  {
    var others = Set(slopes)
    others.remove(1)
    if others.count <= 1 {
      let slope = others.first ?? 1
      let passing = slope == 1 ? [] : Set(slopes.indices.filter { slopes[$0] == 1 })
      return try activate(value, .init(off: slope, on: 1), passing: passing, place)
    }
    let value = try before(.relu, value, place)
    var result = try positiveParts(value, place)
    let kept = try carry(value, to: result.depth, place)
    for index in slopes.indices {
      result.entries[index] =
        slopes[index] * kept.entries[index] + (1 - slopes[index]) * result.entries[index]
    }
    return result
  }
}
