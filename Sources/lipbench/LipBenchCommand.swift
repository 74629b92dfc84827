import ArgumentParser
import Foundation
import LinearAlgebra
import LinearProgramming
import LipBench

@main
struct LipBenchCommand: ParsableCommand {
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "lipbench",
    abstract: "Exact Lipschitz constants of small neural networks, beside every bound that is known.",
    discussion: """
      Networks are .json, .nnet or .onnx files. Results go to standard output, progress to standard error.

      Exit codes: 0 done; 1 answered, and the answer is bad news (inconsistent audit, no finite bound); 2 stopped \
      before the asked gap, or undecided; 64 usage; 65 bad input; 66 no such file; 70 internal failure.

      EXAMPLES
        lipbench audit instances/networks/iris-4-5-5-3.json
        lipbench exact net.onnx --domain box:0:1 --json
        lipbench bound seqlip net.json
        lipbench decide net.json --at-most 12.5
      """,
    version: """
      lipbench \(version)
      GLPK \(GLPK.version)
      \(BLAS.configuration)
      """,
    subcommands: [
      AuditCommand.self, ExactCommand.self, BoundCommand.self, DecideCommand.self, RobustnessCommand.self,
      MaximizeCommand.self,
      ReduceCommand.self, InvertCommand.self, ReductionsCommand.self, GenerateCommand.self,
      InstancesCommand.self,
      InspectCommand.self, StudyCommand.self, NotebookCommand.self, ConvertCommand.self, TrainCommand.self,
      ReproduceCommand.self,
      BenchCommand.self,
    ])

  /// Every way out has its exit code and one line on standard error; nothing crashes on bad input.
  static func main() {
    refuseUnknownCommand()
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch let error as InputError {
      fail("\(error)", code: 65)
    } catch let error as MissingFile {
      fail("\(error)", code: 66)
    } catch let error as CheckpointError {
      fail("\(error)", code: 65)
    } catch let error as CertificateFile.Failure {
      fail("\(error)", code: 65)
    } catch let error as UncertifiableMethod {
      fail("\(error)", code: 64)
    } catch let error as UnsupportedProblem {
      fail("\(error)", code: error.isRequest ? 64 : 65)
    } catch let error as UnsupportedSearch {
      fail("\(error)", code: 64)
    } catch let error as ValidationError {
      fail("Error: \(error.message)", code: 64)
    } catch let error as any Error & InternalFailure {
      fail("internal failure: \(error)", code: 70)
    } catch {
      exit(withError: error)
    }
  }

  /// Where the first word is no command: the one that was probably meant.
  private static func refuseUnknownCommand() {
    let names = configuration.subcommands.compactMap { $0.configuration.commandName } + ["help"]
    guard let word = CommandLine.arguments.dropFirst().first, !word.hasPrefix("-"), !names.contains(word)
    else { return }
    let nearest = names.map { (name: $0, edits: edits(from: word, to: $0)) }.min { $0.edits < $1.edits }
    let advice = nearest.flatMap { $0.edits <= 2 ? "did you mean \($0.name)?" : nil }
    fail(
      "Error: unknown command \(word.prefix(60)); \(advice ?? "lipbench --help lists the commands")", code: 64
    )
  }

  /// Letters to insert, delete or replace.
  private static func edits(from a: String, to b: String) -> Int {
    var row = Array(0...b.count)
    for (i, letter) in a.prefix(60).enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, other) in b.enumerated() {
        (diagonal, row[j + 1]) = (
          row[j + 1], min(diagonal + (letter == other ? 0 : 1), row[j] + 1, row[j + 1] + 1)
        )
      }
    }
    return row[b.count]
  }

  private static func fail(_ line: String, code: Int32) -> Never {
    FileHandle.standardError.write(Data((line + "\n").utf8))
    Foundation.exit(code)
  }
}

/// Failures that are ours, not the user's.
private protocol InternalFailure {}
extension LAPACKFailure: InternalFailure {}
extension GLPKFailure: InternalFailure {}
extension ChildProcessFailure: InternalFailure {}
extension ContradictedSearch: InternalFailure {}
