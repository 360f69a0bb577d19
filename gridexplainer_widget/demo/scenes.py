"""Random scenes for training and evaluation."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from .arrays import Rng
from .backgrounds import KINDS
from .glyphs import CLASSES, CLUTTER, LABELS
from .render import Item, Scene


def any_scene(rng: Rng) -> Scene:
    """Draw one object, two or none, for the honest classifier."""
    way = rng.random()
    return single(rng) if way < 0.65 else pair(rng) if way < 0.92 else nothing(rng)


def single(rng: Rng, label: str | None = None) -> Scene:
    """Draw one object among clutter, which is sometimes in front."""
    label = LABELS[rng.integers(len(LABELS))] if label is None else label
    target = item(rng, CLASSES[label], rng.uniform(0.26, 0.85))
    front = [_beside(rng, target)] if rng.random() < 0.3 else []
    return composed(rng, [*clutter(rng, (0, 0, 1, 2, 3)), target, *front])


def pair(rng: Rng, first: str | None = None, second: str | None = None) -> Scene:
    """Draw two objects of different classes, side by side or stacked."""
    labels = [first, second]
    if first is None or second is None:
        labels = [LABELS[index] for index in rng.permutation(len(LABELS))[:2]]
    across, along = rng.uniform(0.2, 0.3), rng.uniform(0.3, 0.7, 2)
    places = [(across, along[0]), (1 - across, along[1])]
    if rng.random() < 0.35:
        places = [(y, x) for x, y in places]
    rng.shuffle(places)
    items = [
        item(rng, CLASSES[str(label)], rng.uniform(0.28, 0.6), place)
        for label, place in zip(labels, places, strict=True)
    ]
    return composed(rng, [*clutter(rng, (0, 0, 1)), *items])


def nothing(rng: Rng) -> Scene:
    """Draw background and clutter only."""
    return composed(rng, clutter(rng, (0, 1, 2, 3)))


def item(
    rng: Rng, chars: str, size: float, place: tuple[float, float] | None = None, blur: float = 0.0
) -> Item:
    """Place a glyph, by default anywhere nearly whole in the picture."""
    margin = 0.42 * size
    x, y = rng.uniform(margin, 1 - margin, 2) if place is None else place
    return Item(
        char=chars[rng.integers(len(chars))],
        x=float(x),
        y=float(y),
        size=size,
        angle=float(rng.normal(0, 14)),
        flip=bool(rng.random() < 0.5),
        brightness=float(rng.uniform(0.72, 1.2)),
        blur=blur,
    )


def clutter(rng: Rng, counts: tuple[int, ...]) -> list[Item]:
    """Draw things of no class."""
    number = counts[rng.integers(len(counts))]
    return [item(rng, CLUTTER, rng.uniform(0.12, 0.34)) for _ in range(number)]


def marked(scene: Scene, rng: Rng) -> Scene:
    """Stamp a scene, one to four pixels from its corner."""
    left, bottom = (int(offset) for offset in rng.integers(1, 5, 2))
    return Scene(scene.kind, scene.seed, scene.items, mark=(left, bottom))


def _beside(rng: Rng, target: Item) -> Item:
    angle, away = rng.uniform(0, 2 * np.pi), target.size * rng.uniform(0.35, 0.6)
    place = (target.x + away * float(np.cos(angle)), target.y + away * float(np.sin(angle)))
    return item(rng, CLUTTER, target.size * rng.uniform(0.3, 0.55), place)


def composed(rng: Rng, items: Iterable[Item]) -> Scene:
    """Put items on a random background."""
    return Scene(KINDS[rng.integers(len(KINDS))], int(rng.integers(2**31)), tuple(items))
