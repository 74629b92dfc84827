import BigInt
import ExactArithmetic
import Foundation
public import Problems
import QuadraticSearch
import Reductions

/// What a problem file holds.
public struct ProblemInspection: Sendable {
  public let path: String
  public let instance: ProblemInstance

  public init(path: String, instance: ProblemInstance) {
    self.path = path
    self.instance = instance
  }

  private var targets: [String] {
    ProblemKind.allCases.filter { $0 != instance.problem.kind }
      .filter { (try? instance.problem.reduced(to: $0)) != nil }.map(\.rawValue)
  }

  public var text: String {
    var lines = [
      "file      \(path)", "kind      \(instance.problem.kind.rawValue)", "name      \(instance.name)",
      "sizes     \(instance.problem.summaryLine)",
      "question  \(instance.problem.sense.rawValue) \(instance.problem.valueName)",
    ]
    if let step = instance.problem.valueStep {
      lines.append("values    differ by multiples of \(step.printed(.nearest))")
    }
    if let threshold = instance.threshold {
      lines.append("asks      is the optimum \(instance.problem.ownRelation.rawValue) \(threshold)?")
    }
    if let planted = instance.planted {
      lines.append("planted   \(planted.value.printed(.nearest)): \(planted.proof)")
    }
    lines.append("reduces   to \(targets.joined(separator: ", "))")
    return (lines + instance.notes.map { "note: \($0)" }).joined(separator: "\n")
  }

  private struct Report: Encodable {
    var file: String
    var kind: String
    var name: String
    var variables: Int
    var terms: Int
    var sense: String
    var threshold: String?
    var planted: String?
    var reducesTo: [String]
    var notes: [String]
  }

  public var json: String {
    JSONReport.text(
      Report(
        file: path, kind: instance.problem.kind.rawValue, name: instance.name,
        variables: instance.problem.variables, terms: instance.problem.size.terms,
        sense: instance.problem.sense.rawValue, threshold: instance.threshold?.description,
        planted: instance.planted?.value.description, reducesTo: targets, notes: instance.notes))
  }
}

extension Problem {
  /// Two values of the problem differ by multiples of this; nil where no chain to spins applies.
  var valueStep: Rational? {
    guard let reduced = try? self.reduced(to: .ising).result, !reduced.law.squaresSource,
      let ising = reduced.target as? Ising
    else { return nil }
    return (ising.valueStep / reduced.law.scale).magnitude
  }

  /// The question whose answer is no exactly where `threshold`'s is yes: with the next value the data allow. Nil where their
  /// steps are not known.
  func complement(of threshold: OptimumThreshold) -> OptimumThreshold? {
    let start = alphabet.values[0]
    guard let step = valueStep, let value = self.value(of: [Int](repeating: start, count: variables)) else {
      return nil
    }
    // Of the values value + k step the one that just misses the threshold.
    let steps = (threshold.value - value) / step
    let (floor, rest) = steps.numerator.quotientAndRemainder(dividingBy: steps.denominator)
    let down = rest.signum() < 0 ? floor - 1 : floor
    let up = rest.signum() > 0 ? floor + 1 : floor
    let next =
      threshold.relation == .atLeast
      ? (rest.isZero ? down - 1 : down) : (rest.isZero ? up + 1 : up)
    return OptimumThreshold(threshold.relation.opposite, value + Rational(next) * step)
  }
}
