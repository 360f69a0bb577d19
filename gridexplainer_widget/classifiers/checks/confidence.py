"""A model's confidence in a picture, and in nonsense made of its pixels."""

from __future__ import annotations

import numpy as np

from gridexplainer_widget.classifiers.outputs import OutputKind
from gridexplainer_widget.core.arrays import PreparedBatch, Probabilities
from gridexplainer_widget.core.scores import INDEPENDENT


def views(pixels: PreparedBatch) -> PreparedBatch:
    """Stack a picture and its mirror image."""
    return np.stack([pixels, pixels[:, ::-1]])


def nonsense_pictures(pixels: PreparedBatch, seed: int = 0) -> PreparedBatch:
    """Stack three nonsense pictures: pixels shuffled, mean colour, negative."""
    flat = pixels.reshape(-1, pixels.shape[-1])
    shuffled = np.random.default_rng(seed).permutation(flat).reshape(pixels.shape)
    mean = np.broadcast_to(flat.mean(axis=0), pixels.shape)
    return np.stack([shuffled, mean, 255 - pixels]).astype(np.float32)


def certainty(vectors: Probabilities, output: OutputKind | None) -> np.ndarray:
    """Return one minus the normalised entropy of probabilities (..., classes): 0..1.

    Independent sigmoids have no entropy: return their largest.
    """
    if output in INDEPENDENT:
        largest: np.ndarray = vectors.max(axis=-1)
        return largest
    p = vectors.astype(np.float64)
    entropy = -(p * np.log(np.maximum(p, 1e-30))).sum(axis=-1)
    sure: np.ndarray = 1 - entropy / np.log(p.shape[-1])
    return sure


def fit(seen: Probabilities, nonsense: Probabilities, output: OutputKind | None) -> float:
    """Return how much surer a model is of `views` than of `nonsense_pictures`: −1..1.

    Far too wide a range makes a model sure of anything; hence the nonsense.
    """
    agreed = certainty(seen.mean(axis=0), output)
    return float(agreed - certainty(nonsense, output).mean())


def sureness(vectors: Probabilities) -> float:
    """Return the median log-odds, top class over second, of probabilities (n, classes)."""
    ordered = np.sort(np.maximum(vectors.astype(np.float64), 1e-38), axis=1)
    return float(np.median(np.log(ordered[:, -1]) - np.log(ordered[:, -2])))
