"""Collect nodes while a TensorFlow graph is read."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import Any

import numpy as np

from gridexplainer_widget.incremental.builder import NodeBuilder
from gridexplainer_widget.incremental.graph import Kind
from gridexplainer_widget.incremental.window import POINT, Pair, Window

from .replay import operations_leading_to
from .steps import Constant
from .weights import IndependentTensors


class GraphBuilder:
    """A graph that is being read; `traced` is a concrete function of pictures of one size.

    Attributes
    ----------
    operations : list
        All that lead to the results, in graph order.
    parameters : list of tensors
        Needed by nodes, independent of the picture.
    consumed : set
        Operations read together with another.
    """

    def __init__(self, tf: Any, traced: Any) -> None:
        self.tf, self.traced = tf, traced
        self.picture, self.results = traced.inputs[0], list(traced.outputs)
        self.operations = operations_leading_to(self.results)
        self.parameters: list[Any] = []
        self.consumed: set[Any] = set()
        self._nodes: dict[Any, NodeBuilder] = {}
        self._holder: dict[Any, Any] = {}  # → the holder of the same map
        self._parameter_index: dict[Any, int] = {}
        self._dependent = {self.picture.ref()}
        self._uses: Counter[Any] = Counter(result.ref() for result in self.results)
        self._users: dict[Any, list[Any]] = {}
        for op in self.operations:
            if any(self.depends(source) for source in op.inputs):
                self._dependent.update(output.ref() for output in op.outputs)
            for source in op.inputs:
                self._uses[source.ref()] += 1
                self._users.setdefault(source.ref(), []).append(op)
        size, channels = map_size(self.picture), int(self.picture.shape[3])
        self.add(NodeBuilder("picture", self.picture, [], [], size, channels, "input", None))

    # Queries

    def depends(self, tensor: Any) -> bool:
        """Tell whether a tensor depends on the picture."""
        return tensor.ref() in self._dependent

    def holder(self, tensor: Any) -> Any:
        """Return a reference to the tensor that holds the same map."""
        return self._holder.get(tensor.ref(), tensor.ref())

    def read_map(self, tensor: Any) -> NodeBuilder | None:
        """Return the node of a tensor's map, if read."""
        return self._nodes.get(self.holder(tensor))

    def map_of(self, tensor: Any, *, flat: bool = False, unread: bool = True) -> NodeBuilder | None:
        """Return a tensor's float32 map, if it is one.

        `flat` allows positions along one axis; `unread` allows outputs of unread operations.
        """
        if tensor.dtype != self.tf.float32 or not (tensor.shape.rank == 4 or flat):
            return None
        node = self.read_map(tensor)
        if node is not None or not unread:
            return node
        is_map = self.depends(tensor) and tensor.shape.rank == 4
        if not is_map or None in tuple(tensor.shape[1:]):
            return None
        channels = int(tensor.shape[3])
        return NodeBuilder(
            tensor.op.name, tensor, [], [], map_size(tensor), channels, "other", None
        )

    def parameter(self, tensor: Any) -> int:
        """Return the index of a picture-independent tensor."""
        if tensor.ref() not in self._parameter_index:
            self._parameter_index[tensor.ref()] = len(self.parameters)
            self.parameters.append(tensor)
        return self._parameter_index[tensor.ref()]

    def used_once(self, tensor: Any) -> bool:
        """Tell whether exactly one operation uses a tensor."""
        return bool(self._uses[tensor.ref()] == 1)

    def only_user(self, tensor: Any) -> Any:
        """Return a tensor's only user; None if it has several."""
        return self._users[tensor.ref()][0] if self.used_once(tensor) else None

    def static(self, tensor: Any) -> Any:
        """Return a tensor's value if known without running anything."""
        value = self.tf.get_static_value(tensor)
        return None if value is None else np.asarray(value)

    def observed_shape(self, tensor: Any) -> tuple[int, ...]:
        """Return a reshaped tensor's shape for two pictures; () if unknown."""
        return self._observed_shapes.get(tensor.ref(), ())

    @cached_property
    def _observed_shapes(self) -> dict[Any, tuple[int, ...]]:
        """Derive shapes from those of maps, without running the model."""
        shapes = [
            op for op in self.operations if op.type == "Shape" and _known_but_batch(op.inputs[0])
        ]
        known = {op.outputs[0].ref() for op in shapes}
        targets = {
            op.outputs[0].ref(): op.inputs[1]
            for op in self.operations
            if op.type == "Reshape"
            and self.picture.op not in operations_leading_to([op.inputs[1]], known)
        }
        tensors = IndependentTensors(
            self.tf, self.traced, list(targets.values()), [op.outputs[0] for op in shapes]
        )
        of_two = [
            self.tf.constant((2, *op.inputs[0].shape[1:]), op.outputs[0].dtype) for op in shapes
        ]
        values = tensors.calculate(tensors.states(), of_two)
        return {
            ref: tuple(value.numpy().tolist()) for ref, value in zip(targets, values, strict=True)
        }

    # Updates

    def add(self, node: NodeBuilder) -> bool:
        """Add a node; always True, for readers to return."""
        self._nodes[node.output.ref()] = node
        self._holder[node.output.ref()] = node.output.ref()
        return True

    def extend(self, node: NodeBuilder, output: Any) -> bool:
        """Let a node end with a later tensor; always True."""
        del self._nodes[node.output.ref()]
        node.output = output
        return self.add(node)

    def alias(self, output: Any, source: Any) -> bool:
        """Let a tensor stand for another's map; False if unread."""
        if source.ref() not in self._holder:
            return False
        self._holder[output.ref()] = self._holder[source.ref()]
        if not self.used_once(source):
            self._uses[output.ref()] += 1  # others use the map too
        return True

    def add_constant_input(self, output: Any, constant: NodeBuilder) -> None:
        """Add a constant map to a node's inputs."""
        node = self._nodes[output.ref()]
        node.inputs.append(constant)
        node.windows.append(POINT)

    def add_local(  # noqa: PLR0913 - a node has as many
        self,
        op: Any,
        source: NodeBuilder,
        window: Window,
        kind: Kind,
        step: Any,
        *,
        output: Any = None,
        size: Pair | None = None,
        channels: int | None = None,
        work: float = 0.0,
    ) -> bool:
        """Add a node with one input map; size and channels default to that map's."""
        output = op.outputs[0] if output is None else output
        size = source.size if size is None else size
        channels = source.channels if channels is None else channels
        inputs = [source.output]
        return self.add(
            NodeBuilder(op.name, output, inputs, [window], size, channels, kind, step, work)
        )


def constant_map(op: Any, size: Pair, channels: int, step: Constant) -> NodeBuilder:
    """Return a constant map for an operation."""
    return NodeBuilder(f"{op.name}/constant", None, [], [], size, channels, "constant", step)


def map_size(tensor: Any) -> Pair:
    """Return the height and width of a map (n, height, width, channels)."""
    return int(tensor.shape[1]), int(tensor.shape[2])


def is_channels_last(op: Any) -> bool:
    """Tell whether an operation's maps have channels last."""
    return bool(op.get_attr("data_format") == b"NHWC")


def pair_attribute(op: Any, name: str) -> Pair:
    """Read an attribute along rows and columns."""
    values = op.get_attr(name)
    return int(values[1]), int(values[2])


def _known_but_batch(tensor: Any) -> bool:
    return bool(tensor.shape.rank) and None not in tuple(tensor.shape[1:])
