"""Choose a model's reader without importing a framework."""

from __future__ import annotations

import importlib
import inspect
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from gridexplainer_widget.classifiers.classifier import Classifier, Overrides, ShapeLike
from gridexplainer_widget.classifiers.labels import LabelsLike, parse_labels
from gridexplainer_widget.classifiers.outputs import parse_output
from gridexplainer_widget.classifiers.preprocessing import (
    Preprocessing,
    PreprocessLike,
    parse_preprocess,
)
from gridexplainer_widget.classifiers.several import parse_output_index

FILES = {
    ".keras": ("keras", "keras_file"),
    ".h5": ("keras", "keras_file"),
    ".hdf5": ("keras", "keras_file"),
    ".tflite": ("tflite", "tflite_classifier"),
    ".onnx": ("onnx", "onnx_classifier"),
    ".pt": ("torch", "torchscript_file"),
    ".pth": ("torch", "torchscript_file"),
    ".ts": ("torch", "torchscript_file"),
}
"""Suffix of a file → its reader: module and function."""

WANTED = (
    "Wanted is a model of Keras, PyTorch, Hugging Face, ONNX Runtime, TFLite or scikit-learn, a "
    "TensorFlow SavedModel, the path of a .keras, .h5, .tflite, .onnx or TorchScript .pt file or "
    "of a SavedModel or Hugging Face folder, or a callable that takes a batch of pictures "
    "(n, H, W, 3) in 0..255 and returns (n, classes)."
)


def as_classifier(  # noqa: PLR0913 - what can be stated of a model
    model: Any,
    *,
    preprocess: PreprocessLike = "auto",
    labels: LabelsLike = None,
    output: str | None = None,
    unit: str = "",
    output_index: int | str | None = None,
    input_shape: Sequence[int | None] | None = None,
) -> Classifier:
    """Make a classifier of a model.

    Parameters
    ----------
    model : Classifier, model, path or callable
        A model of Keras 3 or tf_keras, PyTorch, TorchScript, timm, Hugging Face (also a pipeline),
        ONNX Runtime, TFLite, scikit-learn, or a TensorFlow SavedModel; the path of one; or a
        callable: float32 (batch, H, W, 3) in 0..255 → (batch, classes).
    preprocess : str, callable or None
        Applied to a batch in 0..255. "auto" reads it off the model. Presets are "0..1", "-1..1" and
        "imagenet" (0..1, then mean and deviation), also with blue first ("0..1 bgr"), and "caffe".
        None keeps 0..255. A callable takes the batch; a Hugging Face image processor or a
        torchvision transform is read by trying it.
    labels : sequence of str, mapping, or path, optional
        Class names in order, by index, or index by name; or a .txt or .json file of these. Of a
        zero-shot pipeline of Hugging Face, its candidates.
    output : str, optional
        What the model returns, found out by default: "softmax", "percent", "logits", "sigmoid",
        "sigmoids", "multilabel-logits" (of classes of which several may be true: a sigmoid is taken
        of each) or "value" (a regression; several are several values, `labels` their names).
    unit : str
        Of values, such as "years".
    output_index : int or str, optional
        Which of several outputs, by place or name; by default the only one, or the one that is
        named like an answer, such as "logits".
    input_shape : (height, width) or (height, width, channels), optional
        In pixels, where the model does not tell. Without it, a PyTorch module that takes several
        sizes is asked at 224×224, and the check says so.

    Raises
    ------
    TypeError
        The kind of model is unknown.
    ValueError
        A keyword is invalid, or the model cannot be read.
    FileNotFoundError
        There is no such file.
    ImportError
        The framework is missing; the message says what to install.
    ClassifierError
        The model takes or gives anything but one picture and one vector.
    """
    preprocessing, size = _preprocessing(preprocess)
    shape = size if input_shape is None else parse_shape(input_shape)
    overrides = Overrides(
        preprocessing,
        parse_labels(labels),
        parse_output(output),
        shape,
        parse_output_index(output_index),
    )
    if isinstance(model, Classifier):
        if output_index is not None:
            raise ValueError(
                f"output_index={output_index!r} chooses an output of a model, and {model.name} is "
                "a Classifier already: give it to as_classifier, with the model itself."
            )
        classifier = _with(model, overrides)
    else:
        module, function = _reader(model)
        reader = getattr(importlib.import_module(f".{module}", __package__), function)
        classifier = reader(model, overrides)
    if unit and classifier.output != "value":
        raise ValueError(
            f"unit={unit!r} is of values, and {classifier.name} is not said to return such: say "
            'output="value", too.'
        )
    classifier.unit = unit or classifier.unit
    classifier.output_is_given |= overrides.output is not None
    return classifier


