import LinearAlgebra
import LowRankSearch
import RandomNumbers
import Testing

/// A client that knows the optimum and keeps it to itself: what the search sets aside must never hide it.
private final class Tripwire: SupportSearchClient {
  let cutoff: Double
  var settled: [[Bool]] = []
  var bound = -Double.infinity
  var boxes = 0
  private let limit: Int

  init(cutoff: Double, limit: Int = .max) {
    self.cutoff = cutoff
    self.limit = limit
  }

  func offer(_ pattern: [Bool]) {}
  func settle(_ pattern: [Bool]) { settled.append(pattern) }
  func settle(bound: Double) { self.bound = max(self.bound, bound) }
  func settleThin(bound: Double) { Issue.record("thin at \(bound)") }
  func shouldStop() -> Bool { boxes >= limit }
  func visited(openBound: Double, open: Int) { boxes += 1 }
}

/// The search over support directions by itself, in integers: no incumbent hides what a wrong bound loses.
@Suite struct SupportSearchTests {
  struct Example {
    let rows: [[Int]]
    let constant: [Int]
    let linear: [Int]

    /// Small integers; a third with c, a third with g_0, duplicates, antiparallel and zero rows, sums that vanish.
    init(seed: UInt64) {
      var random = SplitMix64(seed: seed)
      let n = Int.random(in: 1...17, using: &random)
      let rank = Int.random(in: 1...5, using: &random)
      let largest = seed % 2 == 0 ? 3 : 20
      func vector() -> [Int] { (0..<rank).map { _ in Int.random(in: -largest...largest, using: &random) } }
      var rows = (0..<n).map { _ in vector() }
      if n > 2, seed % 5 == 1 {
        rows[1] = rows[0]
        rows[2] = rows[0].map { -$0 }
      }
      if n > 3, seed % 7 == 3 { rows[3] = [Int](repeating: 0, count: rank) }
      if seed % 6 == 4 { rows[0] = (0..<rank).map { k in -rows.dropFirst().reduce(0) { $0 + $1[k] } } }
      self.rows = rows
      constant = seed % 3 == 1 ? vector() : [Int](repeating: 0, count: rank)
      linear = (0..<n).map { _ in
        seed % 3 == 0
          ? Int.random(in: -largest * largest * rank...largest * largest * rank, using: &random) : 0
      }
    }

    var form: SupportForm {
      let sum = constant.indices.map { k in rows.reduce(2 * constant[k]) { $0 + $1[k] } }
      return SupportForm(
        vectors: Matrix(rows.map { $0.map { Double($0) } }), constant: constant.map { Double($0) },
        linear: linear.map { Double($0) },
        isBalanced: sum.allSatisfy { $0 == 0 } && linear.allSatisfy { $0 == 0 })
    }

    func value(_ pattern: [Bool]) -> Int {
      var z = constant
      var value = 0
      for (i, isOn) in pattern.enumerated() where isOn {
        value -= linear[i]
        for k in z.indices { z[k] += rows[i][k] }
      }
      return z.reduce(value) { $0 + $1 * $1 }
    }

    /// All patterns in Gray code order.
    var optimum: Int {
      var z = constant
      var total = 0
      var best = z.reduce(0) { $0 + $1 * $1 }
      for code in 1..<(1 << rows.count) {
        let unit = code.trailingZeroBitCount
        let sign = (code ^ (code >> 1)) >> unit & 1 == 1 ? 1 : -1
        total -= sign * linear[unit]
        for k in z.indices { z[k] += sign * rows[unit][k] }
        best = max(best, z.reduce(total) { $0 + $1 * $1 })
      }
      return best
    }
  }

  @Test("The optimum is among the patterns that are settled", arguments: UInt64(1)...400)
  func tripwire(seed: UInt64) {
    let example = Example(seed: seed)
    let optimum = example.optimum
    let client = Tripwire(cutoff: Double(optimum) - 0.5)
    var search = SupportSearch(example.form, client: client)
    #expect((search.run() ?? -.infinity) <= client.cutoff)
    #expect(client.bound <= client.cutoff)
    #expect(client.settled.contains { example.value($0) == optimum })
    #expect(client.settled.allSatisfy { example.value($0) <= optimum })
  }

  @Test("Just above the optimum nothing is left", arguments: UInt64(1)...100)
  func above(seed: UInt64) {
    let example = Example(seed: seed)
    let client = Tripwire(cutoff: Double(example.optimum) + 0.5)
    var search = SupportSearch(example.form, client: client)
    #expect((search.run() ?? -.infinity) <= client.cutoff)
    #expect(client.settled.isEmpty && client.bound >= Double(example.optimum))
  }

  @Test(
    "Stopped, what is open and what is settled cover the optimum", arguments: [0, 1, 2, 4, 8], UInt64(1)...60)
  func stopped(limit: Int, seed: UInt64) {
    let example = Example(seed: seed)
    let client = Tripwire(cutoff: -.infinity, limit: limit)
    var search = SupportSearch(example.form, client: client)
    let open = search.run() ?? -.infinity
    let known = client.settled.map { Double(example.value($0)) }.reduce(max(open, client.bound)) {
      max($0, $1)
    }
    #expect(known >= Double(example.optimum))
  }
}
