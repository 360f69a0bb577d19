"""A TensorFlow graph while it is read: which tensors are maps, and what uses them."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import Any

import numpy as np

from gridexplainer_widget.incremental.builder import NodeBuilder
from gridexplainer_widget.incremental.graph import POINT, Kind, Pair, Window

from .replay import operations_leading_to
from .steps import Constant
from .weights import IndependentTensors


class GraphBuilder:
    """A graph that is being read.

    Parameters
    ----------
    tf : module
    traced : tf.types.experimental.ConcreteFunction
        Of a batch of pictures of one size.

    Attributes
    ----------
    operations : list
        Those that lead to the results, in the order in which they were added.
    parameters : list of tensors
        What the nodes need that does not depend on the picture.
    consumed : set
        Operations that have been read together with another.
    """

    def __init__(self, tf: Any, traced: Any) -> None:
        self.tf, self.traced = tf, traced
        self.picture, self.results = traced.inputs[0], list(traced.outputs)
        self.operations = operations_leading_to(self.results)
        self.parameters: list[Any] = []
        self.consumed: set[Any] = set()
        self._nodes: dict[Any, NodeBuilder] = {}
        self._holder: dict[Any, Any] = {}  # → the tensor that holds the same map
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

    # What a tensor is.

    def depends(self, tensor: Any) -> bool:
        """Whether a tensor depends on the picture."""
        return tensor.ref() in self._dependent

    def holder(self, tensor: Any) -> Any:
        """Return the reference of the tensor that holds the same map."""
        return self._holder.get(tensor.ref(), tensor.ref())

    def read_map(self, tensor: Any) -> NodeBuilder | None:
        """Return the node whose map a tensor is, if it has been read."""
        return self._nodes.get(self.holder(tensor))

    def map_of(self, tensor: Any, *, flat: bool = False, unread: bool = True) -> NodeBuilder | None:
        """Return the float32 map that a tensor is, if it is one.

        Parameters
        ----------
        tensor : tensor
        flat : bool
            Whether its positions may stand along one axis.
        unread : bool
            Whether it may come from an operation that was not read.
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
        """Return the index of a parameter: a tensor that does not depend on the picture."""
        if tensor.ref() not in self._parameter_index:
            self._parameter_index[tensor.ref()] = len(self.parameters)
            self.parameters.append(tensor)
        return self._parameter_index[tensor.ref()]

    def used_once(self, tensor: Any) -> bool:
        """Whether exactly one operation uses a tensor."""
        return bool(self._uses[tensor.ref()] == 1)

    def only_user(self, tensor: Any) -> Any:
        """Return the one operation that uses a tensor; None if there are more."""
        return self._users[tensor.ref()][0] if self.used_once(tensor) else None

    def static(self, tensor: Any) -> Any:
        """Return a tensor's value if it is known without running anything, else None."""
        value = self.tf.get_static_value(tensor)
        return None if value is None else np.asarray(value)

    def observed_shape(self, tensor: Any) -> tuple[int, ...]:
        """Return the shape of a reshaped tensor for a batch of two; () if it is not known."""
        return self._observed_shapes.get(tensor.ref(), ())

    @cached_property
    def _observed_shapes(self) -> dict[Any, tuple[int, ...]]:
        """Calculate shapes from those of maps, which are known but for the batch.

        Nothing of the model itself is run.
        """
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

    # What becomes of it.

    def add(self, node: NodeBuilder) -> bool:
        """Add a node; always True, as a reader returns when it has read an operation."""
        self._nodes[node.output.ref()] = node
        self._holder[node.output.ref()] = node.output.ref()
        return True

    def extend(self, node: NodeBuilder, output: Any) -> bool:
        """Let a node end with a later tensor; always True."""
        del self._nodes[node.output.ref()]
        node.output = output
        return self.add(node)

    def alias(self, output: Any, source: Any) -> bool:
        """Let a tensor stand for the map of another; False if that has not been read."""
        if source.ref() not in self._holder:
            return False
        self._holder[output.ref()] = self._holder[source.ref()]
        if not self.used_once(source):
            self._uses[output.ref()] += 1  # others use the same map past this tensor
        return True

    def add_constant_input(self, output: Any, constant: NodeBuilder) -> None:
        """Let the node that makes `output` look at a constant map as well."""
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
        """Add a node that looks at one map.

        By default it makes the operation's output, with the size and channels of that map.
        """
        output = op.outputs[0] if output is None else output
        size = source.size if size is None else size
        channels = source.channels if channels is None else channels
        inputs = [source.output]
        return self.add(
            NodeBuilder(op.name, output, inputs, [window], size, channels, kind, step, work)
        )


def constant_map(op: Any, size: Pair, channels: int, step: Constant) -> NodeBuilder:
    """Return a map beside an operation that does not depend on the picture."""
    return NodeBuilder(f"{op.name}/constant", None, [], [], size, channels, "constant", step)


def map_size(tensor: Any) -> Pair:
    """Return the height and width of a map (n, height, width, channels)."""
    return int(tensor.shape[1]), int(tensor.shape[2])


def is_channels_last(op: Any) -> bool:
    """Whether an operation takes maps (n, height, width, channels)."""
    return bool(op.get_attr("data_format") == b"NHWC")


def pair_attribute(op: Any, name: str) -> Pair:
    """Read an attribute along rows and along columns."""
    values = op.get_attr(name)
    return int(values[1]), int(values[2])


def _known_but_batch(tensor: Any) -> bool:
    return bool(tensor.shape.rank) and None not in tuple(tensor.shape[1:])
