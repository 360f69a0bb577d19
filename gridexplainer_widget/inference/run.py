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
from gridexplainer_widget.core.scores import Answers

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
    log_odds, baseline_log_odds
        The same of the log-odds of the model's logits; NaN where these are not known.
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
        self.log_odds = np.empty((len(masker.grid), 0), np.float32)
        self.baseline_log_odds = np.empty(0, np.float32)
        self.failed = np.zeros(len(masker.grid), np.bool_)
        self.seconds = 0.0
        self.calls = 0
        self._set_answers: OrderedDict[bytes, Answers] = OrderedDict()

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
                answers = self.strategy.answers(batch)
            except Exception:
                self._mark_failed(batch.sets)
                raise
            worse = self._keep_all(batch.sets, answers)
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

    @property
    def whole(self) -> Answers | None:
        """What the model says of the whole picture; None if not known."""
        return None if self.baseline is None else Answers(self.baseline, self.baseline_log_odds)

    @property
    def answers(self) -> Answers | None:
        """What the model says with one cell hidden, (cells, classes); None before the first."""
        return None if self.vectors is None else Answers(self.vectors, self.log_odds)

    def cached_probabilities(self, cells: Sequence[int]) -> Probabilities | None:
        """Return the class probabilities with `cells` hidden; None if not known."""
        answer = self.cached_answer(cells)
        return None if answer is None else answer.vectors

    def cached_answer(self, cells: Sequence[int]) -> Answers | None:
        """Return what the model says with `cells` hidden; None if not known."""
        if not cells:
            return self.whole
        if len(cells) == 1:
            answers = self.answers
            known = answers is not None and not np.isnan(answers.vectors[cells[0], 0])
            return answers.at(cells[0]) if answers is not None and known else None
        return self._set_answers.get(self._key(cells))

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
        if self.whole is not None:
            for cells in sets:
                self._keep(cells, self.whole)

    def _key(self, cells: Sequence[int]) -> bytes:
        mask = np.zeros(len(self.grid), np.bool_)
        mask[list(cells)] = True
        return np.packbits(mask).tobytes()

    def _mark_failed(self, batch: Iterable[Sequence[int]]) -> None:
        for cells in batch:
            if len(cells) == 1:
                self.failed[cells[0]] = True

    def _keep_all(self, batch: Sequence[Sequence[int]], answers: Answers) -> list[Sequence[int]]:
        """Keep what is finite; return the other sets."""
        bad = []
        for index, cells in enumerate(batch):
            answer = answers.at(index)
            if np.isfinite(answer.vectors).all():
                self._keep(cells, answer)
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

    def _keep(self, cells: Sequence[int], answer: Answers) -> None:
        vector, log_odds = answer
        if self.vectors is None:
            self.vectors = np.full((len(self.grid), len(vector)), np.nan, np.float32)
            self.log_odds = self.vectors.copy()
        if len(vector) != self.vectors.shape[1]:
            raise ClassifierError(
                f"{self.classifier.name} returned {len(vector)} classes after "
                f"{self.vectors.shape[1]} before; the number must not change."
            )
        if not cells:
            self.baseline, self.baseline_log_odds = vector, log_odds
        elif len(cells) == 1:
            self.vectors[cells[0]], self.log_odds[cells[0]] = vector, log_odds
            self.failed[cells[0]] = False
        else:
            self._set_answers[self._key(cells)] = answer
            if len(self._set_answers) > KEPT_SETS:
                self._set_answers.popitem(last=False)
