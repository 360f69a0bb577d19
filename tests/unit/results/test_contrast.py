"""Why a class rather than another, worked out by hand."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from gridexplainer_widget import Explanation, GridExplainer
from gridexplainer_widget.results.headline import headline_text
from tests.support.elements import Elements
from tests.support.models import weights
from tests.support.numbers import softmax
from tests.support.sizes import FEW
from tests.unit.analysis.test_certainty import PICTURE as SPOTTED
from tests.unit.analysis.test_certainty import Spots
from tests.unit.results.test_page import floats, record

WHITE = np.full((8, 8, 3), 255, np.uint8)
NOISE = np.random.default_rng(5).integers(40, 256, (16, 16, 3)).astype(np.uint8)
LABELS = ["dog", "cat", "bee"]
WORTH = np.array([[2.0, 0, 0], [1, 1, 0], [0, 3, 0], [0, 0, 1]])
"""What each of four cells adds to the logits of the classes."""

RATHER = [[2, 0], [-3, 0]]


class Four:
    """Logits that add up over four cells."""

    def __init__(self, output: str = "softmax") -> None:
        self.output, self.pictures = output, 0

    def __call__(self, batch: NDArray[np.float32]) -> NDArray[np.floating]:
        self.pictures += len(batch)
        cells = batch.reshape(-1, 2, 4, 2, 4, 3).mean((2, 4, 5), dtype=np.float64) / 255
        logits = cells.reshape(-1, 4) @ WORTH - [0, 0, 2]
        return {"softmax": softmax, "sigmoids": lambda x: 1 / (1 + np.exp(-x))}.get(
            self.output, lambda x: x
        )(logits)


def explainer_of(output: str = "softmax", **options: Any) -> GridExplainer:
    options = {"fill": "black", "labels": LABELS, **options}
    return GridExplainer(Four(output), 2, output=output, **options)


@pytest.mark.parametrize("output", ["softmax", "logits", "sigmoids", "multilabel-logits"])
def test_a_cells_value_is_what_it_adds_to_the_one_logit_over_the_other(output: str) -> None:
    found = explainer_of(output).explain(WHITE, "dog", contrast="cat")
    assert (found.target, found.contrast, found.unit, found.score) == (0, 1, "log-odds", "log-odds")
    np.testing.assert_allclose(found.drops, RATHER, atol=1e-5)


def test_it_is_left_as_it_was_asked() -> None:
    explanation = explainer_of().explain(WHITE, "dog")
    asked = explanation.for_contrast("cat")
    np.testing.assert_allclose(asked.values, RATHER, atol=1e-5)
    np.testing.assert_allclose(asked.for_contrast(2).values, [[2, 1], [0, -1]], atol=1e-5)
    back = asked.for_contrast(None).for_score("probability")
    np.testing.assert_array_equal(back.values, explanation.values)


def test_no_picture_is_given_to_the_model_for_another_contrast() -> None:
    model = Four()
    explainer = GridExplainer(model, 2, fill="black", labels=LABELS)
    explanation = explainer.explain(WHITE)
    asked = model.pictures
    for first, second in itertools.permutations(LABELS, 2):
        other = explanation.for_target(first).for_contrast(second)
        _ = other.values, other.notes, other.to_html(), other.foretells
    assert model.pictures == asked


@FEW
@given(st.permutations(range(4)), st.integers(0, 99))
def test_the_other_way_round_both_maps_are_the_negative(classes: list[int], seed: int) -> None:
    picture = np.random.default_rng(seed).integers(0, 256, (16, 16, 3)).astype(np.uint8)
    first, second = classes[:2]
    explanation = GridExplainer(weights, 4, fill="black").explain(picture, first)
    one = explanation.for_contrast(second)
    other = explanation.for_target(second).for_contrast(first)
    np.testing.assert_array_equal(one.drops, -other.drops)
    scale = float(np.abs(one.maps["together"]).max())
    apart = np.abs(one.maps["together"] + other.maps["together"]).max()
    assert apart <= 1e-3 * scale
    np.testing.assert_allclose(one.two_maps.handful_drops, -other.two_maps.handful_drops)


def test_a_map_together_and_what_it_foretells_are_of_both_classes() -> None:
    explanation = GridExplainer(weights, 4, fill="black").explain(NOISE, 0, contrast=2)
    handfuls = explanation.handfuls
    assert handfuls is not None
    ratio = lambda vectors: np.log(vectors[..., 0] / vectors[..., 2].astype(np.float64))  # noqa: E731
    expected = ratio(explanation.baseline_vector) - ratio(handfuls.fitted.answers.vectors)
    np.testing.assert_allclose(explanation.two_maps.handful_drops, expected, atol=1e-5)
    assert explanation.foretells is not None
    assert explanation.foretells.value > 0.99  # the ratio is linear in the pixels


def test_another_target_keeps_the_contrast_unless_it_is_that_class() -> None:
    explanation = explainer_of().explain(WHITE, "dog", contrast="cat")
    assert explanation.for_target("bee").contrast == 1
    np.testing.assert_allclose(explanation.for_target("bee").values, [[0, -1], [-3, 1]], atol=1e-5)
    assert explanation.for_target("cat").contrast is None


def test_what_is_asked_for_in_vain_is_told() -> None:
    explainer = explainer_of()
    explanation = explainer.explain(WHITE, "dog", contrast="cat")
    with pytest.raises(ValueError, match="such as 'cat' or 'bee', or None for all others"):
        explanation.for_contrast("dog")
    with pytest.raises(ValueError, match="There is no class 'cow'"):
        explainer.explain(WHITE, "dog", contrast="cow")
    with pytest.raises(ValueError, match="contrast 9 is out of range: the model has 3 classes"):
        explanation.for_contrast(9)
    with pytest.raises(ValueError, match=r"“dog” rather than “cat” is measured in log-odds"):
        explanation.for_score("probability")
    with pytest.raises(ValueError, match="is the class that is asked about"):
        explainer.explain(WHITE, contrast="cat")  # the top class: 4 over 3


def test_a_model_of_values_has_none() -> None:
    explainer = explainer_of("value")
    with pytest.raises(ValueError, match=r"contrast='cat': this model returns values"):
        explainer.explain(WHITE, "dog", contrast="cat")


def test_it_is_saved_and_loaded(tmp_path: Path) -> None:
    explanation = explainer_of().explain(WHITE, "dog", contrast="cat")
    loaded = Explanation.load(explanation.save(tmp_path / "rather"))
    assert loaded.contrast == 1
    np.testing.assert_array_equal(loaded.values, explanation.values)
    assert str(loaded) == str(explanation)


def test_the_sentence_names_both() -> None:
    found = explainer_of().explain(WHITE, "cat", contrast="dog")
    assert headline_text(found) == (
        "You ask: why cat (72.7%) rather than dog (26.8%)? Strongest for cat: at the bottom left "
        "(row 2, column 1); for dog: at the top left (row 1, column 1)."
    )
    third = found.for_target("bee")
    assert "why bee (0.5%) rather than dog (26.8%)? The model says cat (72.7%)." in str(third)
    assert "Explanation('cat' rather than dog 72.7%" in repr(found)


def test_where_nothing_moves_that_is_told() -> None:
    same = GridExplainer(lambda batch: np.tile([0.5, 0.3, 0.2], (len(batch), 1)), 2, labels=LABELS)
    assert "No cell changes the answer at all." in same.explain(WHITE, "dog", contrast="cat").notes


def test_odds_of_two_classes_may_stay_where_their_probabilities_move() -> None:
    def lost_to_a_third(batch: NDArray[np.float32]) -> NDArray[np.floating]:
        bright = batch.mean((1, 2, 3), dtype=np.float64) / 50
        return softmax(np.stack([bright, bright, 0 * bright], axis=1))

    explainer = GridExplainer(lost_to_a_third, 2, fill="black", labels=LABELS, output="softmax")
    explanation = explainer.explain(WHITE, "dog", contrast="cat")
    np.testing.assert_array_equal(explanation.drops, 0)
    assert "No cell changes the odds of “dog” rather than “cat”." in explanation.notes
    assert explanation.for_contrast(None).drops.min() > 0.01


def test_the_table_has_both_probabilities() -> None:
    table = explainer_of().explain(WHITE, "dog", contrast="cat").to_dataframe()
    vectors = explainer_of().explain(WHITE).vectors
    np.testing.assert_array_equal(table["probability"], vectors[..., 0].ravel())
    np.testing.assert_array_equal(table["contrast"], vectors[..., 1].ravel())
    np.testing.assert_allclose(table["value"], np.ravel(RATHER), atol=1e-5)


def test_the_figure_names_both() -> None:
    figure = explainer_of().explain(WHITE, "dog", contrast="cat").plot()
    titles = [ax.get_title(loc=loc) for ax in figure.axes for loc in ("left", "center")]
    assert any("What “dog” (26.8%) rather than cat rests on" in title for title in titles)
    assert "speaks for\ndog" in titles
    assert "speaks for\ncat" in [ax.get_xlabel() for ax in figure.axes]


def test_certainty_is_of_both_classes() -> None:
    explainer = GridExplainer(Spots(), 4, labels=["dog", "cat", "none"], joint=False)
    explanation = explainer.explain(SPOTTED, "dog", contrast="cat")
    found = explainer.certainty(explanation)
    ratio = lambda vectors: np.log(vectors[..., 0]) - np.log(vectors[..., 1])  # noqa: E731
    expected = ratio(found.whole.vectors) - ratio(found.answers.vectors)
    np.testing.assert_allclose(found.values, expected, atol=1e-5)
    assert (found.verdicts[0, 0], found.verdicts[-1, -1]) == (1, -1)
    assert "speak for “dog” and 1 to speak for “cat”" in found.sentence
    kept = explanation.with_certainty(found)
    turned = kept.for_target("cat").for_contrast("dog").certainty
    assert turned is not None
    np.testing.assert_array_equal(turned.verdicts, -found.verdicts)
    other = kept.for_contrast(None).certainty
    assert other is not None
    assert other.contrast is None


def test_a_page_holds_every_class_against_it() -> None:
    explanation = explainer_of().explain(WHITE, "dog", contrast="cat")
    html = str(explanation.to_html())
    known = record(html)
    assert known["state"]["contrast"] == 1
    assert list(known["answers"]) == ["log-odds"]
    answers = known["answers"]["log-odds"]
    assert answers["contrasts"] == [1, None, 1]
    expected = [explanation.for_target(index).drops for index in range(3)]
    np.testing.assert_array_equal(floats(answers["drops"]), np.ravel(expected))
    assert Elements(html).texts["h1"][0].startswith("dog rather than cat: 26.8%")
