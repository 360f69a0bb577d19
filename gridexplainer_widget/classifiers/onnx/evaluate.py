"""What single ONNX operations give: values of known inputs, shapes of others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .source import Operation, Source

MAX_VALUES = 4096
"""Values that may tell a shape; larger constants are weights."""


def evaluated(runtime: Any, source: Source, operation: Operation, given: Any) -> list[Any]:
    """Run one operation on arrays, by name; return its outputs, None where left out."""
    if operation.name == "Identity":  # exporters write many: a session each would take its time
        return [given[operation.inputs[0]]]
    if operation.name == "Constant" and "value" in operation.attributes:
        return [np.asarray(source.onnx.numpy_helper.to_array(operation.attributes["value"]))]
    helper = source.onnx.helper
    inputs = [helper.make_tensor_value_info(*typed) for typed in _typed(source.onnx, given)]
    names = [name for name in operation.outputs if name]
    outputs = [source.onnx.ValueInfoProto(name=name) for name in names]
    graph = helper.make_graph([operation.node], "one", inputs, outputs)
    model = helper.make_model(
        graph,
        opset_imports=[helper.make_opsetid("", source.opset)],
        ir_version=source.ir_version,
    )
    options = runtime.SessionOptions()
    options.intra_op_num_threads, options.log_severity_level = 1, 3
    session = runtime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    found = dict(zip(names, session.run(names, dict(given)), strict=True))
    return [found.get(name) for name in operation.outputs]


def inferred(
    source: Source,
    operation: Operation,
    types: Mapping[str, Any],
    values: Mapping[str, NDArray[Any]],
) -> list[Any]:
    """Return the types (`TypeProto`) of an operation's outputs, None where unknown."""
    onnx = source.onnx
    schema = onnx.defs.get_schema(operation.name, source.opset)
    known = {
        name: onnx.numpy_helper.from_array(values[name], name)
        for name in values
        if values[name].size <= MAX_VALUES
    }
    found = onnx.shape_inference.infer_node_outputs(
        schema,
        operation.node,
        dict(types),
        known,
        opset_imports=[onnx.helper.make_opsetid("", source.opset)],
        ir_version=source.ir_version,
    )
    return [found.get(name) for name in operation.outputs]


def pooled(runtime: Any, source: Source, operation: Operation, given: Any) -> Any:
    """Return the type of a pooling's output, given that of its input.

    Where sizes are rounded up, ONNX's rules and ONNX Runtime differ about windows that begin in the
    padding, so the runtime is asked.
    """
    onnx = source.onnx
    shape = shape_of(given)
    if shape is None:
        return None
    numbers = np.zeros((1, 1, *shape[2:]), np.float32)
    found = evaluated(runtime, source, operation, {operation.inputs[0]: numbers})[0]
    kind = given.tensor_type.elem_type
    return onnx.helper.make_tensor_type_proto(kind, (*shape[:2], *found.shape[2:]))


def type_of(onnx: Any, array: NDArray[Any]) -> Any:
    """Return the type of an array."""
    kind = onnx.helper.np_dtype_to_tensor_dtype(array.dtype)
    return onnx.helper.make_tensor_type_proto(kind, array.shape)


def shape_of(found: Any) -> tuple[int, ...] | None:
    """Return a tensor type's shape, if it is known."""
    if found is None or not found.HasField("tensor_type"):
        return None
    tensor = found.tensor_type
    sides = tensor.shape.dim
    if not tensor.HasField("shape") or any(not side.HasField("dim_value") for side in sides):
        return None
    return tuple(int(side.dim_value) for side in sides)


def sides_asked(operation: Operation, shape: tuple[int, ...]) -> NDArray[np.int64]:
    """Return what a Shape or Size gives."""
    if operation.name == "Size":
        return np.array(np.prod(shape, dtype=np.int64), np.int64)
    first, last = operation.attributes.get("start", 0), operation.attributes.get("end")
    return np.array(shape[first:last], np.int64)


def _typed(onnx: Any, given: Mapping[str, NDArray[Any]]) -> list[tuple[str, int, tuple[int, ...]]]:
    return [
        (name, onnx.helper.np_dtype_to_tensor_dtype(array.dtype), array.shape)
        for name, array in given.items()
    ]
