"""Search a study for shortcuts."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import Any

import numpy as np

from gridexplainer_widget.core.progress import Progress, with_bar
from gridexplainer_widget.study.findings.asking import answers_change, picture_of
from gridexplainer_widget.study.findings.shortcuts import Mapped, Place, place_steps
from gridexplainer_widget.study.findings.shortcuts_found import Shortcuts
from gridexplainer_widget.study.records.held import HeldModel
from gridexplainer_widget.study.records.identity import check_answers
from gridexplainer_widget.study.records.reading import read_item

from .study_data import StudyData

COLUMNS = (
    *("item", "name", "path", "label", "sha256", "method"),
    *("target", "target_label", "values", "of_predicted", "error"),
)


def search_shortcuts(study: StudyData) -> Shortcuts:
    """Find places in a study's maps and test them; see :meth:`Study.shortcuts`."""
    setup = study.needed_setup("shortcuts()")
    check_answers(setup, study.folder.identity)
    if setup.classifier.quantity.is_value:
        raise ValueError(
            f"{setup.classifier.name} gives values, and shortcuts are places that change the "
            "class. Look at study.table for pictures whose values lie on the border."
        )
    return with_bar(_steps(study), "Testing places")


def _steps(study: StudyData) -> Generator[Progress, None, Shortcuts]:
    model = HeldModel(study.needed_setup("shortcuts()"))
    rows = predicted_rows(study)
    by_item = {row["item"]: row for row in rows}
    asked = 0

    def changes(one: Mapped, regions: Sequence[tuple[int, ...]]) -> list[bool]:
        nonlocal asked
        asked += 1
        item = read_item(study.source(by_item[one.item]))
        return answers_change(model.setup, picture_of(item, one.sha256), regions)

    pictures = [_mapped(row) for row in rows]
    shape = study.folder.grid_size
    places = list[Place]()
    for place in place_steps(pictures, shape, changes):
        places.append(place)
        yield asked, max(asked, len(pictures))
    model.check()
    wider = [place.among(len(places)) for place in places]
    wider.sort(key=_strength, reverse=True)
    labels = {row["target"]: row["target_label"] for row in rows}
    counts = dict.fromkeys(labels.values(), 0)
    for row in rows:
        counts[row["target_label"]] += 1
    tested = {labels[place.target] for place in wider}
    small = {label: count for label, count in counts.items() if label not in tested}
    return Shortcuts(tuple(wider), labels, small, shape)


def predicted_rows(study: StudyData, more: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Return a row for each picture: the map of its most probable class by the first method."""
    table = study.folder.table(list(dict.fromkeys([*COLUMNS, *more]))).to_pylist()
    methods = study.folder.identity.settings["methods"]
    rows = [row for row in table if row["error"] is None and row["of_predicted"]]
    return [row for row in rows if row["method"] == methods[0]]


def _mapped(row: Mapping[str, Any]) -> Mapped:
    values = np.asarray(row["values"], np.float32)
    return Mapped(row["item"], row["name"], row["sha256"], row["target"], values)


def _strength(place: Place) -> tuple[bool, float]:
    return place.found, place.inside.bounds[0] - place.elsewhere.bounds[1]
