"""What the engine asks of a framework."""

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
"""What :meth:`Executor.whole_maps` returns; each executor has its own."""

CutMaps: TypeAlias = Sequence[Tensor]
"""Whole maps of `plan.cut` for n pictures: float32 (n, height, width, channels) in TensorFlow,
(n, channels, height, width) in PyTorch."""


class Executor(Protocol):
    """A network of some framework, calculated on patches and on whole maps."""

    graph: Graph
    lighter: bool
    """Whether the graph, on whole maps, is less work than the model itself."""
    accelerated: bool
    """Whether it runs on something other than a CPU."""

    def refresh(self) -> int:
        """Read the model's weights as they are now; return a number that changes with them."""

    def to_tensor(self, pictures: PreparedBatch) -> Tensor:
        """Hand over preprocessed pictures, float32 (n, height, width, channels).

        Returns
        -------
        Tensor
            A map as in `CutMaps`.
        """

    def whole_maps(self, plan: PatchPlan, picture: NDArray[np.float32]) -> WholeMaps:
        """Calculate the maps of `plan.kept`, which patches are put into, with nothing hidden.

        Parameters
        ----------
        plan : PatchPlan
        picture : float32 array (height, width, channels)
            Preprocessed.
        """

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
        """Calculate the maps of `plan.cut` for pictures that have changed in one patch.

        Parameters
        ----------
        plan : PatchPlan
        whole : WholeMaps
        patches : float32 array (n, rows, columns, channels)
            Preprocessed.
        places, lengths : int32 arrays
            See :func:`~gridexplainer_widget.incremental.gathers.packed`.
        """

    def outputs(self, plan: PatchPlan, groups: Sequence[CutMaps]) -> Any:
        """Calculate what the model returns, for all pictures of all groups.

        Returns
        -------
        Any
            NumPy arrays, structured as the model's own output; the first axis is pictures.
        """
