"""Whether a map points at an object, of which a mask is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gridexplainer_widget.attribution.attribution import mean_of_cells
from gridexplainer_widget.core.arrays import Map, Mask
from gridexplainer_widget.core.grid import Grid


class MaskRank(NamedTuple):
    """How early a map's ranking reaches a mask; 1 is first.

    Parameters
    ----------
    touched : int
        Rank of the first cell that the mask touches.
    main : int
        Rank of the cell that the mask covers most; the best rank of several covered alike.
    """

    touched: int
    main: int


@dataclass(frozen=True)
class OnMask:
    """How a map's values agree with a mask.

    Parameters
    ----------
    pointing : bool
        Whether the cell of the largest value touches the mask: the pointing game of J. Zhang et
        al., "Top-Down Neural Attention by Excitation Backprop", IJCV 2018. There a point may
        miss the object by 15 pixels; here a cell with one pixel of the mask is a hit. Where
        several cells share the largest value, each must touch the mask, so that a constant map
        does not count as a hit.
    inside : float, optional
        Share of the positive values inside the mask, 0..1; a partly covered cell counts by its
        covered share: the relevance mass accuracy of L. Arras, A. Osman and W. Samek,
        "CLEVR-XAI: A benchmark dataset for the ground truth evaluation of neural network
        explanations", Information Fusion 2022. None where no value is positive.
    mask_area : float
        Share of the picture that the mask covers, each cell counting the same, 0..1: `inside`
        of a constant map.
    touched : int
        Cells that the mask touches: what a random cell would hit.
    """

    pointing: bool
    inside: float | None
    mask_area: float
    touched: int


def checked_map(values: ArrayLike, grid: Grid) -> Map:
    """Return a map as float32 (rows, columns).

    Raises
    ------
    ValueError
        It has another shape than the grid, or holds no finite number.
    """
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
    """Resample a mask to the model's input: bool (height, width).

    Enlarged by nearest neighbour. Reduced so that a pixel is true if any pixel in it was: a small
    object becomes somewhat larger, but is not lost.

    Parameters
    ----------
    mask : bool array (H, W)
        Of the model's input, or of the whole picture at any size.
    grid : Grid
        Has the height and width of the model's input.
    picture_size : (height, width)
        Of the picture as it was given: its proportions may be others than the input's.

    Raises
    ------
    ValueError
        It is not bool, has the wrong proportions, or is true nowhere.
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
    """Compare a map's values with a mask.

    Parameters
    ----------
    values : float array (rows, columns)
        Cells without a finite value count as 0.
    mask : bool array (height, width)
        Of the model's input; see :func:`fit_mask`.
    grid : Grid

    Raises
    ------
    ValueError
        The map or the mask does not fit the grid, or the map holds no finite number.
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
    )


def rank_of_mask(values: ArrayLike, mask: Mask, grid: Grid) -> MaskRank:
    """Rank the cells of a mask by a map's values.

    Of equal values those outside the mask rank first, so that a constant map has not found it.
    Cells without a finite value rank last.

    Parameters
    ----------
    values, mask, grid
        As for :func:`on_mask`, with the same errors.

    Returns
    -------
    MaskRank
        Ranks from 1 to the number of cells.
    """
    values = checked_map(values, grid)
    covered = _covered(mask, grid)
    known = np.where(np.isfinite(values), values, -np.inf)
    return MaskRank(_rank(known, covered > 0), _rank(known, covered == covered.max()))


def _rank(values: Map, wanted: NDArray[np.bool_]) -> int:
    return 1 + int((values[~wanted] >= values[wanted].max()).sum())


def _covered(mask: Mask, grid: Grid) -> NDArray[np.float64]:
    """Return the part of each cell that the mask covers: (rows, columns), 0..1."""
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
    # Either may have been resized to whole pixels before: allow for one more or less.
    if abs(height * wide - width * tall) > max(height, width, tall, wide):
        raise ValueError(
            f"The mask is {_size(mask.shape)} and the picture {_size(picture_size)}. Wanted is a "
            f"mask of the whole picture, in its proportions, or of the model's input, "
            f"{_size(size)}."
        )


def _size(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape))


def as_mask(mask: ArrayLike | None) -> Mask | None:
    """Take a mask as an array; :func:`fit_mask` checks it."""
    return None if mask is None else np.asarray(mask)
