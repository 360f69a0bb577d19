"""Answers about sets of two or more cells, the latest of them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

import numpy as np

from gridexplainer_widget.core.scores import Answers

KEPT_SETS = 1024
"""Sets of two or more cells whose answers a run keeps."""


class SetAnswers:
    """Answers by the cells that were hidden, in any order; the oldest go first."""

    def __init__(self, cells: int) -> None:
        self._cells = cells
        self._known: OrderedDict[bytes, Answers] = OrderedDict()

    def key(self, cells: Sequence[int]) -> bytes:
        """Tell sets apart."""
        mask = np.zeros(self._cells, np.bool_)
        mask[list(cells)] = True
        return np.packbits(mask).tobytes()

    def get(self, cells: Sequence[int]) -> Answers | None:
        """Return the answer about a set; None if not known."""
        return self._known.get(self.key(cells))

    def keep(self, cells: Sequence[int], answer: Answers) -> None:
        """Keep an answer, and forget the oldest of too many."""
        self._known[self.key(cells)] = answer
        if len(self._known) > KEPT_SETS:
            self._known.popitem(last=False)

    def clear(self) -> None:
        """Forget all."""
        self._known.clear()
