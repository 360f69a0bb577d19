"""Tensors of a TensorFlow graph that do not depend on the picture, calculated by themselves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from gridexplainer_widget.core.errors import UnsupportedGraph

from .replay import calls_function, leading_to


class Independent:
    """Tensors of a traced graph, calculated one operation after the other.

    A compiled function of them would take seconds to make: of a model's parameters there are
    hundreds, most with an operation or two of their own.

    Parameters
    ----------
    tf : module
    traced : tf.types.experimental.ConcreteFunction
    wanted : sequence of tensors
        Of its graph.
    given : sequence of tensors
        Of its graph, whose values :meth:`calculated` is told.

    Raises
    ------
    UnsupportedGraph
        There is something in it that cannot be calculated outside of it.
    """

    def __init__(
        self, tf: Any, traced: Any, wanted: Sequence[Any], given: Sequence[Any] = ()
    ) -> None:
        self._wanted = [tensor.ref() for tensor in wanted]
        self._given = [tensor.ref() for tensor in given]
        self._known = {inner.ref(): outer for outer, inner in traced.graph.captures}
        known = {*self._known, *self._given}
        needed = leading_to(wanted, known)
        stateful = [tensor for op in needed if op.op_def.is_stateful for tensor in op.outputs]
        self._states = [tensor.ref() for tensor in stateful]
        first = set(leading_to(stateful, known))
        execute = _execute()
        self._reads: list[_Step] = []
        self._rest: list[_Step] = []
        for op in needed:
            if op.type == "Const":
                self._known[op.outputs[0].ref()] = tf.constant(tf.get_static_value(op.outputs[0]))
            else:
                steps = self._reads if op in first else self._rest
                steps.append(_Step(tf, op, execute))

    def states(self) -> list[Any]:
        """Read what may change, the variables: as long as it is the same, all else is."""
        values = dict(self._known)
        for step in self._reads:
            step.run(values)
        return [values[ref] for ref in self._states]

    def calculated(self, states: Sequence[Any], given: Sequence[Any] = ()) -> list[Any]:
        """Calculate the tensors that are wanted, of what :meth:`states` returned."""
        values = dict(self._known)
        values.update(zip(self._given, given, strict=True))
        values.update(zip(self._states, states, strict=True))
        for step in self._rest:
            step.run(values)
        return [values[ref] for ref in self._wanted]


class _Step:
    """An operation, run at once on what its inputs are."""

    def __init__(self, tf: Any, op: Any, execute: Callable[..., Any]) -> None:
        if calls_function(op):
            raise UnsupportedGraph(f"it calls a function of its own ({op.name})")
        self._op, self._execute = op, execute
        self._inputs = [tensor.ref() for tensor in op.inputs]
        self._outputs = [tensor.ref() for tensor in op.outputs]
        attributes = [
            part
            for attribute in op.op_def.attr
            for part in (attribute.name, _told(tf, op.get_attr(attribute.name)))
        ]
        self._attributes, self._name = tuple(attributes), op.type.encode()

    def run(self, values: dict[Any, Any]) -> None:
        """Add its results to what is known."""
        given = [values[ref] for ref in self._inputs]
        try:
            made = self._execute(self._name, len(self._outputs), given, self._attributes)
        except Exception as error:
            raise UnsupportedGraph(f"{self._op.name} cannot be run by itself: {error}") from error
        values.update(zip(self._outputs, made, strict=True))


def _execute() -> Callable[..., Any]:
    """Return what runs an operation at once, of its name.

    It is what every function of TensorFlow's own API calls; the API itself names operands and
    attributes otherwise than the operations do.
    """
    try:
        from tensorflow.python.eager import context, execute  # noqa: PLC0415
    except ImportError as error:
        raise UnsupportedGraph("this TensorFlow runs operations in another way") from error
    return partial(execute.execute, ctx=context.context())


def _told(tf: Any, value: Any) -> Any:
    """Return an attribute as an operation is told it when it is run at once."""
    if isinstance(value, list):
        return [_told(tf, one) for one in value]
    if isinstance(value, tf.DType):
        return value.as_datatype_enum
    if hasattr(value, "unknown_rank"):  # a shape as graphs store it
        return None if value.unknown_rank else tf.TensorShape(value).as_list()
    return value
