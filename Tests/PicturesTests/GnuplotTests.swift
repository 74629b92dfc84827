import Foundation
import Pictures
import Testing

@Suite struct GnuplotTests {
  private func folder() throws -> String {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    return url.path
  }

  @Test func drawsCurvesAndKeepsDataAndScript() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    // A name with quotes and a curve that a logarithmic axis cannot show.
    let chart = Chart(
      title: "it's 1 % 'exact'", xLabel: "n_1", yLabel: "nodes", yScale: .logarithmic,
      series: [
        Chart.Series("none", .line, [Chart.Point(1, 0)]),
        Chart.Series("o'clock", .bars, [Chart.Point(1, 1, low: 0.5, high: 3), Chart.Point(2, 100)]),
      ])
    #expect(try Gnuplot.draw(chart, name: "curves", in: folder) == .drawn(["curves.svg", "curves.png"]))
    let svg = try String(contentsOfFile: folder + "/curves.svg", encoding: .utf8)
    #expect(svg.contains("it's 1 % 'exact'") || svg.contains("it&apos;s") || svg.contains("it&#39;s"))
    #expect(svg.contains("n_1"))
    let data = try String(contentsOfFile: folder + "/curves.dat", encoding: .utf8)
    #expect(data.contains("1.0 1.0 0.5 3.0"))
    #expect(FileManager.default.fileExists(atPath: folder + "/curves.gp"))
  }

  @Test func drawsHeatMapsAndEmptyCharts() throws {
    let folder = try folder()
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let map = HeatMap(
      title: "t", xLabel: "x", yLabel: "y", valueLabel: "v", x: [0, 1, 2], y: [0, 1],
      values: [[1, 2, 3], [4, 5, 6]])
    #expect(try Gnuplot.draw(map, name: "map", in: folder) == .drawn(["map.svg", "map.png"]))
    let empty = Chart(title: "nothing", xLabel: "x", yLabel: "y", series: [])
    guard case .drawn = try Gnuplot.draw(empty, name: "empty", in: folder) else {
      Issue.record("an empty chart is drawn, too")
      return
    }
  }
}
