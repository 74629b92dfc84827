import CertificateKernel
import Certificates
import Foundation
import RandomNumbers
import Testing

/// Files that are no certificates, or gigantic ones: each is rejected, none stops the checker.
@Suite struct CertificateHostileFileTests {
  private static let network = SmallNetwork([[[1, 2], [-1, 1]], [[1, 1], [2, -1]], [[1, 0.5]]]).json
  private static let ising = """
    {"kind": "ising", "n": 3, "couplings": [[0, 1, -1], [0, 2, -1], [1, 2, -1]], "sense": "maximize"}
    """
  private static let constant = "claim constant norm 2 patterns attainable domain box 0 1"
  private static let free = "claim constant norm 2 patterns free domain all"

  private func expectRejected(_ json: String, _ lines: [String], _ what: String) throws {
    let all = ["lipbench-certificate 1"] + lines
    guard case .failure(let error) = check(try readInstance(json), all.map { Array($0.utf8) }) else {
      Issue.record("\(what) is accepted")
      return
    }
    #expect(
      error.line > 0 && !error.reason.isEmpty && error.reason.utf8.count < 10_000, "\(what): \(error.line)")
  }

  @Test("Empty, cut and binary files, and random ones")
  func binary() throws {
    let folder = try ScratchFolder()
    let instance = try folder.write("a.json", Self.network)
    var random = SplitMix64(seed: 7)
    var contents: [[UInt8]] = [
      [], Array("lipbench-certificate 1".utf8), Array("lipbench-certificate 1\n".utf8),
      Array("lipbench-certificate 1\nend\n".utf8), Array("\n\n\n".utf8), Array("#\n".utf8), [0],
      [0x0A, 0xFF],
      Array("lipbench-certificate 2\n".utf8), Array("lipbench-certificate 1\r\n".utf8),
      Array("\u{FEFF}lipbench-certificate 1\n".utf8), [UInt8](repeating: 0x20, count: 3_000_000),
      [UInt8](repeating: 0x0A, count: 3_000_000), [UInt8](repeating: 0x39, count: 3_000_000),
      [UInt8](repeating: 0, count: 3_000_000),
    ]
    for size in [10, 1000, 100_000, 3_000_000] {
      contents.append((0..<size).map { _ in UInt8(truncatingIfNeeded: random.next()) })
    }
    // Lines of the language's own words.
    let words = [
      "claim", "constant", "optimum", "norm", "2", "patterns", "free", "domain", "all", "proof", "level",
      "branch", "0",
      "1", "infeasible", "exact", "rounded", "hidden", "bounded", "evaluated", "interval", "qed", "x", "v",
      "conclude",
      "-", "end", "own", "yes", "vanishing", "spins", "pairs", "layers", "products", "split", "pair", "close",
    ]
    for _ in 0..<300 {
      var text = "lipbench-certificate 1\n\(Self.constant)\nproof patterns\n"
      for _ in 0..<30 {
        text +=
          (0..<(1 + random.next() % 5)).map { _ in words[Int(random.next() % UInt64(words.count))] }
          .joined(separator: " ") + "\n"
      }
      contents.append(Array(text.utf8))
    }
    let path = folder.path + "/a.cert"
    for bytes in contents {
      try Data(bytes).write(to: URL(fileURLWithPath: path))
      let check = try CertificateCheck(instance: instance, kind: nil, certificate: path)
      guard case .rejected(let error) = check.outcome else {
        Issue.record("\(bytes.prefix(40)) is accepted")
        continue
      }
      #expect(error.line > 0 && !error.reason.isEmpty)
    }
  }

  @Test("Lines of a million words")
  func longLines() throws {
    let zeros = String(repeating: " 0", count: 1_000_000)
    let pairs = String(repeating: " 0 1", count: 500_000)
    let decided = [Self.constant, "proof patterns", "level 9", "branch 0 0"]
    let proofs: [(lines: [String], starts: [String])] = [
      (["", Self.constant], ["x", "v", "pattern", "conclude", "proof", "claim"]),
      (
        decided,
        [
          "infeasible 1 exact", "infeasible 1 hidden", "bounded 1", "branch 1", "evaluated 1", "level",
          "vanishing 1",
        ]
      ),
      (decided, ["infeasible 2 exact", "infeasible 2 hidden"]),
      ([Self.free, "proof layers"], ["spectral 1", "frobenius 1"]),
      ([Self.free, "proof products"], ["product 1 1"]),
      ([Self.free, "proof pairs"], ["split 2 1", "split 2 2", "pair 1"]),
    ]
    for (lines, starts) in proofs {
      for start in starts { try expectRejected(Self.network, lines + [start + zeros], start) }
    }
    for node in [1, 2] {
      for start in ["infeasible \(node) rounded", "bounded \(node) transposed"] {
        try expectRejected(Self.network, decided + [start + pairs], start)
      }
    }
    try expectRejected(Self.network, ["claim constant norm 2 patterns free domain box" + zeros], "box")
    let part = ["claim optimum", "proof spins", "part 0 1 2", "level -1"]
    for start in ["tie", "star", "part"] {
      try expectRejected(Self.ising, part.prefix(2) + [start + zeros], start)
    }
    for start in ["eliminated 0", "branch 0", "bounded 0", "fix 0"] {
      try expectRejected(Self.ising, part + [start + zeros], start)
    }
    let walk = String(repeating: " 0 - 1 -", count: 250_000) + " 2 -"
    for line in ["bounded 0 cycle 1\(walk) sum", "fix 0 cycle 1\(walk) sum", "bounded 0 psd\(pairs)"] {
      try expectRejected(Self.ising, part + [line], String(line.prefix(20)))
    }
    try expectRejected(Self.ising, ["claim optimum", "solution" + zeros], "solution")
    try expectRejected(
      Self.ising, ["claim optimum", "solution " + String(repeating: "+", count: 1_000_000)], "solution")
  }

  @Test("A polytope without interior has no constant to speak of")
  func flatPolytope() throws {
    let network = SmallNetwork([[[1, 1]], [[1]]]).json
    let claim = "claim constant norm 2 patterns attainable domain polytope 2 "
    let proof = ["proof patterns", "infeasible 0 exact 1 2", "qed"]
    try expectRejected(network, [claim + "1 0 0 -1 0 0"] + proof + ["conclude - 0", "end"], "x_0 = 0")
    for point in ["0 0", "1 0", "-1 0", "1/1000000000000 0"] {
      let lines = [claim + "1 0 0 -1 0 0"] + proof + ["inside \(point)", "conclude - 0", "end"]
      try expectRejected(network, lines, "inside \(point)")
    }
    // A slab, and the same with a point on its wall.
    let slab = [claim + "1 0 1 -1 0 0", "proof patterns", "level 2", "interval 0", "qed"]
    for (lines, isAccepted) in [
      (["inside 1/2 0"], true), (["x 1/2 7"], true), ([], false), (["inside 1 0"], false),
    ] {
      let all = ["lipbench-certificate 1"] + slab + lines + ["conclude - 3", "end"]
      let outcome = check(try readInstance(network), all.map { Array($0.utf8) })
      #expect(((try? outcome.get()) != nil) == isAccepted, "\(lines): \(outcome)")
    }
  }

  @Test("Places of splits have few bits: those of many splits meet in one node")
  func wideSplits() throws {
    let lines = [Self.constant, "proof patterns"]
    let wide = "\(String(repeating: "9", count: 400))"
    for place in ["1/3", "1/\(wide)", "1p-1300", "0", "1", "2", "-1"] {
      try expectRejected(Self.network, lines + ["split 0 0 \(place)"], "split at \(place.prefix(10))")
    }
  }

  @Test("A hundred thousand branchings")
  func branchings() throws {
    let deep = SmallNetwork([(0..<60).map { _ in [1] }, [(0..<60).map { _ in 1 }]]).json
    var lines = [Self.free, "proof patterns"]
    for node in 0..<100_000 {
      lines.append("branch \(node) \(Int.bitWidth - 1 - (node + 1).leadingZeroBitCount)")
    }
    try expectRejected(deep, lines + ["qed"], "branchings of patterns")
    let chain = (0..<40).map { "[\($0), \($0 + 1), 1]" }.joined(separator: ", ")
    let json = "{\"kind\": \"ising\", \"n\": 41, \"couplings\": [\(chain)], \"sense\": \"maximize\"}"
    lines = ["claim optimum", "proof spins", "part " + (0...40).map(String.init).joined(separator: " ")]
    for node in 0..<100_000 {
      let depth = Int.bitWidth - 1 - (node + 1).leadingZeroBitCount
      lines.append("branch \(node) \(depth) \(depth + 1)")
    }
    try expectRejected(json, lines + ["qed"], "branchings of spins")
  }

  private static let numbers = [
    String(repeating: "9", count: 100_000), "1p" + String(repeating: "9", count: 100_000), "1p1000000000",
    "1p-1000000000", "3p9223372036854775807", "1p-9223372036854775808",
    "1/" + String(repeating: "7", count: 100_000),
    "9223372036854775808", "18446744073709551616", "-9223372036854775809", "1p19999", "1p-19999",
    String(repeating: "8", count: 19_000), "1/" + String(repeating: "3", count: 19_000), "nan", "inf", "1e9",
    "٣", "+1",
    "170141183460469231731687303715884105728", "-170141183460469231731687303715884105728", "1p125", "-1p126",
    "-1p-19999",
  ]

  @Test("Numbers of every size in every place", arguments: numbers.indices)
  func hugeNumbers(index: Int) throws {
    let number = Self.numbers[index]
    let decided = [Self.constant, "proof patterns", "level 9", "branch 0 0"]
    func run(_ json: String, _ lines: [String], _ line: String) throws {
      // Accepted lines are followed by the end: the file is cut off.
      try expectRejected(json, lines + [line], line.prefix(30) + "…")
    }
    for line in [
      "level N", "branch N 0", "branch 1 N", "vanishing 1 1 N", "infeasible 1 exact N",
      "infeasible 1 exact lN",
      "infeasible 2 rounded 0 N", "infeasible N exact 0", "bounded 1 0 N", "bounded 1 1 N 2 N",
      "bounded 1 transposed 1 N 2 N",
      "evaluated N",
    ] { try run(Self.network, decided, line.replacing("N", with: number)) }
    for rest in ["interval 0", "bounded 0 0 1 1 1 2 1 3 1", "evaluated 1"] {
      try run(Self.network, [Self.free, "proof patterns", "level \(number)"], rest)
    }
    for line in ["x N 1", "x N N", "pattern N N"] {
      try run(
        Self.network, [Self.constant.replacing("box 0 1", with: "all")], line.replacing("N", with: number))
    }
    try run(Self.network, [Self.free, "pattern 11 11"], "v \(number) 1")
    for line in ["conclude N -", "conclude - N", "conclude at-most N yes", "conclude at-least N no"] {
      let proof = [
        Self.free, "proof patterns", "level 100000", "interval 0", "qed", "pattern 11 11", "v 1 1",
      ]
      try run(Self.network, proof, line.replacing("N", with: number))
    }
    for line in ["spectral N 1", "spectral 1 N", "frobenius N"] {
      try run(Self.network, [Self.free, "proof layers"], line.replacing("N", with: number))
    }
    for line in ["product 1 1 N", "product N 2 1", "product 1 N 1"] {
      try run(Self.network, [Self.free, "proof products"], line.replacing("N", with: number))
    }
    for line in ["split 2 1 N 1 0 2 0", "split 2 1 1 N 0 2 N", "split 2 N 1 1 1", "split 2 0 N", "pair N"] {
      try run(Self.network, [Self.free, "proof pairs"], line.replacing("N", with: number))
    }
    try run(Self.network, [], "claim constant norm 2 patterns attainable domain box 0 \(number)")
    let part = ["claim optimum", "proof spins", "part 0 1 2"]
    for line in [
      "level N", "branch N 0 1", "branch 0 N 1", "bounded N sum", "bounded 0 cycle N 0 - 1 - 2 - sum",
      "bounded 0 cycle 1 0 - N - 2 - sum", "bounded 0 psd 0 N 1 N 2 N", "bounded 0 psd 0 N 1 1 2 1",
      "bounded 0 psd N 1",
      "fix 0 0 N +  sum", "fix 0 0 1 + cycle N 0 - 1 - 2 - sum", "eliminated 0 N", "eliminated N 0 1 2",
      "part N",
    ] { try run(Self.ising, part, line.replacing("N", with: number)) }
    for line in ["tie N 1 + coupling", "tie 0 1 - pair N", "star N", "part N"] {
      try run(Self.ising, Array(part.prefix(2)), line.replacing("N", with: number))
    }
    for line in ["conclude N -", "conclude - N", "conclude at-most N yes", "conclude at-least N yes"] {
      let proof = part + ["eliminated 0 0 1 2", "qed", "solution ++-"]
      try run(Self.ising, proof, line.replacing("N", with: number))
    }
  }

  @Test("Splits of rank 0, and networks of zeros")
  func empty() throws {
    let zero = SmallNetwork([[[1, 2], [-1, 1]], [[0, 0], [0, 0]], [[1, 0.5]]]).json
    for leaf in ["interval 0", "bounded 0", "bounded 0 transposed", "evaluated 0"] {
      for pair in [1, 2] {
        try expectRejected(
          zero,
          [Self.free, "proof pairs", "split 2 0 0", "pair \(pair)", "branch 0 0", "branch 1 1", "level 0"]
            + [
              leaf.replacing(" 0", with: " 2"), leaf.replacing(" 0", with: " 3"),
              leaf.replacing(" 0", with: " 4"), "close",
            ],
          leaf)
      }
    }
    for json in [zero, SmallNetwork([[[0, 0]]]).json, SmallNetwork([[[0]], [[0]]]).json] {
      for leaf in ["interval 0", "bounded 0", "bounded 0 transposed", "evaluated 0"] {
        for level in ["0", "1", "1p-19999"] {
          try expectRejected(json, [Self.free, "proof patterns", "level \(level)", leaf], leaf)
        }
      }
    }
  }
}
