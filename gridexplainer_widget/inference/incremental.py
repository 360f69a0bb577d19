"""A model read as a network, of which only what hiding changes is calculated anew."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence

import numpy as np

from gridexplainer_widget.core.arrays import Pixels, Probabilities
from gridexplainer_widget.core.grid import Box
from gridexplainer_widget.incremental.boxes import Boxes
from gridexplainer_widget.incremental.engine import IncrementalEngine, Schedule
from gridexplainer_widget.incremental.grouping import SIZE_TOLERANCE, in_batches
from gridexplainer_widget.incremental.plan import PatchPlan

from .strategy import MAX_BATCH, Cells, CellSetBatch, FullStrategy, evenly

MAX_PATCHES = 64
"""More patches than whole pictures at once do gain where they are small. This and `AT_EASE` may be
exceeded by `NEAR`, so that a batch ends where a group does."""

TARGET_SECONDS = 0.25
"""Seconds that a batch of more than `MOST` may take, so that cells come in smoothly."""

MAX_MAP_BYTES = 16 * 2**20
"""Bytes that the largest map of a batch may have. Much larger ones go back to the system whenever
they are done with, and come again page by page: 6 % of DenseNet121's time in a trial."""

MIN_PICTURES = 3
"""Of fewer pictures than that, the whole maps that patches need would cost more than they save."""


class IncrementalStrategy:
    """The model read as a network, of which only what changes is calculated anew.

    After S. Nakandala, A. Kumar and Y. Papakonstantinou, "Incremental and Approximate Inference
    for Faster Occlusion-based Deep CNN Explanations", SIGMOD 2019.

    Parameters
    ----------
    full : FullStrategy
        For what does not pay, and to check against.
    patcher : IncrementalEngine
    batch_size : int, optional
        By default as many sets as take `SMOOTH` seconds and have maps within `AT_EASE`.
    """

    def __init__(
        self, full: FullStrategy, engine: IncrementalEngine, batch_size: int | None = None
    ) -> None:
        self.full, self.engine, self.batch_size = full, engine, batch_size
        self.classifier, self.masker = full.classifier, full.masker
        self._picture = self.classifier.preprocessing(self.masker.pixels[np.newaxis])[0]
        grid = self.masker.grid
        self.plan = engine.plan(grid.shape, as_boxes(grid.boxes()))

    @property
    def description(self) -> str:
        """See :class:`InferenceStrategy`."""
        if self.engine.disabled_reason:
            return f"full: {self.engine.disabled_reason}"
        patched, nodes = len(self.plan.patched), len(self.plan.nodes)
        if not patched:
            return "full, operations folded"
        return f"incremental: {patched} of {nodes} operations on patches"

    def batches(self, sets: Sequence[Cells]) -> Iterator[CellSetBatch]:
        """See :class:`InferenceStrategy`."""
        if self.engine.disabled_reason or len(sets) < MIN_PICTURES:
            yield from self.full.batches(sets)
            return
        with self.classifier.lock:
            self.engine.refresh()
        hidden = [cells for cells in sets if cells]
        boxes = as_boxes([self._changed(cells) for cells in hidden])
        first: list[list[Cells]] = [[()]] if not all(sets) else []
        deal = self.engine.deal(self.plan, boxes)
        size, whole = self._size(deal), self.full.batch_size
        most = size if self.batch_size is not None else int(size * (1 + SIZE_TOLERANCE))
        for plan, batches in (
            (self.plan, in_batches(deal.groups, size, most)),
            (self.engine.in_full, in_batches((deal.rest,), whole, whole)),
        ):
            for batch in batches:
                asked = [[hidden[number] for number in group] for group in batch]
                yield CellSetBatch((*first, *asked), plan)
                first = []
        if first:
            yield from self.full.batches([()])

    def vectors(self, batch: CellSetBatch) -> Probabilities:
        """See :class:`InferenceStrategy`."""
        if batch.plan is None or self.engine.disabled_reason:
            return self.full.vectors(batch)
        try:
            vectors = self._patched(batch, batch.plan)
            reason = self._differs(batch, vectors)
        except Exception as error:  # noqa: BLE001 - the model itself still answers
            reason = f"the incremental engine failed with {type(error).__name__}: {error}"
        if reason is None:
            return vectors
        self.engine.disabled_reason = reason
        warnings.warn(
            f"{self.classifier.name} is run in full for each hidden cell from now on, since "
            f"{reason}. The numbers are right; please report it. engine='full' spares the try.",
            stacklevel=2,
        )
        return self.full.vectors(batch)

    def _patched(self, batch: CellSetBatch, plan: PatchPlan) -> Probabilities:
        boxes = [
            None if group == [()] else as_boxes([self._changed(cells) for cells in group])
            for group in batch.groups
        ]

        def crop(number: int, where: Boxes) -> Pixels:
            masker = self.masker
            windows = [
                masker.window(cells, _box(box))
                for cells, box in zip(batch.groups[number], where, strict=True)
            ]
            return self.classifier.preprocessing(np.stack(windows))

        with self.classifier.lock:
            raw = self.engine.answer(plan, self._picture, boxes, crop)
        return self.classifier.read(raw, len(batch.sets))

    def _differs(self, batch: CellSetBatch, vectors: Probabilities) -> str | None:
        """Check one set of the first batch of each plan against the model itself."""
        plan = batch.plan
        if plan is None or plan.patched in self.engine.checked:
            return None
        number = int(np.abs(vectors - vectors[0]).max(axis=1).argmax())  # what changed most
        expected = self.full.vectors(CellSetBatch(([batch.sets[number]],)))[0]
        allowed = 1e-3 * np.abs(expected - vectors[0]).max() + 1e-4 * np.abs(expected).max()
        off = float(np.abs(vectors[number] - expected).max())
        if not off <= allowed and np.isfinite(expected).all():
            return f"its probabilities, calculated from parts, are off by {off:.2g}"
        self.engine.checked.add(plan.patched)
        return None

    def _changed(self, cells: Cells) -> Box:
        changed = self.masker.changed(cells)
        return Box(0, 0, 0, 0) if changed is None else changed

    def _size(self, deal: Schedule) -> int:
        """Choose how many sets a batch has."""
        sets = sum(map(len, deal.groups))
        if self.batch_size is not None or not sets:
            return self.full.batch_size
        at_ease = MAX_MAP_BYTES / (4 * deal.numbers)
        most = max(
            MIN_PICTURES, min(MAX_PATCHES, at_ease, max(MAX_BATCH, TARGET_SECONDS / deal.seconds))
        )
        return evenly(sets, most)


def as_boxes(boxes: Sequence[Box]) -> Boxes:
    """Return boxes as one array."""
    flat = np.array(boxes, np.intp).reshape(-1, 4)
    return flat[:, [0, 2, 1, 3]].reshape(-1, 2, 2)


def _box(pair: Boxes) -> Box:
    (top, bottom), (left, right) = pair.tolist()
    return Box(top, left, bottom, right)
