import Foundation
import Testing

/// What a proof rests on: the checker and its arithmetic import nothing of the solver's, and are safe Swift.
@Suite struct ImportTests {
  static let allowed: [(target: String, modules: Set<String>)] = [
    ("CertificateKernel", ["BigInt", "ExactArithmetic"]), ("ExactArithmetic", ["BigInt"]),
    ("lipbench-check", ["ArgumentParser", "CertificateKernel", "Foundation"]),
  ]

  private static func imports(_ text: String) -> [String] {
    text.split(separator: "\n").compactMap { line in
      let words = line.split(separator: " ").drop {
        ["public", "package", "internal", "private", "@_exported"].contains($0)
      }
      guard words.first == "import" || words.first?.hasPrefix("@") == true && words.contains("import") else {
        return nil
      }
      return words.last.map(String.init)
    }
  }

  @Test(arguments: allowed) func importsAreThese(target: String, modules: Set<String>) throws {
    let sources = try Repository.sources(target)
    #expect(!sources.isEmpty)
    let all = Set(sources.flatMap { Self.imports($0.text) })
    if target == "CertificateKernel" || target == "lipbench-check" {
      #expect(all == modules)
    } else {
      // ExactArithmetic's square roots come from the system's mathematics, which is no module of ours.
      #expect(all == modules || all == modules.union(["Glibc", "Darwin"]))
    }
    for (name, text) in sources {
      #expect(!text.contains("canImport"), "\(target)/\(name) imports by condition")
      #expect(!text.contains("dlopen"), "\(target)/\(name)")
    }
  }

  @Test(arguments: allowed.map(\.target)) func nothingIsUnsafe(target: String) throws {
    for (name, text) in try Repository.sources(target) {
      for word in ["unsafe", "Unsafe", "@unchecked", "@_", "withExtendedLifetime"] {
        #expect(!text.contains(word), "\(target)/\(name) says \(word)")
      }
    }
  }

  @Test func thePackageAsksForMemorySafety() throws {
    let text = try String(
      contentsOf: Repository.root.appendingPathComponent("Package.swift"), encoding: .utf8)
    #expect(text.contains("let trusted: [SwiftSetting] = strict + [.strictMemorySafety()]"))
    for target in ["CertificateKernel", "ExactArithmetic", "LipBenchCheckCommand"] {
      let start = try #require(text.range(of: "name: \"\(target)\","))
      let settings = try #require(text.range(of: "swiftSettings: ", range: start.upperBound..<text.endIndex))
      #expect(text[settings.upperBound...].hasPrefix("trusted"), "\(target)")
      let body = text[start.upperBound..<settings.lowerBound]
      for other in ["Networks", "Problems", "PatternSearch", "LinearAlgebra", "Workbench"] {
        #expect(!body.contains("\"\(other)\""), "\(target) depends on \(other)")
      }
    }
  }
}
