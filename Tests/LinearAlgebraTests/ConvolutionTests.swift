import LinearAlgebra
import RandomNumbers
import Testing

@Suite struct ConvolutionTests {
  struct Case: Sendable, CustomStringConvertible {
    var channels = (2, 3)
    var groups = 1
    var vertical = Convolution.Axis(input: 5, kernel: 3)
    var horizontal = Convolution.Axis(input: 4, kernel: 2)
    var description: String { "\(channels) groups \(groups), \(vertical), \(horizontal)" }

    func convolution(seed: UInt64) -> Convolution {
      var random = SplitMix64(seed: seed)
      let count = channels.1 * (channels.0 / groups) * vertical.kernel * horizontal.kernel
      return Convolution(
        kernel: (0..<count).map { _ in random.gaussian() }, inputChannels: channels.0,
        outputChannels: channels.1,
        vertical: vertical, horizontal: horizontal, groups: groups)
    }
  }

  /// All combinations of padding, stride, dilation and groups on small pictures.
  static let cases: [Case] = {
    var result: [Case] = []
    for padding in [(0, 0), (1, 1), (2, 0), (0, 3), (-1, 1)] {
      for stride in 1...3 {
        for dilation in 1...2 {
          for (groups, channels) in [(1, (2, 3)), (1, (3, 1)), (2, (4, 2)), (3, (3, 6))] {
            let vertical = Convolution.Axis(
              input: 7, kernel: 3, stride: stride, dilation: dilation, padding: padding)
            let horizontal = Convolution.Axis(input: 6, kernel: 2, stride: 4 - stride, dilation: 3 - dilation)
            result.append(
              Case(channels: channels, groups: groups, vertical: vertical, horizontal: horizontal))
          }
        }
      }
    }
    result.append(
      Case(vertical: .init(input: 1, kernel: 1), horizontal: .init(input: 9, kernel: 4, stride: 2)))
    result.append(Case(vertical: .init(input: 3, kernel: 3), horizontal: .init(input: 2, kernel: 2)))
    result.append(
      Case(
        vertical: .init(input: 2, kernel: 5, padding: (2, 2)),
        horizontal: .init(input: 3, kernel: 7, padding: (3, 3))))
    return result.filter { $0.vertical.output > 0 && $0.horizontal.output > 0 }
  }()

  /// By its definition.
  static func matrix(_ c: Convolution) -> Matrix {
    let (v, h) = (c.vertical, c.horizontal)
    var result = Matrix(rows: c.outputCount, columns: c.inputCount)
    let own = c.inputChannels / c.groups
    for o in 0..<c.outputChannels {
      let group = o / (c.outputChannels / c.groups)
      for i in 0..<own {
        for (y, x) in (0..<v.output).flatMap({ y in (0..<h.output).map { (y, $0) } }) {
          for (a, b) in (0..<v.kernel).flatMap({ a in (0..<h.kernel).map { (a, $0) } }) {
            let row = y * v.stride + a * v.dilation - v.padding.before
            let column = x * h.stride + b * h.dilation - h.padding.before
            guard (0..<v.input).contains(row), (0..<h.input).contains(column) else { continue }
            let place = ((group * own + i) * v.input + row) * h.input + column
            result[(o * v.output + y) * h.output + x, place] +=
              c.kernel[((o * own + i) * v.kernel + a) * h.kernel + b]
          }
        }
      }
    }
    return result
  }

  @Test("Application and transpose are those of the matrix by the definition", arguments: cases)
  func isItsMatrix(example: Case) {
    let convolution = example.convolution(seed: 1)
    let matrix = Self.matrix(convolution)
    let explicit = convolution.explicitMatrix()
    for (a, b) in zip(explicit.elements, matrix.elements) { #expect(abs(a - b) <= 1e-14) }
    var random = SplitMix64(seed: 2)
    let y = (0..<convolution.outputCount).map { _ in random.gaussian() }
    for (a, b) in zip(convolution.applyTransposed(y), matrix.transposed() * y) {
      #expect(abs(a - b) <= 1e-12)
    }
    let x = (0..<convolution.inputCount).map { _ in random.gaussian() }
    for (a, b) in zip(convolution.apply(x), matrix * x) { #expect(abs(a - b) <= 1e-12) }
  }

  @Test(
    "The circulant bound is never below the norm; the sum of the taps' magnitudes at most", arguments: cases)
  func circulantBound(example: Case) throws {
    for seed in UInt64(0)..<3 {
      let convolution = example.convolution(seed: seed)
      let norm = try Self.matrix(convolution).singularValueDecomposition().singularValues[0]
      let bound = try CirculantBound(convolution).upperBound(from: norm)
      #expect(bound >= norm * (1 - 1e-13))
      #expect(bound <= norm * 2.5)
      // Without a good start it is the same, to roundings.
      let other = try CirculantBound(convolution).upperBound(from: 0)
      #expect(abs(other - bound) <= 1e-6 * bound || other >= bound)
    }
  }

  @Test("Half a twist straddles a single peak: the norms of tridiagonal matrices come out")
  func circulantBoundOfTridiagonal() throws {
    for n in [2, 5, 13, 40] {
      let convolution = Convolution(
        kernel: [1, 1, 1], inputChannels: 1, outputChannels: 1, vertical: .init(input: 1, kernel: 1),
        horizontal: .init(input: n, kernel: 3, padding: (1, 1)))
      let norm = 1 + 2 * cosine(Double.pi / Double(n + 1))
      let bound = try CirculantBound(convolution).upperBound(from: norm)
      #expect(bound >= norm && bound <= norm * (1 + 1e-12), "n = \(n): \(bound) for \(norm)")
    }
  }

  @Test(
    "On larger pictures the bound is within 1 %", arguments: [(8, 12, 3, 24), (3, 16, 5, 32), (16, 8, 3, 28)])
  func circulantBoundIsSharp(channelsIn: Int, channelsOut: Int, taps: Int, picture: Int) throws {
    let axis = Convolution.Axis(input: picture, kernel: taps, padding: (taps / 2, taps / 2))
    let convolution = Case(channels: (channelsIn, channelsOut), vertical: axis, horizontal: axis).convolution(
      seed: 5)
    let triplets = try Lanczos(tolerance: 1e-8).triplets(of: convolution)
    #expect(triplets.isConverged)
    let bound = try CirculantBound(convolution).upperBound(from: triplets.norm)
    #expect(bound >= triplets.norm && bound <= 1.01 * triplets.norm)
  }

  @Test("Scaled channels are scaled kernels")
  func scaling() {
    let convolution = Self.cases[40].convolution(seed: 3)
    let rows = (0..<convolution.outputChannels).map { Double($0 + 2) }
    let columns = (0..<convolution.inputChannels).map { Double($0) - 0.5 }
    let scaled = convolution.scalingOutputs(by: rows).scalingInputs(by: columns).explicitMatrix()
    let plain = convolution.explicitMatrix()
    let (m, n) = (
      convolution.outputCount / convolution.outputChannels, convolution.inputCount / convolution.inputChannels
    )
    for i in 0..<plain.rows {
      for j in 0..<plain.columns {
        #expect(abs(scaled[i, j] - rows[i / m] * plain[i, j] * columns[j / n]) <= 1e-13)
      }
    }
  }
}
