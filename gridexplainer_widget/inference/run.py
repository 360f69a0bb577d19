"""Sets of hidden cells → class probabilities, batch by batch."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.classifiers.classifier import Classifier
from gridexplainer_widget.core.arrays import Probabilities
from gridexplainer_widget.core.errors import ClassifierError
from gridexplainer_widget.core.fills import Fill
from gridexplainer_widget.core.grid import Grid
from gridexplainer_widget.core.masking import Masker
from gridexplainer_widget.core.picture import Picture

from .choose import Engine, choose_strategy
from .strategy import InferenceStrategy, choose_batch_size

KEPT_SETS = 1024
"""Answers about sets of cells that a run remembers."""


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
    engine : {"auto", "full", "incremental"}
        See :class:`gridexplainer_widget.GridExplainer`.
    """

    def __init__(
        self,
        classifier: Classifier,
        picture: Picture,
        masker: Masker,
        batch_size: int | None = None,
        engine: Engine = "full",
    ) -> None:
        self.classifier = classifier
        self.picture = picture
        self.masker = masker
        self.engine = engine
        self.given_batch_size = batch_size
        self.batch_size = batch_size or choose_batch_size(
            len(masker.grid) + 1, masker.pixels.nbytes
        )
        self.baseline: Probabilities | None = None
        self.vectors: Probabilities | None = None
        self.failed = np.zeros(len(masker.grid), np.bool_)
        self.seconds = 0.0
        self.calls = 0
        self._together: OrderedDict[bytes, Probabilities] = OrderedDict()

    @classmethod
    def of(  # noqa: PLR0913 - a run's parts, and how it is asked
        cls,
        classifier: Classifier,
        picture: Picture,
        grid_size: int | Sequence[int],
        fill: Fill,
        batch_size: int | None = None,
        *,
        engine: Engine = "full",
    ) -> Run:
        """Fit the picture to the classifier, cut it and set up the run."""
        pixels = picture.fitted(*classifier.input_shape)
        grid = Grid.of(grid_size, *pixels.shape[:2])
        masker = Masker(pixels, grid, fill)
        return cls(classifier, picture, masker, batch_size, engine)

    @cached_property
    def strategy(self) -> InferenceStrategy:
        """How the model is asked; found when it is first needed, since that takes a moment."""
        return choose_strategy(self.classifier, self.masker, self.engine, self.given_batch_size)

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

        What is known already is not asked again: see :meth:`cached_probabilities`.

        Parameters
        ----------
        sets : iterable of sequences of int
            Cells, row-major; the empty one is the whole picture.

        Raises
        ------
        ClassifierError
            See :meth:`steps`.
        """
        wanted, same = self._unknown(sets)
        if same and self.baseline is not None:
            self._keep_as_baseline(same)
            yield len(same)
            same = []
        elif same and () not in wanted:
            wanted = [(), *wanted]
        asked, bad = 0, list[Sequence[int]]()
        since = time.perf_counter()
        for planned in self.strategy.batches(wanted) if wanted else ():
            # A question in between may have been about some of them.
            batch = planned.only(lambda cells: self.cached_probabilities(cells) is None)
            if not batch.sets:
                continue
            self.calls += len(batch.sets)
            try:
                vectors = self.strategy.vectors(batch)
            except Exception:
                self._mark_failed(batch.sets)
                raise
            worse = self._keep_all(batch.sets, vectors)
            asked, bad = asked + len(batch.sets), bad + worse
            if same and self.baseline is not None:
                self._keep_as_baseline(same)
            self.seconds += time.perf_counter() - since
            yield len(batch.sets) + len(same)
            since, same = time.perf_counter(), []
            if len(worse) == len(batch.sets) or () in worse:
                break  # nothing suggests that the next will be better
        if bad:
            raise self._problem(bad, asked)

    def cached_probabilities(self, cells: Sequence[int]) -> Probabilities | None:
        """Return the class probabilities with `cells` hidden together; None where not known."""
        if not cells:
            return self.baseline
        if len(cells) == 1:
            vector = None if self.vectors is None else self.vectors[cells[0]]
            return None if vector is None or np.isnan(vector[0]) else vector
        return self._together.get(self._key(cells))

    def _unknown(
        self, sets: Iterable[Sequence[int]]
    ) -> tuple[list[Sequence[int]], list[Sequence[int]]]:
        """Return the sets that the model must be asked about, and those that change nothing."""
        unknown = {
            self._key(cells): cells for cells in sets if self.cached_probabilities(cells) is None
        }
        wanted, same = list[Sequence[int]](), list[Sequence[int]]()
        for cells in unknown.values():
            changes = not cells or self.masker.changed(cells) is not None
            (wanted if changes else same).append(cells)
        return wanted, same

    def _keep_as_baseline(self, sets: Iterable[Sequence[int]]) -> None:
        """Keep the baseline as the answer about sets that change nothing: no call is needed."""
        if self.baseline is not None:
            for cells in sets:
                self._keep(cells, self.baseline)

    def _key(self, cells: Sequence[int]) -> bytes:
        mask = np.zeros(len(self.grid), np.bool_)
        mask[list(cells)] = True
        return np.packbits(mask).tobytes()

    def _mark_failed(self, batch: Iterable[Sequence[int]]) -> None:
        for cells in batch:
            if len(cells) == 1:
                self.failed[cells[0]] = True

    def _keep_all(
        self, batch: Sequence[Sequence[int]], vectors: Probabilities
    ) -> list[Sequence[int]]:
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
            f"({self.classifier.preprocessing.description})."
        )

    def _keep(self, cells: Sequence[int], vector: Probabilities) -> None:
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
