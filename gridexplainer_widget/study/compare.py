"""Compare two studies of the same pictures."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any, Final

import numpy as np

from gridexplainer_widget.analysis.audit_fills import audit_fills
from gridexplainer_widget.analysis.explain import explanation_steps
from gridexplainer_widget.analysis.setup import Setup
from gridexplainer_widget.core.picture import Picture
from gridexplainer_widget.core.progress import Progress, drain, with_bar
from gridexplainer_widget.methods.requests import MethodRequest
from gridexplainer_widget.study.findings.asking import picture_of
from gridexplainer_widget.study.findings.difference import Difference, likeness_of, pairs_of
from gridexplainer_widget.study.records.held import HeldModel
from gridexplainer_widget.study.records.identity import check_answers
from gridexplainer_widget.study.records.reading import read_item

from .search import predicted_rows
from .study_data import StudyData

SAMPLE: Final = 40
"""Pictures that are explained once more, under another fill."""


def compare_studies(before: StudyData, after: StudyData) -> Difference:
    """Match the pictures of two studies; see :meth:`Study.compare`."""
    grids = [study.folder.grid_size for study in (before, after)]
    if grids[0] != grids[1]:
        raise ValueError(f"The grids are {grids[0]} and {grids[1]}: maps of one grid compare.")
    check_answers(before.needed_setup("compare()"), before.folder.identity)
    return with_bar(_steps(before, after), "Comparing")


def _steps(before: StudyData, after: StudyData) -> Generator[Progress, None, Difference]:
    rows = predicted_rows(before)
    pairs, missing = pairs_of(rows, predicted_rows(after))
    if not pairs:
        raise ValueError("The studies have no picture in common, by name and by SHA-256.")
    model = HeldModel(before.needed_setup("compare()"))
    request = before.request
    sample = rows[:: max(1, -(-len(rows) // SAMPLE))]
    likenesses = list[float]()
    for number, row in enumerate(sample):
        picture = picture_of(read_item(before.source(row)), row["sha256"])
        likenesses.append(_under_another_fill(model.setup, picture, row, request))
        yield number + 1, len(sample)
    model.check()
    return Difference(tuple(pairs), missing, tuple(likenesses))


def _under_another_fill(
    setup: Setup, picture: Picture, row: Mapping[str, Any], request: MethodRequest
) -> float:
    """Return how alike a map and that under another fill are."""
    run = setup.start_run(picture)
    fill = audit_fills(None, setup.fill, run.masker.pixels, run.grid, setup.seed)[0]
    again = setup.start_run(picture, fill=fill)
    explanation = drain(explanation_steps(setup, again, row["target"], request))
    return likeness_of(np.asarray(row["values"], np.float64), explanation.values)
