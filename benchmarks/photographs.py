"""Real photographs out of installed packages; none is kept here.

20 of ImageNet's from foolbox, whose file names tell the class (their own rights are not known), and
seven of scikit-image's and scikit-learn's:

    pip install --no-deps foolbox==3.3.4
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tests.support.pytorch import torchvision

SCIKIT_IMAGE = ("chelsea.png", "coffee.png", "astronaut.png", "rocket.jpg", "motorcycle_left.png")
SCIKIT_LEARN = ("china.jpg", "flower.jpg")
FOOLBOX = re.compile(r"imagenet_\d\d_(\d+)\.jpg")


@dataclass(frozen=True)
class Photograph:
    """A picture and, where its package tells it, its class among ImageNet's thousand."""

    name: str
    pixels: NDArray[np.uint8]
    label: int | None = None


def imagenet_labels() -> list[str]:
    """Name ImageNet's thousand classes, offline."""
    weights = torchvision.models.MobileNet_V2_Weights.DEFAULT
    return list(weights.meta["categories"])


def photographs() -> list[Photograph]:
    """Take all 27 pictures, foolbox's first."""
    labels = imagenet_labels()
    told = [
        Photograph(labels[int(match[1])], _pixels(path), int(match[1]))
        for path in _foolbox()
        if (match := FOOLBOX.fullmatch(path.name))
    ]
    untold = (*_in("skimage.data", SCIKIT_IMAGE), *_in("sklearn.datasets.images", SCIKIT_LEARN))
    return [*told, *(Photograph(path.stem, _pixels(path)) for path in untold)]


def _foolbox() -> Iterator[Path]:
    found = find_spec("foolbox")  # importing it asks for packages that pictures do not need
    if found is None or found.origin is None:
        raise ImportError("foolbox is missing: pip install --no-deps foolbox==3.3.4")
    return iter(sorted((Path(found.origin).parent / "data").glob("imagenet_*.jpg")))


def _in(package: str, names: tuple[str, ...]) -> list[Path]:
    return [Path(str(files(package) / name)) for name in names]


def _pixels(path: Path) -> NDArray[np.uint8]:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))
