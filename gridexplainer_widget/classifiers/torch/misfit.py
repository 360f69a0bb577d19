"""Hold a PyTorch module's batch normalisations against a batch."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.classifiers.imports import framework
from gridexplainer_widget.classifiers.layouts import to_front
from gridexplainer_widget.classifiers.normalisation import FIRST, Statistics, mean_misfit, misfit
from gridexplainer_widget.core.arrays import PreparedBatch

from .calls import (
    INSTALL,
    evaluated,
    hooked,
    place_of,
    switched,
    uncompiled,
    with_buffers_kept,
)


class _ReachedError(BaseException):
    """Ends the call."""


def batch_misfit(module: Any, batch: PreparedBatch) -> NDArray[np.float64] | None:
    """Return how far each picture is from those of training, at the first layers that tell.

    None where nothing does: see :func:`~gridexplainer_widget.classifiers.normalisation.misfit`.
    """
    torch = framework("torch", type(module).__name__, INSTALL)
    found: list[NDArray[np.float64] | None] = []

    def look(part: Any, inputs: tuple[Any, ...], _: Any) -> None:
        maps = inputs[0].detach().float().cpu().numpy().transpose(0, 2, 3, 1)
        found.append(misfit(maps, _statistics(part)))
        if sum(one is not None for one in found) == FIRST:
            raise _ReachedError

    kind = torch.nn.modules.batchnorm._BatchNorm  # noqa: SLF001 - also of SyncBatchNorm and timm's
    layers = [part for part in module.modules() if isinstance(part, kind) and _remembers(part)]
    if not layers:
        return None
    device, dtype = place_of(module, torch)
    given = torch.from_numpy(np.array(to_front(batch), np.float32)).to(device, dtype)

    def ask() -> None:
        # Whatever is raised instead: then nothing is known.
        with suppress(_ReachedError, Exception):
            hooked([(part, look) for part in layers], lambda: module(given))

    def run() -> None:
        evaluated(module, lambda: uncompiled(module, torch, ask))

    switched(torch, lambda: with_buffers_kept(module, torch, run), gradients=False)
    return mean_misfit(found)


def _remembers(part: Any) -> bool:
    return getattr(part, "running_mean", None) is not None and part.running_var is not None


def _statistics(part: Any) -> Statistics:
    mean, variance = (
        tensor.detach().float().cpu().numpy() for tensor in (part.running_mean, part.running_var)
    )
    return Statistics(mean, variance, float(part.eps))
