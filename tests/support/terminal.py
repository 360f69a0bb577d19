"""The command line, run in this process, and a model for it that is worked out by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from click.testing import CliRunner, Result
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from gridexplainer_widget.cli.main import gridexplainer


def ran(*arguments: object) -> Result:
    """Run a command; `exit_code`, `stdout` and `stderr` tell the rest."""
    return CliRunner().invoke(gridexplainer, [str(one) for one in arguments], prog_name="it")


def brightness(path: Path) -> Path:
    """Write a model of two classes, dark and bright: 1 − p and p, the red top left quarter's mean.

    Pictures are 8×8, in 0..255.
    """
    weights = {
        "starts": np.array([0, 0, 0]),
        "ends": np.array([4, 4, 1]),
        "axes": np.array([1, 2, 3]),
        "of": np.array([[-1 / 255, 1 / 255]], np.float32),
        "plus": np.array([[1, 0]], np.float32),
        "flat": np.array([-1, 1]),
    }
    nodes = [
        helper.make_node("Slice", ["pixels", "starts", "ends", "axes"], ["quarter"]),
        helper.make_node("ReduceMean", ["quarter"], ["mean"], axes=[1, 2, 3], keepdims=1),
        helper.make_node("Reshape", ["mean", "flat"], ["column"]),
        helper.make_node("MatMul", ["column", "of"], ["signed"]),
        helper.make_node("Add", ["signed", "plus"], ["answer"]),
    ]
    graph = helper.make_graph(
        nodes,
        "brightness",
        [helper.make_tensor_value_info("pixels", TensorProto.FLOAT, ["n", 8, 8, 3])],
        [helper.make_tensor_value_info("answer", TensorProto.FLOAT, ["n", 2])],
        [numpy_helper.from_array(value, name) for name, value in weights.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.save(model, path)
    return path


def white(path: Path) -> Path:
    """Write a white picture, 8×8."""
    Image.fromarray(np.full((8, 8, 3), 255, np.uint8)).save(path)
    return path
