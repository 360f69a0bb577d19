"""What is known of each tensor of an ONNX model, for pictures of one size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.core.errors import NotApplicable, UnsupportedGraph

from .evaluate import evaluated, inferred, pooled, shape_of, sides_asked, type_of
from .source import Operation, Source

COUNTS = (2, 3)
"""Numbers of pictures to try: what differs depends on it."""

QUANTISED = frozenset({"ConvInteger", "MatMulInteger", "QLinearConv", "QLinearMatMul"})
QUANTISING = frozenset({"DynamicQuantizeLinear", "QuantizeLinear"})

Known: TypeAlias = "tuple[NDArray[Any], NDArray[Any]]"
"""The same tensor for each of `COUNTS`."""


@dataclass(frozen=True, eq=False)
class Size:
    """Whole numbers that depend on the number of pictures n: ``first + each * n``."""

    first: NDArray[Any]
    each: NDArray[Any]


class Program:
    """A model's tensors.

    Parameters
    ----------
    shape
        Of one picture, in the model's own order of axes.

    Attributes
    ----------
    constants
        Tensors that no picture changes.
    sizes
        Tensors that the number of pictures alone changes.

    Raises
    ------
    UnsupportedGraph
        An operation cannot be read.
    """

    def __init__(self, runtime: Any, source: Source, shape: tuple[int, int, int]) -> None:
        self.source, self.runtime = source, runtime
        self.constants: dict[str, NDArray[Any]] = {}
        self.sizes: dict[str, Size] = {}
        self._values: dict[str, Known] = {}
        self._types: dict[str, tuple[Any, Any]] = {}
        onnx = source.onnx
        for name, array in source.arrays.items():
            self._know(name, (array, array))
        one, other = (
            onnx.helper.make_tensor_type_proto(onnx.TensorProto.FLOAT, (count, *shape))
            for count in COUNTS
        )
        self._types[source.picture] = (one, other)
        for operation in source.operations:
            self._follow(operation)

    def depends(self, operation: Operation) -> bool:
        """Tell whether the picture changes what an operation gives."""
        return any(self.is_varying(name) for name in operation.outputs if name)

    def is_varying(self, name: str) -> bool:
        """Tell whether the picture changes a tensor."""
        return bool(name) and name not in self.constants and name not in self.sizes

    def shape(self, name: str) -> tuple[int, ...] | None:
        """Return the shape of a tensor for one picture, without that axis, if it has it first."""
        one, other = (shape_of(found) for found in self._types.get(name, (None, None)))
        if one is None or other is None or not one or not other:
            return None
        return one[1:] if (one[0], other[0]) == COUNTS and one[1:] == other[1:] else None

    def is_float32(self, name: str) -> bool:
        """Tell whether a tensor holds float32."""
        kind = self.source.onnx.TensorProto.FLOAT
        return name in self._types and self._types[name][0].tensor_type.elem_type == kind

    def _follow(self, operation: Operation) -> None:
        given = [name for name in dict.fromkeys(operation.inputs) if name]
        if all(name in self._values for name in given):
            self._evaluate(operation, given)
        elif operation.name in {"Shape", "Size"}:
            self._measure(operation)
        else:
            self._infer(operation)

    def _evaluate(self, operation: Operation, given: list[str]) -> None:
        same = all(name in self.constants for name in given)
        found = []
        for number in range(1 if same else len(COUNTS)):
            arrays = {name: self._values[name][number] for name in given}
            found.append(evaluated(self.runtime, self.source, operation, arrays))
        for name, one, other in zip(operation.outputs, found[0], found[-1], strict=True):
            if name:
                self._know(name, (np.asarray(one), np.asarray(other)))

    def _measure(self, operation: Operation) -> None:
        one, other = (shape_of(found) for found in self._types[operation.inputs[0]])
        if one is None or other is None:
            raise UnsupportedGraph(f"the shape that its {operation.name} asks for is not known")
        known = (sides_asked(operation, one), sides_asked(operation, other))
        self._know(operation.outputs[0], known)

    def _infer(self, operation: Operation) -> None:
        if operation.name in QUANTISED | QUANTISING:
            raise NotApplicable("it is quantised: patches would be rounded otherwise than maps")
        found = []
        for number in range(len(COUNTS)):
            asked = set(operation.inputs)
            types = {name: self._types[name][number] for name in asked & self._types.keys()}
            values = {name: self._values[name][number] for name in asked & self._values.keys()}
            made = inferred(self.source, operation, types, values)
            if operation.attributes.get("ceil_mode"):
                given = types.get(operation.inputs[0])
                made[0] = pooled(self.runtime, self.source, operation, given)
            found.append(made)
        for name, one, other in zip(operation.outputs, *found, strict=True):
            if name and one is not None:
                self._types[name] = (one, other)

    def _know(self, name: str, known: Known) -> None:
        one, other = known
        onnx = self.source.onnx
        self._values[name] = known
        self._types[name] = (type_of(onnx, one), type_of(onnx, other))
        if one is other or (one.shape == other.shape and np.array_equal(one, other)):
            self.constants[name] = one
        elif one.shape == other.shape and one.dtype == other.dtype == np.int64:
            each = other - one
            self.sizes[name] = Size(one - COUNTS[0] * each, each)
