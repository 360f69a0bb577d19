"""Asks a run's model in the fastest way whose answers are the model's own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from gridexplainer_widget.classifiers.classifier import Classifier
from gridexplainer_widget.core.masking import Masker
from gridexplainer_widget.core.origin.digests import digest_of_parts
from gridexplainer_widget.core.scores import Answers

from .choose import Engine, choose_strategy, uncompiled_strategy
from .incremental import IncrementalStrategy
from .later import Later
from .strategy import MAX_BATCH, Cells, CellSetBatch, FullStrategy, InferenceStrategy
from .witness import MAX_ROUNDING, ROUNDING, Witness, apart


class TrustedStrategy:
    """A strategy, and a witness to what the model itself says.

    Where both differ, the model is read anew; if they still do, the model itself is run. A run in
    which reading and compiling would delay the first answers begins with the model, and changes
    over between two batches.
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
        self._first = CellSetBatch(([()],))
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
        strategy = self._first_strategy or self.strategy
        return isinstance(strategy, FullStrategy) and strategy.classifier.itself is None

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
        elif not self.is_the_model and self._later is not None:
            self._witness.ask_ahead(self.strategy.way)  # Python is not free later

    def batches(self, sets: Sequence[Cells]) -> Iterator[CellSetBatch]:
        """Split sets into batches; change over to what was planned as soon as that is done."""
        left, asked = list(sets), set[tuple[int, ...]]()
        while left:
            self._change_over()
            for batch in self.strategy.batches(left):
                if self._later is not None:
                    self._later.begin(len(asked), len(sets) - len(asked))
                yield batch
                asked.update(map(tuple, batch.sets))
                if self._later is not None and self._later.done:
                    break
            left = [cells for cells in left if tuple(cells) not in asked]

    def _change_over(self) -> None:
        """Go on with what was planned, unless that failed or was found to be wrong."""
        later = self._later
        if later is None or not later.done:
            return
        self._later, joined, found = None, later.joined, later.found()
        if found is None or self._witness.distrusts(found.way):
            return
        if not joined or self._says_the_same(found):
            self._strategy = found

    def _says_the_same(self, found: IncrementalStrategy) -> bool:
        """Compare what was read for another run with the model, about the whole picture."""
        with found.engine.lock:
            found.engine.refresh()
        whole = found.answers(CellSetBatch(([()],), found.plan)).at(0)
        return apart(whole, self._first_answer()) <= MAX_ROUNDING

    def answers(self, batch: CellSetBatch, baseline: Answers | None) -> Answers | None:
        """Score a batch; None if the model had to be read anew: then choose batches again.

        Raises
        ------
        ModelChangedError
            The model's answer about the whole picture is not the baseline.
        """
        answers = self.strategy.answers(batch)
        if () not in batch.sets:
            return answers
        whole = answers.at(batch.sets.index(()))
        if baseline is not None:
            self.compare(baseline, whole)
        elif not self._is_of_the_model(whole):
            self._renew()
            return None
        else:
            self._first, self._first_strategy = batch, self.strategy
        return answers

    def _is_of_the_model(self, whole: Answers) -> bool:
        if self.is_the_model or not np.isfinite(whole.vectors).all():
            return True
        return self._witness.accepts(whole, self.strategy.way, renewed=self._renewed)

    def _renew(self) -> None:
        """Read the model anew; if that was done, go by the model itself."""
        if self._renewed:
            self._witness.distrust(self.strategy.way)
            self._go_by_the_model()
            return
        self._renewed, self._strategy, self._later = True, None, None
        self._classifier.renew()

    def confirm(self, baseline: Answers) -> None:
        """Raise ModelChangedError if the model is no longer what gave the baseline."""
        if self._classifier.mark is not None:
            self._witness.confirm(baseline, self._first_answer if self.is_the_model else None)
        else:
            self.compare(baseline, self.strategy.answers(CellSetBatch(([()],))).at(0))

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
