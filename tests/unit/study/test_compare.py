"""Two models on the same pictures."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from gridexplainer_widget import GridExplainer
from gridexplainer_widget.study.findings.difference import Difference, Pair, likeness_of, pairs_of
from gridexplainer_widget.study.study import Study
from tests.support.models import weights
from tests.support.studies import pictures_in

SETTINGS = {"grid_size": 4, "joint": False, "input_shape": (8, 8), "labels": list("abcd")}


def turned(batch: NDArray[np.float32]) -> NDArray[np.float32]:
    """`weights` of the picture upside down: it says something else, of other cells."""
    return weights(batch[:, ::-1])


def swapped(batch: NDArray[np.float32]) -> NDArray[np.float32]:
    """`weights` with the classes in another order."""
    return weights(batch)[:, ::-1]


def study_of(
    tmp_path: Path, model: object, name: str, photos: str = "photos", **settings: object
) -> Study:
    explainer = GridExplainer(model, **{**SETTINGS, **settings})  # type: ignore[arg-type]
    return explainer.explain_all(tmp_path / photos, tmp_path / name)


@pytest.fixture
def before(tmp_path: Path) -> Study:
    pictures_in(tmp_path / "photos", 30)
    return study_of(tmp_path, weights, "before")


def test_the_same_model_changed_nothing(before: Study, tmp_path: Path) -> None:
    found = before.compare(study_of(tmp_path, weights, "after"))
    assert not found.changed
    assert (len(found.pairs), found.missing, found.answers, found.maps) == (30, 0, (), ())
    assert "Answers changed: 0 of 30" in str(found)


def test_classes_are_matched_by_their_names(before: Study, tmp_path: Path) -> None:
    found = before.compare(study_of(tmp_path, swapped, "after", labels=list("dcba")))
    assert not found.changed
    other_names = before.compare(study_of(tmp_path, swapped, "others"))
    assert len(other_names.answers) == 30


def test_another_model_changed_answers(before: Study, tmp_path: Path) -> None:
    pictures_in(tmp_path / "fewer", 29)
    found = before.compare(study_of(tmp_path, turned, "after", "fewer"))
    assert (len(found.pairs), found.missing) == (29, 1)
    assert found.changed
    assert found.answers
    assert "→" in str(found)


def test_maps_that_change_with_the_same_answers() -> None:
    pairs = tuple(Pair(str(n), "", "a", "a", 0.1 if n < 20 else 0.9) for n in range(40))
    fills = (0.5, *[0.8] * 39)
    found = Difference(pairs, 0, fills)
    assert found.threshold == pytest.approx(0.8)
    assert len(found.maps) == 20
    assert (found.map_share.count, found.fill_share.count) == (20, 1)
    assert found.maps_changed
    assert found.changed
    few = Difference((pairs[0], *pairs[20:]), 0, fills)
    assert len(few.maps) == 1
    assert not few.changed
    assert "no more than another fill changes them" in str(few)


def test_how_alike_maps_are() -> None:
    one = np.arange(4.0).reshape(2, 2)
    assert likeness_of(one, 3 * one + 1) == pytest.approx(1)
    assert likeness_of(one, -one) == pytest.approx(-1)
    assert likeness_of(one, np.ones((2, 2))) == 0
    assert likeness_of(np.zeros((2, 2)), np.ones((2, 2))) == 1


def test_a_picture_with_another_content_is_another() -> None:
    row = {"name": "a", "sha256": "1", "target_label": "x", "label": None, "values": [1.0, 2]}
    pairs, missing = pairs_of([row], [{**row, "sha256": "2"}])
    assert (pairs, missing) == ([], 2)


def test_what_does_not_compare(before: Study, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="The grids are"):
        before.compare(study_of(tmp_path, weights, "grid", grid_size=2))
    with pytest.raises(ValueError, match="asks the model again"):
        Study.open(tmp_path / "before").compare(before)
