"""SHAP by gradients: the score's slope on the way from background pictures to this one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.attribution.context import MethodContext, Steps
from gridexplainer_widget.attribution.seeding import global_dice
from gridexplainer_widget.classifiers.imports import framework
from gridexplainer_widget.classifiers.network import Network
from gridexplainer_widget.core.arrays import Pixels, PreparedBatch
from gridexplainer_widget.core.fills import parse_fill
from gridexplainer_widget.core.masking import Masker
from gridexplainer_widget.core.picture import read_picture

SAMPLES = 200
"""Points on the way, unless another number is asked for: SHAP's own default."""

AT_ONCE = 20
"""Points between two reports; not the size of the model's batches, so that the map is the same."""

STAND_INS = ("cell-mean", "blur", "picture-mean")
"""Fills that hide the whole picture, for the background that nobody gave."""


def shap_gradient(context: MethodContext) -> Steps:
    """Explain by expected gradients, with SHAP's gradient explainer.

    ``φ = E[(x − x′) · ∂f/∂x at x′ + t(x − x′)]``, the mean over background pictures x′ and t
    uniform in 0..1, summed over channels (G. Erion, J. D. Janizek, P. Sturmfels, S. Lundberg,
    S.-I. Lee, "Improving performance of deep learning models with axiomatic attribution priors and
    expected gradients", Nature Machine Intelligence 3, 2021). The expected sum over the pixels is
    f(x) minus the mean of f over the background, where f is the score that gradients are of. A
    cell's number is the sum of its pixels'.

    Parameters
    ----------
    context : Question
        `options.background` are the pictures x′, anything that a picture can be read from; without
        them it is this picture, hidden altogether in three ways. `options.samples` is the number
        of points at which gradients are taken.

    Raises
    ------
    MethodError
        The model cannot be opened.
    ValueError
        The background is none.
    """
    samples = context.options.samples or SAMPLES
    yield 0, samples
    network, lock = context.network, context.run.classifier.lock
    background = context.prepared(_background(context))
    explainer, picture = context.inside(lambda network: _explainer(context, network, background))
    values = np.zeros(context.batch.shape[1:])
    draws = np.random.default_rng(context.seed)
    for start in range(0, samples, AT_ONCE):
        points, seed = min(AT_ONCE, samples - start), int(draws.integers(2**32))
        ask = partial(explainer.shap_values, picture, nsamples=points, rseed=seed)
        with lock, global_dice(seed):
            found = network.with_gradients(ask)
        context.forward += points
        context.backward += points
        values += np.reshape(found, values.shape) * (points / samples)
        yield start + points, samples
    notes = (*_background_note(context), _sum_note(context, background, values))
    pixels = values.sum(axis=-1).astype(np.float32)
    return context.of_pixels(pixels, (*notes, *context.score_notes), add=True)


def _explainer(
    context: MethodContext, network: Network, background: PreparedBatch
) -> tuple[Any, Any]:
    """Return SHAP's explainer, and the picture as it takes it."""
    shap = framework("shap", "method='shap-gradient'", "shap")
    both = np.concatenate([context.batch, background])
    model, taken = network.score_model(both, context.target)
    size = context.run.batch_size
    make = partial(shap.GradientExplainer, model, taken[1:], batch_size=size)
    return network.with_gradients(make), taken[:1]


def _background(context: MethodContext) -> Pixels:
    """Return the pictures to start from: float32 (n, H, W, C), 0..255."""
    given, masker = context.options.background, context.run.masker
    if given is None:
        fills = [parse_fill(name) for name in STAND_INS]
        everything = range(len(masker.grid))
        maskers = [Masker(masker.pixels, masker.grid, fill) for fill in fills]
        return np.stack([other.masked(everything) for other in maskers])
    pictures = _several(given)
    return np.stack([read_picture(one).fitted(*masker.pixels.shape) for one in pictures])


def _several(given: Any) -> Sequence[Any] | NDArray[Any]:
    """Return the pictures that were given if they are several."""
    wanted = (
        "Wanted are pictures in a list (paths, PIL images or arrays), or an array (n, height, "
        "width, channels) in 0..255."
    )
    if isinstance(given, np.ndarray):
        if given.ndim != 4 or not len(given):
            raise ValueError(f"background has shape {given.shape}. {wanted}")
        return given
    if isinstance(given, (str, bytes)) or not isinstance(given, Sequence) or not given:
        what = "empty" if isinstance(given, Sequence) and not given else type(given).__name__
        raise ValueError(f"background is {what}. {wanted}")
    return given


def _background_note(context: MethodContext) -> tuple[str, ...]:
    if context.options.background is not None:
        return ()
    note = (
        "The background is this picture itself with everything hidden, by "
        f"{', '.join(STAND_INS)}: pictures of your own, such as 20 of the model's training set, "
        "tell more (background=…)."
    )
    return (note,)


def _sum_note(
    context: MethodContext, background: PreparedBatch, values: NDArray[np.float64]
) -> str:
    """Tell how far the values' sum is from what it would be with infinitely many points."""
    step = context.run.batch_size
    parts = [background[start : start + step] for start in range(0, len(background), step)]
    mean = float(np.concatenate([context.scores(part) for part in parts]).mean())
    expected = float(context.scores(context.batch)[0]) - mean
    return (
        f"The values add up to {values.sum():.3g}; with ever more samples they would to "
        f"{expected:.3g}, what the {context.network.differentiated} has over its mean on the "
        "background."
    )
