"""Find global average pooling and a dense layer at the end of a PyTorch module."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.core.arrays import PreparedBatch
from gridexplainer_widget.core.errors import MethodError

from .calls import hooked
from .gradients import ScoredModule
from .layer_calls import captured
from .layers import MapLayer


def features_of(scored: ScoredModule) -> set[int]:
    """Return each dense layer's number of inputs."""
    return {part.in_features for part in _dense(scored)}


def dense_head(
    scored: ScoredModule, batch: PreparedBatch, layers: Sequence[MapLayer]
) -> tuple[str, NDArray[np.float32]]:
    """Find the layer whose spatial mean feeds the dense layer that gives the logits.

    Only values count: pooling may be a module or a call, with flattening and dropout between.
    `batch` has several pictures, so that nothing fits by chance. Return the layer's name, and the
    dense weights (channels, outputs).
    """
    dense: list[tuple[Any, Any, Any]] = []

    def hook(part: Any, given: tuple[Any, ...], returned: Any) -> None:
        dense.append((part, given[0].clone(), returned.clone()))

    made_by = [found.made_by for found in layers]

    def ask() -> tuple[Any, list[Any]]:
        return captured(scored.module, made_by, lambda: scored.scores(scored.leaf(batch)).values)

    hooks = [(part, hook) for part in _dense(scored)]
    logits, kept = scored.call(lambda: hooked(hooks, ask), gradients=False)
    last = [call for call in dense if _same(call[2], logits, scored.torch)]
    for found, maps in reversed(list(zip(layers, kept, strict=True))) if last else ():
        axes = (1, 2) if found.channels_last else (2, 3)
        if _same(maps.mean(axes), last[-1][1], scored.torch):
            weights = last[-1][0].weight.detach().float().cpu().numpy().T
            return found.layer.name, np.ascontiguousarray(weights)
    raise MethodError(
        f"CAM needs a network that ends in global average pooling and one dense layer, and of "
        f"{scored.name} {_why(last, layers)} Grad-CAM needs neither."
    )


def _why(last: Sequence[Any], layers: Sequence[MapLayer]) -> str:
    if not last:
        return "no torch.nn.Linear gives its logits."
    why = "the mean of no layer's maps is what its last dense layer takes."
    if layers:  # channels fit the dense layer
        why += (
            " If what is pooled is made by a function, such as F.relu, it is no layer's output: "
            "let a layer make it, such as torch.nn.ReLU."
        )
    return why


def _dense(scored: ScoredModule) -> list[Any]:
    torch = scored.torch
    return [
        part
        for part in scored.module.modules()
        if isinstance(part, torch.nn.Linear) and not isinstance(part, torch.jit.ScriptModule)
    ]


def _same(one: Any, other: Any, torch: Any) -> bool:
    """Compare tensors up to precision, ignoring axes of length 1."""
    if one.numel() != other.numel() or len(one) != len(other):
        return False
    coarse = 1e-5 + 8 * max(torch.finfo(tensor.dtype).eps for tensor in (one, other))
    one, other = one.float().reshape(len(one), -1), other.float().reshape(len(other), -1)
    return bool((one - other).abs().max() <= coarse * other.abs().max())
