"""A study, as the user holds it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from gridexplainer_widget.analysis.setup import Setup

from .records.folder import StudyFolder
from .records.sources import Source


class Study:
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
        self._sources = {source.name: source for source in sources}

    @classmethod
    def open(cls, path: str | os.PathLike[str], explainer: Setup | None = None) -> Study:
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

    def __repr__(self) -> str:
        table = self.folder.table(["item", "error"])
        errors = table["error"].is_valid().to_pylist()
        pictures = len(set(table["item"].to_pylist()))
        model = self.folder.about.get("model", "a model")
        return f"Study({os.fspath(self.folder.path)!r}, {model}, pictures={pictures:,}" + (
            f", errors={sum(errors):,})" if any(errors) else ")"
        )
