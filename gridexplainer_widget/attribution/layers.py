"""The layers a method looks at: by name, several as one map, and what to know of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from gridexplainer_widget.classifiers.network import Layer
from gridexplainer_widget.core.arrays import Map

from .attribution import enlarged


def find_layer(name: str, found: Sequence[Layer], model: str) -> Layer:
    """Find a layer by a name of its own or of one that hands on the same output.

    What follows the last stroke will do where it is the only one.

    Raises
    ------
    ValueError
        There is none of that name.
    """
    same = [layer for layer in found if name in {layer.name, *layer.aliases}]
    short = [layer for layer in found if layer.name.rpartition("/")[2] == name]
    for layers in (same, short):
        if len(layers) == 1:
            return layers[0]
    repeated = [layer.name for layer in found if name in layer.repeated]
    if repeated:
        raise ValueError(
            f"layer={name!r} is called several times in {model}, so that it is not clear which of "
            f"its outputs is meant; {repeated[-1]!r} hands on the last of them."
        )
    known = ", ".join(repr(layer.name) for layer in found[-8:])
    more = f"{len(found) - 8} more and " if len(found) > 8 else ""
    raise ValueError(
        f"layer={name!r} is {'not the only one' if short else 'none'} of the layers of {model} "
        f"with maps. Wanted is one of {more}{known}."
    )


def averaged(maps: Sequence[Map], height: int, width: int) -> tuple[Map, str]:
    """Make one map of the layers' maps: float32 (height, width), and how, in words.

    Several are enlarged, put on a scale that ends at 1, and averaged.
    """
    if len(maps) == 1:
        return enlarged(maps[0], height, width), "bilinear"
    scaled = [map_ / np.float32(np.abs(map_).max() or 1) for map_ in maps]
    mean: Map = np.mean([enlarged(map_, height, width) for map_ in scaled], axis=0)
    return mean, f"mean over {len(maps)} layers, each enlarged bilinearly and scaled to 1"


def early(layers: Iterable[Layer]) -> tuple[str, ...]:
    """Warn of layers that most of the network comes after."""
    return tuple(
        f"The layer {layer.name!r} comes early, and what follows it has no maps: what it "
        "tells may have little to do with the answer."
        for layer in layers
        if layer.place < 0.5
    )


def silent(layers: Sequence[str], maps: Sequence[Map], method: str) -> tuple[str, ...]:
    """Say which layers' maps are zero everywhere."""
    return tuple(
        f"The map of {layer!r} is zero everywhere: nowhere does the sum of this layer's channels, "
        f"as {method} weights them, speak for the class."
        for layer, map_ in zip(layers, maps, strict=True)
        if not map_.any()
    )
