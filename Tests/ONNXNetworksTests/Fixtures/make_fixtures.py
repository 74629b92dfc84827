"""Writes the .onnx files of this folder and expected.json, which holds onnxruntime's outputs at a few points.

Needs: torch, onnxscript, onnx, onnxruntime, scikit-learn, skl2onnx. Run it in this folder.
"""

import json
import tempfile
import warnings
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto, helper, numpy_helper
from skl2onnx import to_onnx
from sklearn.neural_network import MLPClassifier, MLPRegressor

warnings.filterwarnings("ignore")
torch.manual_seed(1)
random = np.random.RandomState(1)
expected = {}


def record(name, model, scores=None, note=None, dtype=np.float32):
    """Stores the model, and the values of its tensor `scores` (by default its output) at four random points."""
    onnx.save(model, f"{name}.onnx")
    assert Path(f"{name}.onnx").stat().st_size < 20_000, name
    stored = {tensor.name for tensor in model.graph.initializer}
    entry = next(value for value in model.graph.input if value.name not in stored)
    shape = [d.dim_value or 1 for d in entry.type.tensor_type.shape.dim]
    extended = onnx.ModelProto()
    extended.CopyFrom(model)
    scores = scores or model.graph.output[0].name
    if scores not in [value.name for value in model.graph.output]:
        extended.graph.output.append(helper.make_empty_tensor_value_info(scores))
    with tempfile.NamedTemporaryFile(suffix=".onnx", dir=".") as file:
        file.write(extended.SerializeToString())
        file.flush()
        session = onnxruntime.InferenceSession(file.name)
        points = [random.uniform(-1, 1, shape).astype(dtype) for _ in range(4)]
        values = [session.run([scores], {entry.name: point})[0] for point in points]
    expected[name] = {
        "inputs": [point.astype(float).ravel().tolist() for point in points],
        "outputs": [value.astype(float).ravel().tolist() for value in values],
        "note": note,
    }


# torch


class Viewed(torch.nn.Module):
    """An image network that flattens as older code does."""

    def __init__(self):
        super().__init__()
        self.first = torch.nn.Linear(6, 5)
        self.second = torch.nn.Linear(5, 2)

    def forward(self, x):
        x = x.view(x.size(0), -1)
        return self.second(torch.relu(self.first(x)))


def torch_models():
    nn = torch.nn
    return {
        "plain": (nn.Sequential(nn.Linear(3, 5), nn.ReLU(), nn.Linear(5, 4), nn.ReLU(), nn.Linear(4, 2)), (3,), None),
        "leaky": (nn.Sequential(nn.Linear(3, 5), nn.LeakyReLU(0.125), nn.Linear(5, 2)), (3,), None),
        "prelu": (nn.Sequential(nn.Linear(3, 5), nn.PReLU(), nn.Linear(5, 2)), (3,), None),
        "dropout": (nn.Sequential(nn.Flatten(), nn.Linear(4, 5), nn.Dropout(), nn.ReLU(), nn.Linear(5, 2)), (2, 2), None),
        "norm": (nn.Sequential(nn.Linear(3, 5), nn.BatchNorm1d(5), nn.ReLU(), nn.Linear(5, 2)), (3,), None),
        "softmax": (nn.Sequential(nn.Linear(3, 5), nn.ReLU(), nn.Linear(5, 3), nn.Softmax(1)), (3,), "are cut"),
        "final_relu": (nn.Sequential(nn.Linear(3, 5), nn.ReLU(), nn.Linear(5, 3), nn.ReLU()), (3,), None),
        "no_bias": (nn.Sequential(nn.Linear(3, 5, bias=False), nn.ReLU(), nn.Linear(5, 2, bias=False)), (3,), None),
        "viewed": (Viewed(), (1, 2, 3), None),
    }


for name, (module, shape, note) in torch_models().items():
    module.train()
    for _ in range(3):
        module(torch.randn(8, *shape))
    module.eval()
    for kind in ("legacy", "dynamo"):
        sample = torch.randn(2, *shape)
        path = Path(tempfile.mkdtemp()) / "model.onnx"
        if kind == "legacy":
            axes = {"input": {0: "batch"}, "output": {0: "batch"}}
            torch.onnx.export(
                module, sample, path, dynamo=False, input_names=["input"], output_names=["output"], dynamic_axes=axes)
        else:
            program = torch.onnx.export(module, (sample,), dynamo=True, dynamic_shapes=({0: torch.export.Dim("batch")},))
            program.save(path)
        model = onnx.load(path)
        for node in model.graph.node:
            del node.metadata_props[:]
            node.doc_string = ""
        del model.graph.value_info[:]
        scores = None
        if name == "softmax":
            scores = next(node.input[0] for node in model.graph.node if node.op_type == "Softmax")
        record(f"torch_{kind}_{name}", model, scores, note)

