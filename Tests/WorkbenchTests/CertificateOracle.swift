import BigInt
import CertificateKernel
import ExactArithmetic
import Foundation
import RandomNumbers

/// A small network whose constants are found by listing patterns in rationals: no code of the solver or the checker.
struct SmallNetwork {
  /// W_1 … W_K as rows.
  var weights: [[[Double]]]
  var bias: [[Double]] = []
  /// The slopes before the kinks, one a hidden layer; 1 after them.
  var slopes: [Double] = []
  /// The box that the file offers, the same interval for all inputs.
  var ownBox: (lower: Double, upper: Double)?

  var inputs: Int { weights[0][0].count }
  var hiddenLayers: Int { weights.count - 1 }

  init(_ weights: [[[Double]]], bias: [[Double]]? = nil, slopes: [Double]? = nil) {
    self.weights = weights
    self.bias = bias ?? weights.map { $0.map { _ in 0 } }
    self.slopes = slopes ?? weights.dropLast().map { _ in 0 }
  }

  /// A random one: integer or double weights, units that are dead, zero, equal and opposite.
  init(seed: UInt64, inputs: Int, widths: [Int], outputs: Int, isInteger: Bool, slopes: [Double]? = nil) {
    var random = SplitMix64(seed: seed)
    let sizes = [inputs] + widths + [outputs]
    var weights: [[[Double]]] = []
    var bias: [[Double]] = []
    for k in 1..<sizes.count {
      var rows = (0..<sizes[k]).map { _ in
        (0..<sizes[k - 1]).map { _ in
          isInteger
            ? Double(Int.random(in: -3...3, using: &random)) : Double.random(in: -2...2, using: &random)
        }
      }
      var constants = (0..<sizes[k]).map { _ in
        seed % 3 == 0 ? 0 : Double(Int.random(in: -4...4, using: &random)) / 2
      }
      if k < sizes.count - 1, sizes[k] > 1, k == 1 {
        switch seed % 5 {
        case 0: rows[1] = rows[0].map { -$0 }
        case 1: rows[1] = rows[0]
        case 2: rows[0] = rows[0].map { _ in 0 }
        case 3: constants[0] = -50
        default: break
        }
        if seed % 5 < 2 { constants[1] = seed % 5 == 0 ? -constants[0] : constants[0] }
      }
      weights.append(rows)
      bias.append(constants)
    }
    self.init(weights, bias: bias, slopes: slopes)
  }

  var json: String {
    let layers = weights.indices.map { k in
      let activation = k < hiddenLayers ? ", \"activation\": \"leaky-relu\", \"slope\": \(slopes[k])" : ""
      let relu = k < hiddenLayers && slopes[k] == 0 ? ", \"activation\": \"relu\"" : activation
      return "{\"weights\": \(weights[k]), \"bias\": \(bias[k])\(relu)}"
    }
    let domain = ownBox.map { box in
      let ends = [box.lower, box.upper].map { "\([Double](repeating: $0, count: inputs))" }
      return ", \"domain\": {\"lower\": \(ends[0]), \"upper\": \(ends[1])}"
    }
    return "{\"layers\": [\(layers.joined(separator: ", "))]\(domain ?? "")}"
  }

  typealias Interval = (lower: Rational, upper: Rational)

  /// The Jacobians with respect to the inputs that vary, each once.
  func jacobians(isAttainable: Bool, box: [Interval]?) -> Truth {
    let free = (0..<inputs).filter { j in box.map { $0[j].lower < $0[j].upper } ?? true }
    let d = free.count
    // Affine in the free inputs, the constant last.
    let start = (0..<inputs).map { j -> [Rational] in
      var row = [Rational](repeating: 0, count: d + 1)
      if let k = free.firstIndex(of: j) { row[k] = 1 } else { row[d] = box?[j].lower ?? 0 }
      return row
    }
    var faces: [[Rational]] = []
    if isAttainable, let box {
      for (k, j) in free.enumerated() {
        for (sign, constant) in [(Rational(1), -box[j].lower), (Rational(-1), box[j].upper)] {
          var row = [Rational](repeating: 0, count: d + 1)
          row[k] = sign
          row[d] = constant
          faces.append(row)
        }
      }
    }
    var found = Set<[[Rational]]>()
    func visit(_ layer: Int, _ before: [[Rational]], _ constraints: [[Rational]]) {
      let pre = weights[layer].indices.map { i in
        weights[layer][i].indices.reduce(
          into: [Rational](repeating: 0, count: d) + [Rational(bias[layer][i])]
        ) {
          let weight = Rational(weights[layer][i][$1])
          for c in 0...d { $0[c] += weight * before[$1][c] }
        }
      }
      if layer == hiddenLayers {
        found.insert(pre.map { Array($0.dropLast()) })
        return
      }
      func decide(_ unit: Int, _ hidden: [[Rational]], _ constraints: [[Rational]]) {
        if unit == pre.count { return visit(layer + 1, hidden, constraints) }
        let form = pre[unit]
        let slope = Rational(slopes[layer])
        if isAttainable, form.allSatisfy(\.isZero) { return decide(unit + 1, hidden + [form], constraints) }
        for isOn in [true, false] {
          let next = isAttainable ? constraints + [isOn ? form : form.map { -$0 }] : []
          guard Self.isFeasible(next, d) else { continue }
          decide(unit + 1, hidden + [isOn ? form : form.map { slope * $0 }], next)
        }
      }
      decide(0, [], constraints)
    }
    visit(0, start, faces)
    return Truth(jacobians: Array(found))
  }

