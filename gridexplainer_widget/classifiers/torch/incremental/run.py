"""Calculate whole maps, patches and outputs in PyTorch."""

from __future__ import annotations

from collections.abc import Sequence

from gridexplainer_widget.incremental.calculation import Calculation, Rows
from gridexplainer_widget.incremental.gathers import OUTSIDE
from gridexplainer_widget.incremental.step import Tensor

from .steps import FIRST, LAST


class TorchCalculation(Calculation):
    """A calculation that runs immediately."""

    def rows(self, maps: Tensor) -> Rows:
        """See :class:`Calculation`."""
        return maps.permute(LAST).reshape(-1, maps.shape[1])

    def picked(self, rows: Rows, places: Tensor) -> Rows:
        """See :class:`Calculation`."""
        return rows.index_select(0, places)

    def assembled(self, rows: Rows | None, whole: Rows, places: Sequence[Tensor]) -> Tensor:
        """See :class:`Calculation`."""
        shape, patch_to, _, map_to, map_from = places
        count, height, width = shape.tolist()
        found = whole.index_select(0, map_from)
        if rows is not None:
            around, channels = found, found.shape[1]
            found = around.new_empty((count * height * width, channels))
            found.index_copy_(0, map_to, around)
            found.index_copy_(0, patch_to, rows)
        return found.reshape(count, height, width, found.shape[1]).permute(FIRST)

    def with_outside(self, whole: Tensor) -> Rows:
        """See :class:`Calculation`."""
        edges = [whole.new_full((1, whole.shape[1]), value) for value in OUTSIDE]
        return self.framework.cat([self.rows(whole), *edges])
