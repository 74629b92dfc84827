/// Maximisation by eliminating one class of a node after the other (dynamic programming):
///
///     m_v(neighbours) = max over s_v of  s_v Σ c_vj s_j + the tables that speak of v
///
/// Exact, whatever the order; the order decides how large the tables are.
struct VariableEliminationRule {
  /// A table is over at most so many others; all that wait have together at most so many entries; and so many additions may
  /// be made in one step of a proof.
  static let widthLimit = 24
  private static let entryLimit = 1 << 26
  private static let workLimit = 1 << 31

  /// Numbers of the classes to eliminate, in order; the anchor's is none of them, and counts as +1.
  private let order: [Int]
  private let couplings: [[Int: Int128]]

  /// - Parameters:
  ///   - couplings: between classes.
  ///   - order: the classes to eliminate; others are +1.
  init(couplings: [[Int: Int128]], order: [Int]) {
    self.couplings = couplings
    self.order = order
  }

  /// The maximum; throws what is wrong.
  func maximum(_ words: Words) throws(CertificateRejected) -> Int128 {
    let total = couplings.reduce(Int128(0)) { $1.values.reduce($0) { $0 + abs($1) } }
    return total < 1 << 62 ? Int128(try maximum(Int64.self, words)) : try maximum(Int128.self, words)
  }

  private struct Table<Value: FixedWidthInteger & SignedInteger> {
    /// Bit k of an index is class `scope[k]`, 1 for +1.
    let scope: [Int]
    let values: [Value]
  }

  private func maximum<Value: FixedWidthInteger & SignedInteger>(
    _: Value.Type, _ words: Words
  ) throws(CertificateRejected) -> Value {
    var position = [Int](repeating: .max, count: couplings.count)
    for (step, v) in order.enumerated() { position[v] = step }
    var waiting = [[Table<Value>]](repeating: [], count: order.count)
    var entries = 0
    var work = 0
    var constant: Value = 0
    for (step, v) in order.enumerated() {
      // The anchor, if it is among the neighbours, is +1.
      var field: Value = 0
      var later: [Int: Value] = [:]
      for (other, c) in couplings[v] {
        if position[other] == .max {
          field += Value(c)
        } else if position[other] > step {
          later[other] = Value(c)
        }
      }
      let tables = waiting[step]
      waiting[step] = []
      for table in tables { for other in table.scope where other != v { later[other, default: 0] += 0 } }
      let scope = later.keys.sorted()
      guard scope.count <= Self.widthLimit else {
        throw words.rejected("a table over \(scope.count) spins is needed, \(Self.widthLimit) are allowed")
      }
      entries += 1 << scope.count
      work += (tables.count + 1) << scope.count
      guard entries <= Self.entryLimit, work <= Self.workLimit else {
        throw words.rejected("the tables are too large, or too many")
      }
      let table = Table(
        scope: scope, values: Self.eliminate(v, field, scope.map { later[$0] ?? 0 }, scope, tables))
      entries -= tables.reduce(0) { $0 + $1.values.count }
      if let next = scope.min(by: { position[$0] < position[$1] }) {
        waiting[position[next]].append(table)
      } else {
        constant += table.values[0]
        entries -= 1
      }
    }
    return constant
  }

  private static func eliminate<Value: FixedWidthInteger & SignedInteger>(
    _ v: Int, _ field: Value, _ coupling: [Value], _ scope: [Int], _ tables: [Table<Value>]
  ) -> [Value] {
    let bits = tables.map { table in scope.map { s in table.scope.firstIndex(of: s).map { 1 << $0 } ?? 0 } }
    let own = tables.map { table in table.scope.firstIndex(of: v).map { 1 << $0 } ?? 0 }
    var indices = [Int](repeating: 0, count: tables.count)
    var local = coupling.reduce(field) { $0 - $1 }
    var values = [Value](repeating: 0, count: 1 << scope.count)
    var index = 0
    for code in values.indices {
      if code > 0 {
        // The Gray code changes one spin.
        let bit = code.trailingZeroBitCount
        index ^= 1 << bit
        local += index >> bit & 1 == 1 ? 2 * coupling[bit] : -2 * coupling[bit]
        for t in tables.indices { indices[t] ^= bits[t][bit] }
      }
      var up = local
      var down = -local
      for t in tables.indices {
        up += tables[t].values[indices[t] | own[t]]
        down += tables[t].values[indices[t]]
      }
      values[index] = max(up, down)
    }
    return values
  }
}
