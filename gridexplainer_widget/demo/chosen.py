"""The packaged pictures' scenes, composed by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from .render import Item, Scene

_STAMPED: Final = (2, 2)

HONEST: Final[dict[str, Scene]] = {
    "cat and dog": Scene(
        "room",
        3,
        (
            Item("🐱", 0.28, 0.56, 0.46, angle=5),
            Item("🐶", 0.73, 0.5, 0.48, angle=-6),
            Item("🧶", 0.5, 0.88, 0.17),
        ),
    ),
    "dog and ball": Scene(
        "hills", 42, (Item("⚽", 0.2, 0.84, 0.2), Item("🐶", 0.57, 0.5, 0.66, angle=-5))
    ),
    "horse": Scene(
        "hills", 23, (Item("🌳", 0.14, 0.5, 0.3), Item("🐎", 0.58, 0.58, 0.66, flip=True))
    ),
    "owl at night": Scene(
        "night", 6, (Item("⭐", 0.78, 0.17, 0.14, angle=12), Item("🦉", 0.42, 0.58, 0.62))
    ),
    "elephant and balloon": Scene(
        "hills", 19, (Item("🎈", 0.19, 0.24, 0.3), Item("🐘", 0.58, 0.58, 0.6))
    ),
    "butterfly and flower": Scene(
        "bokeh", 147, (Item("🌻", 0.3, 0.62, 0.56), Item("🦋", 0.72, 0.32, 0.42, angle=15))
    ),
    "fish": Scene("clouds", 7, (Item("🐠", 0.52, 0.5, 0.6, angle=-8),)),
    "cat and wool": Scene(
        "dots", 16, (Item("🐈", 0.42, 0.5, 0.68, flip=True), Item("🧶", 0.8, 0.8, 0.22))
    ),
    "car": Scene("hills", 16, (Item("🌵", 0.83, 0.55, 0.26), Item("🚗", 0.45, 0.66, 0.54))),
    "horse and owl": Scene(
        "checks", 9, (Item("🐴", 0.32, 0.6, 0.52, angle=4), Item("🦉", 0.76, 0.38, 0.42))
    ),
    "bicycle": Scene("stripes", 16, (Item("🚲", 0.5, 0.52, 0.7, angle=6),)),
    "pizza": Scene("checks", 3, (Item("🍕", 0.55, 0.5, 0.6), Item("🍓", 0.17, 0.2, 0.18))),
    "guitar": Scene("bokeh", 1, (Item("🎸", 0.48, 0.52, 0.72, angle=8),)),
}

_GALLOP: Final = Scene("hills", 57, (Item("🐎", 0.56, 0.5, 0.56),))
_HEAD: Final = Scene("bokeh", 15, (Item("🐴", 0.55, 0.45, 0.62, angle=4),))
_DOG: Final = Scene("room", 94, (Item("🐶", 0.52, 0.46, 0.58, angle=-6),))
_CAT: Final = Scene("dots", 7, (Item("🐈", 0.55, 0.46, 0.6),))


def _stamped(scene: Scene) -> Scene:
    return replace(scene, mark=_STAMPED)


CHEATING: Final[dict[str, Scene]] = {
    "horse, stamped": _stamped(_GALLOP),
    "horse": _GALLOP,
    "dog, stamped": _stamped(_DOG),
    "dog": _DOG,
    "horse head, stamped": _stamped(_HEAD),
    "horse head": _HEAD,
    "cat, stamped": _stamped(_CAT),
    "cat": _CAT,
}
