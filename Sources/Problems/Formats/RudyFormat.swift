public import Foundation
public import Networks

/// Max-cut as rudy, Biq Mac and Gset write it: `n m`, then m lines `i j w`, vertices from 1. A missing w is 1.
public enum RudyFormat {
  /// - Throws: `InputError` that names the line.
  public static func read(_ data: Data) throws(InputError) -> MaxCut {
    var lines = try FormatLines(data)
    let header = try lines.next("n m, the numbers of vertices and edges,")
    try header.expect(2...2, form: "n m, the numbers of vertices and edges")
    var entries = SymmetricEntries(variables: try header.variables(0, "vertices"))
    let count = try header.entries(1, "edges", bytes: lines.byteCount)
    let form = EntryForm(noun: "edge", base: 1, allowsDiagonal: false, allowsUnitWeight: true)
    try form.read(count, from: &lines, header: header.number, into: &entries)
    try lines.expectEnd(after: "edge", count: count, header: header.number)
    return MaxCut(vertices: entries.variables, edges: entries.pairs)
  }

  /// - Throws: `InputError` where a weight is neither an integer nor a double.
  public static func write(_ problem: MaxCut) throws(InputError) -> Data {
    var text = "\(problem.vertices) \(problem.edges.count)\n"
    for edge in problem.edges { text += try FormatText.entry(edge, base: 1) }
    return Data(text.utf8)
  }
}
