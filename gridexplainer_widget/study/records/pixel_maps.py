"""Maps of pixels, if asked for: an array for each row, in a zarr group beside the rows."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.classifiers.imports import framework
from gridexplainer_widget.results.explanation import Explanation

from .plan import PIXELS

GROUP: Final = "pixels.zarr"


def zarr() -> Any:
    """Import zarr, or say what to install."""
    return framework("zarr", "pixels=True", "gridexplainer-widget[zarr]")


def packed(explanation: Explanation) -> bytes:
    """Return a map of pixels as the content of a .npy file."""
    buffer = io.BytesIO()
    np.save(buffer, np.asarray(explanation.pixel_values, np.float32), allow_pickle=False)
    return buffer.getvalue()


class PixelMaps:
    """The maps of a study's folder; a map that is written twice is there once.

    Parameters
    ----------
    folder : Path
    methods : list of str
        The study's, in order: arrays are named by their number.
    """

    def __init__(self, folder: Path, methods: list[str]) -> None:
        self._path, self._methods = folder / GROUP, methods
        self._zarr = zarr()

    @classmethod
    def of(cls, folder: Path, settings: Mapping[str, Any]) -> PixelMaps | None:
        """Open the maps of a study of these settings; None where none were asked for."""
        return cls(folder, settings["methods"]) if settings.get("pixels") else None

    def take(self, table: Any) -> Any:
        """Write the maps that a table carries; return the table without."""
        for row in table.select(["item", "method", "target", PIXELS]).to_pylist():
            if row[PIXELS] is not None:
                self._write(self.name(row), np.load(io.BytesIO(row[PIXELS]), allow_pickle=False))
        return table.drop_columns([PIXELS])

    def read(self, row: Mapping[str, Any]) -> NDArray[np.float32]:
        """Return the map of a row: float32 (height, width).

        Raises
        ------
        ValueError
            It has none.
        """
        if row["error"] is not None:
            raise ValueError(f"{row['name']!r:.200} has no map: {row['error']:.200}")
        array = self._zarr.open_array(str(self._path / self.name(row)), mode="r")
        return np.asarray(array[:], np.float32)

    def name(self, row: Mapping[str, Any]) -> str:
        """Name a row's array: picture, number of the method, class."""
        return f"{row['item']}-{self._methods.index(row['method'])}-{row['target']}"

    def _write(self, name: str, map_: NDArray[np.float32]) -> None:
        self._zarr.open_group(str(self._path), mode="a")
        place, size = str(self._path / name), map_.shape
        self._zarr.open_array(place, mode="w", shape=size, chunks=size, dtype="float32")[:] = map_
