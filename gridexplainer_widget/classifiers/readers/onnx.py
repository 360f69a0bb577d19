"""Read an ONNX model."""

from __future__ import annotations

import ast
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.classifiers.classifier import Classifier, Overrides, Shape
from gridexplainer_widget.classifiers.imports import framework
from gridexplainer_widget.classifiers.labels import MAX_FILE_BYTES, Labels, names_of, parse_labels
from gridexplainer_widget.classifiers.layouts import (
    as_dtype,
    only_input,
    read_rows,
    to_front,
)
from gridexplainer_widget.classifiers.model_lock import lock_of
from gridexplainer_widget.classifiers.onnx.incremental.engines import OnnxReading, not_applicable
from gridexplainer_widget.classifiers.outputs import which_answer
from gridexplainer_widget.classifiers.pieces import in_pieces
from gridexplainer_widget.classifiers.preprocessing import NOT_FOUND, PRESETS, Preprocessing
from gridexplainer_widget.classifiers.several import OutputIndex, chosen
from gridexplainer_widget.core.arrays import PreparedBatch
from gridexplainer_widget.core.errors import ClassifierError
from gridexplainer_widget.incremental.engine import Engines

DTYPES: Final = {
    "tensor(float)": "float32",
    "tensor(float16)": "float16",
    "tensor(double)": "float64",
    "tensor(uint8)": "uint8",
}
"""ONNX Runtime's pixel types → NumPy's."""

LABEL_KEYS: Final = ("names", "labels", "classes", "id2label")
"""Metadata keys of labels; "names" is Ultralytics'."""

CHANNELS_FIRST_NOT_FOUND: Final = replace(
    PRESETS["0..1"],
    description="none found: 0..1 is handed over; say preprocess=… if that is wrong",
    known=False,
)
"""Channels first come from PyTorch, where pictures start in 0..1."""


@dataclass(frozen=True)
class InputLayout:
    """An interpretation of an input's shape.

    `arrange` takes (n, H, W, C) and returns the graph's input; `channels_last` is None where that
    has no axes of its own for rows, columns and channels.
    """

    shape: Shape
    arrange: Callable[[PreparedBatch], PreparedBatch]
    preprocessing: Preprocessing = NOT_FOUND
    channels_last: bool | None = None

    def agrees(self, overrides: Overrides) -> bool:
        """Tell whether the user's shape is compatible."""
        pairs = zip(overrides.input_shape, self.shape, strict=True)
        return all(given is None or found in {None, given} for given, found in pairs)


def onnx_classifier(model: Any, overrides: Overrides) -> Classifier:
    """Wrap an .onnx file or `onnx.ModelProto`, on the CPU, or an `InferenceSession` as it is."""
    session = model if hasattr(model, "get_inputs") else _session(model)
    is_path = isinstance(model, (str, os.PathLike))
    name = Path(model).name if is_path else session.get_modelmeta().graph_name or "the ONNX model"
    given = _pixel_input(session, name)
    sides = tuple(side if isinstance(side, int) and side > 0 else None for side in given.shape)
    layout = _layout(sides, overrides, name)
    usual = NOT_FOUND if DTYPES[given.type] == "uint8" else layout.preprocessing
    answer = _answer(session, name, overrides.output_index)
    forward = _forward(session, given, answer, layout)
    shape = overrides.shape(layout.shape)
    reading = _reading(model, given, answer, layout, shape[2])
    return Classifier(
        name=name,
        input_shape=shape,
        forward=in_pieces(forward, sides[0] if sides else None, name),
        preprocessing=overrides.preprocessing or usual,
        output=overrides.output,
        labels=overrides.labels
        or _labels(session, answer, name)
        or _zipped_labels(session, given, answer),
        incremental_engine=Engines(reading.engine)
        if isinstance(reading, OnnxReading)
        else not_applicable(reading),
        mark=reading.mark if isinstance(reading, OnnxReading) else None,
        lock=lock_of(session),
    )


def _reading(
    model: Any, given: Any, answer: Any, layout: InputLayout, channels: int
) -> OnnxReading | str:
    """Return the reading of the model's graph, or why there is none."""
    if hasattr(model, "get_inputs"):
        return "a session does not tell what it runs: hand over the file or the ModelProto"
    if layout.channels_last is None:
        return "it takes pictures as rows, or without channels"
    if given.shape and isinstance(given.shape[0], int):
        return "it takes batches of one size only"
    if DTYPES[given.type] != "float32":
        return f"it calculates in {DTYPES[given.type]}"
    return OnnxReading(
        model,
        given.name,
        answer.name,
        channels,
        channels_last=layout.channels_last,
        after=lambda raw: _told(raw, answer),
    )


