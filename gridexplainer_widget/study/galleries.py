"""What a gallery shows of a study, and what a click in it opens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gridexplainer_widget.live.gallery.columns import COLUMNS, GalleryColumns
from gridexplainer_widget.study.findings.asking import picture_of
from gridexplainer_widget.study.findings.numbers import failed_of
from gridexplainer_widget.study.records.reading import read_item

from .search import predicted_rows
from .study_data import StudyData


def columns_of(study: StudyData) -> GalleryColumns:
    """Arrange a study's pictures: the maps of their most probable classes."""
    rows = predicted_rows(study, COLUMNS)
    failed = failed_of(study.folder.table(["item", "error"]).to_pylist())
    parts = [study.folder.identity.settings["methods"][0], study.folder.path.name]
    line = " · ".join([*parts, *([f"{failed:,} more failed"] if failed else [])])
    return GalleryColumns.of(rows, study.folder.grid_size, study.model, line)


def opener_of(study: StudyData) -> Callable[[int], Any] | None:
    """Return a function that opens a picture in the live widget; None without an explainer."""
    if study.setup is None:
        return None
    setup, rows = study.setup, predicted_rows(study)

    def opened(number: int) -> Any:
        from gridexplainer_widget.live.explorer.widget import GridExplainerWidget  # noqa: PLC0415 - slow to load

        row = rows[number]
        picture = picture_of(read_item(study.source(row)), row["sha256"])
        return GridExplainerWidget(setup, picture, target=row["target"])

    return opened
