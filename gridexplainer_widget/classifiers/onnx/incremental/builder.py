"""Collect nodes while an ONNX model is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.classifiers.onnx.program import Program
from gridexplainer_widget.classifiers.onnx.source import Operation
from gridexplainer_widget.incremental.builder import NodeBuilder, ReadMaps
from gridexplainer_widget.incremental.graph import Kind
from gridexplainer_widget.incremental.window import POINT, Pair, Window

from .steps import Argument, Constant, Replay


class GraphBuilder(ReadMaps[str]):
    """A graph that is being read; tensors go by their names."""

    def __init__(self, program: Program, *, channels_last: bool) -> None:
        super().__init__()
        self.program = program
        self.picture = program.source.picture
        if channels_last:
            self.channels_last.add(self.picture)
        size, channels = self.map_shape(self.picture)
        self.add(NodeBuilder("picture", self.picture, [], [], size, channels, "input", None))

    # Queries

    def map_of(self, tensor: str) -> NodeBuilder | None:
        """Return a tensor's map, read or not, if it is one."""
        if not self.is_map(tensor):
            return None
        found = self.read_map(tensor)
        if found is not None:
            return found
        size, channels = self.map_shape(tensor)
        return NodeBuilder(tensor, self.holder(tensor), [], [], size, channels, "other", None)

    def is_map(self, tensor: str) -> bool:
        """Tell whether a tensor is a float32 map for each picture."""
        if not self.program.is_varying(tensor) or not self.program.is_float32(tensor):
            return False
        shape = self.program.shape(tensor)
        return shape is not None and len(shape) == 3 and min(shape) > 0

    def map_shape(self, tensor: str) -> tuple[Pair, int]:
        """Return the size and channels of a map."""
        one, two, three = self.program.shape(tensor) or (1, 1, 1)
        return ((one, two), three) if tensor in self.channels_last else ((two, three), one)

    def constant(self, tensor: str) -> NDArray[Any] | None:
        """Return the constant of a name, if it is one."""
        return self.program.constants.get(tensor)

    # Updates

    def add(self, node: NodeBuilder) -> bool:
        """Add a node; always True, for readers to return."""
        self._nodes[node.output] = node
        return True

    def add_node(  # noqa: PLR0913 - a node has as many
        self,
        output: str,
        inputs: Sequence[str | NodeBuilder],
        windows: Sequence[Window | None],
        kind: Kind,
        step: Any,
        *,
        work: float = 0.0,
    ) -> bool:
        """Add a node shaped like a map; inputs are other maps' tensors, or constants."""
        size, channels = self.map_shape(output)
        held = [self.holder(one) if isinstance(one, str) else one for one in inputs]
        return self.add(
            NodeBuilder(output, output, held, [*windows], size, channels, kind, step, work)
        )

    def add_pointwise(
        self,
        operation: Operation,
        *,
        channels_last: bool,
        spread: Mapping[str, NodeBuilder] | None = None,
        kind: Kind = "pointwise",
        work: float = 0.0,
    ) -> bool:
        """Add a node for each output of an operation that is repeated at each position.

        `spread` are constants that differ between positions.
        """
        for place, output in enumerate(operation.outputs):
            if not output:
                continue
            if channels_last:
                self.channels_last.add(output)
            step, inputs = self.replay(operation, place, spread or {})
            size, _ = self.map_shape(output)
            windows = [POINT if self._size_of(one) == size else None for one in inputs]
            self.add_node(output, inputs, windows, kind, step, work=work)
        return True

    def replay(
        self, operation: Operation, place: int = 0, spread: Mapping[str, NodeBuilder] | None = None
    ) -> tuple[Replay, list[str | NodeBuilder]]:
        """Return the step that repeats an operation for one of its outputs, and its inputs."""
        places: dict[str, int] = {}
        arguments: list[Argument] = []
        constants, sizes = self.program.constants, self.program.sizes
        for name in operation.inputs:
            if not name:
                arguments.append(None)
            elif name in (spread or {}) or self.program.is_varying(name):
                arguments.append(places.setdefault(name, len(places)))
            else:
                arguments.append(constants[name] if name in constants else sizes[name])
        output = operation.outputs[place]
        channels_last = output in self.channels_last
        last = [
            channels_last if one in (spread or {}) else one in self.channels_last for one in places
        ]
        step = Replay(operation, arguments, last, place, channels_last)
        return step, [(spread or {}).get(one, one) for one in places]

    def _size_of(self, source: str | NodeBuilder) -> Pair:
        return source.size if isinstance(source, NodeBuilder) else self.map_shape(source)[0]


def constant_map(name: str, numbers: NDArray[Any], size: Pair) -> NodeBuilder:
    """Return a constant map of numbers (1, channels, height or 1, width or 1)."""
    whole = np.broadcast_to(numbers, (1, numbers.shape[1], *size))
    step = Constant(np.ascontiguousarray(whole, np.float32))
    return NodeBuilder(f"{name}/constant", None, [], [], size, whole.shape[1], "constant", step)
