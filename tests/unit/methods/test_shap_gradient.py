"""Expected gradients, on models whose gradients can be told by hand."""

from dataclasses import replace
from typing import Any

import keras
import numpy as np
import pytest
from PIL import Image

from gridexplainer_widget import as_classifier
from gridexplainer_widget.attribution.attribution import Attribution
from gridexplainer_widget.attribution.context import MethodContext
from gridexplainer_widget.attribution.options import MethodOptions
from gridexplainer_widget.core.errors import MethodError
from gridexplainer_widget.core.fills import parse_fill
from gridexplainer_widget.core.picture import read_picture
from gridexplainer_widget.inference.run import Run
from gridexplainer_widget.methods.shap_gradient import shap_gradient
from tests.support.contexts import run_method
from tests.support.models import brightness

SIZE = (6, 4, 3)
RNG = np.random.default_rng(0)
PIXELS = RNG.integers(0, 256, SIZE).astype(np.uint8)
OTHERS = RNG.integers(2, 256, (5, *SIZE)).astype(np.uint8)
WEIGHTS = RNG.normal(size=(*SIZE, 3)).astype(np.float32) / 255


def linear() -> Any:
    """Three logits, linear in the pixels."""
    dense = keras.layers.Dense(3)
    model = keras.Sequential([keras.Input(SIZE), keras.layers.Flatten(), dense])
    dense.set_weights([WEIGHTS.reshape(-1, 3), np.array([0.5, -1, 2], np.float32)])
    return model


def squared() -> Any:
    """The square of a linear score, and its negative: what gradients there are depends on where."""
    pixels = keras.Input(SIZE)
    score = keras.layers.Dense(1, use_bias=False)
    square = keras.ops.square(score(keras.layers.Flatten()(pixels)))
    model = keras.Model(pixels, keras.ops.concatenate([-square, square], axis=-1))
    score.set_weights([WEIGHTS.reshape(-1, 3)[:, :1]])
    return model


def context_of(
    model: Any, batch: int | None = None, seed: int = 0, **options: Any
) -> MethodContext:
    classifier = as_classifier(model, output="logits", preprocess=None)
    run = Run.of(classifier, read_picture(PIXELS), (3, 2), parse_fill("gray"), batch)
    list(run.ask([()]))
    return MethodContext("shap-gradient", run, 1, "probability", seed, MethodOptions(**options))


def found(model: Any, batch: int | None = None, **options: Any) -> Attribution:
    return run_method(shap_gradient, context_of(model, batch, **options))[1]


def from_one() -> np.ndarray:
    """(x − x′) · w, summed over the channels, for the first of the others: (height, width)."""
    return ((PIXELS - OTHERS[0].astype(float)) * WEIGHTS[..., 1]).sum(axis=-1)


def test_a_linear_model_from_one_picture_is_told_exactly() -> None:
    attribution = found(linear(), background=OTHERS[:1], samples=45)
    np.testing.assert_allclose(attribution.pixels, from_one(), rtol=1e-4, atol=1e-6)
    cells = from_one().reshape(3, 2, 2, 2).sum(axis=(1, 3))
    np.testing.assert_allclose(attribution.cells, cells, rtol=1e-4, atol=1e-6)
    assert attribution.resolution == "pixels"
    assert attribution.derived == "cells: sum of their pixels"
    assert attribution.unit == ""
    total = from_one().sum()
    assert len(attribution.notes) == 1
    assert attribution.notes[0].startswith(
        f"The values add up to {total:.3g}; with ever more samples they would to {total:.3g}, "
        "what the logit has"
    )


def test_a_curved_model_is_followed_on_the_way() -> None:
    weights = WEIGHTS[..., 0]
    slopes = ((PIXELS - OTHERS[0].astype(float)) * weights).sum(axis=-1)
    attribution = found(squared(), background=OTHERS[:1], samples=2000)
    start, end = (OTHERS[0] * weights).sum(), (PIXELS * weights).sum()
    # The gradient of s² is 2 s w, and the mean of 2 s on the straight way is start + end.
    np.testing.assert_allclose(attribution.pixels, slopes * (start + end), rtol=0.05, atol=1e-4)
    assert attribution.cells.sum() == pytest.approx(end**2 - start**2, rel=0.05)


