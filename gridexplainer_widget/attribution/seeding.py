"""The global random numbers of NumPy and of Python, which SHAP and what it loads draw from."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np


@contextmanager
def global_dice(seed: int) -> Iterator[None]:
    """Seed them for a while, then give back those that the user had."""
    before, pythons = np.random.get_state(), random.getstate()  # noqa: NPY002 - SHAP's
    try:
        np.random.seed(seed % 2**32)  # noqa: NPY002
        random.seed(seed)
        yield
    finally:
        np.random.set_state(before)  # noqa: NPY002
        random.setstate(pythons)
