"""Runs a model on one picture with parts changed."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.core.arrays import PreparedBatch
from gridexplainer_widget.core.errors import UnsupportedGraph, first_line

from .boxes import Boxes, whole_box
from .costs import (
    changed_boxes,
    choose_plan,
    group_seconds,
    largest_map_values,
    patch_seconds,
    set_seconds,
)
from .executor import CutMaps, Executor, WholeMaps
from .gathers import Places, packed
from .grouping import grouped
from .plan import PatchPlan

T = TypeVar("T")

MAX_LAYOUT_BYTES = 64 * 2**20
"""Bytes of layouts to keep; they recur while the grid stays."""

MAX_SIZES = 4
"""Picture sizes for which a model's reading is kept."""

MAX_PLANS = 16
"""Plans to keep, and schedules."""


@dataclass(frozen=True)
class Layout:
    """How to fill the windows of one group; `gathers.packed` makes the lists."""

    patches: Boxes
    places: Places
    lengths: Places


@dataclass(frozen=True)
class Schedule:
    """Which sets of hidden cells are calculated on patches.

    Parameters
    ----------
    groups
        Their indices, by group.
    rest
        Indices of the others, which change too much.
    set_seconds, largest_map_values
        Rough averages over the sets in `groups`.
    """

    groups: tuple[NDArray[np.intp], ...]
    rest: NDArray[np.intp]
    set_seconds: float = 0.0
    largest_map_values: float = 0.0


