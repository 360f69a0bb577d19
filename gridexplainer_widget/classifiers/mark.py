"""What a model's answers depend on, as far as it can be seen without asking it."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

PLAIN = (bool, int, float, complex, str, bytes, type(None))
"""Settings that say all by themselves."""

ROW_WORDS = 512
"""64-bit words for each number of a digest."""

_FACTORS = np.random.default_rng(0).integers(0, 2**63, ROW_WORDS, dtype=np.uint64) | np.uint64(1)


@dataclass(frozen=True)
class Mark:
    """Equal marks of one model, if `complete`, mean equal answers.

    Parameters
    ----------
    structure : hashable
        Layers, their settings and how they are connected.
    weights : tuple of bytes
        A digest of each weight.
    complete : bool
        Whether nothing else can change an answer, such as code of the user's own.
    """

    structure: Hashable
    weights: tuple[bytes, ...]
    complete: bool


@dataclass(frozen=True)
class Confirmation:
    """That a compiled form answers as the model itself.

    Parameters
    ----------
    off : float
        By how much it was off at most; infinity: it answers otherwise.
    weights : tuple of bytes, optional
        The digests of the weights with which it was last compared, if they and the structure say
        all.
    """

    off: float
    weights: tuple[bytes, ...] | None = None


def digests(arrays: Iterable[NDArray[np.generic]]) -> tuple[bytes, ...]:
    """Digest each array's shape and bytes.

    A change of one word is always seen, any other but for a chance of 2⁻⁶⁴: sums of integers
    absorb nothing, and the factors are odd.
    """
    return tuple(map(_digest, arrays))


def _digest(array: NDArray[np.generic]) -> bytes:
    head = repr((array.dtype.str, array.shape)).encode()
    if array.nbytes < 8 * ROW_WORDS:
        return head + array.tobytes()
    flat = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
    whole = len(flat) // (8 * ROW_WORDS) * 8 * ROW_WORDS
    rows = flat[:whole].view(np.uint64).reshape(-1, ROW_WORDS)
    sums = np.einsum("ij,j->i", rows, _FACTORS)
    return b"".join((head, sums.tobytes(), flat[whole:].tobytes()))
