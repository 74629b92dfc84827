import Bounds
import Foundation
import LinearAlgebra
import Networks
public import PatternSearch

/// Domains as users write them.
public enum DomainText {
  /// `all`, `box:LO:HI` (the same interval for every input), `polytope:FILE` (one row `a_1 … a_n b` a line, a·x ≤ b), `data:FILE`
  /// (the smallest box that holds the points of a data file), or a file: one `lo hi` pair a line for each input, or VNN-LIB (`.vnnlib`), whose box of the inputs is taken.
  ///
  /// - Throws: `InputError` naming the line, or `MissingFile`.
  public static func parse(_ text: String, inputs: Int) throws -> Domain {
    let domain: Domain
    if text == "all" {
      return .all
    } else if text.hasPrefix("box:") {
      let bounds = text.dropFirst(4).split(separator: ":", omittingEmptySubsequences: false)
      guard bounds.count == 2, let low = number(bounds[0]), let high = number(bounds[1]) else {
        throw InputError(
          place: "--domain \(text)", "is not a box", remedy: "write box:LO:HI, for example box:0:1")
      }
      domain = .box(
        lower: [Double](repeating: low, count: inputs),
        upper: [Double](repeating: high, count: inputs))
    } else if text.hasPrefix("polytope:") {
      return try PolytopeFile.read(String(text.dropFirst(9)), inputs: inputs)
    } else if text.hasPrefix("data:") {
      return try DataFile(String(text.dropFirst(5)), inputs: inputs).box
    } else if text.hasSuffix(".vnnlib") {
      domain = try VNNLIBBox.read(text, inputs: inputs)
    } else {
      domain = try read(text)
    }
    if let (lower, upper) = domain.box {
      do throws(InputError) {
        try MultilayerPerceptron.check(InputBox(lower: lower, upper: upper), inputs: inputs)
      } catch {
        throw text.hasPrefix("box:") ? error : error.inFile(text)
      }
    }
    return domain
  }

  /// The box {x : |x_i - c_i| ≤ r} around the point in a file (numbers separated by white space or commas).
  public static func ball(center path: String, radius: Double, inputs: Int) throws -> Domain {
    let text = String(decoding: try InputFile.contents(path), as: UTF8.self)
    let words = text.split { $0.isWhitespace || $0 == "," }
    var center: [Double] = []
    for word in words {
      guard let value = number(word) else {
        throw InputError(
          file: path, "“\(word.prefix(40))” is not a finite number", remedy: "give one number an input")
      }
      center.append(value)
    }
    guard center.count == inputs else {
      throw InputError(
        file: path, "holds \(center.count) numbers for \(inputs) inputs",
        remedy: "give one number an input")
    }
    guard radius.isFinite, radius >= 0 else {
      throw InputError(
        place: "--radius", "\(radius) is not a radius", remedy: "give a finite number, at least 0")
    }
    let (lower, upper) = interval(around: center, radius: radius)
    return .box(lower: lower, upper: upper)
  }

  /// c - r and c + r, rounded outward where doubles do not hold them, so that the box is never smaller than the one asked for. A box
  /// that is wider without need would have a sliver beyond a kink at its edge.
  static func interval(around center: [Double], radius: Double) -> (lower: [Double], upper: [Double]) {
    func sum(_ a: Double, _ b: Double) -> (value: Double, error: Double) {
      // Knuth's exact error of a floating-point sum.
      let value = a + b
      let other = value - a
      return (value, (a - (value - other)) + (b - other))
    }
    let lower = center.map { c in
      let (value, error) = sum(c, -radius)
      return error < 0 ? value.nextDown : value
    }
    let upper = center.map { c in
      let (value, error) = sum(c, radius)
      return error > 0 ? value.nextUp : value
    }
    return (lower, upper)
  }

  private static func read(_ path: String) throws -> Domain {
    let text = String(decoding: try InputFile.contents(path), as: UTF8.self)
    var lower: [Double] = []
    var upper: [Double] = []
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let words = line.prefix { $0 != "#" }.split { $0.isWhitespace || $0 == "," }
      if words.isEmpty { continue }
      guard words.count == 2, let low = number(words[0]), let high = number(words[1]) else {
        throw InputError(
          file: path, place: "\(index + 1)", "“\(line.prefix(60))” is not a pair of finite numbers",
          remedy: "write one line “lo hi” for each input")
      }
      guard low <= high else {
        throw InputError(
          file: path, place: "\(index + 1)", "the lower bound \(low) is above the upper bound \(high)",
          remedy: "write the smaller number first")
      }
      lower.append(low)
      upper.append(high)
    }
    return .box(lower: lower, upper: upper)
  }

  static func number(_ text: some StringProtocol) -> Double? {
    Double(text).flatMap { $0.isFinite ? $0 : nil }
  }

  /// How a domain is printed: `all`, `box:LO:HI`, or `box` where the intervals differ.
  public static func describe(_ domain: Domain) -> String {
    if case .polytope(let rows, _, _, _) = domain { return "polytope of \(rows.rows) rows" }
    guard case .box(let lower, let upper) = domain else { return "all" }
    if let low = lower.first, let high = upper.first, lower.allSatisfy({ $0 == low }),
      upper.allSatisfy({ $0 == high })
    {
      return "box:\(short(low)):\(short(high))"
    }
    return "box"
  }

  /// `all of R^4`, `box:0:1 in R^4`, `box with sides from 0.5 to 0.75 in R^4`.
  static func sentence(_ domain: Domain, inputs: Int) -> String {
    if domain == .all { return "all of R^\(inputs)" }
    let text = describe(domain)
    guard text == "box", case .box(let lower, let upper) = domain else { return "\(text) in R^\(inputs)" }
    let sides = zip(lower, upper).map { $1 - $0 }
    let (shortest, longest) = (sided(sides.min() ?? 0), sided(sides.max() ?? 0))
    return "box with sides \(shortest == longest ? "of" : "from \(shortest) to") \(longest) in R^\(inputs)"
  }

  /// Says which inputs a domain fixes, counted from 1; nil where all vary.
  static func fixedInputs(_ domain: Domain) -> String? {
    guard let (lower, upper) = domain.box else { return nil }
    let fixed = lower.indices.filter { lower[$0] == upper[$0] }
    if fixed.isEmpty { return nil }
    if fixed.count == lower.count { return "the domain fixes all inputs: it is one point" }
    let names = fixed.map { "\($0 + 1)" }.joined(separator: ", ")
    return
      "the domain fixes \(fixed.count == 1 ? "input" : "inputs") \(names): only changes of the others count"
  }

  private static func sided(_ length: Double) -> String { String(format: "%.4g", length) }

  /// Shortest text that reads back equal, without the `.0` of whole numbers.
  static func short(_ value: Double) -> String {
    let text = value.description
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}

extension BoundQuestion {
  /// The notes of the network's reader, and of the domain.
  var notes: [String] { network.notes + [DomainText.fixedInputs(domain)].compactMap { $0 } }
}
