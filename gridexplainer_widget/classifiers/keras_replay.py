"""Operations of a traced TensorFlow graph, made again in another graph."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from gridexplainer_widget.incremental.executor import NotReadable


def again(tf: Any, op: Any) -> Callable[..., list[Any]]:
    """Return what adds the same operation to the graph that is open, of its inputs in order.

    Raises
    ------
    NotReadable
        It calls a function, which the other graph has not.
    """
    if any("func" in argument.type for argument in op.op_def.attr):
        raise NotReadable(f"it calls a function of its own ({op.name})")
    attributes = {k: v for k, v in op.node_def.attr.items() if not k.startswith("_")}
    types = [made.dtype for made in op.outputs]

    def run(*given: Any) -> list[Any]:
        graph = tf.compat.v1.get_default_graph()
        made = graph.create_op(op.type, list(given), types, attrs=attributes, op_def=op.op_def)
        return list(made.outputs)

    return run


def replayed(tf: Any, traced: Any, taken: Sequence[Any], wanted: Sequence[Any]) -> Any:
    """Compile a part of a traced graph: tensors that are given → tensors that are wanted.

    Parameters
    ----------
    tf : module
    traced : tf.types.experimental.ConcreteFunction
    taken, wanted : sequences of tensors
        Of its graph.
    """
    captured = {inner.ref(): outer for outer, inner in traced.graph.captures}
    known = {tensor.ref() for tensor in taken} | set(captured)
    steps = [(op, again(tf, op)) for op in leading_to(wanted, known)]

    def call(*given: Any) -> list[Any]:
        values = dict(captured)
        values.update({tensor.ref(): value for tensor, value in zip(taken, given, strict=True)})
        for op, run in steps:
            made = run(*(values[tensor.ref()] for tensor in op.inputs))
            values.update({t.ref(): m for t, m in zip(op.outputs, made, strict=True)})
        return [values[tensor.ref()] for tensor in wanted]

    signature = [tf.TensorSpec(tensor.shape, tensor.dtype) for tensor in taken]
    return tf.function(call, input_signature=signature, autograph=False).get_concrete_function()


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
