"""Compiled parts of a network: whole maps, patches, and what follows from them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from gridexplainer_widget.incremental.gathers import OUTSIDE, PER_GATHER, takes_all
from gridexplainer_widget.incremental.graph import Graph, Link, Node
from gridexplainer_widget.incremental.plan import PatchPlan

from .steps import Replay

Weights: TypeAlias = Mapping[int, Sequence[Any]]
"""What each node's step needs, as variables."""

Part: TypeAlias = Callable[[Any, PatchPlan, Weights], Callable[..., Any]]
"""Compiles a part of a network, which reads the weights whenever it is called."""


def whole_part(tf: Any, plan: PatchPlan, weights: Weights) -> Callable[..., Any]:
    """Compile: a picture (1, height, width, channels) → the rows of the maps that are kept.

    A map's rows are (positions + 2, channels): those of `OUTSIDE` follow.
    """
    nodes = plan.nodes
    first = nodes[0]

    def calculate(picture: Any) -> list[Any]:
        maps = Emitted(tf, nodes, weights)
        maps.values[0] = picture
        maps.emit(range(1, max(plan.kept) + 1))
        return [_with_outside(tf, maps.values[index], nodes[index]) for index in plan.kept]

    return _compiled(tf, calculate, [tf.TensorSpec((1, *first.size, first.channels), tf.float32)])


def patched_part(tf: Any, plan: PatchPlan, weights: Weights) -> Callable[..., Any]:
    """Compile: patches of the picture, where windows come from, kept maps → maps of the cut."""
    nodes = plan.nodes
    signature = [
        tf.TensorSpec((None, None, None, nodes[0].channels), tf.float32),
        tf.TensorSpec((None,), tf.int32),
        tf.TensorSpec((None,), tf.int32),
    ]
    for index in plan.kept:
        rows = nodes[index].positions + len(OUTSIDE)
        signature.append(tf.TensorSpec((rows, nodes[index].channels), tf.float32))
    lists = PER_GATHER * (len(plan.gathered) + len(plan.cut))

    def calculate(patches: Any, places: Any, lengths: Any, *whole: Any) -> list[Any]:
        gathers, pastes = plan.dealt_out(tf.split(places, lengths, num=lists))
        kept = dict(zip(plan.kept, whole, strict=True))
        maps = Emitted(tf, nodes, weights)
        maps.values[0] = patches
        for index in sorted(plan.patched - {0}):
            node = nodes[index]
            windows = [
                _window(tf, plan, (index, place), gathers, kept, maps.values)
                if (index, place) in gathers
                else maps.values[taken]
                for place, taken in enumerate(node.inputs)
            ]
            maps.values[index] = maps.calculated(index, windows, windows=True)
        return [
            _pasted(tf, nodes[index], maps.values[index], kept[index], pastes[index])
            for index in plan.cut
        ]

    return _compiled(tf, calculate, signature)


def answer_part(tf: Any, plan: PatchPlan, weights: Weights) -> Callable[..., Any]:
    """Compile: whole maps of the cut, (n, height, width, channels) → what the model returns."""
    nodes = plan.nodes
    signature = [
        tf.TensorSpec((None, *nodes[index].size, nodes[index].channels), tf.float32)
        for index in plan.cut
    ]
    rest = [i for i in range(len(nodes)) if i not in plan.patched and i not in plan.cut]

    def calculate(*cut: Any) -> list[Any]:
        maps = Emitted(tf, nodes, weights)
        maps.values.update(zip(plan.cut, cut, strict=True))
        maps.emit(rest)
        return [maps.values[index] for index in nodes.results]

    return _compiled(tf, calculate, signature)


class Emitted:
    """Maps that have been added to the graph that is open."""

    def __init__(self, tf: Any, nodes: Graph, weights: Weights) -> None:
        self.tf, self.nodes, self.weights = tf, nodes, weights
        self.values: dict[int, Any] = {}
        self._replayed: dict[int, list[Any]] = {}

    def emit(self, indices: Sequence[int]) -> None:
        """Add nodes on whole maps, as far as what they need is there."""
        for index in indices:
            inputs = self.nodes[index].inputs
            if all(taken in self.values for taken in inputs):
                maps = [self.values[taken] for taken in inputs]
                self.values[index] = self.calculated(index, maps, windows=False)

    def calculated(self, index: int, maps: Sequence[Any], *, windows: bool) -> Any:
        """Add one node."""
        node = self.nodes[index]
        weights = [variable.read_value() for variable in self.weights.get(index, ())]
        if isinstance(node.step, Replay):
            return self._replay(node, maps, weights)
        made = node.step.emit(self.tf, maps, weights, windows=windows)
        made.set_shape((None, *((None, None) if windows else node.size), node.channels))
        return made

    def _replay(self, node: Node, maps: Sequence[Any], weights: Sequence[Any]) -> Any:
        """Add an operation that is not read once for all of its results."""
        step = node.step
        if id(step.run) not in self._replayed:
            self._replayed[id(step.run)] = step.run(*step.operands(self.tf, maps, weights))
        made = self._replayed[id(step.run)][step.result]
        made.set_shape(step.shape)
        return made


def _window(  # noqa: PLR0913, PLR0917 - one of many gathers, from everything there is
    tf: Any, plan: PatchPlan, link: Link, gathers: Any, kept: Any, values: Any
) -> Any:
    """Put windows together."""
    index, place = link
    taken, window = plan.input_window(index, place)
    source, made = plan.nodes[taken], plan.nodes[index].size
    patch = None
    if taken in plan.patched:
        patch = tf.reshape(values[taken], (-1, source.channels))
        if not takes_all(window, source.size, made):
            patch = tf.gather(patch, gathers[link][2])
    windows = _put_together(tf, patch, kept[taken], gathers[link])
    windows.set_shape((None, None, None, source.channels))
    return windows


def _pasted(tf: Any, node: Node, patch: Any, kept: Any, places: Any) -> Any:
    """Put patches into whole maps."""
    whole = _put_together(tf, tf.reshape(patch, (-1, node.channels)), kept, places)
    whole.set_shape((None, *node.size, node.channels))
    return whole


def _put_together(tf: Any, patch: Any, kept: Any, places: Any) -> Any:
    """Return rows of patches, if there are any, and of a whole map where they belong."""
    shape, patch_to, _, map_to, map_from = places
    rows = tf.gather(kept, map_from)
    if patch is not None:
        rows = tf.dynamic_stitch([patch_to, map_to], [patch, rows])
    return tf.reshape(rows, tf.concat([shape, tf.shape(kept)[1:]], 0))


def _with_outside(tf: Any, whole: Any, node: Node) -> Any:
    rows = tf.reshape(whole, (-1, node.channels))
    return tf.concat([rows, *(tf.fill((1, node.channels), value) for value in OUTSIDE)], 0)


def _compiled(
    tf: Any, calculate: Callable[..., Any], signature: Sequence[Any]
) -> Callable[..., Any]:
    function = tf.function(calculate, input_signature=signature, autograph=False)
    compiled: Callable[..., Any] = function.get_concrete_function()
    return compiled