  /// Whether a · x + c > 0 can hold for all rows at once, by Fourier and Motzkin.
  private static func isFeasible(_ rows: [[Rational]], _ d: Int) -> Bool {
    var rows = rows
    for k in (0..<d).reversed() {
      var (up, down, rest) = ([[Rational]](), [[Rational]](), Set<[Rational]>())
      for row in rows {
        if row[k].isZero {
          rest.insert(row)
        } else {
          let size = row[k].magnitude
          if row[k].signum > 0 {
            up.append(row.map { $0 / size })
          } else {
            down.append(row.map { $0 / size })
          }
        }
      }
      for a in up { for b in down { rest.insert(zip(a, b).map { $0 + $1 }) } }
      for row in rest where row.dropLast().allSatisfy(\.isZero) && row[d].signum <= 0 { return false }
      rows = Array(rest)
    }
    return rows.allSatisfy { $0[d].signum > 0 }
  }
}

/// What is true of a set of Jacobians, exactly.
struct Truth {
  let jacobians: [[[Rational]]]

  /// max ‖J‖² ≤ λ.
  func isAtMost(_ λ: Rational, _ norm: String) -> Bool {
    jacobians.allSatisfy {
      norm == "2" ? Self.isPositive(Self.rest(λ, $0), strictly: false) : Self.sum($0, norm).squared <= λ
    }
  }

  /// max ‖J‖² ≥ λ.
  func reaches(_ λ: Rational, _ norm: String) -> Bool {
    jacobians.contains {
      norm == "2" ? !Self.isPositive(Self.rest(λ, $0), strictly: true) : Self.sum($0, norm).squared >= λ
    }
  }

  /// The squared constant where J has one row or column, or the norm is 1 or inf.
  func square(_ norm: String = "2") -> Rational {
    jacobians.map { j in
      norm == "2" ? j.joined().reduce(Rational.zero) { $0 + $1 * $1 } : Self.sum(j, norm).squared
    }.max() ?? 0
  }

  private static func sum(_ j: [[Rational]], _ norm: String) -> Rational {
    let rows = norm == "inf" ? j : (j.first ?? []).indices.map { c in j.map { $0[c] } }
    return rows.map { $0.reduce(Rational.zero) { $0 + $1.magnitude } }.max() ?? 0
  }

  /// λ I - J Jᵀ.
  private static func rest(_ λ: Rational, _ j: [[Rational]]) -> [[Rational]] {
    j.indices.map { a in
      j.indices.map { b in (a == b ? λ : 0) - zip(j[a], j[b]).reduce(Rational.zero) { $0 + $1.0 * $1.1 } }
    }
  }

  private static func isPositive(_ matrix: [[Rational]], strictly: Bool) -> Bool {
    var s = matrix
    for k in s.indices {
      let pivot = s[k][k]
      if pivot.signum < 0 || (strictly && pivot.isZero) { return false }
      if pivot.isZero {
        if s[k][(k + 1)...].contains(where: { !$0.isZero }) { return false }
        continue
      }
      for i in s.indices.dropFirst(k + 1) {
        let factor = s[i][k] / pivot
        for j in s.indices.dropFirst(k) { s[i][j] -= factor * s[k][j] }
      }
    }
    return true
  }
}

/// What claims an instance allows.
protocol CertificateOracle {
  /// Whether what was proved of a claim holds.
  func isTrue(_ proved: ProvedClaim, claim: [String], conclusion: [String]) -> Bool
}

