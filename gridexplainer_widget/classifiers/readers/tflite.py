"""Read a TensorFlow Lite (LiteRT) model."""

from __future__ import annotations

import importlib
import os
import warnings
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.classifiers.classifier import Classifier, Overrides, Shape
from gridexplainer_widget.classifiers.imports import framework
from gridexplainer_widget.classifiers.labels import MAX_FILE_BYTES, Labels, parse_labels
from gridexplainer_widget.classifiers.layouts import as_dtype, only_input, picture_shape
from gridexplainer_widget.classifiers.model_lock import lock_of
from gridexplainer_widget.classifiers.outputs import which_answer
from gridexplainer_widget.classifiers.pieces import in_pieces
from gridexplainer_widget.classifiers.preprocessing import NOT_FOUND, PRESETS, Preprocessing
from gridexplainer_widget.classifiers.quiet_start import notes_held_back
from gridexplainer_widget.classifiers.several import chosen
from gridexplainer_widget.core.arrays import PreparedBatch

BLACK_AND_WHITE: Final = np.array([[[[0] * 3, [255] * 3]]], np.float32)
"""One picture with both ends of each channel's range."""


def tflite_classifier(model: Any, overrides: Overrides) -> Classifier:
    """Wrap a .tflite file, or an Interpreter of tf.lite or ai_edge_litert.

    The input is resized to the batch where possible. A quantised input gets the preprocessed
    pixels rounded to its steps; outputs are dequantised.
    """
    is_path = isinstance(model, (str, os.PathLike))
    name = Path(model).name if is_path else "the TFLite model"
    interpreter = _open(Path(model).expanduser()) if is_path else model
    inputs = interpreter.get_input_details()
    given = only_input(inputs, (each["name"] for each in inputs), name)
    outputs = interpreter.get_output_details()
    names = _names(interpreter, outputs)
    squeezed = len(outputs) == 1 and len(_sides(outputs[0])) < 2  # as its answers show
    kinds = [
        (each, None if squeezed else tuple(_sides(output)))
        for each, output in zip(names, outputs, strict=True)
    ]
    which = overrides.output_index
    answer = outputs[which_answer(kinds, name) if which is None else chosen(which, names, name)]
    shape, arrange = _layout(_sides(given), name)
    forward = _forward(interpreter, given, answer, arrange)
    batch = _sides(given)[0]
    return Classifier(
        name=name,
        input_shape=overrides.shape(shape),
        forward=in_pieces(forward, None if batch == -1 else batch, name),
        preprocessing=overrides.preprocessing or _preprocessing(given),
        output=overrides.output,
        labels=overrides.labels or (_labels(Path(model).expanduser()) if is_path else None),
        lock=lock_of(interpreter),
    )


def _open(path: Path) -> Any:
    try:
        interpreter = importlib.import_module("ai_edge_litert.interpreter").Interpreter
    except ImportError:
        interpreter = framework("tensorflow", path.name, "tensorflow").lite.Interpreter
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about its move to ai_edge_litert
            return interpreter(model_path=os.fspath(path))
    except (ValueError, RuntimeError) as error:
        raise ValueError(f"{path.name} cannot be read as a TFLite model: {error}") from error


def _names(interpreter: Any, outputs: Sequence[Any]) -> list[str]:
    """Return the outputs' names in the only signature; tensors' own are the converter's."""
    signatures = list(interpreter.get_signature_list())
    named: dict[int, str] = {}
    if len(signatures) == 1:
        details = interpreter.get_signature_runner(signatures[0]).get_output_details()
        named = {each["index"]: name for name, each in details.items()}
    return [named.get(output["index"], output["name"]) for output in outputs]


def _sides(details: Any) -> list[int]:
    """Read a tensor's shape; −1 is any number."""
    signature = details.get("shape_signature", ())
    return [int(side) for side in (signature if len(signature) else details["shape"])]


def _layout(sides: list[int], name: str) -> tuple[Shape, Callable[[PreparedBatch], PreparedBatch]]:
    if len(sides) == 4 and sides[3] not in {1, 3, 4} and sides[1] in {1, 3, 4}:  # from PyTorch
        front, height, width = sides[1:]
        shape, _ = picture_shape((None, _free(height), _free(width), front), name)
        return shape, lambda batch: batch.transpose(0, 3, 1, 2)
    shape, flat = picture_shape((None, *map(_free, sides[1:])), name)
    return shape, (lambda batch: batch[..., 0]) if flat else (lambda batch: batch)


def _free(side: int) -> int | None:
    return None if side == -1 else side


def _forward(
    interpreter: Any, given: Any, answer: Any, arrange: Callable[[PreparedBatch], PreparedBatch]
) -> Callable[[PreparedBatch], NDArray[Any]]:
    scale, zero = given["quantization"]
    ready: list[tuple[int, ...]] = []

    def forward(batch: PreparedBatch) -> NDArray[Any]:
        values = arrange(batch)
        values = as_dtype(values / scale + zero if scale else values, np.dtype(given["dtype"]).name)
        if ready != [values.shape]:
            interpreter.resize_tensor_input(given["index"], values.shape)
            with notes_held_back():
                interpreter.allocate_tensors()
            ready[:] = [values.shape]
        interpreter.set_tensor(given["index"], values)
        interpreter.invoke()
        raw = _dequantised(interpreter.get_tensor(answer["index"]), *answer["quantization"])
        return raw.reshape(raw.shape[:2])

    return forward


def _dequantised(raw: NDArray[Any], scale: float, zero: int) -> NDArray[Any]:
    return (raw.astype(np.float32) - np.float32(zero)) * np.float32(scale) if scale else raw


def _preprocessing(given: Any) -> Preprocessing:
    """Infer the range of pixels from a quantised input."""
    scale, zero = given["quantization"]
    if not scale:
        return NOT_FOUND
    limits = np.iinfo(given["dtype"])
    low, high = (limits.min - zero) * scale, (limits.max - zero) * scale
    for usual in PRESETS.values():
        ends = usual(BLACK_AND_WHITE)
        # Calibration pictures need not reach the ends.
        if np.abs([low - ends.min(), high - ends.max()]).max() < 0.05 * (high - low):
            return Preprocessing(
                f"{usual.description} (from the quantised input, {low:.3g} to {high:.3g})",
                usual.scale,
                usual.offset,
                usual.bgr,
            )
    return Preprocessing(
        f"none found: 0..255 is spread over the quantised input, {low:.3g} to {high:.3g}; "
        "say preprocess=… if that is wrong",
        ((high - low) / 255,),
        (low,),
        known=False,
    )


def _labels(path: Path) -> Labels | None:
    """Read labels from TFLite's metadata, a zip archive appended to the file."""
    if not zipfile.is_zipfile(path):
        return None
    try:
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist():
                if entry.filename.endswith(".txt") and entry.file_size <= MAX_FILE_BYTES:
                    lines = archive.read(entry).decode("utf-8-sig").rstrip().splitlines()
                    return parse_labels([line.strip() for line in lines])
    except (ValueError, OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError):
        return None  # none, encrypted or corrupt
    return None
