"""Check a model with ten to fifty probe pictures."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import replace

import numpy as np

from gridexplainer_widget.classifiers.classifier import Classifier
from gridexplainer_widget.classifiers.outputs import percent, to_probabilities
from gridexplainer_widget.classifiers.preprocessing import Preprocessing
from gridexplainer_widget.core.arrays import PreparedBatch, Probabilities
from gridexplainer_widget.core.errors import ClassifierError, named
from gridexplainer_widget.core.masking import Masker
from gridexplainer_widget.core.picture import resized
from gridexplainer_widget.core.shown import shown

from .checks import Check, ProbeProbabilities, batch_check, hiding_check, repeatable_check
from .confidence import nonsense_pictures, views
from .input_range import Search, Trial, search
from .outputs_check import RawOutputs, outputs_check
from .preflight import Preflight
from .value_checks import value_checks

MAX_PROBE_BATCH = 5
"""Most pictures in a call, enough to show whether they affect each other."""

MAX_SIDE_PIXELS = 512
"""Longest side of probes for a model of any size. Up to 50 take a second or two, but a minute at 12
megapixels. Models are rarely trained on larger ones, see `size_check`.
"""

NO_BATCH_CHECK = Check(
    "Batch", "unknown", "Cannot be told: the pictures are asked about one by one, as is each cell."
)


def model_checks(
    classifier: Classifier,
    masker: Masker,
    target: int | None = None,
    *,
    layouts: bool = False,
    at_once: int = MAX_PROBE_BATCH,
) -> Generator[int, None, Preflight]:
    """Check a model; yield the number of pictures before each call.

    Large pictures are shrunk for a model of any size, unless that fails. A model that fails
    altogether gets a single check. `masker` is of a picture at the model's size; the most probable
    class is the default `target`. `layouts` tries channels first if the layout is unknown; a
    function may print warnings then.
    """
    total = 0
    layouts = layouts and not classifier.layout_known
    steps = _checks(classifier, masker, target, min(at_once, MAX_PROBE_BATCH), layouts=layouts)
    try:
        while True:
            pictures = next(steps)
            total += pictures
            yield pictures
    except StopIteration as end:
        checks: tuple[Check, ...] = end.value
    except Exception as error:  # noqa: BLE001 - any error is reported
        what = named(error).rstrip(".")
        description = f"The model failed while it was checked: {what}."
        checks = (Check("Answers", "wrong", description),)
    return Preflight(checks, total)


def _checks(
    classifier: Classifier, masker: Masker, target: int | None, at_once: int, *, layouts: bool
) -> Generator[int, None, tuple[Check, ...]]:
    try:
        hidden = [masker.masked(()), masker.masked(range(len(masker.grid)))]
    except Exception as error:  # noqa: BLE001 - the user's fill may raise anything
        description = f"The fill {masker.fill.name!r} failed: {named(error)}"
        return (Check("Hiding", "wrong", description),)
    pixels = yield from _probe_picture(classifier, masker.pixels)
    if pixels is not masker.pixels:
        hidden = [resized(picture, pixels.shape[:2]) for picture in hidden]
    own, mirrored = views(pixels)
    alone = yield from _raw_outputs(classifier, [own], 1)
    again = yield from _raw_outputs(classifier, [own], 1)
    noise = np.random.default_rng(0).uniform(0, 255, pixels.shape).astype(np.float32)
    company = [hidden[0], noise, *nonsense_pictures(pixels), mirrored, hidden[1]]
    others = yield from _raw_outputs(classifier, company, at_once)
    raw = np.concatenate([alone, again, others[:1], others[2:]])  # not the noise
    kind = classifier.kind_of(raw)
    outputs = outputs_check(raw, kind)
    if pixels is not masker.pixels:
        size = f"{pixels.shape[1]}×{pixels.shape[0]} pixels"
        outputs = replace(outputs, seen=f"{outputs.seen} The model was shown a copy of {size}.")
    try:
        vectors = to_probabilities(raw, kind, classifier.name)
        labels = classifier.names(vectors.shape[1])
    except ClassifierError:
        return (outputs,)
    except ValueError as error:
        return (outputs, Check("Labels", "wrong", str(error)))
    if kind == "value" and np.isfinite(vectors).all():
        grid = f"{masker.fill.name} on a grid of {masker.grid.rows}×{masker.grid.columns}"
        values = ProbeProbabilities(*vectors)
        return (outputs, *value_checks(values, classifier.quantity, target or 0, labels, grid))
    if not np.isfinite(vectors).all() or vectors.shape[1] < 2:
        return (outputs,)
    index = int(vectors[0].argmax()) if target is None else target
    rows, columns = masker.grid.shape
    probabilities = ProbeProbabilities(*vectors)
    found = yield from search(classifier, pixels, probabilities, at_once, layouts=layouts)
    return (
        outputs,
        *_range_checks(classifier, probabilities, found, labels),
        repeatable_check(probabilities),
        batch_check(probabilities) if at_once > 1 else NO_BATCH_CHECK,
        hiding_check(
            probabilities, index, labels[index], f"{masker.fill.name} on a grid of {rows}×{columns}"
        ),
    )


def _probe_picture(
    classifier: Classifier, pixels: PreparedBatch
) -> Generator[int, None, PreparedBatch]:
    height, width = pixels.shape[:2]
    scale = MAX_SIDE_PIXELS / max(height, width)
    if classifier.input_shape[:2] != (None, None) or scale >= 1:
        return pixels
    small = resized(pixels, (max(1, round(height * scale)), max(1, round(width * scale))))
    try:
        yield from _raw_outputs(replace(classifier, pauses=()), [small], 1)
    except Exception:  # noqa: BLE001 - a function may accept the original size only
        return pixels
    return small


def _raw_outputs(
    classifier: Classifier, pictures: Sequence[PreparedBatch], each: int
) -> Generator[int, None, RawOutputs]:
    raws = []
    for start in range(0, len(pictures), each):
        batch = np.stack(pictures[start : start + each])
        yield len(batch)
        raw, logits = classifier.ask(batch)
        if logits:
            classifier.kind_of(raw, logits=True)
        raws.append(raw)
    return np.concatenate(raws)


def _range_checks(
    classifier: Classifier, probabilities: ProbeProbabilities, found: Search, labels: Sequence[str]
) -> tuple[Check, Check]:
    now = classifier.preprocessing
    in_order = Check("Channels", "ok", "Another order of the colours does not fit better.")
    if found.best is not None:
        better = _better_range_check(now, probabilities, found.best, found.also, labels)
        if better.name == "Channels":
            return Check("Input range", "ok", f"{now.description}."), better
        return better, in_order
    if now.known:
        return Check("Input range", "ok", f"No other fits better than {now.description}."), in_order
    tried = "; ".join(
        f"{trial.candidate.argument.partition('=')[2]} {_top_class(trial.then, labels)}"
        for trial in found.tried
    )
    seen = (
        "Nothing tells in which range the model was trained. As it is handed over now "
        f"({now.description.partition(';')[0]}): {_top_class(probabilities.alone, labels)}. "
        f"Else: {tried}."
    )
    advice = "Say which by preprocess=…"
    return Check("Input range", "unknown", seen, advice), in_order


def _better_range_check(
    now: Preprocessing,
    probabilities: ProbeProbabilities,
    best: Trial,
    also: Sequence[Trial],
    labels: Sequence[str],
) -> Check:
    nonsense = float(
        np.max([probabilities.shuffled, probabilities.flat, probabilities.negative], axis=1).mean()
    )
    but = ""
    if probabilities.alone.max() > 0.5:
        but = f" (but {percent(nonsense)} sure of its pixels shuffled and the like, too)"
    seen = (
        f"Pixels as they are handed over now ({now.description}): "
        f"{_top_class(probabilities.alone, labels)}{but}. "
        f"Instead, {best.candidate.preprocessing.description}: {_top_class(best.then, labels)}."
    )
    advice = f"If that is right, say {best.candidate.argument}."
    if also:
        others = " or ".join(trial.candidate.argument for trial in also)
        advice += f" Nearly as well fits {others}: take what it was trained with."
    name = "Channels" if best.candidate.only_order else "Input range"
    return Check(name, "warning", seen, advice)


def _top_class(vector: Probabilities, labels: Sequence[str]) -> str:
    index = int(vector.argmax())
    return f"“{shown(labels[index])}” {percent(float(vector[index]))}"
