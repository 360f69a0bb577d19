"""Class probabilities from recalculating only what hiding changes."""

from __future__ import annotations

import warnings
from collections.abc import Hashable, Iterator, Sequence
from typing import Any

import numpy as np

from gridexplainer_widget.core.arrays import PreparedBatch
from gridexplainer_widget.core.errors import first_line
from gridexplainer_widget.core.grid import Box
from gridexplainer_widget.core.scores import Answers
from gridexplainer_widget.incremental.boxes import Boxes, as_boxes, box_of
from gridexplainer_widget.incremental.engine import IncrementalEngine, Schedule
from gridexplainer_widget.incremental.grouping import SIZE_TOLERANCE, in_batches
from gridexplainer_widget.incremental.mosaic.plan import TilePlan
from gridexplainer_widget.incremental.plan import PatchPlan

from .strategy import MAX_BATCH, WHOLE, Cells, CellSetBatch, FullStrategy, even_batch_size
from .tiled import TiledSets

MAX_PATCHES = 64
"""Patches per batch: small ones gain from more than whole pictures do. To end where a group
does, batches may exceed this and `MAX_MAP_BYTES` by `SIZE_TOLERANCE`."""

TARGET_SECONDS = 0.25
"""Limit for batches of more than `MAX_BATCH`, so that cells come in smoothly."""

MAX_MAP_BYTES = 16 * 2**20
"""Largest map of a batch. Much larger ones are freed to the system after each use and paged in
again: 6 % of DenseNet121's time in a trial."""

MIN_PICTURES = 3
"""With fewer, the whole maps that patches need cost more than they save."""

BYTES_PER_VALUE = 4
"""Maps are float32."""


