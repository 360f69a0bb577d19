"""Where an object is, and whether a map points there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gridexplainer_widget.attribution.attribution import mean_of_cells
from gridexplainer_widget.core.arrays import Map, Mask
from gridexplainer_widget.core.grid import Grid


class MaskRank(NamedTuple):
    """How early a map's ranking comes to a mask; 1 is first.

    Parameters
    ----------
    touched : int
        Rank of the first cell that the mask touches.
    main : int
        Rank of the cell that the mask covers most of; the first of several alike.
    """

    touched: int
    main: int


@dataclass(frozen=True)
class OnMask:
    """How a map's values lie to a mask.

    Parameters
    ----------
    pointing : bool
        Whether the cell of the largest value touches the mask: the pointing game of J. Zhang et
        al., "Top-Down Neural Attention by Excitation Backprop", IJCV 2018. There a point may
        miss an object by 15 pixels; here a point is a cell, and one pixel of the mask in it is
        enough. Where several cells share the largest value, each must touch it: a map that tells
        no cells apart has pointed at nothing.
    inside : float, optional
        Share of the positive values that lies inside the mask, 0..1; of a cell that is partly
        covered, that part of its value: the relevance mass accuracy of L. Arras, A. Osman and
        W. Samek, "CLEVR-XAI: A benchmark dataset for the ground truth evaluation of neural
        network explanations", Information Fusion 2022. None where no value is positive.
    mask_area : float
        Share of the picture that the mask covers, each cell counting the same, 0..1: what
        `inside` is for a map that is the same everywhere.
    touched : int
        Cells that the mask touches: of all cells, what pointing blindly would hit.
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
        It is of another grid, or holds no number at all.
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


def fit_mask(mask: Mask, grid: Grid, picture_size: tuple[int, int]) -> Mask:
    """Bring a mask to the model's input: bool (height, width).

    Where it is made larger the nearest pixels are taken. Where it is made smaller a pixel is true
    if any of those in it is, so that a small object is not lost, and is somewhat larger instead.

    Parameters
    ----------
    mask : bool array (H, W)
        Of the model's input, or of the whole picture at any size.
    grid : Grid
        Its height and width are wanted.
    picture_size : (height, width)
        Of the picture as it was given: a model's input may have other proportions.

    Raises
    ------
    ValueError
        It is no such mask, or true nowhere.
    """
    size = (grid.height, grid.width)
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
    """Compare where a map's values lie with where a mask does.

    Parameters
    ----------
    values : float array (rows, columns)
        Cells without a finite value count for nothing.
    mask : bool array (height, width)
        At the model's input; :func:`fit_mask` brings it there.
    grid : Grid

    Raises
    ------
    ValueError
        The map is not one of the grid or holds no number; the mask is not of its size.
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
    """Tell how early a map's ranking comes to a mask; see :func:`on_mask`.

    Of equal values those outside the mask rank first: a map that tells no cells apart has not
    found it. Cells without a finite value rank last.
    """
    values = checked_map(values, grid)
    covered = _covered(mask, grid)
    worth = np.where(np.isfinite(values), values, -np.inf)
    return MaskRank(_rank(worth, covered > 0), _rank(worth, covered == covered.max()))


def _rank(worth: Map, wanted: NDArray[np.bool_]) -> int:
    return 1 + int((worth[~wanted] >= worth[wanted].max()).sum())


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
    # Either may have been resized before, to whole pixels: one more or less is let pass.
    if abs(height * wide - width * tall) > max(height, width, tall, wide):
        raise ValueError(
            f"The mask is {_size(mask.shape)} and the picture {_size(picture_size)}. Wanted is a "
            f"mask of the whole picture, in its proportions, or of the model's input, "
            f"{_size(size)}."
        )


def _size(shape: tuple[int, ...]) -> str:
    return "×".join(map(str, shape))


def as_mask(mask: ArrayLike | None) -> Mask | None:
    """Take a mask as an array; what does not fit is refused where it is used."""
    return None if mask is None else np.asarray(mask)
