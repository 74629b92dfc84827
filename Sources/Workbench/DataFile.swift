import Foundation
import LinearAlgebra
import Networks
public import PatternSearch

/// Points as text, one a line: numbers separated by commas, semicolons or white space, one for each input of a network. A first
/// line of words is a header. The class of a point stands in the column that the header calls `label`, `class` or `target`, or
/// in the last one where the lines have one number more than the network has inputs. `#` begins a comment line.
public struct DataFile: Sendable {
  public let path: String
  public let points: [[Double]]
  /// The line of each point, from 1.
  public let lines: [Int]
  /// What stands in the column of classes; nil where there is none.
  public let labels: [String]?
  /// The header's name of the column of classes, where it is none of the usual ones.
  public let otherLabelName: String?

  /// Names of the column of classes.
  public static let labelNames = ["label", "class", "target"]

  /// - Parameter inputs: of the network; nil takes every column for one but that of the classes, which is the last where the header
  ///   calls none so.
  /// - Throws: `InputError` with the line: where lines differ in length, or a cell is empty, no number, NaN or infinite.
  public init(_ path: String, inputs: Int? = nil) throws {
    let text = String(decoding: try InputFile.contents(path), as: UTF8.self)
    do throws(InputError) {
      try self.init(path: path, text: text, inputs: inputs)
    } catch {
      throw error.inFile(path)
    }
  }

  private init(path: String, text: String, inputs: Int?) throws(InputError) {
    var layout: Layout?
    var points: [[Double]] = []
    var lines: [Int] = []
    var labels: [String] = []
    for (index, rawLine) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .enumerated()
    {
      let line = rawLine.drop { $0 == "\u{FEFF}" || $0.isWhitespace }
      if line.isEmpty || line.first == "#" { continue }
      let number = index + 1
      let separator = layout?.separator ?? Separator(firstLine: line)
      let cells = separator.cells(line)
      if layout == nil {
        let header = try Self.header(cells, line: number)
        layout = try Layout(separator, columns: cells.count, header: header, inputs: inputs, line: number)
        if header != nil { continue }
      }
      guard let layout else { continue }
      guard cells.count == layout.columns else {
        throw InputError(
          place: "\(number)", "\(Self.count(cells.count, "cell")), and the first line has \(layout.columns)",
          remedy: "give each line the same number of cells")
      }
      var point: [Double] = []
      point.reserveCapacity(layout.columns)
      for (column, cell) in cells.enumerated() {
        if column == layout.label {
          labels.append(cell)
        } else {
          point.append(try Self.number(cell, column: column, line: number))
        }
      }
      points.append(point)
      lines.append(number)
    }
    guard !points.isEmpty else {
      throw InputError(
        "holds no points",
        remedy: "write one point a line\(inputs.map { ", \(Self.count($0, "number")) each" } ?? "")")
    }
    self.path = path
    self.points = points
    self.lines = lines
    self.labels = layout?.label == nil ? nil : labels
    otherLabelName = layout?.otherLabelName
  }

  private static func count(_ number: Int, _ thing: String) -> String {
    "\(number) \(thing)\(number == 1 ? "" : "s")"
  }

  private static func number(_ cell: String, column: Int, line: Int) throws(InputError) -> Double {
    guard let value = DomainText.number(cell) else {
      let what =
        cell.isEmpty ? "is empty" : Double(cell) == nil ? "“\(cell.prefix(40))” is no number" : "is \(cell)"
      throw InputError(
        place: "\(line)", "cell \(column + 1) \(what)",
        remedy: "every cell must be a finite number, with a point before the decimals")
    }
    return value
  }

