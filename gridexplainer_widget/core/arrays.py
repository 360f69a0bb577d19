"""Shared array types."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Pixels: TypeAlias = NDArray[np.float32]
"""Model-sized picture before preprocessing: float32 (height, width, channels), 0..255."""

PreparedBatch: TypeAlias = NDArray[np.float32]
"""Preprocessed pictures: float32 (n, height, width, channels)."""

Probabilities: TypeAlias = NDArray[np.float32]
"""Class probabilities: float32 (..., classes), 0..1."""

LayerMaps: TypeAlias = NDArray[np.float32]
"""A layer's output: float32 (n, height, width, channels)."""

Map: TypeAlias = NDArray[np.float32]
"""float32, per pixel (height, width) or per cell (rows, columns)."""

Mask: TypeAlias = NDArray[np.bool_]
"""True on the object: bool (height, width)."""
