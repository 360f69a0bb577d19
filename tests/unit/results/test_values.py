"""A model that returns values: everything is in their unit, and nothing speaks of probability."""

import re
from pathlib import Path

import keras
import matplotlib as mpl
import numpy as np
import pytest

from gridexplainer_widget import ClassifierError, Explanation, GridExplainer, as_classifier
from gridexplainer_widget.results.faithfulness import Faithfulness
from tests.support.pytorch import torch

mpl.use("agg")

PICTURE = np.zeros((8, 8, 3), np.uint8)
PICTURE[:4, :4] = 200
PICTURE[4:, 4:] = 100

FOREIGN = re.compile(r"%|probab|chance|points|log-odds", re.IGNORECASE)
"""What is not said of values."""


def age(batch: np.ndarray) -> np.ndarray:
    """58 and a hundredth of the mean of all values; less than nothing the second."""
    mean = batch.mean(axis=(1, 2, 3))
    return np.stack([58 + mean / 100, -1000 * mean], axis=1)


def explained(**options: object) -> tuple[GridExplainer, Explanation]:
    options = {"fill": "black", "output": "value", "unit": "years", **options}
    explainer = GridExplainer(age, 2, **options)
    return explainer, explainer.explain(PICTURE)


def test_drops_are_in_the_value_by_hand(tmp_path: Path) -> None:
    explainer, found = explained(labels=["age", "debt"])
    assert found.baseline == pytest.approx(58.75)
    np.testing.assert_allclose(found.values, [[0.5, 0], [0, 0.25]], atol=1e-5)
    np.testing.assert_allclose(
        found.for_target("debt").values, [[-50000, 0], [0, -25000]], rtol=1e-5
    )
    assert (found.unit, found.score, found.label) == ("value", "value", "age")
    assert found.labels == ("age", "debt")
    loaded = Explanation.load(found.save(tmp_path / "age"))
    np.testing.assert_array_equal(loaded.values, found.values)
    assert str(loaded) == str(found)
    assert list(found.to_dataframe())[-4:] == ["hidden", "value", "alone", "together"]
    assert explainer.score == "value"


def test_nothing_speaks_of_probabilities() -> None:
    explainer, found = explained()
    audit = explainer.faithfulness(found)
    checked = explainer.check(PICTURE)
    comparison = explainer.compare(PICTURE, ["occlusion", ("rise", {"samples": 20})])
    figures = (found.plot(), audit.plot(), comparison.plot())
    written = [text.get_text() for figure in figures for text in figure.findobj(mpl.text.Text)]
    written = [
        text for text in written if not text.startswith(("% of each map", "cells hidden or"))
    ]
    for text in (str(found), repr(found), str(audit), str(checked), str(comparison), *written):
        assert not FOREIGN.search(text.replace("uncertain by", "")) or "one standard error" in text
    assert "58.75 years" in str(found)
    assert "if hidden, in years" in str(found)
    assert any("change when hidden (years)" in text for text in written)
    assert "58.75 years" in found.to_html()


def test_curves_and_their_areas_are_in_the_unit() -> None:
    explainer, found = explained()
    audit = explainer.faithfulness(found, fill="black")
    (under,) = audit.under
    np.testing.assert_allclose(under.deletion_curve, [58.75, 58.25, 58, 58, 58], rtol=1e-6)
    np.testing.assert_allclose(under.insertion_curve, [58, 58.5, 58.75, 58.75, 58.75], rtol=1e-6)
    assert audit.deletion == pytest.approx(58.15625)
    assert "(years)" in str(audit)
    again = Faithfulness.of_record(audit.record)
    assert str(again) == str(audit)


def test_a_value_has_no_log_odds_and_a_unit_no_probability() -> None:
    _, found = explained()
    with pytest.raises(ValueError, match="drops are in the value itself"):
        found.for_score("log-odds")
    with pytest.raises(ValueError, match="drops are in the value itself"):
        explained(score="log-odds")
    with pytest.raises(ValueError, match=r'unit=.years.*output="value"'):
        as_classifier(age, unit="years")
    with pytest.raises(ValueError, match=r'score=.value. is unknown.*output="value"'):
        GridExplainer(age, score="value")


def test_a_single_value_is_no_pair_of_classes() -> None:
    for answer in (lambda batch: age(batch)[:, :1], lambda batch: age(batch)[:, 0]):
        found = GridExplainer(answer, 2, fill="black", output="value").explain(PICTURE)
        assert found.labels == ("value",)
        np.testing.assert_allclose(found.values, [[0.5, 0], [0, 0.25]], atol=1e-5)
    counts = GridExplainer(lambda batch: age(batch)[:, 0].astype(int), 2, output="value")
    assert counts.explain(PICTURE).baseline == 58
    with pytest.raises(ClassifierError, match="say output='value'"):
        GridExplainer(lambda batch: age(batch)[:, 0].astype(int), 2).explain(PICTURE)


def test_what_is_wrong_with_a_model_of_values_is_told_in_its_unit() -> None:
    rng = np.random.default_rng(0)

    def random(batch: np.ndarray) -> np.ndarray:
        return age(batch)[:, :1] + rng.normal(size=(len(batch), 1))

    shaky = GridExplainer(random, 2, output="value", unit="years").check(PICTURE)
    assert any(re.search(r"two answers, [\d.]+ years apart", text) for text in shaky.concerns)
    blind = GridExplainer(lambda batch: np.full((len(batch), 1), 7.0), 2, output="value")
    assert any("does not look at the picture" in text for text in blind.check(PICTURE).concerns)
    missed = GridExplainer(lambda batch: age(batch)[:, :1], 2).check(PICTURE)
    assert any('say output="value"' in text for text in missed.concerns)


def test_methods_that_look_inside_look_at_the_value() -> None:
    net = torch.nn.Sequential(
        torch.nn.Conv2d(3, 1, 1, bias=False), torch.nn.ReLU(), torch.nn.AdaptiveAvgPool2d(1),
        torch.nn.Flatten(), torch.nn.Linear(1, 1),
    )  # fmt: skip
    with torch.no_grad():
        net[0].weight.fill_(1 / 3)
        net[4].weight.fill_(-2)
        net[4].bias.fill_(40)
    explainer = GridExplainer(net, 2, output="value", preprocess="0..255", input_shape=(8, 8))
    cam = explainer.explain(PICTURE, method="cam")
    np.testing.assert_allclose(cam.values, [[-400, 0], [0, -200]], rtol=1e-5)
    saliency = explainer.explain(PICTURE, method="saliency")
    assert not any("log-odds" in note for note in saliency.notes)


@pytest.mark.parametrize(
    ("loss", "units", "output"),
    [
        ("mse", 1, "value"),
        (keras.losses.Huber(), 2, "value"),
        (keras.losses.BinaryCrossentropy(from_logits=True), 3, "multilabel-logits"),
        (keras.losses.BinaryCrossentropy(from_logits=True), 1, "logits"),
        (keras.losses.CategoricalCrossentropy(from_logits=True), 3, "logits"),
        (None, 3, "logits"),
    ],
)
def test_the_loss_of_a_compiled_model_tells_the_kind(loss: object, units: int, output: str) -> None:
    pixels = keras.Input((8, 8, 3))
    numbers = keras.layers.Dense(units)(keras.layers.GlobalAveragePooling2D()(pixels))
    model = keras.Model(pixels, numbers)
    if loss is not None:
        model.compile(loss=loss)
    assert as_classifier(model).output == output
