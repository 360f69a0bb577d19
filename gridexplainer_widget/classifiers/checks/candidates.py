"""Other input ranges and orders of channels that may be tried."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gridexplainer_widget.classifiers.preprocessing import BGR_SUFFIX, PRESETS, Preprocessing
from gridexplainer_widget.core.arrays import PreparedBatch, Probabilities


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
    nonsense: Probabilities | None = None

    @property
    def then(self) -> Probabilities:
        """The picture's probabilities."""
        vector: Probabilities = self.seen[0]
        return vector


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
