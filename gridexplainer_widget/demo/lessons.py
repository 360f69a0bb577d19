"""Training pictures with hidden parts, and their target probabilities.

Targets follow what is visible: the more of an object's telling detail is hidden, the less likely
it is; the less hidden of two objects is likelier; with nothing visible, all classes are equal.
Parts are hidden as by occlusion, over objects and background, so that hidden cells are familiar.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from .arrays import Floats, Rng
from .glyphs import LABELS
from .render import SIDE, Rendered

BLOCK: Final = 4
BLOCKS: Final = SIDE // BLOCK
SUREST: Final = 0.92
STEEPNESS: Final = 3.0


@dataclass(frozen=True)
class Lesson:
    """Pictures and their contents.

    Attributes
    ----------
    pictures : (N, SIDE, SIDE, 3)
    labels : (N, 2)
        Indices in `LABELS`; -1 is no object.
    evidence : (N, 2, BLOCKS, BLOCKS)
        Each block's share of the object's telling detail.
    """

    pictures: NDArray[np.uint8]
    labels: NDArray[np.int64]
    evidence: Floats


def lesson(drawn: Iterable[tuple[Rendered, Mapping[str, Floats]]]) -> Lesson:
    """Collect pictures, each with evidence (SIDE, SIDE) for at most two labels."""
    pictures, labels, evidence = [], [], []
    for rendered, shown in drawn:
        named = np.full(2, -1, np.int64)
        shares = np.zeros((2, BLOCKS, BLOCKS), np.float32)
        for place, (label, share) in enumerate(shown.items()):
            named[place] = LABELS.index(label)
            shares[place] = share.reshape(BLOCKS, BLOCK, BLOCKS, BLOCK).sum(axis=(1, 3))
        pictures.append(rendered.picture)
        labels.append(named)
        evidence.append(shares)
    return Lesson(np.stack(pictures), np.stack(labels), np.stack(evidence))


def targets(labels: NDArray[np.int64], seen: Floats) -> Floats:
    """Return target probabilities; `seen` (N, 2) is each object's visible share."""
    strength = np.where(labels >= 0, seen, 0) ** STEEPNESS
    total = np.maximum(strength.sum(axis=1, keepdims=True), 1e-6)
    sure = SUREST * strength.max(axis=1, keepdims=True)
    answers = np.repeat((1 - sure) / len(LABELS), len(LABELS), axis=1)
    rows, places = np.nonzero(labels >= 0)
    answers[rows, labels[rows, places]] += (sure * strength / total)[rows, places]
    return np.asarray(answers, dtype=np.float32)


def hide(picture: NDArray[np.uint8], rng: Rng) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Hide random parts, or none; return picture and hidden blocks."""
    boxes = _boxes(rng)
    hidden = np.zeros((BLOCKS, BLOCKS), np.bool_)
    if not boxes:
        return picture, hidden
    result = picture.copy()
    fill = str(rng.choice(["mean", "blur", "noise", "colour"], p=[0.5, 0.13, 0.13, 0.24]))
    colour = _colour(picture, rng)
    blurred = ndimage.uniform_filter(picture, (21, 21, 0)) if fill == "blur" else picture
    for rows, columns in boxes:
        hidden[rows, columns] = True
        pixels = tuple(slice(BLOCK * part.start, BLOCK * part.stop) for part in (rows, columns))
        result[pixels] = _filling(fill, blurred[pixels], colour, rng)
    return result, hidden


def _filling(
    fill: str, part: NDArray[np.uint8], colour: NDArray[np.uint8], rng: Rng
) -> NDArray[np.uint8]:
    if fill == "blur":
        return part
    if fill == "noise":
        return rng.integers(0, 256, part.shape, dtype=np.uint8)
    if fill == "mean":
        colour = np.rint(part.mean(axis=(0, 1))).astype(np.uint8)
    return np.broadcast_to(colour, part.shape)


def _colour(picture: NDArray[np.uint8], rng: Rng) -> NDArray[np.uint8]:
    any_colour = rng.uniform(0, 255, 3)
    greys = [np.full(3, grey) for grey in (127.0, 0.0, 255.0)]
    colours = np.stack([*greys, picture.mean(axis=(0, 1)), any_colour])
    return np.asarray(np.rint(rng.choice(colours)), dtype=np.uint8)


def _boxes(rng: Rng) -> list[tuple[slice, slice]]:
    way = rng.random()
    if way < 0.25:
        return []
    if way < 0.85:
        cells = int(rng.choice([4, 8, 8, 8, 16]))
        most = cells * cells
        number = int(rng.integers(1, 4)) if way < 0.5 else int(most * rng.random()) + 1
        side = BLOCKS // cells
        chosen = rng.choice(most, number, replace=False)
        return [
            (slice(row * side, (row + 1) * side), slice(column * side, (column + 1) * side))
            for row, column in zip(*np.divmod(chosen, cells), strict=True)
        ]
    boxes = []
    for _ in range(rng.integers(1, 4)):
        height, width = rng.integers(2, 17, 2)
        top, left = rng.integers(0, BLOCKS - height + 1), rng.integers(0, BLOCKS - width + 1)
        boxes.append((slice(int(top), int(top + height)), slice(int(left), int(left + width))))
    return boxes