/// A number as certificates write it.
func certificateNumber(_ word: String) -> Rational? {
  let parts = word.split(separator: "p", omittingEmptySubsequences: false)
  if parts.count == 2, let m = Int(parts[0]), let e = Int(parts[1]) {
    return Dyadic(mantissa: .init(m), exponent: e).fraction
  }
  let fraction = word.split(separator: "/", omittingEmptySubsequences: false)
  if fraction.count == 2, let p = Int(fraction[0]), let q = Int(fraction[1]) {
    return Rational(p) / Rational(q)
  }
  return Int(word).map { Rational($0) }
}

final class NetworkOracle: CertificateOracle {
  let network: SmallNetwork
  /// ℓ² of a lip-cst file.
  let own: Rational?
  private var known: [String: Truth] = [:]

  init(_ network: SmallNetwork, own: Rational? = nil) {
    self.network = network
    self.own = own
  }

  func truth(_ claim: [String]) -> Truth? {
    var claim = claim
    if let k = claim.firstIndex(of: "method") { claim = Array(claim[..<k]) }
    let key = claim.dropFirst(4).joined(separator: " ")
    if let truth = known[key] { return truth }
    var box: [SmallNetwork.Interval]?
    if claim[7] == "box" {
      var ends: [Rational] = []
      for word in claim[8...] {
        guard let number = certificateNumber(word) else { return nil }
        ends.append(number)
      }
      box = (0..<network.inputs).map {
        ends.count == 2 ? (ends[0], ends[1]) : (ends[2 * $0], ends[2 * $0 + 1])
      }
    }
    if claim[7] == "own", let own = network.ownBox {
      box = (0..<network.inputs).map { _ in (Rational(own.lower), Rational(own.upper)) }
    }
    let truth = network.jacobians(isAttainable: claim[5] == "attainable", box: box)
    known[key] = truth
    return truth
  }

  func isTrue(_ proved: ProvedClaim, claim: [String], conclusion: [String]) -> Bool {
    // Numbers that a change has made long are of no further interest here.
    guard let truth = truth(claim) else { return true }
    let norm = claim[3]
    if let lower = proved.lower, !truth.reaches(lower, norm), lower.signum > 0 { return false }
    if let upper = proved.upper, !truth.isAtMost(upper, norm) { return false }
    guard let verdict = proved.verdict else { return true }
    if conclusion[1] == "own" {
      let real = network.jacobians(isAttainable: true, box: nil)
      return own.map { real.isAtMost($0, "2") == verdict } ?? false
    }
    guard let value = certificateNumber(conclusion[2]) else { return true }
    return
      (conclusion[1] == "at-most"
      ? truth.isAtMost(value, norm) : truth.reaches(value, norm) || value.signum <= 0)
      == verdict
  }
}

/// A problem over spins by listing all assignments.
struct SpinOracle: CertificateOracle {
  let spins: Int
  let maximizes: Bool
  let own: Rational?
  let optimum: Rational

  init(_ spins: Int, maximizes: Bool, own: Rational? = nil, value: ([Int]) -> Rational) {
    self.spins = spins
    self.maximizes = maximizes
    self.own = own
    let values = (0..<(1 << spins)).map { code in value((0..<spins).map { code >> $0 & 1 == 1 ? 1 : -1 }) }
    optimum = (maximizes ? values.max() : values.min()) ?? 0
  }

  func isTrue(_ proved: ProvedClaim, claim: [String], conclusion: [String]) -> Bool {
    guard let verdict = proved.verdict else {
      return (proved.lower.map { $0 <= optimum } ?? true) && (proved.upper.map { $0 >= optimum } ?? true)
    }
    let isOwn = conclusion[1] == "own"
    guard let value = isOwn ? own : certificateNumber(conclusion[2]) else { return !isOwn }
    let isAtMost = isOwn ? !maximizes : conclusion[1] == "at-most"
    return (isAtMost ? optimum <= value : optimum >= value) == verdict
  }
}

/// Runs the checker on lines in memory.
func check(_ instance: Instance, _ lines: [[UInt8]]) -> Result<CertificateVerdict, CertificateRejected> {
  var checker = CertificateChecker(instance: instance)
  do throws(CertificateRejected) {
    for line in lines { try checker.check(line: line) }
    return .success(try checker.finish())
  } catch {
    return .failure(error)
  }
}

func readInstance(_ text: String) throws -> Instance { try Instance.read(Array(text.utf8), name: "a.json") }

/// A folder for a test's files, removed in the end.
final class ScratchFolder {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func write(_ name: String, _ text: String) throws -> String {
    try text.write(toFile: path + "/" + name, atomically: true, encoding: .utf8)
    return path + "/" + name
  }
}
