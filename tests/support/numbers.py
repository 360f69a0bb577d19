"""What tests calculate themselves, and how near to that a result must be."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def softmax(logits: NDArray[np.floating]) -> NDArray[np.floating]:
    """Probabilities of logits: both (pictures, classes)."""
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def close(found: ArrayLike, expected: NDArray[np.floating], tolerance: float = 1e-4) -> None:
    """See that a map is the expected one, but for a share of its largest value."""
    largest = float(np.abs(expected).max())
    assert largest > 0  # two maps of zeros would agree about nothing
    np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance * largest)
