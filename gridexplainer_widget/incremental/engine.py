"""Answers about pictures of which a part has changed, from a plan and an executor."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.core.arrays import Pixels

from .boxes import Boxes
from .costs import a_group, choose, largest, rates, seconds, traced
from .executor import Executor, Maps
from .gathers import Places, packed
from .grouping import grouped
from .plan import PatchPlan

KEPT_BYTES = 64 * 2**20
"""How much is kept of where windows come from: as long as a grid stays, it is the same."""

KEPT_PLANS = 16


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
class Schedule:
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


class IncrementalEngine:
    """A network that is asked about one picture with parts of it changed.

    Plans and the like are kept for the next picture; of whole maps those of the latest.

    Parameters
    ----------
    executor : Executor
    """

    def __init__(self, executor: Executor) -> None:
        self.executor = executor
        self.disabled_reason: str | None = None  # why it is not to be used any more
        self.checked: set[frozenset[int]] = set()
        self._plans: OrderedDict[Hashable, PatchPlan] = OrderedDict()
        self._deals: OrderedDict[Hashable, Schedule] = OrderedDict()
        self._layouts: OrderedDict[Hashable, Layout] = OrderedDict()
        self._held = 0
        self._version = 0
        self._whole: tuple[Hashable, Pixels, Any] | None = None

    def plan(self, key: Hashable, hidden: Boxes) -> PatchPlan:
        """Choose what is patched for a grid; `key` tells grids apart."""
        if key not in self._plans:
            self._plans[key] = choose(self.executor.nodes, hidden)
            if len(self._plans) > KEPT_PLANS:
                self._plans.popitem(last=False)
        return self._plans[key]

    def deal(self, plan: PatchPlan, hidden: Boxes) -> Schedule:
        """Put sets into groups, and tell those for which patches do not pay."""
        key = (plan.patched, hidden.tobytes())
        if key not in self._deals:
            self._deals[key] = _dealt(plan, self.in_full, hidden)
            if len(self._deals) > KEPT_PLANS:
                self._deals.popitem(last=False)
        return self._deals[key]

    @cached_property
    def in_full(self) -> PatchPlan:
        """The network on whole maps alone."""
        return PatchPlan(self.executor.nodes, frozenset())

    def answer(
        self,
        plan: PatchPlan,
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
            if not plan.patched:
                pictures = picture[np.newaxis]
                if boxes is not None:
                    pictures = crop(number, np.broadcast_to(_all_of(picture), boxes.shape))
                maps.append([self.executor.to_tensor(pictures)])
                continue
            whole = self._whole_maps(plan, picture)
            if boxes is None:
                maps.append(self.executor.untouched(plan, whole))
            else:
                layout = self._layout(plan, boxes)
                patches = crop(number, layout.patches)
                maps.append(
                    self.executor.patched(plan, whole, patches, layout.places, layout.lengths)
                )
        return self.executor.answer(plan, maps)

    def refresh(self) -> None:
        """Take the model's weights as they are now."""
        self._version = self.executor.refresh()

    def _whole_maps(self, plan: PatchPlan, picture: Pixels) -> Any:
        key = (plan.patched, self._version)
        if self._whole is None or self._whole[0] != key or self._whole[1] is not picture:
            self._whole = None  # ahead of the next, so that there are never two
            self._whole = (key, picture, self.executor.whole(plan, picture))
        return self._whole[2]

    def _layout(self, plan: PatchPlan, hidden: Boxes) -> Layout:
        key = (plan.patched, hidden.tobytes())
        layout = self._layouts.pop(key, None)
        if layout is None:
            boxes = plan.boxes(hidden)
            places, lengths = packed(plan.gathers(boxes))
            layout = Layout(boxes[0], places, lengths)
            self._held += places.nbytes
        self._layouts[key] = layout
        while self._held > KEPT_BYTES and len(self._layouts) > 1:
            _, oldest = self._layouts.popitem(last=False)
            self._held -= oldest.places.nbytes
        return layout


def _dealt(plan: PatchPlan, in_full: PatchPlan, hidden: Boxes) -> Schedule:
    numbers = np.arange(len(hidden))
    if not plan.patched or not len(hidden):
        return Schedule((), numbers)
    changes = traced(plan.nodes, hidden)
    taken = seconds(plan, changes)
    pays = taken < seconds(in_full, changes)
    if not pays.any():
        return Schedule((), numbers)
    chosen, parts = numbers[pays], {index: boxes[pays] for index, boxes in changes.items()}
    groups = [chosen[one] for one in grouped(parts, rates(plan), a_group(plan))]
    return Schedule(tuple(groups), numbers[~pays], float(taken[pays].mean()), largest(plan, parts))


def _all_of(picture: Pixels) -> Boxes:
    return np.array([[[0, picture.shape[0]], [0, picture.shape[1]]]])
