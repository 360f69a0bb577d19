"""The type of a demo."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.classifiers.classifier import Classifier

FOLDER: Final = Path(__file__).parent


@dataclass(frozen=True)
class Demo:
    """A classifier with pictures to explain.

    Attributes
    ----------
    name : str
        "honest", "cheating" or "imagenet".
    classifier : Classifier
        float32 (B, H, W, 3) RGB in 0..255 → float32 (B, classes) probabilities.
    pictures : mapping of str to (H, W, 3) array of uint8
        RGB in 0..255, in display order. Read-only.
    labels : tuple of str
        In the order of the classifier's outputs.
    masks : mapping of str to mapping of str to (H, W) array of bool
        By picture, then by label or "mark", the photographer's stamp: true where visible.
        Read-only.
    truth : mapping of str to tuple of str
        Each picture's labels.
    """

    name: str
    classifier: Classifier
    pictures: Mapping[str, NDArray[np.uint8]]
    labels: tuple[str, ...]
    masks: Mapping[str, Mapping[str, NDArray[np.bool_]]]
    truth: Mapping[str, tuple[str, ...]]
