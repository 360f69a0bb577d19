"""Whether a model is surer of itself when its pixels come in another range or order."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from .base import Classifier
from .checks import Answers
from .outputs import OutputKind, Vectors
from .preprocessing import NAMED, REVERSED, Batch, Preprocessing

FAR = 0.4
"""Another range is reported from this lead in `fit` on. Measured on the honest demo, with its
range turned into each of the five named ones: false alarms for 0.3% of pictures of one thing, 0% of
two things, 1.2% of photographs that show none of its classes; a wrong range was told for 83% of
pictures of one thing, in 79% with the right one named."""

SURE = 0.5
"""And only where the model is at least so sure with it."""


CLOSE = 0.2
"""Within this of the best `fit`, a candidate is named as well."""


@dataclass(frozen=True)
class Candidate:
    """A range or an order of channels that could be meant, and how to say it."""

    preprocessing: Preprocessing
    said: str
    only_order: bool


@dataclass(frozen=True)
class Better:
    """A candidate that makes the model far surer.

    Parameters
    ----------
    candidate : Candidate
    now, then : float32 array (classes,)
        What the model says of the picture as it is handed over, and would say.
    of_rubble : float
        How sure it is now of pictures that show nothing, 0..1: its top probability.
    also : tuple of str
        How to say others that fit nearly as well.
    """

    candidate: Candidate
    now: Vectors
    then: Vectors
    of_rubble: float
    also: tuple[str, ...]


def views(pixels: Batch) -> Batch:
    """Two pictures in which a model should see the same: itself and its mirror image."""
    return np.stack([pixels, pixels[:, ::-1]])


def rubble(pixels: Batch, seed: int = 0) -> Batch:
    """Three in which it should see nothing: its pixels shuffled, its mean colour, its negative."""
    flat = pixels.reshape(-1, pixels.shape[-1])
    shuffled = np.random.default_rng(seed).permutation(flat).reshape(pixels.shape)
    mean = np.broadcast_to(flat.mean(axis=0), pixels.shape)
    return np.stack([shuffled, mean, 255 - pixels]).astype(np.float32)


def certainty(vectors: Vectors, output: OutputKind | None) -> np.ndarray:
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


def fit(seen: Vectors, nothing: Vectors, output: OutputKind | None) -> float:
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


def candidates(own: Preprocessing, *, layouts: bool) -> list[Candidate]:
    """List what else could be meant; with `layouts`, channels first, too."""
    found = []
    for name, range_ in NAMED.items():
        for bgr in (False, True):
            if bgr and name == "caffe":
                continue
            other = range_.reversed() if bgr else range_
            said = f'preprocess="{name}{REVERSED if bgr else ""}"'
            same = (other.scale, other.offset) in {
                (own.scale, own.offset),
                (own.scale[::-1], own.offset[::-1]),
            }
            if same and other.bgr == own.bgr:
                continue
            found.append(Candidate(other, said, only_order=same))
    if layouts:
        found += [_channels_first(name) for name in ("0..255", "0..1", "-1..1", "imagenet")]
    return found


def better(
    classifier: Classifier, pixels: Batch, answers: Answers, *, layouts: bool
) -> Generator[int, None, Better | None]:
    """Look for a candidate that fits far better; yield how many pictures each call takes.

    Parameters
    ----------
    pixels : float32 array (height, width, channels), 0..255
    answers : Answers
        As the pixels are handed over now.
    layouts : bool
        Whether the model is handed channels first, too.

    Returns
    -------
    Better or None
    """
    output = classifier.output
    seen = np.stack([answers.alone, answers.mirrored])
    nothing = np.stack([answers.shuffled, answers.flat, answers.negative])
    least = max(SURE, fit(seen, nothing, output) + FAR)
    if least > 1 or len(answers.alone) < 2:
        return None
    promising = []
    for candidate in candidates(classifier.preprocessing, layouts=layouts):
        sight = yield from _answers(classifier, candidate, views(pixels))
        if sight is not None and certainty(sight.mean(axis=0), output) >= least:
            promising.append((candidate, sight))
    fits = []
    for candidate, sight in promising:
        nonsense = yield from _answers(classifier, candidate, rubble(pixels))
        fits.append(-1.0 if nonsense is None else fit(sight, nonsense, output))
    if not fits or max(fits) < least:
        return None
    best = int(np.argmax(fits))
    candidate, sight = promising[best]
    close = [at for at, value in enumerate(fits) if value > fits[best] - CLOSE and at != best]
    also = tuple(promising[at][0].said for at in close)
    return Better(candidate, answers.alone, sight[0], float(nothing.max(axis=1).mean()), also)


def _answers(
    classifier: Classifier, candidate: Candidate, batch: Batch
) -> Generator[int, None, Vectors | None]:
    """Ask with a candidate; None where the model cannot answer."""
    yield len(batch)
    try:
        with np.errstate(all="ignore"):  # pixels that no model was meant to see
            vectors = replace(classifier, preprocessing=candidate.preprocessing)(batch)
    except Exception:  # noqa: BLE001 - what cannot be answered was not meant
        return None
    return vectors if np.isfinite(vectors).all() else None


def _channels_first(name: str) -> Candidate:
    range_ = NAMED[name]

    def function(batch: Batch) -> Batch:
        first: Batch = range_(batch).transpose(0, 3, 1, 2)
        return first

    scaled: Sequence[str] = {
        "0..255": "batch",
        "0..1": "(batch / 255)",
        "-1..1": "(batch / 127.5 - 1)",
        "imagenet": "((batch / 255 - (0.485, 0.456, 0.406)) / (0.229, 0.224, 0.225))",
    }[name]
    said = f"preprocess=lambda batch: {scaled}.transpose(0, 3, 1, 2)"
    words = f"channels first, {range_.words}"
    return Candidate(Preprocessing(words, function=function), said, only_order=True)
