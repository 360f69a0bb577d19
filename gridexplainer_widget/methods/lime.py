"""LIME: a linear model of the cells, fitted to answers about random sets of them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.attribution.coalitions import values_of
from gridexplainer_widget.attribution.context import MethodContext, Steps
from gridexplainer_widget.classifiers.imports import framework

SAMPLES = 1000
"""Pictures, unless another number is asked for."""


def lime(context: MethodContext) -> Steps:
    """Explain by local interpretable model-agnostic explanations.

    Pictures with a random half of the grid's cells hidden, the whole picture among them, are
    scored, and a ridge regression, weighted by how near each picture is to the whole one, tells
    each cell's part in the score (M. T. Ribeiro, S. Singh, C. Guestrin, "'Why Should I Trust
    You?': Explaining the Predictions of Any Classifier", KDD 2016). The regression, its weighting
    and their defaults are those of the `lime` package; its segments are the cells, and what hides
    them is the fill. Weights are in probability or in log-odds, as the context's score says.

    Parameters
    ----------
    context : Question
        `options.samples` is the number of pictures.

    Raises
    ------
    ImportError
        The extra ``[lime]`` is missing.
    ClassifierError
        The model gave NaN or infinity.
    """
    image = framework("lime.lime_image", "method='lime'", "gridexplainer-widget[lime]")
    samples = context.options.samples or SAMPLES
    yield 0, samples
    kept = _drawn(context.seed, samples, len(context.grid))
    values = yield from values_of(context, kept, 0, samples)
    found = _fitted(image, context, kept, values)
    cells = np.zeros(len(context.grid), np.float32)
    for cell, weight in found.local_exp[0]:
        cells[cell] = weight
    note = _fit_note(float(found.score), values, len(cells))
    return context.of_cells(cells, (note,), unit=context.score)


def _drawn(seed: int, samples: int, cells: int) -> NDArray[np.bool_]:
    """Draw which cells are kept: bool (samples, cells), every one of them in the first row."""
    kept = np.random.default_rng(seed).random((samples, cells)) < 0.5
    kept[0] = True
    return kept


def _fitted(
    image: Any, context: MethodContext, kept: NDArray[np.bool_], values: NDArray[np.float64]
) -> Any:
    """Have LIME fit its model to a picture with one pixel for each cell."""
    explainer = image.LimeImageExplainer(random_state=context.seed % 2**32)
    # Asked there, the model would be asked with a progress bar and without a way to stop.
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


def _fit_note(explained: float, values: NDArray[np.float64], cells: int) -> str:
    if np.ptp(values) == 0:
        return f"All {len(values)} pictures got the same answer: every weight is 0."
    if len(values) < 2 * cells:
        return (
            f"{len(values)} pictures are too few to tell the parts of {cells} cells: take more "
            f"(samples=…), at least {2 * cells}."
        )
    return (
        f"LIME's linear model explains {explained:.0%} of the variation among the "
        f"{len(values)} pictures that it was fitted to."
    )
