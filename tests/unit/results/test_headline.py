"""The sentence on top, of models worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gridexplainer_widget import Explanation, GridExplainer
from gridexplainer_widget.classifiers.quantities import PROBABILITY, Quantity
from gridexplainer_widget.results.headline import (
    answer_parts,
    headline_records,
    headline_text,
    is_clear,
)
from tests.support.models import TopLeft, brightness, either, unforeseeable

WHITE = np.full((32, 32, 3), 255, np.uint8)


def explained(
    model: object, picture: np.ndarray, size: int, labels: str, **how: object
) -> Explanation:
    settings = {"fill": "black", "labels": labels.split(), "output": "softmax", **how}
    return GridExplainer(model, size, **settings).explain(picture, 0)


@pytest.fixture(scope="module")
def corners() -> Explanation:
    return explained(either, WHITE, 4, "yes no")


@pytest.fixture(scope="module")
def corner() -> Explanation:
    """Of 80 %, all in the cell at the top left."""
    return explained(TopLeft(4), np.full((16, 16, 3), 204, np.uint8), 4, "a b c", joint=False)


def test_what_the_model_says_and_where_it_sees_it(corner: Explanation) -> None:
    assert headline_text(corner.for_target("b")) == (
        "The model says b (80.0%). Strongest for it: at the top left (row 1, column 1)."
    )


def test_a_class_that_the_model_does_not_say_is_a_question(corner: Explanation) -> None:
    assert headline_text(corner.for_target("c")) == (
        "You ask: why c (15.0%)? The model says b (80.0%). "
        "Strongest against it: at the top left (row 1, column 1)."
    )


def test_both_sides_are_told() -> None:
    """Bright minus dark: the left half speaks for it, and 60 % as much of the right against it."""

    def model(batch: np.ndarray) -> np.ndarray:
        left, right = (half.mean((1, 2, 3)) / 255 for half in (batch[:, :, :4], batch[:, :, 4:]))
        first = 0.5 + 0.4 * left - 0.24 * right
        return np.stack([first, 1 - first], 1)

    told = headline_text(
        explained(model, np.full((4, 8, 3), 255, np.uint8), (1, 2), "a b", joint=False)
    )
    assert told == (
        "The model says a (66.0%). Strongest for it: on the left (row 1, column 1); "
        "against it: on the right (row 1, column 2)."
    )


def test_no_cell_alone_and_both_together(corners: Explanation) -> None:
    told = {name: headline_text(corners.with_map(name)) for name in corners.maps}
    assert told["alone"] == (
        "The model says yes (100.0%). No cell matters alone here: together they do."
    )
    assert told["together"].startswith("The model says yes (100.0%). Strongest for it: at the ")


def test_the_noise_of_a_fit_is_not_told_as_a_finding(corners: Explanation) -> None:
    """No cell of this model speaks against it; a fit of few handfuls gives some a bit of it."""
    together = corners.with_map("together").values
    assert -0.5 * together.max() < together.min() < -0.25 * together.max()
    assert "against" not in headline_text(corners.with_map("together"))


def test_a_map_that_foretells_nothing_names_no_place() -> None:
    noise = np.random.default_rng(3).integers(0, 256, (32, 32, 3)).astype(np.uint8)
    explanation = explained(unforeseeable, noise, 4, "yes no")
    assert headline_text(explanation) == (
        "You ask: why yes (41.7%)? The model says no (58.3%). "
        "Which cells matter is not known: this map foretells no better than chance."
    )


def test_where_nothing_matters() -> None:
    def model(batch: np.ndarray) -> np.ndarray:
        return np.full((len(batch), 2), (0.75, 0.25))

    assert headline_text(explained(model, WHITE, 2, "a b", joint=False)) == (
        "The model says a (75.0%). No cell changes it."
    )


def test_where_hardly_anything_matters() -> None:
    def model(batch: np.ndarray) -> np.ndarray:
        first = 0.75 + 0.0001 * batch.mean((1, 2, 3)) / 255
        return np.stack([first, 1 - first], 1)

    assert headline_text(explained(model, WHITE, 2, "a b", joint=False)) == (
        "The model says a (75.0%). No cell matters: hiding them hardly moves the answer."
    )


def test_a_sure_model() -> None:
    def model(batch: np.ndarray) -> np.ndarray:
        odds = 1000 + 1000 * batch.mean((1, 2, 3)) / 255
        return np.stack([odds / (1 + odds), 1 / (1 + odds)], 1)

    assert headline_text(explained(model, WHITE, 2, "a b", joint=False)) == (
        "The model says a (>99.9%). It is so sure that hiding a single cell hardly moves it."
    )


def test_while_cells_are_pending_only_the_answer_is_told() -> None:
    explainer = GridExplainer(
        brightness, 4, fill="black", labels=["dark", "bright"], batch_size=4, joint=False
    )
    run = explainer.start_run(np.full((8, 8, 3), 204, np.uint8))
    next(run.steps())
    assert headline_text(explainer.freeze(run)) == "The model says bright (80.0%)."


def test_a_figure_a_text_and_both_maps_have_it(corners: Explanation) -> None:
    sentence = headline_text(corners)
    assert str(corners).splitlines()[0] == sentence
    assert corners.plot()._supxlabel.get_text().replace("\n", " ").startswith(sentence)
    records = headline_records(corners)
    assert list(records) == ["alone", "together"]
    for name, parts in records.items():
        assert "".join(text for text, _ in parts) == headline_text(corners.with_map(name))
        assert [text for text, strong in parts if strong] == ["yes"]


def test_another_method_has_one_map(corners: Explanation) -> None:
    comparison = GridExplainer(
        TopLeft(8), 4, fill="black", labels=["a", "b", "c"], output="softmax"
    ).compare(WHITE, ["rise"], "b")
    assert list(headline_records(comparison["rise"])) == ["alone"]
    assert str(comparison["rise"]).startswith(
        "The model says b (100.0%). By RISE, strongest for it: at the top left (row 1, column 1).\n"
    )


def texts(
    vector: list[float], target: int, quantity: Quantity = PROBABILITY, output: str = "softmax"
) -> str:
    labels = ("cat", "dog", "cat", "")[: len(vector)]
    return "".join(
        text for text, _ in answer_parts(np.float32(vector), labels, target, quantity, output)
    )


def test_kinds_of_output() -> None:
    assert texts([0.7, 0.6], 1, output="sigmoids") == "The model says dog (60.0%)."
    assert texts([0.7, 0.4], 1, output="sigmoids") == "The model does not say dog (40.0%)."
    assert texts([3.25], 0, Quantity("value", "years")) == "The model says 3.25 years for “cat”."
    assert texts([0.1, 0.2, 0.7], 2) == "The model says cat (2) (70.0%)."  # one of two cats
    assert texts([0.1, 0.1, 0.1, 0.7], 3) == "The model says (3) (70.0%)."  # without a name


@pytest.mark.parametrize(
    ("most", "others", "clear"),
    [(0.55, 1, True), (0.53, 1, False), (0.38, 2, True), (0.37, 2, False), (0.0021, 999, True)],
)
def test_an_answer_is_clear_above_chance(most: float, others: int, clear: bool) -> None:
    """Twice chance, or four points above it."""
    vector = np.array([most, *[(1 - most) / others] * others])
    assert is_clear(vector) is clear
    told = "".join(
        text for text, _ in answer_parts(vector, ["a"] * (others + 1), 0, PROBABILITY, None)
    )
    assert ("no clear answer: all classes are near alike" in told) is not clear


def test_labels_that_are_too_long_are_cut_and_counted(corner: Explanation) -> None:
    long = replace(corner, labels=("a", "b" * 300, "c"))
    told = headline_text(long.for_target(1))
    assert len(told) < 300
    assert "… (1)" in told or "(1) (80.0%)" in told
