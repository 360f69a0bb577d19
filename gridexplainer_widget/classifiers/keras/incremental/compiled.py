"""Calculate whole maps eagerly, and compile the parts of a calculation that come again.

Weights are inputs of what is compiled: to build operations that read them would take a third more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from gridexplainer_widget.incremental.calculation import Calculation, Rows, Weights
from gridexplainer_widget.incremental.gathers import LISTS_PER_GATHER, OUTSIDE
from gridexplainer_widget.incremental.graph import Node
from gridexplainer_widget.incremental.plan import PatchPlan
from gridexplainer_widget.incremental.step import StepInputs, Tensor


@dataclass(frozen=True)
class Compiled:
    """A part of a calculation.

    Parameters
    ----------
    function
        Inputs, then the weights of `nodes` → maps.
    """

    function: Callable[..., Any]
    nodes: tuple[int, ...]

    def inputs(self, inputs: Iterable[Tensor], weights: Weights) -> list[Tensor]:
        """Return all that the function takes."""
        return [*inputs, *(tensor for index in self.nodes for tensor in weights[index])]


Compile: TypeAlias = Callable[[Any, PatchPlan, Weights], Compiled]
"""Compiles one part of a calculation."""


def whole_maps(tf: Any, plan: PatchPlan, weights: Weights, picture: Tensor) -> dict[int, Rows]:
    """Calculate the rows of `plan.kept`, once for each picture: to compile that takes longer."""
    return KerasCalculation(tf, plan, weights).whole_maps(picture)


def compile_patch_maps(tf: Any, plan: PatchPlan, weights: Weights) -> Compiled:
    """Compile: patches, places, lengths, rows of `plan.kept` → maps of the cut.

    See :func:`~gridexplainer_widget.incremental.gathers.packed` for int32 `places` and `lengths`.
    """
    graph = plan.graph
    places = tf.TensorSpec((None,), tf.int32)
    rows = [
        tf.TensorSpec((graph[index].positions + len(OUTSIDE), graph[index].channels), tf.float32)
        for index in plan.kept
    ]
    patches = tf.TensorSpec((None, None, None, graph[0].channels), tf.float32)
    lists = LISTS_PER_GATHER * (len(plan.gathered) + len(plan.cut))

    def calculate(given: Weights, patches: Tensor, *others: Tensor) -> list[Tensor]:
        places, lengths, *maps = others
        whole = dict(zip(plan.kept, maps, strict=True))
        split = tf.split(places, lengths, num=lists)
        return KerasCalculation(tf, plan, given).patch_maps(patches, split, whole)

    used = {index: weights[index] for index in sorted(plan.patched) if weights.get(index)}
    return _compiled(tf, calculate, [patches, places, places, *rows], used)


def compile_outputs(tf: Any, plan: PatchPlan, weights: Weights) -> Compiled:
    """Compile: whole maps of the cut (n, height, width, channels) → outputs."""

    def calculate(given: Weights, *cut: Tensor) -> list[Tensor]:
        return KerasCalculation(tf, plan, given).outputs(cut)

    maps = [_map_spec(tf, plan.graph[index], None) for index in plan.cut]
    used = {index: weights[index] for index in sorted(weights) if index not in plan.patched}
    return _compiled(tf, calculate, maps, used)


class KerasCalculation(Calculation):
    """A calculation that runs at once, or is added to the open graph."""

    def calculated(self, node: Node, inputs: StepInputs) -> Tensor:
        """See :class:`Calculation`; sets the known shape."""
        y = super().calculated(node, inputs)
        if node.kind != "other" and not self.framework.executing_eagerly():
            size = (None, None) if inputs.windows else node.size
            y.set_shape((None, *size, node.channels))
        return y

    def rows(self, maps: Tensor) -> Rows:
        """See :class:`Calculation`."""
        return self.framework.reshape(maps, (-1, maps.shape[-1]))

    def picked(self, rows: Rows, places: Tensor) -> Rows:
        """See :class:`Calculation`."""
        return self.framework.gather(rows, places)

    def assembled(self, rows: Rows | None, whole: Rows, places: Sequence[Tensor]) -> Tensor:
        """See :class:`Calculation`."""
        tf, (shape, patch_to, _, map_to, map_from) = self.framework, places
        found = tf.gather(whole, map_from)
        if rows is not None:
            found = tf.dynamic_stitch([patch_to, map_to], [rows, found])
        windows = tf.reshape(found, tf.concat([shape, whole.shape[1:]], 0))
        windows.set_shape((None, None, None, whole.shape[1]))
        return windows

    def with_outside(self, whole: Tensor) -> Rows:
        """See :class:`Calculation`."""
        tf, channels = self.framework, whole.shape[-1]
        edges = [tf.fill((1, channels), value) for value in OUTSIDE]
        return tf.concat([self.rows(whole), *edges], 0)


def _map_spec(tf: Any, node: Node, n: int | None) -> Any:
    return tf.TensorSpec((n, *node.size, node.channels), tf.float32)


def _compiled(
    tf: Any, calculate: Callable[..., Any], signature: Sequence[Any], weights: Weights
) -> Compiled:
    nodes = {index: len(tensors) for index, tensors in weights.items()}
    specs = [tf.TensorSpec(one.shape, one.dtype) for index in nodes for one in weights[index]]

    def with_weights(*inputs: Tensor) -> Any:
        tensors = iter(inputs[len(signature) :])
        given = {index: [next(tensors) for _ in range(count)] for index, count in nodes.items()}
        return calculate(given, *inputs[: len(signature)])

    function = tf.function(with_weights, input_signature=[*signature, *specs], autograph=False)
    return Compiled(function.get_concrete_function(), tuple(nodes))
