import Foundation
public import Pictures

/// The pictures of a study: those for which there are records, and why others are left out.
public struct StudyCharts: Sendable {
  public private(set) var pictures: [(name: String, chart: Chart)] = []
  /// A sentence for each picture that is left out.
  public private(set) var leftOut: [String] = []

  private let summary: StudySummary
  /// More curves than this cannot be told apart.
  private static let mostSeries = 8

  public init(_ summary: StudySummary) {
    self.summary = summary
    for (family, groups) in ordered(summary.groups, by: { $0.family }) {
      addGrowth(family, groups)
      addSolvedBy(family)
      addGaps(family)
      addAlpha(family, groups)
      addTightness(family)
    }
  }

  private mutating func add(_ name: String, _ chart: Chart) { pictures.append((name, chart)) }

  private mutating func leave(_ name: String, _ why: String) { leftOut.append("no picture \(name): \(why)") }

  // MARK: Against the size

  private mutating func addGrowth(_ family: String, _ groups: [StudySummary.Group]) {
    guard Set(groups.map(\.size)).count > 1 else {
      leave("nodes-\(family)", "all jobs have the same \(groups[0].sizeLabel)")
      leave("seconds-\(family)", "all jobs have the same \(groups[0].sizeLabel)")
      return
    }
    // Methods share a picture where nothing else varies.
    let isShared = groups.allSatisfy { $0.otherText == "" }
    let parts = isShared ? [(key: "", elements: groups)] : ordered(groups) { $0.method }
    for (method, groups) in parts {
      let name = family + (isShared ? "" : "-\(method)")
      let title = family + (isShared ? "" : " by \(method)")
      if groups.contains(where: { $0.nodes != nil }) {
        addGrowth("nodes-\(name)", "\(title): nodes", "1 + nodes", groups) { $0.nodes?.plusOne }
      }
      addGrowth("seconds-\(name)", "\(title): wall-clock seconds", "seconds", groups) { $0.seconds }
    }
  }

  private mutating func addGrowth(
    _ file: String, _ title: String, _ label: String, _ groups: [StudySummary.Group],
    _ value: (StudySummary.Group) -> Quantiles?
  ) {
    let curves = ordered(groups) { [$0.method, $0.otherText] }.map { key, groups in
      curve(
        key[1] == "" ? key[0] : key[1],
        groups.compactMap { group in value(group).map { (x: group.size, quantiles: $0) } })
    }
    add(file, quantileChart(title, groups[0].sizeLabel, label, chosen(curves, file)))
  }

  private func curve(_ title: String, _ points: [(x: Double, quantiles: Quantiles)]) -> Chart.Series {
    let points = points.sorted { $0.x < $1.x }
    return Chart.Series(
      title, .linesAndBars,
      points.map { Chart.Point($0.x, $0.quantiles.median, low: $0.quantiles.low, high: $0.quantiles.high) })
  }

  /// As many as can be told apart, evenly chosen.
  private mutating func chosen(_ curves: [Chart.Series], _ file: String) -> [Chart.Series] {
    let curves = curves.filter { !$0.points.isEmpty }
    guard curves.count > Self.mostSeries else { return curves }
    let step = Double(curves.count - 1) / Double(Self.mostSeries - 1)
    leftOut.append("\(file) shows \(Self.mostSeries) of \(curves.count) curves: more cannot be told apart")
    return (0..<Self.mostSeries).map { curves[Int((Double($0) * step).rounded())] }
  }

  /// Medians and bars on a logarithmic axis. A median that is not solved is a point of its own, at one height above everything that is.
  private func quantileChart(
    _ title: String, _ xLabel: String, _ yLabel: String, _ curves: [Chart.Series]
  ) -> Chart {
    let ends = curves.flatMap(\.points).flatMap { [$0.y, $0.high ?? $0.y] }
    let top = 3 * (ends.filter(\.isFinite).max() ?? 1)
    let isOpen = ends.contains { !$0.isFinite }
    let solved = curves.map { curve in
      Chart.Series(
        curve.name, curve.style,
        curve.points.filter(\.y.isFinite).map { point in
          Chart.Point(point.x, point.y, low: point.low, high: point.high.map { min($0, top) })
        })
    }
    let unsolved = curves.flatMap { $0.points.filter { !$0.y.isFinite }.map { Chart.Point($0.x, top) } }
    return Chart(
      title: title, xLabel: xLabel,
      yLabel: yLabel + (isOpen ? ": median, 10 to 90 %; top: not solved" : ": median, 10 to 90 %"),
      yScale: .logarithmic,
      series: solved + (unsolved.isEmpty ? [] : [Chart.Series("median not solved", .points, unsolved)]))
  }

  // MARK: Against time and gap

  private mutating func addSolvedBy(_ family: String) {
    let file = "solved-\(family)"
    let records = summary.records.filter { $0.job.family == family }
    let curves = ordered(records) { $0.job.method }.compactMap { method, records -> Chart.Series? in
      let seconds = records.filter { $0.status == .solved }.map { max($0.measured.seconds, 1e-4) }.sorted()
      guard let first = seconds.first else { return nil }
      let steps = seconds.enumerated().map {
        Chart.Point($0.element, Double($0.offset + 1) / Double(records.count))
      }
      return Chart.Series(method, .steps, [Chart.Point(first, 0)] + steps)
    }
    guard curves.contains(where: { Set($0.points.map(\.x)).count > 1 }) else {
      leave(file, "fewer than two jobs are solved")
      return
    }
    let last = curves.flatMap(\.points).map(\.x).max() ?? 1
    add(
      file,
      Chart(
        title: "\(family): share of jobs solved within a time", xLabel: "seconds (wall clock)",
        yLabel: "share of jobs", xScale: .logarithmic, series: curves.map { extended($0, to: last) }))
  }

