"""SHAP by expected gradients, from background pictures to this one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.attribution.context import MethodContext, Steps
from gridexplainer_widget.attribution.seeding import seeded_global_generators
from gridexplainer_widget.classifiers.imports import framework
from gridexplainer_widget.classifiers.network import Network
from gridexplainer_widget.core.arrays import Pixels, PreparedBatch
from gridexplainer_widget.core.fills import parse_fill
from gridexplainer_widget.core.masking import Masker
from gridexplainer_widget.core.picture import read_picture

DEFAULT_POINTS = 200
"""SHAP's own default."""

POINTS_PER_STEP = 20
"""Fixed, so that the map does not depend on the batch size."""

BACKGROUND_FILLS = ("cell-mean", "blur", "picture-mean")
"""Fills of the default background."""


def shap_gradient(context: MethodContext) -> Steps:
    """Explain by expected gradients, with SHAP's gradient explainer.

    ``φ = E[(x − x′) · ∂f/∂x at x′ + t(x − x′)]``, the mean over background pictures x′ and t
    uniform in 0..1, summed over channels (G. Erion et al., "Improving performance of deep learning
    models with axiomatic attribution priors and expected gradients", Nature Machine Intelligence 3,
    2021). f is the target's logit, or log-odds if no logit can be reached. The expected sum of φ is
    f(x) minus the mean f of the background. A cell's number is the sum over its pixels. By default,
    the background is this picture, hidden entirely by three fills.

    Raises
    ------
    ValueError
        The background holds no pictures.
    """
    total = context.options.samples or DEFAULT_POINTS
    yield 0, total
    network, lock = context.network, context.run.classifier.lock
    background = context.preprocess(_background(context))
    explainer, picture = context.on_network(lambda net: _explainer(context, net, background))
    values = np.zeros(context.batch.shape[1:])
    rng = np.random.default_rng(context.seed)
    for start in range(0, total, POINTS_PER_STEP):
        points, seed = min(POINTS_PER_STEP, total - start), int(rng.integers(2**32))
        call = partial(explainer.shap_values, picture, nsamples=points, rseed=seed)
        with lock, seeded_global_generators(seed):
            estimate = network.with_gradients(call)
        context.forward += points
        context.backward += points
        values += np.reshape(estimate, values.shape) * (points / total)
        yield start + points, total
    notes = (*_background_note(context), _sum_note(context, background, values))
    pixels = values.sum(axis=-1).astype(np.float32)
    return context.pixel_attribution(pixels, (*notes, *context.score_notes), add=True)


def _explainer(
    context: MethodContext, network: Network, background: PreparedBatch
) -> tuple[Any, Any]:
    """Return SHAP's explainer and its form of the picture."""
    shap = framework("shap", "method='shap-gradient'", "shap")
    batch = np.concatenate([context.batch, background])
    model, inputs = network.score_model(batch, context.asked)
    size = context.run.batch_size
    make = partial(shap.GradientExplainer, model, inputs[1:], batch_size=size)
    return network.with_gradients(make), inputs[:1]


def _background(context: MethodContext) -> Pixels:
    given, masker = context.options.background, context.run.masker
    if given is None:
        fills = [parse_fill(name) for name in BACKGROUND_FILLS]
        everything = range(len(masker.grid))
        maskers = [Masker(masker.pixels, masker.grid, fill) for fill in fills]
        return np.stack([other.masked(everything) for other in maskers])
    size, pictures = masker.pixels.shape, _require_pictures(given)
    return np.stack([read_picture(picture).fitted(*size) for picture in pictures])


def _require_pictures(given: Any) -> Sequence[Any] | NDArray[Any]:
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
    fills = ", ".join(BACKGROUND_FILLS)
    note = (
        f"The background is this picture itself with everything hidden, by {fills}: pictures of "
        "your own, such as 20 of the model's training set, tell more (background=…)."
    )
    return (note,)


def _sum_note(
    context: MethodContext, background: PreparedBatch, values: NDArray[np.float64]
) -> str:
    """Compare the values' sum with its limit."""
    step = context.run.batch_size
    batches = [background[start : start + step] for start in range(0, len(background), step)]
    mean = float(np.concatenate([context.scores(batch) for batch in batches]).mean())
    expected = float(context.scores(context.batch)[0]) - mean
    differentiated = context.network.differentiated
    what = differentiated if context.contrast is None else "difference of the two classes"
    return (
        f"The values add up to {values.sum():.3g}; with ever more samples they would to "
        f"{expected:.3g}, what the {what} has over its mean on the background."
    )
