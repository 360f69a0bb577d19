"""Replace a PyTorch module's weights by noise, layer by layer, in a copy."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from gridexplainer_widget.classifiers.imports import framework
from gridexplainer_widget.core.errors import MethodError

from .calls import INSTALL
from .kept_tensors import graph_tensors


def randomise_copy(module: Any, seed: int) -> Iterator[tuple[str, Any]]:
    """Randomise one copy of a module, from its last listed part with weights to its first.

    Weights with two or more axes are redrawn from a normal distribution of their own mean and
    deviation. Biases and normalisation stay. Yield the part randomised last, and the copy.
    """
    name = type(module).__name__
    torch = framework("torch", name, INSTALL)
    try:
        with torch.inference_mode(mode=False):  # else its weights could have no gradients
            plain = {id(kept): kept.detach().clone() for kept in graph_tensors(torch, module)}
            module = copy.deepcopy(module, plain)
    except Exception as error:
        raise MethodError(
            f"{name} cannot be copied, so its weights cannot be randomised: {error}"
        ) from error
    parts = _with_weights(module)
    if not parts:
        raise MethodError(f"{name} has no weights that could be randomised.")
    generator = torch.Generator().manual_seed(seed)
    for part, weights in reversed(parts):
        for weight in weights:
            noise = torch.empty(weight.shape).normal_(generator=generator)
            values = weight.detach().float().cpu()
            drawn = values.mean() + values.std(correction=0) * noise
            weight.data.copy_(drawn)
        yield part, module


def _with_weights(module: Any) -> list[tuple[str, list[Any]]]:
    """Return parts with weights of their own; shared weights count once."""
    known: set[int] = set()
    parts = []
    for name, part in module.named_modules():
        weights = [
            weight
            for weight in part.parameters(recurse=False)
            if weight.ndim >= 2 and weight.is_floating_point() and id(weight) not in known
        ]
        known.update(map(id, weights))
        if weights:
            parts.append((name or type(module).__name__, weights))
    return parts
