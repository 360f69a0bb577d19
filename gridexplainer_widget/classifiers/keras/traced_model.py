"""A Keras model traced into one TensorFlow graph, to run any part of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from functools import cached_property, lru_cache, partial
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.classifiers.imports import framework
from gridexplainer_widget.classifiers.layouts import as_dtype
from gridexplainer_widget.classifiers.network import Asked
from gridexplainer_widget.classifiers.outputs import OutputKind, read_answer
from gridexplainer_widget.classifiers.pieces import Pieces
from gridexplainer_widget.core.arrays import PreparedBatch
from gridexplainer_widget.core.errors import MethodError

from .layer_calls import Call, recorded, within
from .layer_maps import TracedMap, operations_before, traced_maps
from .logits import (
    PASS_THROUGH,
    for_each_class,
    heights_of,
    lead_of,
    linear_of,
    log_odds_of,
    pair_of,
)
from .source import Source, tensorflow
from .tracing import first_traced, function_of

Run: TypeAlias = Callable[[Any], Any]

MAX_COMPILED = 16
"""Compiled parts to keep: a layer has two, its maps and its gradients."""


class TracedModel:
    """A model traced once; parts are compiled when first needed.

    Parameters
    ----------
    pieces : Pieces
        How many pictures the model takes at once.
    replaced : sequence of pairs
        Variables, and those to read instead.
    overridden : mapping from str to str
        Operation type → name of the registered gradient to use.
    """

    def __init__(
        self,
        source: Source,
        output: OutputKind,
        pieces: Pieces,
        replaced: Sequence[tuple[Any, Any]] = (),
        overridden: dict[str, str] | None = None,
    ) -> None:
        self.tf = tensorflow()
        self.source, self.output = source, output
        self.pieces, self.replaced = pieces, replaced
        self._overridden = overridden or {}
        self._parts: dict[Any, Any] = {}  # their tensors; the graph keeps them in any case
        self._compiled = lru_cache(MAX_COMPILED)(self._compile)
        self.pictures = 0  # run so far
        self._build()
        self.calls, self._traced = first_traced(source, self._wrapped)

    def _wrapped(self, run: Run, count: int | None) -> tuple[list[Call], Any]:
        """Trace; only a wrapped function can be pruned to parts of its graph."""
        shape = (*self.source.shape, 1)[:3]  # add a missing channel axis
        specs = [
            self.tf.TensorSpec((count, *shape), self.tf.float32),
            self.tf.TensorSpec((2,), self.tf.int32),
        ]
        calls, traced = recorded(
            self.source.model,
            lambda: self.tf.compat.v1.wrap_function(partial(self._trace, run), specs),
        )
        return [within(call, traced.graph) for call in calls], traced

    def _build(self) -> None:
        """Build the weights of a model that was never called."""
        if not self.source.model.built:
            function_of(self.source, self.source.shape)

    def _trace(self, run: Run, batch: Any, target: Any) -> Any:
        tf, source = self.tf, self.source
        self.batch, self.target = batch, target
        taken = tf.cast(batch[..., 0] if len(source.shape) == 2 else batch, source.dtype)
        with batch.graph.gradient_override_map(self._overridden), self._replacing():
            self.answer = tf.cast(self._answer(run(taken)), tf.float32)
        self.linear = linear_of(self.answer, self.output)
        known = log_odds_of(self.answer, self.output) if self.linear is None else self.linear
        each = for_each_class(known, self.output)
        lead = lead_of(heights_of(self.answer, self.linear, each, self.output), target)
        self.scores = tf.where(target[1] < 0, tf.gather(each, target[0], axis=1), lead)
        return self.scores

    def _replacing(self) -> Any:
        if not self.replaced:
            return nullcontext()
        keras = framework("keras", "a Keras model", "tensorflow")
        return keras.StatelessScope(state_mapping=list(self.replaced))

    def _answer(self, raw: Any) -> Any:
        """Choose the classes among several outputs: `read_answer` picks from numbered arrays."""
        tf = self.tf
        tensors = [self._with_axes(tensor) for tensor in tf.nest.flatten(raw)]
        marks = [
            np.full([1, *(side or 1 for side in tensor.shape[1:])], index, np.float32)
            for index, tensor in enumerate(tensors)
        ]
        picked, _ = read_answer(tf.nest.pack_sequence_as(raw, marks), 1, self.source.model.name)
        tensor = tensors[int(picked[0, 0])]
        return tf.reshape(tensor, (-1, 1)) if tensor.shape.rank == 1 else tensor

    def _with_axes(self, tensor: Any) -> Any:
        """Give a tensor its axes back: ``squeeze()`` takes off the batch's if it is of one."""
        before = tensor
        while before.shape.rank is None and before.op.type in PASS_THROUGH:
            before = before.op.inputs[0]
        if before is tensor or before.shape.rank is None or None in tuple(before.shape[1:]):
            return tensor
        outputs = before.shape[1:].num_elements()
        return self.tf.reshape(tensor, (self.tf.shape(self.batch)[0], outputs))

    @cached_property
    def ancestors(self) -> set[Any]:
        """The operations on which the score depends."""
        return operations_before(self.scores)

    @cached_property
    def maps(self) -> dict[str, TracedMap]:
        """Layers' outputs with four axes on which the score depends, by the layer's name.

        Raises
        ------
        MethodError
            The model puts channels first.
        """
        for call in self.calls:
            if getattr(call.layer, "data_format", None) == "channels_first":
                raise MethodError(
                    f"{self.source.model.name} puts channels first in its layer {call.name!r}; "
                    "wanted are maps with channels last. Build it with "
                    "data_format='channels_last', or choose a method that needs no layers."
                )
        made = [self._made(call) for call in self.calls]
        return {found.name: found for found in traced_maps(self.calls, made)}

    def shapes(self) -> dict[str, Any]:
        """Return the shapes of all maps, as tensors."""
        return {name: self.tf.shape(found.tensor) for name, found in self.maps.items()}

    def _made(self, call: Call) -> Any:
        """Return a call's output if it is a map that the call computed itself."""
        if call.output is None or call.output.shape.rank != 4 or not call.output.dtype.is_floating:
            return None
        tensor = _origin(call.output)
        handed_on = any(tensor is _origin(taken) for taken in call.inputs)
        return tensor if self.matters(tensor) and not handed_on else None

    def matters(self, tensor: Any) -> bool:
        """Tell whether the score depends on a tensor; True for None (several tensors)."""
        return tensor is None or tensor.op in self.ancestors

    def gradients(self, tensors: Sequence[Any]) -> list[Any]:
        """Return the score's gradients, as tensors."""
        name = self.source.model.name
        try:
            gradients = self.tf.gradients(self.scores, list(tensors))
        except LookupError as error:
            raise MethodError(f"{name} has no gradient: {error}") from error
        if any(gradient is None for gradient in gradients):
            whole = f" It takes {self.source.dtype}." if "int" in self.source.dtype else ""
            raise MethodError(
                f"No gradient passes through {name}: something in it works in whole numbers or "
                f"stops gradients.{whole} Choose a black-box method, such as occlusion, or give a "
                "model that can be differentiated."
            )
        return [self.tf.convert_to_tensor(gradient) for gradient in gradients]

    def compiled(
        self, key: Any, make: Callable[[], Any], *, by_picture: bool = True
    ) -> Callable[..., Any]:
        """Compile a part of the graph: (batch, target=0) → float32 arrays.

        `key` identifies the part; `make`, called once, returns its nested tensors. `by_picture`
        tells whether these are about one picture each: then a batch may run in pieces.
        """
        tf = self.tf
        if key not in self._parts:
            with self._traced.graph.as_default():
                self._parts[key] = tf.nest.map_structure(
                    lambda tensor: tf.cast(tensor, tf.float32), make()
                )
        part = self._compiled(key)

        def ask(batch: PreparedBatch, target: Asked = 0) -> Any:
            def once(piece: PreparedBatch) -> Any:
                answer = part(tf.constant(self.to_tensor(piece)), tf.constant(pair_of(target)))
                self.pictures += len(piece)
                return tf.nest.map_structure(lambda tensor: tensor.numpy(), answer)

            return self.pieces.ask(once, batch, self._joined if by_picture else _any)

        return ask

    def _joined(self, answers: Sequence[Any], size: int, count: int) -> Any:
        def join(*parts: NDArray[np.float32]) -> NDArray[np.float32]:
            if any(len(part) != size for part in parts):
                raise MethodError(
                    f"{self.source.model.name} answers a batch of {size} pictures with "
                    f"{len(parts[0])} maps or scores, so none is a picture's own."
                )
            return np.concatenate(parts)[:count]

        return self.tf.nest.map_structure(join, *answers)

    def function(self, key: Any) -> Any:
        """Return a compiled part's TensorFlow function (batch, target)."""
        return self._compiled(key)

    def _compile(self, key: Any) -> Any:
        return self._traced.prune([self.batch, self.target], self._parts[key])

    def to_tensor(self, batch: PreparedBatch) -> NDArray[np.float32]:
        """Convert to float32, rounded if the model takes whole numbers."""
        return np.asarray(as_dtype(batch, self.source.dtype), np.float32)

    @property
    def operations(self) -> list[Any]:
        """All operations of the graph, including gradients."""
        return list(self._traced.graph.get_operations())

    @property
    def inner(self) -> set[str]:
        """Operation types in compiled functions that the model calls."""
        library = self._traced.graph.as_graph_def().library
        return {node.op for function in library.function for node in function.node_def}

    @property
    def resources(self) -> list[Any]:
        """Handles of all variables read."""
        outside = [external for external, _ in self._traced.graph.captures]
        return [tensor for tensor in outside if tensor.dtype == self.tf.resource]


def _origin(tensor: Any) -> Any:
    while tensor.op.type == "Identity":
        tensor = tensor.op.inputs[0]
    return tensor


def _any(answers: Sequence[Any], *_: int) -> Any:
    return answers[0]
