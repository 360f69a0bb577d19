"""The rows of a study, and what made them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.analysis.setup import Setup
from gridexplainer_widget.methods.requests import MethodRequest, parse_request

from .findings.numbers import FIGURE_COLUMNS, figures_of
from .records.folder import StudyFolder
from .records.pixel_maps import PixelMaps
from .records.sources import Source, by_name

if TYPE_CHECKING:
    from typing_extensions import Self


class StudyData:
    """Many pictures, explained: a folder of rows.

    Parameters
    ----------
    folder : StudyFolder
    setup : Setup, optional
        The explainer: what is to be tested on the model needs it.
    sources : sequence of Source, optional
        The pictures; by default the paths in the rows.
    """

    def __init__(
        self, folder: StudyFolder, setup: Setup | None = None, sources: Sequence[Source] = ()
    ) -> None:
        self.folder, self.setup = folder, setup
        self._sources = by_name(sources)

    @classmethod
    def open(cls, path: str | os.PathLike[str], explainer: Setup | None = None) -> Self:
        """Open a study, also one that is being made or was stopped.

        Raises
        ------
        FileNotFoundError, ValueError
            There is none.
        """
        return cls(StudyFolder.open(path), explainer)

    @property
    def table(self) -> Any:
        """All rows, an Arrow table: a row for each picture, target and method.

        ``study.table.to_pandas()`` makes a DataFrame; docs/studies.md lists the columns.
        """
        return self.folder.table()

    @property
    def request(self) -> MethodRequest:
        """The first method, as it was asked for; a background of its own is not kept."""
        first = self.folder.identity.settings["requests"][0]
        return parse_request((first["method"], first["options"]))

    def pixel_map(self, row: Mapping[str, Any]) -> NDArray[np.float32]:
        """Return the map of a row at the size of the model's input: float32 (height, width).

        Raises
        ------
        ValueError
            The study was made without ``pixels=True``, or the row has an error instead of a map.
        """
        maps = PixelMaps.of(self.folder.path, self.folder.identity.settings)
        if maps is None:
            raise ValueError("The study holds no maps of pixels: say explain_all(…, pixels=True).")
        return maps.read(row)

    def needed_setup(self, what: str) -> Setup:
        """Return the explainer.

        Raises
        ------
        ValueError
            The study was opened without.
        """
        if self.setup is None:
            folder = os.fspath(self.folder.path)
            raise ValueError(
                f"{what} asks the model again: say Study.open({folder!r}, explainer) with the "
                "GridExplainer that made the study."
            )
        return self.setup

    def source(self, row: Mapping[str, Any]) -> Source:
        """Return the picture of a row, with its label and mask if these are at hand.

        Raises
        ------
        ValueError
            It was given as an array, and is not at hand.
        """
        known = self._sources.get(row["name"])
        if known is not None:
            return known
        if not row["path"]:
            raise ValueError(
                f"Picture {row['name']!r:.200} was no file: call explain_all with the same "
                "pictures again, which asks nothing twice, and use the study that it returns."
            )
        return Source(row["name"], row["path"], row["label"])

    @property
    def model(self) -> str:
        """The model's name."""
        return str(self.folder.about.get("model", "a model"))

    @cached_property
    def figures(self) -> list[tuple[str, str, str]]:
        """The study in numbers: what, how much, and how to read that."""
        table = self.folder.table(FIGURE_COLUMNS)
        return figures_of(table.to_pylist())

    @property
    def errors(self) -> int:
        """The number of rows with an error."""
        return sum(self.folder.table(["error"])["error"].is_valid().to_pylist())

    @property
    def summary(self) -> str:
        """The study in a few lines."""
        lines = (f"{what}: {number} ({more})" for what, number, more in self.figures)
        return "\n".join([repr(self), *lines])

    def __repr__(self) -> str:
        items = set(self.folder.table(["item"])["item"].to_pylist())
        errors = f", errors={self.errors:,}" if self.errors else ""
        folder = os.fspath(self.folder.path)
        return f"Study({folder!r}, {self.model}, pictures={len(items):,}{errors})"
