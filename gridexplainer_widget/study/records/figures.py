"""Where a map lies: on the border, in a corner, evenly or in one place."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def positive_shares(values: NDArray[np.floating]) -> NDArray[np.float64] | None:
    """Return each cell's share of all that is positive; None where nothing is."""
    positive = np.where(np.isfinite(values), np.maximum(values, 0), 0).astype(np.float64)
    total = positive.sum()
    return positive / total if total else None


def border_share(values: NDArray[np.floating]) -> float | None:
    """Return the share in the outermost cells."""
    shares = positive_shares(values)
    return None if shares is None else float(1 - shares[1:-1, 1:-1].sum())


def corner_share(values: NDArray[np.floating]) -> float | None:
    """Return the share in that corner which has most: a quarter of the rows and of the columns."""
    shares = positive_shares(values)
    if shares is None:
        return None
    rows, columns = (-(-side // 4) for side in shares.shape)
    tops, sides = (slice(rows), slice(-rows, None)), (slice(columns), slice(-columns, None))
    return float(max(shares[top, side].sum() for top in tops for side in sides))


def evenness(values: NDArray[np.floating]) -> float | None:
    """Return 0 where one cell has all, 1 where all cells have as much: the shares' entropy."""
    shares = positive_shares(values)
    if shares is None or shares.size < 2:
        return None
    known = shares[shares > 0]
    return max(0.0, float(-(known * np.log(known)).sum() / np.log(shares.size)))
