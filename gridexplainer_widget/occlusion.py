"""Sets of hidden cells → class probabilities, batch by batch."""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from .classifiers.base import Classifier
from .classifiers.outputs import ClassifierError, Vectors
from .fills import Fill, Pixels
from .grid import Grid
from .masking import Masker
from .picture import Picture

MEMORY_BUDGET = 256 * 2**20
"""Bytes that one batch may take, the model's activations included."""

ACTIVATIONS = 32
"""A convolutional network's activations as a multiple of its input, roughly: ResNet50's
first block holds 112×112×64 numbers several times over for 224×224×3 that go in."""

MOST = 16
"""More pictures at once gain nothing on a CPU (benchmarks/README.md) and delay the first cells."""


KEPT_SETS = 1024
"""Answers about sets of cells that a run remembers."""


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


class Run:
    """One picture under one grid and one fill: what has been scored so far.

    A run that was stopped goes on where it was: :meth:`steps` scores what is
    missing. Questions about other sets of cells go through :meth:`ask`. `calls`
    counts the pictures that the model was asked about; what is known costs none.

    Parameters
    ----------
    classifier : Classifier
    picture : Picture
    masker : Masker
        Of the picture as the model sees it.
    batch_size : int, optional
        Chosen from the picture's size and a memory budget by default.
    """

    def __init__(
        self,
        classifier: Classifier,
        picture: Picture,
        masker: Masker,
        batch_size: int | None = None,
    ) -> None:
        self.classifier = classifier
        self.picture = picture
        self.masker = masker
        self.batch_size = batch_size or choose_batch_size(
            len(masker.grid) + 1, masker.pixels.nbytes
        )
        self.baseline: Vectors | None = None
        self.vectors: Vectors | None = None
        self.failed = np.zeros(len(masker.grid), np.bool_)
        self.seconds = 0.0
        self.calls = 0
        self._together: OrderedDict[bytes, Vectors] = OrderedDict()

    @classmethod
    def of(
        cls,
        classifier: Classifier,
        picture: Picture,
        grid_size: int | Sequence[int],
        fill: Fill,
        batch_size: int | None = None,
    ) -> Run:
        """Fit the picture to the classifier, cut it and set up the run."""
        pixels = picture.fitted(*classifier.input_shape)
        grid = Grid.of(grid_size, *pixels.shape[:2])
        return cls(classifier, picture, Masker(pixels, grid, fill), batch_size)

    @property
    def grid(self) -> Grid:
        """The grid."""
        return self.masker.grid

    @property
    def scored(self) -> NDArray[np.bool_]:
        """Which cells have been scored: bool (cells,)."""
        if self.vectors is None:
            return np.zeros(len(self.grid), np.bool_)
        scored: NDArray[np.bool_] = ~np.isnan(self.vectors[:, 0])
        return scored

    def steps(self) -> Iterator[int]:
        """Score what is missing; yield after each batch how many cells are done.

        The whole picture is scored first, then cells spread over it. Cells
        that the model gave no answer about are marked in `failed` and come
        last the next time.

        Raises
        ------
        ClassifierError
            The model gave another number of classes than before, or nothing but
            NaN and infinity in a batch; or, after all the rest, for some cells.
        """
        order = sorted(map(int, self.grid.spread_order()), key=lambda cell: self.failed[cell])
        for _ in self.ask([(), *((cell,) for cell in order)]):
            if self.baseline is not None:
                yield int(self.scored.sum())

    def ask(self, sets: Iterable[Sequence[int]]) -> Iterator[int]:
        """Score sets of cells that are hidden together; yield after each batch how many it held.

        What is known already is not asked again: see :meth:`believed`.

        Parameters
        ----------
        sets : iterable of sequences of int
            Cells, row-major; the empty one is the whole picture.

        Raises
        ------
        ClassifierError
            See :meth:`steps`.
        """
        waiting = iter(sets)
        buffer: Pixels | None = None
        asked, bad = 0, list[Sequence[int]]()
        while batch := self._unknown(waiting):
            if buffer is None:  # one for all batches; a single question needs no more than one
                buffer = np.empty((len(batch), *self.masker.pixels.shape), np.float32)
            since = time.perf_counter()
            for slot, cells in enumerate(batch):
                self.masker.masked(cells, out=buffer[slot])
            self.calls += len(batch)
            try:
                vectors = self.classifier(buffer[: len(batch)])
            except Exception:
                self._mark_failed(batch)
                raise
            worse = self._keep_all(batch, vectors)
            asked, bad = asked + len(batch), bad + worse
            self.seconds += time.perf_counter() - since
            yield len(batch)
            if len(worse) == len(batch) or () in worse:
                break  # nothing suggests that the next will be better
        if bad:
            raise self._problem(bad, asked)

    def believed(self, cells: Sequence[int]) -> Vectors | None:
        """Return the class probabilities with `cells` hidden together; None where not known."""
        if not cells:
            return self.baseline
        if len(cells) == 1:
            vector = None if self.vectors is None else self.vectors[cells[0]]
            return None if vector is None or np.isnan(vector[0]) else vector
        return self._together.get(self._key(cells))

    def _unknown(self, waiting: Iterator[Sequence[int]]) -> list[Sequence[int]]:
        unknown = (cells for cells in waiting if self.believed(cells) is None)
        return list(islice(unknown, self.batch_size))

    def _key(self, cells: Sequence[int]) -> bytes:
        mask = np.zeros(len(self.grid), np.bool_)
        mask[list(cells)] = True
        return np.packbits(mask).tobytes()

    def _mark_failed(self, batch: Iterable[Sequence[int]]) -> None:
        for cells in batch:
            if len(cells) == 1:
                self.failed[cells[0]] = True

    def _keep_all(self, batch: Sequence[Sequence[int]], vectors: Vectors) -> list[Sequence[int]]:
        """Keep what is finite; return the sets of cells for which it is not."""
        bad = []
        for cells, vector in zip(batch, vectors, strict=True):
            if np.isfinite(vector).all():
                self._keep(cells, vector)
            else:
                bad.append(cells)
        self._mark_failed(bad)
        return bad

    def _problem(self, bad: Sequence[Sequence[int]], asked: int) -> ClassifierError:
        places = ", ".join(str(self.grid.position(cell)) for cell in bad[0][:4])
        more = f" and {len(bad[0]) - 4} more" if len(bad[0]) > 4 else ""
        where = (
            f"with cell (row, column) {places}{more} hidden" if bad[0] else "on the whole picture"
        )
        return ClassifierError(
            f"{self.classifier.name} returned NaN or infinity for {len(bad)} of {asked} pictures, "
            f"first {where}. Check its weights and its preprocessing "
            f"({self.classifier.preprocessing.words})."
        )

    def _keep(self, cells: Sequence[int], vector: Vectors) -> None:
        if self.vectors is None:
            self.vectors = np.full((len(self.grid), len(vector)), np.nan, np.float32)
        if len(vector) != self.vectors.shape[1]:
            raise ClassifierError(
                f"{self.classifier.name} returned {len(vector)} classes after "
                f"{self.vectors.shape[1]} before; the number must not change."
            )
        if not cells:
            self.baseline = vector
        elif len(cells) == 1:
            self.vectors[cells[0]] = vector
            self.failed[cells[0]] = False
        else:
            self._together[self._key(cells)] = vector
            if len(self._together) > KEPT_SETS:
                self._together.popitem(last=False)
