import Foundation

/// Independent work on all cores.
public enum Parallel {
  /// body(0), …, body(count - 1), in this order whatever finishes first.
  public static func map<Answer: Sendable>(count: Int, _ body: @Sendable (Int) -> Answer) -> [Answer] {
    [Answer](unsafeUninitializedCapacity: count) { buffer, initialized in
      nonisolated(unsafe) let target = buffer
      DispatchQueue.concurrentPerform(iterations: count) { index in
        target.baseAddress.map { ($0 + index).initialize(to: body(index)) }
      }
      initialized = count
    }
  }
}
