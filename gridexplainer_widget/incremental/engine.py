"""Answers about pictures of which a part has changed, from a plan and an executor."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .boxes import Boxes
from .costs import a_group, choose, largest, rates, seconds, traced
from .executor import Executor, Maps
from .gathers import Places, packed
from .grouping import grouped
from .plan import Patching

KEPT_BYTES = 64 * 2**20
"""How much is kept of where windows come from: as long as a grid stays, it is the same."""

KEPT_PLANS = 16

Pixels = NDArray[np.float32]


@dataclass(frozen=True)
class Layout:
    """Where everything comes from for one group of sets.

    Parameters
    ----------
    patches : Boxes
        Of the picture, all of one size.
    places : int32 array
        The lists of all gathers, one behind the other: see :func:`~.gathers.packed`.
    lengths : int32 array
        How long each of them is.
    """

    patches: Boxes
    places: Places
    lengths: Places


@dataclass(frozen=True)
class Deal:
    """How sets are asked about.

    Parameters
    ----------
    groups : tuple of int arrays
        Numbers of sets that pay, those that are calculated together.
    rest : int array
        Numbers of those that change too much.
    seconds : float
        What one of the former takes, roughly.
    numbers : float
        How many its largest map or patch has.
    """

    groups: tuple[NDArray[np.intp], ...]
    rest: NDArray[np.intp]
    seconds: float = 0.0
    numbers: float = 0.0


class Patcher:
    """A network that is asked about one picture with parts of it changed.

    Plans and the like are kept for the next picture; of whole maps those of the latest.

    Parameters
    ----------
    executor : Executor
    """

    def __init__(self, executor: Executor) -> None:
        self.executor = executor
        self.trouble: str | None = None  # why it is not to be used any more
        self.checked: set[frozenset[int]] = set()
        self._plans: OrderedDict[Hashable, Patching] = OrderedDict()
        self._deals: OrderedDict[Hashable, Deal] = OrderedDict()
        self._layouts: OrderedDict[Hashable, Layout] = OrderedDict()
        self._held = 0
        self._version = 0
        self._whole: tuple[Hashable, Pixels, Any] | None = None

    def plan(self, key: Hashable, hidden: Boxes) -> Patching:
        """Choose what is patched for a grid; `key` tells grids apart."""
        if key not in self._plans:
            self._plans[key] = choose(self.executor.nodes, hidden)
            if len(self._plans) > KEPT_PLANS:
                self._plans.popitem(last=False)
        return self._plans[key]

    def deal(self, patching: Patching, hidden: Boxes) -> Deal:
        """Put sets into groups, and tell those for which patches do not pay."""
        key = (patching.patched, hidden.tobytes())
        if key not in self._deals:
            self._deals[key] = _dealt(patching, self.in_full, hidden)
            if len(self._deals) > KEPT_PLANS:
                self._deals.popitem(last=False)
        return self._deals[key]

    @cached_property
    def in_full(self) -> Patching:
        """The network on whole maps alone."""
        return Patching(self.executor.nodes, frozenset())

    def answer(
        self,
        patching: Patching,
        picture: Pixels,
        groups: Sequence[Boxes | None],
        crop: Callable[[int, Boxes], Pixels],
    ) -> Any:
        """Ask about pictures in groups, of each of which the patches are of one size.

        Parameters
        ----------
        patching : Patching
        picture : float32 array (height, width, channels)
            With nothing hidden, preprocessed; the same object for the same picture.
        groups : sequence of Boxes or None
            None is the picture as it is.
        crop : callable
            The number of a group and its patches' boxes → float32 (n, rows, columns, channels).

        Returns
        -------
        Any
            What the model returns, for one group after the other.
        """
        maps: list[Maps] = []
        for number, boxes in enumerate(groups):
            if not patching.patched:
                pictures = picture[np.newaxis]
                if boxes is not None:
                    pictures = crop(number, np.broadcast_to(_all_of(picture), boxes.shape))
                maps.append([self.executor.taken(pictures)])
                continue
            whole = self._whole_maps(patching, picture)
            if boxes is None:
                maps.append(self.executor.untouched(patching, whole))
            else:
                layout = self._layout(patching, boxes)
                patches = crop(number, layout.patches)
                maps.append(
                    self.executor.patched(patching, whole, patches, layout.places, layout.lengths)
                )
        return self.executor.answer(patching, maps)

    def refresh(self) -> None:
        """Take the model's weights as they are now."""
        self._version = self.executor.refresh()

    def _whole_maps(self, patching: Patching, picture: Pixels) -> Any:
        key = (patching.patched, self._version)
        if self._whole is None or self._whole[0] != key or self._whole[1] is not picture:
            self._whole = None  # ahead of the next, so that there are never two
            self._whole = (key, picture, self.executor.whole(patching, picture))
        return self._whole[2]

    def _layout(self, patching: Patching, hidden: Boxes) -> Layout:
        key = (patching.patched, hidden.tobytes())
        layout = self._layouts.pop(key, None)
        if layout is None:
            boxes = patching.boxes(hidden)
            places, lengths = packed(patching.gathers(boxes))
            layout = Layout(boxes[0], places, lengths)
            self._held += places.nbytes
        self._layouts[key] = layout
        while self._held > KEPT_BYTES and len(self._layouts) > 1:
            _, oldest = self._layouts.popitem(last=False)
            self._held -= oldest.places.nbytes
        return layout


def _dealt(patching: Patching, in_full: Patching, hidden: Boxes) -> Deal:
    numbers = np.arange(len(hidden))
    if not patching.patched or not len(hidden):
        return Deal((), numbers)
    changes = traced(patching.nodes, hidden)
    taken = seconds(patching, changes)
    pays = taken < seconds(in_full, changes)
    if not pays.any():
        return Deal((), numbers)
    chosen, parts = numbers[pays], {index: boxes[pays] for index, boxes in changes.items()}
    groups = [chosen[one] for one in grouped(parts, rates(patching), a_group(patching))]
    return Deal(tuple(groups), numbers[~pays], float(taken[pays].mean()), largest(patching, parts))


def _all_of(picture: Pixels) -> Boxes:
    return np.array([[[0, picture.shape[0]], [0, picture.shape[1]]]])
