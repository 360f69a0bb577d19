"""What a method finds: a map of the picture's pixels and of the grid's cells."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gridexplainer_widget.core.arrays import Map
from gridexplainer_widget.core.grid import Grid
from gridexplainer_widget.core.scores import Unit

Native: TypeAlias = Literal["cells", "pixels", "layer"]


@dataclass(frozen=True)
class Cost:
    """What a map took.

    Parameters
    ----------
    forward : int
        Pictures that the model was asked about.
    backward : int
        Of these, those that gradients were computed of.
    seconds : float
    """

    forward: int = 0
    backward: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, eq=False)
class Attribution:
    """What each place is worth to a method.

    Parameters
    ----------
    method : str
        Such as "grad-cam".
    native : float32 array (height, width)
        The map as the method gives it.
    resolution : {"cells", "pixels", "layer"}
        What a place of `native` is.
    pixels : float32 array (height, width)
        At the size of the model's input.
    cells : float32 array (rows, columns)
    derived : str
        How `pixels` and `cells` were made of `native`, in words.
    unit : {"probability", "log-odds", ""}
        What `cells` add up in; "" for a map that tells more from less and no more.
    layers : tuple of str
        That it was taken from.
    notes : tuple of str
        What a reader of the map should know, a sentence each.
    cost : Cost
    """

    method: str
    native: Map = field(repr=False)
    resolution: Native
    pixels: Map = field(repr=False)
    cells: Map = field(repr=False)
    derived: str
    unit: Unit = ""
    layers: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    cost: Cost = Cost()

    def __post_init__(self) -> None:
        for name in ("native", "pixels", "cells"):
            getattr(self, name).setflags(write=False)

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy and pickle through the constructor, which closes the arrays."""
        return type(self), tuple(getattr(self, known.name) for known in fields(self))


def mean_of_cells(pixels: Map, grid: Grid) -> Map:
    """Average a map of pixels over each cell: float32 (rows, columns)."""
    return (_sums(pixels, grid) / _areas(grid)).astype(np.float32)


def sum_of_cells(pixels: Map, grid: Grid) -> Map:
    """Add up a map of pixels over each cell: float32 (rows, columns)."""
    return _sums(pixels, grid).astype(np.float32)


def over_pixels(cells: Map, grid: Grid) -> Map:
    """Give each pixel the number of its cell: float32 (height, width)."""
    heights, widths = np.diff(grid.row_edges), np.diff(grid.column_edges)
    return np.repeat(np.repeat(cells, heights, axis=0), widths, axis=1).astype(np.float32)


def enlarged(map_: Map, height: int, width: int) -> Map:
    """Resample a map bilinearly, pixel centres in the middle: float32 (height, width)."""
    image = Image.fromarray(np.ascontiguousarray(map_, np.float32))
    return np.asarray(image.resize((width, height), Image.Resampling.BILINEAR), np.float32)


def _sums(pixels: Map, grid: Grid) -> NDArray[np.float64]:
    rows = np.add.reduceat(pixels.astype(np.float64), grid.row_edges[:-1], axis=0)
    sums: NDArray[np.float64] = np.add.reduceat(rows, grid.column_edges[:-1], axis=1)
    return sums


def _areas(grid: Grid) -> NDArray[np.intp]:
    return np.outer(np.diff(grid.row_edges), np.diff(grid.column_edges))
