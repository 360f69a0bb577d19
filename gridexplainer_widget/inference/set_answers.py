"""Answers about sets of two or more cells, the latest of them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence

import numpy as np

from gridexplainer_widget.core.scores import Answers

KEPT_SETS = 1024
"""Sets of two or more cells whose answers a run keeps."""


class SetAnswers:
    """Answers by the cells that were hidden, in any order; the oldest go first.

    Those about pinned sets stay: `pinned` holds None where they are not known yet.
    """

    def __init__(self, cells: int) -> None:
        self._cells = cells
        self._known: OrderedDict[bytes, Answers] = OrderedDict()
        self.pinned: dict[bytes, Answers | None] = {}

    def key(self, cells: Sequence[int]) -> bytes:
        """Tell sets apart."""
        mask = np.zeros(self._cells, np.bool_)
        mask[list(cells)] = True
        return np.packbits(mask).tobytes()

    def get(self, cells: Sequence[int]) -> Answers | None:
        """Return the answer about a set; None if not known."""
        key = self.key(cells)
        return self.pinned.get(key) or self._known.get(key)

    def pin(self, sets: Iterable[Sequence[int]]) -> None:
        """Forget nothing about these sets, as long as the model is the same."""
        for cells in sets:
            key = self.key(cells)
            self.pinned.setdefault(key, self._known.pop(key, None))

    def adopt(self, other: SetAnswers) -> None:
        """Take over what another run of the same picture, grid and fill has pinned."""
        for key, answer in other.pinned.items():
            if answer is not None or key not in self.pinned:
                self.pinned[key] = answer

    def keep(self, cells: Sequence[int], answer: Answers) -> None:
        """Keep an answer, and forget the oldest of too many."""
        key = self.key(cells)
        if key in self.pinned:
            self.pinned[key] = answer
            return
        self._known[key] = answer
        if len(self._known) > KEPT_SETS:
            self._known.popitem(last=False)

    def clear(self) -> None:
        """Forget all."""
        self._known.clear()
        self.pinned = dict.fromkeys(self.pinned)
