"""Writes operators.json: a small model for many combinations of an operator's attributes, shapes and operator set, as base64, with an
input and what onnxruntime makes of it. Inputs and weights are small multiples of 1/4.

Needs: onnx, onnxruntime. Run it in this folder.
"""

import base64
import itertools
import json

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

random = np.random.RandomState(3)
onnxruntime.set_default_logger_severity(4)
cases = []


class Model:
    """A graph with one input "x", built node by node."""

    def __init__(self, *shape):
        self.shape, self.nodes, self.constants = shape, [], []

    def constant(self, values):
        values = np.asarray(values)
        if values.dtype == np.float64:
            values = values.astype(np.float32)
        self.constants.append(numpy_helper.from_array(values, f"c{len(self.constants)}"))
        return self.constants[-1].name

    def weights(self, *shape):
        return self.constant(random.randint(-6, 7, shape) / 4)

    def positive(self, *shape):
        return self.constant(random.randint(1, 9, shape) / 4)

    def __call__(self, operation, *inputs, outputs=1, **attributes):
        names = [f"{operation}_{len(self.nodes)}_{k}" for k in range(outputs)]
        self.nodes.append(helper.make_node(operation, inputs, names, name=names[0], **attributes))
        return names[0] if outputs == 1 else names

    def record(self, name, output, opset=13, positive=False):
        graph = helper.make_graph(
            self.nodes, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, self.shape)],
            [helper.make_tensor_value_info(output, TensorProto.FLOAT, None)], self.constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8, producer_name="")
        data = model.SerializeToString()
        session = onnxruntime.InferenceSession(data)
        point = random.randint(1 if positive else -8, 9, self.shape).astype(np.float32) / 4
        value = session.run(None, {"x": point})[0]
        cases.append({
            "name": name, "model": base64.b64encode(data).decode(), "input": point.ravel().tolist(),
            "shape": list(value.shape), "output": [float(f"{v:.8g}") for v in value.ravel().tolist()]})


def one(name, shape, operation, *constants, opset=13, positive=False, after=None, **attributes):
    m = Model(*shape)
    y = m(operation, "x", *["" if c is None else m.constant(c) for c in constants], **attributes)
    m.record(name, m(after, y) if after else y, opset, positive)


def numbers(*values):
    return np.array(values, dtype=np.int64)


