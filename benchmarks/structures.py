"""Pictures and models of which it is known whether one place decides, or several."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget import GridExplainer, demo
from gridexplainer_widget.core.progress import drain
from gridexplainer_widget.demo.glyphs import CLASSES, LABELS
from gridexplainer_widget.demo.render import Item, Scene, render
from gridexplainer_widget.demo.scenes import composed, item, single

GRID: Final = 8
STEEPNESS, THRESHOLD = 3.0, 1.5
"""Of a sigmoid over how far a class stands out, in log-odds."""

TRIES: Final = 60
"""Scenes drawn for one whose structure is what it should be."""

KEPT: Final = {
    "two alike": (True, True, True, False),
    "either of two": (True, True, True, False),
    "both of two": (True, False, False, False),
    "one of two": (True, False, True, False),
    "one": (True, False, False, False),
}
"""Whether the answer is kept: of all, without the first object, the second, and both."""


@dataclass(frozen=True)
class Known:
    """A picture, an explainer of its model, and the class to ask about."""

    picture: NDArray[np.uint8]
    explainer: GridExplainer
    target: str


class Presence:
    """Two classes, whether objects of two kinds are there, joined by a function of the two."""

    def __init__(self, classes: tuple[str, str], join: Callable[[Any, Any], Any]) -> None:
        self.classifier, self.join = demo.load("honest").classifier, join
        self.places = [LABELS.index(name) for name in classes]

    def __call__(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        logs = np.log(np.maximum(self.classifier(batch), 1e-9))
        others = np.delete(logs, self.places, axis=1).mean(axis=1)
        stands_out = self.join(*(logs[:, place] - others for place in self.places)) - THRESHOLD
        there = 1 / (1 + np.exp(-STEEPNESS * stands_out))
        return np.stack([there, 1 - there], axis=1).astype(np.float32)


JOINED: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "either of two": np.maximum,
    "both of two": np.minimum,
    "one of two": lambda first, _: first,
}


def known(kind: str, count: int, seed: int = 0) -> Iterator[Known]:
    """Draw pictures whose structure is checked by hiding the objects as a whole."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        for _ in range(TRIES):
            names = [LABELS[place] for place in rng.permutation(len(LABELS))[:2]]
            if kind == "two alike":
                names[1] = names[0]
            scene, objects = _one(rng, names[0]) if kind == "one" else _two(rng, names)
            case = Known(render(scene).picture, *_asked(kind, (names[0], names[1])))
            if _kept(case, objects) == KEPT[kind]:
                yield case
                break


def _asked(kind: str, names: tuple[str, str]) -> tuple[GridExplainer, str]:
    if kind in JOINED:
        model = Presence(names, JOINED[kind])
        return GridExplainer(model, GRID, labels=["there", "not there"]), "there"
    return GridExplainer(demo.load("honest").classifier, GRID), names[0]


def _one(rng: np.random.Generator, name: str) -> tuple[Scene, list[Item]]:
    scene = single(rng, name)
    return scene, [one for one in scene.items if one.char in CLASSES[name]]


def _two(rng: np.random.Generator, names: list[str]) -> tuple[Scene, list[Item]]:
    """Put two objects side by side, or one above the other."""
    across, along = rng.uniform(0.2, 0.3), rng.uniform(0.3, 0.7, 2)
    places = [(across, along[0]), (1 - across, along[1])]
    if rng.random() < 0.35:
        places = [(y, x) for x, y in places]
    objects = [
        item(rng, CLASSES[name], rng.uniform(0.34, 0.55), place)
        for name, place in zip(names, places, strict=True)
    ]
    return composed(rng, objects), objects


def _kept(case: Known, objects: list[Item]) -> tuple[bool, ...]:
    run = case.explainer.start_run(case.picture)
    first, second = (_cells_of(one) for one in (objects[0], objects[-1]))
    sets = [(), *(tuple(sorted(cells)) for cells in (first, second, first | second))]
    drain(run.ask(sets))
    target = run.classifier.names(len(run.baseline)).index(case.target)
    return tuple(int(run.cached_probabilities(cells).argmax()) == target for cells in sets)


def _cells_of(one: Item) -> set[int]:
    centres = (np.arange(GRID) + 0.5) / GRID
    down, right = abs(centres - one.y), abs(centres - one.x)
    near = np.maximum(down[:, None], right) < one.size / 2 + 0.4 / GRID
    return {*np.flatnonzero(near).tolist()}
