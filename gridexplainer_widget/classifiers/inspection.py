"""Asks a model what tells whether something is wrong with it, about ten pictures in all."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import TypeVar

import numpy as np

from gridexplainer_widget.masking import Masker

from .base import Classifier
from .checks import (
    Answers,
    Check,
    Raw,
    batch_check,
    hiding_check,
    outputs_check,
    repeatable_check,
)
from .outputs import ClassifierError, guess_output, percent, to_probabilities
from .preflight import Preflight
from .preprocessing import Batch
from .ranges import Better, better, rubble, views

T = TypeVar("T")

EACH = 4
"""Pictures in a call: few enough for any memory that the run itself fits in."""


def model_checks(
    classifier: Classifier, masker: Masker, target: int | None = None, *, layouts: bool = False
) -> Generator[int, None, Preflight]:
    """Look at a model, a call at a time; yield before each how many pictures it takes.

    Parameters
    ----------
    classifier : Classifier
    masker : Masker
        Of a picture as the model sees it.
    target : int, optional
        The class asked about; the most probable one by default.
    layouts : bool
        Whether a model that does not tell is handed channels first, too. Not
        unasked: a function may warn aloud of pictures laid out as it never saw them.

    Returns
    -------
    Preflight
        Where the model fails, one check tells so.
    """
    asked = 0
    layouts = layouts and not classifier.layout_known
    steps = _checks(classifier, masker, target, layouts=layouts)
    try:
        while True:
            pictures = next(steps)
            asked += pictures
            yield pictures
    except StopIteration as end:
        checks: tuple[Check, ...] = end.value
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told
        words = f"The model failed: {type(error).__name__}: {str(error).rstrip('.')}."
        checks = (Check("Answers", "wrong", words),)
    return Preflight(checks, asked)


def finished(steps: Generator[int, None, T]) -> T:
    """Run through all steps."""
    try:
        while True:
            next(steps)
    except StopIteration as end:
        result: T = end.value
        return result


def _checks(
    classifier: Classifier, masker: Masker, target: int | None, *, layouts: bool
) -> Generator[int, None, tuple[Check, ...]]:
    pixels = masker.pixels
    everything = masker.masked(range(len(masker.grid)))
    shuffled, flat, negative = rubble(pixels)
    own, mirrored = views(pixels)
    alone = yield from _raw(classifier, [own], 1)
    again = yield from _raw(classifier, [own], 1)
    company = [masker.masked(()), shuffled, flat, negative, mirrored, everything]
    others = yield from _raw(classifier, company, EACH)
    raw = np.concatenate([alone, again, others])
    if classifier.output is None:
        classifier.output = guess_output(raw)
    outputs = outputs_check(raw, classifier.output)
    try:
        vectors = to_probabilities(raw, classifier.output, classifier.name)
    except ClassifierError:
        return (outputs,)
    if not np.isfinite(vectors).all() or vectors.shape[1] < 2:
        return (outputs,)
    index = int(vectors[0].argmax()) if target is None else target
    rows, columns = masker.grid.shape
    answers = Answers(*vectors)
    found = yield from better(classifier, pixels, answers, layouts=layouts)
    return (
        outputs,
        *_range_checks(classifier, found),
        repeatable_check(answers),
        batch_check(answers),
        hiding_check(answers, index, f"{masker.fill.name} on a {rows}×{columns} grid"),
    )


def _raw(classifier: Classifier, pictures: Sequence[Batch], each: int) -> Generator[int, None, Raw]:
    raws = []
    for start in range(0, len(pictures), each):
        batch = np.stack(pictures[start : start + each])
        yield len(batch)
        raw, logits = classifier.ask(batch)
        if classifier.output is None and logits:
            classifier.output = "logits"
        raws.append(raw)
    return np.concatenate(raws)


def _range_checks(classifier: Classifier, found: Better | None) -> tuple[Check, Check]:
    words = classifier.preprocessing.words
    fine = (
        Check("Input range", "ok", f"No other range makes the model far surer (now: {words})."),
        Check("Channels", "ok", "No other order of the channels does either."),
    )
    if found is None:
        return fine
    labels = classifier.names(len(found.now))
    now, then = int(found.now.argmax()), int(found.then.argmax())
    sure = found.now[now] > 0.5
    but = f" (but {percent(found.of_rubble)} sure of its shuffled pixels, too)" if sure else ""
    seen = (
        f"Pixels as they are handed over now ({words}): “{labels[now]}” {percent(found.now[now])}"
        f"{but}. Instead, {found.candidate.preprocessing.words}: “{labels[then]}” "
        f"{percent(found.then[then])}."
    )
    name = "Channels" if found.candidate.only_order else "Input range"
    advice = f"If that is right, say {found.candidate.said}."
    if found.also:
        advice += f" Nearly as well fits {' or '.join(found.also)}: take what it was trained with."
    told = Check(name, "warning", seen, advice)
    return (told, fine[1]) if name == "Input range" else (fine[0], told)
