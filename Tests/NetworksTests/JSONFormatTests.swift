import Foundation
import LinearAlgebra
import Networks
import TestSupport
import Testing

@Suite struct JSONFormatTests {
  private func read(_ text: String) throws -> MultilayerPerceptron {
    try JSONFormat.read(Data(text.utf8), name: "test")
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func readingUndoesWriting(seed: UInt64) throws {
    var network = try MultilayerPerceptron.random(seed: seed) { generator in
      Bool.random(using: &generator) ? .relu : .leakyReLU(slope: Double.random(in: -1...2, using: &generator))
    }
    if seed % 2 == 0 {
      network.inputBox = InputBox(
        lower: (0..<network.inputs).map { -Double($0) / 3 },
        upper: (0..<network.inputs).map { Double($0) / 7 })
    }
    #expect(try JSONFormat.read(JSONFormat.write(network), name: "other") == network)
  }

  @Test func namesAreEscaped() throws {
    var network = try MultilayerPerceptron.random(seed: 1)
    network.name = "a \"quoted\" \\ name\n\u{1}é"
    #expect(try JSONFormat.read(JSONFormat.write(network), name: "").name == network.name)
  }

  @Test func writesOneRowALine() throws {
    let network = try MultilayerPerceptron(
      name: "small", layers: [AffineLayer(weights: Matrix([[1, 0.1], [-2e-30, 3]]))], activations: [])
    let expected = """
      {
        "name": "small",
        "layers": [
          {
            "weights": [
              [1.0, 0.1],
              [-2e-30, 3.0]
            ],
            "bias": [0.0, 0.0]
          }
        ]
      }

      """
    #expect(String(decoding: JSONFormat.write(network), as: UTF8.self) == expected)
  }

  @Test func readsExactNumbers() throws {
    let network = try read(
      #"{"layers": [{"weights": [["3/4", "-0x1.8p-3", "-5"], ["1/3", 1e-400, "2/3"]]}], "extra": [null, true]}"#
    )
    #expect(network.layers[0].weights.elements == [0.75, -0.1875, -5, 1.0 / 3, 0, 2.0 / 3])
    #expect(network.layers[0].bias == [0, 0])
    #expect(
      network.notes
        == [
          "extra is no key of a network; it is ignored",
          "layers[0].weights[1][0] = 1/3 is not a double; the nearest double is used (and 1 more)",
        ])
  }

