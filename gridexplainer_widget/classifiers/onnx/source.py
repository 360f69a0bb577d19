"""An ONNX model's operations and constants, as far as one answer needs them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.classifiers.imports import framework
from gridexplainer_widget.core.errors import UnsupportedGraph

OLDEST_OPSET = 7
"""From here on, operations broadcast as NumPy does."""

DOMAINS = frozenset({"", "ai.onnx"})
"""Of ONNX's own operations."""

CHANCE = frozenset({"Bernoulli", "Multinomial", "RandomNormal", "RandomUniform"})
"""Operations that leave something to chance; each also has one "Like" a tensor."""


@dataclass(frozen=True, eq=False)
class Operation:
    """One operation.

    Parameters
    ----------
    inputs, outputs
        Names of tensors; "" where an optional one is left out.
    node
        ONNX's own description.
    """

    index: int
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    attributes: Mapping[str, Any]
    node: Any


@dataclass(frozen=True, eq=False)
class Source:
    """A model, up to one answer.

    Parameters
    ----------
    picture, answer
        Names of the input and the output.
    arrays
        Stored constants by name.
    opset, ir_version
        Versions of the operations and of the format.
    """

    onnx: Any
    picture: str
    answer: str
    operations: Sequence[Operation]
    arrays: Mapping[str, NDArray[Any]]
    opset: int
    ir_version: int


def read_source(model: Any, picture: str, answer: str) -> Source:
    """Read an .onnx file or a `ModelProto`.

    Raises
    ------
    UnsupportedGraph
        Something in it cannot be read.
    """
    try:
        onnx = framework("onnx", "an ONNX model's graph", "gridexplainer-widget[onnx]")
    except ImportError as error:
        raise UnsupportedGraph(str(error).rstrip(".")) from None
    proto = model
    if isinstance(model, (str, os.PathLike)):
        proto = onnx.load(os.fspath(Path(model).expanduser()))
    opset = _opset(proto)
    if proto.functions:
        inliner = framework("onnx.inliner", "an ONNX model's graph", "gridexplainer-widget[onnx]")
        proto = inliner.inline_local_functions(proto)
    graph = proto.graph
    if graph.sparse_initializer:
        raise UnsupportedGraph("it has sparse constants, which cannot be read")
    nodes = _needed(graph.node, answer)
    used = {name for node in nodes for name in node.input}
    arrays = {
        stored.name: np.asarray(onnx.numpy_helper.to_array(stored))
        for stored in graph.initializer
        if stored.name in used
    }
    operations = tuple(_operation(onnx, index, node) for index, node in enumerate(nodes))
    return Source(onnx, picture, answer, operations, arrays, opset, proto.ir_version)


def _opset(proto: Any) -> int:
    found = [int(one.version) for one in proto.opset_import if one.domain in DOMAINS]
    if not found or found[0] < OLDEST_OPSET:
        raise UnsupportedGraph(
            f"its operations are of a version before {OLDEST_OPSET}: export it anew"
        )
    return found[0]


def _needed(nodes: Sequence[Any], answer: str) -> list[Any]:
    """Return the nodes that lead to the answer, in order."""
    wanted, found = {answer}, []
    for node in reversed(nodes):
        if wanted.intersection(node.output):
            wanted.update(node.input)
            found.append(node)
    return found[::-1]


def _operation(onnx: Any, index: int, node: Any) -> Operation:
    name = node.op_type
    if node.domain not in DOMAINS:
        raise UnsupportedGraph(f"it has a {node.domain}.{name}, which cannot be read")
    if name.removesuffix("Like") in CHANCE:
        raise UnsupportedGraph(f"it has a {name}, which leaves something to chance")
    if any(one.type in {one.GRAPH, one.GRAPHS} for one in node.attribute):
        raise UnsupportedGraph(f"it has a {name}, which cannot be read")
    attributes = {one.name: _plain(onnx.helper.get_attribute_value(one)) for one in node.attribute}
    return Operation(index, name, tuple(node.input), tuple(node.output), attributes, node)


def _plain(value: Any) -> Any:
    return value.decode() if isinstance(value, bytes) else value
