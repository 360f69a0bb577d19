"""Parts of a network: whole maps, patches, and what follows from them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from gridexplainer_widget.incremental.gathers import OUTSIDE, takes_all
from gridexplainer_widget.incremental.graph import Graph, Link
from gridexplainer_widget.incremental.plan import PatchPlan

from .steps import FIRST, LAST, Given

Weights: TypeAlias = Mapping[int, Sequence[Any]]
"""What each node's step needs, as tensors."""


def whole_maps(torch: Any, plan: PatchPlan, weights: Weights, picture: Any) -> dict[int, Any]:
    """Calculate the rows of the maps that are kept of a picture (1, channels, height, width).

    A map's rows are (positions + 2, channels): those of `OUTSIDE` follow.
    """
    maps = Calculated(torch, plan.nodes, weights, 1)
    maps.values[0] = picture
    maps.calculate(range(1, max(plan.kept) + 1), plan.kept)
    return {index: _with_outside(torch, maps.values[index]) for index in plan.kept}


def patched_maps(  # noqa: PLR0913, PLR0917 - all that there is
    torch: Any,
    plan: PatchPlan,
    weights: Weights,
    kept: Mapping[int, Any],
    patches: Any,
    lists: Sequence[Any],
) -> list[Any]:
    """Calculate the maps of the cut from patches (n, channels, rows, columns) of the picture."""
    nodes = plan.nodes
    gathers, pastes = plan.dealt_out(lists)
    maps = Calculated(torch, nodes, weights, len(patches))
    maps.values[0] = patches
    order = sorted(plan.patched - {0})
    uses = Counter(taken for index in order for taken in nodes[index].inputs)
    uses.update(plan.cut)
    for index in order:
        inputs = nodes[index].inputs
        windows = [
            _window(plan, (index, place), gathers[index, place], kept, maps.values)
            if (index, place) in gathers
            else maps.values[taken]
            for place, taken in enumerate(inputs)
        ]
        maps.values[index] = maps.made(index, windows, windows=True)
        maps.let_go(inputs, uses)
    return [
        _put_together(rows(maps.values[index]), kept[index], pastes[index]) for index in plan.cut
    ]


def result(torch: Any, plan: PatchPlan, weights: Weights, cut: Sequence[Any]) -> Any:
    """Calculate what the module returns from whole maps of the cut."""
    nodes = plan.nodes
    rest = [i for i in range(len(nodes)) if i not in plan.patched and i not in plan.cut]
    maps = Calculated(torch, nodes, weights, len(cut[0]))
    maps.values.update(zip(plan.cut, cut, strict=True))
    maps.calculate(rest, nodes.results)
    return maps.values[nodes.results[0]]


class Calculated:
    """Maps that have been calculated.

    Parameters
    ----------
    torch : module
    nodes : Graph
    weights : mapping
    n : int
        How many pictures there are.
    """

    def __init__(self, torch: Any, nodes: Graph, weights: Weights, n: int) -> None:
        self.torch, self.nodes, self.weights, self.n = torch, nodes, weights, n
        self.values: dict[int, Any] = {}

    def calculate(self, indices: Iterable[int], wanted: Sequence[int]) -> None:
        """Calculate what leads to the nodes that are wanted, on whole maps."""
        needed = set(wanted)
        for index in reversed(range(len(self.nodes))):
            if index in needed and index not in self.values:
                needed.update(self.nodes[index].inputs)
        order = [index for index in indices if index in needed and index not in self.values]
        uses = Counter(taken for index in order for taken in self.nodes[index].inputs)
        uses.update(wanted)
        for index in order:
            inputs = self.nodes[index].inputs
            maps = [self.values[taken] for taken in inputs]
            self.values[index] = self.made(index, maps, windows=False)
            del maps
            self.let_go(inputs, uses)

    def let_go(self, inputs: Sequence[int], uses: Counter[int]) -> None:
        """Give the memory of maps back that nothing looks at any more."""
        for taken in inputs:
            uses[taken] -= 1
            if uses[taken] == 0:
                self.values.pop(taken, None)

    def made(self, index: int, maps: Sequence[Any], *, windows: bool) -> Any:
        """Calculate one node."""
        node = self.nodes[index]
        window = node.windows[0] if windows and node.windows else None
        if window is not None and any(
            length < least for length, least in zip(maps[0].shape[2:], window.size, strict=True)
        ):  # strides have passed over all that changed
            return maps[0].new_empty((self.n, node.channels, 0, 0))
        given = Given(maps, self.weights.get(index, ()), self.n, windows)
        return node.step.run(self.torch, given)


def rows(maps: Any) -> Any:
    """Return maps as rows (positions, channels)."""
    return maps.permute(LAST).reshape(-1, maps.shape[1])


def _window(
    plan: PatchPlan, link: Link, places: Sequence[Any], kept: Mapping[int, Any], values: Any
) -> Any:
    """Put windows together."""
    index, place = link
    taken, window = plan.input_window(index, place)
    source, made = plan.nodes[taken], plan.nodes[index].size
    patch = None
    if taken in plan.patched:
        patch = rows(values[taken])
        if not takes_all(window, source.size, made):
            patch = patch.index_select(0, places[2])
    return _put_together(patch, kept[taken], places)


def _put_together(patch: Any, kept: Any, places: Sequence[Any]) -> Any:
    """Return rows of patches, if there are any, and of a whole map where they belong."""
    shape, patch_to, _, map_to, map_from = places
    count, height, width = shape.tolist()
    found = kept.index_select(0, map_from)
    if patch is not None:
        around, channels = found, found.shape[1]
        found = around.new_empty((count * height * width, channels))
        found.index_copy_(0, map_to, around)
        found.index_copy_(0, patch_to, patch)
    return found.reshape(count, height, width, found.shape[1]).permute(FIRST)


def _with_outside(torch: Any, whole: Any) -> Any:
    edges = [whole.new_full((1, whole.shape[1]), value) for value in OUTSIDE]
    return torch.cat([rows(whole), *edges])
