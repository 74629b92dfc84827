import Networks
import ONNXNetworks
import SwiftProtobuf

extension ONNXModelProto {
  /// input [batch, 2] → Gemm → Relu → Gemm → output.
  static func small() -> ONNXModelProto {
    var model = ONNXModelProto()
    model.irVersion = 8
    model.opsetImport = [.with { $0.version = 13 }]
    model.graph.input = [
      .with {
        $0.name = "input"
        $0.type.tensorType.elemType = 1
        $0.type.tensorType.shape.dim = [.with { $0.dimParam = "batch" }, .with { $0.dimValue = 2 }]
      }
    ]
    model.graph.output = [.with { $0.name = "output" }]
    model.graph.initializer = [
      .floats("w1", [2, 3], [1, -2, 0.5, 3, 0.25, -1]), .floats("w2", [3, 2], [1, 2, 3, 4, 5, 6]),
    ]
    model.graph.node = [
      .operation("Gemm", ["input", "w1"], "a1"), .operation("Relu", ["a1"], "h1"),
      .operation("Gemm", ["h1", "w2"], "output"),
    ]
    return model
  }
}

extension ONNXTensorProto {
  static func floats(_ name: String, _ shape: [Int64], _ elements: [Float]) -> ONNXTensorProto {
    .with {
      $0.name = name
      $0.dims = shape
      $0.dataType = 1
      $0.floatData = elements
    }
  }

  static func integers(_ name: String, _ elements: [Int64]) -> ONNXTensorProto {
    .with {
      $0.name = name
      $0.dims = [Int64(elements.count)]
      $0.dataType = 7
      $0.int64Data = elements
    }
  }
}

extension ONNXNodeProto {
  static func operation(
    _ type: String, _ inputs: [String], _ output: String, name: String = ""
  ) -> ONNXNodeProto {
    .with {
      $0.opType = type
      $0.input = inputs
      $0.output = [output]
      $0.name = name
    }
  }
}
