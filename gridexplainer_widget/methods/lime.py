"""LIME: a linear model of the cells, fitted to random coalitions."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.attribution.coalitions import coalition_values
from gridexplainer_widget.attribution.context import MethodContext, Steps
from gridexplainer_widget.classifiers.imports import framework
from gridexplainer_widget.inference.run import Run
from gridexplainer_widget.inference.together import handfuls_of, probes_of

DEFAULT_PICTURES = 1000


def lime(context: MethodContext) -> Steps:
    """Explain by local interpretable model-agnostic explanations.

    Score the whole picture and pictures with each cell hidden at even chances, and fit a ridge
    regression, weighted by nearness to the whole picture. Handfuls that occlusion has hidden before
    stand for as many of the pictures; those that tell what the map foretells are left out. A cell's
    number is its coefficient, in probability or log-odds (M. T. Ribeiro et al., "'Why Should I
    Trust You?': Explaining the Predictions of Any Classifier", KDD 2016). Regression and weights
    are the defaults of the `lime` package, from the extra ``[lime]``.
    """
    image = framework("lime.lime_image", "method='lime'", "gridexplainer-widget[lime]")
    pictures = context.options.samples or DEFAULT_PICTURES
    yield 0, pictures
    known = _known_coalitions(context.run)[: pictures - 1]
    drawn = _draw_coalitions(context.seed, pictures - len(known), len(context.grid))
    kept = np.concatenate([_without_probes(drawn, context.run), known])
    values = yield from coalition_values(context, kept, 0, pictures)
    fit = _fit(image, context, kept, values)
    cells = np.zeros(len(context.grid), np.float32)
    for cell, weight in fit.local_exp[0]:
        cells[cell] = weight
    note = _fit_note(float(fit.score), values, len(cells))
    return context.cell_attribution(cells, (note,), unit=context.score)


def _draw_coalitions(seed: int, count: int, cells: int) -> NDArray[np.bool_]:
    """Draw coalitions (count, cells); the first keeps every cell."""
    kept = np.random.default_rng(seed).random((count, cells)) < 0.5
    kept[0] = True
    return kept


def _without_probes(drawn: NDArray[np.bool_], run: Run) -> NDArray[np.bool_]:
    """Leave out what is to tell how well the map foretells: a small grid has few coalitions."""
    probes = probes_of(run)
    return drawn[[tuple(np.flatnonzero(~row).tolist()) not in probes for row in drawn]]


def _known_coalitions(run: Run) -> NDArray[np.bool_]:
    """Return the handfuls that a map may be fitted to, as coalitions."""
    handfuls = handfuls_of(run)
    if handfuls is None:
        return np.empty((0, len(run.grid)), np.bool_)
    return ~handfuls.fitted.hidden


def _fit(
    image: Any, context: MethodContext, kept: NDArray[np.bool_], values: NDArray[np.float64]
) -> Any:
    """Fit LIME's model on a picture with one pixel per cell."""
    explainer = image.LimeImageExplainer(random_state=context.seed % 2**32)
    # LIME's own data_labels shows a progress bar and cannot be stopped.
    explainer.data_labels = lambda *_, **__: (kept.astype(int), values[:, np.newaxis])
    return explainer.explain_instance(
        np.ones((*context.grid.shape, 3)),
        None,
        labels=(0,),
        top_labels=None,
        num_features=len(context.grid),
        num_samples=len(kept),
        segmentation_fn=lambda _: np.arange(len(context.grid)).reshape(context.grid.shape),
    )


def _fit_note(r_squared: float, values: NDArray[np.float64], cells: int) -> str:
    if np.ptp(values) == 0:
        return f"All {len(values)} pictures got the same answer: every weight is 0."
    if len(values) < 2 * cells:
        return (
            f"{len(values)} pictures are too few to tell the parts of {cells} cells: take more "
            f"(samples=…), at least {2 * cells}."
        )
    return (
        f"LIME's linear model explains {r_squared:.0%} of the variation among the "
        f"{len(values)} pictures that it was fitted to."
    )
