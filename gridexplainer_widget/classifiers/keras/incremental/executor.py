"""Incremental execution of a Keras model."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.classifiers.imports import framework
from gridexplainer_widget.classifiers.keras.source import address_of, same_values, values_of
from gridexplainer_widget.core.arrays import PreparedBatch
from gridexplainer_widget.core.errors import NotApplicable
from gridexplainer_widget.incremental.calculation import Rows
from gridexplainer_widget.incremental.executor import CutMaps
from gridexplainer_widget.incremental.gathers import Places
from gridexplainer_widget.incremental.optimise import optimised
from gridexplainer_widget.incremental.plan import PatchPlan
from gridexplainer_widget.incremental.step import Tensor

from .compiled import Compile, Compiled, compile_outputs, compile_patch_maps, whole_maps
from .reader import read_graph
from .steps import Move
from .unfused import run_unfused
from .weights import IndependentTensors

MAX_COMPILED = 24
"""Compiled parts to keep: two for each of the latest twelve plans, of which a grid has one."""


class KerasExecutor:
    """A Keras model as a graph; `traced` is a concrete function of pictures of one size.

    Raises
    ------
    UnsupportedGraph
        The model cannot be read.
    NotApplicable
        It calculates in numbers that NumPy lacks, or takes batches of one size only.
    """

    seconds_per_node = 3e-3
    runs_beside = True

    def __init__(self, traced: Any) -> None:
        self.tf = tf = framework("tensorflow", "a Keras model", "tensorflow")
        self.accelerated = bool(tf.config.list_logical_devices("GPU"))
        self._traced = traced
        _check_applicable(tf, traced)
        reading = read_graph(tf, traced)
        self.graph, self.lighter = optimised(reading.graph, lambda stride: Move(stride=stride))
        self._flat = reading.flat
        self._parameters = IndependentTensors(tf, traced, reading.parameters)
        self._states: list[Tensor] = []  # held so that memory is not reused
        self._state_arrays: list[NDArray[Any]] | None = None  # the same memory
        self._weights: dict[int, list[Tensor]] = {}
        self._compiled: OrderedDict[Any, Compiled] = OrderedDict()
        self._version = 0

    def refresh(self) -> int:
        """Fold the model's current weights; see :class:`Executor`.

        Writing to a variable makes a new tensor, so the same memory holds the same numbers.
        """
        states = self._parameters.states()
        arrays = [values_of(state) for state in states]
        if self._state_arrays is not None and all(map(same_values, arrays, self._state_arrays)):
            return self._version
        tensors = self._parameters.calculate(states)
        values = dict(enumerate(map(values_of, tensors)))
        at = {address_of(values[key]): tensor for key, tensor in enumerate(tensors)}
        for index, node in enumerate(self.graph.nodes):
            if node.step is not None:
                weights = node.step.weights(self.tf, values)
                self._weights[index] = [self._tensor(array, at) for array in weights]
        self._states, self._state_arrays = states, arrays  # last: retry after failure
        self._version += 1
        return self._version

    def to_tensor(self, pictures: PreparedBatch) -> Tensor:
        """See :class:`Executor`."""
        return self.tf.constant(pictures)

    def to_array(self, maps: Tensor) -> NDArray[np.float32]:
        """See :class:`Executor`."""
        array: NDArray[np.float32] = maps.numpy()
        return array

    def whole_maps(self, plan: PatchPlan, picture: NDArray[np.float32]) -> dict[int, Rows]:
        """See :class:`Executor`; as rows."""
        return whole_maps(self.tf, plan, self._weights, self.to_tensor(picture[np.newaxis]))

    def baseline_maps(self, plan: PatchPlan, whole: dict[int, Rows]) -> CutMaps:
        """See :class:`Executor`."""
        nodes = {index: self.graph[index] for index in plan.cut}
        return [
            self.tf.reshape(whole[index][: node.positions], (1, *node.size, node.channels))
            for index, node in nodes.items()
        ]

    def patch_maps(
        self,
        plan: PatchPlan,
        whole: dict[int, Rows],
        patches: PreparedBatch,
        places: Places,
        lengths: Places,
    ) -> CutMaps:
        """See :class:`Executor`."""
        tensors = map(self.tf.constant, (patches, places, lengths))
        return self._run(compile_patch_maps, plan, [*tensors, *whole.values()])

    def outputs(self, plan: PatchPlan, groups: Sequence[CutMaps]) -> Any:
        """See :class:`Executor`."""
        cut = [
            parts[0] if len(parts) == 1 else self.tf.concat(parts, 0)
            for parts in zip(*groups, strict=True)
        ]
        arrays = [result.numpy() for result in self._run(compile_outputs, plan, cut)]
        results = [
            array.reshape(-1, array.shape[-1]) if flat else array
            for array, flat in zip(arrays, self._flat, strict=True)
        ]
        return self.tf.nest.pack_sequence_as(self._traced.structured_outputs, results)

    def _tensor(self, array: NDArray[Any], at: dict[int, Tensor]) -> Tensor:
        tensor = at.get(address_of(array))
        if tensor is None or tensor.shape.num_elements() != array.size:
            return self.tf.constant(array)
        return self.tf.reshape(tensor, array.shape)  # the same memory

    def _run(self, compile_part: Compile, plan: PatchPlan, inputs: list[Tensor]) -> list[Tensor]:
        key = (compile_part, plan.key)
        if key not in self._compiled:
            self._compiled[key] = compile_part(self.tf, plan, self._weights)
        self._compiled.move_to_end(key)
        if len(self._compiled) > MAX_COMPILED:
            self._compiled.popitem(last=False)
        compiled = self._compiled[key]
        taken = compiled.inputs(inputs, self._weights)
        return list(run_unfused(self.tf, compiled.function, taken))


def _check_applicable(tf: Any, traced: Any) -> None:
    if any(result.shape.rank and result.shape[0] is not None for result in traced.outputs):
        raise NotApplicable("it takes batches of one size only")
    outputs = (output for op in traced.graph.get_operations() for output in op.outputs)
    if any(output.dtype == tf.bfloat16 for output in outputs):
        raise NotApplicable("it calculates in bfloat16")
