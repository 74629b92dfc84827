import Foundation
import LinearAlgebra
import Networks
import TestSupport
import Testing

@Suite struct NNetFormatTests {
  private func read(_ text: String) throws -> MultilayerPerceptron {
    try NNetFormat.read(Data(text.utf8), name: "test")
  }

  /// One input, one hidden unit, one output.
  private static func small(
    counts: String = "2,1,1,1,", sizes: String = "1,1,1,", mins: String = "-1,", maxes: String = "3,",
    means: String = "0.5,2,", ranges: String = "2,4,", rest: String = "3,\n1,\n5,\n-1,\n"
  ) -> String {
    "// comment\n\(counts)\n\(sizes)\n0,\n\(mins)\n\(maxes)\n\(means)\n\(ranges)\n\(rest)"
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func readingUndoesWriting(seed: UInt64) throws {
    var network = try MultilayerPerceptron.random(seed: seed)
    if seed % 2 == 0 {
      network.inputBox = InputBox(
        lower: (0..<network.inputs).map { -Double($0) / 3 },
        upper: (0..<network.inputs).map { Double($0) / 7 })
      network.notes = ["inputs outside the file's input box are not clipped to it"]
    }
    #expect(try NNetFormat.read(NNetFormat.write(network), name: network.name) == network)
  }

  @Test func appliesTheNormalisation() throws {
    let network = try read(Self.small())
    #expect(network.layers[0] == AffineLayer(weights: Matrix([[1.5]]), bias: [0.25]))
    #expect(network.layers[1] == AffineLayer(weights: Matrix([[20]]), bias: [-2]))
    #expect(network.inputBox == InputBox(lower: [-1], upper: [3]))
    #expect(network.notes == ["inputs outside the file's input box are not clipped to it"])
  }

  @Test func notesRounding() throws {
    let network = try read(Self.small(ranges: "3,4,", rest: "1,\n1,\n5,\n-1,\n"))
    #expect(network.notes.contains("the normalisation was folded with rounding"))
  }

  @Test(arguments: [
    (small(mins: "-inf,", maxes: "inf,"), nil as String?), (small(mins: "-1e38,", maxes: "3e38,"), nil),
    (small(mins: "4,"), "exceeds its maximum"),
    (small(mins: "0", maxes: "0", means: "0", ranges: "0"), "nothing is normalised"),
    (
      "2\n2, 1, 1\n0\n-1,-1\n1,inf\n0,0,0\n1,1,1\n1, 1\n0\n1\n0\n", "some inputs are unbounded"
    ),
  ])
  func offersNoBox(text: String, note: String?) throws {
    let network = try read(text)
    #expect(network.inputBox == nil)
    if let note {
      #expect(network.notes.contains { $0.contains(note) })
    } else {
      #expect(network.notes.isEmpty)
    }
  }

  @Test func usesTheOutputEntryOfLongerLines() throws {
    let network = try read(
      Self.small(mins: "-1,0,0,", maxes: "1,0,0,", means: "0.5,7,7,2,", ranges: "2,9,9,4,"))
    #expect(network.layers[1].bias == [-2])
    #expect(network.notes.contains { $0.contains("the first 1 and the last are used") })
  }

  @Test func normalisesInputsAloneWhereTheOutputIsMissing() throws {
    let network = try read(Self.small(means: "0.5,", ranges: "2,"))
    #expect(network.layers[0].bias == [0.25] && network.layers[1].bias == [-1])
    #expect(network.notes.contains { $0.contains("no entry for the output") })
  }

  static let malformed: [(text: String, place: String?, problem: String)] = [
    ("", nil, "the file is empty"),
    ("// only a comment\n", nil, "the file is empty"),
    ("2,1,1,1,\n", "2", "the layer sizes should stand"),
    (small(counts: "2,1,x,1,"), "2", "entry 3 of the line of counts is \"x\""),
    (small(counts: ","), "2", "entry 1 of the line of counts"),
    (small(counts: "3,1,1,1,"), "3", "promises 3 layers"),
    (small(counts: "2,4,1,1,"), "3", "1 inputs but line 2 gives 4"),
    (small(sizes: "1,0,1,"), "3", "entry 2 of the layer sizes is \"0\""),
    (small(sizes: "1,-5,1,"), "3", "\"-5\""),
    (small(sizes: "1,10000000000,1,"), "3", "20000000007 more lines but the file has 9"),
    (small(sizes: "1,9223372036854775807,1,"), "3", "more lines but the file has 9"),
    (small(counts: "2,1,1,1,", sizes: "1,99999999999999999999,1,"), "3", "entry 2"),
    (small(mins: "a,"), "5", "entry 1 of the input minimums"),
    (small(mins: "nan,"), "5", "entry 1 of the input minimums"),
    (small(mins: ",0,"), "5", "entry 1 of the input minimums is \"\""),
    (small(means: "1,2,3,4,5,"), "7", "5 entries for 1 inputs"),
    (small(means: "1,2,", ranges: "1,2,3,"), "8", "3 entries for 1 inputs"),
    (small(ranges: "0,1,"), "8", "range 1 is zero"),
    (small(ranges: "0,0,"), "8", "range 1 is zero"),
    (small(rest: "3,4,\n1,\n5,\n-1,\n"), "9", "weights 1 of layer 1 has 2 entries instead of 1"),
    (small(rest: "3,\nnan,\n5,\n-1,\n"), "10", "entry 1 of bias 1 of layer 1 is \"nan\""),
    (small(rest: "3,\n1e400,\n5,\n-1,\n"), "10", "1e400"),
    (small(rest: "3,\n1,\n5,\n"), "3", "9 more lines but the file has 8"),
    (small(rest: "3,\n1,\n5,\n-1,\n8,\n"), "13", "goes on after the last bias"),
    (small(ranges: "1e-300,1,", rest: "1e300,\n1,\n5,\n-1,\n"), "layer 1", "NaN or infinite"),
    ("\u{0}\u{1}", "1", "entry 1 of the line of counts"),
  ]

  @Test(arguments: malformed)
  func refusesMalformed(_ input: (text: String, place: String?, problem: String)) throws {
    let error = try #require(throws: InputError.self) { try read(input.text) }
    #expect(error.place == input.place, "\(error)")
    #expect(error.problem.contains(input.problem), "\(error)")
    #expect(!error.remedy.isEmpty)
  }

  @Test func refusesBytesThatAreNotText() throws {
    let error = try #require(throws: InputError.self) {
      try NNetFormat.read(Data([0xFF, 0xFE, 0x80]), name: "x")
    }
    #expect(error.problem.contains("not text"))
  }

  @Test func cannotWriteLeakyReLU() throws {
    let layer = AffineLayer(weights: Matrix([[1]]))
    let network = try MultilayerPerceptron(
      name: "leaky", layers: [layer, layer], activations: [.leakyReLU(slope: 0.5)])
    let error = try #require(throws: InputError.self) { try NNetFormat.write(network) }
    #expect(error.place == "layer 1" && error.problem.contains("leaky-relu"))
  }
}