class IncrementalStrategy:
    """Recalculate only what hiding changes, in a model read as a graph.

    After S. Nakandala, A. Kumar and Y. Papakonstantinou, "Incremental and Approximate Inference for
    Faster Occlusion-based Deep CNN Explanations", SIGMOD 2019. Sets for which patches do not pay
    run in `full`.

    Parameters
    ----------
    batch_size
        By default what `TARGET_SECONDS` and `MAX_MAP_BYTES` allow.
    """

    def __init__(
        self, full: FullStrategy, engine: IncrementalEngine, batch_size: int | None = None
    ) -> None:
        self.full, self.engine, self.batch_size = full, engine, batch_size
        self.classifier, self.masker = full.classifier, full.masker
        self._itself = FullStrategy(self.classifier, self.masker, 1, uncompiled=True)
        self._picture = self.classifier.preprocessing(self.masker.pixels[np.newaxis])[0]
        self.plan = engine.plan(self.masker.grid.shape, self._cells())
        self._tiled = TiledSets(engine, full.classifier, full.masker, self._picture)

    @property
    def prepared(self) -> bool:
        """Whether all is compiled that patches of this grid need."""
        return self.plan.key in self.engine.checked

    def prepare(self, sets: Sequence[Cells], told: Answers) -> Answers:
        """Compile what patches of this grid need; return what they say of the whole picture.

        They are checked by what the model itself has said of that picture and of other sets.
        """
        if self.engine.disabled_reason:
            return self.full.answers(WHOLE).at(0)
        whole = sets.index(())
        changes = np.abs(told.vectors - told.vectors[whole]).max(axis=1)
        changes[whole] = -1
        most = int(np.nan_to_num(changes, nan=-1).argmax())
        asked = CellSetBatch(([()], [sets[most]]), self.plan)
        try:
            with self.classifier.lock:
                self.engine.refresh()
            found = self._incremental(asked, self.plan)
        except Exception as error:
            self.engine.disabled_reason = _failure(error)
            raise
        self._conclude(self.plan, found.at(0), found.at(1), told.at(most))
        return found.at(0)

    @property
    def is_worth_it(self) -> bool:
        """Whether patches save what compiling takes, in runs so far and this one together.

        Where nothing is compiled, whole maps with operations folded are worth it alone.
        """
        self.engine.missed_seconds += self.engine.saved_seconds(self.plan, self._cells())
        return self.engine.missed_seconds >= self.engine.planning_seconds

    def _cells(self) -> Boxes:
        return as_boxes(self.masker.grid.boxes())

    @property
    def way(self) -> Hashable:
        """See :class:`InferenceStrategy`."""
        return ("incremental", self.masker.pixels.shape, self.plan.patched)

    @property
    def description(self) -> str:
        """See :class:`InferenceStrategy`."""
        if self.engine.disabled_reason:
            return f"full: {self.engine.disabled_reason}"
        patched, nodes = len(self.plan.patched), len(self.plan.graph)
        if not patched:
            return "full, operations folded"
        return f"incremental: {patched} of {nodes} operations on patches"

    def batches(self, sets: Sequence[Cells]) -> Iterator[CellSetBatch]:
        """See :class:`InferenceStrategy`."""
        if self.engine.disabled_reason or len(sets) < MIN_PICTURES:
            yield from self.full.batches(sets)
            return
        hidden = [cells for cells in sets if cells]
        boxes = as_boxes([self._changed(cells) for cells in hidden])
        baseline: list[list[Cells]] = [] if all(sets) else [[()]]  # comes first
        try:
            with self.classifier.lock:
                self.engine.refresh()
                schedule = self.engine.schedule(self.plan, boxes)
                rest_plan = self._tiled.plan_for([hidden[index] for index in schedule.rest])
        except Exception as error:  # noqa: BLE001 - the model itself still answers
            self._disable(_failure(error))
            yield from self.full.batches(sets)
            return
        size, full_size = self._size(schedule), self.full.batch_size
        max_size = size if self.batch_size is not None else int(size * (1 + SIZE_TOLERANCE))
        for plan, batches in (
            (self.plan, in_batches(schedule.groups, size, max_size)),
            (rest_plan, in_batches((schedule.rest,), full_size, full_size)),
        ):
            for batch in batches:
                groups = [[hidden[index] for index in group] for group in batch]
                yield CellSetBatch((*baseline, *groups), plan)
                baseline = []
        if baseline:
            yield from self.full.batches([()])

    def answers(self, batch: CellSetBatch) -> Answers:
        """See :class:`InferenceStrategy`."""
        if batch.plan is None or self.engine.disabled_reason:
            return self.full.answers(batch)
        try:
            answers = self._incremental(batch, batch.plan)
            if batch.plan.key not in self.engine.checked:
                self._check(batch, batch.plan, answers)
        except Exception as error:  # noqa: BLE001 - the model itself still answers
            self._disable(_failure(error))
        return self.full.answers(batch) if self.engine.disabled_reason else answers

    def _disable(self, reason: str, please: str = "please report it") -> None:
        self.engine.disabled_reason = reason
        warnings.warn(
            f"{self.classifier.name} is run in full for each hidden cell from now on, since "
            f"{reason}. The numbers are right; {please}. engine='full' skips the attempt.",
            stacklevel=3,
        )

    def _incremental(self, batch: CellSetBatch, plan: PatchPlan) -> Answers:
        with self.classifier.lock:
            raw = self._raw(batch, plan)
        return self.classifier.read(raw, len(batch.sets))

    def _raw(self, batch: CellSetBatch, plan: PatchPlan) -> Any:
        if isinstance(plan, TilePlan):
            return self._tiled.outputs(plan, batch.sets)
        boxes = [
            None if group == [()] else as_boxes([self._changed(cells) for cells in group])
            for group in batch.groups
        ]

        def crop(index: int, where: Boxes) -> PreparedBatch:
            windows = [
                self.masker.window(cells, box_of(box))
                for cells, box in zip(batch.groups[index], where, strict=True)
            ]
            return self.classifier.preprocessing(np.stack(windows))

        return self.engine.outputs(plan, self._picture, boxes, crop)

    def _check(self, batch: CellSetBatch, plan: PatchPlan, answers: Answers) -> None:
        """Check the set of each plan's first batch that changes most against the model itself."""
        # Log-odds change even where probabilities are rounded to 1.
        told = np.isfinite(answers.log_odds).all()
        changes = answers.log_odds if told else answers.vectors
        index = int(np.abs(changes - changes[0]).max(axis=1).argmax())
        expected = self._itself.answers(CellSetBatch(([batch.sets[index]],))).at(0)
        self._conclude(plan, answers.at(0), answers.at(index), expected)

    def _conclude(self, plan: PatchPlan, other: Answers, ours: Answers, theirs: Answers) -> None:
        """Keep a plan, or give patches up, by what it says and what the model says of one set.

        Parameters
        ----------
        other
            What the plan says of another set.
        """
        names = ("probabilities", "log-odds")
        for name, was, found, wanted in zip(names, other, ours, theirs, strict=True):
            allowed = 1e-3 * np.abs(wanted - was).max() + 1e-4 * np.abs(wanted).max()
            off = float(np.abs(found - wanted).max())
            told = np.isfinite([was, found]).all() or name == "probabilities"
            if told and np.isfinite(wanted).all() and not off <= allowed:
                reason = f"its {name}, calculated from parts, are off by {off:.2g}"
                return self._disable(reason, "if that is more than rounding, please report it")
        self.engine.checked.add(plan.key)
        return None

    def _changed(self, cells: Cells) -> Box:
        changed = self.masker.changed(cells)
        return Box(0, 0, 0, 0) if changed is None else changed

    def _size(self, schedule: Schedule) -> int:
        """Return the sets per batch."""
        sets = sum(map(len, schedule.groups))
        if self.batch_size is not None or not sets:
            return self.full.batch_size
        by_memory = MAX_MAP_BYTES / (BYTES_PER_VALUE * schedule.largest_map_values)
        by_time = max(MAX_BATCH, self.full.batch_size, TARGET_SECONDS / schedule.set_seconds)
        return even_batch_size(sets, max(MIN_PICTURES, min(MAX_PATCHES, by_memory, by_time)))


def _failure(error: Exception) -> str:
    return f"the incremental engine failed with {first_line(error)}"
