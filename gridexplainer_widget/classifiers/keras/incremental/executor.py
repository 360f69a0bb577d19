"""A Keras model on TensorFlow, calculated on patches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.classifiers.imports import framework
from gridexplainer_widget.incremental.channel_affine import lighter
from gridexplainer_widget.incremental.executor import Maps
from gridexplainer_widget.incremental.gathers import Places
from gridexplainer_widget.incremental.plan import PatchPlan
from gridexplainer_widget.incremental.reorder import reordered
from gridexplainer_widget.incremental.skip_unused import narrowed

from .compiled import Part, answer_part, patched_part, whole_part
from .reader import read
from .steps import Move
from .weights import Independent


class KerasExecutor:
    """A Keras model as a list of nodes, and compiled functions of parts of it.

    Parameters
    ----------
    traced : tf.types.experimental.ConcreteFunction
        Of a batch of pictures of one size.
    """

    def __init__(self, traced: Any) -> None:
        self.tf = tf = framework("tensorflow", "a Keras model", "tensorflow")
        self.accelerated = bool(tf.config.list_logical_devices("GPU"))
        self._traced = traced
        reading = read(tf, traced)
        self.nodes = narrowed(reordered(reading.nodes), lambda stride: Move(stride=stride))
        self.lighter = lighter(reading.nodes) or self.nodes != reading.nodes
        self._flat = reading.flat
        self._parameters = Independent(tf, traced, reading.parameters)
        self._states: list[Any] = []  # held, or their memory would be another's
        self._read: list[NDArray[Any]] | None = None  # the same as arrays
        self._weights: dict[int, list[Any]] = {}  # of each node
        self._compiled: dict[Any, Any] = {}
        self._version = 0
        self.refresh()

    def refresh(self) -> int:
        """Read the model's weights as they are now, and fold them; see :class:`Executor`.

        A tensor that was read never changes: what writes to a variable makes another. So where
        the memory is the same, the numbers are.
        """
        states = self._parameters.states()
        read = [_view(state) for state in states]
        if self._read is not None and all(map(_same, read, self._read)):
            return self._version
        tensors = self._parameters.calculated(states)
        values = [_view(tensor) for tensor in tensors]
        at = {_address(value): tensor for value, tensor in zip(values, tensors, strict=True)}
        for index, node in enumerate(self.nodes.nodes):
            if node.step is not None:
                self._take(index, [self._tensor(a, at) for a in node.step.weights(values)])
        self._states, self._read = states, read  # last: what failed is tried again
        self._version += 1
        return self._version

    def _take(self, index: int, tensors: list[Any]) -> None:
        """Keep what a node needs in variables, so that what was compiled sees the newest."""
        if index not in self._weights:
            self._weights[index] = [self.tf.Variable(t, trainable=False) for t in tensors]
        else:
            for variable, tensor in zip(self._weights[index], tensors, strict=True):
                variable.assign(tensor)

    def _tensor(self, array: NDArray[Any], at: dict[int, Any]) -> Any:
        tensor = at.get(_address(array))
        if tensor is None or tensor.shape.num_elements() != array.size:
            return self.tf.constant(array)
        return self.tf.reshape(tensor, array.shape)  # the same memory

    def to_tensor(self, pictures: NDArray[np.float32]) -> Any:
        """See :class:`Executor`."""
        return self.tf.constant(pictures)

    def whole(self, plan: PatchPlan, picture: NDArray[np.float32]) -> Any:
        """See :class:`Executor`."""
        return self._run(whole_part, plan, [self.tf.constant(picture[np.newaxis])])

    def untouched(self, plan: PatchPlan, whole: Any) -> Maps:
        """See :class:`Executor`."""
        nodes = [self.nodes[index] for index in plan.cut]
        maps = [whole[plan.kept.index(index)] for index in plan.cut]
        return [
            self.tf.reshape(rows[: node.positions], (1, *node.size, node.channels))
            for rows, node in zip(maps, nodes, strict=True)
        ]

    def patched(
        self,
        plan: PatchPlan,
        whole: Any,
        patches: NDArray[np.float32],
        places: Places,
        lengths: Places,
    ) -> Maps:
        """See :class:`Executor`."""
        given = map(self.tf.constant, (patches, places, lengths))
        maps: Maps = self._run(patched_part, plan, [*given, *whole])
        return maps

    def answer(self, plan: PatchPlan, maps: Sequence[Maps]) -> Any:
        """See :class:`Executor`."""
        joined = [
            parts[0] if len(parts) == 1 else self.tf.concat(parts, 0)
            for parts in zip(*maps, strict=True)
        ]
        made = self._run(answer_part, plan, joined)
        results = [
            result.numpy().reshape(-1, result.shape[-1]) if flat else result.numpy()
            for result, flat in zip(made, self._flat, strict=True)
        ]
        return self.tf.nest.pack_sequence_as(self._traced.structured_outputs, results)

    def _run(self, part: Part, plan: PatchPlan, given: list[Any]) -> list[Any]:
        """Run a compiled part of the network, compiling it the first time."""
        key = (part, plan.patched)
        if key not in self._compiled:
            self._compiled[key] = part(self.tf, plan, self._weights)
        return list(self._compiled[key](*given))


def _view(tensor: Any) -> NDArray[Any]:
    """Return a tensor's numbers, without a copy where they are in main memory."""
    return np.asarray(memoryview(tensor)) if tensor.shape.rank else np.asarray(tensor.numpy())


def _address(array: NDArray[Any]) -> int:
    return int(array.__array_interface__["data"][0])


def _same(one: NDArray[Any], other: NDArray[Any]) -> bool:
    if one.shape != other.shape:
        return False
    return _address(one) == _address(other) or np.array_equal(one, other)
