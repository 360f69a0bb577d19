"""Calculates a network node by node, in any framework."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from .graph import Link, Node
from .plan import PatchPlan
from .step import StepInputs, Tensor

Weights: TypeAlias = Mapping[int, Sequence[Tensor]]
"""Results of :meth:`Step.weights`, by node."""

Rows: TypeAlias = Tensor
"""A map as (positions, channels); whole maps end with two rows more: `OUTSIDE`."""


class Calculation(ABC):
    """One calculation of a network; n = 0 traces a graph for any number of pictures."""

    def __init__(self, framework: Any, plan: PatchPlan, weights: Weights, n: int = 0) -> None:
        self.framework, self.plan, self.graph, self.n = framework, plan, plan.graph, n
        self._weights = weights
        self._maps: dict[int, Tensor] = {}
        self._shared: dict[Any, Any] = {}

    def whole_maps(self, picture: Tensor) -> dict[int, Rows]:
        """Calculate the whole maps of `plan.kept` from one picture."""
        self._maps[0] = picture
        self._calculate(range(1, max(self.plan.kept) + 1), self.plan.kept)
        return {index: self.with_outside(self._maps[index]) for index in self.plan.kept}

    def patch_maps(
        self, patches: Tensor, lists: Sequence[Tensor], whole: Mapping[int, Rows]
    ) -> list[Tensor]:
        """Calculate the whole maps of `plan.cut` from patches; `gathers.packed` makes the lists."""
        gathers, pastes = self.plan.unpacked(lists)
        self._maps[0] = patches
        order = sorted(self.plan.patched - {0})
        uses = self._uses(order, self.plan.cut)
        for index in order:
            self._patch(index, gathers, whole)
            self._release(index, uses)
        return [
            self.assembled(self.rows(self._maps[index]), whole[index], pastes[index])
            for index in self.plan.cut
        ]

    def outputs(self, cut: Sequence[Tensor]) -> list[Tensor]:
        """Calculate the network's outputs from the maps of `plan.cut`."""
        done = {*self.plan.patched, *self.plan.cut}
        self._maps.update(zip(self.plan.cut, cut, strict=True))
        rest = [index for index in range(len(self.graph)) if index not in done]
        self._calculate(rest, self.graph.results)
        return [self._maps[index] for index in self.graph.results]

    def _calculate(self, indices: Iterable[int], wanted: Sequence[int]) -> None:
        """Calculate, on whole maps, the nodes that `wanted` needs."""
        needed = set(wanted)
        for index in reversed(range(len(self.graph))):
            if index in needed and index not in self._maps:
                needed.update(self.graph[index].inputs)
        order = [index for index in indices if index in needed and index not in self._maps]
        uses = self._uses(order, wanted)
        for index in order:
            maps = [self._maps[source] for source in self.graph[index].inputs]
            self._maps[index] = self._node(index, maps, windows=False)
            del maps
            self._release(index, uses)

    def _patch(
        self,
        index: int,
        gathers: Mapping[Link, Sequence[Tensor]],
        whole: Mapping[int, Rows],
    ) -> None:
        maps = [
            self._window((index, place), gathers[index, place], whole)
            if (index, place) in gathers
            else self._maps[source]
            for place, source in enumerate(self.graph[index].inputs)
        ]
        self._maps[index] = self._node(index, maps, windows=True)

    def _window(self, link: Link, places: Sequence[Tensor], whole: Mapping[int, Rows]) -> Tensor:
        source, _ = self.plan.input_window(*link)
        rows = None
        if source in self.plan.patched:
            rows = self.rows(self._maps[source])
            if not self.plan.takes_all(link):
                rows = self.picked(rows, places[2])
        return self.assembled(rows, whole[source], places)

    def _node(self, index: int, maps: Sequence[Tensor], *, windows: bool) -> Tensor:
        inputs = StepInputs(maps, self._weights.get(index, ()), windows, self.n, self._shared)
        return self.calculated(self.graph[index], inputs)

    def _uses(self, order: Sequence[int], wanted: Iterable[int]) -> Counter[int]:
        uses = Counter(source for index in order for source in self.graph[index].inputs)
        uses.update(wanted)
        return uses

    def _release(self, index: int, uses: Counter[int]) -> None:
        for source in self.graph[index].inputs:
            uses[source] -= 1
            if uses[source] == 0:
                self._maps.pop(source, None)

    def calculated(self, node: Node, inputs: StepInputs) -> Tensor:
        """Calculate a node."""
        if node.step is None:
            raise ValueError(f"{node.name} is an input and cannot be calculated.")
        return node.step.calculate(self.framework, inputs)

    @abstractmethod
    def rows(self, maps: Tensor) -> Rows:
        """Return maps as rows."""

    @abstractmethod
    def picked(self, rows: Rows, places: Tensor) -> Rows:
        """Return the rows at int `places`, in order."""

    @abstractmethod
    def assembled(self, rows: Rows | None, whole: Rows, places: Sequence[Tensor]) -> Tensor:
        """Fill windows as one gather lists, from patch rows (all, in order) and whole-map rows."""

    @abstractmethod
    def with_outside(self, whole: Tensor) -> Rows:
        """Return a map (n = 1) as rows, followed by `OUTSIDE`."""