def parse_shape(shape: Any) -> ShapeLike:
    """Check the user's input shape; raise ValueError if it is invalid."""
    numbers = tuple(shape) if isinstance(shape, Sequence) and not isinstance(shape, str) else ()
    whole = all(
        side is None or (isinstance(side, int) and not isinstance(side, bool) and side > 0)
        for side in numbers
    )
    if not whole or len(numbers) not in {2, 3} or (*numbers, 3)[2] not in {1, 3, 4}:
        raise ValueError(
            f"input_shape={shape!r} is no size. Wanted is (height, width), or (height, width, "
            "channels) with 1, 3 or 4 channels; None stands for any height or width."
        )
    return (numbers[0], numbers[1], (*numbers, None)[2])


def _with(classifier: Classifier, overrides: Overrides) -> Classifier:
    values: dict[str, Any] = {
        "preprocessing": overrides.preprocessing,
        "labels": overrides.labels,
        "output": overrides.output or classifier.told_output,
        "input_shape": overrides.shape(classifier.input_shape),
        "size_assumed": classifier.size_assumed and None in overrides.input_shape[:2],
    }
    if classifier.reread is not None:
        reread = classifier.reread
        values["reread"] = lambda: _with(reread(), overrides)
    kept = {name: values[name] for name in values if values[name] is not None}
    return replace(classifier, **{"output": None, **kept})


def _preprocessing(preprocess: Any) -> tuple[Preprocessing | None, ShapeLike]:
    """Read the user's preprocessing; a transform also gives the size."""
    if _roots(preprocess) & {"transformers", "torchvision", "timm"}:
        from gridexplainer_widget.classifiers.transforms import read_transform  # noqa: PLC0415 - only for these

        found: tuple[Preprocessing, ShapeLike] = read_transform(preprocess)
        return found
    return parse_preprocess(preprocess), (None, None, None)


def _reader(model: Any) -> tuple[str, str]:
    if isinstance(model, (str, os.PathLike)):
        return _file_reader(Path(model).expanduser())
    if inspect.isclass(model):
        raise TypeError(
            f"{model.__name__} is a class, not a model. Make one of it first: "
            f"GridExplainer({model.__name__}(…))."
        )
    roots = _roots(model)
    kinds = (
        ("keras", roots & {"keras", "tf_keras"}),
        ("huggingface", "transformers" in roots),  # before PyTorch: its models are modules
        ("torch", "torch" in roots),
        ("onnx", roots & {"onnx", "onnxruntime"}),
        ("tflite", hasattr(model, "get_input_details")),
        ("saved_model", "tensorflow" in roots and hasattr(model, "signatures")),
        ("sklearn", hasattr(model, "predict_proba") or hasattr(model, "decision_function")),
        ("function", callable(model)),
    )
    for kind, fits in kinds:
        if fits:
            return kind, f"{kind}_classifier"
    hint = " It has a method predict: give model.predict." if hasattr(model, "predict") else ""
    raise TypeError(f"{type(model).__name__} is no model.{hint} {WANTED}")


def _file_reader(path: Path) -> tuple[str, str]:
    if not path.exists():
        raise FileNotFoundError(f"There is no model at {os.fspath(path)!r}. {WANTED}")
    if (path / "saved_model.pb").is_file():
        return "saved_model", "saved_model_classifier"
    if (path / "config.json").is_file():
        return "huggingface", "huggingface_folder"
    if path.is_file() and path.suffix.lower() in FILES:
        return FILES[path.suffix.lower()]
    hint = " A pickle runs code when it is loaded: load it yourself and give the object."
    pickled = path.suffix in {".pkl", ".pickle", ".joblib"}
    what = f"{os.fspath(path)!r} is no model that can be read."
    raise TypeError(f"{what}{hint if pickled else ''} {WANTED}")


def _roots(thing: Any) -> set[str]:
    """Name the packages of a thing's class and its bases."""
    return {cls.__module__.partition(".")[0] for cls in type(thing).__mro__}
