"""Rerun operations of a TensorFlow graph in another graph."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from gridexplainer_widget.classifiers.keras.source import eager_execute
from gridexplainer_widget.core.errors import UnsupportedGraph


def rerun_operation(tf: Any, op: Any) -> Callable[..., list[Any]]:
    """Return a function that repeats an operation on new inputs, at once or in the open graph."""
    if calls_function(op):
        raise UnsupportedGraph(f"it calls a function of its own ({op.name})")
    attributes = {k: v for k, v in op.node_def.attr.items() if not k.startswith("_")}
    dtypes = [output.dtype for output in op.outputs]

    def run(*inputs: Any) -> list[Any]:
        if tf.executing_eagerly():
            given = [tf.convert_to_tensor(one) for one in inputs]
            name, count = op.type.encode(), len(dtypes)
            return list(eager_execute()(name, count, given, eager_attributes(tf, op)))
        graph = tf.compat.v1.get_default_graph()
        copy = graph.create_op(op.type, list(inputs), dtypes, attrs=attributes, op_def=op.op_def)
        return list(copy.outputs)

    return run


def eager_attributes(tf: Any, op: Any) -> tuple[Any, ...]:
    """Return an operation's attributes as eager execution takes them."""
    return tuple(
        item
        for attribute in op.op_def.attr
        for item in (attribute.name, _eager_attribute(tf, op.get_attr(attribute.name)))
    )


def _eager_attribute(tf: Any, value: Any) -> Any:
    if isinstance(value, list):
        return [_eager_attribute(tf, one) for one in value]
    if isinstance(value, tf.DType):
        return value.as_datatype_enum
    if hasattr(value, "unknown_rank"):  # a shape, as graphs store it
        return None if value.unknown_rank else tf.TensorShape(value).as_list()
    return value


def calls_function(op: Any) -> bool:
    """Tell whether an operation calls a function of its graph."""
    return any("func" in attribute.type for attribute in op.op_def.attr)


def operations_leading_to(
    tensors: Sequence[Any], known: set[Any] | frozenset[Any] = frozenset()
) -> list[Any]:
    """Return the operations behind tensors, back to `known` references, in graph order."""
    found: set[Any] = set()
    waiting = [tensor.op for tensor in tensors if tensor.ref() not in known]
    while waiting:
        op = waiting.pop()
        if op not in found:
            found.add(op)
            waiting += [tensor.op for tensor in op.inputs if tensor.ref() not in known]
    if not found:
        return []
    return [op for op in tensors[0].graph.get_operations() if op in found]
