"""A part of a network as an ONNX model of its own, while it is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.classifiers.onnx.program import Size
from gridexplainer_widget.classifiers.onnx.source import Operation, Source

LAST, FIRST = (0, 2, 3, 1), (0, 3, 1, 2)
"""Orders of axes: channels to the end, and back."""

APART_BYTES = 4096
"""Constants of at least so many bytes are handed over beside a part's file."""

Name: TypeAlias = str
"""Of a tensor in the part."""


@dataclass(frozen=True, eq=False)
class WrittenPart:
    """A part's file.

    Parameters
    ----------
    outputs
        What it calculates, in order.
    constants
        Large ones by name, which would only be copied through the file.
    """

    model: bytes
    outputs: Sequence[Name]
    constants: Mapping[Name, NDArray[Any]]

    def session(self, runtime: Any) -> Any:
        """Return the part, loaded."""
        options = runtime.SessionOptions()
        options.log_severity_level = 3
        # Parts take turns: a thread that waits for work in one would take a core from the next.
        options.add_session_config_entry("session.force_spinning_stop", "1")
        values = [runtime.OrtValue.ortvalue_from_numpy(one) for one in self.constants.values()]
        options.add_external_initializers(list(self.constants), values)
        return runtime.InferenceSession(self.model, options, providers=["CPUExecutionProvider"])


class Part:
    """A model to be: nodes, constants and inputs so far."""

    def __init__(self, source: Source) -> None:
        self.source, self._helper = source, source.onnx.helper
        self._nodes: list[Any] = []
        self._inputs: dict[Name, Any] = {}
        self._constants: dict[int, tuple[Name, NDArray[Any]]] = {}
        self._count: Name | None = None

    def input(self, name: Name, shape: Sequence[int | str], dtype: Any = np.float32) -> Name:
        """Add an input, unless it is there."""
        kind = self._helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
        self._inputs.setdefault(name, self._helper.make_tensor_value_info(name, kind, shape))
        return name

    def constant(self, array: NDArray[Any]) -> Name:
        """Add an array, once."""
        name, _ = self._constants.setdefault(id(array), (f"c{len(self._constants)}", array))
        return name

    def add(self, operation: str, *inputs: Name, **attributes: Any) -> Name:
        """Add an operation of one output."""
        output = f"t{len(self._nodes)}"
        self._nodes.append(self._helper.make_node(operation, inputs, [output], **attributes))
        return output

    def repeat(self, operation: Operation, inputs: Sequence[Name]) -> list[Name]:
        """Add an operation of the model on other tensors."""
        node = self.source.onnx.NodeProto()
        node.CopyFrom(operation.node)
        number = len(self._nodes)
        outputs = [f"t{number}_{place}" if name else "" for place, name in enumerate(node.output)]
        node.name = ""
        node.input[:], node.output[:] = inputs, outputs
        self._nodes.append(node)
        return outputs

    def size(self, size: Size) -> Name:
        """Add whole numbers that depend on the number of pictures."""
        if self._count is None:
            shape = self.add("Shape", next(iter(self._inputs)))
            self._count = self.add("Gather", shape, self.constant(np.array(0)), axis=0)
        each = self.add("Mul", self._count, self.constant(size.each))
        return self.add("Add", each, self.constant(size.first))

    def written(self, outputs: Sequence[Name]) -> WrittenPart:
        """Return the part, finished."""
        onnx, helper = self.source.onnx, self._helper
        apart = {
            name: array
            for name, array in self._constants.values()
            if array.nbytes >= APART_BYTES and array.dtype == np.float32
        }
        constants = [
            self._promised(name, array) if name in apart else self._stored(name, array)
            for name, array in self._constants.values()
        ]
        results = [onnx.ValueInfoProto(name=name) for name in dict.fromkeys(outputs)]
        graph = helper.make_graph(
            self._nodes, "part", list(self._inputs.values()), results, constants
        )
        model = helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid("", self.source.opset)],
            ir_version=self.source.ir_version,
        )
        return WrittenPart(model.SerializeToString(), outputs, apart)

    def _stored(self, name: Name, array: NDArray[Any]) -> Any:
        return self.source.onnx.numpy_helper.from_array(array, name)

    def _promised(self, name: Name, array: NDArray[Any]) -> Any:
        """Return a constant whose numbers are handed over beside the file."""
        onnx = self.source.onnx
        stored = onnx.TensorProto(name=name, dims=array.shape)
        stored.data_type = self._helper.np_dtype_to_tensor_dtype(array.dtype)
        stored.data_location = onnx.TensorProto.EXTERNAL
        for key, value in (("location", "memory"), ("offset", "0"), ("length", str(array.nbytes))):
            stored.external_data.add(key=key, value=value)
        return stored
