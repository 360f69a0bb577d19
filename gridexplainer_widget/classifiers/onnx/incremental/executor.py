"""Incremental execution of an ONNX model."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.classifiers.onnx.program import Program
from gridexplainer_widget.classifiers.onnx.source import Source
from gridexplainer_widget.core.arrays import PreparedBatch
from gridexplainer_widget.incremental.boxes import whole_box
from gridexplainer_widget.incremental.executor import CutMaps
from gridexplainer_widget.incremental.gathers import OUTSIDE, Places, packed
from gridexplainer_widget.incremental.graph import Node, Rates
from gridexplainer_widget.incremental.optimise import optimised
from gridexplainer_widget.incremental.plan import PatchPlan
from gridexplainer_widget.incremental.step import Tensor

from .calculation import (
    Write,
    kept_patched,
    lists_of,
    map_name,
    rows_name,
    write_outputs,
    write_patch_maps,
)
from .part import FIRST, LAST
from .reader import read_graph
from .steps import Skip

RATES = Rates(
    products={"convolution": 90e9, "depthwise": 30e9, "pool": 15e9},
    value=0.05e-9,
    copy=0.25e-9,
    call=10e-6,
    weight=0.1e-9,
)
"""Of ONNX Runtime, twice those of one core with AVX-512; weights are read, but not reordered."""

AT_ONCE_BYTES = 4 * 2**20
"""Of maps of the cut at once: more take more memory, whose first use takes time, and save none."""

MAX_PARTS = 24
"""Parts to keep: two for each of the latest twelve plans, of which a grid has one."""


class OnnxExecutor:
    """An ONNX model as a graph, whose parts ONNX Runtime runs.

    Parameters
    ----------
    shape : (channels, height, width)
    channels_last
        Whether the model itself takes channels last.
    after
        Post-processing of the raw output.

    Raises
    ------
    UnsupportedGraph
        The model cannot be read.
    """

    accelerated = False
    seconds_per_node = 2e-3
    runs_beside = False

    def __init__(
        self,
        runtime: Any,
        source: Source,
        shape: tuple[int, int, int],
        *,
        channels_last: bool,
        after: Callable[[NDArray[Any]], Any],
    ) -> None:
        self._runtime, self._source, self._after = runtime, source, after
        channels, height, width = shape
        given = (height, width, channels) if channels_last else shape
        graph = read_graph(Program(runtime, source, given), channels_last=channels_last)
        self.graph, self.lighter = optimised(replace(graph, rates=RATES), Skip)
        self._parts: OrderedDict[Any, Any] = OrderedDict()

    def refresh(self) -> int:
        """Return 1, since an ONNX model never changes; see :class:`Executor`."""
        return 1

    def to_tensor(self, pictures: PreparedBatch) -> Tensor:
        """See :class:`Executor`."""
        return np.ascontiguousarray(pictures.transpose(FIRST), np.float32)

    def to_array(self, maps: Tensor) -> NDArray[np.float32]:
        """See :class:`Executor`."""
        array: NDArray[np.float32] = maps.transpose(LAST)
        return array

    def whole_maps(self, plan: PatchPlan, picture: NDArray[np.float32]) -> dict[int, Tensor]:
        """See :class:`Executor`; as rows. A patch as large as the picture asks for none of them."""
        whole = {index: _unknown(self.graph[index]) for index in kept_patched(plan)}
        boxes = {index: whole_box(self.graph[index].size) for index in plan.patched}
        patch = self.to_tensor(picture[np.newaxis])
        given = _patch_inputs(patch, whole, *packed(plan.gathers(boxes)))
        results = self._run(write_patch_maps, plan, given)
        for rows, found in zip(whole.values(), results[len(plan.cut) :], strict=True):
            rows[: len(found)] = found
        return whole

    def baseline_maps(self, plan: PatchPlan, whole: dict[int, Tensor]) -> CutMaps:
        """See :class:`Executor`."""
        nodes = {index: self.graph[index] for index in plan.cut}
        return [
            whole[index][: node.positions].reshape(1, *node.size, -1).transpose(FIRST)
            for index, node in nodes.items()
        ]

    def patch_maps(
        self,
        plan: PatchPlan,
        whole: dict[int, Tensor],
        patches: PreparedBatch,
        places: Places,
        lengths: Places,
    ) -> CutMaps:
        """See :class:`Executor`."""
        given = _patch_inputs(self.to_tensor(patches), whole, places, lengths)
        return self._run(write_patch_maps, plan, given, len(plan.cut))

    def outputs(self, plan: PatchPlan, groups: Sequence[CutMaps]) -> Any:
        """See :class:`Executor`."""
        cut = [np.ascontiguousarray(np.concatenate(parts)) for parts in zip(*groups, strict=True)]
        size = max(1, AT_ONCE_BYTES // sum(one[0].nbytes for one in cut))
        answers = []
        for first in range(0, len(cut[0]), size):
            some = (one[first : first + size] for one in cut)
            given = {map_name(index): one for index, one in zip(plan.cut, some, strict=True)}
            answers += self._run(write_outputs, plan, given)
        return self._after(np.concatenate(answers))

    def _run(
        self,
        write: Write,
        plan: PatchPlan,
        given: Mapping[str, NDArray[Any]],
        wanted: int | None = None,
    ) -> list[NDArray[Any]]:
        """Return the first `wanted` results of a part."""
        key = (write, plan.key)
        if key not in self._parts:
            written = write(self._source, plan)
            self._parts[key] = written.outputs, written.session(self._runtime)
        self._parts.move_to_end(key)
        if len(self._parts) > MAX_PARTS:
            self._parts.popitem(last=False)
        outputs, session = self._parts[key]
        taken = {one.name: given[one.name] for one in session.get_inputs()}
        found: list[NDArray[Any]] = session.run(outputs[:wanted], taken)
        return found


def _patch_inputs(
    patches: Tensor, whole: Mapping[int, Tensor], places: Places, lengths: Places
) -> dict[str, NDArray[Any]]:
    rows = {rows_name(index): one for index, one in whole.items()}
    return {"patches": patches, **rows, **lists_of(places, lengths)}


def _unknown(node: Node) -> NDArray[np.float32]:
    """Return rows of which nothing is read but `OUTSIDE`."""
    rows = np.empty((node.positions + len(OUTSIDE), node.channels), np.float32)
    rows[node.positions :] = np.array(OUTSIDE)[:, np.newaxis]
    return rows
