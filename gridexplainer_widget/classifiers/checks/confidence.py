"""How sure a model is of a picture, and of nonsense made of its pixels."""

from __future__ import annotations

import numpy as np

from gridexplainer_widget.classifiers.outputs import OutputKind
from gridexplainer_widget.core.arrays import PreparedBatch, Probabilities


def views(pixels: PreparedBatch) -> PreparedBatch:
    """Return two pictures that should look the same to a model: a picture and its mirror image."""
    return np.stack([pixels, pixels[:, ::-1]])


def nonsense_pictures(pixels: PreparedBatch, seed: int = 0) -> PreparedBatch:
    """Return three nonsense pictures: the pixels shuffled, their mean colour, their negative."""
    flat = pixels.reshape(-1, pixels.shape[-1])
    shuffled = np.random.default_rng(seed).permutation(flat).reshape(pixels.shape)
    mean = np.broadcast_to(flat.mean(axis=0), pixels.shape)
    return np.stack([shuffled, mean, 255 - pixels]).astype(np.float32)


def certainty(vectors: Probabilities, output: OutputKind | None) -> np.ndarray:
    """Return how sure probabilities (..., classes) are, 0..1: one minus their normalised entropy.

    Independent sigmoids have none: of these, return the largest.
    """
    if output == "sigmoids":
        largest: np.ndarray = vectors.max(axis=-1)
        return largest
    p = vectors.astype(np.float64)
    entropy = -(p * np.log(np.maximum(p, 1e-30))).sum(axis=-1)
    sure: np.ndarray = 1 - entropy / np.log(p.shape[-1])
    return sure


def fit(seen: Probabilities, nonsense: Probabilities, output: OutputKind | None) -> float:
    """Return how much surer a model is of a picture than of nonsense, −1..1.

    A range that is far too wide makes a model sure of anything; hence the nonsense.

    Parameters
    ----------
    seen : float32 array (2, classes)
        Probabilities of `views`.
    nothing : float32 array (3, classes)
        Probabilities of `nonsense_pictures`.
    """
    agreed = certainty(seen.mean(axis=0), output)
    return float(agreed - certainty(nonsense, output).mean())


def sureness(vectors: Probabilities) -> float:
    """Return the median log-odds of the top class over the second of probabilities (n, classes)."""
    ordered = np.sort(np.maximum(vectors.astype(np.float64), 1e-38), axis=1)
    return float(np.median(np.log(ordered[:, -1]) - np.log(ordered[:, -2])))
