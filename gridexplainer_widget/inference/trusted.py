"""Asks a run's model in the fastest way whose answers are the model's own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import nullcontext

import numpy as np

from gridexplainer_widget.classifiers.classifier import Classifier
from gridexplainer_widget.core.masking import Masker
from gridexplainer_widget.core.origin.digests import digest_of_parts
from gridexplainer_widget.core.scores import Answers

from .choose import Engine, choose_strategy, uncompiled_strategy
from .collection import kept_uncollected
from .later import Later
from .strategy import (
    MAX_BATCH,
    WHOLE,
    Cells,
    CellSetBatch,
    FullStrategy,
    InferenceStrategy,
)
from .witness import ROUNDING, Witness


class TrustedStrategy:
    """A strategy, and a witness to what the model itself says.

    Where both differ, the model is read anew; if they still do, the model itself is run. A run in
    which reading and compiling would delay the first answers begins with a few by the model itself,
    which is their witness, too, and changes over between two batches.
    """

    def __init__(
        self,
        classifier: Classifier,
        masker: Masker,
        engine: Engine,
        batch_size: int | None,
        most: int = MAX_BATCH,
    ) -> None:
        self._classifier, self._masker = classifier, masker
        self._engine, self._batch_size, self._most = engine, batch_size, most
        self._witness = Witness(classifier, masker.pixels[np.newaxis])
        self._strategy: InferenceStrategy | None = None
        self._later: Later | None = None
        self._first_strategy: InferenceStrategy | None = None  # of the baseline
        self._first = WHOLE
        self._told: list[tuple[Sequence[Cells], Answers]] = []  # by the model itself
        self._renewed = False
        self._digested: tuple[tuple[bytes, ...], str] | None = None

    @property
    def strategy(self) -> InferenceStrategy:
        """The strategy, chosen at first use."""
        if self._strategy is None:
            choice = choose_strategy(
                self._classifier, self._masker, self._engine, self._batch_size, self._most
            )
            self._strategy, self._later = choice.now, choice.later
        return self._strategy

    @property
    def is_the_model(self) -> bool:
        """Whether the baseline is the model's own, of which nothing was compiled."""
        return _is_the_model(self._first_strategy or self.strategy)

    def weights_digest(self) -> str:
        """Digest the weights that gave the first answer; "" where the model shows none."""
        weights = self._witness.weights
        if self._digested is None or self._digested[0] is not weights:
            self._digested = weights, digest_of_parts(weights) if weights else ""
        return self._digested[1]

    def begin(self) -> None:
        """Prepare for the first answers."""
        self._witness.begin()
        if self._witness.distrusts(self.strategy.way):
            self._go_by_the_model()

    def batches(self, sets: Sequence[Cells]) -> Iterator[CellSetBatch]:
        """Split sets into batches; change over to what is planned between two of them."""
        left, asked = list(sets), set[tuple[int, ...]]()
        while left:
            for batch in self.strategy.batches(left):
                yield batch
                asked.update(map(tuple, batch.sets))
                if self._goes_on_otherwise(len(asked), len(sets) - len(asked)):
                    break
            left = [cells for cells in left if tuple(cells) not in asked]

    def _goes_on_otherwise(self, asked: int, left: int) -> bool:
        """Plan what to go on with, if that is worth it by now; tell whether it is another way."""
        later = self._later
        if later is None or not self._told:
            return False
        if later.is_worth_it(asked, left):
            with kept_uncollected():
                self._change_over()
            return True
        if self.strategy is later.full or not later.full.is_the_model:
            return False
        self._strategy = self._first_strategy = later.full  # the same model, in larger batches
        return True

    def _change_over(self) -> None:
        """Go on with what is planned, if it says the same of the whole picture as the model."""
        sets = [cells for asked, _ in self._told for cells in asked]
        told = Answers(*map(np.concatenate, zip(*(said for _, said in self._told), strict=True)))
        own = told.at(sets.index(()))
        self.confirm_unmoved(own)
        while self._later is not None:
            later, self._later = self._later, None
            found, whole = later.found(sets, told)
            if self._is_of_the_model(whole, found, own):
                self._strategy = found
                return
            self.confirm_unmoved(own)
            self._renew(found)
            if self._later is None and not _is_the_model(self.strategy):
                self._go_by_the_model()

    def answers(self, batch: CellSetBatch, baseline: Answers | None) -> Answers | None:
        """Score a batch; None if the model had to be read anew: then choose batches again.

        Raises
        ------
        ModelChangedError
            The model's answer about the whole picture is not the baseline.
        """
        with kept_uncollected() if baseline is None else nullcontext():
            answers = self.strategy.answers(batch)
        if () in batch.sets:
            whole = answers.at(batch.sets.index(()))
            if baseline is not None:
                self.compare(baseline, whole)
            elif not self._is_of_the_model(whole, self.strategy):
                self._renew(self.strategy)
                return None
            else:
                self._first, self._first_strategy, self._told = batch, self.strategy, []
        if self._later is not None:
            self._told.append((batch.sets, answers))
            if self._knows_less(answers):
                self._change_over()
                return None
        return answers

    def _is_of_the_model(
        self, whole: Answers, strategy: InferenceStrategy, own: Answers | None = None
    ) -> bool:
        if _is_the_model(strategy) or not np.isfinite(whole.vectors).all():
            return True
        return self._witness.accepts(whole, strategy.way, renewed=self._renewed, own=own)

    def _knows_less(self, answers: Answers) -> bool:
        """Whether logits may be found in what is compiled that the model itself does not show."""
        probabilities = self._classifier.itself is not None and self._classifier.output != "value"
        return probabilities and bool(np.isnan(answers.log_odds).any())

    def _renew(self, strategy: InferenceStrategy) -> None:
        """Read the model anew; if that was done, go by the model itself."""
        if self._renewed:
            self._witness.distrust(strategy.way)
            self._go_by_the_model()
            return
        self._renewed, self._strategy, self._later = True, None, None
        self._classifier.renew()

    def confirm(self, baseline: Answers) -> None:
        """Raise ModelChangedError if the model is no longer what gave the baseline."""
        if self._classifier.mark is not None:
            self._witness.confirm(baseline, self._first_answer if self.is_the_model else None)
        else:
            self.compare(baseline, self.strategy.answers(WHOLE).at(0))

    def again(self, baseline: Answers, sets: Sequence[Cells]) -> list[Cells]:
        """Confirm, and return what to ask: the whole picture, too, if that is the model's own."""
        if self.is_the_model and self._first_strategy is self.strategy:
            self.confirm_unmoved(baseline)
            return [(), *sets]
        self.confirm(baseline)
        return list(sets)

    def confirm_unmoved(self, baseline: Answers | None) -> None:
        """Confirm if there is a sign of a change."""
        if baseline is not None and self._witness.moved():
            self.confirm(baseline)

    def compare(self, before: Answers, now: Answers, allowed: float = ROUNDING) -> None:
        """Raise ModelChangedError if two answers of this strategy differ without a reason."""
        self._witness.judge(before, now, self._first_answer, allowed)

    def _first_answer(self) -> Answers:
        """Ask about the whole picture again, in the company in which it was first asked about."""
        asked = self._first_strategy or self.strategy
        return asked.answers(self._first).at(self._first.sets.index(()))

    def _go_by_the_model(self) -> None:
        self._later = None
        self._strategy = uncompiled_strategy(self._classifier, self._masker, self._batch_size)


def _is_the_model(strategy: InferenceStrategy) -> bool:
    return isinstance(strategy, FullStrategy) and strategy.is_the_model
