import BigInt
import ComputationGraphs
import ExactArithmetic
import RandomNumbers
import TestSupport
import Testing

/// An operator with the shapes of its arguments and which of them may depend on the input.
struct OperatorExample: Sendable, CustomTestStringConvertible {
  let operation: any GraphOperator
  let shapes: [[Int]]
  let varies: [[Bool]]
  /// Where arguments must be positive.
  let positive: Bool

  init(_ operation: any GraphOperator, _ shapes: [Int]..., varies: [[Bool]]? = nil, positive: Bool = false) {
    self.operation = operation
    self.shapes = shapes
    self.positive = positive
    // The first alone; all.
    self.varies =
      varies
      ?? [
        shapes.indices.map { $0 == 0 }, shapes.indices.map { $0 != 0 }, shapes.map { _ in true },
      ].filter { $0.contains(true) }
  }

  var testDescription: String { "\(operation.name) \(shapes)" }

  static let products: [OperatorExample] = [
    OperatorExample(MatrixProduct(), [2, 3], [3, 2]), OperatorExample(MatrixProduct(), [2, 2, 3], [3, 2]),
    OperatorExample(MatrixProduct(), [2, 3], [2, 3, 1]), OperatorExample(MatrixProduct(), [3], [3, 2]),
    OperatorExample(MatrixProduct(), [2, 3], [3]),
    OperatorExample(MatrixProduct(), [2, 1, 2, 3], [3, 3, 2]),
    OperatorExample(
      MatrixProduct(factor: 0.5, biasFactor: -2, transposesFirst: true, name: "Gemm"), [3, 2], [3, 4], [4]),
    OperatorExample(
      MatrixProduct(factor: -1, biasFactor: 3, transposesSecond: true, name: "Gemm"), [2, 3], [4, 3], [2, 4]),
    OperatorExample(
      MatrixProduct(transposesFirst: true, transposesSecond: true, name: "Gemm"), [3, 2], [4, 3], []),
    OperatorExample(
      ConvolutionProduct([.init(stride: 2, before: 1, after: 2), .init(dilation: 2, before: 1)], groups: 2),
      [2, 4, 5, 6], [6, 2, 2, 3], [6]),
    OperatorExample(ConvolutionProduct([.init(stride: 2, dilation: 2)]), [1, 2, 7], [3, 2, 2], [3]),
    OperatorExample(
      ConvolutionProduct(
        [.init(stride: 2, before: 1, extra: 1), .init(stride: 3, dilation: 2, after: 1)], groups: 2,
        isTransposed: true),
      [2, 4, 3, 2], [4, 3, 3, 2], [6]),
    OperatorExample(ConvolutionProduct([.init(stride: 2)], isTransposed: true), [1, 2, 4], [2, 3, 3]),
  ]

  static let windows: [OperatorExample] = [
    OperatorExample(
      MaxPool(.init([.init(kernel: 3, stride: 2, before: 1), .init(kernel: 2)])), [2, 2, 5, 4]),
    OperatorExample(MaxPool(.init([.init(kernel: 2, stride: 2)], roundsUp: true)), [1, 2, 5]),
    OperatorExample(
      AveragePool(.init([.init(kernel: 2, before: 1), .init(kernel: 2, stride: 2)])), [1, 2, 4, 5]),
    OperatorExample(
      AveragePool(.init([.init(kernel: 2, before: 1, after: 1)]), includesPadding: true), [2, 1, 5]),
    OperatorExample(AveragePool(.init([.init(kernel: 4, stride: 4)])), [1, 3, 8]),
    OperatorExample(SumReduction(over: ReducedAxes([0, 2])), [2, 3, 2]),
    OperatorExample(SumReduction(over: ReducedAxes([1], keepsAxes: false), isMean: true), [2, 3, 2]),
    OperatorExample(MaximumReduction(over: ReducedAxes([2, 0])), [2, 3, 2]),
    OperatorExample(MaximumReduction(over: ReducedAxes([]), isMinimum: true), [2, 3]),
  ]

  static let selections: [OperatorExample] = [
    OperatorExample(Reshape(to: [3, 2]), [6]), OperatorExample(Transpose([2, 0, 1]), [2, 3, 2]),
    OperatorExample(Transpose([1, 0, 2]), [1, 3, 2]),
    OperatorExample(Slice([.init(start: 1, count: 2), .init(start: 3, count: 2, step: -2)]), [3, 4]),
    OperatorExample(Slice([.init(start: 3, count: 4, step: -1)]), [4]),
    OperatorExample(Gather(axis: 1, places: [0, 2, 2, 1], placesShape: [2, 2]), [2, 3, 2]),
    OperatorExample(Gather(axis: 0, places: [1], placesShape: []), [2, 3]),
    OperatorExample(Expand(to: [2, 3, 4]), [3, 1]), OperatorExample(Tile([2, 1, 3]), [1, 2, 2]),
    OperatorExample(Pad(before: [1, -1], after: [0, 2], filler: 3), [2, 3]),
    OperatorExample(Pad(.reflect, before: [0, 2], after: [1, 1]), [2, 3]),
    OperatorExample(Pad(.edge, before: [1, 2], after: [3, 0]), [2, 3]),
    OperatorExample(Pad(.wrap, before: [1], after: [2]), [3]),
    OperatorExample(Concatenation(axis: 1), [2, 1], [2, 3], [2, 2]),
    OperatorExample(Concatenation(axis: 0), [2]),
  ]

