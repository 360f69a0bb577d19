"""Scores sets of hidden cells batch by batch and keeps the results."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.classifiers.checks.not_finite import not_finite
from gridexplainer_widget.classifiers.classifier import Classifier
from gridexplainer_widget.core.arrays import Probabilities
from gridexplainer_widget.core.errors import ClassifierError, ModelChangedError
from gridexplainer_widget.core.fills import Fill
from gridexplainer_widget.core.grid import Grid
from gridexplainer_widget.core.masking import Masker
from gridexplainer_widget.core.picture import Picture
from gridexplainer_widget.core.scores import Answers

from .choose import Engine
from .set_answers import SetAnswers
from .strategy import MAX_BATCH, InferenceStrategy, batch_size_for
from .trusted import TrustedStrategy
from .witness import KEPT_ROUNDING


class Run:
    """What has been scored of one picture under one grid and one fill.

    :meth:`steps` scores the cells that are missing, also after a stop; :meth:`ask` scores any sets.
    What is known is not scored again.

    Parameters
    ----------
    batch_size, most, seed
        By default chosen from the picture's size and a memory budget, at most `most`; of the
        handfuls.

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
    set_answers
        About sets of two or more cells.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - a run's parts and settings
        self,
        classifier: Classifier,
        picture: Picture,
        masker: Masker,
        batch_size: int | None = None,
        engine: Engine = "full",
        seed: int = 0,
        most: int = MAX_BATCH,
    ) -> None:
        self.classifier, self.picture, self.masker = classifier, picture, masker
        self.given_batch_size = batch_size
        self.batch_size = batch_size_for(classifier, masker, batch_size, most)
        self.baseline: Probabilities | None = None
        self.vectors: Probabilities | None = None
        self.log_odds = np.empty((len(masker.grid), 0), np.float32)
        self.baseline_log_odds = np.empty(0, np.float32)
        self.failed = np.zeros(len(masker.grid), np.bool_)
        self.seconds, self.calls, self.seed = 0.0, 0, seed
        self.set_answers = SetAnswers(len(masker.grid))
        self._trusted = TrustedStrategy(classifier, masker, engine, batch_size, most)
        self.weights_digest = self._trusted.weights_digest

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
        seed: int = 0,
        most: int = MAX_BATCH,
    ) -> Run:
        """Fit the picture to the classifier, divide it into cells and set up the run."""
        pixels = picture.fitted(*classifier.input_shape)
        masker = Masker(pixels, Grid.of(grid_size, *pixels.shape[:2]), fill)
        return cls(classifier, picture, masker, batch_size, engine, seed, most)

    @property
    def strategy(self) -> InferenceStrategy:
        """How the model is run; chosen at first use, since that takes a moment."""
        return self._trusted.strategy

    @property
    def grid(self) -> Grid:
        """The grid."""
        return self.masker.grid

    @property
    def scored(self) -> NDArray[np.bool_]:
        """Which cells have been scored: bool (cells,)."""
        if self.vectors is None:
            return np.zeros(len(self.grid), np.bool_)
        return np.asarray(~np.isnan(self.vectors[:, 0]))

    def steps(self) -> Iterator[int]:
        """Score the missing cells; yield how many are scored after each batch.

        The whole picture comes first, then cells spread over it, those in `failed` last.

        Raises
        ------
        ClassifierError
            The number of classes changed; a whole batch was NaN or infinity; or, raised after all
            batches, some pictures were.
        ModelChangedError
            The model is no longer the one that gave the scores so far.
        """
        if self.whole is not None and self.scored.all():
            self._trusted.confirm(self.whole)
        order = sorted(map(int, self.grid.spread_order()), key=lambda cell: self.failed[cell])
        for _ in self.ask([(), *((cell,) for cell in order)]):
            if self.baseline is not None:
                yield int(self.scored.sum())

    def ask(self, sets: Iterable[Sequence[int]], *, confirm: bool = True) -> Iterator[int]:
        """Score sets of cells, the empty one being the whole picture; yield the size of each batch.

        Where the baseline is known, the whole picture is asked about again: what comes from a model
        that has changed since is never kept beside it. Such questions do not count in `calls`.
        Without `confirm`, :meth:`confirm` is to follow.

        Raises
        ------
        ClassifierError, ModelChangedError
            See :meth:`steps`.
        """
        wanted, unchanged = self._unknown(sets)
        if unchanged and self.baseline is not None:
            self._keep_as_baseline(unchanged)
            yield len(unchanged)
            unchanged = []
        if not wanted and not unchanged:
            return
        if self.whole is None:
            self._trusted.begin()
            wanted = [(), *(cells for cells in wanted if cells)]
        elif confirm:
            wanted = self._trusted.again(self.whole, wanted)
        batches = yield from self._score(wanted, unchanged)
        if confirm and batches > 1:
            with self._forgetting():
                self._trusted.confirm_unmoved(self.whole)

    def _score(
        self, wanted: Sequence[Sequence[int]], unchanged: Sequence[Sequence[int]]
    ) -> Generator[int, None, int]:
        """Score sets; return the number of batches."""
        scored, batches, since = 0, 0, time.perf_counter()
        bad = list[Sequence[int]]()
        for planned in self._trusted.batches(wanted):
            batch = planned.only(self._is_due)
            if not batch.sets:
                continue
            again = self.baseline is not None and () in batch.sets
            self.calls += len(batch.sets) - again
            try:
                answers = self._trusted.answers(batch, self.whole)
            except Exception:
                self._mark_failed(batch.sets)
                raise
            if answers is None:  # the model was read anew
                return (yield from self._score(wanted, unchanged))
            batches += 1
            worse = self._keep_all(batch.sets, answers)
            scored, bad = scored + len(batch.sets), bad + worse
            if unchanged and self.baseline is not None:
                self._keep_as_baseline(unchanged)
            self.seconds += time.perf_counter() - since
            yield len(batch.sets) - again + len(unchanged)
            since, unchanged = time.perf_counter(), []
            if len(worse) == len(batch.sets) > 1 or () in worse:
                break  # the next would hardly be better
        if bad:
            raise not_finite(self.classifier, self.grid, bad, scored)
        return batches

    @property
    def whole(self) -> Answers | None:
        """What the model says of the whole picture."""
        return None if self.baseline is None else Answers(self.baseline, self.baseline_log_odds)

    @property
    def answers(self) -> Answers | None:
        """What the model says with one cell hidden, (cells, classes); None before the first."""
        return None if self.vectors is None else Answers(self.vectors, self.log_odds)

    def confirm(self) -> None:
        """Raise ModelChangedError if the model has changed while it was asked."""
        if self.whole is not None:
            with self._forgetting():
                self._trusted.confirm(self.whole)

    def check_baseline(self, before: Answers) -> None:
        """Raise ModelChangedError if the baseline is not what the model gave at another time."""
        if self.whole is not None:
            self._trusted.compare(before, self.whole, KEPT_ROUNDING)

    def _is_due(self, cells: Sequence[int]) -> bool:
        # Another call may have scored some between two batches.
        return not cells or self.cached_probabilities(cells) is None

    @contextmanager
    def _forgetting(self) -> Iterator[None]:
        """Forget all scores of a model that has changed: nobody knows which came before."""
        try:
            yield
        except ModelChangedError:
            self.baseline = self.vectors = None
            self.failed[:] = False
            self.set_answers.clear()
            raise

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
        return self.set_answers.get(cells)

    def _unknown(
        self, sets: Iterable[Sequence[int]]
    ) -> tuple[list[Sequence[int]], list[Sequence[int]]]:
        """Return the sets to score, and those whose hiding changes no pixel."""
        key = self.set_answers.key
        unknown = {key(cells): cells for cells in sets if self.cached_probabilities(cells) is None}
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

    def _mark_failed(self, batch: Iterable[Sequence[int]]) -> None:
        for cells in batch:
            if len(cells) == 1:
                self.failed[cells[0]] = True

    def _keep_all(self, batch: Sequence[Sequence[int]], answers: Answers) -> list[Sequence[int]]:
        """Keep what is finite; return the other sets."""
        finite = np.isfinite(answers.vectors).all(axis=1)
        for index in np.flatnonzero(finite).tolist():
            self._keep(batch[index], answers.at(index))
        bad = [batch[index] for index in np.flatnonzero(~finite).tolist()]
        self._mark_failed(bad)
        return bad

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
            if self.baseline is None:  # else it was only asked about again
                self.baseline, self.baseline_log_odds = vector, log_odds
        elif len(cells) == 1:
            self.vectors[cells[0]], self.log_odds[cells[0]] = vector, log_odds
            self.failed[cells[0]] = False
        else:
            self.set_answers.keep(cells, answer)
