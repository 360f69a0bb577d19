"""ONNX models made by hand, and answers from their parts beside their own."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from gridexplainer_widget.classifiers.onnx.incremental.executor import OnnxExecutor
from gridexplainer_widget.classifiers.onnx.source import read_source
from gridexplainer_widget.incremental.engine import IncrementalEngine
from gridexplainer_widget.incremental.plan import PatchPlan, reachable


class Drawing:
    """A model while it is drawn; `weights` come from one generator."""

    def __init__(self, opset: int, seed: int = 0) -> None:
        self.opset, self.rng = opset, np.random.default_rng(seed)
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def constant(self, values: object, dtype: Any = np.float32) -> str:
        name = f"w{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(values, dtype), name))
        return name

    def weights(self, *shape: int, low: float | None = None, high: float = 1.0) -> str:
        if low is not None:
            return self.constant(self.rng.uniform(low, high, shape))
        fan = max(1, int(np.prod(shape[1:])))
        return self.constant(self.rng.normal(0, (1.5 / fan) ** 0.5, shape))

    def add(self, operation: str, *inputs: str, outputs: int = 1, **settings: Any) -> Any:
        names = [f"t{len(self.nodes)}_{place}" for place in range(outputs)]
        self.nodes.append(helper.make_node(operation, inputs, names, **settings))
        return names[0] if outputs == 1 else names

    def model(
        self, answer: str, shape: Sequence[object] = ("n", 3, "height", "width")
    ) -> onnx.ModelProto:
        graph = helper.make_graph(
            self.nodes,
            "drawn",
            [helper.make_tensor_value_info("pixels", TensorProto.FLOAT, shape)],
            [helper.make_tensor_value_info(answer, TensorProto.FLOAT, None)],
            self.constants,
        )
        return helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", self.opset)], ir_version=8
        )


def executor_of(
    model: onnx.ModelProto, size: tuple[int, int], *, channels: int = 3, channels_last: bool = False
) -> OnnxExecutor:
    source = read_source(model, model.graph.input[0].name, model.graph.output[0].name)
    return OnnxExecutor(
        onnxruntime,
        source,
        (channels, *size),
        channels_last=channels_last,
        after=lambda raw: raw,
    )


def in_parts_and_whole(
    model: onnx.ModelProto, size: tuple[int, int], seed: int = 0, *, channels_last: bool = False
) -> tuple[np.ndarray, np.ndarray, PatchPlan]:
    """Answers about pictures with parts changed, as much on patches as can be; the model's own."""
    executor = executor_of(model, size, channels_last=channels_last)
    engine = IncrementalEngine(executor)
    engine.refresh()
    rng = np.random.default_rng(seed)
    height, width = size
    picture = rng.normal(size=(height, width, 3)).astype(np.float32)
    boxes, pictures = [], [picture]
    for _ in range(5):
        top, left = rng.integers(0, height - 1), rng.integers(0, width - 1)
        bottom, right = rng.integers(top + 1, height + 1), rng.integers(left + 1, width + 1)
        boxes.append([[top, bottom], [left, right]])
        changed = picture.copy()
        changed[top:bottom, left:right] = rng.normal(size=(bottom - top, right - left, 3))
        pictures.append(changed)

    def crop(number: int, where: np.ndarray) -> np.ndarray:
        return np.stack(
            [
                one[t:b, lf:r]
                for one, ((t, b), (lf, r)) in zip(pictures[1:], where.tolist(), strict=True)
            ]
        )

    plan = PatchPlan(executor.graph, reachable(executor.graph))
    found = engine.outputs(plan, picture, [None, np.array(boxes)], crop)
    given = np.stack(pictures)
    given = given if channels_last else given.transpose(0, 3, 1, 2)
    return found, answers_of(model, given), plan


def answers_of(model: onnx.ModelProto, given: np.ndarray) -> np.ndarray:
    """What ONNX Runtime answers to a batch."""
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    name = session.get_inputs()[0].name
    (found,) = session.run(None, {name: np.ascontiguousarray(given, np.float32)})
    return np.asarray(found)
