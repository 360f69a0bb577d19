"""Find layers, combine their maps, and warn of their pitfalls."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from gridexplainer_widget.classifiers.network import Layer
from gridexplainer_widget.core.arrays import Map
from gridexplainer_widget.core.errors import MethodError

from .attribution import upsample

LISTED_LAYERS = 8
"""Most names in an error message."""


def find_layer(name: str, layers: Sequence[Layer], model: str) -> Layer:
    """Find a layer by name, alias, or the part after the last slash if unique.

    Raises
    ------
    ValueError
        No layer matches, or more than one.
    """
    exact = [layer for layer in layers if name in {layer.name, *layer.aliases}]
    short = [layer for layer in layers if _short(layer.name) == name]
    for matches in (exact, short):
        if len(matches) == 1:
            return matches[0]
    repeated = [
        repr(layer.name)
        for layer in layers
        if name in layer.repeated or name in map(_short, layer.repeated)
    ]
    if repeated:
        raise ValueError(
            f"layer={name!r} is called several times in {model}, so that it is not clear which of "
            f"its outputs is meant. Wanted is one of {', '.join(repeated)}."
        )
    listed = ", ".join(repr(layer.name) for layer in layers[-LISTED_LAYERS:])
    more = f"{len(layers) - LISTED_LAYERS} more and " if len(layers) > LISTED_LAYERS else ""
    raise ValueError(
        f"layer={name!r} is {'not the only one' if short else 'none'} of the layers of {model} "
        f"with maps. Wanted is one of {more}{listed}."
    )


def _short(name: str) -> str:
    return name.rpartition("/")[2]


def last_layer(layers: Sequence[Layer], model: str, method: str) -> Layer:
    """Return the last layer.

    Raises
    ------
    MethodError
        There is none, or its maps may lie elsewhere than they seem to.
    """
    if not layers:
        raise MethodError(f"{method} needs a layer with spatial extent, and {model} has none.")
    last = layers[-1]
    if last.parallel:
        calls = [layer for layer in layers if set(layer.repeated) & set(last.repeated)]
        listed = ", ".join(repr(layer.name) for layer in calls[:LISTED_LAYERS])
        raise MethodError(
            f"{model} calls its last layers several times beside each other, as on a picture and "
            f"on its mirror image, {last.repeated[0]!r} {len(calls)} times, so that {method} would "
            "show one of several. Choose one that sees the picture as it is: layer= with one of "
            f"{listed}. Or take a method that needs no layers."
        )
    return last


def combine_maps(maps: Sequence[Map], height: int, width: int) -> tuple[Map, str]:
    """Upsample and average maps; scale several to 1 first. Return map and description."""
    if len(maps) == 1:
        return upsample(maps[0], height, width), "bilinear"
    scaled = [map_ / np.float32(np.abs(map_).max() or 1) for map_ in maps]
    mean: Map = np.mean([upsample(map_, height, width) for map_ in scaled], axis=0)
    return mean, f"mean over {len(maps)} layers, each enlarged bilinearly and scaled to 1"


def early_layer_notes(layers: Iterable[Layer]) -> tuple[str, ...]:
    """Warn of layers in the first half of the network."""
    return tuple(
        f"The layer {layer.name!r} comes early, and what follows it has no maps: what it "
        "tells may have little to do with the answer."
        for layer in layers
        if layer.place < 0.5
    )


def parallel_layer_notes(layers: Iterable[Layer]) -> tuple[str, ...]:
    """Warn of layers of which only one call is shown."""
    return tuple(
        f"{layer.name!r} is one of several calls of this layer beside each other. Its map lies "
        "where it is drawn only if that call sees the picture as it is, neither mirrored nor cut."
        for layer in layers
        if layer.parallel
    )


def zero_map_notes(layers: Sequence[str], maps: Sequence[Map], method: str) -> tuple[str, ...]:
    """Name the layers whose maps are zero everywhere."""
    return tuple(
        f"The map of {layer!r} is zero everywhere: nowhere does the sum of this layer's channels, "
        f"as {method} weights them, speak for the class."
        for layer, map_ in zip(layers, maps, strict=True)
        if not map_.any()
    )
