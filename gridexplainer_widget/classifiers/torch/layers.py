"""Find a PyTorch module's layers with feature maps, and their channel axes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gridexplainer_widget.classifiers.network import Layer

from .autograd import beside
from .layer_calls import ModuleCalls, Output, PartCall

MAX_SKEW = 1.5
"""Largest ratio of the aspects of maps and picture; rounding and borders explain no more."""


@dataclass(frozen=True)
class MapLayer:
    """A layer with feature maps, channels last or first."""

    layer: Layer
    channels_last: bool
    made_by: PartCall


def layers_of(calls: ModuleCalls, batch: tuple[int, ...], leading: set[Any]) -> list[MapLayer]:
    """Choose the layers with feature maps.

    The channel axis follows from the module's kind, else from outputs of the same shape, else from
    the batch's aspect. Leave out doubtful layers, and those not in `leading`, the path from picture
    to output (empty if unknown).
    """
    layouts: dict[tuple[int, ...], set[bool]] = {}
    for output in calls.outputs:
        if output.channels_last is not None:
            layouts.setdefault(tuple(output.tensor.shape), set()).add(output.channels_last)
    maps = [
        (output, channels_last)
        for output in calls.outputs
        if not leading or output.node in leading
        for channels_last in [_layout(output, layouts, batch)]
        if channels_last is not None and output.made_by
    ]
    parallel = _parallel([output for output, _ in maps], calls)
    return [
        _map_layer(output, calls, parallel, channels_last=channels_last)
        for output, channels_last in maps
    ]


def _layout(
    output: Output, layouts: Mapping[tuple[int, ...], set[bool]], batch: tuple[int, ...]
) -> bool | None:
    """Tell whether an output's channels come last; None if it is no map or cannot be told."""
    shape = tuple(output.tensor.shape)
    channels_last = output.channels_last
    if channels_last is None:
        channels_last = _inferred(layouts.get(shape), shape, batch)
    if channels_last is None or shape[0] != batch[0]:
        return None
    height, width = shape[1:3] if channels_last else shape[2:]
    # An attention head's tokens have another aspect.
    fits = not channels_last or _same_aspect(height, width, batch)
    return channels_last if min(height, width) > 1 and fits else None


def _parallel(maps: Sequence[Output], calls: ModuleCalls) -> set[PartCall]:
    """Return the calls beside others of the same part.

    Without weights, such as of one ReLU in two branches, they count only if a part with weights has
    some as well: as where the same network looks at several pictures.
    """
    made: dict[str, list[Output]] = {}
    for output in maps:
        for part, _ in output.made_by:
            made.setdefault(part, []).append(output)
    found = {
        made_by
        for part, outputs in made.items()
        if len(outputs) > 1
        for output, apart in zip(outputs, beside([one.node for one in outputs]), strict=True)
        for made_by in output.made_by
        if apart and made_by.part == part
    }
    return found if any(part in calls.weighted for part, _ in found) else set()


def _map_layer(
    output: Output, calls: ModuleCalls, parallel: set[PartCall], *, channels_last: bool
) -> MapLayer:
    once = [one for one in output.made_by if calls.times[one.part] == 1]
    several = [one for one in output.made_by if calls.times[one.part] > 1]
    names = [
        *(name for one in once for name in calls.names[one.part]),
        *(f"{one.part}#{one.number}" for one in several),
    ]
    made_by = (*once, *several)[0]
    shape = tuple(output.tensor.shape)
    layer = Layer(
        names[0],
        shape[1:] if channels_last else (*shape[2:], shape[1]),
        place=(output.leaves - 1) / (calls.leaves - 1) if calls.leaves > 1 else 1.0,
        aliases=tuple(names[1:]),
        repeated=tuple(name for one in several for name in calls.names[one.part]),
        parallel=made_by in parallel,
    )
    return MapLayer(layer, channels_last, made_by)


def _inferred(
    layouts: set[bool] | None, shape: tuple[int, ...], batch: tuple[int, ...]
) -> bool | None:
    """Infer the layout from outputs of the same shape, else from the aspect."""
    if layouts is not None:
        return next(iter(layouts)) if len(layouts) == 1 else None
    first = _same_aspect(shape[2], shape[3], batch)
    last = _same_aspect(shape[1], shape[2], batch)
    return last if first != last else None


def _same_aspect(height: int, width: int, batch: tuple[int, ...]) -> bool:
    skew = (height / width) / (batch[1] / batch[2])
    return 1 / MAX_SKEW <= skew <= MAX_SKEW
