"""A case computed again: the same or not, and where."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from gridexplainer_widget import Explanation, GridExplainer, verify
from gridexplainer_widget.results.case.verification import Verification
from tests.support.models import TopLeft, brightness, weights

PICTURE = np.random.default_rng(0).integers(20, 230, (8, 8, 3)).astype(np.uint8)


def explained(model: Any = weights, **settings: Any) -> Explanation:
    explainer = GridExplainer(model, 4, **{"fill": "black", "labels": list("abcd"), **settings})
    return explainer.explain(PICTURE, 1)


def verdicts(found: Verification) -> dict[str, str]:
    return {finding.what: finding.verdict for finding in found.findings}


@pytest.fixture
def case(tmp_path: Path) -> Path:
    return tmp_path / "case.html"


def test_the_same_model_and_picture_are_the_same(case: Path) -> None:
    explained().report(case)
    found = verify(case, weights, PICTURE)
    assert found.verdict == "same"
    assert not found.cells
    told = verdicts(found)
    assert (
        told["model's file"] == told["model's weights"] == told["picture's file"] == "not recorded"
    )
    del told["model's file"], told["model's weights"], told["picture's file"]
    assert set(told.values()) == {"same"}
    assert {"page", "model's input", "preprocessing", "handfuls", "answer", "map"} == set(told)


@settings(max_examples=20)
@given(st.integers(0, 7), st.integers(0, 7), st.integers(0, 2))
def test_a_changed_pixel_is_noticed(
    tmp_path_factory: pytest.TempPathFactory, row: int, column: int, channel: int
) -> None:
    case = tmp_path_factory.getbasetemp() / "pixel.html"
    if not case.exists():
        explained().report(case)
    changed = PICTURE.copy()
    changed[row, column, channel] += 1
    found = verify(case, weights, changed)
    assert found.verdict == "differs"
    assert verdicts(found)["model's input"] == "differs"
    assert "1.6% of the pixels differ, by 1 of 255" in str(found)


def test_another_model_differs_and_it_says_where(case: Path) -> None:
    explained(TopLeft(2), labels=list("abc"), joint=False).report(case)
    found = verify(case, TopLeft(4), PICTURE)
    assert found.verdict == "differs"
    assert verdicts(found)["map"] == "differs"
    first = PICTURE[:2, :2].mean() / 255
    whole = PICTURE[:4, :4].astype(float)
    whole[:2, :2] = 0
    now = PICTURE[:4, :4].mean() / 255 - whole.mean() / 255
    cell = next(one for one in found.cells if (one.row, one.column) == (0, 0))
    assert cell.recorded == pytest.approx(first, abs=1e-6)
    assert cell.now == pytest.approx(now, abs=1e-6)
    assert {(one.row, one.column) for one in found.cells} == {(0, 0), (0, 1), (1, 0), (1, 1)}
    assert "alone, row 1, column 1: recorded" in str(found)


def test_a_forged_number_is_found_though_the_page_was_sealed_again(case: Path) -> None:
    explanation = explained(joint=False)
    vectors = explanation.vectors.copy()
    vectors[2, 3] = [0.25, 0.25, 0.25, 0.25]
    replace(explanation, vectors=vectors, log_odds=None).report(case)
    found = verify(case, weights, PICTURE)
    assert verdicts(found)["page"] == "same"
    assert [(one.row, one.column) for one in found.cells] == [(2, 3)]


def test_handfuls_that_no_seed_draws_are_found(case: Path) -> None:
    explanation = explained()
    stored = explanation.handfuls
    assert stored is not None
    probes = stored.probes.copy()
    probes[0] = not probes[0]
    replace(explanation, handfuls=replace(stored, probes=probes)).report(case)
    found = verify(case, weights, PICTURE)
    assert verdicts(found)["handfuls"] == "differs"
    assert f"1 of {len(stored)} are none that seed 0 draws" in str(found)


def test_weights_are_compared(case: Path) -> None:
    torch.manual_seed(0)
    linear = torch.nn.Linear(192, 2)
    model = torch.nn.Sequential(torch.nn.Flatten(), linear, torch.nn.Softmax(1)).eval()
    explained(model, labels=["a", "b"], preprocess="0..1", input_shape=(8, 8)).report(case)
    same = verify(case, model, PICTURE)
    assert same.verdict == "same"
    assert verdicts(same)["model's weights"] == "same"
    with torch.no_grad():
        linear.weight[0, 5] = torch.nextafter(linear.weight[0, 5], torch.tensor(9.0))
    changed = verify(case, model, PICTURE)
    assert changed.verdict == "differs"
    assert verdicts(changed)["model's weights"] == "differs"
    assert verdicts(changed)["map"] == "same"


def test_weights_that_nothing_shows_are_not_known(case: Path) -> None:
    explanation = explained()
    digests = {**explanation.settings["digests"], "weights": 64 * "a"}
    replace(explanation, settings={**explanation.settings, "digests": digests}).report(case)
    found = verify(case, weights, PICTURE)
    assert verdicts(found)["model's weights"] == "not known"
    assert found.verdict == "not known"


def test_a_pictures_file_is_compared_byte_by_byte(case: Path, tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    Image.fromarray(PICTURE).save(path)
    GridExplainer(weights, 2, labels=list("abcd")).explain(path, 1).report(case)
    assert verdicts(verify(case, weights, path))["picture's file"] == "same"
    Image.fromarray(PICTURE).save(path, compress_level=0)
    told = verify(case, weights, path)
    assert verdicts(told)["picture's file"] == "differs"
    assert verdicts(told)["model's input"] == "same"
    assert verdicts(verify(case, weights, PICTURE))["picture's file"] == "not known"


def test_another_decoder_may_round_the_pixels_of_the_same_file(case: Path, tmp_path: Path) -> None:
    path = tmp_path / "picture.png"
    Image.fromarray(PICTURE).save(path)
    made = GridExplainer(weights, 2, labels=list("abcd"), joint=False).explain(path, 1)
    for off, verdict in [(1, "same"), (3, "differs")]:
        pixels = made.pixels.copy()
        pixels[0, 0, 0] += off
        replace(made, pixels=pixels).report(case)
        found = verify(case, weights, path)
        assert verdicts(found)["model's input"] == verdict
        assert f"by {off} of 255" in str(found)


def test_a_model_that_fails_is_told(case: Path) -> None:
    def broken(_: Any) -> Any:
        raise OverflowError("too much")

    explained().report(case)
    found = verify(case, broken, PICTURE)
    assert found.verdict == "not known"
    assert "too much" in str(found)


@pytest.mark.parametrize(
    "settings",
    [
        {"score": "log-odds"},
        {"fill": "noise", "seed": 5},
        {"fill": "blur", "joint": False},
        {"preprocess": "imagenet"},
        {"budget": 30},
        {"output": "softmax"},
    ],
    ids=str,
)
def test_settings_are_those_of_the_page(case: Path, settings: dict[str, Any]) -> None:
    explained(**settings).report(case)
    assert verify(case, weights, PICTURE).verdict == "same"


@pytest.mark.parametrize("method", ["rise", "lime"])
def test_other_methods_are_asked_again(case: Path, method: str) -> None:
    explainer = GridExplainer(weights, 3, fill="black", labels=list("abcd"))
    explainer.explain(PICTURE, 1, method).report(case)
    assert verify(case, weights, PICTURE).verdict == "same"
    assert verify(case, weights, 255 - PICTURE).verdict == "differs"


def test_values_contrasts_sets_and_unfinished_maps(case: Path) -> None:
    def years(batch: Any) -> Any:
        return 100 + batch.mean(axis=(1, 2, 3))[:, None].astype(np.float32)

    explainer = GridExplainer(years, 2, fill="black", labels=["age"], output="value")
    explainer.explain(PICTURE).report(case)
    assert verify(case, years, PICTURE).verdict == "same"
    explained().for_contrast("c").report(case)
    assert verify(case, weights, PICTURE).verdict == "same"
    explainer = GridExplainer(weights, 4, fill="black", labels=list("abcd"))
    explanation = explainer.explain(PICTURE)
    explanation.with_minimal_sets(explainer.minimal_sets(explanation)).report(case)
    found = verdicts(verify(case, weights, PICTURE))
    assert found["smallest sets"] == "same"
    part = explained(joint=False)
    vectors, log_odds = part.vectors.copy(), part.answers.log_odds.copy()
    vectors[0, 0] = log_odds[0, 0] = np.nan
    replace(part, vectors=vectors, log_odds=log_odds).report(case)
    assert verify(case, weights, PICTURE).verdict == "same"


def test_what_the_page_cannot_hold_is_given_or_not_known(case: Path) -> None:
    def half(batch: Any) -> Any:
        return batch / 2

    def dim(pixels: Any, *_: Any) -> Any:
        return pixels * 0.1

    explained(preprocess=half).report(case)
    assert verify(case, weights, PICTURE, preprocess=half).verdict == "same"
    assert verdicts(verify(case, weights, PICTURE))["preprocessing"] == "not recorded"
    assert verify(case, weights, PICTURE).verdict == "differs"
    explained(fill=dim).report(case)
    found = verify(case, weights, PICTURE)
    assert found.verdict == "not known"
    assert "fill" in str(found)
    assert verify(case, weights, PICTURE, fill=dim).verdict == "same"


def test_a_model_of_other_classes_cannot_be_asked(case: Path) -> None:
    explained().report(case)
    found = verify(case, brightness, PICTURE)
    assert found.verdict != "same"
    assert "4" in str(found)


def test_hostile_preprocessing_is_refused(case: Path) -> None:
    explanation = explained()
    for odd in (
        [1],
        [[], [], False],
        [["x"], [0], False],
        [[float("inf")], [0], False],
        [[1], 3, 4],
    ):
        settings = {**explanation.settings, "preprocess": odd}
        replace(explanation, settings=settings).report(case)
        assert verdicts(verify(case, weights, PICTURE))["map"] == "not known"
