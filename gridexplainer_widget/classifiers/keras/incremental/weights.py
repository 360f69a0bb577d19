"""Evaluate graph tensors that do not depend on the picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from gridexplainer_widget.classifiers.keras.source import eager_execute
from gridexplainer_widget.core.errors import UnsupportedGraph

from .replay import calls_function, eager_attributes, operations_leading_to


class IndependentTensors:
    """Tensors of a traced graph, calculated eagerly, one operation at a time.

    Compiling a function of hundreds of parameters, most with operations of their own, would take
    seconds. :meth:`calculate` is passed the values of `given`.
    """

    def __init__(
        self, tf: Any, traced: Any, tensors: Sequence[Any], given: Sequence[Any] = ()
    ) -> None:
        self._tensors = [tensor.ref() for tensor in tensors]
        self._given = [tensor.ref() for tensor in given]
        self._known = {inner.ref(): outer for outer, inner in traced.graph.captures}
        known = {*self._known, *self._given}
        needed = operations_leading_to(tensors, known)
        stateful = [tensor for op in needed if op.op_def.is_stateful for tensor in op.outputs]
        self._states = [tensor.ref() for tensor in stateful]
        leading_to_states = set(operations_leading_to(stateful, known))
        try:
            execute = eager_execute()
        except ImportError as error:
            raise UnsupportedGraph("this TensorFlow runs operations in another way") from error
        self._reads: list[_EagerOperation] = []
        self._rest: list[_EagerOperation] = []
        for op in needed:
            if op.type == "Const":
                self._known[op.outputs[0].ref()] = tf.constant(tf.get_static_value(op.outputs[0]))
            else:
                operations = self._reads if op in leading_to_states else self._rest
                operations.append(_EagerOperation(tf, op, execute))

    def states(self) -> list[Any]:
        """Read the variables, which determine the tensors."""
        values = dict(self._known)
        for operation in self._reads:
            operation.run(values)
        return [values[ref] for ref in self._states]

    def calculate(self, states: Sequence[Any], given: Sequence[Any] = ()) -> list[Any]:
        """Calculate the tensors from what :meth:`states` returned."""
        values = dict(self._known)
        values.update(zip(self._given, given, strict=True))
        values.update(zip(self._states, states, strict=True))
        for operation in self._rest:
            operation.run(values)
        return [values[ref] for ref in self._tensors]


class _EagerOperation:
    def __init__(self, tf: Any, op: Any, execute: Callable[..., Any]) -> None:
        if calls_function(op):
            raise UnsupportedGraph(f"it calls a function of its own ({op.name})")
        self._op, self._execute = op, execute
        self._inputs = [tensor.ref() for tensor in op.inputs]
        self._outputs = [tensor.ref() for tensor in op.outputs]
        self._attributes, self._name = eager_attributes(tf, op), op.type.encode()

    def run(self, values: dict[Any, Any]) -> None:
        inputs = [values[ref] for ref in self._inputs]
        try:
            outputs = self._execute(self._name, len(self._outputs), inputs, self._attributes)
        except Exception as error:
            raise UnsupportedGraph(f"{self._op.name} cannot be run by itself: {error}") from error
        values.update(zip(self._outputs, outputs, strict=True))
