import ArgumentParser
import Foundation
import LipBench

struct StudyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "study",
    abstract: "Hardness studies: families × sizes × seeds × methods, each job in a process of its own.",
    discussion: """
      A study file is JSON:

        {"name": "wishart-alpha", "timeLimit": 60, "nodeLimit": 1000,
         "experiments": [{"family": "wishart",
                          "parameters": {"n": [14, 16, 18], "alpha": [0.2, 0.5, 1]},
                          "seeds": "0-4", "methods": ["semidefinite", "linear"]}]}

        name         by default the file's name
        timeLimit    seconds a job; after 5 more it is ended; none by default
        nodeLimit    nodes, to stop at the same place everywhere; none by default;
                     what a node is differs among engines
        memoryLimit  MB of a job's process, from 64; 4096 by default
        relativeGap  where a search may end; by default 0, for networks 1e-06
        family       a name that lipbench generate --list knows
        parameters   each one value or a list; every combination is run
        size         the parameter that counts; by default the family's first
        seeds        "0-9", a number or a list, of instance and search; default 0
        methods      problems: engines of lipbench maximize;
                     networks: engines of lipbench exact, and bounds
        domain       networks: all (the default) or box:LO:HI

      The limits hold for all experiments, or for the one that states them. Of a finished job a results file has one JSON line, in which \
      “measured” alone differs from run to run of one version where neither clock nor memory ended the job.

      EXAMPLES
        lipbench study run instances/studies/wishart-alpha.json --output results.jsonl --jobs 2
        lipbench study summarize results.jsonl
        lipbench study plot results.jsonl --output pictures
      """,
    subcommands: [Run.self, Summarize.self, Plot.self, Job.self])

  struct Run: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Run the jobs that the results file does not have yet.",
      discussion: """
        Ctrl-C and even kill -9 lose nothing but the jobs that were running: the same command goes on. At the end the lines \
        are in the study's order. Exit code 0 where every job is done, solved or not; 2 where it was interrupted.
        """)

    @Argument(help: ArgumentHelp("The study.", valueName: "STUDY.json"))
    var study: String

    @Option(help: ArgumentHelp("The results: a JSON line for each finished job.", valueName: "RESULTS.jsonl"))
    var output: String

    @Option(
      help: "Jobs at a time. Jobs side by side slow each other down; more than one for counts, one for times."
    )
    var jobs = 1

    @Flag(help: "No progress on standard error.")
    var quiet = false

    func validate() throws {
      guard (1...1024).contains(jobs) else { throw ValidationError("--jobs must be from 1 to 1024") }
    }

    func run() throws {
      Interrupt.install()
      let plan = try StudyPlan(file: study)
      let file = try ResultsFile(output, plan: plan)
      if !quiet, !file.records.isEmpty {
        Terminal.note("\(output) has \(file.records.count) of \(plan.jobs.count) jobs")
      }
      var runner = StudyRunner(
        command: ["/proc/self/exe", "study", "job"], workers: jobs, version: LipBenchCommand.version)
      runner.isInterrupted = { Interrupt.isRequested }
      let bar = ProgressBar(isQuiet: quiet)
      let isComplete = try runner.run(plan, into: file) { progress in
        bar.show(
          "\(progress.running) running, \(progress.remaining) left", done: progress.done, of: progress.total)
      }
      bar.clear()
      guard isComplete else {
        Terminal.note(
          "stopped with \(file.records.count) of \(plan.jobs.count) jobs done; the same command goes on")
        throw ExitCode(2)
      }
      let solved = file.records.count { $0.status == .solved }
      print("\(plan.name): \(file.records.count) jobs, \(solved) solved; \(output)")
    }
  }

  struct Results: ParsableArguments {
    @Argument(help: ArgumentHelp("The results of study run.", valueName: "RESULTS.jsonl"))
    var file: String

    func summary() throws -> StudySummary {
      let records = try ResultsFile.read(file)
      guard !records.isEmpty else {
        throw InputError(file: file, "holds no record", remedy: "give a file that lipbench study run wrote")
      }
      return StudySummary(records)
    }
  }

  struct Summarize: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Quantiles of nodes and seconds, growth rates, and what was solved by when.",
      discussion: """
        Quantiles are over the seeds, and a job that is not solved is larger than every other. Growth is a straight line through log₂ of the \
        medians against the size, by least squares, with the standard error of its slope; it takes three sizes.

        EXAMPLES
          lipbench study summarize results.jsonl
        """)
    @OptionGroup var results: Results

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
      let summary = try results.summary()
      print(json ? summary.json : summary.text)
    }
  }

  struct Plot: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Pictures by gnuplot (SVG and PNG), with their data and scripts.",
      discussion: """
        Of each family: nodes and seconds against the size; the share solved within a time; the gaps of jobs that are not solved; nodes \
        against alpha; bounds over the exact constant. Standard error says which are left out, and why.

        EXAMPLES
          lipbench study plot results.jsonl --output pictures
        """)
    @OptionGroup var results: Results

    @Option(help: ArgumentHelp("The folder to write.", valueName: "FOLDER"))
    var output: String

    func run() throws {
      let charts = StudyCharts(try results.summary())
      let written = try ExperimentFolder(output).draw(charts.pictures.map { ($0.name, $0.chart) })
      for file in written.files where file.hasSuffix(".png") || written.missing.count > 0 {
        print("\(output)/\(file)")
      }
      for reason in charts.leftOut { Terminal.note("note: \(reason)") }
      for reason in written.missing { Terminal.note("note: no picture; \(reason)") }
    }
  }

  struct Job: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Run the job on standard input; study run starts this.", shouldDisplay: false)

    func run() throws { try JobProcess.run() }
  }
}