  private mutating func addGaps(_ family: String) {
    let file = "gaps-\(family)"
    let unsolved = summary.records.filter { $0.job.family == family && $0.status != .solved }
    let curves = ordered(unsolved) { $0.job.method }.compactMap { method, records -> Chart.Series? in
      let gaps = records.compactMap { $0.result?.gap }.filter { $0 > 0 }.sorted()
      guard let first = gaps.first else { return nil }
      let steps = gaps.enumerated().map {
        Chart.Point($0.element, Double($0.offset + 1) / Double(records.count))
      }
      return Chart.Series("\(method) (\(records.count) jobs)", .steps, [Chart.Point(first, 0)] + steps)
    }
    guard curves.contains(where: { Set($0.points.map(\.x)).count > 1 }) else {
      leave(file, unsolved.isEmpty ? "every job is solved" : "fewer than two jobs left a gap")
      return
    }
    let last = curves.flatMap(\.points).map(\.x).max() ?? 1
    add(
      file,
      Chart(
        title: "\(family): gaps of the jobs that are not solved",
        xLabel: "(upper - lower) / larger of their sizes",
        yLabel: "share of these jobs with at most this gap", xScale: .logarithmic,
        series: curves.map { extended($0, to: last) }))
  }

  private func extended(_ curve: Chart.Series, to last: Double) -> Chart.Series {
    var curve = curve
    if let end = curve.points.last, end.x < last { curve.points.append(Chart.Point(last, end.y)) }
    return curve
  }

  // MARK: Against alpha

  private mutating func addAlpha(_ family: String, _ groups: [StudySummary.Group]) {
    let name = "alpha"
    guard groups[0].records[0].job.parameters[name] != nil else { return }
    for (method, groups) in ordered(groups, by: { $0.method }) where !StudyMethods.isBound(method) {
      let file = "\(name)-\(family)-\(method)"
      let curves = ordered(groups) { group in
        StudySummary.Group.text(group.setting.filter { $0.name != name })
      }.map { title, groups in
        curve(
          title == "" ? method : title,
          groups.compactMap { group in
            guard case .number(let alpha)? = group.records[0].job.parameters[name] else { return nil }
            return group.nodes.map { (alpha, $0.plusOne) }
          })
      }.filter { Set($0.points.map(\.x)).count >= 3 }
      guard !curves.isEmpty else {
        leave(file, "fewer than three values of \(name)")
        continue
      }
      add(file, quantileChart("\(family) by \(method): nodes", name, "1 + nodes", chosen(curves, file)))
    }
  }

  // MARK: Bounds beside exact constants

  private mutating func addTightness(_ family: String) {
    let file = "tightness-\(family)"
    let records = summary.records.filter { $0.job.family == family }
    guard records.contains(where: { StudyMethods.isBound($0.job.method) }) else { return }
    var exact: [String: Double] = [:]
    for record in records where record.status == .solved && !StudyMethods.isBound(record.job.method) {
      // With a larger gap the value is one end of an interval.
      guard let value = record.result?.value, value > 0, (record.result?.gap ?? 0) <= 1e-6 else { continue }
      exact[record.job.instanceKey] = value
    }
    guard !exact.isEmpty else {
      leave(file, "no constant that is exact to 1e-6 on an instance of the bounds")
      return
    }
    let ratios = ordered(records.filter { StudyMethods.isBound($0.job.method) }) { $0.job.method }
      .map { method, records in
        (
          method: method,
          ratios: records.compactMap { record in
            record.result?.value.flatMap { value in exact[record.job.instanceKey].map { value / $0 } }
          }
        )
      }.filter { !$0.ratios.isEmpty }
    guard !ratios.isEmpty else {
      leave(file, "no bound on an instance with an exact constant")
      return
    }
    let points = ratios.enumerated().map { index, row in
      let quantiles = Quantiles(row.ratios)
      return Chart.Point(Double(index), quantiles.median, low: quantiles.low, high: quantiles.high)
    }
    let isWide = (points.map { $0.high ?? $0.y }.max() ?? 1) > 20
    let unit = [Chart.Point(-0.5, 1), Chart.Point(Double(ratios.count) - 0.5, 1)]
    add(
      file,
      Chart(
        title: "\(family): bounds over the exact constant, median and 10 to 90 % of the instances",
        xLabel: "",
        yLabel: "bound / exact constant", yScale: isWide ? .logarithmic : .linear,
        categories: ratios.map(\.method),
        series: [Chart.Series("bound", .bars, points), Chart.Series("exact", .dashedLine, unit)]))
  }
}

extension Quantiles {
  /// For logarithmic axes, which cannot show 0 nodes.
  fileprivate var plusOne: Quantiles { Quantiles(low: low + 1, median: median + 1, high: high + 1) }
}

extension StudyJob {
  /// What has the same constant.
  fileprivate var instanceKey: String {
    var job = self
    job.method = ""
    return job.key
  }
}
