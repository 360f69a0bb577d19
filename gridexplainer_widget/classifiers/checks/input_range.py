"""Search for an input range or channel order that makes a model surer."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np

from gridexplainer_widget.classifiers.classifier import Classifier
from gridexplainer_widget.classifiers.outputs import OutputKind
from gridexplainer_widget.core.arrays import PreparedBatch, Probabilities
from gridexplainer_widget.core.scores import INDEPENDENT

from .agreement import MIN_CLASSES, agreeing
from .candidates import Candidate, Trial, candidates
from .checks import ProbeProbabilities
from .confidence import certainty, fit, nonsense_pictures, sureness, views
from .remembered import Remembered, remember

MIN_LEAD = 0.4
"""Lead in `fit` from which another range is reported, if its `fit` reaches MIN_FIT.

Measured on the honest demo, its range turned into each preset: false alarms for 0.3% of pictures
of one thing, 0% of two, 1.2% of photographs of other things; 83% of wrong ranges reported for
pictures of one thing, 79% named right. On seven small networks trained on four ranges, with the
limits below: false alarms for 0.6% of their own pictures, 1% of photographs; 53% of wrong ranges
reported, 38% named right. Silence proves little.
"""

MIN_FIT = 0.5

OVERCONFIDENT_LOG_ODDS = 20.0
"""Log-odds of the top class over the second from which a model is too sure of nonsense: its pixels
are some 100 times too large. Networks with their own range had 1 to 3.
"""

MAX_SANE_LOG_ODDS = 10.0
"""Largest log-odds for nonsense in a plausible range."""

MAX_TIE_GAP = 0.2
"""Gap to the best `fit` within which others are named, too."""


Reason: TypeAlias = Literal["fit", "agreement", "memory"]
"""Why another range is likelier: the model is surer of the picture and less of nonsense; two other
ranges agree; its batch normalisation was trained on such pixels.
"""


@dataclass(frozen=True)
class Search:
    """The `best` trial if far better, others nearly as good, and the usual ranges `tried`.

    `tried` is empty where the right range is known; `settled` tells that batch normalisation knows
    it.
    """

    best: Trial | None = None
    also: tuple[Trial, ...] = ()
    tried: tuple[Trial, ...] = ()
    because: Reason = "fit"
    settled: bool = False


def search(
    classifier: Classifier,
    pixels: PreparedBatch,
    probabilities: ProbeProbabilities,
    at_once: int,
    *,
    layouts: bool,
) -> Generator[int, None, Search]:
    """Search for a far likelier range; yield the number of pictures before each call.

    `pixels` are float32 (height, width, channels), 0..255; `probabilities` those with the current
    preprocessing; `layouts` adds channels first.
    """
    if np.ptp(pixels) < 1:  # a plain picture
        return Search()
    colours = pixels.shape[-1] > 1
    others = candidates(classifier.preprocessing, colours=colours, layouts=layouts)
    remembered = yield from remember(classifier, pixels, others)
    if remembered is not None and remembered.better:
        better = yield from _seen(classifier, remembered.better, pixels, at_once)
        if better:
            return _led_by(better, "memory")
    settled = remembered is not None and remembered.settled
    if settled:
        others = [other for other in others if other.only_order]
    unknown = not (settled or classifier.preprocessing.known)
    found = yield from _search_by_answers(
        classifier, pixels, probabilities, at_once, others, remembered, unknown=unknown
    )
    return replace(found, settled=settled)


def value_search(
    classifier: Classifier, pixels: PreparedBatch, at_once: int
) -> Generator[int, None, Search]:
    """Search as far as batch normalisation tells: a value knows no certainty."""
    if np.ptp(pixels) < 1:
        return Search()
    others = candidates(classifier.preprocessing, colours=pixels.shape[-1] > 1, layouts=False)
    remembered = yield from remember(classifier, pixels, others)
    if remembered is None:
        return Search()
    better = yield from _seen(classifier, remembered.better, pixels, at_once)
    return replace(_led_by(better, "memory"), settled=remembered.settled)


def _search_by_answers(  # noqa: PLR0913, PLR0917 - what to try, and what is known of it
    classifier: Classifier,
    pixels: PreparedBatch,
    probabilities: ProbeProbabilities,
    at_once: int,
    others: Sequence[Candidate],
    remembered: Remembered | None,
    *,
    unknown: bool,
) -> Generator[int, None, Search]:
    output = classifier.output
    own = (
        np.stack([probabilities.alone, probabilities.mirrored]),
        np.stack([probabilities.shuffled, probabilities.flat, probabilities.negative]),
    )
    min_fit = max(MIN_FIT, fit(*own, output) + MIN_LEAD)
    overconfident = output not in INDEPENDENT and sureness(own[1]) > OVERCONFIDENT_LOG_ODDS
    many = len(probabilities.alone) >= MIN_CLASSES and output not in INDEPENDENT
    voting = many and remembered is None
    if min_fit > 1 and not overconfident:  # none can be so much surer
        others = [other for other in others if other.usual and (unknown or voting)]
    seen = yield from _seen(classifier, others, pixels, at_once)
    likely = [one for one in seen if remembered is None or remembered.allows(one.candidate)]
    trials = []
    for trial in likely:
        if overconfident or certainty(trial.seen.mean(axis=0), output) >= min_fit:
            shown = nonsense_pictures(pixels)
            nonsense = yield from _classified(classifier, trial.candidate, shown, at_once)
            trials.append(replace(trial, nonsense=nonsense))
    found = _chosen(trials, min_fit, output, overconfident=overconfident)
    if found.best is None and voting:
        found = _led_by(agreeing(probabilities.alone, seen), "agreement")
    usual = [trial for trial in seen if trial.candidate.usual] if unknown else []
    return replace(found, tried=tuple(usual))


def _led_by(trials: Sequence[Trial], because: Reason) -> Search:
    return Search(trials[0], tuple(trials[1:]), because=because) if trials else Search()


def _seen(
    classifier: Classifier, others: Sequence[Candidate], pixels: PreparedBatch, at_once: int
) -> Generator[int, None, list[Trial]]:
    """Try candidates on a picture and its mirror image; leave out where the model fails."""
    trials = []
    for candidate in others:
        seen = yield from _classified(classifier, candidate, views(pixels), at_once)
        if seen is not None:
            trials.append(Trial(candidate, seen))
    return trials


def _chosen(
    trials: Sequence[Trial], min_fit: float, output: OutputKind | None, *, overconfident: bool
) -> Search:
    fits = [
        (fit(trial.seen, trial.nonsense, output), trial)
        for trial in trials
        if trial.nonsense is not None and sureness(trial.nonsense) < MAX_SANE_LOG_ODDS
    ]
    better = [(value, trial) for value, trial in fits if value >= min_fit]
    if not better and overconfident:  # any sane range is better
        better = [(value, trial) for value, trial in fits if not trial.candidate.only_order]
    if not better:
        return Search()
    best, trial = max(better, key=lambda pair: pair[0])
    also = tuple(
        other for value, other in better if value > best - MAX_TIE_GAP and other is not trial
    )
    return Search(trial, also)


def _classified(
    classifier: Classifier, candidate: Candidate, batch: PreparedBatch, at_once: int
) -> Generator[int, None, Probabilities | None]:
    """Classify without retries; None where the model fails."""
    variant = replace(classifier, preprocessing=candidate.preprocessing, pauses=())
    found = []
    for start in range(0, len(batch), at_once):
        part = batch[start : start + at_once]
        yield len(part)
        try:
            with np.errstate(all="ignore"):  # pixels far out of range
                found.append(variant(part))
        except Exception:  # noqa: BLE001 - a candidate that makes the model fail is not the right one
            return None
    vectors = np.concatenate(found)
    return vectors if np.isfinite(vectors).all() else None
