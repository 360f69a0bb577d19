"""Compile the parts of a calculation; each call reads the weights from variables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from gridexplainer_widget.incremental.calculation import Calculation, Rows, Weights
from gridexplainer_widget.incremental.gathers import LISTS_PER_GATHER, OUTSIDE
from gridexplainer_widget.incremental.graph import Node
from gridexplainer_widget.incremental.plan import PatchPlan
from gridexplainer_widget.incremental.step import StepInputs, Tensor

Compile: TypeAlias = Callable[[Any, PatchPlan, Weights], Callable[..., Any]]
"""Compiles one part of a calculation."""


def compile_whole_maps(tf: Any, plan: PatchPlan, weights: Weights) -> Callable[..., Any]:
    """Compile: picture (1, height, width, channels) → the rows of `plan.kept`."""
    picture = plan.graph[0]

    def calculate(picture: Tensor) -> list[Rows]:
        whole = KerasCalculation(tf, plan, weights).whole_maps(picture)
        return [whole[index] for index in plan.kept]

    return _compiled(tf, calculate, [_map_spec(tf, picture, 1)])


def compile_patch_maps(tf: Any, plan: PatchPlan, weights: Weights) -> Callable[..., Any]:
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

    def calculate(patches: Tensor, places: Tensor, lengths: Tensor, *rows: Rows) -> list[Tensor]:
        whole = dict(zip(plan.kept, rows, strict=True))
        split = tf.split(places, lengths, num=lists)
        return KerasCalculation(tf, plan, weights).patch_maps(patches, split, whole)

    return _compiled(tf, calculate, [patches, places, places, *rows])


def compile_outputs(tf: Any, plan: PatchPlan, weights: Weights) -> Callable[..., Any]:
    """Compile: whole maps of the cut (n, height, width, channels) → outputs."""

    def calculate(*cut: Tensor) -> list[Tensor]:
        return KerasCalculation(tf, plan, weights).outputs(cut)

    return _compiled(tf, calculate, [_map_spec(tf, plan.graph[index], None) for index in plan.cut])


class KerasCalculation(Calculation):
    """A calculation added to the open graph."""

    def current(self, weights: Sequence[Tensor]) -> Sequence[Tensor]:
        """See :class:`Calculation`."""
        return [variable.read_value() for variable in weights]

    def calculated(self, node: Node, inputs: StepInputs) -> Tensor:
        """See :class:`Calculation`; sets the known shape."""
        y = super().calculated(node, inputs)
        if node.kind != "other":
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
        windows = tf.reshape(found, tf.concat([shape, tf.shape(whole)[1:]], 0))
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
    tf: Any, calculate: Callable[..., Any], signature: Sequence[Any]
) -> Callable[..., Any]:
    function = tf.function(calculate, input_signature=signature, autograph=False)
    compiled: Callable[..., Any] = function.get_concrete_function()
    return compiled
