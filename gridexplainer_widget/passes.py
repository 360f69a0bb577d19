"""Two ways to the class probabilities of one picture with sets of cells hidden."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias, get_args

import numpy as np

from .classifiers.base import Classifier
from .classifiers.outputs import Vectors
from .fills import Pixels
from .grid import Box
from .incremental.boxes import Boxes
from .incremental.executor import NotReadable
from .incremental.groups import in_batches
from .incremental.patcher import Patcher
from .incremental.patching import Patching
from .masking import Masker

MEMORY_BUDGET = 256 * 2**20
"""Bytes that one batch may take, the model's activations included."""

ACTIVATIONS = 32
"""A convolutional network's activations as a multiple of its input, roughly: ResNet50's
first block holds 112×112×64 numbers several times over for 224×224×3 that go in."""

MOST = 16
"""More whole pictures at once gain nothing on a CPU (benchmarks/README.md) and delay the first
cells."""

MOST_PATCHES = 64
"""More patches at once do gain where they are small, as long as there are several batches."""

FEWEST = 3
"""Of fewer pictures than that, the whole maps that patches need would cost more than they save."""

Cells: TypeAlias = Sequence[int]
"""Cells that are hidden together, row-major."""

Engine: TypeAlias = Literal["auto", "full", "incremental"]


def parse_engine(engine: str) -> Engine:
    """Check an engine's name.

    Raises
    ------
    ValueError
        There is no such engine.
    """
    if engine in get_args(Engine):
        known: Engine = engine  # type: ignore[assignment]  # it is one of them
        return known
    names = ", ".join(map(repr, get_args(Engine)))
    raise ValueError(f"engine={engine!r} is unknown. Wanted is one of {names}.")


