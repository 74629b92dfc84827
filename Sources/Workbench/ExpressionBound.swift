import ComputationGraphs
public import ExactArithmetic
import Foundation
import LinearAlgebra
import Networks
public import PatternSearch

/// AutoLip's bound of a function of one number that is given as text.
public struct ExpressionBound: Sendable {
  public let expression: String
  /// Names and values of its constants, in order.
  public let constants: [(name: String, value: Rational)]
  public let domain: Domain
  /// L_K, exactly where it is a fraction.
  public let exact: Rational?
  /// At least L_K; nil where the bound is not finite.
  public let value: Double?
  /// What has no finite bound.
  public let unbounded: String?
  public let seconds: Double
  private let steps: [GraphAutoLip.Step]
  private let graph: ComputationGraph

  /// - Parameters:
  ///   - constants: `name=value` each; a value is a decimal or a fraction p/q, exactly.
  ///   - domain: `all` or `box:LO:HI`.
  /// - Throws: `InputError` where a text is no expression, constant or interval.
  public init(_ expression: String, constants: [String], domain text: String) throws {
    let start = ContinuousClock.now
    self.expression = expression
    self.constants = try constants.map { try Self.constant($0) }
    domain = try Self.interval(text)
    let values = Dictionary(self.constants.map { ($0.name, $0.value) }) { $1 }
    let parsed: ScalarExpression
    do throws(ScalarExpression.SyntaxError) {
      parsed = try ScalarExpression(parsing: expression, constants: values)
    } catch {
      throw InputError(
        place: "--expression", "\(error)", remedy: "write for example “softplus(x/2) + abs(x/2 - w*sin(x))”")
    }
    let range = domain.box.map { TensorRange(shape: [], lower: $0.lower, upper: $0.upper) } ?? .all(shape: [])
    graph = parsed.graph
    let answer = try GraphAutoLip(graph, over: range)
    steps = answer.steps
    // Ends of ranges that were rounded leave long fractions: bounds, but nothing that anybody asked for.
    exact =
      if case .exact(let fraction) = answer.constant, "\(fraction)".count <= GraphSteps.longestFraction {
        fraction
      } else {
        nil
      }
    value = answer.constant.isFinite ? answer.constant.value : nil
    unbounded = answer.constant.isFinite ? nil : answer.unbounded.map { "operation \($0.node), \($0.name)" }
    seconds = (ContinuousClock.now - start) / .seconds(1)
  }

  private static func interval(_ text: String) throws(InputError) -> Domain {
    if text == "all" { return .all }
    let ends = text.split(separator: ":", omittingEmptySubsequences: false)
    guard ends.count == 3, ends[0] == "box", let low = DomainText.number(ends[1]),
      let high = DomainText.number(ends[2]), low <= high
    else {
      throw InputError(
        place: "--domain \(text)", "is no interval",
        remedy: "write all or box:LO:HI: the function has one input")
    }
    return .box(lower: [low], upper: [high])
  }

  private static func constant(_ text: String) throws(InputError) -> (name: String, value: Rational) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, let first = parts[0].first, first.isLetter, parts[0] != "x",
      parts[0].allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" })
    else {
      throw InputError(
        place: "--set \(text)", "is no constant",
        remedy: "write NAME=VALUE, for example w=3/4; x is the input")
    }
    return (String(parts[0]), try Rational.parseSigned(String(parts[1])))
  }

  /// What `lipbench bound autolip --expression` prints.
  public var text: String {
    var lines: [String] = []
    if let exact {
      lines.append("autolip = \(exact)   (upper bound, exact: in fractions, \(secondsText(seconds)) s)")
    } else if let value {
      lines.append(
        "autolip = \(directedDecimal(value, digits: 12, .up))   (upper bound, soundness: floating-point, \(secondsText(seconds)) s)"
      )
    } else {
      lines.append("autolip: no value: \(unbounded ?? "an operation") has no finite bound on this domain")
    }
    let values = constants.map { ", \($0.name) = \($0.value)" }.joined()
    lines += ["function  \(expression)\(values)", "domain    \(DomainText.sentence(domain, inputs: 1))", ""]
    let table = GraphSteps(steps, graph: graph).table
    return (lines + table.lines()).joined(separator: "\n")
  }

  public var json: String {
    struct Report: Encodable {
      var name = "autolip"
      var value: Double?
      var exact: String?
      var side = "upper"
      var soundness: String
      var reason: String?
      var expression: String
      var domain: String
      var layers: [GraphSteps.Layer]
      var seconds: Double
    }
    return JSONReport.text(
      Report(
        value: value, exact: exact.map { "\($0)" },
        soundness: value == nil ? "none" : exact == nil ? "floating-point" : "exact",
        reason: unbounded.map { "\($0) has no finite bound" }, expression: expression,
        domain: DomainText.describe(domain),
        layers: GraphSteps(steps, graph: graph).layers, seconds: seconds))
  }
}
