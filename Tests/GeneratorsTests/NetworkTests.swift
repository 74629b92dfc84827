import ExactArithmetic
import Generators
import LinearAlgebra
import Networks
import Problems
import RandomNumbers
import Testing

/// Network families: the closed form that makes each.
@Suite struct NetworkTests {
  @Test func gaussianNetworksHaveTheirWidthsAndBiases() throws {
    let biased = try network("gaussian-network", ["widths": "4-7-3", "bias": "yes"])
    #expect(biased.architecture == "4-7-3")
    #expect(biased.layers.allSatisfy { $0.bias.allSatisfy { $0 != 0 } })
    let unbiased = try network("gaussian-network", ["widths": "4-7-3", "bias": "no"])
    #expect(unbiased.layers.allSatisfy { $0.bias.allSatisfy { $0 == 0 } })
    let wide = try network("gaussian-network", ["widths": "50-200"])
    let meanSquare = wide.layers[0].weights.elements.reduce(0) { $0 + $1 * $1 } / 10_000
    #expect(abs(meanSquare - 2.0 / 50) < 0.003)
  }

  @Test func uniformNetworksStayWithinTheirBound() throws {
    let uniform = try network("uniform-network", ["widths": "16-100-3"])
    #expect(uniform.architecture == "16-100-3")
    for (layer, bound) in zip(uniform.layers, [0.25, 0.1]) {
      #expect((layer.weights.elements + layer.bias).allSatisfy { abs($0) <= bound })
    }
    let elements = uniform.layers[0].weights.elements
    #expect(elements.contains { $0 > 0.24 } && elements.contains { $0 < -0.24 })
  }

  /// With the Gram matrix P = MᵀM: (P - I)(P - r²I) = 0, so every singular value is 1 or r, and the trace says how
  /// many.
  @Test(arguments: [(1, "0.3"), (2, "0.5"), (20, "0"), (20, "0.1"), (30, "1")])
  func idealLayersHaveTheirSingularValues(width: Int, ratio: String) throws {
    let ideal = try network("ideal-network", ["width": "\(width)", "ratio": ratio, "layers": "2"], seed: 3)
    let r = try #require(Double(ratio))
    for layer in ideal.layers {
      let m = layer.weights
      let gram = Matrix(rows: width, columns: width) { i, j in
        (0..<width).reduce(0) { $0 + m[$1, i] * m[$1, j] }
      }
      let product = Matrix(rows: width, columns: width) { i, j in
        (0..<width).reduce(0) {
          $0 + (gram[i, $1] - (i == $1 ? 1 : 0)) * (gram[$1, j] - ($1 == j ? r * r : 0))
        }
      }
      #expect(product.elements.allSatisfy { abs($0) < 1e-12 })
      let trace = (0..<width).reduce(0) { $0 + gram[$1, $1] }
      #expect(abs(trace - (1 + Double(width - 1) * r * r)) < 1e-12)
    }
  }

  /// All units on is the best pattern, and every unit is on at x = (1, …, 1).
  @Test func nonnegativeNetworksAreBestWithAllUnitsOn() throws {
    for seed in 0..<10 as Range<UInt64> {
      let nonnegative = try network("nonnegative-network", ["widths": "3-7-1"], seed: seed)
      #expect(nonnegative.layers.allSatisfy { $0.weights.elements.allSatisfy { $0 >= 0 } })
      let problem = lipCST(nonnegative)
      let product = rational(nonnegative.layers[1]) * rational(nonnegative.layers[0])
      let norm = product.elements.reduce(into: Rational.zero) { $0 += $1 * $1 }
      #expect(problem.bruteForceOptimum()?.value == norm)
    }
  }

