import Foundation
import Testing

/// Every kind of bad input: one line on standard error that names the place and the remedy, nothing on standard output,
/// and its exit code.
@Suite struct BadInputTests {
  static let files: [(name: String, contents: String, says: String)] = [
    ("nan.json", #"{"activation":"relu","layers":[{"weights":[[NaN, 1]]}]}"#, "finite"),
    ("huge.json", #"{"activation":"relu","layers":[{"weights":[[1e999]]}]}"#, "layers[0].weights[0][0]"),
    ("ragged.json", #"{"activation":"relu","layers":[{"weights":[[1, 2], [3]]}]}"#, "layers[0].weights[1]"),
    ("none.json", #"{"activation":"relu","layers":[]}"#, "at least one layer"),
    ("empty.json", #"{"activation":"relu","layers":[{"weights":[]}]}"#, "layers[0].weights"),
    ("chain.json", #"{"activation":"relu","layers":[{"weights":[[1]]},{"weights":[[1, 2]]}]}"#, "layer"),
    ("unknown.json", #"{"activation":"swish","layers":[{"weights":[[1]]},{"weights":[[1]]}]}"#, "swish"),
    ("cut.json", #"{"activation":"relu","layers":[{"weights":"#, "cut.json:1"),
    (
      "large.json", #"{"activation":"relu","layers":[{"weights":[[1e300]]},{"weights":[[1e300]]}]}"#,
      "1e-30 and 1e30"
    ),
    (
      "small.json", #"{"activation":"relu","layers":[{"weights":[[1e-200]]},{"weights":[[1]]}]}"#,
      "1e-30 and 1e30"
    ),
    ("zero.onnx", "", "empty"),
    ("text.onnx", "this is no model", "ONNX"),
    ("header.nnet", "3,10000000000,1,1\n10000000000,5,1,1\n0\n", "header.nnet"),
    ("net.txt", "1 2 3", ".json, .nnet or .onnx"),
  ]

  @Test(arguments: files)
  func oneLineAndExitCode65(name: String, contents: String, says: String) throws {
    try Tool.withFile(name, contents) { (file: String) throws in
      for command in ["exact", "audit", "inspect"] where command != "inspect" || !says.contains("1e30") {
        let outcome = try Tool.run(command, file, command == "inspect" ? "--json" : "--quiet")
        expectOneLine(outcome, code: 65, says: says)
      }
    }
  }

  @Test func aTruncatedModelIsRefusedAtEveryLength() throws {
    let model = try Data(contentsOf: URL(fileURLWithPath: Tool.network("iris-4-5-5-3.onnx")))
    for length in stride(from: 1, to: model.count, by: max(1, model.count / 12)) {
      try Tool.withFile("cut.onnx", model.prefix(length)) { (file: String) throws in
        expectOneLine(try Tool.run("exact", file), code: 65, says: "cut.onnx")
      }
    }
  }

  @Test(arguments: [
    (["--domain", "box:1:0"], Int32(65), "lower ≤ upper"), (["--domain", "box:nan:1"], 65, "box:LO:HI"),
    (["--domain", "box:0"], 65, "box:LO:HI"), (["--domain", "no-such-file"], 66, "no such file"),
  ])
  func badDomains(options: [String], code: Int32, says: String) throws {
    let outcome = try Tool.run("exact", Tool.network("iris-4-5-5-3.json"), options[0], options[1])
    expectOneLine(outcome, code: code, says: says)
  }

  @Test(arguments: [
    ("0 1\n0 1\n", "2 lower"), ("0 1\n1 0\n0 1\n0 1\n", ":2:"), ("0 1\nzero one\n0 1\n0 1\n", ":2:"),
    ("0 inf\n0 1\n0 1\n0 1\n", ":1:"),
  ])
  func badDomainFiles(contents: String, says: String) throws {
    try Tool.withFile("domain.txt", contents) { (file: String) throws in
      let outcome = try Tool.run("exact", Tool.network("iris-4-5-5-3.json"), "--domain", file)
      expectOneLine(outcome, code: 65, says: says)
    }
  }

  @Test func aMissingFileHasExitCode66() throws {
    expectOneLine(try Tool.run("audit", "no-such-network.json"), code: 66, says: "no such file")
  }

  @Test func usageErrorsHaveExitCode64() throws {
    let network = Tool.network("iris-4-5-5-3.json")
    #expect(try Tool.run("exact", network, "--engine", "magic").code == 64)
    #expect(try Tool.run("bound", "magic", network).code == 64)
    #expect(try Tool.run("decide", network).code == 64)
    #expect(try Tool.run("decide", network, "--at-most", "many").code == 64)
    #expect(try Tool.run("decide", network, "--at-most", "1e-9223372036854775808").code == 64)
    #expect(try Tool.run("exact", network, "--relative-gap", "nan").code == 64)
    #expect(
      try Tool.run("exact", Tool.network("digits-64-24-16-10.json"), "--engine", "enumerate").code == 64)
  }

  @Test(arguments: [
    ("exact", ["--center", "x", "--radius", "-0.2"], "--radius must be a finite number above 0"),
    ("exact", ["--center", "x", "--radius", "0"], "--radius must be a finite number above 0"),
    ("exact", ["--time-limit", "-1"], "--time-limit must be at least 0"),
    ("audit", ["--node-limit", "-1"], "--node-limit must be at least 0"),
    ("exact", ["--relative-gap", "-1"], "--relative-gap must be in [0, 1)"),
    ("exact", ["--domain", "-1:1"], "box:-1:1"), ("robustness", ["--domain", "-1:1"], "box:-1:1"),
    ("exact", ["--output", "-1"], "write i or i-j"), ("exact", ["--norm", "-1"], "use 2, 1, inf"),
    ("exact", ["--threads", "-2"], "--threads must be from 1"),
    ("exact", ["--checkpoint-interval", "-2"], "--checkpoint-interval must be from 0"),
    ("robustness", ["--data", "x", "--radius", "-0.2"], "--radius must be above 0"),
    ("robustness", ["--steps", "-1"], "--steps must be from 0"),
    ("maximize", ["--relative-gap", "-1"], "--relative-gap must be in [0, 1)"),
  ])
  func valuesWithAMinus(command: String, options: [String], says: String) throws {
    let outcome = try Tool.run([command, Tool.network("iris-4-5-5-3.json")] + options)
    #expect(outcome.code == 64 && outcome.output.isEmpty)
    #expect(outcome.errors.contains(says), "\(outcome.errors)")
  }

  @Test func unknownCommands() throws {
    let network = Tool.network("iris-4-5-5-3.json")
    expectOneLine(
      try Tool.run("exactt", network), code: 64, says: "unknown command exactt; did you mean exact?")
    expectOneLine(try Tool.run("robust", network), code: 64, says: "lipbench --help")
    expectOneLine(try Tool.run(""), code: 64, says: "unknown command")
    #expect(try Tool.run("help", "exact").code == 0)
    #expect(try Tool.run([]).code == 0)
  }

  @Test func nothingIsHalfWritten() throws {
    try Tool.withFile(
      "net.json", #"{"activation":"leaky-relu","slope":0.1,"layers":[{"weights":[[1]]},{"weights":[[1]]}]}"#
    ) {
      (file: String) throws in
      let target = file.dropLast(4) + "nnet"
      let outcome = try Tool.run("convert", file, String(target))
      expectOneLine(outcome, code: 65, says: "nnet")
      #expect(!FileManager.default.fileExists(atPath: String(target)))
    }
  }
}
