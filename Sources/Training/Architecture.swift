public import Networks

/// Hidden layers as text: `20,20,20` is three dense layers of 20 units, `c16s2,c16,64` two convolutions of 16 channels, the first of
/// stride 2, and a dense layer of 64 units. `c16k5s2` has kernels of 5 × 5; 3 × 3 is the default. Kernels are padded with zeros by half
/// their size. `20x9` is nine layers of 20. A rectifier follows each; the output layer is not named.
public struct Architecture: Sendable, Equatable, CustomStringConvertible {
  public enum Layer: Sendable, Equatable {
    case dense(units: Int)
    case convolution(channels: Int, kernel: Int, stride: Int)
  }

  public let description: String
  public let hidden: [Layer]

  /// - Throws: `InputError` naming the part that is none.
  public init(_ text: String) throws(InputError) {
    description = text
    var hidden: [Layer] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let word = part.filter { $0 != " " }
      let (name, count) = Self.repeated(word)
      guard let layer = Self.layer(name), let count, (1...1000).contains(count) else {
        throw InputError(
          place: "layers", "“\(word.prefix(40))” is no layer",
          remedy:
            "write widths such as 20,20,20 or 20x3, and c16s2 for a convolution of 16 channels and stride 2")
      }
      if case .convolution = layer, case .dense? = hidden.last {
        throw InputError(
          place: "layers", "a convolution comes after a dense layer", remedy: "put convolutions first")
      }
      hidden += [Layer](repeating: layer, count: count)
    }
    self.hidden = hidden
  }

  public var hasConvolutions: Bool {
    hidden.contains { if case .convolution = $0 { true } else { false } }
  }

  /// `20x9`: the layer and how often.
  private static func repeated(_ word: String) -> (name: Substring, count: Int?) {
    let parts = word.split(separator: "x", omittingEmptySubsequences: false)
    return parts.count == 2 ? (parts[0], number(parts[1])) : (Substring(word), 1)
  }

  private static func layer(_ word: Substring) -> Layer? {
    guard word.first == "c" else {
      guard let units = number(word), (1...100_000).contains(units) else { return nil }
      return .dense(units: units)
    }
    let match = word.wholeMatch(of: /c([0-9]+)(?:k([0-9]+))?(?:s([0-9]+))?/)
    guard let match, let channels = number(match.1), (1...10_000).contains(channels) else { return nil }
    let kernel = match.2.flatMap(number) ?? 3
    let stride = match.3.flatMap(number) ?? 1
    // Even kernels have no middle.
    guard !kernel.isMultiple(of: 2), (1...31).contains(kernel), (1...31).contains(stride) else { return nil }
    return .convolution(channels: channels, kernel: kernel, stride: stride)
  }

  private static func number(_ text: Substring) -> Int? {
    text.allSatisfy { $0.isASCII && $0.isNumber } ? Int(text) : nil
  }
}