# Convolutions.
for k, (pads, strides, dilations, group, size, bias) in enumerate([
        ([0, 0, 0, 0], [1, 1], [1, 1], 1, (5, 6), True), ([1, 0, 2, 1], [2, 1], [1, 2], 1, (6, 5), False),
        ([0, 3, 1, 0], [3, 2], [2, 1], 2, (7, 6), True), ([1, 1, 1, 1], [1, 3], [1, 1], 4, (4, 7), True)]):
    m = Model(2 if k == 0 else 1, 4, *size)
    inputs = ["x", m.weights(4, 4 // group, 3, 2)] + ([m.weights(4)] if bias else [])
    m.record(f"Conv pads {k}", m("Conv", *inputs, pads=pads, strides=strides, dilations=dilations, group=group))
for mode, stride, kernel in itertools.product(["SAME_UPPER", "SAME_LOWER", "VALID"], [1, 2, 3], [2, 3]):
    m = Model(1, 2, 6, 5)
    m.record(f"Conv {mode} {stride} {kernel}", m(
        "Conv", "x", m.weights(1, 2, kernel, kernel), auto_pad=mode, strides=[stride, stride]), 11)
for group, dilation, stride in [(1, 1, 1), (3, 2, 2), (1, 3, 1)]:
    m = Model(1, 3, 8)
    m.record(f"Conv 1-d {group} {dilation} {stride}", m(
        "Conv", "x", m.weights(3, 3 // group, 2), m.weights(3), group=group, dilations=[dilation], strides=[stride],
        pads=[1, 2]))
for k, attributes in enumerate([
        {}, {"strides": [2, 3]}, {"strides": [2, 2], "pads": [1, 0, 0, 1], "output_padding": [1, 0]},
        {"strides": [2, 1], "dilations": [2, 2], "pads": [1, 1, 1, 1]}, {"group": 2, "strides": [1, 2]},
        {"auto_pad": "SAME_UPPER", "strides": [2, 2]}, {"auto_pad": "SAME_LOWER", "strides": [2, 2]},
        {"auto_pad": "VALID", "strides": [2, 2]}, {"output_shape": [8, 9], "strides": [2, 2]},
        {"output_shape": [7, 7], "strides": [2, 2], "auto_pad": "SAME_UPPER"},
        {"strides": [3, 3], "output_padding": [2, 1]}, {"strides": [1, 1], "pads": [2, 0, 1, 2]}]):
    m = Model(1, 2, 3, 4)
    y = m("ConvTranspose", "x", m.weights(2, 2 // attributes.get("group", 1), 3, 3), **attributes)
    m.record(f"ConvTranspose {k}", y)
m = Model(2, 2, 5)
m.record("ConvTranspose 1-d", m("ConvTranspose", "x", m.weights(2, 3, 3), m.weights(3), strides=[2], pads=[1, 1]))

# Pooling.
for ceil, (kernel, strides, pads, dilations) in itertools.product([0, 1], [
        ([2, 2], [2, 2], [0, 0, 0, 0], None), ([3, 3], [2, 2], [1, 1, 1, 1], None), ([3, 2], [1, 3], [0, 1, 2, 0], None),
        ([3, 3], [2, 2], [0, 0, 0, 0], None), ([2, 2], [3, 2], [0, 1, 0, 1], [2, 1])]):
    attributes = {"kernel_shape": kernel, "strides": strides, "pads": pads, "ceil_mode": ceil}
    if dilations:
        attributes["dilations"] = dilations
    tag = f"{kernel} {strides} {pads} {ceil}"
    one(f"MaxPool {tag}", (1, 2, 6, 7), "MaxPool", opset=12, **attributes)
    for include in [0, 1]:
        if not dilations:
            one(f"AveragePool {tag} {include}", (1, 2, 6, 7), "AveragePool", opset=19, count_include_pad=include, **attributes)
for mode, operation in itertools.product(["SAME_UPPER", "SAME_LOWER", "VALID"], ["MaxPool", "AveragePool"]):
    one(f"{operation} {mode}", (1, 1, 5, 6), operation, opset=11, kernel_shape=[3, 2], strides=[2, 2], auto_pad=mode)
one("AveragePool opset 7", (1, 2, 6), "AveragePool", opset=7, kernel_shape=[3], strides=[2], pads=[1, 0], count_include_pad=1)
one("MaxPool 3-d", (1, 2, 3, 4, 3), "MaxPool", kernel_shape=[2, 2, 2], strides=[1, 2, 1])
for operation in ["GlobalAveragePool", "GlobalMaxPool"]:
    one(operation, (2, 3, 4, 2), operation)
    one(f"{operation} 1-d", (1, 3, 5), operation)

# Normalizations.
for k, (opset, shape) in enumerate([(9, (2, 3, 2, 3)), (15, (1, 3, 4)), (7, (2, 3))]):
    m = Model(*shape)
    m.record(f"BatchNormalization {k}", m(
        "BatchNormalization", "x", m.weights(3), m.weights(3), m.weights(3), m.positive(3), epsilon=0.125), opset)
for axis, bias in [(-1, True), (1, False), (-2, True)]:
    m = Model(2, 3, 4)
    shape = (2, 3, 4)[axis:]
    inputs = ["x", m.weights(*shape)] + ([m.weights(*shape)] if bias else [])
    m.record(f"LayerNormalization {axis}", m("LayerNormalization", *inputs, axis=axis, epsilon=0.0625), 17)
for operation, after in [("Softmax", "Relu"), ("LogSoftmax", "Tanh")]:
    for opset, axis in [(11, 1), (11, 2), (11, None), (13, 1), (13, -1), (13, None)]:
        attributes = {} if axis is None else {"axis": axis}
        one(f"{operation} {opset} {axis}", (2, 3, 2), operation, opset=opset, after=after, **attributes)

# Matrix products.
for a, b, bias, alpha, beta, opset in [
        (0, 0, (4,), 1.0, 1.0, 7), (1, 0, (5, 1), 0.5, 1.0, 11), (0, 1, (1, 4), 1.0, -0.25, 13), (1, 1, None, 2.0, 1.0, 13),
        (0, 0, (), -1.5, 2.0, 13), (0, 1, (5, 4), 1.0, 1.0, 9)]:
    m = Model(*((3, 5) if a else (5, 3)))
    inputs = ["x", m.weights(*((4, 3) if b else (3, 4)))] + ([] if bias is None else [m.weights(*bias)])
    m.record(f"Gemm {a} {b} {bias}", m("Gemm", *inputs, transA=a, transB=b, alpha=alpha, beta=beta), opset)
for left, right in [
        ((2, 3), (3, 4)), ((2, 2, 3), (3, 2)), ((2, 3), (2, 3, 2)), ((2, 1, 2, 3), (3, 3, 2)), ((3,), (3, 2)), ((2, 3), (3,)),
        ((2, 2, 3), (3,)), ((3,), (3,)), ((3,), (2, 3, 2))]:
    m = Model(*left)
    m.record(f"MatMul {left} {right}", m("MatMul", "x", m.weights(*right)))
    m = Model(*right)
    m.record(f"MatMul constant {left} {right}", m("MatMul", m.weights(*left), "x"))
m = Model(1, 3, 4)
a = m("Softmax", m("MatMul", m("MatMul", "x", m.weights(4, 4)), m("Transpose", "x", perm=[0, 2, 1])), axis=-1)
m.record("attention", m("MatMul", a, "x"))

# Moving elements.
for opset, constants, attributes in [
        (11, [numbers(0, 1, 2, 0, 0, 1)], {}), (13, [numbers(1, 0, -1, 0, -1, 2), 0.5], {}),
        (13, [numbers(1, 2, 1, 1, 1, 0)], {"mode": "reflect"}), (13, [numbers(1, 2, 3, 4, 0, 2)], {"mode": "edge"}),
        (18, [numbers(2, 1), -0.25, numbers(-1)], {}), (19, [numbers(1, 2, 1, 0, 1, 3)], {"mode": "wrap"})]:
    one(f"Pad {opset} {attributes} {constants[0].tolist()}", (2, 3, 4), "Pad", *constants, opset=opset, **attributes)
one("Pad opset 7", (2, 3), "Pad", opset=7, pads=[1, 0, 0, 2], value=1.5)
for k, constants in enumerate([
        [numbers(1), numbers(3)], [numbers(-3, 0), numbers(9, -1), numbers(2, 1)],
        [numbers(-1), numbers(-9), numbers(2), numbers(-2)], [numbers(0, 3), numbers(2**62, -2**62), numbers(0, -1), numbers(2, -3)],
        [numbers(5), numbers(1), numbers(1), numbers(-1)], [numbers(0), numbers(9), numbers(2), numbers(2**62)]]):
    one(f"Slice {k}", (3, 4, 5), "Slice", *constants)
one("Slice opset 7", (3, 4), "Slice", opset=7, starts=[1, -2], ends=[3, 9], axes=[0, 1])
for axis, indices in [(0, numbers(1, 1, 0)), (1, numbers(-1)), (2, np.int64(2)), (-1, numbers(3, 1, 0, 2).reshape(2, 2))]:
    one(f"Gather {axis} {indices.tolist()}", (2, 3, 4), "Gather", indices, axis=axis)
for opset, axis, parts, constants, attributes in [
        (11, 1, 2, [], {"split": [3, 1]}), (13, 0, 3, [numbers(1, 0, 1)], {}), (13, -1, 2, [], {}), (18, 2, 2, [], {"num_outputs": 2}),
        (18, 1, 3, [], {"num_outputs": 3})]:
    m = Model(2, 5 if opset == 18 else 4, 6)
    outputs = m("Split", "x", *[m.constant(c) for c in constants], outputs=parts, axis=axis, **attributes)
    for k, output in enumerate(outputs if opset != 13 else outputs[:1]):
        m.record(f"Split {opset} {axis} {k}", output, opset)
for opset in [11, 13]:
    m = Model(2, 3)
    m.record(f"Concat {opset}", m("Concat", "x", m.weights(2, 2), m("Relu", "x"), axis=-1), opset)
m = Model(2, 3)
m.record("Concat 0", m("Concat", "x", m.weights(1, 3), axis=0))
for perm in [None, [0, 2, 1], [2, 0, 1], [1, 0, 2]]:
    one(f"Transpose {perm}", (2, 3, 4), "Transpose", **({} if perm is None else {"perm": perm}))
for target in [[6, 4], [-1, 2], [0, -1], [2, 0, 4, 1], [24]]:
    one(f"Reshape {target}", (2, 3, 4), "Reshape", numbers(*target))
for axis in [0, 1, 2, -1, 3]:
    one(f"Flatten {axis}", (2, 3, 4), "Flatten", axis=axis)
one("Squeeze 7", (1, 3, 1), "Squeeze", opset=7, axes=[2])
one("Squeeze 13", (1, 3, 1), "Squeeze", numbers(0, -1))
one("Squeeze all", (1, 3, 1), "Squeeze")
one("Unsqueeze 11", (2, 3), "Unsqueeze", opset=11, axes=[0, 3])
one("Unsqueeze 13", (2, 3), "Unsqueeze", numbers(-1, 1))
for target in [[2, 3, 4], [3, 1], [5, 1, 3, 4]]:
    one(f"Expand {target}", (3, 1) if target != [2, 3, 4] else (1, 3, 1), "Expand", numbers(*target))
one("Tile", (2, 3), "Tile", numbers(2, 3))

# Reductions.
for operation in ["ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin"]:
    for opset, axes, keep in [(11, [1], 1), (11, [0, -1], 0), (11, None, 1), (18, [-2], 0), (18, [2, 0], 1)]:
        inputs, attributes = [], {"keepdims": keep}
        if opset >= (13 if operation == "ReduceSum" else 18):
            inputs = [numbers(*axes)]
        elif axes is not None:
            attributes["axes"] = axes
        one(f"{operation} {opset} {axes} {keep}", (2, 3, 4), operation, *inputs, opset=opset, **attributes)
one("ReduceSum without axes", (2, 3), "ReduceSum", noop_with_empty_axes=1)

# Element by element.
for operation in ["Add", "Sub", "Mul", "Div", "Max", "Min"]:
    for left, right in [((2, 3), (3,)), ((3, 1), (2, 1, 4)), ((2, 2), ())]:
        m = Model(*left)
        m.record(f"{operation} {left} {right}", m(operation, "x", m.positive(*right)), opset=13)
        m = Model(*right) if right else Model(1)
        m.record(f"{operation} constant {left} {right}", m(operation, m.weights(*left), "x"), positive=True)
m = Model(2, 3)
m.record("Max of three", m("Max", "x", m.weights(3), m("Neg", "x")))
m = Model(2, 3)
m.record("Sum of three", m("Sum", "x", m.weights(3), m("Neg", "x")))
m = Model(2, 3)
m.record("Max of one", m("Max", "x"))
for operation in [
        "Abs", "Atan", "Celu", "Cos", "Elu", "Erf", "Exp", "Gelu", "HardSigmoid", "HardSwish", "Identity", "LeakyRelu", "Mish", "Neg",
        "Relu", "Selu", "Sigmoid", "Sin", "Softplus", "Softsign", "Tanh", "ThresholdedRelu"]:
    one(operation, (2, 8), operation, opset=20, after="Relu" if operation == "Sigmoid" else None)
for operation in ["Log", "Reciprocal", "Sqrt"]:
    one(operation, (2, 8), operation, positive=True)
for operation, attributes in [
        ("Celu", {"alpha": 2.5}), ("Elu", {"alpha": 0.5}), ("HardSigmoid", {"alpha": 0.5, "beta": 0.25}), ("LeakyRelu", {"alpha": -0.5}),
        ("Selu", {"alpha": 2.0, "gamma": 0.5}), ("ThresholdedRelu", {"alpha": 0.5}), ("Gelu", {"approximate": "tanh"})]:
    one(f"{operation} {attributes}", (2, 8), operation, opset=20, **attributes)
one("Clip 7", (2, 6), "Clip", opset=7, min=-0.5, max=1.25)
one("Clip 7 min", (2, 6), "Clip", opset=7, min=-0.5)
one("Clip 13", (2, 6), "Clip", np.float32(-0.5), np.float32(1.0))
one("Clip 13 max", (2, 6), "Clip", None, np.float32(1.0))
for exponent in [2, 3, 0.5, -1, 1, 0, 2.5]:
    one(f"Pow {exponent}", (2, 4), "Pow", np.float32(exponent), positive=True)
one("Pow 3 of both signs", (2, 4), "Pow", np.float32([3]))
for slopes in [[0.25], [[0.5], [-1.0], [2.0]]]:
    one(f"PRelu {slopes}", (2, 3, 4), "PRelu", np.array(slopes))

# Pictures made larger, and others.
for transformation, nearest in itertools.product(["asymmetric", "half_pixel", "align_corners"], [
        "floor", "ceil", "round_prefer_floor", "round_prefer_ceil"]):
    one(f"Resize {transformation} {nearest}", (1, 1, 3, 4), "Resize", None, np.float32([1, 1, 2, 1.5]), mode="nearest",
        coordinate_transformation_mode=transformation, nearest_mode=nearest)
one("Resize to sizes", (1, 2, 3, 4), "Resize", None, None, numbers(1, 2, 5, 2), mode="nearest")
one("Resize 10", (1, 1, 3, 2), "Resize", np.float32([1, 1, 2, 3]), opset=10, mode="nearest")
one("Upsample 9", (1, 1, 3, 2), "Upsample", np.float32([1, 1, 2, 3]), opset=9, mode="nearest")
one("Upsample 7", (1, 1, 3, 2), "Upsample", opset=7, mode="nearest", scales=[1.0, 1.0, 2.0, 1.0])
for mode in ["DCR", "CRD"]:
    one(f"DepthToSpace {mode}", (1, 8, 2, 3), "DepthToSpace", blocksize=2, mode=mode)
m = Model(2, 3, 2, 3)
m.record("InstanceNormalization", m("InstanceNormalization", "x", m.weights(3), m.weights(3), epsilon=0.125))
one("ReduceL2", (2, 3, 4), "ReduceL2", axes=[0, 2], keepdims=0)
one("Slice to the end", (3, 4), "Slice", numbers(1, -2), numbers(2**63 - 1, 2**63 - 1))
one("Slice to the start", (4,), "Slice", numbers(2**63 - 1), numbers(-2**63), numbers(0), numbers(-1))

# What exporters compute with shapes, and other constants.
m = Model(1, 3, 2, 2)
first = m("Gather", m("Shape", "x"), m.constant(np.int64(0)), axis=0)
rest = m("ReduceProd", m("Slice", m("Shape", "x"), m.constant(numbers(1)), m.constant(numbers(4))), keepdims=1)
target = m("Concat", m("Unsqueeze", first, m.constant(numbers(0))), rest, axis=0)
m.record("flatten by shapes", m("Reshape", "x", target))
m = Model(1, 4)
half = m("Cast", m("Div", m("Size", "x"), m.constant(np.int64(3))), to=TensorProto.FLOAT)
m.record("integer division", m("Mul", "x", half))
m = Model(1, 4)
line = m("Range", m.constant(np.int64(3)), m.constant(np.int64(-1)), m.constant(np.int64(-1)))
m.record("Range", m("Gather", "x", line, axis=1))
m = Model(1, 4)
ones = m("ConstantOfShape", m("Shape", "x"), value=helper.make_tensor("v", TensorProto.FLOAT, [1], [0.5]))
m.record("ConstantOfShape", m("Add", "x", ones))
m = Model(1, 4)
mask = m("Where", m("Equal", m.constant(numbers(0, 1, 2, 1)), m.constant(np.int64(1))), m.weights(4), m.weights(1))
m.record("Where", m("Mul", "x", mask))
m = Model(2, 4)
m.record("Where of values", m("Where", m.constant(np.array([True, False, False, True])), "x", m("Relu", "x")))
m = Model(2, 1)
m.record("Where broadcast", m("Where", m.constant(np.array([[True, False, True]])), m.weights(3), "x"))
m = Model(1, 4)
m.record("Shape 15", m("Expand", "x", m("Concat", m.constant(numbers(3)), m("Shape", "x", start=-1), axis=0)), 15)
m = Model(2, 3)
quantized = m("DequantizeLinear", m.constant(np.int8([[1, -7, 100], [3, 4, -5]])), m.constant(np.float32([0.25, 0.5, 2])), m.constant(
    np.int8([1, 0, -2])), axis=1)
m.record("DequantizeLinear", m("Mul", "x", quantized))
m = Model(2, 3)
quantized = m("DequantizeLinear", m.constant(np.uint8([7, 200, 128])), m.constant(np.float32(0.5)), m.constant(np.uint8(128)))
m.record("DequantizeLinear of one scale", m("Add", "x", quantized))
m = Model(2, 3)
m.record("float16", m("MatMul", "x", m("Cast", m.constant(np.float16([[0.1], [2], [-3]])), to=TensorProto.FLOAT)))
m = Model(2, 3)
m.record("folded weights", m("MatMul", "x", m("Transpose", m("Mul", m.weights(4, 3), m.weights(1)), perm=[1, 0])))
m = Model(2, 3)
m.record("Dropout 7", m("Dropout", "x", ratio=0.25), 7)
m = Model(2, 3)
m.record("Dropout 13", m("Dropout", "x", m.constant(np.float32(0.5))))
m = Model(1, 4)
squash = m("Mul", "x", m("Sigmoid", "x"))
m.record("Sigmoid inside", m("Gemm", squash, m.weights(4, 2)))
m = Model(1, 2, 4, 4)
gate = m("Sigmoid", m("Conv", m("GlobalAveragePool", "x"), m.weights(2, 2, 1, 1)))
m.record("squeeze and excitation", m("Mul", "x", gate))
m = Model(2, 4)
mean = m("ReduceMean", "x", axes=[-1])
centred = m("Sub", "x", mean)
variance = m("ReduceMean", m("Pow", centred, m.constant(np.float32(2))), axes=[-1])
m.record("layer normalization in parts", m("Div", centred, m("Sqrt", m("Add", variance, m.constant(np.float32(0.125))))))

names = [case["name"] for case in cases]
assert len(set(names)) == len(names), [name for name in names if names.count(name) > 1]
with open("operators.json", "w") as file:
    file.write("[\n" + ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases) + "\n]\n")
print(len(cases), "cases")
