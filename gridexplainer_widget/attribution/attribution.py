"""A method's map, of pixels and of cells."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gridexplainer_widget.core.arrays import Map
from gridexplainer_widget.core.grid import Grid
from gridexplainer_widget.core.scores import Unit

Resolution: TypeAlias = Literal["cells", "pixels", "layer"]


@dataclass(frozen=True)
class Cost:
    """Pictures in forward passes, those of them in backward passes, and seconds."""

    forward: int = 0
    backward: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, eq=False)
class Attribution:
    """A method's map of a picture.

    Parameters
    ----------
    method : str
    native : float32 array (height, width)
        At the `resolution` of cells, pixels or the layer.
    pixels : float32 array (height, width)
        At the size of the model's input.
    cells : float32 array (rows, columns)
    derived : str
        How `pixels` and `cells` follow from `native`.
    unit : {"probability", "log-odds", ""}
        Of `cells`; "" is for arbitrary units.
    layers : tuple of str
        Where the map was taken from.
    notes : tuple of str
        Sentences for the map's reader.
    """

    method: str
    native: Map = field(repr=False)
    resolution: Resolution
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
        """Copy through the constructor, for read-only arrays."""
        return type(self), tuple(getattr(self, item.name) for item in fields(self))


def mean_of_cells(pixels: Map, grid: Grid) -> Map:
    """Average pixels over each cell."""
    return (_sums(pixels, grid) / _areas(grid)).astype(np.float32)


def sum_of_cells(pixels: Map, grid: Grid) -> Map:
    """Sum pixels over each cell."""
    return _sums(pixels, grid).astype(np.float32)


def over_pixels(cells: Map, grid: Grid) -> Map:
    """Give each pixel its cell's number."""
    heights, widths = np.diff(grid.row_edges), np.diff(grid.column_edges)
    return np.repeat(np.repeat(cells, heights, axis=0), widths, axis=1).astype(np.float32)


def upsample(map_: Map, height: int, width: int) -> Map:
    """Upsample a map bilinearly, with half-pixel centres."""
    image = Image.fromarray(np.ascontiguousarray(map_, np.float32))
    return np.asarray(image.resize((width, height), Image.Resampling.BILINEAR), np.float32)


def _sums(pixels: Map, grid: Grid) -> NDArray[np.float64]:
    rows = np.add.reduceat(pixels.astype(np.float64), grid.row_edges[:-1], axis=0)
    sums: NDArray[np.float64] = np.add.reduceat(rows, grid.column_edges[:-1], axis=1)
    return sums


def _areas(grid: Grid) -> NDArray[np.intp]:
    return np.outer(np.diff(grid.row_edges), np.diff(grid.column_edges))
