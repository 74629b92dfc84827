#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Steele, Lea and Flood's SplitMix64: small, seeded, the same everywhere.
public struct SplitMix64: RandomNumberGenerator, Sendable {
  private var state: UInt64

  public init(seed: UInt64) { state = seed }

  /// One of many streams of a seed, which share no numbers in practice; seeds that differ by a multiple of the increment would
  /// give one stream, shifted.
  public init(seed: UInt64, stream: UInt64) {
    var (first, second) = (SplitMix64(seed: seed), SplitMix64(seed: ~stream))
    state = first.next() ^ second.next().byteSwapped
    state = next()
  }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// Uniform in [0, 1).
  public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A standard normal number (Box and Muller).
  public mutating func gaussian() -> Double {
    let radius = (-2 * log(1 - uniform())).squareRoot()
    return radius * cos(2 * .pi * uniform())
  }
}
