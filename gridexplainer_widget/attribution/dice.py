"""NumPy's global random numbers, which SHAP draws from."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np


@contextmanager
def global_dice(seed: int) -> Iterator[None]:
    """Seed them for a while, then give back those that the user had."""
    before = np.random.get_state()  # noqa: NPY002 - SHAP draws from no other
    np.random.seed(seed % 2**32)  # noqa: NPY002
    try:
        yield
    finally:
        np.random.set_state(before)  # noqa: NPY002
