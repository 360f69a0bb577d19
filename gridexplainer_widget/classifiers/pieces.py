"""Ask a model for a batch in pieces, where it takes batches of one size only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, TypeAlias

import numpy as np

from gridexplainer_widget.core.arrays import PreparedBatch

from .log_odds import split
from .outputs import read_answer

Ask: TypeAlias = Callable[[PreparedBatch], Any]

Join: TypeAlias = Callable[[Sequence[Any], int, int], Any]
"""Answers to pieces, their size, number of pictures → the answer to these pictures.

Raises if an answer is to fewer or more pictures than the piece has.
"""


class Pieces:
    """Ask for whole batches until that fails, then in pieces of a size that works.

    A trace, an export or a ``reshape(x, (1, -1))`` may fix the size of a batch, and few models
    tell.

    Parameters
    ----------
    likely : sequence of int
        Sizes to try before 1.
    size : int, optional
        The size, if it is known.
    """

    def __init__(self, likely: Sequence[int] = (), size: int | None = None) -> None:
        self.size = size
        self._likely = tuple(dict.fromkeys((*likely, 1)))

    def ask(self, ask: Ask, batch: PreparedBatch, join: Join) -> Any:
        """Return the answer to a batch."""
        if self.size is None:
            try:
                answer = ask(batch)
                join([answer], len(batch), len(batch))
            except Exception:
                self.size = self._working_size(ask, batch, join)
                if self.size is None:
                    raise
            else:
                return answer
        return _asked(ask, batch, self.size, join)

    def _working_size(self, ask: Ask, batch: PreparedBatch, join: Join) -> int | None:
        for size in self._likely:
            if size != len(batch):
                with suppress(Exception):  # the first error is told
                    _asked(ask, batch[:1], size, join)
                    return size
        return None


def in_pieces(ask: Ask, size: int | None, name: str) -> Ask:
    """Split batches for a model that takes exactly `size` pictures; None: any number."""
    if size is None:
        return ask
    return lambda batch: _asked(ask, batch, size, joined_answers(name))


def in_working_pieces(ask: Ask, pieces: Pieces, name: str) -> Ask:
    """Split batches for a model once it fails on whole ones."""
    return lambda batch: pieces.ask(ask, batch, joined_answers(name))


def joined_answers(name: str) -> Join:
    """Return a function that joins a model's raw outputs."""

    def join(answers: Sequence[Any], size: int, count: int) -> Any:
        parts = [split(answer) for answer in answers]
        read = [read_answer(answer, size, name) for answer, _ in parts]
        numbers = np.concatenate([numbers for numbers, _ in read])[:count]
        answer = {"logits": numbers} if read[0][1] else numbers
        if any(logits is None for _, logits in parts):
            return answer
        logits = np.concatenate([np.reshape(logits, (size, -1)) for _, logits in parts])[:count]
        return type(answers[0])(answer, logits)

    return join


def _asked(ask: Ask, batch: PreparedBatch, size: int, join: Join) -> Any:
    pieces = (batch[start : start + size] for start in range(0, len(batch), size))
    return join([ask(_padded(piece, size)) for piece in pieces], size, len(batch))


def _padded(piece: PreparedBatch, size: int) -> PreparedBatch:
    return np.concatenate([piece, np.repeat(piece[-1:], size - len(piece), axis=0)])
