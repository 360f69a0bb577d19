"""Global average pooling and a dense layer at the end of a PyTorch module."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.core.arrays import PreparedBatch
from gridexplainer_widget.core.errors import MethodError

from .calls import hooked
from .gradients import Opened
from .layers import Found, captured


def features_of(opened: Opened) -> set[int]:
    """Return how many numbers each dense layer takes."""
    return {part.in_features for part in _dense(opened)}


def dense_head(
    opened: Opened, batch: PreparedBatch, layers: Sequence[Found]
) -> tuple[str, NDArray[np.float32]]:
    """Find the layer whose spatial mean goes into the dense layer that gives the logits.

    Pooling may be a module or a call, with flattening and dropout between: only the numbers count.

    Parameters
    ----------
    opened : Opened
    batch : float32 array (n, height, width, channels)
        More than one picture, so that nothing fits by chance.
    layers : sequence of Found
        Candidates.

    Returns
    -------
    str, float32 array (channels, outputs)

    Raises
    ------
    MethodError
        There are none such.
    """
    names = [found.layer.name for found in layers]
    dense: list[tuple[Any, Any, Any]] = []

    def hook(part: Any, given: tuple[Any, ...], returned: Any) -> None:
        dense.append((part, given[0].clone(), returned.clone()))

    def ask() -> tuple[Any, dict[str, Any]]:
        return captured(opened.module, names, lambda: opened.scores(opened.leaf(batch)).values)

    hooks = [(part, hook) for part in _dense(opened)]
    logits, kept = opened.call(lambda: hooked(hooks, ask), gradients=False)
    last = [call for call in dense if _same(call[2], logits, opened.torch)]
    for found in reversed(layers) if last else ():
        axes = (1, 2) if found.last else (2, 3)
        if _same(kept[found.layer.name].mean(axes), last[-1][1], opened.torch):
            weights = last[-1][0].weight.detach().float().cpu().numpy().T
            return found.layer.name, np.ascontiguousarray(weights)
    raise MethodError(
        f"CAM needs a network that ends in global average pooling and one dense layer, and of "
        f"{opened.name} {_why(last, names)} Grad-CAM needs neither."
    )


def _why(last: Sequence[Any], names: Sequence[str]) -> str:
    if not last:
        return "no torch.nn.Linear gives its logits."
    why = "the mean of no layer's maps is what its last dense layer takes."
    if names:  # with as many channels as it takes
        why += (
            " If what is pooled is made by a function, such as F.relu, it is no layer's output: "
            "let a layer make it, such as torch.nn.ReLU."
        )
    return why


def _dense(opened: Opened) -> list[Any]:
    torch = opened.torch
    return [
        part
        for part in opened.module.modules()
        if isinstance(part, torch.nn.Linear) and not isinstance(part, torch.jit.ScriptModule)
    ]


def _same(one: Any, other: Any, torch: Any) -> bool:
    """Compare tensors up to their precision, whatever sides of length 1 they have."""
    if one.numel() != other.numel() or len(one) != len(other):
        return False
    coarse = 1e-5 + 8 * max(torch.finfo(tensor.dtype).eps for tensor in (one, other))
    one, other = one.float().reshape(len(one), -1), other.float().reshape(len(other), -1)
    return bool((one - other).abs().max() <= coarse * other.abs().max())