# scikit-learn

points = random.randn(60, 3).astype(np.float32)
three = random.randint(0, 3, 60)
for name, labels in [("classes", three), ("binary", three % 2), ("strings", np.array(["a", "b", "c"])[three])]:
    network = MLPClassifier(hidden_layer_sizes=(4,), max_iter=30, random_state=1).fit(points, labels)
    for zipmap in (True, False):
        model = to_onnx(network, points[:1], options={"zipmap": zipmap})
        record(f"sklearn_{name}{'_zipmap' if zipmap else ''}", model, "add_result1", "are cut")
for name, target in [("one", points[:, 0]), ("two", points[:, :2])]:
    network = MLPRegressor(hidden_layer_sizes=(4, 3), max_iter=30, random_state=1).fit(points, target)
    record(f"sklearn_regressor_{name}", to_onnx(network, points[:1]))

# Hand-written graphs in the style of other exporters


def weights(*shape, dtype=np.float32):
    return random.uniform(-1, 1, shape).astype(dtype)


def graph(nodes, shape, constants, out=2, dtype=np.float32, opset=13, ir=8, listed=False, output="output"):
    kind = helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
    stored = [numpy_helper.from_array(value, name) for name, value in constants.items()]
    inputs = [helper.make_tensor_value_info("input", kind, shape)]
    if listed:
        inputs += [helper.make_tensor_value_info(t.name, t.data_type, list(t.dims)) for t in stored]
    body = helper.make_graph(
        nodes, "fixture", inputs, [helper.make_tensor_value_info(output, kind, None)], stored)
    model = helper.make_model(body, opset_imports=[helper.make_opsetid("", opset)])
    model.ir_version = ir
    return model


node = helper.make_node

record("tensorflow_dense", graph(
    [
        node("MatMul", ["input", "dense/kernel:0"], ["dense/MatMul:0"], "dense/MatMul"),
        node("Add", ["dense/MatMul:0", "dense/bias:0"], ["dense/BiasAdd:0"], "dense/BiasAdd"),
        node("Relu", ["dense/BiasAdd:0"], ["dense/Relu:0"], "dense/Relu"),
        node("Transpose", ["dense_1/kernel:0"], ["kernel_transposed:0"], "transpose", perm=[1, 0]),
        node("MatMul", ["dense/Relu:0", "kernel_transposed:0"], ["dense_1/MatMul:0"], "dense_1/MatMul"),
        node("Add", ["dense_1/bias:0", "dense_1/MatMul:0"], ["dense_1/BiasAdd:0"], "dense_1/BiasAdd"),
        node("Mul", ["dense_1/BiasAdd:0", "leaky/slope:0"], ["leaky/Mul:0"], "leaky/Mul"),
        node("Max", ["leaky/Mul:0", "dense_1/BiasAdd:0"], ["leaky/Max:0"], "leaky/Max"),
        node("Gemm", ["leaky/Max:0", "dense_2/kernel:0", "dense_2/bias:0"], ["Identity:0"], "dense_2/Gemm"),
        node("Identity", ["Identity:0"], ["output"], "Identity"),
    ],
    ["unk__1", 3],
    {"dense/kernel:0": weights(3, 4), "dense/bias:0": weights(4), "dense_1/kernel:0": weights(5, 4),
     "dense_1/bias:0": weights(5), "leaky/slope:0": np.float32([0.25]), "dense_2/kernel:0": weights(5, 2),
     "dense_2/bias:0": weights(2)}))

record("tensorflow_image", graph(
    [
        node("Transpose", ["input"], ["first"], perm=[0, 3, 1, 2]),
        node("Transpose", ["first"], ["back"], perm=[0, 2, 1, 3]),
        node("Reshape", ["back", "shape"], ["flat"]),
        node("MatMul", ["flat", "w1"], ["a1"]),
        node("Relu", ["a1"], ["h1"]),
        node("MatMul", ["h1", "w2"], ["output"]),
    ],
    ["unk", 2, 3, 2], {"shape": np.int64([-1, 12]), "w1": weights(12, 4), "w2": weights(4, 2)}))

record("acas", graph(
    [
        node("Sub", ["input", "mean"], ["centred"]),
        node("Div", ["centred", "range"], ["scaled"]),
        node("Flatten", ["scaled"], ["flat"], axis=1),
        node("MatMul", ["flat", "w1"], ["m1"]),
        node("Add", ["m1", "b1"], ["a1"]),
        node("Relu", ["a1"], ["h1"]),
        node("MatMul", ["h1", "w2"], ["m2"]),
        node("Add", ["m2", "b2"], ["a2"]),
        node("Neg", ["a2"], ["negative"]),
        node("Sub", ["one", "negative"], ["shifted"]),
        node("Mul", ["shifted", "scale"], ["output"]),
    ],
    [1, 1, 1, 5],
    {"mean": weights(1, 1, 1, 5), "range": weights(1, 1, 1, 5) + np.float32(2), "w1": weights(5, 4), "b1": weights(4),
     "w2": weights(4, 2), "b2": weights(2), "one": np.float32(1), "scale": weights(2)},
    opset=8, ir=3, listed=True), note="folded with rounding")

