"""Hide cells of a picture."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gridexplainer_widget.core.arrays import Pixels

from .fills import Fill
from .grid import Box, Grid
from .hardly_changed import hardly_changed
from .picture import to_uint8


class Masker:
    """Hides cells of one picture: pixels are float32 (H, W, C), 0..255."""

    def __init__(self, pixels: Pixels, grid: Grid, fill: Fill) -> None:
        self.pixels = pixels
        self.grid = grid
        self.fill = fill
        self._whole_seen: NDArray[np.uint8] | None = None
        self._cells_seen: dict[int, NDArray[np.uint8]] = {}
        self._hardly_changed: tuple[tuple[bool, int], NDArray[np.bool_]] | None = None

    @cached_property
    def seen(self) -> NDArray[np.uint8]:
        """The picture for display: uint8 (H, W, 3)."""
        return to_uint8(self.pixels)

    @property
    def replacement(self) -> NDArray[np.uint8]:
        """What replaced each cell hidden alone, for display: uint8 (H, W, 3).

        With a `local` fill, other cells are as in `seen`.
        """
        if self._whole_seen is not None:
            return self._whole_seen
        replacement: NDArray[np.uint8] = self.seen.copy()
        for cell, pixels in self._cells_seen.copy().items():  # another thread may add to it
            top, left, bottom, right = self.grid.box(cell)
            replacement[top:bottom, left:right] = pixels
        return replacement

    @property
    def hardly_changed(self) -> NDArray[np.bool_]:
        """Cells that look nearly the same when hidden alone, (rows, columns).

        With a `local` fill, cells that were not hidden alone are among them.
        """
        known = (self._whole_seen is not None, len(self._cells_seen))
        if self._hardly_changed is None or self._hardly_changed[0] != known:
            same = hardly_changed(self.seen, self.replacement, self.grid)
            self._hardly_changed = known, same
        return self._hardly_changed[1]

    @cached_property
    def _replacement(self) -> Pixels | None:
        """The fill's picture; None for a `local` fill."""
        if self.fill.whole is None:
            return None
        everywhere = np.ones(self.pixels.shape[:2], np.bool_)
        replacement = self._as_pixels(self.fill.whole(self.pixels, self.grid), everywhere)
        self._whole_seen = to_uint8(replacement)
        return replacement

    def masked(self, cells: Iterable[int], out: Pixels | None = None) -> Pixels:
        """Return the picture with `cells` hidden, in `out` if given."""
        out = np.empty_like(self.pixels) if out is None else out
        np.copyto(out, self.pixels)
        cells = list(cells)
        boxes = [self.grid.box(cell) for cell in cells]
        if not boxes:
            return out
        whole = self._replacement
        replacement = self._local(boxes) if whole is None else whole
        for top, left, bottom, right in boxes:
            out[top:bottom, left:right] = replacement[top:bottom, left:right]
        if whole is None and len(cells) == 1:
            # Keep the first: random fills are shown as the model saw them.
            self._cells_seen.setdefault(cells[0], to_uint8(out[top:bottom, left:right]))
        return out

    def window(self, cells: Iterable[int], window: Box) -> Pixels:
        """Return a window of the picture with `cells` hidden."""
        cells, replacement = list(cells), self._replacement
        top, left, bottom, right = window
        if replacement is None:
            return self.masked(cells)[top:bottom, left:right]
        out: Pixels = self.pixels[top:bottom, left:right].copy()
        for cell in cells:
            box = self.grid.box(cell)
            rows = slice(max(box.top, top), min(box.bottom, bottom))
            columns = slice(max(box.left, left), min(box.right, right))
            if rows.start < rows.stop and columns.start < columns.stop:
                inside = (
                    slice(rows.start - top, rows.stop - top),
                    slice(columns.start - left, columns.stop - left),
                )
                out[inside] = replacement[rows, columns]
        return out

    def changed(self, cells: Iterable[int]) -> Box | None:
        """Return the box of all pixels that hiding `cells` may change, or None.

        A plain cell filled with its mean, say, does not change.
        """
        if self._replacement is None:
            boxes = [self.grid.box(cell) for cell in cells]
        else:
            boxes = [self.grid.box(cell) for cell in cells if self._cell_changes[cell]]
        if not boxes:
            return None
        tops, lefts, bottoms, rights = zip(*boxes, strict=True)
        return Box(min(tops), min(lefts), max(bottoms), max(rights))

    @cached_property
    def _cell_changes(self) -> NDArray[np.bool_]:
        replacement = self.pixels if self._replacement is None else self._replacement
        differs = np.any(replacement != self.pixels, axis=2)
        return np.array(
            [
                differs[top:bottom, left:right].any()
                for top, left, bottom, right in self.grid.boxes()
            ]
        )

    def _local(self, boxes: Sequence[tuple[int, int, int, int]]) -> Pixels:
        hidden = np.zeros(self.pixels.shape[:2], np.bool_)
        for top, left, bottom, right in boxes:
            hidden[top:bottom, left:right] = True
        if self.fill.local is None:
            raise TypeError(f"The fill {self.fill.name!r} has neither `whole` nor `local`.")
        # The callable may write to its argument.
        return self._as_pixels(self.fill.local(self.pixels.copy(), hidden), hidden)

    def _as_pixels(self, filled: ArrayLike, hidden: NDArray[np.bool_]) -> Pixels:
        return _checked(filled, hidden, self.pixels.shape, self.fill.name)


def _checked(
    filled: ArrayLike, hidden: NDArray[np.bool_], shape: tuple[int, ...], name: str
) -> Pixels:
    try:
        given = np.asarray(filled, np.float32)
    except (TypeError, ValueError):
        given = np.empty(0, np.float32)
    if filled is None or not given.size:
        raise ValueError(
            f"The fill {name!r} returned {type(filled).__name__}; wanted are numbers "
            f"of shape {shape}, or what broadcasts to it."
        )
    try:
        replacement = np.broadcast_to(given, shape)
    except ValueError:
        raise ValueError(
            f"The fill {name!r} returned shape {given.shape}; wanted is "
            f"{shape} or what broadcasts to it."
        ) from None
    seen = replacement[hidden]
    if not np.isfinite(seen).all():
        raise ValueError(f"The fill {name!r} returned NaN or infinity.")
    if seen.size and not (seen.min() >= -0.5 and seen.max() <= 255.5):
        raise ValueError(
            f"The fill {name!r} returned values from {seen.min():g} to "
            f"{seen.max():g}; pixels are in 0..255. Let it return np.clip(…, 0, 255)."
        )
    return replacement