  static let others: [OperatorExample] = [
    OperatorExample(Sum(), [2, 3], [3]), OperatorExample(Sum(isDifference: true), [2, 1], [3]),
    OperatorExample(Product(), [2, 3], [2, 1]), OperatorExample(Quotient(), [2, 3], [3], positive: true),
    OperatorExample(Extremum(), [2, 3], [3], [2, 1]),
    OperatorExample(Extremum(isMinimum: true), [3], [2, 3]),
    OperatorExample(ParametricRectifier(), [2, 3], [3]),
    OperatorExample(NormReduction(over: ReducedAxes([0, 2])), [2, 3, 2]),
    OperatorExample(NormReduction(over: ReducedAxes([1], keepsAxes: false)), [2, 3]),
    OperatorExample(BatchNormalization(epsilon: 0.5), [2, 3, 2], [3], [3], [3], [3], positive: true),
    OperatorExample(LayerNormalization(axis: 1, epsilon: 0.25), [3, 4], [4], [4]),
    OperatorExample(LayerNormalization(axis: 0, epsilon: 0.25), [2, 3], [1]),
    OperatorExample(LayerNormalization(axis: 1, epsilon: 0.25), [3, 1], [1]),
    OperatorExample(Softmax(over: [1]), [2, 4]), OperatorExample(Softmax(over: [0, 2]), [2, 2, 2]),
    OperatorExample(Softmax(over: [0]), [1, 3]),
    OperatorExample(Softmax(over: [1], isLogarithm: true), [2, 4]),
    OperatorExample(Elementwise(Power(3)), [6]), OperatorExample(Elementwise(Power(-2)), [6]),
    OperatorExample(Elementwise(Power(1.5)), [6], positive: true),
    OperatorExample(Elementwise(SquareRoot()), [6], positive: true),
    OperatorExample(Elementwise(Logarithm()), [6], positive: true),
    OperatorExample(Elementwise(Reciprocal()), [6]), OperatorExample(Elementwise(ErrorFunction()), [6]),
    OperatorExample(Elementwise(ContinuouslyDifferentiableELU(alpha: 0.5)), [6]),
    OperatorExample(Elementwise(ThresholdedRectifier(alpha: 0.5)), [6]),
  ]

  static let all = products + windows + selections + others
}

@Suite("Operators") struct OperatorTests {
  @Test(
    "Derivatives, transposes, ranges, factors and linear parts, of each argument",
    arguments: OperatorExample.all)
  func checks(example: OperatorExample) {
    for seed in UInt64(1)...6 {
      var random = SplitMix64(seed: seed)
      let arguments = example.shapes.map { shape in
        Tensor(repeating: 0, shape: shape).map { _ in
          let number = random.gaussian()
          return example.positive ? abs(number) + 3 : number
        }
      }
      for varies in example.varies {
        let failures = OperatorChecks(example.operation, arguments, varies: varies, seed: seed).failures
        #expect(failures == [], "seed \(seed), \(varies)")
      }
    }
  }

  @Test(
    "Max pooling: √(the largest number of windows that share an element)",
    arguments: [(3, 2, 2, 4.0), (3, 2, 1, 2), (2, 1, 2, 4), (2, 2, 2, 1), (3, 1, 1, 3)])
  func maxPooling(kernel: Int, stride: Int, rank: Int, square: Double) {
    let pool = MaxPool(
      PoolWindows([PoolWindows.Axis](repeating: .init(kernel: kernel, stride: stride), count: rank)))
    let shape = [1, 1] + [Int](repeating: 9, count: rank)
    let factor = pool.lipschitzFactors([GraphArgument(isConstant: false, range: .all(shape: shape))])[0]
    #expect(abs(factor.value.value - square.squareRoot()) < 1e-15 && factor.side == .exact)
  }

  @Test("Softmax: 1/2; less where no element can be 1/2; its logarithm √n; average pooling apart 1 / √size")
  func factors() {
    func factor(_ operation: any GraphOperator, _ range: TensorRange) -> LipschitzFactor {
      operation.lipschitzFactors([GraphArgument(isConstant: false, range: range)])[0]
    }
    #expect(factor(Softmax(over: [0]), .all(shape: [5])).value.value == 0.5)
    let near = TensorRange(
      shape: [4], lower: [Double](repeating: -0.01, count: 4), upper: [Double](repeating: 0.01, count: 4))
    #expect(abs(factor(Softmax(over: [0]), near).value.value - 0.375) < 0.01)
    #expect(factor(Softmax(over: [0], isLogarithm: true), .all(shape: [9])).value == .exact(3))
    let pool = AveragePool(PoolWindows([.init(kernel: 3, stride: 3), .init(kernel: 3, stride: 3)]))
    #expect(abs(factor(pool, .all(shape: [1, 2, 6, 6])).value.value - 1.0 / 3) < 1e-15)
  }

  @Test("PReLU has the slopes of where its argument is: 1 is none of them below 0")
  func rectifierBelowZero() {
    let slopes = TensorRange(Tensor(0.125))
    func factor(_ low: Double, _ high: Double) -> UpperNumber {
      ParametricRectifier().lipschitzFactors([
        GraphArgument(isConstant: false, range: TensorRange(shape: [1], lower: [low], upper: [high])),
        GraphArgument(isConstant: true, range: slopes),
      ])[0].value
    }
    #expect(factor(-1, 0) == .exact(Rational(1, 8)) && factor(-1, 1) == .one && factor(0, 1) == .one)
  }

  @Test("Shapes that do not go together are told, not trapped on", arguments: OperatorExample.all)
  func badShapes(example: OperatorExample) {
    #expect(throws: GraphError.self) { try example.operation.shape(of: []) }
    let wide = 1 << 40
    for shape in [[], [0], [7, 11, 13, 17, 19], [wide, wide, wide, wide], [1, 0, 2]] {
      _ = try? example.operation.shape(of: example.shapes.map { _ in shape })
      _ = try? example.operation.shape(of: [shape] + example.shapes.dropFirst())
    }
  }
}
