"""What the engine needs of a framework."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.core.arrays import PreparedBatch

from .gathers import Places
from .graph import Graph
from .plan import PatchPlan
from .step import Tensor

WholeMaps: TypeAlias = Any
"""Result of :meth:`Executor.whole_maps`, different for each executor."""

CutMaps: TypeAlias = Sequence[Tensor]
"""Whole maps of `plan.cut` for n pictures."""


class Executor(Protocol):
    """A network in a framework."""

    graph: Graph
    lighter: bool
    """Whether its whole maps are less work than the model."""
    accelerated: bool
    """Whether it runs on anything but a CPU."""
    seconds_per_node: float
    """To compile one of the graph's nodes on patches, roughly (benchmarks/cold.py)."""
    runs_beside: bool
    """Whether two threads that run it at once are quicker than one."""

    def refresh(self) -> int:
        """Read the model's current weights; return a number that changes with them."""

    def to_tensor(self, pictures: PreparedBatch) -> Tensor:
        """Convert preprocessed pictures to the framework's axes."""

    def whole_maps(self, plan: PatchPlan, picture: NDArray[np.float32]) -> WholeMaps:
        """Calculate the maps of `plan.kept` from one preprocessed picture, nothing hidden."""

    def baseline_maps(self, plan: PatchPlan, whole: WholeMaps) -> CutMaps:
        """Return the maps of `plan.cut` with nothing hidden, n = 1."""

    def patch_maps(
        self,
        plan: PatchPlan,
        whole: WholeMaps,
        patches: PreparedBatch,
        places: Places,
        lengths: Places,
    ) -> CutMaps:
        """Calculate the maps of `plan.cut` from patches; `gathers.packed` makes the lists."""

    def to_array(self, maps: Tensor) -> NDArray[np.float32]:
        """Convert maps to (n, height, width, channels)."""

    def outputs(self, plan: PatchPlan, groups: Sequence[CutMaps]) -> Any:
        """Return the model's outputs as NumPy arrays, nested as the model nests them."""
