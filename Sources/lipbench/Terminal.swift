import Foundation
import LipBench
import Synchronization

/// Progress and notes on standard error.
enum Terminal {
  static func note(_ line: String) { FileHandle.standardError.write(Data((line + "\n").utf8)) }

  /// One aligned line: nodes first, because they repeat from run to run.
  static func report(_ event: SearchEvent) {
    guard case .progress(let enclosure, let statistics, let open) = event else { return }
    let upper = enclosure.upper.isFinite ? String(format: "%14.8g", enclosure.upper) : "             ∞"
    let gap = enclosure.upper.isFinite ? String(format: "%8.1e", enclosure.relativeGap) : "       –"
    note(
      "nodes \(pad(statistics.nodes)) open \(pad(open))  lower \(String(format: "%14.8g", enclosure.lower))"
        + "  upper \(upper)  gap \(gap)")
  }

  private static func pad(_ count: Int) -> String { String(format: "%8d", count) }
}

/// Ctrl-C, or a polite request to terminate, asks the search to stop and print what it holds; a second one ends the program.
enum Interrupt {
  private static let flag = Atomic<Bool>(false)

  static var isRequested: Bool { flag.load(ordering: .relaxed) }

  static func install() {
    for number in [SIGINT, SIGTERM] {
      signal(number) { _ in
        if Interrupt.flag.exchange(true, ordering: .relaxed) { _exit(130) }
      }
    }
    // A parent may have left the signal blocked.
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    sigaddset(&signals, SIGTERM)
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }
}

extension Terminal {
  /// Progress of a search for an optimum, in the instance's own values.
  static func report(value: Rational?, bound: Rational, statistics: QuadraticStatistics, open: Int) {
    let best = value.map { String(format: "%14.8g", $0.approximation) } ?? "             –"
    note(
      "nodes \(pad(statistics.nodes)) open \(pad(open))  best \(best)"
        + "  bound \(String(format: "%14.8g", bound.approximation))  (Ising or QCMH value)")
  }
}

/// What long work is at: one line that changes where standard error is a terminal, a line for each piece elsewhere.
final class ProgressBar {
  private let isQuiet: Bool
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private let start = ContinuousClock.now
  private var isShown = false
  private static let cells = 24

  init(isQuiet: Bool) { self.isQuiet = isQuiet }

  func show(_ name: String, done: Int, of total: Int) {
    if isQuiet { return }
    let seconds = String(format: "%.0f s", (ContinuousClock.now - start) / .seconds(1))
    let line = "\(done)/\(total)  \(seconds)  \(name)"
    guard isTerminal else { return Terminal.note(line) }
    let filled = Self.cells * done / total
    let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: Self.cells - filled)
    FileHandle.standardError.write(Data("\r\u{1B}[2K\(bar) \(line)".utf8))
    isShown = true
  }

  func clear() {
    if isShown { FileHandle.standardError.write(Data("\r\u{1B}[2K".utf8)) }
    isShown = false
  }
}
