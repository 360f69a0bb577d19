"""Compare a map with a mask of an object."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gridexplainer_widget.attribution.attribution import mean_of_cells
from gridexplainer_widget.core.arrays import Map, Mask
from gridexplainer_widget.core.grid import Grid


class MaskRank(NamedTuple):
    """Best ranks, from 1, of the cells that a mask touches and of those that it covers most."""

    touched: int
    main: int


@dataclass(frozen=True)
class OnMask:
    """Agreement of a map with a mask.

    Parameters
    ----------
    pointing : bool
        Whether the cell of the largest value touches the mask: the pointing game of J. Zhang et
        al., "Top-Down Neural Attention by Excitation Backprop", IJCV 2018. There a point may
        miss by 15 pixels; here one masked pixel in the cell is a hit. If several cells tie, each
        must touch the mask, so that a constant map is no hit.
    inside : float, optional
        Share of the positive values inside the mask, 0..1, by each cell's covered share:
        relevance mass accuracy of L. Arras, A. Osman and W. Samek, "CLEVR-XAI: A benchmark
        dataset for the ground truth evaluation of neural network explanations", Information
        Fusion 2022. None without positive values.
    mask_area : float
        Mean covered share of the cells, 0..1: `inside` of a constant map.
    touched : int
        Number of cells that the mask touches.
    inside_itself : float
        `inside` of the mask itself, as the grid shows it: a map of the covered shares. Below 1,
        since cells lie partly inside.
    inside_most : float
        The largest covered share: no map's `inside` is above it.
    """

    pointing: bool
    inside: float | None
    mask_area: float
    touched: int
    inside_itself: float
    inside_most: float


def checked_map(values: ArrayLike, grid: Grid) -> Map:
    """Return a map as float32; raise ValueError if it does not fit or has no finite number."""
    checked = np.asarray(values, np.float32)
    if checked.shape != grid.shape:
        raise ValueError(
            f"The map has the shape {checked.shape}. Wanted is a number for each cell, "
            f"(rows, columns): {grid.shape}."
        )
    if not np.isfinite(checked).any():
        raise ValueError("The map holds NaN and infinity only. Wanted is a number for each cell.")
    return checked


def fit_mask(mask: ArrayLike, grid: Grid, picture_size: tuple[int, int]) -> Mask:
    """Resample a mask, (H, W), to the model's input: bool (height, width).

    It is of the input, or of the whole original picture at any size. Enlarge by nearest
    neighbour; reduce by "any", so that small objects grow but are not lost.

    Raises
    ------
    ValueError
        The mask is not bool, has the wrong proportions, or is true nowhere.
    """
    mask, size = np.asarray(mask), (grid.height, grid.width)
    if mask.dtype != np.bool_ or mask.ndim != 2:
        raise ValueError(
            f"The mask is {mask.dtype} {mask.shape}. Wanted is bool (height, width), true where "
            "the object is: say mask > 0."
        )
    if mask.shape != size:
        _check_proportions(mask, size, picture_size)
        mask = _resized(_resized(mask, size[0], 0), size[1], 1)
    if not mask.any():
        raise ValueError(
            f"The mask is true nowhere at the model's input, {_size(size)}. Wanted is one that is "
            "true where the object is."
        )
    return mask


def on_mask(values: ArrayLike, mask: Mask, grid: Grid) -> OnMask:
    """Compare a map's values, (rows, columns), with a mask of the model's input.

    Cells without a finite value count as 0.
    """
    values = checked_map(values, grid)
    covered = _covered(mask, grid)
    positive = np.where(np.isfinite(values), np.maximum(values, 0), 0).astype(np.float64)
    total = float(positive.sum())
    return OnMask(
        pointing=rank_of_mask(values, mask, grid).touched == 1,
        inside=float((positive * covered).sum() / total) if total else None,
        mask_area=float(covered.mean()),
        touched=int((covered > 0).sum()),
        inside_itself=float((covered**2).sum() / covered.sum()),
        inside_most=float(covered.max()),
    )


def rank_of_mask(values: ArrayLike, mask: Mask, grid: Grid) -> MaskRank:
    """Rank the cells of a mask by a map's values.

    Of equal values those outside the mask rank first, so that a constant map does not find it.
    Cells without a finite value rank last.
    """
    values = checked_map(values, grid)
    covered = _covered(mask, grid)
    known = np.where(np.isfinite(values), values, -np.inf)
    return MaskRank(_rank(known, covered > 0), _rank(known, covered == covered.max()))


def _rank(values: Map, wanted: NDArray[np.bool_]) -> int:
    return 1 + int((values[~wanted] >= values[wanted].max()).sum())


def _covered(mask: Mask, grid: Grid) -> NDArray[np.float64]:
    """Return the covered share of each cell."""
    fitted = fit_mask(mask, grid, (grid.height, grid.width))
    return mean_of_cells(fitted.astype(np.float32), grid).astype(np.float64)


def _resized(mask: Mask, new: int, axis: int) -> Mask:
    old = mask.shape[axis]
    if new >= old:
        larger: Mask = mask.take(((np.arange(new) + 0.5) * old / new).astype(int), axis)
        return larger
    into = ((np.arange(old) + 0.5) * new / old).astype(int)
    starts = np.searchsorted(into, np.arange(new))
    smaller: Mask = np.logical_or.reduceat(mask, starts, axis)
    return smaller


def _check_proportions(mask: Mask, size: tuple[int, int], picture_size: tuple[int, int]) -> None:
    (height, width), (tall, wide) = mask.shape, picture_size
    # Either may be rounded to whole pixels: allow one more or less.
    if abs(height * wide - width * tall) > max(height, width, tall, wide):
        raise ValueError(
            f"The mask is {_size(mask.shape)} and the picture {_size(picture_size)}. Wanted is a "
            f"mask of the whole picture, in its proportions, or of the model's input, "
            f"{_size(size)}."
        )


def _size(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape))
