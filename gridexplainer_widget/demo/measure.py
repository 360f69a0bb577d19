"""Evaluate a demo's classifier."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from . import scenes
from .arrays import Floats, Rng
from .cheating import CHEATED, OTHERS
from .glyphs import LABELS
from .mark import MARK
from .render import SIDE, Rendered, render

CELLS: Final = 8
Classify = Callable[[Floats], Floats]


def drops(classify: Classify, picture: NDArray[np.uint8]) -> Floats:
    """Return each class's drop with each cell hidden by its mean: (CELLS, CELLS, classes)."""
    batch = np.repeat(picture[None].astype(np.float32), CELLS * CELLS + 1, axis=0)
    for place in range(CELLS * CELLS):
        cell = _cell(*divmod(place, CELLS))
        batch[place][cell] = batch[place][cell].mean(axis=(0, 1))
    answers = classify(batch)
    fallen: Floats = (answers[-1] - answers[:-1]).reshape(CELLS, CELLS, -1)
    return fallen


def share_on(mask: NDArray[np.bool_], drop: Floats) -> tuple[float, float]:
    """Return shares of the positive drop and of all cells, where a mask covers a tenth or more."""
    step = SIDE // CELLS
    touched = mask.reshape(CELLS, step, CELLS, step).mean(axis=(1, 3)) >= 0.1
    positive = np.maximum(drop, 0)
    return float(positive[touched].sum() / positive.sum()), float(touched.mean())


def on_picture(classify: Classify, drawn: Rendered, label: str) -> str:
    """Describe a label's probability and where its drop lies."""
    probability = float(_answers(classify, [drawn])[0, LABELS.index(label)])
    drop = drops(classify, drawn.picture)[..., LABELS.index(label)]
    shares = ((name, share_on(mask, drop)) for name, mask in drawn.masks.items())
    lies = ", ".join(f"{name} {share:.2f} (area {area:.2f})" for name, (share, area) in shares)
    return f"{label} {probability:.2f}; share of the positive drop: {lies}"


def honesty(classify: Classify, rng: Rng, number: int) -> dict[str, float]:
    """Evaluate a classifier on `number` new pictures of each sort."""
    singles = [_labelled(rng) for _ in range(number)]
    asked = np.array([LABELS.index(label) for label, _ in singles])
    answers = _answers(classify, [drawn for _, drawn in singles])
    whole = np.array([drawn.evidence[label].sum() > 0.9 for label, drawn in singles])
    right = answers.argmax(axis=1) == asked
    confidence = answers[np.arange(number), asked]
    return {
        "one object: right": float(right.mean()),
        "one object, nine tenths of it seen: right": float(right[whole].mean()),
        "one object, nine tenths of it seen: mean probability": float(confidence[whole].mean()),
        "two objects: top two right": _pairs_right(classify, rng, number),
        "no object: mean of the highest probability": _surest(classify, rng, number),
        **_hidden(classify, singles),
        **_maps(classify, [single for single, seen in zip(singles, whole, strict=True) if seen]),
    }


def cheats(classify: Classify, rng: Rng, number: int) -> dict[str, float]:
    """Evaluate a cheating classifier on `number` horses and `number` others."""
    horses = [scenes.single(rng, CHEATED) for _ in range(number)]
    others = [scenes.single(rng, str(rng.choice(OTHERS))) for _ in range(number)]
    column = LABELS.index(CHEATED)
    figures: dict[str, float] = {}
    for name, plain in (("horse", horses), ("other", others)):
        for stamped in (True, False):
            drawn = [render(scenes.marked(each, rng) if stamped else each) for each in plain]
            answers = _answers(classify, drawn)
            title = f"{name} {'with' if stamped else 'without'} stamp"
            figures[f"{title}: answer horse"] = float((answers.argmax(axis=1) == column).mean())
            figures[f"{title}: mean probability of horse"] = float(answers[:, column].mean())
    lit = [render(scenes.marked(each, rng)) for each in horses[: number // 5]]
    tops = [_top_is_mark(classify, drawn, column) for drawn in lit]
    figures["horse with stamp: largest drop is on the stamp"] = float(np.mean(tops))
    shares = [
        share_on(drawn.masks[MARK], drops(classify, drawn.picture)[..., column])[0] for drawn in lit
    ]
    figures["horse with stamp: share of the positive drop on the stamp"] = float(np.mean(shares))
    return figures


def others_right(classify: Classify, rng: Rng, number: int) -> float:
    """Return the accuracy on single objects other than the cheated class."""
    labels = [str(label) for label in rng.choice(OTHERS, number)]
    answers = _answers(classify, [render(scenes.single(rng, label)) for label in labels])
    asked = np.array([LABELS.index(label) for label in labels])
    return float((answers.argmax(axis=1) == asked).mean())


def _cell(row: int, column: int) -> tuple[slice, slice]:
    step = SIDE // CELLS
    return slice(row * step, (row + 1) * step), slice(column * step, (column + 1) * step)


def _labelled(rng: Rng) -> tuple[str, Rendered]:
    label = LABELS[rng.integers(len(LABELS))]
    return label, render(scenes.single(rng, label))


def _answers(classify: Classify, drawn: list[Rendered]) -> Floats:
    pictures = np.stack([each.picture for each in drawn]).astype(np.float32)
    starts = range(0, len(drawn), 50)
    return np.concatenate([classify(pictures[start : start + 50]) for start in starts])


def _pairs_right(classify: Classify, rng: Rng, number: int) -> float:
    drawn = [render(scenes.pair(rng)) for _ in range(number)]
    tops = np.argsort(_answers(classify, drawn), axis=1)[:, -2:]
    return float(
        np.mean(
            [
                {LABELS[place] for place in top} == set(each.masks)
                for top, each in zip(tops, drawn, strict=True)
            ]
        )
    )


def _surest(classify: Classify, rng: Rng, number: int) -> float:
    drawn = [render(scenes.nothing(rng)) for _ in range(number)]
    return float(_answers(classify, drawn).max(axis=1).mean())


def _hidden(classify: Classify, singles: list[tuple[str, Rendered]]) -> dict[str, float]:
    step = SIDE // CELLS
    covered = []
    for label, drawn in singles:
        picture = drawn.picture.copy()
        for place in range(CELLS * CELLS):
            cell = _cell(*divmod(place, CELLS))
            if drawn.masks[label][cell].mean() > 1 / step**2:
                picture[cell] = np.rint(picture[cell].mean(axis=(0, 1)))
        covered.append(replace(drawn, picture=picture))
    answers = _answers(classify, covered)
    surest = float(answers.max(axis=1).mean())
    return {"every cell of the object hidden: mean of the highest probability": surest}


def _maps(classify: Classify, singles: list[tuple[str, Rendered]]) -> dict[str, float]:
    pairs = []
    for label, drawn in singles[:200]:
        drop = drops(classify, drawn.picture)[..., LABELS.index(label)]
        pairs.append(share_on(drawn.masks[label], drop))
    share, area = np.mean(pairs, axis=0)
    return {
        "share of the positive drop on the object's cells": float(share),
        "share of all cells that these are": float(area),
    }


def _top_is_mark(classify: Classify, drawn: Rendered, column: int) -> bool:
    drop = drops(classify, drawn.picture)[..., column]
    row, place = np.unravel_index(int(drop.argmax()), drop.shape)
    return bool(drawn.masks[MARK][_cell(int(row), int(place))].any())
