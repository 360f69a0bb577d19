"""What a model says of a drawn picture: it tells a model that shows no weights from another."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.analysis.setup import Setup
from gridexplainer_widget.core.progress import drain
from gridexplainer_widget.core.scores import Answers
from gridexplainer_widget.inference.witness import KEPT_ROUNDING, apart
from gridexplainer_widget.methods.attribute import ensure_baseline

SIDE: Final = 224
"""Of the drawn picture, for a model that takes any size."""

WAVES: Final = 5

KEPT_CLASSES: Final = 1000
"""Whose answers are written down."""


def drawn_answers(setup: Setup) -> list[list[float]]:
    """Ask about a drawn picture: whole, every other cell hidden, and all cells hidden."""
    height, width, channels = setup.classifier.input_shape
    side = max(SIDE, *setup.grid_size)
    drawn = drawn_picture(height or side, width or side)
    run = setup.start_run(drawn.mean(axis=2) if channels == 1 else drawn)
    drain(ensure_baseline(run))
    cells = range(len(run.grid))
    sets = [(), tuple(cells)[::2], tuple(cells)]
    for _ in run.ask(sets):
        pass
    answers = [run.cached_answer(hidden) for hidden in sets]
    return [_numbers(answer) for answer in answers if answer is not None]


def drawn_picture(height: int, width: int) -> NDArray[np.float32]:
    """Draw a smooth picture, (height, width, 3) in 0..255, always the same."""
    rng = np.random.default_rng(0)
    down, across = np.linspace(0, 1, height)[:, None, None], np.linspace(0, 1, width)[:, None]
    picture = np.zeros((height, width, 3))
    for wave in range(1, WAVES + 1):
        steep = rng.uniform(-wave, wave, (2, 3))
        picture += np.sin(2 * np.pi * (down * steep[0] + across * steep[1] + rng.uniform(size=3)))
    low, high = picture.min(), picture.max()
    drawn: NDArray[np.float32] = np.rint(255 * (picture - low) / (high - low)).astype(np.float32)
    return drawn


def same_answers(before: list[list[float]], now: list[list[float]]) -> bool:
    """Compare answers, perhaps of two machines, which may differ by rounding."""
    if [len(one) for one in before] != [len(one) for one in now]:
        return False
    pairs = zip(before, now, strict=True)
    return all(apart(_answers(one), _answers(other)) <= KEPT_ROUNDING for one, other in pairs)


def _numbers(answer: Answers) -> list[float]:
    return [float(f"{number:.7g}") for number in answer.vectors[:KEPT_CLASSES]]


def _answers(numbers: list[float]) -> Answers:
    return Answers.without_logits(np.asarray(numbers, np.float32))
