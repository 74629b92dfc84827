import Foundation
import Networks
public import Problems

/// Problem instances as files of every kind that can hold them: problem files, and networks for lip-cst.
public enum InstanceFile {
  /// Writes an instance by the file's ending, whole or not at all.
  ///
  /// - Returns: notes on what the format could not hold.
  /// - Throws: `InputError` where the ending's format cannot hold the problem exactly, or the file cannot be written.
  public static func write(_ instance: ProblemInstance, to path: String) throws -> [String] {
    let ending = URL(fileURLWithPath: path).pathExtension.lowercased()
    if NetworkFile.endings.contains(ending), ending != "json" {
      try NetworkFile.write(try network(instance, path), to: path)
    } else {
      try ProblemFile.write(instance, to: path)
    }
    let lost = [("threshold", instance.threshold != nil), ("planted optimum", instance.planted != nil)]
      .filter { $0.1 && ending != "json" }
    var notes = lost.map { "only .json files hold the \($0.0); it is not written" }
    if let scale = (instance.problem as? MixedIntegerProgram)?.objectiveScale, scale != 1 {
      notes.append(
        "the file's objective is multiplied by \(scale), so that it is in integers: divide its value by it")
    }
    return notes
  }

  private static func network(
    _ instance: ProblemInstance, _ path: String
  ) throws(InputError) -> MultilayerPerceptron {
    guard let problem = instance.problem as? LipCST else {
      let kind = instance.problem.kind.rawValue
      throw InputError(
        file: path, "the format holds networks, and this is a problem of kind \(kind)",
        remedy: "reduce it first: lipbench reduce … --to lip-cst")
    }
    do throws(InputError) {
      return try problem.network(name: instance.name)
    } catch {
      throw error.inFile(path)
    }
  }
}
