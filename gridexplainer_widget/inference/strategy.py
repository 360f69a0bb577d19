"""Interface of inference strategies; the one that runs the whole model."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol, TypeAlias

import numpy as np

from gridexplainer_widget.classifiers.classifier import Classifier
from gridexplainer_widget.core.masking import Masker
from gridexplainer_widget.core.scores import Answers
from gridexplainer_widget.incremental.plan import PatchPlan

from .pace import Pace

MEMORY_BUDGET = 256 * 2**20
"""Bytes of one batch, activations included."""

DEVICE_BUDGET = 4 * 2**30
"""Bytes of one batch on a device that is no CPU."""

ACTIVATIONS_PER_INPUT = 32
"""Bytes of activations by bytes of input, roughly: ResNet50's first block holds 112×112×64
numbers several times over for 224×224×3."""

MAX_BATCH = 16
"""Pictures per batch: more gain nothing on a CPU (benchmarks/README.md) and delay the first
cells."""

MAX_UNWATCHED = 64
"""Pictures per batch where nobody waits for the first cells: the calls around small ones cost less
(benchmarks/README.md)."""

Cells: TypeAlias = Sequence[int]
"""Cells hidden together, row-major."""


def choose_batch_size(
    queries: int, picture_bytes: int, most: int = MAX_BATCH, budget: int = MEMORY_BUDGET
) -> int:
    """Choose an even batch size within `budget` bytes, for float32 pictures."""
    within_budget = max(1, budget // (picture_bytes * ACTIVATIONS_PER_INPUT))
    return even_batch_size(queries, min(most, within_budget))


def device_pace(masker: Masker, batch_size: int) -> Pace:
    """Return the pace for a device that is no CPU, which `DEVICE_BUDGET` bounds."""
    most = DEVICE_BUDGET // (masker.pixels.nbytes * ACTIVATIONS_PER_INPUT)
    return Pace.starting(batch_size, max(batch_size, most))


def batch_size_for(
    classifier: Classifier, masker: Masker, given: int | None, most: int = MAX_BATCH
) -> int:
    """Return the user's batch size, else one that suits a run of this grid."""
    budget = classifier.batch_budget or MEMORY_BUDGET
    return given or choose_batch_size(len(masker.grid) + 1, masker.pixels.nbytes, most, budget)


def even_batch_size(count: int, max_size: float) -> int:
    """Return the size of the fewest equal batches of at most `max_size`."""
    batches = max(1, math.ceil(count / max_size))
    return max(1, math.ceil(count / batches))


@dataclass(frozen=True)
class CellSetBatch:
    """Sets of cells to score at once.

    Parameters
    ----------
    groups
        Sets with patches of one size are together.
    plan
        None to run the model itself.
    """

    groups: tuple[Sequence[Cells], ...]
    plan: PatchPlan | None = None

    @cached_property
    def sets(self) -> list[Cells]:
        """All sets, in order."""
        return [cells for group in self.groups for cells in group]

    def only(self, wanted: Callable[[Cells], bool]) -> CellSetBatch:
        """Leave out the sets that are not wanted."""
        groups = ([cells for cells in group if wanted(cells)] for group in self.groups)
        return CellSetBatch(tuple(group for group in groups if group), self.plan)


WHOLE = CellSetBatch(([()],))
"""The whole picture alone."""


class InferenceStrategy(Protocol):
    """Gets the model's answers with sets of cells hidden."""

    @property
    def description(self) -> str:
        """What to call it in the record."""

    @property
    def way(self) -> Hashable:
        """What tells it apart from other ways to ask the same model."""

    def batches(self, sets: Sequence[Cells]) -> Iterator[CellSetBatch]:
        """Split sets into batches, in the best order."""

    def answers(self, batch: CellSetBatch) -> Answers:
        """Score a batch: (sets, classes)."""


class FullStrategy:
    """Run the model itself on whole pictures.

    Parameters
    ----------
    pace
        Where the size of batches is found by time; by default it is `batch_size`.
    uncompiled
        Ask the user's model itself where something is compiled of it.
    """

    def __init__(
        self,
        classifier: Classifier,
        masker: Masker,
        batch_size: int,
        pace: Pace | None = None,
        *,
        uncompiled: bool = False,
    ) -> None:
        self.classifier, self.masker, self.batch_size = classifier, masker, batch_size
        self.pace = pace
        self.is_the_model = uncompiled or classifier.itself is None
        self.description = "full"
        self.way: Hashable = ("the model itself" if uncompiled else "full", masker.pixels.shape)
        self._pictures = np.empty((0, *masker.pixels.shape), np.float32)

    def batches(self, sets: Sequence[Cells]) -> Iterator[CellSetBatch]:
        """See :class:`InferenceStrategy`."""
        try:
            start = 0
            while start < len(sets):
                size = self.batch_size if self.pace is None else self.pace.size
                yield CellSetBatch((sets[start : start + size],))
                start += size
        finally:
            self._pictures = self._pictures[:0].copy()

    def answers(self, batch: CellSetBatch) -> Answers:
        """See :class:`InferenceStrategy`."""
        pace, since = self.pace, time.perf_counter()
        if pace is None:
            return self._answers(batch)
        try:
            answers = self._answers(batch)
        except Exception:
            if len(batch.sets) <= pace.least:
                raise
            self.pace, sets = pace.refused(), batch.sets
            starts = range(0, len(sets), pace.least)
            parts = [self._answers(CellSetBatch((sets[s : s + pace.least],))) for s in starts]
            return Answers(*map(np.concatenate, zip(*parts, strict=True)))
        self.pace = pace.after(len(batch.sets), time.perf_counter() - since)
        return answers

    def _answers(self, batch: CellSetBatch) -> Answers:
        if len(self._pictures) < len(batch.sets):  # one array for all batches
            self._pictures = np.empty((len(batch.sets), *self.masker.pixels.shape), np.float32)
        pictures = self._pictures[: len(batch.sets)]
        for cells, picture in zip(batch.sets, pictures, strict=True):
            self.masker.masked(cells, out=picture)
        ask = self.classifier.ask_itself if self.is_the_model else self.classifier.answers
        return ask(pictures)
