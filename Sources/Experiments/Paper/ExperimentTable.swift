public import ExactArithmetic
import Foundation

/// The rows of an experiment, as Markdown, CSV and JSON.
public struct ExperimentTable: Sendable {
  /// A column, and what its numbers are.
  public struct Column: Sendable {
    public var name: String
    public var meaning: String

    public init(_ name: String, _ meaning: String) {
      self.name = name
      self.meaning = meaning
    }
  }

  public enum Cell: Sendable, Equatable {
    case integer(Int)
    /// A setting, as it was given.
    case setting(Double)
    /// Rounded as its meaning asks where it is shortened: lower bounds down, upper bounds up.
    case number(Double, DirectedRounding)
    /// Not computed.
    case none
  }

  public var title: String
  public var columns: [Column]
  public var rows: [[Cell]] = []
  /// Whether the Markdown shows a line a column: for few rows of many numbers.
  public var isTransposed = false
  /// What else a reader should know, a sentence each.
  public var notes: [String] = []

  public init(title: String, columns: [Column]) {
    self.title = title
    self.columns = columns
  }

  public mutating func append(_ cells: [Cell]) {
    precondition(cells.count == columns.count)
    rows.append(cells)
  }

  /// Title, table, what the columns mean, notes.
  public var markdown: String {
    var words = [columns.map(\.name)] + rows.map { $0.map(\.shortText) }
    if isTransposed { words = columns.indices.map { column in words.map { $0[column] } } }
    let widths = words[0].indices.map { column in words.map { $0[column].count }.max() ?? 0 }
    func line(_ cells: [String]) -> String {
      let padded = zip(cells, widths).map { cell, width in
        String(repeating: " ", count: width - cell.count) + cell
      }
      return "| " + padded.joined(separator: " | ") + " |"
    }
    let rule = "|" + widths.map { String(repeating: "-", count: $0 + 1) + ":" }.joined(separator: "|") + "|"
    let meanings = columns.map { "- **\($0.name)**: \($0.meaning)" }
    let table = [line(words[0]), rule] + words.dropFirst().map(line)
    return
      ([title, ""] + table + [""] + meanings + (notes.isEmpty ? [] : [""] + notes)).joined(separator: "\n")
      + "\n"
  }

  /// A header line, then a line a row; numbers in full.
  public var csv: String {
    let header = columns.map { column in
      let name = column.name.replacingOccurrences(of: " ", with: "_")
      return name.contains { ",\"\n".contains($0) }
        ? "\"\(name.replacingOccurrences(of: "\"", with: "\"\""))\"" : name
    }
    return ([header] + rows.map { $0.map(\.fullText) }).map { $0.joined(separator: ",") }
      .joined(separator: "\n") + "\n"
  }

  /// An array of objects by column, numbers in full.
  public var json: String {
    let objects = rows.map { row in
      "    {"
        + zip(columns, row).map { column, cell in
          "\(quoted(column.name)): \(cell == .none ? "null" : cell.fullText)"
        }.joined(separator: ", ") + "}"
    }
    let meanings = columns.map { "    \(quoted($0.name)): \(quoted($0.meaning))" }
    return """
      {
        "title": \(quoted(title)),
        "columns": {
      \(meanings.joined(separator: ",\n"))
        },
        "rows": [
      \(objects.joined(separator: ",\n"))
        ],
        "notes": [\(notes.map(quoted).joined(separator: ", "))]
      }
      """
  }

  private func quoted(_ text: String) -> String {
    "\""
      + text.replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(of: "\"", with: "\\\"") + "\""
  }
}

extension ExperimentTable.Cell {
  /// The nearest number of six digits.
  static func nearest(_ value: Double) -> Self { .number(value, .nearest) }

  fileprivate var shortText: String {
    switch self {
    case .integer(let value): "\(value)"
    case .setting(let value): "\(value)"
    case .number(let value, let rounding): directedDecimal(value, digits: 6, rounding)
    case .none: "–"
    }
  }

  fileprivate var fullText: String {
    switch self {
    case .integer(let value): "\(value)"
    case .setting(let value), .number(let value, _): "\(value)"
    case .none: ""
    }
  }
}
