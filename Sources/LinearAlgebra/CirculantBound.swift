#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// An upper bound of the 2-norm of a convolution with zero padding, strides and dilation, by circulant maps that contain it.
///
/// Let the outputs live on a torus of N places and the inputs on one of s N, large enough that a tap which leaves the picture never
/// comes back into it. The convolution is then a part of the (twisted) circulant one, whose norm is the largest of the symbols'
///
///     M(ω)[o, (c, r)] = Σ_{taps a with a d - p = s q + r} K[o, c, a] e^{i q ω},   ω = (2π j + φ) / N,   r in 0 ..< s in both dimensions
///
/// for every twist φ. A twist of half a step, and tori a little larger, put frequencies elsewhere; the least of the bounds stands.
///
/// - Cost: for each of N² / 2 frequencies a Gram matrix and a Cholesky factorisation of the smaller side; nothing of the picture's size.
/// - Reference: Sedghi, Gupta & Long, The singular values of convolutional layers, ICLR 2019, for circular padding; Araujo et al., On
///   Lipschitz regularization of convolutional layers using Toeplitz matrix theory, AAAI 2021, for zero padding.
public struct CirculantBound: Sendable {
  let convolution: Convolution

  public init(_ convolution: Convolution) { self.convolution = convolution }

  /// A number proved to be at least ‖A‖₂.
  ///
  /// - Parameters:
  ///   - estimate: of the norm, from below: where the search for the largest symbol starts.
  ///   - shouldStop: asked before every frequency; what has not been seen is then bounded by the taps.
  public func upperBound(
    from estimate: Double, shouldStop: () -> Bool = { false }
  ) throws(LAPACKFailure) -> Double {
    guard convolution.outputCount > 0, convolution.inputCount > 0 else { return 0 }
    guard convolution.kernel.allSatisfy(\.isFinite) else { return .infinity }
    return try BLAS.onAllCores { () throws(LAPACKFailure) in
      var best = Double.infinity
      for extra in 0..<2 {
        for twists in [(0, 0), (1, 1), (0, 1), (1, 0)] {
          let torus = Torus(convolution.vertical, convolution.horizontal, extra: extra, twists: twists)
          var bound = 0.0
          for group in 0..<convolution.groups where bound < best {
            bound = max(
              bound,
              try largestSymbol(
                group, torus, atLeast: max(bound, estimate), giveUpAbove: best, shouldStop: shouldStop))
          }
          best = min(best, bound)
          if best <= estimate * (1 + 1e-9) { return best }
        }
      }
      return min(best, convolution.normByTaps)
    }
  }

  /// Places and twists of both dimensions.
  private struct Torus {
    struct Circle {
      let axis: Convolution.Axis
      let places: Int
      /// 1: shifted by half a step.
      let twist: Int

      init(_ axis: Convolution.Axis, extra: Int, twist: Int) {
        self.axis = axis
        self.twist = twist
        let last = (axis.output - 1) * axis.stride + (axis.kernel - 1) * axis.dilation - axis.padding.before
        let needed = max(axis.input + max(0, axis.padding.before), last + 1, axis.input)
        places = max(axis.output, (needed + axis.stride - 1) / axis.stride) + (axis.output > 1 ? extra : 0)
      }

      /// A tap's phase r and the shift q: a d - p = s q + r.
      func split(_ tap: Int) -> (phase: Int, shift: Int) {
        let place = tap * axis.dilation - axis.padding.before
        let phase = ((place % axis.stride) + axis.stride) % axis.stride
        return (phase, (place - phase) / axis.stride)
      }

      /// e^{i q ω_j}; the angle is a fraction of π that is reduced exactly.
      func wave(_ frequency: Int, _ shift: Int) -> (re: Double, im: Double) {
        let turn = (((2 * frequency + twist) * shift) % (2 * places) + 2 * places) % (2 * places)
        let angle = Double.pi * Double(turn) / Double(places)
        return (cos(angle), sin(angle))
      }
    }

    let vertical: Circle
    let horizontal: Circle

    init(_ vertical: Convolution.Axis, _ horizontal: Convolution.Axis, extra: Int, twists: (Int, Int)) {
      self.vertical = Circle(vertical, extra: extra, twist: twists.0)
      self.horizontal = Circle(horizontal, extra: extra, twist: twists.1)
    }

    /// One of each pair of conjugate frequencies.
    var frequencies: [(Int, Int)] {
      let (m, n) = (vertical.places, horizontal.places)
      var result: [(Int, Int)] = []
      for j in 0..<m {
        let opposite = (2 * m - j - vertical.twist) % m
        if j > opposite { continue }
        for k in 0..<n {
          if j == opposite, k > (2 * n - k - horizontal.twist) % n { continue }
          result.append((j, k))
        }
      }
      return result
    }
  }

