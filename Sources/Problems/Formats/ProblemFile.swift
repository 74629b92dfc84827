import Foundation
public import Networks

/// Problem files by their ending, or by the names that public collections use.
public enum ProblemFile {
  /// Endings of files that are read and written.
  public static let endings = ["json", "mc", "rud", "rudy", "sparse", "qubo", "bqp", "qplib"]
  /// Endings of files that are only written.
  public static let writtenEndings = ["lp", "mps"]

  private enum Format {
    case json, rudy, sparse, qbsolv, orLibrary, qplib, lp, mps
  }

  /// Reads a problem.
  ///
  /// - Parameters:
  ///   - kind: what the file should hold; decides between formats where the name does not.
  ///   - number: which problem of an OR-Library file, from 1; nil where it holds one.
  /// - Throws: `MissingFile`, or `InputError` with the file, the place and the remedy.
  public static func read(
    _ path: String, kind: ProblemKind? = nil, problem number: Int? = nil
  ) throws -> ProblemInstance {
    let data = try InputFile.contents(path)
    do throws(InputError) {
      let instance = try read(
        data, format: format(path, kind: kind), name: name(path), kind: kind, number: number)
      guard instance.problem.kind == kind ?? instance.problem.kind else {
        throw InputError(
          "the file holds a problem of kind \(instance.problem.kind.rawValue), not \(kind?.rawValue ?? "")",
          remedy: "reduce it first: lipbench reduce \(path) --to \(kind?.rawValue ?? "")")
      }
      return instance
    } catch {
      throw error.inFile(path)
    }
  }

  /// The kind of problem that a file holds; nil where it holds a network.
  ///
  /// - Parameter hint: decides between formats where neither the name nor the content does.
  /// - Throws: `MissingFile`, or `InputError` with the file, the place and the remedy.
  public static func kind(ofFile path: String, kind hint: ProblemKind? = nil) throws -> ProblemKind? {
    if ["onnx", "nnet"].contains(ending(path)) { return nil }
    do throws(InputError) {
      switch try format(path, kind: hint) {
      case .json: break
      case .rudy: return .maxCut
      case .sparse, .qbsolv, .orLibrary, .qplib: return .qubo
      case .lp, .mps: return .milp
      }
    } catch {
      throw error.inFile(path)
    }
    let data = try InputFile.contents(path)
    do throws(InputError) {
      return try ProblemJSONFormat.kind(of: data, hint: hint)
    } catch {
      throw error.inFile(path)
    }
  }

  /// Writes a problem, whole or not at all.
  ///
  /// - Throws: `InputError` where the ending's format cannot hold the problem exactly, or the file cannot be written.
  public static func write(_ instance: ProblemInstance, to path: String) throws(InputError) {
    let data: Data
    do throws(InputError) {
      data = try write(instance, format: writtenFormat(path))
    } catch {
      throw error.inFile(path)
    }
    try TextFile.write(data, to: path)
  }

  // MARK: Formats

  private static func read(
    _ data: Data, format: Format, name: String, kind: ProblemKind?, number: Int?
  ) throws(InputError) -> ProblemInstance {
    guard number == nil || format == .orLibrary else {
      throw InputError(
        "only OR-Library files hold several problems", remedy: "leave the problem's number out")
    }
    switch format {
    case .json: return try ProblemJSONFormat.read(data, name: name, kind: kind)
    case .rudy: return ProblemInstance(name: name, problem: try RudyFormat.read(data))
    case .sparse: return ProblemInstance(name: name, problem: try BiqMacSparseFormat.read(data))
    case .qbsolv: return ProblemInstance(name: name, problem: try QBSolvFormat.read(data))
    case .orLibrary:
      let label = number.map { "\(name)-\($0)" } ?? name
      return ProblemInstance(name: label, problem: try ORLibraryFormat.read(data, problem: number))
    case .qplib:
      let (problem, notes) = try QPLIBFormat.read(data)
      return ProblemInstance(name: name, problem: problem, notes: notes)
    case .lp, .mps:
      throw InputError("a milp is only written", remedy: "give the problem that it was reduced from")
    }
  }

