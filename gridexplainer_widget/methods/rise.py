"""RISE: the mean score under random masks that keep a pixel."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.attribution.attribution import mean_of_cells, upsample
from gridexplainer_widget.attribution.context import MethodContext, Steps
from gridexplainer_widget.classifiers.classifier import Classifier
from gridexplainer_widget.core.arrays import Map
from gridexplainer_widget.core.errors import ClassifierError
from gridexplainer_widget.core.scores import Answers

DEFAULT_MASKS = 1000

SMALL_MASK_SIDE = 7
"""Places per side before upsampling, as in the paper's experiments."""

KEEP_PROBABILITY = 0.5
"""Of each place of a small mask; also the mean of upsampled pixels."""


def rise(context: MethodContext) -> Steps:
    """Explain by randomized input sampling.

    Draw masks of 7×7 places, 1 or 0 with even chances, upsample them bilinearly and shift them at
    random by less than a place. 1 − mask blends in the picture with every cell hidden; the paper
    takes black (V. Petsiuk et al., "RISE: Randomized Input Sampling for Explanation of Black-box
    Models", BMVC 2018). The map is ``E[f·M(λ)] / E[M(λ)] − E[f]``: the mean score f with pixel λ
    kept, as in the paper, minus the mean over all masks. This keeps the ranking and gives 0 to
    pixels without influence. The numbers, in probability or log-odds, do not add up.
    """
    samples = context.options.samples or DEFAULT_MASKS
    yield 0, samples
    run, rng = context.run, np.random.default_rng(context.seed)
    hidden = run.masker.masked(range(len(context.grid)))
    size = (context.grid.height, context.grid.width)
    values = np.empty(samples)
    shares = np.empty((samples, *context.grid.shape), np.float32)
    weighted, total = np.zeros(size), np.zeros(size)
    for start in range(0, samples, run.batch_size):
        batch = slice(start, min(start + run.batch_size, samples))
        masks = np.stack([_draw_mask(rng, *size) for _ in range(batch.start, batch.stop)])
        blended = hidden + masks[..., np.newaxis] * (run.masker.pixels - hidden)
        context.forward += len(blended)
        values[batch] = -context.drops(
            _require_finite(run.classifier.answers(blended), run.classifier)
        )
        shares[batch] = [mean_of_cells(mask, context.grid) for mask in masks]
        weighted += np.tensordot(values[batch], masks, 1)
        total += masks.sum(axis=0)
        yield batch.stop, samples
    pixels = (weighted - values.mean() * total) / (KEEP_PROBABILITY * samples)
    notes = (
        _error_note(values, shares),
        "The numbers are differences of means: they do not add up.",
    )
    return context.pixel_attribution(pixels.astype(np.float32), notes, unit=context.score)


def _require_finite(answers: Answers, classifier: Classifier) -> Answers:
    finite = np.isfinite(answers.vectors).all(axis=1)
    bad, total = int((~finite).sum()), finite.size
    if bad:
        raise ClassifierError(
            f"{classifier.name} returned NaN or infinity for {bad} of {total} masked "
            "pictures. Check its weights and its preprocessing "
            f"({classifier.preprocessing.description})."
        )
    return answers


def _draw_mask(rng: np.random.Generator, height: int, width: int) -> Map:
    rows, columns = min(SMALL_MASK_SIDE, height), min(SMALL_MASK_SIDE, width)
    tall, wide = -(-height // rows), -(-width // columns)  # pixels of a place
    small = (rng.random((rows, columns)) < KEEP_PROBABILITY).astype(np.float32)
    large = upsample(small, (rows + 1) * tall, (columns + 1) * wide)
    top, left = int(rng.integers(tall)), int(rng.integers(wide))
    return large[top : top + height, left : left + width]


def _error_note(values: NDArray[np.float64], shares: NDArray[np.float32]) -> str:
    """State the standard error, from scores and kept shares (n, rows, columns)."""
    samples = len(values)
    if samples == 1:
        return "There is nothing to compare a single mask with: the map is 0 everywhere."
    if np.ptp(values) == 0:
        return f"All {samples} masked pictures got the same answer: the map is 0 everywhere."
    centred = (values - values.mean())[:, np.newaxis, np.newaxis]
    added = centred * (shares - KEEP_PROBABILITY) / KEEP_PROBABILITY
    cells, error = added.mean(axis=0), added.std(axis=0, ddof=1) / np.sqrt(samples)
    unsure = int((np.abs(cells) < 2 * error).sum())
    share = np.median(error) / max(np.abs(cells).max(), 1e-12)
    percentage = "<1%" if share < 0.005 else f"{share:.0%}"
    return (
        f"By chance of the {samples} masks, a cell's number is uncertain by {percentage} of the "
        f"largest (one standard error); {unsure} of {cells.size} cells cannot be told from 0."
    )
