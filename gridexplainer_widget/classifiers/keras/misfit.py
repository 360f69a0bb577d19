"""Hold a Keras model's batch normalisations against a batch."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from threading import get_ident
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.classifiers.layouts import as_dtype
from gridexplainer_widget.classifiers.normalisation import FIRST, Statistics, mean_misfit, misfit
from gridexplainer_widget.core.arrays import PreparedBatch

from .layer_calls import layers_within, overridden
from .source import Source


class _ReachedError(BaseException):
    """Ends the call; Keras makes errors of its own of any Exception."""


def batch_misfit(source: Source, batch: PreparedBatch) -> NDArray[np.float64] | None:
    """Return how far each picture is from those of training, at the first layers that tell.

    None where nothing does: see :func:`~gridexplainer_widget.classifiers.normalisation.misfit`.
    """
    layers = [layer for layer in layers_within(source.model) if _remembers(layer)]
    if not layers or not source.model.built:
        return None
    count = source.batch or len(batch)
    rows = []
    for start in range(0, len(batch), count):
        piece = batch[start : start + count]
        padded = np.concatenate([piece, np.repeat(piece[-1:], count - len(piece), axis=0)])
        found = _misfit_of_piece(source, layers, padded)
        if found is None or len(found) != count:
            return None
        rows.append(found[: len(piece)])
    return np.concatenate(rows)


def _misfit_of_piece(
    source: Source, layers: list[Any], piece: PreparedBatch
) -> NDArray[np.float64] | None:
    found: list[NDArray[np.float64] | None] = []
    thread = get_ident()

    def looking(layer: Any) -> Callable[..., Any]:
        call = layer.call

        def looked(*args: Any, **kwargs: Any) -> Any:
            maps = next(iter((*args, *kwargs.values())))
            if get_ident() == thread and len(maps.shape) == 4:  # else somebody else's
                found.append(misfit(_channels_last(maps, layer.axis), _statistics(layer)))
                if sum(one is not None for one in found) == FIRST:
                    raise _ReachedError
            return call(*args, **kwargs)

        return looked

    given = as_dtype(piece[..., 0] if len(source.shape) == 2 else piece, source.dtype)
    # Whatever is raised instead: then nothing is known.
    with suppress(_ReachedError, Exception):
        overridden(layers, looking, lambda: source.run(given))
    return mean_misfit(found)


def _remembers(layer: Any) -> bool:
    return all(hasattr(layer, name) for name in ("moving_mean", "moving_variance", "epsilon"))


def _array(tensor: Any) -> NDArray[np.float32]:
    here = tensor.detach().cpu().float() if hasattr(tensor, "detach") else tensor
    return np.asarray(here).astype(np.float32)


def _channels_last(maps: Any, axis: Any) -> NDArray[np.float32]:
    (place,) = axis if isinstance(axis, (list, tuple)) else (axis,)  # tf_keras lists it
    return np.moveaxis(_array(maps), place, -1)


def _statistics(layer: Any) -> Statistics:
    return Statistics(
        _array(layer.moving_mean), _array(layer.moving_variance), float(layer.epsilon)
    )
