"""RISE: the mean score with a pixel kept, over random masks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.attribution.attribution import enlarged, mean_of_cells
from gridexplainer_widget.attribution.context import MethodContext, Steps
from gridexplainer_widget.classifiers.classifier import Classifier
from gridexplainer_widget.core.arrays import Map, Probabilities
from gridexplainer_widget.core.errors import ClassifierError

SAMPLES = 1000
"""Masked pictures, unless another number is asked for."""

SIDE = 7
"""Rows and columns of the small masks, as in the paper's experiments."""

KEPT = 0.5
"""How likely a small mask's place is to be kept; after enlarging, each pixel's mean."""


def rise(context: MethodContext) -> Steps:
    """Explain by randomized input sampling.

    Masks of 7×7 places, each 1 or 0 with even chances, are enlarged bilinearly, shifted at random
    by less than a place, and blended: mask × picture + (1 − mask) × the picture with every cell
    hidden, where the paper has black (V. Petsiuk, A. Das, K. Saenko, "RISE: Randomized Input
    Sampling for Explanation of Black-box Models", BMVC 2018). The paper's map is the mean of the
    score weighted by the mask over the mask's mean, ``E[f·M(λ)] / E[M(λ)]``, which reads as the
    mean score with the pixel λ kept. From it the mean score over all masks, E[f], is subtracted:
    this ranks the pixels alike, and gives 0 to what has no influence. The numbers are differences
    of means in probability or in log-odds, as the context's score says; they do not add up.

    Parameters
    ----------
    context : Question
        `options.samples` is the number of masks.

    Raises
    ------
    ClassifierError
        The model gave NaN or infinity.
    """
    samples = context.options.samples or SAMPLES
    yield 0, samples
    run, draws = context.run, np.random.default_rng(context.seed)
    hidden = run.masker.masked(range(len(context.grid)))
    size = (context.grid.height, context.grid.width)
    values = np.empty(samples)
    shares = np.empty((samples, *context.grid.shape), np.float32)
    weighted, total = np.zeros(size), np.zeros(size)
    for start in range(0, samples, run.batch_size):
        some = slice(start, min(start + run.batch_size, samples))
        masks = np.stack([_mask(draws, *size) for _ in range(some.start, some.stop)])
        blended = hidden + masks[..., np.newaxis] * (run.masker.pixels - hidden)
        context.forward += len(blended)
        values[some] = -context.drops(_finite(run.classifier(blended), run.classifier))
        shares[some] = [mean_of_cells(mask, context.grid) for mask in masks]
        weighted += np.tensordot(values[some], masks, 1)
        total += masks.sum(axis=0)
        yield some.stop, samples
    pixels = (weighted - values.mean() * total) / (KEPT * samples)
    notes = (
        _error_note(values, shares),
        "The numbers are differences of means: they do not add up.",
    )
    return context.of_pixels(pixels.astype(np.float32), notes, unit=context.score)


def _finite(vectors: Probabilities, classifier: Classifier) -> Probabilities:
    """Return the probabilities (n, classes) if they are numbers."""
    bad = int((~np.isfinite(vectors).all(axis=1)).sum())
    if bad:
        raise ClassifierError(
            f"{classifier.name} returned NaN or infinity for {bad} of {len(vectors)} masked "
            "pictures. Check its weights and its preprocessing "
            f"({classifier.preprocessing.description})."
        )
    return vectors


def _mask(draws: np.random.Generator, height: int, width: int) -> Map:
    """Draw one mask: float32 (height, width), 0..1, KEPT on average at every pixel."""
    rows, columns = min(SIDE, height), min(SIDE, width)
    tall, wide = -(-height // rows), -(-width // columns)  # pixels of a place
    small = (draws.random((rows, columns)) < KEPT).astype(np.float32)
    large = enlarged(small, (rows + 1) * tall, (columns + 1) * wide)
    top, left = int(draws.integers(tall)), int(draws.integers(wide))
    return large[top : top + height, left : left + width]


def _error_note(values: NDArray[np.float64], shares: NDArray[np.float32]) -> str:
    """Say how much of the map is chance, from the spread of what each mask adds to a cell."""
    samples = len(values)
    if samples == 1:
        return "There is nothing to compare a single mask with: the map is 0 everywhere."
    if np.ptp(values) == 0:
        return f"All {samples} masked pictures got the same answer: the map is 0 everywhere."
    centred = (values - values.mean())[:, np.newaxis, np.newaxis]
    added = centred * (shares - KEPT) / KEPT
    cells, error = added.mean(axis=0), added.std(axis=0, ddof=1) / np.sqrt(samples)
    unsure = int((np.abs(cells) < 2 * error).sum())
    part = np.median(error) / max(np.abs(cells).max(), 1e-12)
    told = "<1%" if part < 0.005 else f"{part:.0%}"
    return (
        f"By chance of the {samples} masks, a cell's number is uncertain by {told} of the "
        f"largest (one standard error); {unsure} of {cells.size} cells cannot be told from 0."
    )