  @Test func degenerateUnitsAreThereAndCanBeRemoved() throws {
    let family = try DegenerateNetwork(
      ParameterValues(["widths": "3-6-5-2"], for: DegenerateNetwork.parameters))
    for seed in 0..<20 as Range<UInt64> {
      let (layers, planted) = family.draw(seed: seed)
      #expect(planted.count == 2)
      var reduced = layers
      for (k, units) in planted.enumerated() {
        let (row, bias) = ({ Array(layers[k].weights.row($0)) }, layers[k].bias)
        #expect(row(units.constant).allSatisfy { $0 == 0 })
        #expect(row(units.duplicate) == row(units.model).map { 2 * $0 })
        #expect(bias[units.duplicate] == 2 * bias[units.model])
        #expect(row(units.antiparallel) == row(units.model).map { -$0 })
        #expect(bias[units.antiparallel] == -bias[units.model])
        #expect(layers[k + 1].weights.column(units.dead).allSatisfy { $0 == 0 })
        for i in layers[k + 1].bias.indices {
          reduced[k + 1].bias[i] += max(0, bias[units.constant]) * layers[k + 1].weights[i, units.constant]
          reduced[k + 1].weights[i, units.model] += 2 * layers[k + 1].weights[i, units.duplicate]
          for unit in [units.constant, units.duplicate] { reduced[k + 1].weights[i, unit] = 0 }
        }
      }
      let whole = try MultilayerPerceptron(name: "whole", layers: layers, activations: [.relu, .relu])
      let less = try MultilayerPerceptron(name: "less", layers: reduced, activations: [.relu, .relu])
      var random = SplitMix64(seed: seed)
      for _ in 0..<20 {
        let x = (0..<3).map { _ in Double(Int(random.next() >> 60)) - 8 }
        #expect(whole(x) == less(x))
      }
    }
  }

  @Test func greedyFallsIntoTheTrap() throws {
    for n in 3...12 {
      let trap = try network("greedy-trap", ["n": "\(n)"])
      let problem = lipCST(trap)
      // Best-improvement ascent by single flips, from all ones.
      var pattern = [Int](repeating: 1, count: n + 1)
      var value = try #require(problem.value(of: pattern))
      while true {
        var best: (value: Rational, pattern: [Int])?
        for i in pattern.indices {
          var flipped = pattern
          flipped[i] = 1 - flipped[i]
          let candidate = try #require(problem.value(of: flipped))
          if candidate > best?.value ?? value { best = (candidate, flipped) }
        }
        guard let best else { break }
        (value, pattern) = best
      }
      #expect(value == Rational(n * n))
      #expect(problem.bruteForceOptimum()?.value == Rational((2 * n - 2) * (2 * n - 2)))
      #expect(problem.bruteForceOptimum()?.solutions == [[1] + [Int](repeating: 0, count: n)])
      // The slope on 0 < x < 1.
      #expect(2 * (trap([0.75])[0] - trap([0.25])[0]) == Double(2 * n - 2))
    }
  }

  /// Both layers have norm r, and every Jacobian is r times a 0/1 diagonal.
  @Test func autoLipExceedsTheConstantByTheRatio() throws {
    for r in [1, 2, 10, 1000] {
      let gap = try network("autolip-gap", ["ratio": "\(r)"])
      for layer in gap.layers {
        #expect(layer.weights == .diagonal([layer.weights[0, 0], layer.weights[1, 1]]))
        #expect(max(layer.weights[0, 0], layer.weights[1, 1]) == Double(r))
      }
      let problem = lipCST(gap)
      for pattern in problem.allSolutions {
        let j = problem.jacobian(pattern)
        #expect(j[0, 1] == 0 && j[1, 0] == 0)
        #expect(j[0, 0] == Rational(r * pattern[0]) && j[1, 1] == Rational(r * pattern[1]))
      }
    }
  }

  /// The function is ρ, so L = 1, and FGL = r.
  @Test func theFormalConstantExceedsTheConstantByTheRatio() throws {
    for r in [1, 2, 10, 1000] {
      let gap = try network("fgl-gap", ["ratio": "\(r)"])
      for x in [-3.0, -0.5, 0, 0.25, 7] { #expect(gap([x]) == [max(0, x)]) }
      #expect(lipCST(gap).bruteForceOptimum()?.value == Rational(r * r))
      // Patterns of an input switch the three parallel units together.
      #expect(lipCST(gap).value(of: [1, 1, 1]) == 1)
      #expect(lipCST(gap).value(of: [0, 0, 0]) == 0)
    }
  }
}
