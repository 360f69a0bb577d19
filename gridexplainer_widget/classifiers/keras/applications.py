"""Identify a ``keras.applications`` model by a layer name that only its family has.

This also finds renamed, reloaded and nested models; see https://keras.io/api/applications/.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from gridexplainer_widget.classifiers.labels import distinct
from gridexplainer_widget.classifiers.preprocessing import (
    AS_IS,
    NOT_FOUND,
    PRESETS,
    Preprocessing,
    guessed,
)

from .first_weights import colours_reaching, unchanged
from .source import Source

FAMILIES: tuple[tuple[str, str, str], ...] = (
    # layer name, module, effect of its preprocess_input
    ("conv2_block1_3_bn", "resnet", "caffe"),
    ("block5_conv4", "vgg19", "caffe"),
    ("block5_conv3", "vgg16", "caffe"),
    ("conv2_block1_preact_bn", "resnet_v2", "-1..1"),
    ("conv_dw_1", "mobilenet", "-1..1"),
    ("Conv1_relu", "mobilenet_v2", "-1..1"),
    ("block1_conv1_bn", "xception", "-1..1"),
    ("mixed_7a", "inception_resnet_v2", "-1..1"),
    ("mixed10", "inception_v3", "-1..1"),
    ("reduction_conv_1_stem_1", "nasnet", "-1..1"),
    ("pool2_conv", "densenet", "imagenet"),
    # These rescale by themselves unless built with include_preprocessing=False.
    ("block1a_project_conv", "efficientnet_v2", "-1..1"),
    ("expanded_conv_project", "mobilenet_v3", "-1..1"),
)

RESCALING = {"Rescaling", "Normalization"}


def find_preprocessing(source: Source) -> Preprocessing:
    """Find a model's preprocessing; none if the model does it itself or it is unknown.

    Plain colours tell what the model does ahead of its first weights; where that cannot be seen,
    names of layers do, which is a guess: such a body may have been trained anew in any range.
    """
    model = source.model
    seen = colours_reaching(source)
    turned = seen is not None and unchanged(seen[0], seen[1][:, ::-1])
    if _done_inside(model) if seen is None else not (turned or unchanged(*seen)):
        where = _done_inside(model) or "ahead of its first weights"
        description = f"none: 0..255 (the model does it itself, {where})"
        return replace(AS_IS, description=description, known=True)
    found = _of_family(model)
    if found is None:
        return NOT_FOUND
    if turned and seen is not None and not unchanged(*seen):
        found = found.reversed()  # the model itself puts blue first
    return guessed(found, "the names of its layers")


def _of_family(model: Any) -> Preprocessing | None:
    names = {operation.name for operation in operations(model)}
    for layer, module, usual in FAMILIES:
        if layer in names:
            return replace(PRESETS[usual], description=f"{module}: {PRESETS[usual].description}")
    if any(name.startswith("convnext_") for name in names):
        # Its preprocess_input does nothing; a layer normalises like this.
        return replace(
            PRESETS["imagenet"], description=f"convnext: {PRESETS['imagenet'].description}"
        )
    return None


def imagenet_labels(model: Any) -> tuple[str, ...] | None:
    """Return the names of ImageNet's classes, where a model's last layer is named as theirs."""
    shape = getattr(model, "output_shape", None)
    last = model.layers[-1].name if getattr(model, "layers", None) else ""
    known = last == "predictions" or last.startswith("convnext_")
    if not known or not isinstance(shape, tuple) or shape[-1] != 1000:
        return None
    return _imagenet_names()


@cache
def _imagenet_names() -> tuple[str, ...]:
    """Read the first word that WordNet has for each class, in the order of ImageNet's 1000."""
    text = Path(__file__).with_name("imagenet_names.txt").read_text(encoding="utf-8")
    return distinct(text.splitlines())


def _done_inside(model: Any) -> str | None:
    """Name the operation that changes pixels before the first weights."""
    for operation in operations(model):
        kind = type(operation).__name__
        if kind in RESCALING:
            return f"in the layer {operation.name!r}"
        if kind in {"Lambda", "TFOpLambda"} or ".ops." in type(operation).__module__:
            return f"in the operation {operation.name!r}"
        if getattr(operation, "weights", None):
            return None
    return None


def operations(model: Any) -> Iterator[Any]:
    """Yield all operations in graph order, entering nested models."""
    for operation in getattr(model, "operations", None) or getattr(model, "layers", None) or ():
        if getattr(operation, "layers", None):
            yield from operations(operation)
        else:
            yield operation