record("columns", graph(
    [
        node("MatMul", ["w1", "input"], ["m1"]),
        node("Add", ["m1", "b1"], ["a1"]),
        node("Relu", ["a1"], ["h1"]),
        node("Squeeze", ["h1", "last"], ["s1"]),
        node("MatMul", ["s1", "w2"], ["output"]),
    ],
    [1, 6, 1], {"w1": weights(4, 6), "b1": weights(4, 1), "last": np.int64([2]), "w2": weights(4, 2)}))

record("gemm_left", graph(
    [
        node("Gemm", ["w1", "input", "b1"], ["a1"], alpha=0.5, beta=2.0, transA=1, transB=1),
        node("LeakyRelu", ["a1"], ["h1"]),
        node("Gemm", ["h1", "w2"], ["output"], transA=1),
    ],
    [1, 3], {"w1": weights(3, 4), "b1": weights(4, 1), "w2": weights(4, 2)}))

record("rows", graph(
    [node("MatMul", ["input", "w1"], ["a1"]), node("Relu", ["a1"], ["h1"]), node("MatMul", ["w2", "h1"], ["output"])],
    [2, 3], {"w1": weights(3, 4), "w2": weights(1, 2)}))

record("relu_first", graph(
    [node("Relu", ["input"], ["h1"]), node("MatMul", ["h1", "w1"], ["output"])], ["n", 3], {"w1": weights(3, 2)}))

record("composed", graph(
    [
        node("MatMul", ["input", "w1"], ["m1"]),
        node("Add", ["m1", "b1"], ["a1"]),
        node("MatMul", ["a1", "w2"], ["m2"]),
        node("Relu", ["m2"], ["h1"]),
        node("MatMul", ["h1", "w3"], ["output"]),
    ],
    ["n", 3], {"w1": weights(3, 4), "b1": weights(4), "w2": weights(4, 5), "w3": weights(5, 2)}))

record("double", graph(
    [
        node("Gemm", ["input", "w1", "b1"], ["a1"]), node("Relu", ["a1"], ["h1"]),
        node("Gemm", ["h1", "w2"], ["output"]),
    ],
    ["n", 3],
    {"w1": weights(3, 4, dtype=np.float64), "b1": weights(4, dtype=np.float64), "w2": weights(4, 2, dtype=np.float64)},
    dtype=np.float64), dtype=np.float64)

record("half", graph(
    [
        node("Cast", ["w1"], ["w1_float"], to=TensorProto.FLOAT), node("MatMul", ["input", "w1_float"], ["a1"]),
        node("Relu", ["a1"], ["h1"]), node("Cast", ["w2"], ["w2_float"], to=TensorProto.FLOAT),
        node("MatMul", ["h1", "w2_float"], ["output"]),
    ],
    ["n", 3], {"w1": weights(3, 4).astype(np.float16), "w2": weights(4, 2).astype(np.float16)}))

typed = graph(
    [
        node("Constant", [], ["slope"], value_float=0.5), node("Mul", ["input", "slope"], ["x"]),
        node("Gemm", ["x", "w1"], ["a1"]), node("Relu", ["a1"], ["h1"]),
        node("Cast", ["w2"], ["w2_float"], to=TensorProto.FLOAT), node("MatMul", ["h1", "w2_float"], ["output"]),
    ],
    ["n", 2], {})
typed.graph.initializer.extend([
    helper.make_tensor("w1", TensorProto.FLOAT, [2, 3], [0.5, -1.25, 2, 0.75, 1, -0.5]),
    helper.make_tensor("w2", TensorProto.FLOAT16, [3, 2], np.float16([1, 2, -3, 0.5, 0.25, -1])),
])
record("typed_fields", typed)

external = graph(
    [node("MatMul", ["input", "w1"], ["a1"]), node("Relu", ["a1"], ["h1"]), node("MatMul", ["h1", "w2"], ["output"])],
    ["n", 3], {"w1": weights(3, 4), "w2": weights(4, 2)})
onnx.save(external, "external.onnx", save_as_external_data=True, location="external.data", size_threshold=0)
record("external", onnx.load("external.onnx", load_external_data=False))

Path("expected.json").write_text(json.dumps(expected, indent=1) + "\n")
