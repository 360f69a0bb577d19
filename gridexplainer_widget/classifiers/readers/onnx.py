"""A classifier from an ONNX model, run by ONNX Runtime."""

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
from gridexplainer_widget.classifiers.keras.applications import NOT_FOUND
from gridexplainer_widget.classifiers.labels import MAX_FILE, Labels, names_of, parse_labels
from gridexplainer_widget.classifiers.layouts import as_dtype, in_pieces, read_rows, to_front
from gridexplainer_widget.classifiers.outputs import which_answer
from gridexplainer_widget.classifiers.preprocessing import NAMED, Preprocessing
from gridexplainer_widget.core.arrays import PreparedBatch
from gridexplainer_widget.core.errors import ClassifierError

DTYPES: Final = {
    "tensor(float)": "float32",
    "tensor(float16)": "float16",
    "tensor(double)": "float64",
    "tensor(uint8)": "uint8",
}
"""What ONNX Runtime calls the types of pixels → what NumPy calls them."""

LABELS: Final = ("names", "labels", "classes", "id2label")
"""Where exporters leave the labels, in a model's metadata; "names" is Ultralytics'."""

NOT_FOUND_IN_FRONT: Final = replace(
    NAMED["0..1"],
    description="none found: 0..1 is handed over; say preprocess=… if that is wrong",
    told=False,
)
"""Channels in front come from PyTorch, where pictures are in 0..1 at least for a moment."""


@dataclass(frozen=True)
class Reading:
    """A way to read the shape of a graph's input.

    Parameters
    ----------
    shape : (height or None, width or None, channels)
    arrange : callable
        (n, H, W, C) → what the graph takes.
    preprocessing : Preprocessing
        Where nothing is known.
    """

    shape: Shape
    arrange: Callable[[PreparedBatch], PreparedBatch]
    preprocessing: Preprocessing = NOT_FOUND

    def agrees(self, said: Overrides) -> bool:
        """Whether the user's shape may be this one."""
        pairs = zip(said.input_shape, self.shape, strict=True)
        return all(told is None or found in {None, told} for told, found in pairs)