  private static func write(_ instance: ProblemInstance, format: Format) throws(InputError) -> Data {
    switch format {
    case .json: return try ProblemJSONFormat.write(instance)
    case .rudy: return try RudyFormat.write(held(instance))
    case .sparse: return try BiqMacSparseFormat.write(held(instance))
    case .qbsolv: return try QBSolvFormat.write(held(instance))
    case .orLibrary: return try ORLibraryFormat.write(held(instance))
    case .qplib: return try QPLIBFormat.write(held(instance), name: instance.name)
    case .lp: return try CPLEXLPFormat.write(held(instance))
    case .mps: return try MPSFormat.write(held(instance))
    }
  }

  /// The problem as the kind that a format holds.
  private static func held<Held: Problem>(_ instance: ProblemInstance) throws(InputError) -> Held {
    if let problem = instance.problem as? Held { return problem }
    let kind = Held.kind.rawValue
    throw InputError(
      "the format holds problems of kind \(kind), and this one is \(instance.problem.kind.rawValue)",
      remedy: "reduce it to \(kind) first: lipbench reduce … --to \(kind)")
  }

  // MARK: Names

  private static func ending(_ path: String) -> String {
    URL(fileURLWithPath: path).pathExtension.lowercased()
  }

  /// The file's name without an ending that names a format or text: the `.5` of `g05_60.5` belongs to the name.
  private static func name(_ path: String) -> String {
    let url = URL(fileURLWithPath: path)
    return byEnding(ending(path)) == nil && ending(path) != "txt"
      ? url.lastPathComponent : url.deletingPathExtension().lastPathComponent
  }

  private static func byEnding(_ ending: String) -> Format? {
    switch ending {
    case "json": .json
    case "mc", "rud", "rudy": .rudy
    case "sparse": .sparse
    case "qubo": .qbsolv
    case "bqp": .orLibrary
    case "qplib": .qplib
    case "lp": .lp
    case "mps": .mps
    default: nil
    }
  }

  private static func format(_ path: String, kind: ProblemKind?) throws(InputError) -> Format {
    if let format = byEnding(ending(path)) { return format }
    switch kind {
    case .maxCut: return .rudy
    case .qubo: return .orLibrary
    default: break
    }
    if let format = byName(path) { return format }
    if ["onnx", "nnet"].contains(ending(path)) {
      throw InputError(
        "the file holds a network, not a problem", remedy: "use lipbench exact, or give lip-cst as .json")
    }
    throw InputError(
      "neither ending nor name says which format the file has",
      remedy:
        "problems are \(endings.map { ".\($0)" }.joined(separator: ", ")), or say --kind max-cut or "
        + "--kind qubo; networks are .json, .nnet or .onnx")
  }

  private static func writtenFormat(_ path: String) throws(InputError) -> Format {
    if let format = byEnding(ending(path)) ?? byName(path) { return format }
    throw InputError(
      "neither ending nor name says which format to write",
      remedy:
        "use \((endings + writtenEndings).map { ".\($0)" }.joined(separator: ", ")); for networks .json, .nnet or .onnx"
    )
  }

  /// The format that public collections use under such a name.
  private static func byName(_ path: String) -> Format? {
    let name = URL(fileURLWithPath: path).lastPathComponent
    if name.wholeMatch(of: /G[0-9]+(\.txt)?/) != nil || name.prefixMatch(of: maxCutNames) != nil {
      return .rudy
    }
    return name.prefixMatch(of: /(bqp|gka)[0-9]/) != nil ? .orLibrary : nil
  }

  /// Families of the Biq Mac and DIMACS collections.
  private static var maxCutNames: Regex<Substring> {
    /(?:g05_|pm1[sd]_|p?w0[0-9]_|ising[0-9]|t[23]g[0-9]|torus(?:pm|g)|sg3dl)/
  }
}
