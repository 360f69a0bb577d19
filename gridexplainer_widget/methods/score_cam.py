"""Score-CAM: a layer's maps, weighted by the score of the picture with each laid over it."""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.attribution.attribution import enlarged
from gridexplainer_widget.attribution.context import MethodContext, Steps
from gridexplainer_widget.core.arrays import LayerMaps, Map, PreparedBatch

MOST_CHANNELS = 64
"""Masked pictures for a layer, unless another number is asked for."""

Channels: TypeAlias = NDArray[np.intp]
"""Indices of channels."""


def score_cam(context: MethodContext) -> Steps:
    """Explain by score-weighted class activation mapping.

    ``L = ReLU(Σ_k α_k A_k)`` with ``α = softmax over k of f(X ∘ H_k)``, where f is the target's
    score, X the network's input and H_k the layer's map A_k, enlarged bilinearly and scaled to
    0..1 (H. Wang, Z. Wang, M. Du, F. Yang, Z. Zhang, S. Ding, P. Mardziel, X. Hu, "Score-CAM:
    Score-Weighted Visual Explanations for Convolutional Neural Networks", CVPR Workshops 2020).
    The score of an empty picture that the paper subtracts is the same for every channel and
    cancels in the softmax. What a mask hides is 0 after preprocessing.

    Asking about every channel may take thousands of pictures: only those whose maps vary most
    (their variance over the places) are asked about. A map that is constant hides nothing and is
    left out; in pytorch-grad-cam it counts as a mask that hides everything, which changes the
    map's scale alone where the constant is 0. Its masks are enlarged with the centres of their
    corners on those of the picture (`align_corners`), ours as any other map is here.

    Parameters
    ----------
    context : Question
        `options.channels` is how many of a layer's channels are asked about at most.

    Raises
    ------
    MethodError
        The model cannot be opened, or has no layer with maps.
    ValueError
        It has no layer of the name that was given.
    """
    yield 0, 1
    layers = [maps[0] for maps in context.maps()]
    most = context.options.channels or MOST_CHANNELS
    chosen = [_most_varied(maps, most) for maps in layers]
    done, total = 0, sum(map(len, chosen))
    weighted = []
    for maps, channels in zip(layers, chosen, strict=True):
        yield done, total
        scores = yield from _scored(context, maps, channels, done, total)
        done += len(channels)
        weighted.append(_weighted(maps[..., channels], scores))
    notes = [
        _note(layer.name, maps, len(channels))
        for layer, maps, channels in zip(context.layers, layers, chosen, strict=True)
    ]
    return context.of_layers(weighted, (*notes, *context.score_notes))


def _most_varied(maps: LayerMaps, most: int) -> Channels:
    """Return the channels of (h, w, channels) that vary most, best first, no constant one."""
    best: Channels = np.argsort(-maps.var(axis=(0, 1), dtype=np.float64), kind="stable")
    chosen: Channels = best[_varies(maps)[best]][:most]
    return chosen


def _varies(maps: LayerMaps) -> NDArray[np.bool_]:
    """Tell which maps are not constant: bool (channels,)."""
    # Rounding leaves a constant map with differences of some 1e-7 of its value, all noise.
    varies: NDArray[np.bool_] = np.ptp(maps, axis=(0, 1)) > 1e-6 * np.abs(maps).max(axis=(0, 1))
    return varies


def _note(layer: str, maps: LayerMaps, asked: int) -> str:
    """Say which channels were asked about, and why not the others."""
    channels, varying = maps.shape[-1], int(_varies(maps).sum())
    if asked == channels:
        return f"All {channels} channels of {layer!r} were asked about."
    note = f"{asked} of {channels} channels of {layer!r} were asked about"
    if asked < varying:
        return f"{note}: those whose maps vary most."
    return f"{note}: the other {channels - asked} hide nothing, as their maps are constant."


def _scored(
    context: MethodContext, maps: LayerMaps, channels: Channels, done: int, total: int
) -> Generator[tuple[int, int], None, NDArray[np.float32]]:
    """Ask about the picture under each channel's mask; return the scores (channels,)."""
    scores = np.empty(len(channels), np.float32)
    for start in range(0, len(channels), context.run.batch_size):
        some = slice(start, start + context.run.batch_size)
        scores[some] = context.scores(_masked(context.batch, maps[..., channels[some]]))
        yield done + min(some.stop, len(channels)), total
    return scores


def _masked(picture: PreparedBatch, maps: LayerMaps) -> PreparedBatch:
    """Lay each map (h, w, n), enlarged and scaled to 0..1, over the picture (1, H, W, C)."""
    masks = np.stack([enlarged(map_, *picture.shape[1:3]) for map_ in np.moveaxis(maps, -1, 0)])
    masks -= masks.min(axis=(1, 2), keepdims=True)
    masks /= np.maximum(masks.max(axis=(1, 2), keepdims=True), np.finfo(np.float32).tiny)
    return picture * masks[..., np.newaxis]


def _weighted(maps: LayerMaps, scores: NDArray[np.float32]) -> Map:
    """Apply the formula to the maps (h, w, channels) and their scores (channels,)."""
    if not scores.size:
        return np.zeros(maps.shape[:2], np.float32)
    exponentials = np.exp(scores.astype(np.float64) - scores.max())
    weights = exponentials / exponentials.sum()
    weighted: Map = np.maximum(maps @ weights, 0).astype(np.float32)
    return weighted