def test_the_sum_over_several_is_the_scores_difference_but_for_chance() -> None:
    attribution = found(linear(), background=list(OTHERS), samples=3000)
    scores = (OTHERS[..., np.newaxis] * WEIGHTS).sum(axis=(1, 2, 3))[:, 1]
    expected = (PIXELS * WEIGHTS[..., 1]).sum() - scores.mean()
    error = float(scores.std()) / 3000**0.5
    assert attribution.cells.sum() == pytest.approx(expected, abs=4 * error)
    assert f"they would to {expected:.3g}" in attribution.notes[-1]


def test_without_a_background_it_is_the_picture_hidden() -> None:
    attribution = found(linear(), samples=20)
    context = context_of(linear())
    masker = context.run.masker
    hidden = [
        type(masker)(masker.pixels, masker.grid, parse_fill(fill)).masked(range(6))
        for fill in ("cell-mean", "blur", "picture-mean")
    ]
    mean = np.mean([(picture * WEIGHTS[..., 1]).sum() for picture in hidden])
    expected = (PIXELS * WEIGHTS[..., 1]).sum() - mean
    assert "pictures of your own" in attribution.notes[0]
    assert f"they would to {expected:.3g}" in attribution.notes[-1]


def test_a_background_is_anything_that_a_picture_is_read_from(tmp_path: Any) -> None:
    one = Image.fromarray(OTHERS[0])
    one.save(tmp_path / "one.png")
    expected = found(linear(), background=OTHERS[:1], samples=20).pixels
    for given in ([one], (OTHERS[0],), [tmp_path / "one.png"], [str(tmp_path / "one.png")]):
        pixels = found(linear(), background=given, samples=20).pixels
        np.testing.assert_array_equal(pixels, expected)
    large = one.resize((40, 60), Image.Resampling.NEAREST)
    assert found(linear(), background=[large], samples=20).pixels.shape == (6, 4)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("one.png", "str"),
        ([], "empty"),
        (OTHERS[0], r"shape \(6, 4, 3\)"),
        (OTHERS[:0], r"shape \(0, 6, 4, 3\)"),
        (Image.fromarray(OTHERS[0]), "Image"),
        (7, "int"),
    ],
)
def test_what_is_no_background_is_told(given: Any, reason: str) -> None:
    with pytest.raises(ValueError, match=f"background .*{reason}.*Wanted are pictures in a list"):
        found(linear(), background=given)


def test_the_seed_tells_the_map_and_the_batch_size_does_not() -> None:
    before = np.random.get_state()[1].copy()  # noqa: NPY002 - those that SHAP draws from
    first, again, small = (found(squared(), size, samples=50) for size in (16, 16, 3))
    np.testing.assert_array_equal(first.pixels, again.pixels)
    np.testing.assert_allclose(first.pixels, small.pixels, rtol=1e-5)
    assert (first.pixels != found(squared(), seed=1, samples=50).pixels).any()
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002


def test_progress_cost_and_silence(capfd: pytest.CaptureFixture[str]) -> None:
    progress, attribution = run_method(shap_gradient, context_of(linear(), samples=45))
    assert progress == [(0, 45), (20, 45), (40, 45), (45, 45)]
    assert attribution.cost.backward == 45
    # Two tell that the model takes several at once; the sum's check: this picture, the three.
    assert attribution.cost.forward == 45 + 2 + 1 + 3
    assert capfd.readouterr() == ("", "")


def test_tensorflow_has_nothing_to_say_of_many_maps(caplog: pytest.LogCaptureFixture) -> None:
    model = linear()
    contexts = [context_of(model, samples=20) for _ in range(8)]
    first = run_method(shap_gradient, contexts[0])[1]
    for context in contexts[1:]:
        found = run_method(shap_gradient, replace(context, run=contexts[0].run))[1]
        np.testing.assert_array_equal(found.pixels, first.pixels)
    assert "retracing" not in caplog.text
    network, batch = contexts[0].network, contexts[0].batch
    assert network.score_model(batch, 1)[0] is network.score_model(batch, 1)[0]
    assert network.score_model(batch, 1)[0] is not network.score_model(batch, 0)[0]


def test_a_black_box_is_refused() -> None:
    run = Run.of(as_classifier(brightness), read_picture(PIXELS), 2, parse_fill("gray"))
    list(run.ask([()]))
    with pytest.raises(MethodError, match="looks inside the model"):
        run_method(shap_gradient, MethodContext("shap-gradient", run, 1, "probability"))
