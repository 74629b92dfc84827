import Foundation
import Networks
import Problems
import RandomNumbers
import Testing

/// Damaged files are read or refused; nothing else happens.
@Suite struct FormatFuzzTests {
  struct Sample: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let text: String
    let read: @Sendable (Data) throws -> Void
  }

  private static func json(_ kind: String, _ members: String) -> Sample {
    Sample(
      testDescription: kind,
      text: #"{"kind": "\#(kind)", "name": "é\n", \#(members)}"#
    ) { _ = try ProblemJSONFormat.read($0, name: "x") }
  }

  static let samples: [Sample] = [
    Sample(testDescription: "rudy", text: "# c\r\n4 3\n1 2 1\n2 3 -3.5e1\n4 1\n") {
      _ = try RudyFormat.read($0)
    },
    Sample(testDescription: "sparse", text: "3 3\n1 1 5\n1 2 -3\n3 2 12345678901234567890\n") {
      _ = try BiqMacSparseFormat.read($0)
    },
    Sample(testDescription: "qbsolv", text: "c text\np qubo 0 3 1 2\n0 0 5\n0 1 6\n1 2 -4\n") {
      _ = try QBSolvFormat.read($0)
    },
    Sample(testDescription: "bqp", text: "2\n2 1\n1 1 9\n 3 3\n 1 1 5\n 1 2 3\n 2 3 -2\n") {
      _ = try ORLibraryFormat.read($0, problem: 2)
    },
    Sample(
      testDescription: "qplib",
      text:
        "n # x\nQBN\nmaximize\n3\n2\n1 1 10\n2 1 6\n1\n1\n1 -0.5\n7.5\n1E+20\n0\n1\n2 1\n0\n0\n1\n1 v\n0\n"
    ) { _ = try QPLIBFormat.read($0) },
    json("max-cut", #""n": 3, "edges": [[0, 1, 1], [2, 1, "-1/3"]]"#),
    json("ising", #""n": 2, "couplings": [[0, 1, 0.5]], "fields": [1, "0x1.8p-3"], "sense": "maximize""#),
    json("qubo", #""n": 2, "terms": [[0, 1, 1e-3], [1, 1, 12345678901234567890]], "sense": "minimize""#),
    json("partition", #""numbers": [1, 2], "planted": {"value": 1, "solution": [1, -1], "proof": "parity"}"#),
    json("qcmh", #""H": [[2, -1], [-1, 2]], "c": [1, "1/2"], "threshold": 3"#),
    json("lip-cst", #""M1": [[1, 2], [3, 4]], "M2": [[1, 1]], "ell": "3/2", "extra": null"#),
  ]

  private func expectReadOrRefused(_ bytes: [UInt8], _ sample: Sample) {
    do {
      try sample.read(Data(bytes))
    } catch let error as InputError {
      #expect(!error.problem.isEmpty && !error.remedy.isEmpty)
    } catch {
      Issue.record("\(error)")
    }
  }

  @Test(arguments: samples)
  func everyPrefix(_ sample: Sample) {
    let bytes = [UInt8](sample.text.utf8)
    for length in 0...bytes.count { expectReadOrRefused(Array(bytes[..<length]), sample) }
  }

  @Test(arguments: samples)
  func singleByteMutations(_ sample: Sample) {
    let bytes = [UInt8](sample.text.utf8)
    let replacements = [UInt8]("0129-+.eExp/#%\"[]{},: \n\r\t\\".utf8) + [0, 0x7F, 0x80, 0xC3, 0xFF]
    for position in bytes.indices {
      for byte in replacements {
        var copy = bytes
        copy[position] = byte
        expectReadOrRefused(copy, sample)
        copy = bytes
        copy.insert(byte, at: position)
        expectReadOrRefused(copy, sample)
      }
      var copy = bytes
      copy.remove(at: position)
      expectReadOrRefused(copy, sample)
    }
  }

  @Test(arguments: samples)
  func severalMutationsWithSeed2026(_ sample: Sample) {
    var generator = SplitMix64(seed: 2026)
    let bytes = [UInt8](sample.text.utf8)
    for _ in 0..<2000 {
      var copy = bytes
      for _ in 0..<Int.random(in: 2...6, using: &generator) {
        let position = Int.random(in: 0..<copy.count, using: &generator)
        let other = Int.random(in: 0..<copy.count, using: &generator)
        if Bool.random(using: &generator) {
          copy.swapAt(position, other)
        } else {
          copy[position] = UInt8.random(in: 0...255, using: &generator)
        }
      }
      expectReadOrRefused(copy, sample)
    }
  }
}
