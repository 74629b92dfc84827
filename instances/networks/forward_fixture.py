"""Evaluate the ONNX networks beside this file, for the tests of LipBench to compare with.

    python instances/networks/forward_fixture.py

evaluates every NAME.onnx next to this file with onnxruntime at five seeded points and
writes the inputs and outputs to Tests/WorkbenchTests/Fixtures/forward.json. The ONNX
files are those that `lipbench convert NAME.json NAME.onnx` makes. It needs numpy, onnx
and onnxruntime. Two arguments, a directory of ONNX files and a file to write, replace the
two places.

The points lie in [-1,2]^n, which is the data's box and as much again around it, and
their coordinates are multiples of 1/64: exact in single precision, and short in decimal.
The files hold single-precision weights; onnxruntime is given the same model with every
tensor widened to double, so that its outputs show the function and not its own rounding.
"""

import json
import sys
import zlib
from pathlib import Path

import numpy as np
import onnx
import onnxruntime

HERE = Path(__file__).resolve().parent
FIXTURE = HERE.parents[1] / "Tests" / "WorkbenchTests" / "Fixtures" / "forward.json"
COMMAND = "python instances/networks/forward_fixture.py"
POINTS = 5


def points_for(name, inputs):
    """Five points that depend on the name of the network only."""
    random = np.random.default_rng(zlib.crc32(name.encode()))
    return random.integers(-64, 128, endpoint=True, size=(POINTS, inputs)) / 64


def shape_of(node):
    """The shape of one input, with a dimension of one where the file leaves it open."""
    return [size if isinstance(size, int) and size > 0 else 1 for size in node.shape]


def widened(path):
    """The model with double tensors; the numbers stay the same."""
    model = onnx.load(path)
    for tensor in model.graph.initializer:
        if tensor.data_type == onnx.TensorProto.FLOAT:
            wide = onnx.numpy_helper.to_array(tensor).astype(np.float64)
            tensor.CopyFrom(onnx.numpy_helper.from_array(wide, tensor.name))
    for value in [*model.graph.input, *model.graph.output, *model.graph.value_info]:
        value.type.tensor_type.elem_type = onnx.TensorProto.DOUBLE
    return model.SerializeToString()


def evaluate(path):
    session = onnxruntime.InferenceSession(widened(path), providers=["CPUExecutionProvider"])
    node, = session.get_inputs()
    shape = shape_of(node)
    points = points_for(path.stem, int(np.prod(shape)))
    outputs = []
    for point in points:
        output, = session.run(None, {node.name: point.astype(np.float64).reshape(shape)})
        outputs.append([float(value) for value in output.ravel()])
    return {"file": path.name, "points": points.tolist(), "outputs": outputs}


def vectors(rows):
    return "[\n" + ",\n".join("        " + json.dumps(row) for row in rows) + "\n      ]"


def text(cases):
    """The fixture, one point or one output on each line."""
    blocks = [
        "    {\n"
        f'      "file": {json.dumps(case["file"])},\n'
        f'      "points": {vectors(case["points"])},\n'
        f'      "outputs": {vectors(case["outputs"])}\n'
        "    }"
        for case in cases]
    return ("{\n"
            f'  "made by": {json.dumps(COMMAND)},\n'
            f'  "onnxruntime": {json.dumps(onnxruntime.__version__)},\n'
            '  "cases": [\n' + ",\n".join(blocks) + "\n  ]\n}\n")


def main(arguments):
    if len(arguments) not in (0, 2):
        sys.exit("usage: forward_fixture.py [DIRECTORY FILE]")
    directory, fixture = map(Path, arguments or (HERE, FIXTURE))
    paths = sorted(directory.glob("*.onnx"))
    if not paths:
        sys.exit(f"forward_fixture.py: no .onnx files in {directory}")
    cases = [evaluate(path) for path in paths]
    fixture.parent.mkdir(parents=True, exist_ok=True)
    fixture.write_text(text(cases))
    print(f"{fixture}: {len(cases)} networks, {POINTS} points each")


if __name__ == "__main__":
    main(sys.argv[1:])
