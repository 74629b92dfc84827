"""Writes the .onnx files of this folder with convolutions, pooling, clips, maxima and branches, and their entries of
expected.json, which hold onnxruntime's outputs at a few points. All weights are small multiples of 1/4.

Needs: onnx, onnxruntime. Run it in this folder, after make_fixtures.py.
"""

import json
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

random = np.random.RandomState(2)
expected = json.loads(Path("expected.json").read_text())


class Model:
    """A graph with one input "input", built node by node."""

    def __init__(self, *shape):
        self.shape, self.nodes, self.constants = shape, [], []

    def constant(self, values):
        values = np.asarray(values)
        values = values if values.dtype == np.int64 else values.astype(np.float32)
        self.constants.append(numpy_helper.from_array(values, f"c{len(self.constants)}"))
        return self.constants[-1].name

    def weights(self, *shape):
        return self.constant(random.randint(-6, 7, shape) / 4)

    def __call__(self, operation, *inputs, **attributes):
        output = f"{operation}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operation, inputs, [output], name=output, **attributes))
        return output

    def record(self, name, output, opset=13):
        graph = helper.make_graph(
            self.nodes, name, [helper.make_tensor_value_info("input", TensorProto.FLOAT, self.shape)],
            [helper.make_tensor_value_info(output, TensorProto.FLOAT, None)], self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
        onnx.save(model, f"{name}.onnx")
        session = onnxruntime.InferenceSession(f"{name}.onnx")
        points = [random.randint(-4, 5, self.shape).astype(np.float32) / 2 for _ in range(4)]
        expected[name] = {
            "inputs": [point.astype(float).ravel().tolist() for point in points],
            "outputs": [session.run(None, {"input": point})[0].astype(float).ravel().tolist() for point in points],
            "note": None,
        }


m = Model(1, 2, 4, 4)
y = m("Relu", m("Conv", "input", m.weights(3, 2, 3, 3), m.weights(3), pads=[1, 1, 1, 1]))
y = m("Conv", y, m.weights(2, 3, 3, 3), pads=[1, 1, 1, 1])
y = m("Relu", m("Add", y, "input"))
m.record("layered_residual", m("Gemm", m("Flatten", y), m.weights(32, 2), m.weights(2)))

m = Model(1, 1, 5, 6)
y = m("Conv", "input", m.weights(2, 1, 2, 3), m.weights(2), strides=[1, 2], pads=[0, 2, 1, 1])
y = m("MaxPool", y, kernel_shape=[3, 2], strides=[2, 1], pads=[1, 0, 0, 1])
m.record("layered_max_pool", m("MatMul", m("Flatten", y), m.weights(16, 2)))

m = Model(1, 4, 9)
y = m("Conv", "input", m.weights(4, 2, 2), group=2, dilations=[3], pads=[1, 2])
y = m("Abs", m("Transpose", y, perm=[0, 2, 1]))
m.record("layered_conv_1d", m("Flatten", m("Conv", y, m.weights(1, 9, 1))))

m = Model(1, 2, 4, 4)
y = m("AveragePool", "input", kernel_shape=[2, 2], strides=[2, 2], pads=[1, 1, 1, 1], count_include_pad=1)
y = m("LeakyRelu", m("Conv", y, m.weights(4, 2, 2, 2)), alpha=0.25)
m.record("layered_average", m("Flatten", m("GlobalAveragePool", y)))

m = Model(1, 3)
a = m("Clip", m("Gemm", "input", m.weights(3, 4), m.weights(4)), m.constant(-1.0), m.constant(1.0))
b = m("Clip", m("Gemm", "input", m.weights(3, 3)), m.constant(0.0), m.constant(6.0))
y = m("Gemm", m("Concat", a, b, "input", axis=1), m.weights(10, 3))
m.record("layered_clips", m("Gemm", m("Relu", y), m.weights(3, 2), m.weights(2)))

m = Model(1, 3)
a, b = m("Gemm", "input", m.weights(3, 3), m.weights(3)), m("Gemm", "input", m.weights(3, 3))
y = m("Concat", m("Max", a, b), m("Min", a, b), axis=1)
y = m("Sub", m("Gemm", y, m.weights(6, 3)), m("Max", "input", m.constant([0.5, -1, 0.25])))
m.record("layered_max_min", m("ReduceMax", y, axes=[1], keepdims=1))

m = Model(1, 2, 3, 3)
y = m("PRelu", m("Conv", "input", m.weights(3, 2, 2, 2)), m.constant(np.float32([0.25, 1, 0.5]).reshape(3, 1, 1)))
y = m("PRelu", y, m.constant(np.float32([0, 1, 1]).reshape(3, 1, 1)))
m.record("layered_slopes", m("Gemm", m("Flatten", y), m.weights(12, 2)))

m = Model(1, 2, 3, 3)
y = m("Conv", "input", m.weights(3, 2, 2, 2))
y = m("BatchNormalization", y, m.weights(3), m.weights(3), m.weights(3), m.constant([0.25, 4, 1]), epsilon=0.0)
m.record("layered_normalized", m("Flatten", m("GlobalMaxPool", m("Relu", y))))

m = Model(1, 2, 3, 3)
y = m("Relu", m("Pad", "input", m.constant(np.array([0, 0, 1, 0, 0, 0, 0, 1])), m.constant(0.5)))
y = m("Slice", y, m.constant(np.array([3])), m.constant(np.array([-9])), m.constant(np.array([2])), m.constant(np.array([-2])))
m.record("layered_selected", m("ReduceMin", m("Gather", y, m.constant(np.array([1, 0, 1])), axis=3), axes=[2], keepdims=0))

Path("expected.json").write_text(json.dumps(expected, indent=1) + "\n")
