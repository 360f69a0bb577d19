"""Whether a model is surer of itself when its pixels come in another range or order."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gridexplainer_widget.classifiers.classifier import Classifier
from gridexplainer_widget.classifiers.outputs import OutputKind
from gridexplainer_widget.classifiers.preprocessing import NAMED, REVERSED, Preprocessing
from gridexplainer_widget.core.arrays import PreparedBatch, Probabilities

from .checks import Answers

FAR = 0.4
"""Another range is reported from this lead in `fit` on, where the model is at least SURE with it.

Measured on the honest demo, with its range turned into each of the five named ones: false alarms
for 0.3% of pictures of one thing, 0% of two, 1.2% of photographs of other things; a wrong range was
told for 83% of pictures of one thing, in 79% with the right one named. On seven small networks
trained on four ranges, with what follows: false alarms for 0.6% of their own pictures and 1% of
photographs; of wrong ranges 53% were told, in 38% with the right one named. Silence proves little.
"""

SURE = 0.5

CERTAIN = 20.0
"""Log-odds of the top class over the second from which on a model is too sure of rubble: pixels are
some 100 times too large then. Networks fed as they were trained had 1 to 3."""

SANE = 10.0
"""Log-odds of rubble up to which a range may be the right one."""

CLOSE = 0.2
"""Within this of the best `fit`, a candidate is named as well."""


@dataclass(frozen=True)
class Candidate:
    """A range or an order of channels that could be meant, and how to say it."""

    preprocessing: Preprocessing
    said: str
    only_order: bool
    usual: bool = False


@dataclass(frozen=True)
class Trial:
    """What a model says of `views` (2, classes) and `rubble` (3, classes) with a candidate."""

    candidate: Candidate
    seen: Probabilities
    nothing: Probabilities | None

    @property
    def then(self) -> Probabilities:
        """What it says of the picture (classes,)."""
        vector: Probabilities = self.seen[0]
        return vector


@dataclass(frozen=True)
class Search:
    """What came of looking for another range.

    Parameters
    ----------
    best : Trial or None
        Of a candidate that fits far better.
    also : tuple of Trial
        Of others that fit nearly as well.
    tried : tuple of Trial
        Of the usual ranges, where nothing tells which one is meant.
    """

    best: Trial | None = None
    also: tuple[Trial, ...] = ()
    tried: tuple[Trial, ...] = ()


def views(pixels: PreparedBatch) -> PreparedBatch:
    """Two pictures in which a model should see the same: itself and its mirror image."""
    return np.stack([pixels, pixels[:, ::-1]])


def rubble(pixels: PreparedBatch, seed: int = 0) -> PreparedBatch:
    """Three in which it should see nothing: its pixels shuffled, its mean colour, its negative."""
    flat = pixels.reshape(-1, pixels.shape[-1])
    shuffled = np.random.default_rng(seed).permutation(flat).reshape(pixels.shape)
    mean = np.broadcast_to(flat.mean(axis=0), pixels.shape)
    return np.stack([shuffled, mean, 255 - pixels]).astype(np.float32)


def certainty(vectors: Probabilities, output: OutputKind | None) -> np.ndarray:
    """How sure probabilities (..., classes) are, 0..1: one minus their entropy, normalised.

    Of several sigmoids, which have none, the largest.
    """
    if output == "sigmoids":
        largest: np.ndarray = vectors.max(axis=-1)
        return largest
    p = vectors.astype(np.float64)
    entropy = -(p * np.log(np.maximum(p, 1e-30))).sum(axis=-1)
    sure: np.ndarray = 1 - entropy / np.log(p.shape[-1])
    return sure


def fit(seen: Probabilities, nothing: Probabilities, output: OutputKind | None) -> float:
    """How much surer a model is of a picture than of rubble, −1..1.

    A range that is far too wide makes a model sure of anything; hence the rubble.

    Parameters
    ----------
    seen : float32 array (2, classes)
        The answers to `views`.
    nothing : float32 array (3, classes)
        The answers to `rubble`.
    """
    agreed = certainty(seen.mean(axis=0), output)
    return float(agreed - certainty(nothing, output).mean())


def candidates(own: Preprocessing, *, colours: bool, layouts: bool) -> list[Candidate]:
    """List what else could be meant, orders of `colours` and, with `layouts`, of axes included."""
    found = []
    for name, range_ in NAMED.items():
        for bgr in (False, True):
            if (bgr and name == "caffe") or (not colours and (bgr or name == "caffe")):
                continue
            other = range_.reversed() if bgr else range_
            said = f'preprocess="{name}{REVERSED if bgr else ""}"'
            same = (other.scale, other.offset) in {
                (own.scale, own.offset),
                (own.scale[::-1], own.offset[::-1]),
            }
            if same and other.bgr == own.bgr:
                continue
            found.append(Candidate(other, said, only_order=same, usual=not bgr))
    if layouts:
        found += [_channels_first(name) for name in ("0..255", "0..1", "-1..1", "imagenet")]
    return found


def sureness(vectors: Probabilities) -> float:
    """How sure probabilities (n, classes) are: the median log-odds of the top over the second."""
    ordered = np.sort(np.maximum(vectors.astype(np.float64), 1e-38), axis=1)
    return float(np.median(np.log(ordered[:, -1]) - np.log(ordered[:, -2])))


def search(
    classifier: Classifier, pixels: PreparedBatch, answers: Answers, at_once: int, *, layouts: bool
) -> Generator[int, None, Search]:
    """Look for a candidate that fits far better; yield how many pictures each call takes.

    Parameters
    ----------
    pixels : float32 array (height, width, channels), 0..255
    answers : Answers
        As the pixels are handed over now.
    at_once : int
        Pictures in a call, at most.
    layouts : bool
        Whether the model is handed channels first, too.

    Returns
    -------
    Search
    """
    output = classifier.output
    own = (
        np.stack([answers.alone, answers.mirrored]),
        np.stack([answers.shuffled, answers.flat, answers.negative]),
    )
    least = max(SURE, fit(*own, output) + FAR)
    certain = output != "sigmoids" and sureness(own[1]) > CERTAIN
    untold = not classifier.preprocessing.told
    if np.ptp(pixels) < 1 or not (least <= 1 or certain or untold):
        return Search()  # nothing to see, or nothing to be found
    trials = []
    colours = pixels.shape[-1] > 1
    others = candidates(classifier.preprocessing, colours=colours, layouts=layouts)
    for candidate in others if least <= 1 or certain else [each for each in others if each.usual]:
        seen = yield from _answers(classifier, candidate, views(pixels), at_once)
        if seen is None:
            continue
        nothing = None
        if certain or certainty(seen.mean(axis=0), output) >= least:
            nothing = yield from _answers(classifier, candidate, rubble(pixels), at_once)
        trials.append(Trial(candidate, seen, nothing))
    usual = [trial for trial in trials if trial.candidate.usual] if untold else []
    return replace(_chosen(trials, least, output, certain=certain), tried=tuple(usual))


def _chosen(
    trials: Sequence[Trial], least: float, output: OutputKind | None, *, certain: bool
) -> Search:
    fits = [
        (fit(trial.seen, trial.nothing, output), trial)
        for trial in trials
        if trial.nothing is not None and sureness(trial.nothing) < SANE
    ]
    better = [(value, trial) for value, trial in fits if value >= least]
    if not better and certain:  # then all that is sane is better
        better = [(value, trial) for value, trial in fits if not trial.candidate.only_order]
    if not better:
        return Search()
    best, trial = max(better, key=lambda pair: pair[0])
    also = tuple(other for value, other in better if value > best - CLOSE and other is not trial)
    return Search(trial, also)


def _answers(
    classifier: Classifier, candidate: Candidate, batch: PreparedBatch, at_once: int
) -> Generator[int, None, Probabilities | None]:
    """Ask with a candidate, once; None where the model cannot answer."""
    asked = replace(classifier, preprocessing=candidate.preprocessing, pauses=())
    found = []
    for start in range(0, len(batch), at_once):
        part = batch[start : start + at_once]
        yield len(part)
        try:
            with np.errstate(all="ignore"):  # pixels that no model was meant to see
                found.append(asked(part))
        except Exception:  # noqa: BLE001 - what cannot be answered was not meant
            return None
    vectors = np.concatenate(found)
    return vectors if np.isfinite(vectors).all() else None


def _channels_first(name: str) -> Candidate:
    range_ = NAMED[name]

    def function(batch: PreparedBatch) -> PreparedBatch:
        first: PreparedBatch = range_(batch).transpose(0, 3, 1, 2)
        return first

    scaled: Sequence[str] = {
        "0..255": "batch",
        "0..1": "(batch / 255)",
        "-1..1": "(batch / 127.5 - 1)",
        "imagenet": "((batch / 255 - (0.485, 0.456, 0.406)) / (0.229, 0.224, 0.225))",
    }[name]
    said = f"preprocess=lambda batch: {scaled}.transpose(0, 3, 1, 2)"
    description = f"channels first, {range_.description}"
    return Candidate(Preprocessing(description, function=function), said, only_order=True)