  /// A number proved to be at least every symbol's norm; more than `limit` as soon as that is known.
  private func largestSymbol(
    _ group: Int, _ torus: Torus, atLeast estimate: Double, giveUpAbove limit: Double, shouldStop: () -> Bool
  ) throws(LAPACKFailure) -> Double {
    let kernel = convolution.kernel
    let outputs = convolution.outputChannels / convolution.groups
    let channels = convolution.inputChannels / convolution.groups
    let (height, width) = (convolution.vertical.kernel, convolution.horizontal.kernel)
    let down = (0..<height).map(torus.vertical.split)
    let across = (0..<width).map(torus.horizontal.split)
    let rows = Array(Set(down.map(\.phase))).sorted()
    let columns = Array(Set(across.map(\.phase))).sorted()
    let phases = rows.count * columns.count
    let place = (0..<height * width).map { tap in
      (rows.firstIndex(of: down[tap / width].phase) ?? 0) * columns.count
        + (columns.firstIndex(of: across[tap % width].phase) ?? 0)
    }
    let size = channels * phases
    let start = group * outputs * channels * height * width
    let magnitude = kernel[start..<start + outputs * channels * height * width].reduce(0) { max($0, abs($1)) }
    guard magnitude > 0 else { return 0 }
    let exponent = -Int(magnitude.exponent)
    let scaled = kernel[start..<start + outputs * channels * height * width].map {
      Double(sign: .plus, exponent: exponent, significand: $0)
    }
    let bounds = SymbolNorms(
      outputs: outputs, inputs: size, taps: height * width, frobenius: norm(scaled))
    var level = max(Double(sign: .plus, exponent: exponent, significand: estimate), 0x1p-30 * norm(scaled))
    let scaledLimit = Double(sign: .plus, exponent: exponent, significand: limit)
    for (j, k) in torus.frequencies {
      if shouldStop() { return .infinity }
      let waves = (0..<height * width).map { tap -> (re: Double, im: Double) in
        let a = torus.vertical.wave(j, down[tap / width].shift)
        let b = torus.horizontal.wave(k, across[tap % width].shift)
        return (a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re)
      }
      // [[Re, -Im], [Im, Re]]
      var symbol = [Double](repeating: 0, count: 4 * outputs * size)
      scaled.withUnsafeBufferPointer { kernel in
        symbol.withUnsafeMutableBufferPointer { symbol in
          var index = 0
          for output in 0..<outputs {
            let upper = output * 2 * size
            let lower = (outputs + output) * 2 * size
            for channel in 0..<channels {
              for tap in 0..<height * width {
                let column = channel * phases + place[tap]
                let (re, im) = (kernel[index] * waves[tap].re, kernel[index] * waves[tap].im)
                symbol[upper + column] += re
                symbol[upper + size + column] -= im
                symbol[lower + column] += im
                symbol[lower + size + column] += re
                index += 1
              }
            }
          }
        }
      }
      level = try bounds.raise(level, for: Matrix(rows: 2 * outputs, columns: 2 * size, elements: symbol))
      if level > scaledLimit { break }
    }
    let bound = bounds.withRoundings(level)
    return Double(sign: .plus, exponent: -exponent, significand: bound).nextUp
  }
}

/// Tests of ‖M‖₂ ≤ level for matrices of one size, and what their roundings may hide.
private struct SymbolNorms {
  let outputs: Int
  let inputs: Int
  let taps: Int
  /// ‖K‖_F of the scaled kernel: a symbol's is at most √taps times as large.
  let frobenius: Double

  private var size: Int { 2 * Swift.min(outputs, inputs) }
  private var inner: Int { 2 * Swift.max(outputs, inputs) }
  private var squares: Double { 2 * Double(taps) * frobenius * frobenius }

  /// The least level seen to be enough for one more matrix.
  func raise(_ level: Double, for symbol: Matrix) throws(LAPACKFailure) -> Double {
    let gram = symbol.gram()
    func isEnough(_ level: Double) -> Bool {
      var shifted = gram.elements.map { -$0 }
      for i in 0..<size { shifted[i * size + i] += level * level }
      return PositiveDefinite.factor(&shifted, size: size)
    }
    var level = level
    if isEnough(level) { return level }
    level = Swift.max(level, try symbol.largestSingularValueEstimate())
    var slack = 4 * unitRoundoff * Double(size + 2)
    while !isEnough(level * (1 + slack)) { slack *= 4 }
    return level * (1 + slack)
  }

  /// What is proved where λI - G as computed has a Cholesky factor: its error (Rump 2006), that of G, and that of the symbol's entries,
  /// products and sums of `taps` terms with waves good to a few roundings.
  func withRoundings(_ level: Double) -> Double {
    let gram =
      3 * unitRoundoff * Double(inner + 1) * squares
      + 2 * unitRoundoff * Double(size + 3) * (Double(size) * level * level)
    let entries = unitRoundoff * Double(taps + 24) * (squares.squareRoot() * Double(taps).squareRoot())
    return (((level * level + gram) * (1 + 4 * unitRoundoff)).squareRoot().nextUp + entries)
      * (1 + 4 * unitRoundoff)
  }
}

extension Matrix {
  /// By Lanczos, from below.
  fileprivate func largestSingularValueEstimate() throws(LAPACKFailure) -> Double {
    try Lanczos(tolerance: 1e-9).triplets(of: self).norm
  }
}
