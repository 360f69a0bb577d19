"""Asks a model what tells whether something is wrong with it, ten to fifty pictures in all."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import replace

import numpy as np

from gridexplainer_widget.classifiers.classifier import Classifier
from gridexplainer_widget.classifiers.outputs import guess_output, percent, to_probabilities
from gridexplainer_widget.classifiers.preprocessing import Preprocessing
from gridexplainer_widget.core.arrays import PreparedBatch, Probabilities
from gridexplainer_widget.core.errors import ClassifierError
from gridexplainer_widget.core.masking import Masker
from gridexplainer_widget.core.picture import resized

from .checks import Answers, Check, Raw, batch_check, hiding_check, outputs_check, repeatable_check
from .input_range import Search, Trial, rubble, search, views
from .preflight import Preflight

EACH = 5
"""Pictures in a call, at most: company enough for what depends on the others in a batch."""

SIDE = 512
"""Longest side, in pixels, of what a model of any size is shown. It is the model that is looked at
here, and up to 50 times: of 12 megapixels that takes a minute, of a copy a second or two. Pictures
larger than the copy are hardly trained on, see `size_check`."""

ALONE = Check(
    "Batch", "unknown", "Not to be told: the pictures are asked about one by one, as is each cell."
)


def model_checks(
    classifier: Classifier,
    masker: Masker,
    target: int | None = None,
    *,
    layouts: bool = False,
    at_once: int = EACH,
) -> Generator[int, None, Preflight]:
    """Look at a model, a call at a time; yield before each how many pictures it takes.

    A model of any size is looked at with a copy of a large picture, unless it fails with that.

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
    at_once : int
        Pictures that a call may take, as of the run that follows.

    Returns
    -------
    Preflight
        Where the model fails, one check tells so.
    """
    asked = 0
    layouts = layouts and not classifier.layout_known
    steps = _checks(classifier, masker, target, min(at_once, EACH), layouts=layouts)
    try:
        while True:
            pictures = next(steps)
            asked += pictures
            yield pictures
    except StopIteration as end:
        checks: tuple[Check, ...] = end.value
    except Exception as error:  # noqa: BLE001 - whatever it is, it is told
        what = f"{type(error).__name__}: {str(error).rstrip('.')}"
        description = f"The model failed while it was checked: {what}."
        checks = (Check("Answers", "wrong", description),)
    return Preflight(checks, asked)


def _checks(
    classifier: Classifier, masker: Masker, target: int | None, at_once: int, *, layouts: bool
) -> Generator[int, None, tuple[Check, ...]]:
    try:
        hidden = [masker.masked(()), masker.masked(range(len(masker.grid)))]
    except Exception as error:  # noqa: BLE001 - a fill of the user's may raise anything
        description = f"The fill {masker.fill.name!r} failed: {type(error).__name__}: {error}"
        return (Check("Hiding", "wrong", description),)
    pixels = yield from _shown(classifier, masker.pixels)
    if pixels is not masker.pixels:
        hidden = [resized(picture, pixels.shape[:2]) for picture in hidden]
    own, mirrored = views(pixels)
    alone = yield from _raw(classifier, [own], 1)
    again = yield from _raw(classifier, [own], 1)
    noise = np.random.default_rng(0).uniform(0, 255, pixels.shape).astype(np.float32)
    company = [hidden[0], noise, *rubble(pixels), mirrored, hidden[1]]
    others = yield from _raw(classifier, company, at_once)
    raw = np.concatenate([alone, again, others[:1], others[2:]])  # the noise is company, no more
    if classifier.output is None:
        classifier.output = guess_output(raw)
    outputs = outputs_check(raw, classifier.output)
    if pixels is not masker.pixels:
        size = f"{pixels.shape[1]}×{pixels.shape[0]} pixels"
        outputs = replace(outputs, seen=f"{outputs.seen} The model was shown a copy of {size}.")
    try:
        vectors = to_probabilities(raw, classifier.output, classifier.name)
        labels = classifier.names(vectors.shape[1])
    except ClassifierError:
        return (outputs,)
    except ValueError as error:
        return (outputs, Check("Labels", "wrong", str(error)))
    if not np.isfinite(vectors).all() or vectors.shape[1] < 2:
        return (outputs,)
    index = int(vectors[0].argmax()) if target is None else target
    rows, columns = masker.grid.shape
    answers = Answers(*vectors)
    found = yield from search(classifier, pixels, answers, at_once, layouts=layouts)
    return (
        outputs,
        *_range_checks(classifier, answers, found, labels),
        repeatable_check(answers),
        batch_check(answers) if at_once > 1 else ALONE,
        hiding_check(
            answers, index, labels[index], f"{masker.fill.name} on a grid of {rows}×{columns}"
        ),
    )


def _shown(classifier: Classifier, pixels: PreparedBatch) -> Generator[int, None, PreparedBatch]:
    """Return what the model is looked at with: float32 (height, width, channels)."""
    height, width = pixels.shape[:2]
    scale = SIDE / max(height, width)
    if classifier.input_shape[:2] != (None, None) or scale >= 1:
        return pixels
    small = resized(pixels, (max(1, round(height * scale)), max(1, round(width * scale))))
    try:
        yield from _raw(replace(classifier, pauses=()), [small], 1)
    except Exception:  # noqa: BLE001 - a function may want the size that it was given so far
        return pixels
    return small


def _raw(
    classifier: Classifier, pictures: Sequence[PreparedBatch], each: int
) -> Generator[int, None, Raw]:
    raws = []
    for start in range(0, len(pictures), each):
        batch = np.stack(pictures[start : start + each])
        yield len(batch)
        raw, logits = classifier.ask(batch)
        if classifier.output is None and logits:
            classifier.output = "logits"
        raws.append(raw)
    return np.concatenate(raws)


def _range_checks(
    classifier: Classifier, answers: Answers, found: Search, labels: Sequence[str]
) -> tuple[Check, Check]:
    now = classifier.preprocessing
    in_order = Check("Channels", "ok", "Another order of the colours does not fit better.")
    if found.best is not None:
        told = _told(now, answers, found.best, found.also, labels)
        if told.name == "Channels":
            return Check("Input range", "ok", f"{now.description}."), told
        return told, in_order
    if now.told:
        return Check("Input range", "ok", f"No other fits better than {now.description}."), in_order
    tried = "; ".join(
        f"{trial.candidate.said.partition('=')[2]} {_says(trial.then, labels)}"
        for trial in found.tried
    )
    seen = (
        "Nothing tells in which range the model was trained. As it is handed over now "
        f"({now.description.partition(';')[0]}): {_says(answers.alone, labels)}. Else: {tried}."
    )
    advice = "Say which by preprocess=…"
    return Check("Input range", "unknown", seen, advice), in_order


def _told(
    now: Preprocessing, answers: Answers, best: Trial, also: Sequence[Trial], labels: Sequence[str]
) -> Check:
    nonsense = float(np.max([answers.shuffled, answers.flat, answers.negative], axis=1).mean())
    but = ""
    if answers.alone.max() > 0.5:
        but = f" (but {percent(nonsense)} sure of its pixels shuffled and the like, too)"
    seen = (
        f"Pixels as they are handed over now ({now.description}): "
        f"{_says(answers.alone, labels)}{but}. "
        f"Instead, {best.candidate.preprocessing.description}: {_says(best.then, labels)}."
    )
    advice = f"If that is right, say {best.candidate.said}."
    if also:
        others = " or ".join(trial.candidate.said for trial in also)
        advice += f" Nearly as well fits {others}: take what it was trained with."
    name = "Channels" if best.candidate.only_order else "Input range"
    return Check(name, "warning", seen, advice)


def _says(vector: Probabilities, labels: Sequence[str]) -> str:
    index = int(vector.argmax())
    return f"“{labels[index]}” {percent(float(vector[index]))}"
