import Foundation
import Networks
public import Pictures

/// Where an experiment's table and pictures go: `NAME.md`, `NAME.csv`, `NAME.json`, and of each picture data, script, SVG and PNG.
public struct ExperimentFolder: Sendable {
  public let path: String

  /// - Throws: `InputError` where the folder can be neither made nor written to.
  public init(_ path: String) throws {
    self.path = path
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw InputError(
        file: path, "is no folder and cannot be made one",
        remedy: "give --output a folder that may be written to"
      )
    }
    try TextFile.checkIsWritable("\(path)/table.md")
  }

  /// Writes everything; answers with the names of the files, and why a picture is missing.
  public func write(
    _ table: ExperimentTable, name: String, pictures: [(name: String, picture: any Picture)]
  ) throws -> (files: [String], missing: [String]) {
    var files: [String] = []
    for (ending, text) in [("md", table.markdown), ("csv", table.csv), ("json", table.json + "\n")] {
      try TextFile.write(text, to: "\(path)/\(name).\(ending)")
      files.append("\(name).\(ending)")
    }
    let drawn = try draw(pictures)
    return (files + drawn.files, drawn.missing)
  }

  /// Draws pictures; answers with the names of the files, and why a picture is missing.
  public func draw(
    _ pictures: [(name: String, picture: any Picture)]
  ) throws -> (files: [String], missing: [String]) {
    var (files, missing) = ([String](), [String]())
    for (name, picture) in pictures {
      files += ["\(name).dat", "\(name).gp"]
      switch try Gnuplot.draw(picture, name: name, in: path) {
      case .drawn(let drawn): files += drawn
      case .missing(let reason): missing.append(reason)
      }
    }
    return (files, missing)
  }
}
