"""Seed the global generators, which SHAP and its imports draw from."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np


@contextmanager
def seeded_global_generators(seed: int) -> Iterator[None]:
    """Seed NumPy's and Python's generators, then restore their state."""
    numpy_state, python_state = np.random.get_state(), random.getstate()  # noqa: NPY002 - SHAP's
    try:
        np.random.seed(seed % 2**32)  # noqa: NPY002
        random.seed(seed)
        yield
    finally:
        np.random.set_state(numpy_state)  # noqa: NPY002
        random.setstate(python_state)
