import Foundation
import Studies
import Testing

@Suite struct StatisticsTests {
  @Test("Quantiles of 0 … 10 are ten times their place; an unknown large value is infinite")
  func quantiles() {
    let all = (0...10).map(Double.init).shuffled()
    let quantiles = Quantiles(all)
    #expect(quantiles.low == 1 && quantiles.median == 5 && quantiles.high == 9)
    #expect(Quantiles([7]).low == 7 && Quantiles([7]).high == 7)
    #expect(Quantiles([1, 2]).median == 1.5)
    #expect(Quantiles.quantile(0.25, of: [0, 1, 2]) == 0.5)
    let some = Quantiles([3, .infinity, 1, 2])
    #expect(some.median == 2.5 && some.high == .infinity && abs(some.low - 1.3) < 1e-15)
    #expect(Quantiles([1, .infinity]).median == .infinity)
    #expect(Quantiles([1, 2, .infinity]).median == 2)
    #expect(Quantiles([.infinity, .infinity]).low == .infinity)
  }

  @Test("A line's own slope with error 0; the tent 0, 1, 0 has slope 0 and error 1/√3; two places have none")
  func fits() throws {
    let line = try #require(LineFit([(0, 1), (2, 2), (4, 3), (6, 4)]))
    #expect(line.slope == 0.5 && line.intercept == 1 && line.standardError == 0 && line.points == 4)
    let tent = try #require(LineFit([(0, 0), (1, 1), (2, 0)]))
    #expect(abs(tent.slope) < 1e-15 && abs(tent.intercept - 1.0 / 3) < 1e-15)
    #expect(abs(tent.standardError - (1.0 / 3).squareRoot()) < 1e-15)
    #expect(LineFit([(0, 0), (1, 1)]) == nil && LineFit([(0, 0), (1, 1), (1, 2), (0, 3)]) == nil)
  }

  @Test("What is left is as long as the nearest size was, or the time limit, or not known")
  func remaining() throws {
    func plan(_ limit: String) throws -> [StudyJob] {
      try StudyFixture.plan(
        """
        {\(limit) "experiments": [{"family": "g05", "parameters": {"n": [10, 20, 40]}, "seeds": "0-1",
         "methods": ["auto", "linear"]}]}
        """
      ).jobs
    }
    let jobs = try plan("")
    var time = RemainingTime(jobs)
    #expect(time.text(workers: 1) == "–")
    for job in jobs where job.size < 40 && job.seed == 0 { time.finish(job, seconds: job.size) }
    // Two jobs each of sizes 10, 20 and twice two of 40, which count as 20.
    #expect(try #require(time.estimate(workers: 1)) == 140)
    #expect(try #require(time.estimate(workers: 2)) == 70)
    #expect(time.text(workers: 2) == "about 70 s" && time.text(workers: 1) == "about 3 min")
    let limited = try plan("\"timeLimit\": 600,")
    var other = RemainingTime(limited)
    #expect(other.text(workers: 1) == "about 2 h")
    for job in limited where job.method == "auto" { other.finish(job, seconds: 1) }
    #expect(other.text(workers: 1) == "about 60 min")
    for job in limited where job.method == "linear" { other.finish(job, seconds: 1) }
    #expect(try #require(other.estimate(workers: 1)) == 0)
  }
}
