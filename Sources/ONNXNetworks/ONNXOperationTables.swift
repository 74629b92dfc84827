import ComputationGraphs
import Networks

/// How each operator of ONNX becomes an operation of the graph: one line each.
extension ONNXOperationReader {
  typealias Function = (ONNXNode) throws(InputError) -> any GraphOperator
  typealias Maker = (ONNXOperationReader) -> (ONNXNode) throws(InputError) -> [Value]

  /// Functions of one number, element by element.
  static var functions: [String: Function] {
    [
      "Abs": { _ in Elementwise(LeakyRectifier.absoluteValue) },
      "Atan": { _ in Elementwise(Arctangent()) },
      "Celu": celu,
      "Cos": { _ in Elementwise(Cosine()) },
      "Elu": { node throws(InputError) in
        Elementwise(ExponentialLinearUnit(alpha: try node.float("alpha", default: 1)))
      },
      "Erf": { _ in Elementwise(ErrorFunction()) },
      "Exp": { _ in Elementwise(Exponential()) },
      "Gelu": gelu,
      "HardSigmoid": hardSigmoid,
      "HardSwish": { _ in Elementwise(HardSwish()) },
      "LeakyRelu": { node throws(InputError) in
        Elementwise(LeakyRectifier(negativeSlope: try node.float("alpha", default: 0.01)))
      },
      "Log": { _ in Elementwise(Logarithm()) },
      "Mish": { _ in Elementwise(Mish()) },
      "Reciprocal": { _ in Elementwise(Reciprocal()) },
      "Relu": { _ in Elementwise(LeakyRectifier.relu) },
      "Selu": selu,
      "Sigmoid": { _ in Elementwise(Sigmoid()) },
      "Sin": { _ in Elementwise(Sine()) },
      "Softplus": { _ in Elementwise(Softplus()) },
      "Softsign": { _ in Elementwise(Softsign()) },
      "Sqrt": { _ in Elementwise(SquareRoot()) },
      "Tanh": { _ in Elementwise(HyperbolicTangent()) },
      "ThresholdedRelu": { node throws(InputError) in
        Elementwise(ThresholdedRectifier(alpha: try node.float("alpha", default: 1)))
      },
    ]
  }

  /// All others.
  static var operators: [String: Maker] {
    [
      "Add": ONNXOperationReader.arithmetic,
      "AveragePool": ONNXOperationReader.pool,
      "BatchNormalization": ONNXOperationReader.batchNormalization,
      "Cast": ONNXOperationReader.cast,
      "Clip": ONNXOperationReader.clip,
      "Concat": ONNXOperationReader.concatenation,
      "Constant": ONNXOperationReader.constant,
      "ConstantOfShape": ONNXOperationReader.constantOfShape,
      "Conv": ONNXOperationReader.convolution,
      "ConvTranspose": ONNXOperationReader.transposedConvolution,
      "DepthToSpace": ONNXOperationReader.depthToSpace,
      "DequantizeLinear": ONNXOperationReader.dequantized,
      "Div": ONNXOperationReader.arithmetic,
      "Dropout": ONNXOperationReader.dropout,
      "Equal": ONNXOperationReader.folded,
      "Expand": ONNXOperationReader.expansion,
      "Flatten": ONNXOperationReader.reshape,
      "Floor": ONNXOperationReader.folded,
      "Gather": ONNXOperationReader.gather,
      "Gemm": ONNXOperationReader.matrixProduct,
      "GlobalAveragePool": ONNXOperationReader.globalPool,
      "GlobalMaxPool": ONNXOperationReader.globalPool,
      "Greater": ONNXOperationReader.folded,
      "Identity": ONNXOperationReader.identity,
      "InstanceNormalization": ONNXOperationReader.instanceNormalization,
      "LayerNormalization": ONNXOperationReader.layerNormalization,
      "Less": ONNXOperationReader.folded,
      "LogSoftmax": ONNXOperationReader.softmax,
      "MatMul": ONNXOperationReader.matrixProduct,
      "Max": ONNXOperationReader.extremum,
      "MaxPool": ONNXOperationReader.pool,
      "Min": ONNXOperationReader.extremum,
      "Mod": ONNXOperationReader.folded,
      "Mul": ONNXOperationReader.arithmetic,
      "Neg": ONNXOperationReader.negation,
      "Not": ONNXOperationReader.folded,
      "PRelu": ONNXOperationReader.parametricRectifier,
      "Pad": ONNXOperationReader.pad,
      "Pow": ONNXOperationReader.power,
      "Range": ONNXOperationReader.range,
      "ReduceL2": ONNXOperationReader.reduction,
      "ReduceMax": ONNXOperationReader.reduction,
      "ReduceMean": ONNXOperationReader.reduction,
      "ReduceMin": ONNXOperationReader.reduction,
      "ReduceProd": ONNXOperationReader.folded,
      "ReduceSum": ONNXOperationReader.reduction,
      "Reshape": ONNXOperationReader.reshape,
      "Resize": ONNXOperationReader.resize,
      "Shape": ONNXOperationReader.shape,
      "Size": ONNXOperationReader.shape,
      "Slice": ONNXOperationReader.slice,
      "Softmax": ONNXOperationReader.softmax,
      "Split": ONNXOperationReader.split,
      "Squeeze": ONNXOperationReader.reshape,
      "Sub": ONNXOperationReader.arithmetic,
      "Sum": ONNXOperationReader.sum,
      "Tile": ONNXOperationReader.tile,
      "Transpose": ONNXOperationReader.transpose,
      "Unsqueeze": ONNXOperationReader.reshape,
      "Upsample": ONNXOperationReader.resize,
      "Where": ONNXOperationReader.choice,
    ]
  }

  // MARK: Functions with attributes

  private static func celu(_ node: ONNXNode) throws(InputError) -> any GraphOperator {
    let alpha = try node.float("alpha", default: 1)
    guard alpha > 0 else { throw node.failure("the alpha of Celu is \(alpha)", "it must be positive") }
    return Elementwise(ContinuouslyDifferentiableELU(alpha: alpha))
  }

  private static func gelu(_ node: ONNXNode) throws(InputError) -> any GraphOperator {
    switch node.text("approximate") ?? "none" {
    case "none": return Elementwise(GaussianErrorLinearUnit())
    case "tanh": return Elementwise(TanhGaussianErrorLinearUnit())
    case let name: throw node.failure("the approximation \(name) of Gelu is unknown", "use none or tanh")
    }
  }

  private static func hardSigmoid(_ node: ONNXNode) throws(InputError) -> any GraphOperator {
    let (alpha, beta) = (try node.float("alpha", default: 0.2), try node.float("beta", default: 0.5))
    guard alpha > 0 else { throw node.failure("the alpha of HardSigmoid is \(alpha)", "it must be positive") }
    return Elementwise(ClippedLine.hardSigmoid(alpha: alpha, beta: beta))
  }

  private static func selu(_ node: ONNXNode) throws(InputError) -> any GraphOperator {
    Elementwise(
      ScaledExponentialLinearUnit(
        alpha: try node.float("alpha", default: 1.67326319217681884765625),
        gamma: try node.float("gamma", default: 1.05070102214813232421875)))
  }
}
