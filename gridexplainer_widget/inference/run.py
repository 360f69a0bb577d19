"""Scores sets of hidden cells batch by batch and keeps the results."""

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
"""Sets of two or more cells whose probabilities a run keeps."""


class Run:
    """What has been scored of one picture under one grid and one fill.

    :meth:`steps` scores the cells that are missing, also after a stop; :meth:`ask` scores any sets.
    What is known is not scored again.

    Parameters
    ----------
    masker
        Of the picture at the model's input size.
    batch_size
        By default chosen from the picture's size and a memory budget.

    Attributes
    ----------
    baseline : float32 (classes,)
        Class probabilities of the whole picture.
    vectors : float32 (cells, classes)
        Class probabilities with one cell hidden; NaN where not scored.
    failed : bool (cells,)
        Cells whose last scoring failed.
    seconds
        Time spent scoring.
    calls
        Pictures run through the model.
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
        self._set_vectors: OrderedDict[bytes, Probabilities] = OrderedDict()

    @classmethod
    def of(  # noqa: PLR0913 - a run's parts and settings
        cls,
        classifier: Classifier,
        picture: Picture,
        grid_size: int | Sequence[int],
        fill: Fill,
        batch_size: int | None = None,
        *,
        engine: Engine = "full",
    ) -> Run:
        """Fit the picture to the classifier, divide it into cells and set up the run."""
        pixels = picture.fitted(*classifier.input_shape)
        grid = Grid.of(grid_size, *pixels.shape[:2])
        masker = Masker(pixels, grid, fill)
        return cls(classifier, picture, masker, batch_size, engine)

    @cached_property
    def strategy(self) -> InferenceStrategy:
        """How the model is run; chosen at first use, since that takes a moment."""
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
        """Score the missing cells; yield how many are scored after each batch.

        The whole picture comes first, then cells spread over it, those in `failed` last.

        Raises
        ------
        ClassifierError
            The number of classes changed; a whole batch was NaN or infinity; or, raised after all
            batches, some pictures were.
        """
        order = sorted(map(int, self.grid.spread_order()), key=lambda cell: self.failed[cell])
        for _ in self.ask([(), *((cell,) for cell in order)]):
            if self.baseline is not None:
                yield int(self.scored.sum())

    def ask(self, sets: Iterable[Sequence[int]]) -> Iterator[int]:
        """Score sets of cells, the empty one being the whole picture; yield the size of each batch.

        Raises
        ------
        ClassifierError
            See :meth:`steps`.
        """
        wanted, unchanged = self._unknown(sets)
        if unchanged and self.baseline is not None:
            self._keep_as_baseline(unchanged)
            yield len(unchanged)
            unchanged = []
        elif unchanged and () not in wanted:
            wanted = [(), *wanted]
        scored, bad = 0, list[Sequence[int]]()
        since = time.perf_counter()
        for planned in self.strategy.batches(wanted) if wanted else ():
            # Another call may have scored some between two batches.
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
            scored, bad = scored + len(batch.sets), bad + worse
            if unchanged and self.baseline is not None:
                self._keep_as_baseline(unchanged)
            self.seconds += time.perf_counter() - since
            yield len(batch.sets) + len(unchanged)
            since, unchanged = time.perf_counter(), []
            if len(worse) == len(batch.sets) or () in worse:
                break  # the next would hardly be better
        if bad:
            raise self._problem(bad, scored)

    def cached_probabilities(self, cells: Sequence[int]) -> Probabilities | None:
        """Return the class probabilities with `cells` hidden; None if not known."""
        if not cells:
            return self.baseline
        if len(cells) == 1:
            vector = None if self.vectors is None else self.vectors[cells[0]]
            return None if vector is None or np.isnan(vector[0]) else vector
        return self._set_vectors.get(self._key(cells))

    def _unknown(
        self, sets: Iterable[Sequence[int]]
    ) -> tuple[list[Sequence[int]], list[Sequence[int]]]:
        """Return the sets to score, and those whose hiding changes no pixel."""
        unknown = {
            self._key(cells): cells for cells in sets if self.cached_probabilities(cells) is None
        }
        wanted, unchanged = list[Sequence[int]](), list[Sequence[int]]()
        for cells in unknown.values():
            changes = not cells or self.masker.changed(cells) is not None
            (wanted if changes else unchanged).append(cells)
        return wanted, unchanged

    def _keep_as_baseline(self, sets: Iterable[Sequence[int]]) -> None:
        """Keep the baseline for sets that change no pixel."""
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
        """Keep what is finite; return the other sets."""
        bad = []
        for cells, vector in zip(batch, vectors, strict=True):
            if np.isfinite(vector).all():
                self._keep(cells, vector)
            else:
                bad.append(cells)
        self._mark_failed(bad)
        return bad

    def _problem(self, bad: Sequence[Sequence[int]], scored: int) -> ClassifierError:
        places = ", ".join(str(self.grid.position(cell)) for cell in bad[0][:4])
        more = f" and {len(bad[0]) - 4} more" if len(bad[0]) > 4 else ""
        where = (
            f"with cell (row, column) {places}{more} hidden" if bad[0] else "on the whole picture"
        )
        return ClassifierError(
            f"{self.classifier.name} returned NaN or infinity for {len(bad)} of {scored} pictures, "
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
            self._set_vectors[self._key(cells)] = vector
            if len(self._set_vectors) > KEPT_SETS:
                self._set_vectors.popitem(last=False)
