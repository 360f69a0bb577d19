"""Which fills an audit hides by."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gridexplainer_widget import GridExplainer
from gridexplainer_widget.analysis.audit_fills import CANDIDATES, audit_fills
from gridexplainer_widget.core.fills import NAMES, parse_fill
from gridexplainer_widget.core.grid import Grid
from tests.support.models import TopLeft, weights

RNG = np.random.default_rng(0)
GRID = Grid(4, 4, 16, 16)
PICTURE = RNG.integers(0, 100, (16, 16, 3)).astype(np.float32)  # darker than grey


def names(given: Any, own: str = "cell-mean", pixels: np.ndarray = PICTURE) -> list[str]:
    return [fill.name for fill in audit_fills(given, parse_fill(own), pixels, GRID)]


@pytest.mark.parametrize("own", [name for name in NAMES if name != "inpaint"])
def test_two_are_chosen_and_neither_is_the_maps_own(own: str) -> None:
    chosen = names(None, own)
    assert len(set(chosen)) == 2
    assert own not in chosen
    assert set(chosen) <= set(CANDIDATES)


def test_the_first_that_differ_are_taken() -> None:
    detailed = RNG.integers(0, 2, (16, 16, 3)).astype(np.float32) * 90
    assert names(None, "red", detailed) == ["gray", "blur"]


def test_a_fill_that_looks_like_the_maps_own_is_passed_over() -> None:
    assert names(None, "#808080")[0] != "gray"  # the same grey by another name
    assert names(None, "#868686")[0] != "gray"
    assert names(None, "#a0a0a0")[0] == "gray"
    around_grey = np.full((16, 16, 3), 60, np.float32)
    around_grey[:, 8:] = 196
    assert names(None, "picture-mean", around_grey) == ["blur", "noise"]


def test_where_all_look_alike_two_are_taken_still() -> None:
    plain = np.full((16, 16, 3), 128, np.float32)
    assert names(None, "cell-mean", plain) == ["gray", "blur"]
    assert names(None, "gray", plain) == ["blur", "picture-mean"]


def test_of_a_fill_that_is_not_at_hand_the_name_is_passed_over() -> None:
    chosen = audit_fills(None, "gray", PICTURE, GRID)
    assert [fill.name for fill in chosen] == ["blur", "picture-mean"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("noise", ["noise"]),
        ((255, 0, 0), ["#ff0000"]),
        ([255, 0, 0], ["#ff0000"]),
        (["blur", (0, 0, 255)], ["blur", "#0000ff"]),
        (("gray", "gray"), ["gray"]),
        (["cell-mean"], ["cell-mean"]),  # the map's own, if it is asked for
    ],
)
def test_what_is_given_is_taken(given: Any, expected: list[str]) -> None:
    assert names(given) == expected


@pytest.mark.parametrize(
    ("given", "message"),
    [([], "names no fill"), (["blur", "nofill"], "'nofill' is unknown"), ((1, 2), "is unknown")],
)
def test_what_is_no_fill_is_refused(given: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        names(given)


def test_a_comparison_refuses_a_fill_before_the_first_map() -> None:
    model = TopLeft(4)
    with pytest.raises(ValueError, match="'nofill' is unknown"):
        GridExplainer(model, 4).compare(PICTURE, ["occlusion"], 1, fill=["blur", "nofill"])
    assert sum(model.batches) <= 1


def test_a_fill_of_the_users_own_is_its_name_in_a_file(tmp_path: Any) -> None:
    def checkers(pixels: np.ndarray, hidden: np.ndarray) -> np.ndarray:
        return np.indices(pixels.shape).sum(axis=0) % 2 * 255

    explainer = GridExplainer(weights, 4, fill=checkers)
    explanation = explainer.explain(PICTURE, 1)
    assert explainer.faithfulness(explanation).fills == ("gray", "blur")
    assert GridExplainer(weights, 4).faithfulness(explanation).fills == ("gray", "blur")