def choose_batch_size(queries: int, picture_bytes: int, budget: int = MEMORY_BUDGET) -> int:
    """Pictures per batch: within the budget, and even, so that no batch is nearly empty.

    Parameters
    ----------
    queries : int
        How many pictures there are to score.
    picture_bytes : int
        Size of one, float32, as the model takes it.
    budget : int
        Bytes.
    """
    most = min(MOST, max(1, budget // (picture_bytes * ACTIVATIONS)))
    batches = max(1, math.ceil(queries / most))
    return max(1, math.ceil(queries / batches))


@dataclass(frozen=True)
class Batch:
    """Sets of cells that are asked about at once.

    Parameters
    ----------
    sets : sequence of sequences of int
    patching : Patching or None
        How the network is calculated; None is the model itself.
    groups : tuple of int
        How many of the sets, in order, have patches of about one size.
    """

    sets: Sequence[Cells]
    patching: Patching | None = None
    groups: tuple[int, ...] = ()

    def only(self, wanted: Sequence[bool]) -> Batch:
        """Leave out the sets that are not wanted."""
        if all(wanted):
            return self
        ends = np.cumsum(self.groups)
        groups = [sum(wanted[end - n : end]) for end, n in zip(ends, self.groups, strict=True)]
        sets = [cells for cells, want in zip(self.sets, wanted, strict=True) if want]
        return Batch(sets, self.patching, tuple(n for n in groups if n))


class Pass(Protocol):
    """A way to the class probabilities of one picture with sets of cells hidden."""

    @property
    def words(self) -> str:
        """What it is, for the record."""

    def batches(self, sets: Sequence[Cells]) -> Iterator[Batch]:
        """Deal sets out into batches, in the order in which they are best asked."""

    def vectors(self, batch: Batch) -> Vectors:
        """Ask the model: float32 (sets, classes)."""


class FullPass:
    """The model itself, on whole pictures.

    Parameters
    ----------
    classifier : Classifier
    masker : Masker
    batch_size : int
    """

    def __init__(self, classifier: Classifier, masker: Masker, batch_size: int) -> None:
        self.classifier, self.masker, self.batch_size = classifier, masker, batch_size
        self.words = "full"
        self._pictures = np.empty((0, *masker.pixels.shape), np.float32)

    def batches(self, sets: Sequence[Cells]) -> Iterator[Batch]:
        """See :class:`Pass`."""
        try:
            for start in range(0, len(sets), self.batch_size):
                yield Batch(sets[start : start + self.batch_size])
        finally:
            self._pictures = self._pictures[:0].copy()

    def vectors(self, batch: Batch) -> Vectors:
        """See :class:`Pass`."""
        if len(self._pictures) < len(batch.sets):  # one array for all batches
            self._pictures = np.empty((len(batch.sets), *self.masker.pixels.shape), np.float32)
        pictures = self._pictures[: len(batch.sets)]
        for cells, picture in zip(batch.sets, pictures, strict=True):
            self.masker.masked(cells, out=picture)
        return self.classifier(pictures)


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
        Chosen from the memory budget by default.
    """

    def __init__(self, full: FullPass, patcher: Patcher, batch_size: int | None = None) -> None:
        self.full, self.patcher, self.batch_size = full, patcher, batch_size
        self.classifier, self.masker = full.classifier, full.masker
        self._picture = self.classifier.preprocessing(self.masker.pixels[np.newaxis])[0]
        grid = self.masker.grid
        self.patching = patcher.plan(grid.shape, _boxes(grid.boxes()))

    @property
    def words(self) -> str:
        """See :class:`Pass`."""
        if self.patcher.trouble:
            return f"full: {self.patcher.trouble}"
        patched, nodes = len(self.patching.patched), len(self.patching.nodes)
        if not patched:
            return "full, normalisation folded into convolutions"
        return f"incremental: {patched} of {nodes} operations on patches"

    def batches(self, sets: Sequence[Cells]) -> Iterator[Batch]:
        """See :class:`Pass`."""
        if self.patcher.trouble or len(sets) < FEWEST:
            yield from self.full.batches(sets)
            return
        with self.classifier.lock:
            self.patcher.refresh()
        hidden = [cells for cells in sets if cells]
        boxes = _boxes([self._changed(cells) for cells in hidden])
        first: list[Cells] = [cells for cells in sets if not cells]
        deal = self.patcher.deal(self.patching, boxes)
        for patching, groups in (
            (self.patching, deal.groups),
            (self.patcher.in_full, (deal.rest,)),
        ):
            size = self._size(patching, sum(map(len, groups)))
            for batch in in_batches(groups, size):
                asked = [hidden[number] for group in batch for number in group]
                lengths = (*([1] if first else []), *map(len, batch))
                yield Batch([*first, *asked], patching, tuple(lengths))
                first = []
        if first:
            yield from self.full.batches(first)

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
        _say(
            f"{self.classifier.name} is run in full for each hidden cell from now on, since "
            f"{trouble}. The numbers are right; please report it. engine='full' spares the try."
        )
        return self.full.vectors(batch)

    def _patched(self, batch: Batch, patching: Patching) -> Vectors:
        ends = np.cumsum(batch.groups)
        groups = [batch.sets[end - n : end] for end, n in zip(ends, batch.groups, strict=True)]
        boxes = [
            None if group == [()] else _boxes([self._changed(cells) for cells in group])
            for group in groups
        ]

        def crop(number: int, where: Boxes) -> Pixels:
            masker = self.masker
            windows = [
                masker.window(cells, _box(box))
                for cells, box in zip(groups[number], where, strict=True)
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
        expected = self.full.vectors(Batch([batch.sets[number]]))[0]
        allowed = 1e-3 * np.abs(expected - vectors[0]).max() + 1e-4 * np.abs(expected).max()
        off = float(np.abs(vectors[number] - expected).max())
        if not off <= allowed and np.isfinite(expected).all():
            return f"its probabilities, calculated from parts, are off by {off:.2g}"
        self.patcher.checked.add(patching.patched)
        return None

    def _changed(self, cells: Cells) -> Box:
        changed = self.masker.changed(cells)
        return Box(0, 0, 0, 0) if changed is None else changed

    def _size(self, patching: Patching, sets: int) -> int:
        """Choose how many sets a batch has."""
        if self.batch_size is not None:
            return self.batch_size
        if not patching.patched:
            return self.full.batch_size
        nodes = patching.nodes
        numbers = max(
            node.channels * node.positions
            for index, node in enumerate(nodes.nodes)
            if index not in patching.patched or index in patching.cut
        )
        room = MEMORY_BUDGET // (numbers * 4 * 8)  # a map and a few copies of it
        wanted = min(MOST_PATCHES, max(MOST, sets // 8))
        return int(max(1, min(room, wanted)))


def pass_of(classifier: Classifier, masker: Masker, engine: Engine, batch_size: int | None) -> Pass:
    """Choose the way for a picture under a grid."""
    queries = len(masker.grid) + 1
    full = FullPass(
        classifier, masker, batch_size or choose_batch_size(queries, masker.pixels.nbytes)
    )
    if engine == "full" or queries < FEWEST:
        return full
    try:
        incremental = IncrementalPass(full, _patcher(classifier, masker, engine), batch_size)
    except NotReadable as reason:
        full.words = f"full: {reason}"
        if engine == "incremental":
            _say(f"{classifier.name} is run in full for each hidden cell: {reason}.")
        return full
    nothing_gained = not incremental.patching.patched and not incremental.patcher.executor.lighter
    return full if nothing_gained and engine == "auto" else incremental


def _patcher(classifier: Classifier, masker: Masker, engine: Engine) -> Patcher:
    """Read the model; raise NotReadable where that cannot be, or would not pay."""
    if classifier.patched is None:
        raise NotReadable("it is closed to what looks inside")
    if classifier.preprocessing.function is not None:
        raise NotReadable("its preprocessing is a function, which may change any pixel")
    height, width = masker.pixels.shape[:2]
    patcher = classifier.patched((height, width))
    if patcher.executor.accelerated and engine == "auto":
        raise NotReadable("it does not run on a CPU, and costs are known for CPUs")
    return patcher


def _say(words: str) -> None:
    warnings.warn(words, stacklevel=2)


def _boxes(boxes: Sequence[Box]) -> Boxes:
    flat = np.array(boxes, np.intp).reshape(-1, 4)
    return flat[:, [0, 2, 1, 3]].reshape(-1, 2, 2)


def _box(pair: Boxes) -> Box:
    (top, bottom), (left, right) = pair.tolist()
    return Box(top, left, bottom, right)
