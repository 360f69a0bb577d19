"""Sets of cells that lie anywhere, on maps that are put together of tiles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.classifiers.classifier import Classifier
from gridexplainer_widget.core.arrays import PreparedBatch
from gridexplainer_widget.core.masking import Masker
from gridexplainer_widget.incremental.boxes import Boxes, as_boxes, box_of
from gridexplainer_widget.incremental.costs import whole_seconds
from gridexplainer_widget.incremental.engine import IncrementalEngine
from gridexplainer_widget.incremental.mosaic.choose import choose_tiles, states_seconds
from gridexplainer_widget.incremental.mosaic.mosaic import Mosaic
from gridexplainer_widget.incremental.mosaic.plan import TilePlan
from gridexplainer_widget.incremental.mosaic.tiles import Tiles
from gridexplainer_widget.incremental.plan import PatchPlan

from .strategy import MAX_BATCH, Cells

RECURRING = 2
"""Questions that a state is expected to serve where many sets are asked about, as handfuls are."""


class TiledSets:
    """Answers about sets for which patches do not pay: by tiles where these do, else in full.

    Parameters
    ----------
    picture
        Preprocessed, nothing hidden.
    """

    def __init__(
        self,
        engine: IncrementalEngine,
        classifier: Classifier,
        masker: Masker,
        picture: NDArray[np.float32],
    ) -> None:
        self.engine, self.classifier, self.masker = engine, classifier, masker
        self._picture = picture

    def plan_for(self, sets: Sequence[Cells]) -> PatchPlan:
        """Choose the plan that takes less time for sets that are asked about together."""
        full, plan = self.engine.full_plan, self._plan() if sets else None
        if plan is None:
            return full
        mosaic = self._mosaic(plan)
        unknown = len(mosaic.unknown(mosaic.states(self._hidden(sets))))
        times = RECURRING if len(sets) >= MAX_BATCH else 1
        tiled = whole_seconds(plan) * len(sets) + states_seconds(plan, unknown) / times
        return plan if tiled < whole_seconds(full) * len(sets) else full

    def outputs(self, plan: TilePlan, sets: Sequence[Cells]) -> Any:
        """Return the model's outputs."""
        mosaic = self._mosaic(plan)
        states = mosaic.states(self._hidden(sets))
        mosaic.learn(states, self._crop)
        return self.engine.executor.outputs(plan, [mosaic.maps(states)])

    def _plan(self) -> TilePlan | None:
        if self.masker.fill.whole is None:
            return None  # what replaces a cell depends on all that are hidden
        grid, graph = self.masker.grid, self.engine.executor.graph
        return self.engine.made(
            ("tiles", grid.shape),
            lambda: choose_tiles(
                graph, as_boxes(grid.boxes()), Tiles(grid.row_edges, grid.column_edges)
            ),
        )

    def _mosaic(self, plan: TilePlan) -> Mosaic:
        return self.engine.latest(
            (self.masker, plan.key), lambda: Mosaic(self.engine, plan, self._picture)
        )

    def _hidden(self, sets: Sequence[Cells]) -> NDArray[np.bool_]:
        hidden = np.zeros((len(sets), len(self.masker.grid)), np.bool_)
        for row, cells in zip(hidden, sets, strict=True):
            row[list(cells)] = True
        return hidden

    def _crop(self, wanted: Sequence[tuple[tuple[int, ...], Boxes]]) -> PreparedBatch:
        windows = [self.masker.window(cells, box_of(box)) for cells, box in wanted]
        return self.classifier.preprocessing(np.stack(windows))