  /// The names of the columns, where the first line has them: words, or numbers before the name of the classes.
  private static func header(_ cells: [String], line: Int) throws(InputError) -> [String]? {
    let namesClasses = cells.contains { labelNames.contains($0.lowercased()) }
    guard namesClasses || cells.contains(where: hasLetter) else { return nil }
    let number = namesClasses ? nil : cells.first { Double($0) != nil }
    guard let other = number, let word = cells.first(where: { Double($0) == nil }) else {
      if let column = cells.firstIndex(of: "") {
        throw InputError(
          place: "\(line)", "column \(column + 1) has no name",
          remedy: column == 0 ? "write the file without the index (index=False)" : "give every column a name")
      }
      return cells
    }
    throw InputError(
      place: "\(line)", "the first line holds “\(word.prefix(40))” and the number \(other.prefix(40))",
      remedy: "begin with a header of names only, or with a line of numbers only")
  }

  private static func hasLetter(_ cell: String) -> Bool {
    Double(cell) == nil && cell.contains(where: \.isLetter)
  }

  private enum Separator {
    case semicolon, comma, space

    init(firstLine line: Substring) {
      self = line.contains(";") ? .semicolon : line.contains(",") ? .comma : .space
    }

    /// The cells of a line without blanks and quotation marks around them; a separator between quotation marks is none.
    func cells(_ line: Substring) -> [String] {
      if self == .space { return line.split(whereSeparator: \.isWhitespace).map(Self.unquoted) }
      let mark: Character = self == .comma ? "," : ";"
      var isQuoted = false
      let cells = line.split(omittingEmptySubsequences: false) { character in
        if character == "\"" { isQuoted.toggle() }
        return character == mark && !isQuoted
      }
      return cells.map(Self.unquoted)
    }

    private static func unquoted(_ cell: Substring) -> String {
      let text = cell.trimmingCharacters(in: .whitespaces)
      guard text.count > 1, text.first == "\"", text.last == "\"" else { return text }
      return text.dropFirst().dropLast().trimmingCharacters(in: .whitespaces)
    }
  }

  private struct Layout {
    let separator: Separator
    let columns: Int
    let label: Int?
    let otherLabelName: String?

    init(
      _ separator: Separator, columns: Int, header: [String]?, inputs asked: Int?, line: Int
    ) throws(InputError) {
      guard asked != nil || columns > 1 else {
        throw InputError(
          place: "\(line)", "has one column only",
          remedy: "give each line a class or a value after its numbers")
      }
      let inputs = asked ?? columns - 1
      self.separator = separator
      self.columns = columns
      let named = header?.indices.filter { labelNames.contains(header?[$0].lowercased() ?? "") } ?? []
      guard named.count < 2 else {
        throw InputError(
          place: "\(line)", "\(named.count) columns are called \(labelNames.joined(separator: ", "))",
          remedy: "keep one column of classes")
      }
      label = named.first ?? (columns == inputs + 1 ? inputs : nil)
      otherLabelName = named.isEmpty ? label.flatMap { header?[$0] } : nil
      let given = columns - (label == nil ? 0 : 1)
      guard given == inputs else {
        throw InputError(
          place: "\(line)",
          "\(count(given, "number")) a line\(label == nil ? "" : " beside the class") for "
            + count(inputs, "input"),
          remedy: "give each line \(count(inputs, "number")), and the class as a last column if there is one")
      }
    }
  }

  // MARK: What is asked of the points

  /// The classes as numbers from 0; nil where the file has none.
  ///
  /// - Throws: `InputError` with the line of a label that is none of `count` classes.
  public func classes(count: Int) throws -> [Int]? {
    guard let labels else { return nil }
    var classes: [Int] = []
    for (label, line) in zip(labels, lines) {
      guard let number = Double(label).flatMap({ Int(exactly: $0) }), (0..<count).contains(number) else {
        throw InputError(
          file: path, place: "\(line)", "“\(label.prefix(40))” is none of the network's classes",
          remedy: "number classes from 0 to \(count - 1), in the order of the outputs")
      }
      classes.append(number)
    }
    return classes
  }

  /// The smallest box that holds all points; an input on which they agree is fixed.
  public var box: Domain {
    var lower = points[0]
    var upper = points[0]
    for point in points {
      for (i, value) in point.enumerated() {
        lower[i] = min(lower[i], value)
        upper[i] = max(upper[i], value)
      }
    }
    return .box(lower: lower, upper: upper)
  }
}
