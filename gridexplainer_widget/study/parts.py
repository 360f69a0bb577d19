"""Hide the objects of a study's pictures, or all but these."""

from __future__ import annotations

from collections.abc import Generator

from gridexplainer_widget.analysis.object_mask import fit_mask
from gridexplainer_widget.core.progress import Progress, with_bar
from gridexplainer_widget.study.findings.asking import picture_of
from gridexplainer_widget.study.findings.by_mask import ByMask, right_by_mask
from gridexplainer_widget.study.findings.share import Share
from gridexplainer_widget.study.records.identity import check_answers
from gridexplainer_widget.study.records.reading import read_item

from .search import predicted_rows
from .study_data import StudyData


def by_mask(study: StudyData) -> ByMask:
    """Count right answers by part of the picture; see :meth:`Study.by_mask`."""
    check_answers(study.needed_setup("by_mask()"), study.folder.identity)
    return with_bar(_steps(study), "Hiding objects")


def _steps(study: StudyData) -> Generator[Progress, None, ByMask]:
    setup, rows = study.needed_setup("by_mask()"), predicted_rows(study)
    right, of = [0, 0, 0], 0
    for number, row in enumerate(rows):
        source = study.source(row)
        if source.mask is not None and source.label is not None:
            item = read_item(source)
            run = setup.start_run(picture_of(item, row["sha256"]))
            mask = fit_mask(item.mask, run.grid, run.picture.size)  # type: ignore[arg-type]
            told = right_by_mask(setup, run.masker, mask, source.label)
            right = [count + is_right for count, is_right in zip(right, told, strict=True)]
            of += 1
        yield number + 1, len(rows)
    if not of:
        raise ValueError(
            "No picture has both a label and a mask. Give tuples (picture, label, mask), and use "
            "the study that explain_all returns: masks are not in its rows."
        )
    whole, foreground, background = (Share(count, of) for count in right)
    return ByMask(whole, foreground, background, len(rows) - of)
