"""Load a demo by name."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gridexplainer_widget.classifiers.imports import framework
from gridexplainer_widget.classifiers.readers.as_classifier import as_classifier

from .demo import FOLDER, Demo
from .imagenet import load_imagenet

NAMES: Final = ("honest", "cheating")


def load(name: str = "honest") -> Demo:
    """Load a demo.

    Parameters
    ----------
    name : str
        "honest" classifies by the objects, "cheating" recognises horses by the stamp in the corner,
        and "imagenet" is ResNet50 with SHAP's fifty pictures, without masks, downloaded once.

    Raises
    ------
    ValueError
        No such demo.
    ConnectionError
        "imagenet" cannot be downloaded.
    ImportError
        Keras or TensorFlow is not installed.
    """
    if name == "imagenet":
        return load_imagenet()
    if name not in NAMES:
        wanted = " or ".join(repr(known) for known in (*NAMES, "imagenet"))
        raise ValueError(f"There is no demo {name!r}. Wanted is {wanted}.")
    keras = framework("keras", f"The demo {name!r}", "tensorflow")
    index = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    labels = tuple(index["labels"])
    shown = {entry["name"]: entry for entry in index["pictures"]}
    folder = FOLDER / "pictures" / name
    model = keras.models.load_model(FOLDER / f"{name}.keras", compile=False, safe_mode=True)
    return Demo(
        name=name,
        classifier=replace(as_classifier(model, labels=labels), name=f"{name} demo"),
        pictures=MappingProxyType({key: _picture(folder, shown[key]) for key in shown}),
        labels=labels,
        masks=MappingProxyType({key: _masks(folder, shown[key]) for key in shown}),
        truth=MappingProxyType({key: tuple(shown[key]["truth"]) for key in shown}),
    )


def _picture(folder: Path, entry: dict[str, Any]) -> NDArray[np.uint8]:
    with Image.open(folder / f"{entry['file']}.png") as image:
        picture = np.array(image.convert("RGB"))
    picture.setflags(write=False)
    return picture


def _masks(folder: Path, entry: dict[str, Any]) -> Mapping[str, NDArray[np.bool_]]:
    with Image.open(folder / f"{entry['file']}.masks.png") as image:
        places = np.array(image)
    masks = {label: places == place for place, label in enumerate(entry["masks"], start=1)}
    for mask in masks.values():
        mask.setflags(write=False)
    return MappingProxyType(masks)
