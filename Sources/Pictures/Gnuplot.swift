import Foundation

/// What gnuplot can draw.
public protocol Picture: Sendable {
  /// The text of the data file.
  var data: String { get }
  /// From titles to `plot`, without terminal and output.
  func script(dataFile: String) -> String
}

/// Draws pictures by the `gnuplot` on the `PATH`. Beside each picture stay its data and its script, which draws it again.
public enum Gnuplot {
  public enum Outcome: Sendable, Equatable {
    /// The files that were drawn.
    case drawn([String])
    /// Why there is no picture, and what would help; data and script are there.
    case missing(String)
  }

  /// Writes `NAME.dat` and `NAME.gp` into a folder, and has gnuplot draw `NAME.svg` and `NAME.png`.
  ///
  /// - Throws: where the folder cannot be written to.
  public static func draw(_ picture: some Picture, name: String, in folder: String) throws -> Outcome {
    let place = URL(fileURLWithPath: folder)
    let (dataFile, scriptFile) = ("\(name).dat", "\(name).gp")
    try Data(picture.data.utf8).write(to: place.appendingPathComponent(dataFile), options: .atomic)
    try Data(script(picture, name: name, dataFile: dataFile).utf8)
      .write(to: place.appendingPathComponent(scriptFile), options: .atomic)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["gnuplot", scriptFile]
    process.currentDirectoryURL = place
    process.standardInput = FileHandle.nullDevice
    let complaints = Pipe()
    process.standardError = complaints
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    let text = String(decoding: complaints.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    switch process.terminationStatus {
    case 0: return .drawn(["\(name).svg", "\(name).png"])
    case 127:
      return .missing(
        "gnuplot is not installed (Debian: gnuplot-nox); then: cd \(folder) && gnuplot \(scriptFile)")
    default:
      return .missing(
        "gnuplot \(scriptFile) failed: \(text.split(whereSeparator: \.isNewline).last ?? "no message")")
    }
  }

  /// The first eight colours are those of Okabe and Ito, which most people can tell apart.
  private static func script(_ picture: some Picture, name: String, dataFile: String) -> String {
    let colors = [
      "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#999999", "#b22222",
      "#6a3d9a", "#8b6914", "#005f60",
    ]
    let types = colors.enumerated().map { "set linetype \($0.offset + 1) linecolor rgb \"\($0.element)\"" }
    return """
      # gnuplot \(name).gp draws \(name).svg and \(name).png from \(dataFile)
      set encoding utf8
      \(types.joined(separator: "\n"))
      set linetype cycle \(colors.count)
      set terminal svg size 900,560 dynamic font "sans-serif,14" background rgb "white"
      set output \(quoted("\(name).svg"))
      \(picture.script(dataFile: dataFile))
      set terminal pngcairo size 1350,840 font "sans-serif,14" fontscale 1.3
      set output \(quoted("\(name).png"))
      replot
      unset output

      """
  }

  /// A text in single quotes, in which gnuplot takes everything as it is.
  static func quoted(_ text: String) -> String {
    "'" + text.replacingOccurrences(of: "'", with: "''").replacingOccurrences(of: "\n", with: " ") + "'"
  }
}