def _session(model: Any) -> Any:
    is_path = isinstance(model, (str, os.PathLike))
    name = Path(model).name if is_path else "an ONNX model"
    runtime = framework("onnxruntime", name, "gridexplainer-widget[onnx]")
    try:
        source = os.fspath(Path(model).expanduser()) if is_path else model.SerializeToString()
        return runtime.InferenceSession(source, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise ValueError(f"{name} cannot be read by ONNX Runtime: {error}") from error


def _pixel_input(session: Any, name: str) -> Any:
    inputs = session.get_inputs()
    given = only_input(inputs, (each.name for each in inputs), name)
    if given.type not in DTYPES:
        raise ClassifierError(
            f"{name} takes {given.type}; wanted is one of {', '.join(DTYPES)}. "
            "Wrap it in a function of a batch (n, H, W, 3) in 0..255."
        )
    return given


def _layout(sides: tuple[int | None, ...], overrides: Overrides, name: str) -> InputLayout:
    layouts = list(_layouts(sides, overrides, name))
    if not layouts:
        raise ClassifierError(
            f"{name} takes input of shape {sides}; wanted is (batch, channels, height, width) or "
            "(batch, height, width, channels) with 1, 3 or 4 channels. Wrap it in a function of a "
            "batch (n, H, W, 3) in 0..255."
        )
    return next((layout for layout in layouts if layout.agrees(overrides)), layouts[0])


def _layouts(
    sides: tuple[int | None, ...], overrides: Overrides, name: str
) -> Iterator[InputLayout]:
    """Yield possible layouts, the likeliest first; None is any number."""
    if len(sides) == 2 and sides[1] is not None:
        shape, description = read_rows(sides[1], overrides, name)
        yield InputLayout(
            shape,
            lambda batch: batch.reshape(len(batch), -1),
            replace(NOT_FOUND, description=NOT_FOUND.description + description),
        )
    elif len(sides) == 3:
        yield InputLayout((sides[1], sides[2], 1), lambda batch: batch[..., 0])
    elif len(sides) in {0, 4}:  # () where the shape is unknown
        yield from _layouts_of_four(sides or (None,) * 4)


def _layouts_of_four(sides: tuple[int | None, ...]) -> Iterator[InputLayout]:
    _, first, second, last = sides
    shape = (second, last, first or 3)
    front = InputLayout(shape, to_front, CHANNELS_FIRST_NOT_FOUND, channels_last=False)
    behind = InputLayout((first, second, last or 3), lambda batch: batch, channels_last=True)
    if first in {1, 3, 4}:
        yield front
    if last in {1, 3, 4}:
        yield behind
    if first is None:
        yield front
    if last is None:
        yield behind


def _answer(session: Any, name: str, output_index: OutputIndex) -> Any:
    outputs = session.get_outputs()
    if output_index is not None:
        return outputs[chosen(output_index, [each.name for each in outputs], name)]
    numbers = [each for each in outputs if each.type in DTYPES or _is_zipped(each)]
    if not numbers:
        returned = ", ".join(f"{each.name} of {each.type}" for each in outputs)
        raise ClassifierError(
            f"{name} returns {returned}: numbers of classes, as argmax gives them, or names, which "
            "do not tell how sure it is. Export it without its last step, so that it returns "
            "probabilities or logits of shape (batch, classes)."
        )
    shapes = [None if _is_zipped(each) else tuple(each.shape) or None for each in numbers]
    if len(numbers) == 1 and _lost_its_axes(session, numbers[0]):
        shapes = [None]
    kinds = [(each.name, shape) for each, shape in zip(numbers, shapes, strict=True)]
    return numbers[which_answer(kinds, name)]


def _lost_its_axes(session: Any, output: Any) -> bool:
    """Tell whether an output declared with one axis is a vector for one picture."""
    given = session.get_inputs()[0]
    sides = [side if isinstance(side, int) else 1 for side in given.shape[:1]] + given.shape[1:]
    if len(output.shape) != 1 or not all(isinstance(side, int) for side in sides):
        return False
    try:
        (raw,) = session.run([output.name], {given.name: np.zeros(sides, DTYPES[given.type])})
    except Exception:  # noqa: BLE001 - then it is something else
        return False
    return np.ndim(raw) < 2


def _is_zipped(output: Any) -> bool:
    """Recognise the {class: probability} list of scikit-learn's converter."""
    return bool(output.type.startswith("seq(map("))


def _forward(
    session: Any, given: Any, answer: Any, layout: InputLayout
) -> Callable[[PreparedBatch], NDArray[Any] | dict[str, NDArray[Any]]]:
    def forward(batch: PreparedBatch) -> NDArray[Any] | dict[str, NDArray[Any]]:
        values = as_dtype(layout.arrange(batch), DTYPES[given.type])
        return _told(session.run([answer.name], {given.name: values})[0], answer)

    return forward


def _told(raw: Any, answer: Any) -> NDArray[Any] | dict[str, NDArray[Any]]:
    """Return a raw answer as (batch, classes), logits by that name."""
    if _is_zipped(answer):
        raw = np.array([list(row.values()) for row in raw], np.float32)
    if raw.ndim > 2 and set(raw.shape[2:]) == {1}:
        raw = raw.reshape(raw.shape[:2])
    return {"logits": raw} if "logits" in answer.name.lower() else raw


def _zipped_labels(session: Any, given: Any, answer: Any) -> tuple[str, ...] | None:
    """Read labels off the answer to zeros, if the input shape is known."""
    batch, *sides = given.shape or [None]
    known = bool(sides) and all(isinstance(side, int) for side in sides)
    if not (known and _is_zipped(answer)):
        return None
    shape = (batch if isinstance(batch, int) else 1, *sides)
    rows = session.run([answer.name], {given.name: np.zeros(shape, DTYPES[given.type])})[0]
    return tuple(map(str, rows[0]))


def _labels(session: Any, answer: Any, name: str) -> Labels | None:
    """Read labels from metadata; None where there are none that fit."""
    metadata = session.get_modelmeta().custom_metadata_map
    classes = None if _is_zipped(answer) or len(answer.shape) < 2 else answer.shape[1]
    for text in (metadata[key] for key in LABEL_KEYS if key in metadata):
        try:
            labels = parse_labels(_literal(text))
            if labels is not None and isinstance(classes, int):
                names_of(labels, classes, name)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
        return labels
    return None


def _literal(text: str) -> Any:
    if len(text) > MAX_FILE_BYTES:
        return None
    try:
        found = json.loads(text)
    except ValueError:
        found = ast.literal_eval(text)
    return found if isinstance(found, (dict, list)) else None