class IncrementalEngine:
    """A model that is run on one picture with parts changed.

    It keeps plans, schedules, layouts, and what is known of the latest picture.

    Attributes
    ----------
    disabled_reason
        Why it must no longer be used.
    checked
        `key` of plans that were checked against the model.
    missed_seconds
        What patches would have saved so far where the model itself was run.
    """

    def __init__(self, executor: Executor) -> None:
        self.executor = executor
        self.disabled_reason: str | None = None
        self.checked: set[Hashable] = set()
        self.missed_seconds = 0.0
        self._made: OrderedDict[Hashable, Any] = OrderedDict()
        self._schedules: OrderedDict[Hashable, Schedule] = OrderedDict()
        self._layouts: OrderedDict[Hashable, Layout] = OrderedDict()
        self._layout_bytes = 0
        self._version = 0
        self._latest: tuple[Hashable, Any] | None = None
        self._whole: tuple[Hashable, NDArray[np.float32], WholeMaps] | None = None

    @cached_property
    def full_plan(self) -> PatchPlan:
        """The network on whole maps alone."""
        return PatchPlan(self.executor.graph, frozenset())

    def plan(self, key: Hashable, hidden: Boxes) -> PatchPlan:
        """Choose the nodes to patch; `key` identifies the grid."""
        return self.made(key, lambda: choose_plan(self.executor.graph, hidden))

    def made(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what was made for `key`; make it the first time."""
        if key not in self._made:
            self._made[key] = make()
            if len(self._made) > MAX_PLANS:
                self._made.popitem(last=False)
        made: T = self._made[key]
        return made

    def latest(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return what was made of the latest picture; make it anew for another, or new weights."""
        key = (key, self._version)
        if self._latest is None or self._latest[0] != key:
            self._latest = None  # free the old before making the new
            self._latest = (key, make())
        latest: T = self._latest[1]
        return latest

    def schedule(self, plan: PatchPlan, hidden: Boxes) -> Schedule:
        """Choose and group the sets for which patches pay."""
        key = (plan.key, hidden.tobytes())
        if key not in self._schedules:
            self._schedules[key] = _schedule(plan, self.full_plan, hidden)
            if len(self._schedules) > MAX_PLANS:
                self._schedules.popitem(last=False)
        return self._schedules[key]

    def saved_seconds(self, plan: PatchPlan, hidden: Boxes) -> float:
        """Return what patches save of these sets, roughly."""
        boxes = changed_boxes(plan.graph, hidden)
        saved = set_seconds(self.full_plan, boxes) - set_seconds(plan, boxes)
        return float(np.maximum(saved, 0).sum())

    @property
    def planning_seconds(self) -> float:
        """What compiling a plan takes, roughly."""
        return self.executor.seconds_per_node * len(self.executor.graph)

    def refresh(self) -> None:
        """Read the model's current weights."""
        self._version = self.executor.refresh()

    def outputs(
        self,
        plan: PatchPlan,
        picture: NDArray[np.float32],
        groups: Sequence[Boxes | None],
        crop: Callable[[int, Boxes], PreparedBatch],
    ) -> Any:
        """Return the model's outputs for groups of pictures, in order.

        Parameters
        ----------
        picture : (height, width, channels)
            Preprocessed, nothing hidden; the same object for the same picture.
        groups
            What changes in each picture; None for the unchanged picture.
        crop
            Index of a group, boxes → preprocessed pixels.
        """
        maps = [
            self._cut_maps(plan, picture, boxes, partial(crop, index))
            for index, boxes in enumerate(groups)
        ]
        return self.executor.outputs(plan, maps)

    def _cut_maps(
        self,
        plan: PatchPlan,
        picture: NDArray[np.float32],
        boxes: Boxes | None,
        crop: Callable[[Boxes], PreparedBatch],
    ) -> CutMaps:
        if not plan.patched:
            pictures = picture[np.newaxis]
            if boxes is not None:
                pictures = crop(np.broadcast_to(whole_box(picture.shape[:2]), boxes.shape))
            return [self.executor.to_tensor(pictures)]
        whole = self.whole_maps(plan, picture)
        if boxes is None:
            return self.executor.baseline_maps(plan, whole)
        layout = self.layout(plan, boxes.tobytes(), lambda: plan.boxes(boxes))
        patches = crop(layout.patches)
        return self.executor.patch_maps(plan, whole, patches, layout.places, layout.lengths)

    def whole_maps(self, plan: PatchPlan, picture: NDArray[np.float32]) -> WholeMaps:
        """Return the maps of `plan.kept` of a picture; those of the latest are kept."""
        key = (plan.key, self._version)
        if self._whole is None or self._whole[0] != key or self._whole[1] is not picture:
            self._whole = None  # free the old maps before making new ones
            self._whole = (key, picture, self.executor.whole_maps(plan, picture))
        return self._whole[2]

    def layout(self, plan: PatchPlan, where: bytes, make: Callable[[], dict[int, Boxes]]) -> Layout:
        """Return how to fill the windows of a group; `where` tells its patches from others."""
        key = (plan.key, where)
        layout = self._layouts.pop(key, None)
        if layout is None:
            boxes = make()
            places, lengths = packed(plan.gathers(boxes))
            layout = Layout(boxes[0], places, lengths)
            self._layout_bytes += places.nbytes
        self._layouts[key] = layout
        while self._layout_bytes > MAX_LAYOUT_BYTES and len(self._layouts) > 1:
            _, oldest = self._layouts.popitem(last=False)
            self._layout_bytes -= oldest.places.nbytes
        return layout


class Engines:
    """A model's engines, by the size of the picture.

    Parameters
    ----------
    read
        (height, width) → its engine, or raises UnsupportedGraph.
    seconds
        (height, width) → how long reading takes, roughly; 0 where it is known, or refused at once.

    Attributes
    ----------
    seconds_in_full
        What the model itself has taken since it might have been read.
    """

    def __init__(
        self,
        read: Callable[[tuple[int, int]], IncrementalEngine],
        seconds: Callable[[tuple[int, int]], float] = lambda _: 0.0,
    ) -> None:
        self._read, self.seconds = read, seconds
        self._asked: set[tuple[int, int]] = set()
        self.seconds_in_full = 0.0

    def is_new(self, size: tuple[int, int]) -> bool:
        """Tell whether the engine has to be read, as far as is known here."""
        return size not in self._asked or self.seconds(size) > 0

    def __call__(self, size: tuple[int, int]) -> IncrementalEngine:
        """Return the engine, known or read now."""
        self._asked.add(size)
        return self._read(size)


def read_engine(make: Callable[[], Executor]) -> IncrementalEngine | UnsupportedGraph:
    """Make an engine; whatever fails is a reason to do without: the model itself still answers."""
    try:
        return IncrementalEngine(make())
    except UnsupportedGraph as reason:
        return reason.with_traceback(None)  # it would hold what was made so far
    except Exception as error:  # noqa: BLE001 - as above
        return failed(error)


def failed(error: Exception) -> UnsupportedGraph:
    """Return the reason that an unexpected error gives."""
    return UnsupportedGraph(f"reading it failed with {first_line(error)}")


def known_engine(found: IncrementalEngine | UnsupportedGraph) -> IncrementalEngine:
    """Return an engine, or raise the reason why there is none."""
    if isinstance(found, UnsupportedGraph):
        raise type(found)(*found.args)  # anew: a kept error would gather tracebacks
    return found


def _schedule(plan: PatchPlan, full_plan: PatchPlan, hidden: Boxes) -> Schedule:
    indices = np.arange(len(hidden))
    if not plan.patched or not len(hidden):
        return Schedule((), indices)
    boxes = changed_boxes(plan.graph, hidden)
    seconds = set_seconds(plan, boxes)
    pays = seconds < set_seconds(full_plan, boxes)
    if not pays.any():
        return Schedule((), indices)
    paying, parts = indices[pays], {index: part[pays] for index, part in boxes.items()}
    groups = grouped(parts, patch_seconds(plan), group_seconds(plan))
    return Schedule(
        tuple(paying[group] for group in groups),
        indices[~pays],
        float(seconds[pays].mean()),
        largest_map_values(plan, parts),
    )
