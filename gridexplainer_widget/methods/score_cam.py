"""Score-CAM: a layer's maps, weighted by the scores of the picture under each."""

from __future__ import annotations

from collections.abc import Generator
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.attribution.attribution import upsample
from gridexplainer_widget.attribution.context import MethodContext, Steps
from gridexplainer_widget.core.arrays import LayerMaps, Map, PreparedBatch
from gridexplainer_widget.core.progress import Progress

DEFAULT_MAX_CHANNELS = 64
"""Per layer; each takes a forward pass."""

Channels: TypeAlias = NDArray[np.intp]


def score_cam(context: MethodContext) -> Steps:
    """Explain by score-weighted class activation mapping.

    ``L = ReLU(Σ_k α_k A_k)`` with ``α = softmax over k of f(X ∘ H_k)``, where f is the target's
    score, X the network's input and H_k the layer's map A_k, upsampled bilinearly and scaled to
    0..1 (H. Wang et al., "Score-CAM: Score-Weighted Visual Explanations for Convolutional Neural
    Networks", CVPR Workshops 2020). The score of an empty picture, which the paper subtracts,
    cancels in the softmax. Masks hide by 0 after preprocessing. To save forward passes, only the
    channels of largest variance are used.

    Constant maps hide nothing and are left out. pytorch-grad-cam lets them hide everything, which
    changes only the map's scale if the constant is 0, and upsamples masks with `align_corners`.
    """
    yield 0, 1
    layers = [maps[0] for maps in context.maps()]
    limit = context.options.channels or DEFAULT_MAX_CHANNELS
    chosen = [_most_varied(maps, limit) for maps in layers]
    done, total = 0, sum(map(len, chosen))
    weighted = []
    for maps, channels in zip(layers, chosen, strict=True):
        yield done, total
        scores = yield from _masked_scores(context, maps, channels, done, total)
        done += len(channels)
        weighted.append(_weighted_sum(maps[..., channels], scores))
    notes = [
        _channel_note(layer.name, maps, len(channels))
        for layer, maps, channels in zip(context.layers, layers, chosen, strict=True)
    ]
    return context.layer_attribution(weighted, (*notes, *context.score_notes))


def _most_varied(maps: LayerMaps, limit: int) -> Channels:
    """Rank the channels that vary by falling variance."""
    ranked: Channels = np.argsort(-maps.var(axis=(0, 1), dtype=np.float64), kind="stable")
    chosen: Channels = ranked[_varies(maps)[ranked]][:limit]
    return chosen


def _varies(maps: LayerMaps) -> NDArray[np.bool_]:
    # Rounding varies a constant map by about 1e-7 of its value.
    varies: NDArray[np.bool_] = np.ptp(maps, axis=(0, 1)) > 1e-6 * np.abs(maps).max(axis=(0, 1))
    return varies


def _channel_note(layer: str, maps: LayerMaps, used: int) -> str:
    channels, varying = maps.shape[-1], int(_varies(maps).sum())
    if used == channels:
        return f"All {channels} channels of {layer!r} were asked about."
    note = f"{used} of {channels} channels of {layer!r} were asked about"
    if used < varying:
        return f"{note}: those whose maps vary most."
    return f"{note}: the other {channels - used} hide nothing, as their maps are constant."


def _masked_scores(
    context: MethodContext, maps: LayerMaps, channels: Channels, done: int, total: int
) -> Generator[Progress, None, NDArray[np.float32]]:
    scores = np.empty(len(channels), np.float32)
    for start in range(0, len(channels), context.run.batch_size):
        batch = slice(start, start + context.run.batch_size)
        scores[batch] = context.scores(_masked(context.batch, maps[..., channels[batch]]))
        yield done + min(batch.stop, len(channels)), total
    return scores


def _masked(picture: PreparedBatch, maps: LayerMaps) -> PreparedBatch:
    """Mask the picture (1, H, W, C) by each map (h, w, n), scaled to 0..1."""
    masks = np.stack([upsample(map_, *picture.shape[1:3]) for map_ in np.moveaxis(maps, -1, 0)])
    masks -= masks.min(axis=(1, 2), keepdims=True)
    masks /= np.maximum(masks.max(axis=(1, 2), keepdims=True), np.finfo(np.float32).tiny)
    return picture * masks[..., np.newaxis]


def _weighted_sum(maps: LayerMaps, scores: NDArray[np.float32]) -> Map:
    """Apply the formula to maps (h, w, channels) and scores (channels,)."""
    if not scores.size:
        return np.zeros(maps.shape[:2], np.float32)
    exponentials = np.exp(scores.astype(np.float64) - scores.max())
    weights = exponentials / exponentials.sum()
    weighted: Map = np.maximum(maps @ weights, 0).astype(np.float32)
    return weighted
