import CertificateKernel
import Certificates
import Foundation
import Testing

/// Certificates in files, each with what the checker must say of it.
@Suite struct CertificateFixtureTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Fixtures")

  struct Rejected: Sendable, CustomTestStringConvertible {
    let file: String
    let instance: String
    let line: Int
    /// A part of it.
    let reason: String

    init(_ file: String, _ instance: String, _ line: Int, _ reason: String) {
      (self.file, self.instance, self.line, self.reason) = (file, instance, line, reason)
    }

    var testDescription: String { file }
  }

  static let rejected: [Rejected] = [
    Rejected(
      "vanishing-unit-dropped-exact", "two-kinks", 16,
      "the local form of unit 3 vanishes identically: it imposes nothing"),
    Rejected(
      "vanishing-unit-dropped-exact-with-others", "two-kinks", 16,
      "the local form of unit 3 vanishes identically: it imposes nothing"),
    Rejected(
      "vanishing-unit-dropped-hidden", "two-kinks", 16,
      "the local form of unit 3 vanishes identically: it imposes nothing"),
    Rejected(
      "vanishing-unit-dropped-rounded", "two-kinks", 16,
      "the local form of unit 3 vanishes identically: it imposes nothing"),
    Rejected("vanishing-of-a-unit-that-matters", "two-kinks", 4, "does not vanish identically"),
    Rejected("vanishing-where-patterns-are-free", "two-kinks", 4, "free patterns have no local forms"),
    Rejected("infeasible-where-patterns-are-free", "one-unit", 5, "every free pattern counts"),
    Rejected("infeasible-exact-cell-with-points", "two-kinks", 6, "a multiplier is negative"),
    Rejected("infeasible-hidden-cell-with-points", "two-kinks", 7, "a multiplier is negative"),
    Rejected("infeasible-rounded-cell-with-points", "corner", 5, "positive somewhere in the box"),
    Rejected("infeasible-rounded-without-a-box", "two-kinks", 5, "on a box only"),
    Rejected("infeasible-exact-rows-that-do-not-cancel", "two-kinks", 5, "cancel their linear parts"),
    Rejected("infeasible-exact-too-many-rows", "two-kinks", 5, "3 rows over 1 coordinates"),
    Rejected("infeasible-undecided-unit", "two-kinks", 4, "unit 0 is undecided"),
    Rejected("infeasible-layer-before-undecided", "two-kinks", 5, "unit 0 before it is undecided"),
    Rejected("infeasible-rounded-unit-twice", "corner", 5, "two multipliers"),
    Rejected("branch-of-a-decided-unit", "two-kinks", 5, "decided in node 1 already"),
    Rejected("node-closed-twice", "two-kinks", 5, "node 0 is closed already"),
    Rejected("child-left-open", "one-unit", 7, "node 1"),
    Rejected("bounded-with-a-small-multiplier", "one-unit", 5, "not proved to be positive semidefinite"),
    Rejected("bounded-below-the-constant", "one-unit", 5, "not proved to be positive semidefinite"),
    Rejected("bounded-with-a-negative-multiplier", "one-unit", 5, "a diagonal entry of S is not positive"),
    Rejected(
      "bounded-transposed-with-the-plain-multiplier", "one-unit", 5, "not proved to be positive semidefinite"),
    Rejected("bounded-in-another-norm", "one-unit", 5, "split the node by rows or columns first"),
    Rejected("bounded-without-a-level", "one-unit", 4, "no level was named before"),
    Rejected("evaluated-above-the-level", "one-unit", 6, "the norm of J exceeds the level"),
    Rejected("evaluated-with-an-undecided-unit", "one-unit", 5, "unit 0 is undecided and matters"),
    Rejected("interval-above-the-level", "one-unit", 5, "the interval bound exceeds the level"),
    Rejected("level-negative", "one-unit", 4, "a squared norm is never negative"),
    Rejected("x-on-a-kink", "one-unit", 3, "has its kink at x"),
    Rejected("x-outside-the-box", "one-unit", 3, "outside the domain"),
    Rejected("x-where-patterns-are-free", "one-unit", 3, "name the pattern"),
    Rejected("pattern-where-a-point-is-needed", "one-unit", 3, "name x"),
    Rejected("v-zero", "one-unit", 4, "the direction is zero"),
    Rejected("v-before-x", "one-unit", 3, "no point or pattern"),
    Rejected("v-moves-a-fixed-input", "corner", 4, "holds fixed"),
    Rejected("conclude-above-the-witness", "one-unit", 5, "above what is proved, 36"),
    Rejected("conclude-below-the-proof", "one-unit", 7, "below what is proved, 36"),
    Rejected("conclude-without-a-proof", "one-unit", 3, "nothing proves an upper end"),
    Rejected("conclude-yes-that-does-not-follow", "one-unit", 5, "yes does not follow"),
    Rejected("conclude-no-that-does-not-follow", "one-unit", 5, "no does not follow"),
    Rejected("own-question-of-a-file-without-one", "one-unit", 5, "asks no question"),
    Rejected("own-question-on-a-box", "lip-cst", 13, "the file asks about another constant"),
    Rejected("own-question-by-free-patterns", "lip-cst", 9, "does not follow"),
    Rejected("own-question-in-another-norm", "lip-cst", 5, "does not follow"),
    Rejected("spectral-below-the-norm", "three-layers", 4, "not proved to be positive semidefinite"),
    Rejected("layer-without-a-norm", "three-layers", 6, "layer 3 has no norm"),
    Rejected("product-below-the-norm", "three-layers", 4, "is not proved to be at most"),
    Rejected("product-missing", "three-layers", 5, "has no norm"),
    Rejected("split-twice", "three-layers", 9, "layer 2 is split already"),
    Rejected("split-with-a-remainder-and-no-delta", "three-layers", 4, "δ² must be positive"),
    Rejected("pair-before-its-split", "three-layers", 4, "split before it"),
    Rejected("pair-left-open", "three-layers", 10, "node 0"),
    Rejected("pair-missing", "three-layers", 9, "pair 2 has no bound"),
    Rejected("method-name-that-is-no-name", "one-unit", 2, "letters, digits and -"),
    Rejected("solution-of-another-length", "triangle", 3, "for each of 3 variables"),
    Rejected("conclude-above-the-solution", "triangle", 4, "above what is proved, 1"),
    Rejected("tie-of-another-sign", "triangle", 4, "of another sign"),
    Rejected("tie-lighter-than-the-others", "star", 4, "lighter than the others of spin 0"),
    Rejected("tie-pair-too-light", "square", 4, "lighter than the others that leave spins"),
    Rejected("tie-twins-that-are-none", "star", 4, "not proportional"),
    Rejected("star-of-two-couplings", "triangle", 4, "not three"),
    Rejected("star-with-a-heavy-arm", "heavy-arm", 4, "outweighs"),
    Rejected("part-that-is-not-closed", "triangle", 4, "which is not in the part"),
    Rejected("spin-in-no-part", "triangle", 4, "is in no part"),
    Rejected("sum-above-the-level", "triangle", 6, "exceeds the level"),
    Rejected("cycle-with-even-signs", "triangle", 5, "even number of minus signs"),
    Rejected("cycle-with-a-negative-multiplier", "triangle", 5, "a multiplier is negative"),
    Rejected("psd-above-the-level", "triangle", 6, "exceeds the level"),
    Rejected("fix-that-is-not-bounded", "triangle", 6, "exceeds the level"),
    Rejected("eliminated-with-a-spin-missing", "triangle", 5, "spin 2 is not eliminated"),
    Rejected("eliminated-above-the-level", "triangle", 6, "exceeds the level"),
    Rejected("spin-branch-of-tied-spins", "triangle", 6, "tied already"),
    Rejected("spin-node-left-open", "triangle", 7, "node 2"),
    Rejected("spins-of-a-deep-network", "two-kinks", 3, "no quadratic problem"),
  ]

  /// The file, its instance, and the beginning of the last statement that is printed, or a part of it.
  static let accepted: [(file: String, instance: String, statement: String)] = [
    ("two-kinks", "two-kinks", "L(f, X)² = 1"),
    ("two-kinks-box", "two-kinks", "yes: L(f, X)² ≤ 1"),
    ("bounded-plain-and-transposed", "one-unit", "FGL(f)"),
    ("pairs-with-a-remainder", "three-layers", "FGL(f)"),
    ("fixed-input-named", "corner", "X = [0, 0] × [0, 1]"),
    ("triangle-fix", "triangle", "maximum = 1"),
    ("own-question", "lip-cst", "yes: L(f, X)² ≤ 2"),
  ]

  private static func check(_ folder: String, _ file: String, _ instance: String) throws -> CertificateCheck {
    let folder = Self.folder.appendingPathComponent(folder).path
    return try CertificateCheck(
      instance: "\(folder)/\(instance).json", kind: nil, certificate: "\(folder)/\(file).cert")
  }

  @Test("Each wrong certificate is rejected at its line, for its reason", arguments: rejected)
  func rejects(_ item: Rejected) throws {
    guard case .rejected(let error) = try Self.check("rejected", item.file, item.instance).outcome else {
      Issue.record("\(item.file) is not rejected")
      return
    }
    #expect(error.line == item.line && error.reason.contains(item.reason), "\(error)")
  }

  @Test("Each right one is accepted")
  func accepts() throws {
    for (file, instance, statement) in Self.accepted {
      let check = try Self.check("accepted", file, instance)
      #expect(
        check.verdict?.statements.contains { $0.contains(statement) } == true,
        "\(file): \(check.reason ?? "")")
    }
  }

  @Test("Every file stands in a table")
  func complete() throws {
    for (folder, names) in [("rejected", Self.rejected.map(\.file)), ("accepted", Self.accepted.map(\.file))]
    {
      let files = try FileManager.default.contentsOfDirectory(
        atPath: Self.folder.appendingPathComponent(folder).path)
      #expect(Set(files.filter { $0.hasSuffix(".cert") }) == Set(names.map { $0 + ".cert" }))
    }
  }
}
