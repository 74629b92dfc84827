import Foundation
import Pictures
import Studies
import Testing

@Suite struct StudySummaryTests {
  /// Nodes double with each step of n by 2; seed 2 of the largest is not solved.
  private func records() throws -> [JobRecord] {
    let plan = try StudyFixture.plan(
      """
      {"experiments": [{"family": "g05", "parameters": {"n": [10, 12, 14]}, "seeds": "0-2", "methods": ["linear"]}]}
      """)
    return try plan.jobs.map { job in
      let isLost = job.size == 14 && job.seed == 2
      let nodes = exp2(job.size / 2) + Double(job.seed) - 1
      return try StudyFixture.record(
        job, status: isLost ? "time" : "solved", seconds: nodes / 16,
        result: "{\"nodes\": \(Int(nodes)), \"lower\": 3, \"upper\": 4.5, \"gap\": 0.3333}")
    }
  }

  @Test func quantilesGrowthAndTimes() throws {
    let summary = StudySummary(try records())
    #expect(summary.groups.map(\.settingText) == ["n=10", "n=12", "n=14"])
    let last = try #require(summary.groups.last)
    #expect(last.solved.count == 2 && last.records.count == 3)
    #expect(last.nodes?.median == 128 && last.nodes?.high == .infinity)
    #expect(summary.groups[0].nodes?.low == 31.2)
    let growth = try #require(summary.growth.first)
    #expect(growth.quantity == .nodes && growth.sizes == 3)
    let fit = try #require(growth.fit)
    #expect(abs(fit.slope - 0.5) < 1e-12 && fit.standardError < 1e-12)
    #expect(growth.text == "× 1.41 a unit of n (doubles every 2)")
    #expect(summary.times == [0.01, 0.1, 1, 10])
    // 31, 32, 33; 63, 64, 65; 127, 128 sixteenths of a second.
    #expect(summary.solvedBy.map(\.counts) == [[0, 0, 0, 8]])
    #expect(summary.count(.time) == 1)
  }

  @Test func textAndJSON() throws {
    let summary = StudySummary(try records())
    let text = summary.text
    for line in [
      "study    study: 9 jobs, 8 solved, 1 stopped by the time limit", "> limit",
      "g05 n=14 seed=2 by linear: 3 ≤ maximum ≤ 4.5 (a reason)",
    ] {
      #expect(text.contains(line), "\(text)")
    }
    let json = try JSONSerialization.jsonObject(with: Data(summary.json.utf8)) as? [String: Any] ?? [:]
    let groups = try #require(json["groups"] as? [[String: Any]])
    let nodes = try #require(groups[2]["nodes"] as? [String: Any])
    #expect(nodes["median"] as? Double == 128 && nodes["high"] == nil)
    let unsolved = try #require(json["unsolved"] as? [[String: Any]])
    #expect(unsolved[0]["upper"] as? Double == 4.5)
    let growth = try #require(json["growth"] as? [[String: Any]])
    #expect(try #require(growth[0]["doublesEvery"] as? Double) - 2 < 1e-9)
  }

  @Test("Two sizes have no rate, and a median that is not solved is no size")
  func noFit() throws {
    let few = StudySummary(try records().filter { $0.job.size != 12 })
    #expect(few.growth.allSatisfy { $0.fit == nil })
    #expect(few.growth[0].text == nil && few.growth[0].sizes == 2)
    #expect(few.text.contains("no fit for 2 of 2: it takes three sizes"))
    let lost = StudySummary(
      try records().map { record in
        record.job.size == 14 ? try StudyFixture.record(record.job, status: "limit") : record
      })
    #expect(lost.growth[0].sizes == 2 && lost.growth[0].fit == nil)
  }

  @Test("Pictures are drawn where there are records for them, and the others say why not")
  func pictures() throws {
    let charts = StudyCharts(StudySummary(try records()))
    #expect(charts.pictures.map(\.name) == ["nodes-g05", "seconds-g05", "solved-g05"])
    #expect(charts.leftOut == ["no picture gaps-g05: fewer than two jobs left a gap"])
    let nodes = try #require(charts.pictures.first?.chart)
    #expect(nodes.series.map(\.points.count) == [3])
    #expect(nodes.series[0].points[0].y == 33 && nodes.series[0].points[2].y == 129)
    // The open bar ends above everything that is known.
    #expect(nodes.series[0].points[2].high == 3 * 129 && nodes.yLabel.hasSuffix("top: not solved"))
  }

  @Test("Nodes against alpha, and bounds over exact constants of the same networks")
  func alphaAndTightness() throws {
    let wishart = try StudyFixture.plan(
      """
      {"experiments": [{"family": "wishart", "parameters": {"n": [10, 12], "alpha": [0.2, 0.4, 0.6]},
        "methods": ["linear"]}]}
      """)
    let records = try wishart.jobs.map { try StudyFixture.record($0) }
    let alpha = StudyCharts(StudySummary(records)).pictures.first { $0.name == "alpha-wishart-linear" }
    #expect(alpha?.chart.series.map(\.name) == ["n=10", "n=12"])
    #expect(alpha?.chart.series[0].points.map(\.x) == [0.2, 0.4, 0.6])
    let networks = try StudyFixture.plan(
      """
      {"experiments": [{"family": "gaussian-network", "seeds": "0-2", "methods": ["auto", "seqlip", "sampling"]}]}
      """)
    let values = ["auto": 2.0, "seqlip": 3, "sampling": 1]
    let measured = try networks.jobs.map { job in
      try StudyFixture.record(
        job, result: "{\"quantity\": \"constant\", \"value\": \(values[job.method] ?? 0)}")
    }
    let charts = StudyCharts(StudySummary(measured))
    let tightness = try #require(charts.pictures.first { $0.name == "tightness-gaussian-network" }?.chart)
    #expect(tightness.categories == ["seqlip", "sampling"])
    #expect(tightness.series[0].points.map(\.y) == [1.5, 0.5])
    #expect(StudySummary(measured).groups[0].sizeLabel == "hidden units")
    let bounds = StudyCharts(StudySummary(measured.filter { $0.job.method != "auto" }))
    #expect(bounds.leftOut.contains { $0.contains("tightness-gaussian-network: no constant") })
  }
}