  @Test func roundsFractionsToNearest() throws {
    // 2^53 + 1 is a tie and goes to even; one more unit of a far smaller denominator breaks it.
    let cases: [(String, Double, Bool)] = [
      ("9007199254740993", 9_007_199_254_740_992, false), ("9007199254740992", 9_007_199_254_740_992, true),
      ("9007199254740993000000000000001/1000000000000000", 9_007_199_254_740_994, false),
      ("0x1.00000000000008p0", 1, false), ("0x1.0000000000001p0", 1.0.nextUp, true),
      ("0x1p-1074", .leastNonzeroMagnitude, true), ("0x1p-1075", 0, false), ("0/7", 0, true),
      ("+7/2", 3.5, true),
    ]
    for (text, value, isExact) in cases {
      let network = try read(#"{"layers": [{"weights": [["\#(text)"]]}]}"#)
      #expect(network.layers[0].weights.elements == [value], "\(text)")
      #expect(network.notes.isEmpty == isExact, "\(text)")
    }
  }

  @Test func readsActivationsOfLayersAndNetwork() throws {
    let network = try read(
      #"""
      {"layers": [{"weights": [[1]], "activation": "leaky-relu", "slope": 0.5}, {"weights": [[1]]},
        {"weights": [[2]], "activation": null}], "activation": "relu"}
      """#)
    #expect(network.activations == [.leakyReLU(slope: 0.5), .relu])
  }

  static let malformed: [(text: String, place: String?, problem: String)] = [
    ("", "1", "the file is empty"),
    ("{\"layers\":\n[\n{\"weights\": [[1,]]}]}", "3", "where a value should"),
    ("{\"layers\": [\n1 2]}", "2", "inside an array"),
    ("{\"layers\": [] \"x\": 1}", "1", "inside an object"),
    ("{layers: []}", "1", "where a key should"),
    ("{\"layers\" []}", "1", "follows the key"),
    ("{\"a\": 1, \"a\": 2}", "1", "twice"),
    ("{} {}", "1", "follows the end"),
    ("{\"name\": \"x", "1", "no end"),
    ("{\"name\": \"\\q\"}", "1", "unknown escape"),
    ("{\"layers\": [{\"weights\": [[01]]}]}", "1", "not the beginning"),
    ("{\"layers\": [{\"weights\": [[0x1]]}]}", "1", "not the beginning"),
    ("{\"layers\": [{\"weights\": [[NaN]]}]}", "1", "NaN and Infinity"),
    ("{\"layers\": [{\"weights\": [[-Infinity]]}]}", "1", "NaN and Infinity"),
    (String(repeating: "[", count: 100_000), "1", "nested deeper"),
    ("\u{1}", "1", "the byte 1"),
    ("[]", nil, "the file holds an array"),
    ("{}", nil, "\"layers\" is missing"),
    ("{\"layers\": 3}", "layers", "a number stands here"),
    ("{\"layers\": []}", "layers", "is empty"),
    ("{\"layers\": [7]}", "layers[0]", "a number stands here"),
    ("{\"layers\": [{}]}", "layers[0]", "\"weights\" is missing"),
    ("{\"layers\": [{\"weights\": []}]}", "layers[0].weights", "no rows"),
    ("{\"layers\": [{\"weights\": [[]]}]}", "layers[0].weights[0]", "is empty"),
    ("{\"layers\": [{\"weights\": [[1, 2], [3]]}]}", "layers[0].weights[1]", "has 1 entry but"),
    ("{\"layers\": [{\"weights\": [[1, true]]}]}", "layers[0].weights[0][1]", "true or false stands here"),
    ("{\"layers\": [{\"weights\": [[1e400]]}]}", "layers[0].weights[0][0]", "too large"),
    ("{\"layers\": [{\"weights\": [[\"1/0\"]]}]}", "layers[0].weights[0][0]", "not an exact number"),
    ("{\"layers\": [{\"weights\": [[\"nan\"]]}]}", "layers[0].weights[0][0]", "not an exact number"),
    ("{\"layers\": [{\"weights\": [[\"0x1p5000\"]]}]}", "layers[0].weights[0][0]", "not an exact number"),
    ("{\"layers\": [{\"weights\": [[1]], \"bias\": [1, 2]}]}", "layers[0].bias", "2 entries for 1"),
    ("{\"layers\": [{\"weights\": [[1]], \"bias\": 0}]}", "layers[0].bias", "a number stands here"),
    ("{\"layers\": [{\"weights\": [[1]], \"bias\": [null]}]}", "layers[0].bias[0]", "null stands here"),
    (
      "{\"layers\": [{\"weights\": [[1]]}, {\"weights\": [[1, 2]]}], \"activation\": \"relu\"}",
      "layers[1].weights[0]", "the layer before has 1 outputs"
    ),
    ("{\"layers\": [{\"weights\": [[1]]}, {\"weights\": [[1]]}]}", "activation", "is missing"),
    (
      "{\"layers\": [{\"weights\": [[1]]}, {\"weights\": [[1]]}], \"activation\": \"tanh\"}", "activation",
      "\"tanh\" is not an activation"
    ),
    (
      "{\"layers\": [{\"weights\": [[1]], \"activation\": 1}, {\"weights\": [[1]]}]}", "layers[0].activation",
      "a number stands here"
    ),
    (
      "{\"layers\": [{\"weights\": [[1]], \"activation\": \"leaky-relu\"}, {\"weights\": [[1]]}]}",
      "layers[0].activation", "no slope"
    ),
    (
      "{\"layers\": [{\"weights\": [[1]]}, {\"weights\": [[1]]}], \"activation\": \"relu\", \"slope\": 1}",
      "slope", "beside a slope"
    ),
    (
      "{\"layers\": [{\"weights\": [[1]]}, {\"weights\": [[1]]}], \"activation\": \"leaky-relu\", \"slope\": []}",
      "slope", "an array stands here"
    ),
    ("{\"layers\": [{\"weights\": [[1]], \"activation\": \"relu\"}]}", "layers[0].activation", "last layer"),
    ("{\"layers\": [{\"weights\": [[1]]}], \"name\": 1}", "name", "a number stands here"),
    ("{\"layers\": [{\"weights\": [[1]]}], \"domain\": []}", "domain", "an array stands here"),
    ("{\"layers\": [{\"weights\": [[1]]}], \"domain\": {\"lower\": [0]}}", "domain", "\"upper\" is missing"),
    (
      "{\"layers\": [{\"weights\": [[1]]}], \"domain\": {\"lower\": [2], \"upper\": [1]}}", "domain",
      "above upper bound"
    ),
  ]

  @Test(arguments: malformed)
  func refusesMalformed(_ input: (text: String, place: String?, problem: String)) throws {
    let error = try #require(throws: InputError.self) { try read(input.text) }
    #expect(error.place == input.place)
    #expect(error.problem.contains(input.problem), "\(error)")
    #expect(!error.remedy.isEmpty)
  }

  @Test func everyPrefixReadsOrThrows() throws {
    let data = JSONFormat.write(try MultilayerPerceptron.random(seed: 3))
    for length in 0..<data.count - 2 {
      #expect(throws: InputError.self) { try JSONFormat.read(data.prefix(length), name: "prefix") }
    }
  }

  @Test func unknownKeysAreNoted() throws {
    let text =
      #"{"activation":"relu","Domain":1,"layers":[{"weights":[[1]],"biases":[1]},{"weights":[[1]]}]}"#
    let network = try JSONFormat.read(Data(text.utf8), name: "n")
    #expect(network.notes == ["Domain is no key of a network; it is ignored (and 1 more)"])
  }
}
