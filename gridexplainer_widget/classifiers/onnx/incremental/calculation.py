"""Write the parts of a calculation as ONNX models."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.classifiers.onnx.source import Source
from gridexplainer_widget.incremental.calculation import Calculation, Rows
from gridexplainer_widget.incremental.gathers import LISTS_PER_GATHER, OUTSIDE, Places
from gridexplainer_widget.incremental.graph import Node
from gridexplainer_widget.incremental.plan import PatchPlan
from gridexplainer_widget.incremental.step import StepInputs, Tensor

from .layouts import Layouts
from .part import Part, WrittenPart
from .steps import Replay

Write: TypeAlias = Callable[[Source, PatchPlan], WrittenPart]
"""Writes one part of a calculation; its outputs are in order."""


def write_patch_maps(source: Source, plan: PatchPlan) -> WrittenPart:
    """Write: patches, rows of `kept_patched`, lists of places → maps of the cut, rows of patches.

    The latter are of `kept_patched` as well: of a patch as large as the picture, whole maps.
    """
    part = Part(source)
    patches = part.input("patches", ("n", plan.graph[0].channels, "height", "width"))
    rows = {
        index: part.input(rows_name(index), (node.positions + len(OUTSIDE), node.channels))
        for index in kept_patched(plan)
        for node in [plan.graph[index]]
    }
    count = LISTS_PER_GATHER * (len(plan.gathered) + len(plan.cut))
    lists = [list_name(number) for number in range(count)]
    calculation = OnnxCalculation(part, plan, {})
    whole = rows | calculation.constant_maps()
    maps = calculation.patch_maps(Layouts(part, first=patches), lists, whole)
    return part.written([one.first for one in maps] + calculation.patch_rows())


def write_outputs(source: Source, plan: PatchPlan) -> WrittenPart:
    """Write: whole maps of the cut (n, channels, height, width) → outputs."""
    part = Part(source)
    cut = [part.input(map_name(index), _map_shape(plan, index)) for index in plan.cut]
    results = OnnxCalculation(part, plan, {}).outputs([Layouts(part, first=one) for one in cut])
    # An input may be a result, but not by the same name.
    return part.written([part.add("Identity", result.first) for result in results])


class OnnxCalculation(Calculation):
    """A calculation that is written into a part."""

    def constant_maps(self) -> dict[int, Rows]:
        """Write the whole maps that no picture changes."""
        constants = [index for index in self.plan.kept if index not in self.plan.patched]
        self._calculate(constants, constants)
        return {index: self.with_outside(self._maps[index]) for index in constants}

    def patch_rows(self) -> list[Rows]:
        """Return the rows of the patches of `kept_patched`."""
        return [self._maps[index].rows for index in kept_patched(self.plan)]

    def calculated(self, node: Node, inputs: StepInputs) -> Layouts:
        """See :class:`Calculation`; patches stay rows where a step can take them."""
        part: Part = self.framework
        maps: Sequence[Layouts] = inputs.maps
        step = node.step.on_rows() if isinstance(node.step, Replay) else None
        if step is not None and inputs.windows and any(one.are_rows for one in maps):
            shape = next(one.shape for one in maps if one.are_rows)
            rows = step.calculate(part, replace(inputs, maps=[one.rows for one in maps]))
            return Layouts(part, rows=rows, shape=shape)
        given = replace(inputs, maps=[one.first for one in maps])
        return Layouts(part, first=super().calculated(node, given))

    def rows(self, maps: Layouts) -> Rows:
        """See :class:`Calculation`."""
        return maps.rows

    def picked(self, rows: Rows, places: Tensor) -> Rows:  # noqa: ARG002 - of Calculation
        """See :class:`Calculation`; `assembled` picks them."""
        return rows

    def assembled(self, rows: Rows | None, whole: Rows, places: Sequence[Tensor]) -> Layouts:
        """See :class:`Calculation`."""
        part: Part = self.framework
        shape, _, order, _, map_from = places
        found = part.add("Gather", whole, part.input(map_from, (map_from,), np.int32), axis=0)
        if rows is not None:
            both = part.add("Concat", found, rows, axis=0)
            found = part.add("Gather", both, part.input(order, (order,), np.int32), axis=0)
        return Layouts(part, rows=found, shape=part.input(shape, (4,), np.int64))

    def with_outside(self, whole: Layouts) -> Rows:
        """See :class:`Calculation`."""
        part: Part = self.framework
        rows = self.rows(whole)
        channels = part.add("Gather", part.add("Shape", rows), part.constant(np.array([1])), axis=0)
        edges = part.constant(np.array(OUTSIDE, np.float32)[:, np.newaxis])
        return part.add("Concat", rows, part.add("Expand", edges, channels), axis=0)

    def _release(self, index: int, uses: Counter[int]) -> None:
        """Keep all: a written map takes no memory."""


def lists_of(places: Places, lengths: Places) -> dict[str, NDArray[Any]]:
    """Return the lists that `write_patch_maps` asks for, by name; `gathers.packed` made them.

    A window takes from the numbers around the patch, then the patch's own.
    """
    split = np.split(places, np.cumsum(lengths)[:-1])
    found: dict[str, NDArray[Any]] = {}
    for first in range(0, len(split), LISTS_PER_GATHER):
        shape, patch_to, patch_from, map_to, map_from = split[first : first + LISTS_PER_GATHER]
        order = np.empty(len(patch_to) + len(map_to), np.int32)
        order[map_to] = np.arange(len(map_to))
        taken = patch_from if len(patch_from) else np.arange(len(patch_to))
        order[patch_to] = taken + len(map_to)
        found[list_name(first)] = np.array([*shape, -1], np.int64)
        found[list_name(first + 2)] = order
        found[list_name(first + 4)] = map_from
    return found


def kept_patched(plan: PatchPlan) -> list[int]:
    """Return the nodes of `plan.kept` that change with the picture."""
    return [index for index in plan.kept if index in plan.patched]


def rows_name(index: int) -> str:
    """Return the name of a whole map's rows."""
    return f"rows{index}"


def map_name(index: int) -> str:
    """Return the name of a whole map."""
    return f"map{index}"


def list_name(number: int) -> str:
    """Return the name of a list of places."""
    return f"list{number}"


def _map_shape(plan: PatchPlan, index: int) -> tuple[int | str, ...]:
    node = plan.graph[index]
    return ("n", node.channels, *node.size)
