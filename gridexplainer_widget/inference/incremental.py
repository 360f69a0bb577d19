"""A model read as a network, of which only what hiding changes is calculated anew."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence

import numpy as np

from gridexplainer_widget.classifiers.outputs import Vectors
from gridexplainer_widget.core.fills import Pixels
from gridexplainer_widget.core.grid import Box
from gridexplainer_widget.incremental.boxes import Boxes
from gridexplainer_widget.incremental.engine import Deal, Patcher
from gridexplainer_widget.incremental.grouping import NEAR, in_batches
from gridexplainer_widget.incremental.plan import Patching

from .strategy import MOST, Batch, Cells, FullPass, evenly

MOST_PATCHES = 64
"""More patches than whole pictures at once do gain where they are small. This and `AT_EASE` may be
exceeded by `NEAR`, so that a batch ends where a group does."""

SMOOTH = 0.25
"""Seconds that a batch of more than `MOST` may take, so that cells come in smoothly."""

AT_EASE = 16 * 2**20
"""Bytes that the largest map of a batch may have. Much larger ones go back to the system whenever
they are done with, and come again page by page: 6 % of DenseNet121's time in a trial."""

FEWEST = 3
"""Of fewer pictures than that, the whole maps that patches need would cost more than they save."""


class IncrementalPass:
    """The model read as a network, of which only what changes is calculated anew.

    After S. Nakandala, A. Kumar and Y. Papakonstantinou, "Incremental and Approximate Inference
    for Faster Occlusion-based Deep CNN Explanations", SIGMOD 2019.

    Parameters
    ----------
    full : FullPass
        For what does not pay, and to check against.
    patcher : Patcher
    batch_size : int, optional
        By default as many sets as take `SMOOTH` seconds and have maps within `AT_EASE`.
    """

    def __init__(self, full: FullPass, patcher: Patcher, batch_size: int | None = None) -> None:
        self.full, self.patcher, self.batch_size = full, patcher, batch_size
        self.classifier, self.masker = full.classifier, full.masker
        self._picture = self.classifier.preprocessing(self.masker.pixels[np.newaxis])[0]
        grid = self.masker.grid
        self.patching = patcher.plan(grid.shape, as_boxes(grid.boxes()))

    @property
    def words(self) -> str:
        """See :class:`Pass`."""
        if self.patcher.trouble:
            return f"full: {self.patcher.trouble}"
        patched, nodes = len(self.patching.patched), len(self.patching.nodes)
        if not patched:
            return "full, operations folded"
        return f"incremental: {patched} of {nodes} operations on patches"

    def batches(self, sets: Sequence[Cells]) -> Iterator[Batch]:
        """See :class:`Pass`."""
        if self.patcher.trouble or len(sets) < FEWEST:
            yield from self.full.batches(sets)
            return
        with self.classifier.lock:
            self.patcher.refresh()
        hidden = [cells for cells in sets if cells]
        boxes = as_boxes([self._changed(cells) for cells in hidden])
        first: list[list[Cells]] = [[()]] if not all(sets) else []
        deal = self.patcher.deal(self.patching, boxes)
        size, whole = self._size(deal), self.full.batch_size
        most = size if self.batch_size is not None else int(size * (1 + NEAR))
        for patching, batches in (
            (self.patching, in_batches(deal.groups, size, most)),
            (self.patcher.in_full, in_batches((deal.rest,), whole, whole)),
        ):
            for batch in batches:
                asked = [[hidden[number] for number in group] for group in batch]
                yield Batch((*first, *asked), patching)
                first = []
        if first:
            yield from self.full.batches([()])

    def vectors(self, batch: Batch) -> Vectors:
        """See :class:`Pass`."""
        if batch.patching is None or self.patcher.trouble:
            return self.full.vectors(batch)
        try:
            vectors = self._patched(batch, batch.patching)
            trouble = self._differs(batch, vectors)
        except Exception as error:  # noqa: BLE001 - the model itself still answers
            trouble = f"the incremental engine failed with {type(error).__name__}: {error}"
        if trouble is None:
            return vectors
        self.patcher.trouble = trouble
        warnings.warn(
            f"{self.classifier.name} is run in full for each hidden cell from now on, since "
            f"{trouble}. The numbers are right; please report it. engine='full' spares the try.",
            stacklevel=2,
        )
        return self.full.vectors(batch)

    def _patched(self, batch: Batch, patching: Patching) -> Vectors:
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
            raw = self.patcher.answer(patching, self._picture, boxes, crop)
        return self.classifier.read(raw, len(batch.sets))

    def _differs(self, batch: Batch, vectors: Vectors) -> str | None:
        """Check one set of the first batch of each plan against the model itself."""
        patching = batch.patching
        if patching is None or patching.patched in self.patcher.checked:
            return None
        number = int(np.abs(vectors - vectors[0]).max(axis=1).argmax())  # what changed most
        expected = self.full.vectors(Batch(([batch.sets[number]],)))[0]
        allowed = 1e-3 * np.abs(expected - vectors[0]).max() + 1e-4 * np.abs(expected).max()
        off = float(np.abs(vectors[number] - expected).max())
        if not off <= allowed and np.isfinite(expected).all():
            return f"its probabilities, calculated from parts, are off by {off:.2g}"
        self.patcher.checked.add(patching.patched)
        return None

    def _changed(self, cells: Cells) -> Box:
        changed = self.masker.changed(cells)
        return Box(0, 0, 0, 0) if changed is None else changed

    def _size(self, deal: Deal) -> int:
        """Choose how many sets a batch has."""
        sets = sum(map(len, deal.groups))
        if self.batch_size is not None or not sets:
            return self.full.batch_size
        at_ease = AT_EASE / (4 * deal.numbers)
        most = max(FEWEST, min(MOST_PATCHES, at_ease, max(MOST, SMOOTH / deal.seconds)))
        return evenly(sets, most)


def as_boxes(boxes: Sequence[Box]) -> Boxes:
    """Return boxes as one array."""
    flat = np.array(boxes, np.intp).reshape(-1, 4)
    return flat[:, [0, 2, 1, 3]].reshape(-1, 2, 2)


def _box(pair: Boxes) -> Box:
    (top, bottom), (left, right) = pair.tolist()
    return Box(top, left, bottom, right)
