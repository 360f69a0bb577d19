"""A TensorFlow graph → a list of nodes: which operations are local, and what they look at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gridexplainer_widget.incremental.graph import Graph, Node

from .builder import ConstantMap, GraphBuilder, NodeBuilder, size_of
from .read_convolutions import read_call, read_convolution, read_dilated, read_product
from .read_moves import (
    read_new_axis,
    read_pad,
    read_pool,
    read_reshape,
    read_slice,
    read_transposition,
)
from .read_pointwise import (
    read_binary,
    read_handing_on,
    read_joining,
    read_normalisation,
    read_reduction,
    read_unary,
)
from .replay import again
from .steps import Constant, Replay

READERS: dict[str, Callable[[GraphBuilder, Any], bool]] = {
    "AvgPool": read_pool,
    "BatchToSpaceND": lambda *_: False,
    "BiasAdd": read_binary,
    "ConcatV2": read_joining,
    "Conv2D": read_convolution,
    "DepthwiseConv2dNative": read_convolution,
    "ExpandDims": read_new_axis,
    "FusedBatchNormV3": read_normalisation,
    "MatMul": read_product,
    "MaxPool": read_pool,
    "Pad": read_pad,
    "PadV2": read_pad,
    "PartitionedCall": read_call,
    "Reshape": read_reshape,
    "SpaceToBatchND": read_dilated,
    "StatefulPartitionedCall": read_call,
    "StridedSlice": read_slice,
    "Transpose": read_transposition,
    **dict.fromkeys(
        ["Identity", "IdentityN", "PreventGradient", "Snapshot", "StopGradient"], read_handing_on
    ),
    **dict.fromkeys(["Max", "Mean", "Min", "Prod", "Sum"], read_reduction),
    **dict.fromkeys(
        [
            "Add",
            "AddV2",
            "DivNoNan",
            "Maximum",
            "Minimum",
            "Mul",
            "Pow",
            "RealDiv",
            "SquaredDifference",
            "Sub",
        ],
        read_binary,
    ),
    **dict.fromkeys(
        [
            "Abs",
            "Ceil",
            "Cos",
            "Elu",
            "Erf",
            "Erfc",
            "Exp",
            "Expm1",
            "Floor",
            "Inv",
            "LeakyRelu",
            "Log",
            "Log1p",
            "Neg",
            "Reciprocal",
            "Relu",
            "Relu6",
            "Rint",
            "Round",
            "Rsqrt",
            "Selu",
            "Sigmoid",
            "Sign",
            "Sin",
            "Softplus",
            "Softsign",
            "Sqrt",
            "Square",
            "Tanh",
        ],
        read_unary,
    ),
}
"""What reads an operation; it returns whether it could. All others look at whole maps."""


@dataclass(frozen=True)
class Reading:
    """What was found in a graph.

    Parameters
    ----------
    nodes : Graph
    parameters : list of tensors
        What the steps need that does not depend on the picture.
    flat : tuple of bool
        Whether a result is a map with its positions along one axis.
    """

    nodes: Graph
    parameters: list[Any]
    flat: tuple[bool, ...]


def read(tf: Any, traced: Any) -> Reading:
    """Read a traced function of a batch of pictures of one size.

    Raises
    ------
    UnsupportedGraph
        There is something in it that cannot be calculated outside of it.
    """
    drafts = GraphBuilder(tf, traced)
    size, channels = size_of(drafts.picture), int(drafts.picture.shape[3])
    drafts.add(NodeBuilder("picture", drafts.picture, [], [], size, channels, "input", None))
    others = []
    for op in drafts.operations:
        if op in drafts.finish:
            read_it = drafts.finish[op]()
        elif op in drafts.skipped or not drafts.depends(op):
            continue
        else:
            reader = READERS.get(op.type)
            read_it = reader is not None and reader(drafts, op)
        if not read_it:
            others.append(op)
    return _Assembly(drafts, others).reading()


class _Assembly:
    """Puts drafts, and operations that were not read, in order; leaves out what nothing needs."""

    def __init__(self, drafts: GraphBuilder, others: list[Any]) -> None:
        self.drafts = drafts
        self.nodes: list[Node] = []
        self.place: dict[Any, int] = {}  # of the tensors' references
        self._maker: dict[Any, Any] = dict(drafts.found)
        for op in others:
            self._maker.update(dict.fromkeys((made.ref() for made in op.outputs), op))

    def reading(self) -> Reading:
        drafts = self.drafts
        ends = [self._root(result) for result in drafts.results]
        order = {op: index for index, op in enumerate(drafts.operations)}
        order[drafts.picture.op] = -1
        needed = self._leading_to(ends)
        for item in sorted(
            needed, key=lambda one: order[one.tensor.op if isinstance(one, NodeBuilder) else one]
        ):
            self._add(item)
        results = tuple(self.place[end] for end in ends)
        flat = tuple(
            end in drafts.found and result.shape.rank == 2
            for end, result in zip(ends, drafts.results, strict=True)
        )
        return Reading(Graph(tuple(self.nodes), results), drafts.parameters, flat)

    def _root(self, tensor: Any) -> Any:
        return self.drafts.root.get(tensor.ref(), tensor.ref())

    def _leading_to(self, ends: list[Any]) -> set[Any]:
        found: set[Any] = {self.drafts.found[self.drafts.picture.ref()]}
        waiting = [self._maker[end] for end in ends]
        while waiting:
            item = waiting.pop()
            if item not in found:
                found.add(item)
                taken = item.inputs if isinstance(item, NodeBuilder) else self._varying(item)
                waiting += [
                    self._maker[self._root(one)]
                    for one in taken
                    if not isinstance(one, ConstantMap)
                ]
        return found

    def _varying(self, op: Any) -> list[Any]:
        return [taken for taken in op.inputs if taken.ref() in self.drafts.dependent]

    def _add(self, item: Any) -> None:
        if not isinstance(item, NodeBuilder):
            self._add_operation(item)
            return
        inputs = []
        for taken in item.inputs:
            if isinstance(taken, ConstantMap):
                inputs.append(len(self.nodes))
                step = Constant(taken.parameter, taken.value)
                name = f"{item.name}/aside"
                self.nodes.append(
                    Node(name, (), (), taken.size, taken.channels, "constant", 0.0, step)
                )
            else:
                inputs.append(self.place[self._root(taken)])
        self.place[item.tensor.ref()] = len(self.nodes)
        self.nodes.append(
            Node(
                item.name,
                tuple(inputs),
                tuple(item.windows),
                item.size,
                item.channels,
                item.kind,
                item.work,
                item.step,
            )
        )

    def _add_operation(self, op: Any) -> None:
        """Add an operation that was not read: a node for each of its results."""
        drafts = self.drafts
        run = again(drafts.tf, op)
        inputs, given, flat = list[int](), list[Any](), list[bool]()
        for taken in op.inputs:
            if taken.ref() in drafts.dependent:
                root = self._root(taken)
                given.append(len(inputs))
                inputs.append(self.place[root])
                flat.append(root in drafts.found and taken.shape.rank == 2)
            else:
                value = drafts.static(taken)
                given.append(-1 - drafts.parameter(taken) if value is None else value)
        for index, made in enumerate(op.outputs):
            is_map = made.shape.rank == 4 and None not in tuple(made.shape[1:])
            size, channels = (size_of(made), int(made.shape[3])) if is_map else ((1, 1), 1)
            step = Replay(run, tuple(given), tuple(flat), index, made.shape)
            self.place[made.ref()] = len(self.nodes)
            windows = (None,) * len(inputs)
            self.nodes.append(
                Node(op.name, tuple(inputs), windows, size, channels, "other", 0.0, step)
            )
