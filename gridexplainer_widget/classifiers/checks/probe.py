"""Check a model with ten to fifty probe pictures."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from gridexplainer_widget.classifiers.classifier import Classifier
from gridexplainer_widget.classifiers.outputs import percent, to_probabilities
from gridexplainer_widget.classifiers.quantities import Quantity
from gridexplainer_widget.core.arrays import PreparedBatch, Probabilities
from gridexplainer_widget.core.errors import ClassifierError, named
from gridexplainer_widget.core.masking import Masker
from gridexplainer_widget.core.picture import resized
from gridexplainer_widget.core.shown import shown

from .checks import Check, ProbeProbabilities, batch_check, repeatable_check
from .confidence import nonsense_pictures, views
from .hiding import NAME as HIDING
from .hiding import fault_check
from .input_range import search, value_search
from .outputs_check import RawOutputs, outputs_check
from .preflight import Preflight
from .range_check import range_checks
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
    whole: Probabilities | None = None,
    *,
    layouts: bool = False,
    at_once: int = MAX_PROBE_BATCH,
) -> Generator[int, None, Preflight]:
    """Check a model; yield the number of pictures before each call.

    Large pictures are shrunk for a model of any size, unless that fails. A model that fails
    altogether gets a single check. `masker` is of a picture at the model's size; `whole` is what is
    on the screen of it. `layouts` tries channels first if the layout is unknown; a function may
    print warnings then.
    """
    total = 0
    layouts = layouts and not classifier.layout_known
    steps = _checks(classifier, masker, whole, min(at_once, MAX_PROBE_BATCH), layouts=layouts)
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
    classifier: Classifier,
    masker: Masker,
    whole: Probabilities | None,
    at_once: int,
    *,
    layouts: bool,
) -> Generator[int, None, tuple[Check, ...]]:
    try:
        masker.masked(range(len(masker.grid)))
        hidden = [masker.masked(()), masker.masked(range((len(masker.grid) + 1) // 2))]
    except Exception as error:  # noqa: BLE001 - the user's fill may raise anything
        description = f"The fill {masker.fill.name!r} failed: {named(error)}"
        return (Check(HIDING, "wrong", description),)
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
    if not np.isfinite(vectors).all() or (vectors.shape[1] < 2 and kind != "value"):
        return (outputs,)
    probes = ProbeProbabilities(*vectors)
    if kind == "value":
        found = yield from value_search(classifier, pixels, at_once)
        checks = value_checks(probes, classifier.quantity)
        described = partial(_value, classifier.quantity)
    else:
        found = yield from search(classifier, pixels, probes, at_once, layouts=layouts)
        batch = batch_check(probes) if at_once > 1 else NO_BATCH_CHECK
        checks = (repeatable_check(probes), batch, fault_check(probes))
        described = partial(_top_class, labels)
    answer = described(probes.alone if whole is None else whole)
    if found.best is not None and found.because == "fit" and probes.alone.max() > 0.5:
        answer += _sure_of_nonsense(probes)
    return (
        outputs,
        *_size_checks(classifier, pixels),
        *range_checks(classifier.preprocessing, answer, found, described),
        *checks,
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


def _size_checks(classifier: Classifier, pixels: PreparedBatch) -> tuple[Check, ...]:
    """Tell a size that was assumed."""
    if not classifier.size_assumed:
        return ()
    height, width = pixels.shape[:2]
    return (
        Check(
            "Input size", "unknown",
            "The size of the pictures that the model was trained on is not known, and it takes "
            f"several: it is asked at {width}×{height}.",
            "Say which by input_shape=(height, width).",
        ),
    )  # fmt: skip


def _top_class(labels: Sequence[str], vector: Probabilities) -> str:
    index = int(vector.argmax())
    return f"“{shown(labels[index])}” {percent(float(vector[index]))}"


def _value(quantity: Quantity, vector: Probabilities) -> str:
    return quantity.text(float(vector[0]))


def _sure_of_nonsense(probes: ProbeProbabilities) -> str:
    nonsense = np.max([probes.shuffled, probes.flat, probes.negative], axis=1)
    return f" (but {percent(float(nonsense.mean()))} sure of its pixels shuffled and the like, too)"
