"""What the planner asks of a framework."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from .gathers import Places
from .graph import Graph
from .plan import PatchPlan

Maps: TypeAlias = Sequence[Any]
"""Tensors of the framework: whole maps, (n, height, width, channels)."""


class Executor(Protocol):
    """A network of some framework, calculated on patches and on whole maps."""

    nodes: Graph
    lighter: bool
    """Whether the nodes on whole maps are less work than the model itself."""
    accelerated: bool
    """Whether it runs on something else than a CPU."""

    def refresh(self) -> int:
        """Read the model's weights as they are now; return another number if they have changed."""

    def to_tensor(self, pictures: NDArray[np.float32]) -> Any:
        """Hand preprocessed pictures (n, height, width, channels) over."""

    def whole(self, plan: PatchPlan, picture: NDArray[np.float32]) -> Any:
        """Calculate the maps that patches are put into, with nothing hidden.

        Parameters
        ----------
        patching : Patching
        picture : float32 array (height, width, channels)
            Preprocessed.

        Returns
        -------
        Any
            What :meth:`patched` and :meth:`untouched` take.
        """

    def untouched(self, plan: PatchPlan, whole: Any) -> Maps:
        """Return the maps of `patching.cut` with nothing hidden, n = 1."""

    def patched(
        self,
        plan: PatchPlan,
        whole: Any,
        patches: NDArray[np.float32],
        places: Places,
        lengths: Places,
    ) -> Maps:
        """Calculate the maps of `patching.cut` for pictures of which a patch has changed.

        Parameters
        ----------
        patches : float32 array (n, rows, columns, channels)
            Preprocessed.
        places, lengths : int32 arrays
            See :class:`~gridexplainer_widget.incremental.engine.Layout`.
        """

    def answer(self, plan: PatchPlan, maps: Sequence[Maps]) -> Any:
        """Calculate what the model returns from the maps of `patching.cut`, several groups of n."""