def onnx_classifier(model: Any, said: Overrides) -> Classifier:
    """Wrap an .onnx file, an `onnx.ModelProto`, or an `onnxruntime.InferenceSession`.

    The first two run on the CPU; a session is used as it is, on its own providers.

    Raises
    ------
    ValueError
        ONNX Runtime cannot read it.
    ClassifierError
        It takes anything but one picture, or gives anything but one vector.
    ImportError
        ONNX Runtime is missing.
    """
    session = model if hasattr(model, "get_inputs") else _session(model)
    is_path = isinstance(model, (str, os.PathLike))
    name = Path(model).name if is_path else session.get_modelmeta().graph_name or "the ONNX model"
    given = _only_input(session, name)
    sides = tuple(side if isinstance(side, int) and side > 0 else None for side in given.shape)
    reading = _reading(sides, said, name)
    usual = NOT_FOUND if DTYPES[given.type] == "uint8" else reading.preprocessing
    answer = _answer(session, name)
    forward = _forward(session, given, answer, reading)
    return Classifier(
        name=name,
        input_shape=said.shape(reading.shape),
        forward=in_pieces(forward, sides[0] if sides else None),
        preprocessing=said.preprocessing or usual,
        output=said.output,
        labels=said.labels
        or _labels(session, answer, name)
        or _zipped_labels(session, given, answer),
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


def _only_input(session: Any, name: str) -> Any:
    inputs = session.get_inputs()
    if len(inputs) != 1:
        raise ClassifierError(
            f"{name} takes {len(inputs)} inputs ({', '.join(each.name for each in inputs)}); "
            "wanted is a model of one picture. Wrap it in a function of a batch that gives the "
            "others."
        )
    if inputs[0].type not in DTYPES:
        raise ClassifierError(
            f"{name} takes {inputs[0].type}; wanted is one of {', '.join(DTYPES)}. "
            "Wrap it in a function of a batch (n, H, W, 3) in 0..255."
        )
    return inputs[0]


def _reading(sides: tuple[int | None, ...], said: Overrides, name: str) -> Reading:
    """Choose the first reading that agrees with the user, else the first."""
    readings = list(_readings(sides, said, name))
    if not readings:
        raise ClassifierError(
            f"{name} takes input of shape {sides}; wanted is (batch, channels, height, width) or "
            "(batch, height, width, channels) with 1, 3 or 4 channels. Wrap it in a function of a "
            "batch (n, H, W, 3) in 0..255."
        )
    return next((reading for reading in readings if reading.agrees(said)), readings[0])


def _readings(sides: tuple[int | None, ...], said: Overrides, name: str) -> Iterator[Reading]:
    """Go through what a shape may mean, the likeliest first; None may be any number."""
    if len(sides) == 2 and sides[1] is not None:
        shape, description = read_rows(sides[1], said, name)
        yield Reading(
            shape,
            lambda batch: batch.reshape(len(batch), -1),
            replace(NOT_FOUND, description=NOT_FOUND.description + description),
        )
    elif len(sides) == 3:
        yield Reading((sides[1], sides[2], 1), lambda batch: batch[..., 0])
    elif len(sides) in {0, 4}:  # without a shape: any
        yield from _readings_of_four(sides or (None,) * 4)


def _readings_of_four(sides: tuple[int | None, ...]) -> Iterator[Reading]:
    _, first, second, last = sides
    front = Reading((second, last, first or 3), to_front, NOT_FOUND_IN_FRONT)
    behind = Reading((first, second, last or 3), lambda batch: batch)
    if first in {1, 3, 4}:
        yield front
    if last in {1, 3, 4}:
        yield behind
    if first is None:
        yield front
    if last is None:
        yield behind


def _answer(session: Any, name: str) -> Any:
    outputs = session.get_outputs()
    numbers = [each for each in outputs if each.type in DTYPES or _is_zipped(each)]
    shapes = [None if _is_zipped(each) else tuple(each.shape) or None for each in numbers]
    kinds = [(each.name, shape) for each, shape in zip(numbers, shapes, strict=True)]
    return numbers[which_answer(kinds, name)]


def _is_zipped(output: Any) -> bool:
    """Whether scikit-learn's converter made a list of dictionaries, {class: probability}."""
    return bool(output.type.startswith("seq(map("))


def _forward(
    session: Any, given: Any, answer: Any, reading: Reading
) -> Callable[[PreparedBatch], NDArray[Any] | dict[str, NDArray[Any]]]:
    calls_them_logits = "logits" in answer.name.lower()

    def forward(batch: PreparedBatch) -> NDArray[Any] | dict[str, NDArray[Any]]:
        values = as_dtype(reading.arrange(batch), DTYPES[given.type])
        raw = session.run([answer.name], {given.name: values})[0]
        if _is_zipped(answer):
            raw = np.array([list(row.values()) for row in raw], np.float32)
        if raw.ndim > 2 and set(raw.shape[2:]) == {1}:
            raw = raw.reshape(raw.shape[:2])
        return {"logits": raw} if calls_them_logits else raw

    return forward


def _zipped_labels(session: Any, given: Any, answer: Any) -> tuple[str, ...] | None:
    """Ask about zeros, where their shape is known: the labels come with the probabilities."""
    batch, *sides = given.shape or [None]
    known = bool(sides) and all(isinstance(side, int) for side in sides)
    if not (known and _is_zipped(answer)):
        return None
    shape = (batch if isinstance(batch, int) else 1, *sides)
    rows = session.run([answer.name], {given.name: np.zeros(shape, DTYPES[given.type])})[0]
    return tuple(map(str, rows[0]))


def _labels(session: Any, answer: Any, name: str) -> Labels | None:
    """Read the labels from a model's metadata; None where they are not there or do not fit."""
    told = session.get_modelmeta().custom_metadata_map
    classes = None if _is_zipped(answer) or len(answer.shape) < 2 else answer.shape[1]
    for text in (told[key] for key in LABELS if key in told):
        try:
            labels = parse_labels(_literal(text))
            if labels is not None and isinstance(classes, int):
                names_of(labels, classes, name)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
        return labels
    return None


def _literal(text: str) -> Any:
    """Read JSON, or a dictionary or list as Python writes it; anything else is no labels."""
    if len(text) > MAX_FILE:
        return None
    try:
        found = json.loads(text)
    except ValueError:
        found = ast.literal_eval(text)
    return found if isinstance(found, (dict, list)) else None
