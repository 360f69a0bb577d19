"""The types of arrays that several rooms share."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Pixels: TypeAlias = NDArray[np.float32]
"""A picture at the model's size, not preprocessed: float32 (height, width, channels), 0..255."""

PreparedBatch: TypeAlias = NDArray[np.float32]
"""Preprocessed pictures: float32 (n, height, width, channels)."""

Probabilities: TypeAlias = NDArray[np.float32]
"""Class probabilities: float32 (..., classes), 0..1."""

LayerMaps: TypeAlias = NDArray[np.float32]
"""The output of a layer: float32 (n, height, width, channels)."""

Map: TypeAlias = NDArray[np.float32]
"""One number per pixel, float32 (height, width), or per cell, (rows, columns)."""

Mask: TypeAlias = NDArray[np.bool_]
"""True where the object is: bool (height, width)."""
