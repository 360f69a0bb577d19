"""Each method's map of one class rather than another, on a model that adds up."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, TypeAlias

import keras
import numpy as np
import pytest

from gridexplainer_widget import METHODS, Explanation, GridExplainer

Rather: TypeAlias = Callable[[str], Explanation]

SIDE = 8
LABELS = ["dog", "cat", "bee"]
MODEL_WEIGHTS = np.random.default_rng(3).normal(size=(2, 3)).astype(np.float32)
PICTURE = np.random.default_rng(4).integers(0, 256, (SIDE, SIDE, 3)).astype(np.uint8)


@pytest.fixture(scope="module")
def explainer() -> GridExplainer:
    """Two maps, of red and of blue, averaged: logits are linear in the pixels."""
    maps = keras.layers.Conv2D(2, 1, activation="relu", use_bias=False)
    last = keras.layers.Dense(3)
    pixels = keras.Input((SIDE, SIDE, 3))
    model = keras.Model(pixels, last(keras.layers.GlobalAveragePooling2D()(maps(pixels))))
    kernel = np.zeros((1, 1, 3, 2), np.float32)
    kernel[0, 0, 0, 0] = kernel[0, 0, 2, 1] = 1 / 32
    maps.set_weights([kernel])
    last.set_weights([MODEL_WEIGHTS, np.zeros(3, np.float32)])
    return GridExplainer(model, 4, fill="black", output="logits", preprocess=None, labels=LABELS)


def worth(classes: tuple[int, int]) -> np.ndarray:
    """What each pixel adds to the difference of two logits: (height, width)."""
    first, second = classes
    weights = MODEL_WEIGHTS[:, first] - MODEL_WEIGHTS[:, second]
    return PICTURE[..., [0, 2]].astype(np.float64) / 32 @ weights / SIDE**2


@pytest.fixture(scope="module")
def rather(explainer: GridExplainer) -> Rather:
    """The map of "bee" rather than "dog" by a method; each is made once."""

    @cache
    def explained(method: str) -> Explanation:
        options: dict[str, Any] = {}
        if "samples" in METHODS[method].options:
            options["samples"] = 200
        if "background" in METHODS[method].options:
            options["background"] = np.zeros((1, SIDE, SIDE, 3), np.uint8)
        return explainer.explain(PICTURE, "bee", method, contrast="dog", **options)

    return explained


@pytest.mark.parametrize(
    ("method", "share"),
    [("occlusion", 1e-4), ("shap", 1e-4), ("shap-gradient", 1e-4), ("lime", 0.08)],
)
def test_what_adds_up_is_told(rather: Rather, method: str, share: float) -> None:
    """LIME's regression shrinks what it finds, by less than 8 %."""
    found = rather(method)
    expected = worth((2, 0)).reshape(4, 2, 4, 2).sum((1, 3))
    np.testing.assert_allclose(found.values, expected, rtol=share, atol=1e-5)


def test_cam_is_of_the_difference_of_weights(rather: Rather) -> None:
    found = rather("cam")
    np.testing.assert_allclose(found.pixel_values, worth((2, 0)) * SIDE**2, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("method", METHODS)
def test_every_method_explains_one_class_rather_than_another(rather: Rather, method: str) -> None:
    found = rather(method)
    assert (found.target, found.contrast) == (2, 0)
    assert "bee" in str(found)
    assert "rather than dog" in str(found)
    if method != "occlusion":
        with pytest.raises(ValueError, match="“bee” rather than “dog” alone. Ask again"):
            found.for_contrast(1)


def test_a_comparison_is_of_both_and_says_what_its_curves_are_of(
    explainer: GridExplainer, rather: Rather
) -> None:
    methods = ["occlusion", ("rise", {"samples": 50})]
    found = explainer.compare(PICTURE, methods, "bee", contrast="dog", fill="gray")
    assert [one.contrast for one in found] == [0, 0]
    np.testing.assert_array_equal(found["occlusion"].drops, rather("occlusion").drops)
    assert "bee rather than dog" in str(found)
    note = "The curves are of “bee” alone, and the map is of “bee” rather than “dog”"
    assert all(any(one.startswith(note) for one in figures.notes) for figures in found.figures)
    assert "bee rather than dog" in str(found.to_html())
    assert found.figures[0].foretells == pytest.approx(1, abs=1e-3)


def test_a_contrast_that_is_none_stops_a_comparison(explainer: GridExplainer) -> None:
    with pytest.raises(ValueError, match="is the class that is asked about"):
        explainer.compare(PICTURE, ["occlusion"], "bee", contrast=2)


def test_randomised_models_are_asked_the_same(explainer: GridExplainer, rather: Rather) -> None:
    plain = explainer.explain(PICTURE, "bee", "cam")
    found, other = (explainer.randomisation(one, 1).correlations for one in (rather("cam"), plain))
    assert found != other
