"""Operations of a traced TensorFlow graph, made again in another graph."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from gridexplainer_widget.core.errors import UnsupportedGraph


def again(tf: Any, op: Any) -> Callable[..., list[Any]]:
    """Return what adds the same operation to the graph that is open, of its inputs in order.

    Raises
    ------
    UnsupportedGraph
        It calls a function, which the other graph has not.
    """
    if calls_function(op):
        raise UnsupportedGraph(f"it calls a function of its own ({op.name})")
    attributes = {k: v for k, v in op.node_def.attr.items() if not k.startswith("_")}
    types = [made.dtype for made in op.outputs]

    def run(*given: Any) -> list[Any]:
        graph = tf.compat.v1.get_default_graph()
        made = graph.create_op(op.type, list(given), types, attrs=attributes, op_def=op.op_def)
        return list(made.outputs)

    return run


def calls_function(op: Any) -> bool:
    """Tell whether an operation calls a function of its graph."""
    return any("func" in attribute.type for attribute in op.op_def.attr)


def leading_to(wanted: Sequence[Any], known: set[Any] | frozenset[Any] = frozenset()) -> list[Any]:
    """Return the operations that lead to tensors, in the order in which they were made.

    Parameters
    ----------
    wanted : sequence of tensors
    known : set of references to tensors
        Where to stop.
    """
    found: set[Any] = set()
    waiting = [tensor.op for tensor in wanted if tensor.ref() not in known]
    while waiting:
        op = waiting.pop()
        if op not in found:
            found.add(op)
            waiting += [tensor.op for tensor in op.inputs if tensor.ref() not in known]
    if not found:
        return []
    return [op for op in wanted[0].graph.get_operations() if op in found]
