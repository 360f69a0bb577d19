"""What a Keras model's layers tell about the pixels it was trained on.

The modules and modes are those of ``keras.applications`` (https://keras.io/api/applications/);
each family is known by layer names that no other family has, so that a renamed,
reloaded or nested model is recognised as well.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

Mode = Literal["caffe", "tf", "torch"]

FAMILIES: tuple[tuple[str, str, Mode], ...] = (
    # a layer's name, the module of keras.applications, the mode of preprocess_input
    ("conv2_block1_3_bn", "resnet", "caffe"),
    ("block5_conv4", "vgg19", "caffe"),
    ("block5_conv3", "vgg16", "caffe"),
    ("conv2_block1_preact_bn", "resnet_v2", "tf"),
    ("conv_dw_1", "mobilenet", "tf"),
    ("Conv1_relu", "mobilenet_v2", "tf"),
    ("block1_conv1_bn", "xception", "tf"),
    ("mixed_7a", "inception_resnet_v2", "tf"),
    ("mixed10", "inception_v3", "tf"),
    ("reduction_conv_1_stem_1", "nasnet", "tf"),
    ("pool2_conv", "densenet", "torch"),
    # These rescale by themselves unless built with include_preprocessing=False.
    ("block1a_project_conv", "efficientnet_v2", "tf"),
    ("expanded_conv_project", "mobilenet_v3", "tf"),
)

WORDS: dict[Mode, str] = {
    "caffe": "RGB → BGR, ImageNet mean subtracted (caffe style)",
    "tf": "scaled to −1..1",
    "torch": "scaled to 0..1, ImageNet mean and deviation",
}

RESCALING = {"Rescaling", "Normalization"}


@dataclass(frozen=True)
class Preprocessing:
    """What is done to a batch in 0..255, and the words for it."""

    function: Callable[[Any], Any] | None
    words: str


def find_preprocessing(model: Any) -> Preprocessing:
    """Read a model's preprocessing off its layers.

    Parameters
    ----------
    model : keras.Model
        One of ``keras.applications``, by itself, cut, or nested in another
        model; or any other.

    Returns
    -------
    Preprocessing
        Without function where the model does it by itself, or nothing was found.
    """
    inside = _done_inside(model)
    if inside is not None:
        return Preprocessing(None, f"none: 0..255 (the model does it itself, in {inside})")
    names = {operation.name for operation in operations(model)}
    for layer, module, mode in FAMILIES:
        if layer in names:
            return Preprocessing(_function(module, mode), f"{module}: {WORDS[mode]}")
    if any(name.startswith("convnext_") for name in names):
        # convnext's own preprocess_input does nothing; its layer normalises as mode "torch" does.
        return Preprocessing(_by_mode("torch"), f"convnext: {WORDS['torch']}")
    return Preprocessing(
        None, "none found: 0..255 is handed over as it is; say preprocess=… if that is wrong"
    )


def imagenet_labels(model: Any) -> tuple[str, ...] | None:
    """Return ImageNet's labels for a ``keras.applications`` model with its own top.

    Keras fetches them once; None where they do not fit or cannot be had.
    """
    shape = getattr(model, "output_shape", None)
    last = model.layers[-1].name if getattr(model, "layers", None) else ""
    known = last == "predictions" or last.startswith("convnext_")
    if not known or not isinstance(shape, tuple) or shape[-1] != 1000:
        return None
    return _fetched_labels()


@cache
def _fetched_labels() -> tuple[str, ...] | None:
    import numpy as np  # noqa: PLC0415 - for this call only

    utils = importlib.import_module("keras.applications.imagenet_utils")
    ranks = np.arange(1000, 0, -1, dtype=np.float32)[np.newaxis]
    try:
        decoded = utils.decode_predictions(ranks, top=1000)[0]
    except Exception:  # noqa: BLE001 - Keras raises a plain Exception without a network
        return None
    return _distinct([label.replace("_", " ") for _, label, _ in decoded])


def _distinct(labels: list[str]) -> tuple[str, ...]:
    """ImageNet names two classes "crane" and two "maillot": number the second ones."""
    seen: dict[str, int] = {}
    for index, label in enumerate(labels):
        seen[label] = seen.get(label, 0) + 1
        if seen[label] > 1:
            labels[index] = f"{label} ({seen[label]})"
    return tuple(labels)


def _done_inside(model: Any) -> str | None:
    """Name what changes the pixels ahead of the first weights, if anything does."""
    for operation in operations(model):
        kind = type(operation).__name__
        if kind in RESCALING:
            return f"the layer {operation.name!r}"
        if kind in {"Lambda", "TFOpLambda"} or ".ops." in type(operation).__module__:
            return f"the operation {operation.name!r}"
        if getattr(operation, "weights", None):
            return None
    return None


def operations(model: Any) -> Iterator[Any]:
    """Leaves of a model in the order of its graph; nested models are entered."""
    for operation in getattr(model, "operations", None) or getattr(model, "layers", None) or ():
        if getattr(operation, "layers", None):
            yield from operations(operation)
        else:
            yield operation


def _function(module: str, mode: Mode) -> Callable[[Any], Any]:
    if module in {"efficientnet_v2", "mobilenet_v3"}:  # their preprocess_input does nothing
        return _by_mode(mode)
    preprocess: Callable[[Any], Any] = importlib.import_module(
        f"keras.applications.{module}"
    ).preprocess_input
    return preprocess


def _by_mode(mode: Mode) -> Callable[[Any], Any]:
    utils = importlib.import_module("keras.applications.imagenet_utils")
    return lambda batch: utils.preprocess_input(batch, mode=mode)
