"""The orders in which a part may hold a map."""

from __future__ import annotations

import numpy as np

from .part import FIRST, LAST, Name, Part

PLACES = np.array([0, 1, 2])
"""Of a map's axes with channels last: pictures, rows and columns."""

REST = np.array([-1])


class Layouts:
    """A map in a part, in one order; others are added when they are asked for.

    A transpose beside a convolution costs next to nothing, since ONNX Runtime reorders channels
    there anyway; elsewhere it is a copy. So patches are rows, as gathers give them, and become maps
    where an operation needs one.

    Parameters
    ----------
    first
        The map (n, channels, height, width).
    rows, shape
        The map (positions, channels), and the numbers (n, height, width, -1).
    """

    def __init__(self, part: Part, *, first: Name = "", rows: Name = "", shape: Name = "") -> None:
        self._part, self._first, self._rows, self._shape = part, first, rows, shape
        self._last: Name = ""

    @property
    def are_rows(self) -> bool:
        """Whether nothing has asked for a map yet."""
        return not self._first

    @property
    def first(self) -> Name:
        """The map (n, channels, height, width)."""
        self._first = self._first or self._part.add("Transpose", self.last, perm=FIRST)
        return self._first

    @property
    def last(self) -> Name:
        """The map (n, height, width, channels)."""
        if not self._last:
            self._last = (
                self._part.add("Reshape", self._rows, self._shape)
                if self._rows
                else self._part.add("Transpose", self._first, perm=LAST)
            )
        return self._last

    @property
    def rows(self) -> Name:
        """The map (positions, channels)."""
        self._rows = self._rows or self._part.add("Flatten", self.last, axis=3)
        return self._rows

    @property
    def shape(self) -> Name:
        """The numbers (n, height, width, -1)."""
        if not self._shape:
            part = self._part
            found = part.add("Gather", part.add("Shape", self.last), part.constant(PLACES), axis=0)
            self._shape = part.add("Concat", found, part.constant(REST), axis=0)
        return self._shape
