"""Other ranges that agree on another class."""

from __future__ import annotations

import numpy as np
import pytest

from gridexplainer_widget import GridExplainer
from gridexplainer_widget.classifiers.checks.agreement import MIN_CLASSES, agreeing
from gridexplainer_widget.classifiers.checks.candidates import Trial, candidates
from gridexplainer_widget.classifiers.preprocessing import PRESETS

OTHERS = [one for one in candidates(PRESETS["0..255"], colours=True, layouts=False) if one.usual]


def answer(index: int, probability: float, classes: int = MIN_CLASSES) -> np.ndarray:
    vector = np.full(classes, (1 - probability) / (classes - 1), np.float32)
    vector[index] = probability
    return vector


def trials(*answers: np.ndarray) -> list[Trial]:
    return [
        Trial(one, np.stack([vector, vector])) for one, vector in zip(OTHERS, answers, strict=False)
    ]


def names(found: tuple[Trial, ...]) -> list[str]:
    return [trial.candidate.argument.partition('"')[2].rstrip('"') for trial in found]


def test_two_that_agree_and_are_surer_the_surest_first() -> None:
    others = trials(answer(7, 0.6), answer(7, 0.8), answer(3, 0.9), answer(1, 0.2))
    assert names(agreeing(answer(1, 0.5), others)) == ["-1..1", "0..1"]


@pytest.mark.parametrize(
    "others",
    [
        [answer(7, 0.6), answer(8, 0.8)],
        [answer(7, 0.6), answer(7, 0.4)],
        [answer(1, 0.6), answer(1, 0.8)],
        [answer(7, 0.6)],
        [],
    ],
    ids=["another each", "one is less sure", "the same as now", "one", "none"],
)
def test_silence(others: list[np.ndarray]) -> None:
    assert agreeing(answer(1, 0.5), trials(*others)) == ()


def test_of_few_classes_two_agree_by_chance() -> None:
    few = MIN_CLASSES - 1
    others = trials(answer(7, 0.6, few), answer(7, 0.8, few))
    assert agreeing(answer(1, 0.5, few), others) == ()


def seen_dimly(batch: np.ndarray) -> np.ndarray:
    """Sixty classes; 99 times too bright pixels are class 5 by 40%, others class 3 by more."""
    far = np.abs(batch).max(axis=(1, 2, 3)) > 50
    wide = np.ptp(batch, axis=(1, 2, 3)) > 1.5
    return np.stack(
        [
            answer(5, 0.4, 60) if one else answer(3, 0.6 if two else 0.5, 60)
            for one, two in zip(far, wide, strict=True)
        ]
    )


def test_it_is_told_with_those_that_agree() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (16, 16, 3)).astype(np.uint8)
    explainer = GridExplainer(seen_dimly, 2, preprocess="0..255")
    (told,) = (one for one in explainer.check(picture).checks if one.name == "Input range")
    assert told.verdict == "warning"
    assert "handed over now (none: 0..255 (as you said)): “class 5” 40.0%" in told.seen
    assert "“class 3” 60.0%" in told.seen
    assert "agree" in told.seen
    right = GridExplainer(seen_dimly, 2, preprocess="-1..1").check(picture)
    assert not right.concerns
