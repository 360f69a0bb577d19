"""Search for an input range or channel order that makes a model surer."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gridexplainer_widget.classifiers.classifier import Classifier
from gridexplainer_widget.classifiers.outputs import OutputKind
from gridexplainer_widget.classifiers.preprocessing import BGR_SUFFIX, PRESETS, Preprocessing
from gridexplainer_widget.core.arrays import PreparedBatch, Probabilities
from gridexplainer_widget.core.scores import INDEPENDENT

from .checks import ProbeProbabilities
from .confidence import certainty, fit, nonsense_pictures, sureness, views

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


@dataclass(frozen=True)
class Candidate:
    """Another input range or channel order, and the argument that sets it."""

    preprocessing: Preprocessing
    argument: str
    only_order: bool
    usual: bool = False


@dataclass(frozen=True)
class Trial:
    """A candidate's probabilities of `views` (2, classes) and `nonsense_pictures` (3, classes)."""

    candidate: Candidate
    seen: Probabilities
    nonsense: Probabilities | None

    @property
    def then(self) -> Probabilities:
        """The picture's probabilities."""
        vector: Probabilities = self.seen[0]
        return vector


@dataclass(frozen=True)
class Search:
    """The `best` trial if far better, others nearly as good, and the usual ranges `tried`.

    `tried` is empty where the right range is known.
    """

    best: Trial | None = None
    also: tuple[Trial, ...] = ()
    tried: tuple[Trial, ...] = ()


def candidates(own: Preprocessing, *, colours: bool, layouts: bool) -> list[Candidate]:
    """List other ranges; `colours` adds BGR, `layouts` channels first."""
    found = []
    for name, range_ in PRESETS.items():
        for bgr in (False, True):
            if (bgr and name == "caffe") or (not colours and (bgr or name == "caffe")):
                continue
            other = range_.reversed() if bgr else range_
            argument = f'preprocess="{name}{BGR_SUFFIX if bgr else ""}"'
            same = (other.scale, other.offset) in {
                (own.scale, own.offset),
                (own.scale[::-1], own.offset[::-1]),
            }
            if same and other.bgr == own.bgr:
                continue
            found.append(Candidate(other, argument, only_order=same, usual=not bgr))
    if layouts:
        found += [_channels_first(name) for name in ("0..255", "0..1", "-1..1", "imagenet")]
    return found


def search(
    classifier: Classifier,
    pixels: PreparedBatch,
    probabilities: ProbeProbabilities,
    at_once: int,
    *,
    layouts: bool,
) -> Generator[int, None, Search]:
    """Search for a far better fit; yield the number of pictures before each call.

    `pixels` are float32 (height, width, channels), 0..255; `probabilities` those with the current
    preprocessing; `layouts` adds channels first.
    """
    output = classifier.output
    own = (
        np.stack([probabilities.alone, probabilities.mirrored]),
        np.stack([probabilities.shuffled, probabilities.flat, probabilities.negative]),
    )
    min_fit = max(MIN_FIT, fit(*own, output) + MIN_LEAD)
    overconfident = output not in INDEPENDENT and sureness(own[1]) > OVERCONFIDENT_LOG_ODDS
    range_unknown = not classifier.preprocessing.known
    if np.ptp(pixels) < 1 or not (min_fit <= 1 or overconfident or range_unknown):
        return Search()  # plain picture, or nothing to find
    trials = []
    colours = pixels.shape[-1] > 1
    others = candidates(classifier.preprocessing, colours=colours, layouts=layouts)
    if min_fit > 1 and not overconfident:
        others = [candidate for candidate in others if candidate.usual]
    for candidate in others:
        seen = yield from _classified(classifier, candidate, views(pixels), at_once)
        if seen is None:
            continue
        nonsense = None
        if overconfident or certainty(seen.mean(axis=0), output) >= min_fit:
            shown = nonsense_pictures(pixels)
            nonsense = yield from _classified(classifier, candidate, shown, at_once)
        trials.append(Trial(candidate, seen, nonsense))
    usual = [trial for trial in trials if trial.candidate.usual] if range_unknown else []
    chosen = _chosen(trials, min_fit, output, overconfident=overconfident)
    return replace(chosen, tried=tuple(usual))


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


def _channels_first(name: str) -> Candidate:
    range_ = PRESETS[name]

    def function(batch: PreparedBatch) -> PreparedBatch:
        first: PreparedBatch = range_(batch).transpose(0, 3, 1, 2)
        return first

    scaled: Sequence[str] = {
        "0..255": "batch",
        "0..1": "(batch / 255)",
        "-1..1": "(batch / 127.5 - 1)",
        "imagenet": "((batch / 255 - (0.485, 0.456, 0.406)) / (0.229, 0.224, 0.225))",
    }[name]
    argument = f"preprocess=lambda batch: {scaled}.transpose(0, 3, 1, 2)"
    description = f"channels first, {range_.description}"
    return Candidate(Preprocessing(description, function=function), argument, only_order=True)
