"""Hidden cells → class probabilities, batch by batch."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from .classifiers.base import Classifier, ClassifierError, Vectors
from .fills import Fill, Masker
from .grid import Grid
from .picture import Picture

MEMORY_BUDGET = 256 * 2**20
"""Bytes that one batch may take, the model's activations included."""

ACTIVATIONS = 32
"""A convolutional network's activations as a multiple of its input, roughly: ResNet50's
first block holds 112×112×64 numbers several times over for 224×224×3 that go in."""

MOST = 16
"""More pictures at once gain nothing on a CPU (benchmarks/README.md) and delay the first cells."""


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


def score(
    classifier: Classifier, masker: Masker, queries: Sequence[Sequence[int]], batch_size: int
) -> Iterator[tuple[NDArray[np.intp], Vectors]]:
    """Ask the classifier about pictures with sets of cells hidden.

    Parameters
    ----------
    classifier : Classifier
    masker : Masker
        Of the picture in question.
    queries : sequence of sequences of int
        The cells (row-major) that are hidden together; the empty one is the
        whole picture.
    batch_size : int
        This many masked pictures exist at a time, in one buffer.

    Yields
    ------
    indices : int array (n,)
        Which queries are answered.
    vectors : float32 array (n, classes)
        Their class probabilities.

    Raises
    ------
    ClassifierError
        The model gave NaN or infinity; what was finite has been yielded.
    """
    batch_size = min(batch_size, max(1, len(queries)))
    buffer = np.empty((batch_size, *masker.pixels.shape), np.float32)
    for start in range(0, len(queries), batch_size):
        hidden = queries[start : start + batch_size]
        for slot, cells in enumerate(hidden):
            masker.masked(cells, out=buffer[slot])
        vectors = classifier(buffer[: len(hidden)])
        finite = np.isfinite(vectors).all(axis=1)
        if finite.any():
            yield start + np.flatnonzero(finite), vectors[finite]
        if not finite.all():
            first = hidden[int(np.flatnonzero(~finite)[0])]
            places = ", ".join(str(masker.grid.position(cell)) for cell in first)
            where = f"with cell (row, column) {places} hidden" if first else "on the whole picture"
            raise ClassifierError(
                f"{classifier.name} returned NaN or infinity for {int((~finite).sum())} of "
                f"{len(hidden)} pictures, first {where}. Check its weights and its preprocessing "
                f"({classifier.preprocessing})."
            )


class Run:
    """One picture under one grid and one fill: what has been scored so far.

    A run that was stopped goes on where it was: :meth:`steps` scores what is
    missing.

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
        self.seconds = 0.0

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

        The whole picture is scored first, then cells spread over it.

        Raises
        ------
        ClassifierError
            See :func:`score`; what was scored stays.
        """
        order = [int(cell) for cell in self.grid.spread_order()]
        scored = self.scored
        queries: list[tuple[int, ...]] = [(cell,) for cell in order if not scored[cell]]
        if self.baseline is None:
            queries.insert(0, ())
        since = time.perf_counter()
        for indices, vectors in score(self.classifier, self.masker, queries, self.batch_size):
            self._keep([queries[index] for index in indices], vectors)
            now = time.perf_counter()
            self.seconds += now - since
            yield int(self.scored.sum())
            since = time.perf_counter()

    def _keep(self, queries: Sequence[tuple[int, ...]], vectors: Vectors) -> None:
        if self.vectors is None:
            self.vectors = np.full((len(self.grid), vectors.shape[1]), np.nan, np.float32)
        if vectors.shape[1] != self.vectors.shape[1]:
            raise ClassifierError(
                f"{self.classifier.name} returned {vectors.shape[1]} classes after "
                f"{self.vectors.shape[1]} before; the number must not change."
            )
        for cells, vector in zip(queries, vectors, strict=True):
            if cells:
                self.vectors[cells[0]] = vector
            else:
                self.baseline = vector
