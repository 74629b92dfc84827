import ArgumentParser
import LipBench

struct MaximizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "maximize",
    abstract: "The optimum of a max-cut, Ising, QUBO, QCMH, partition or LIP-CST instance.",
    discussion: """
      In the file's own sense (a file that says minimize is minimised), value and variables. The problem is carried to spins
      along the shortest chain of reductions, solved in integers (coefficients that span up to 120 bits), and carried back;
      a qcmh or lip-cst whose H has rank 6 or less is solved as it is, by a search over directions in that space. Ctrl-C, --time-limit and --node-limit
      leave the enclosure found so far (exit code 2).

      EXAMPLES
        lipbench maximize graph.mc
        lipbench maximize instances/problems/wishart-40-0.5.json --explain
        lipbench maximize problem.sparse --json --time-limit 60
        lipbench maximize graph.mc --certificate graph.cert
        lipbench maximize graph.mc --threads 2 --checkpoint tree --resume
      """)

  @OptionGroup var file: ProblemOptions
  @OptionGroup var search: QuadraticOptions
  @OptionGroup var proof: CertificateOptions

  @Flag(help: "Say along which reductions the problem was carried, which engine was taken, and why.")
  var explain = false

  func run() throws {
    let request = try proof.request(file, checkpoint: search.checkpoint)
    let answer = try Maximization.solve(try file.read(), settings: search.settings(), certificate: request)
    for warning in answer.result.warnings { Terminal.note("warning: \(warning)") }
    search.checkpoint.note(answer.result.engine.keepsTree, engine: answer.result.engine.rawValue)
    print(search.limits.json ? answer.json(seed: search.limits.seed) : answer.text(explain: explain))
    try proof.require(answer.certificate)
    if !answer.isOptimal, answer.result.reason != .gap { throw ExitCode(2) }
  }
}
