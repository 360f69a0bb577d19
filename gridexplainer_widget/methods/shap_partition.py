"""SHAP: the cells' Owen values over halves of the grid."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.attribution.coalitions import coalition_values
from gridexplainer_widget.attribution.context import MethodContext, Steps
from gridexplainer_widget.attribution.seeding import seeded_global_generators
from gridexplainer_widget.classifiers.imports import framework
from gridexplainer_widget.core.grid import Grid
from gridexplainer_widget.core.scores import Answers
from gridexplainer_widget.core.shown import shown

DEFAULT_EVALUATIONS = 500
"""SHAP's own default."""


class MissingCoalitions(Exception):  # noqa: N818 - no error: it is caught
    """Coalitions (n, cells) that SHAP needs next."""

    def __init__(self, kept: NDArray[np.bool_]) -> None:
        super().__init__()
        self.kept = kept


@dataclass
class CoalitionValues:
    """SHAP's model: a table of coalitions' values."""

    values: dict[bytes, float] = field(default_factory=dict)

    def add(self, kept: NDArray[np.bool_], values: NDArray[np.float64]) -> None:
        """Store values (n,) of coalitions (n, cells)."""
        self.values |= {row.tobytes(): float(v) for row, v in zip(kept, values, strict=True)}

    def __call__(self, kept: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Return values (n,) of coalitions (n, cells); gaps raise MissingCoalitions."""
        missing = {key: row for row in kept if (key := row.tobytes()) not in self.values}
        if missing:
            raise MissingCoalitions(np.stack(list(missing.values())))
        return np.array([self.values[row.tobytes()] for row in kept])


@dataclass(frozen=True)
class CellMasker:
    """SHAP's masker, which passes masks of clustered cells through."""

    clustering: NDArray[np.float64]
    immutable_outputs: bool = True

    @property
    def shape(self) -> tuple[int, int]:
        """Outputs per mask, and cells."""
        return 1, len(self.clustering) + 1

    def __call__(self, mask: NDArray[np.bool_], _: Any) -> NDArray[np.bool_]:
        """Return a batch of one."""
        return mask[np.newaxis]


def shap_partition(context: MethodContext) -> Steps:
    """Explain by Owen values over halves of the grid, with SHAP's partition explainer.

    A cell's value is its mean contribution to the score over all orders of showing the cells that
    keep the grid's halves together, and their halves in turn (G. Owen, "Values of Games with a
    Priori Unions", 1977; S. Lundberg, S.-I. Lee, "A Unified Approach to Interpreting Model
    Predictions", NeurIPS 2017). Values add up to the whole picture's score minus the hidden one's,
    in probability or log-odds. When evaluations run out, cells share their part's value evenly.
    """
    limit = context.options.samples or DEFAULT_EVALUATIONS
    limit = max(2, limit - limit % 2)  # SHAP completes the last pair
    clustering = halve_grid(context.grid)
    exact = exact_evaluations(clustering)
    total = min(limit, exact)
    yield 0, total
    shap = framework("shap", "method='shap'", "shap")
    table, empty = CoalitionValues(), np.zeros((1, len(context.grid)), np.bool_)
    table.add(empty, (yield from coalition_values(context, empty, 0, total)))
    # Read now: later answers may evict it.
    hidden = context.run.cached_answer(range(len(context.grid)))
    while True:
        # SHAP blocks on its model. To report progress and allow a stop, abort it where values are
        # missing, add them and restart.
        explainer = shap.PartitionExplainer(table, CellMasker(clustering))
        found = _explanation(explainer, context, limit)
        if not isinstance(found, MissingCoalitions):
            break
        scoring = coalition_values(context, found.kept, len(table.values), total)
        table.add(found.kept, (yield from scoring))
    yield total, total
    notes = (*_sum_note(context, hidden), *_shared_note(explainer.dvalues, limit, exact))
    return context.cell_attribution(found.values[0], notes, unit=context.score)


@cache
def warm_up() -> None:
    """Load and compile SHAP, which is slower than most maps."""
    explainers = framework("shap", "method='shap'", "shap").explainers
    masker = CellMasker(halve_grid(Grid(2, 2, 2, 2)))
    model = lambda kept: kept.sum(axis=1).astype(np.float64)  # noqa: E731 - a def takes three lines
    with seeded_global_generators(0):
        explainers.Partition(model, masker)(np.ones((1, 4)), max_evals=16, silent=True)


def _explanation(explainer: Any, context: MethodContext, limit: int) -> Any:
    """Return SHAP's explanation, or the missing coalitions."""
    full = np.ones((1, len(context.grid)))
    # The model's batch size would change the map.
    batch_size = max(16, limit // 32)
    with seeded_global_generators(context.seed):
        try:
            return explainer(full, max_evals=limit, batch_size=batch_size, silent=True)
        except MissingCoalitions as missing:
            return missing


def halve_grid(grid: Grid) -> NDArray[np.float64]:
    """Halve a grid along its longer side, and the halves in turn, down to cells.

    Returns
    -------
    float64 array (cells - 1, 4)
        A linkage matrix as in `scipy.cluster.hierarchy`, with numbers of cells as distances. Nodes
        0 to cells - 1 are the cells, row-major.
    """
    links: list[tuple[int, int, int, int]] = []

    def node_of(cells: NDArray[np.intp]) -> int:
        if cells.size == 1:
            return int(cells[0, 0])
        axis = 0 if cells.shape[0] > cells.shape[1] else 1
        first, second = np.array_split(cells, 2, axis)
        links.append((node_of(first), node_of(second), cells.size, cells.size))
        return len(grid) + len(links) - 1

    node_of(np.arange(len(grid)).reshape(grid.shape))
    return np.array(links, np.float64).reshape(-1, 4)


def exact_evaluations(clustering: NDArray[np.float64]) -> int:
    """Count SHAP's evaluations for exact values."""
    cells = len(clustering) + 1

    def below(node: int) -> int:
        if node < cells:
            return 0
        first, second = (int(child) for child in clustering[node - cells, :2])
        return 2 + 2 * (below(first) + below(second))  # the other half shown and hidden

    return 2 + below(2 * cells - 2)


def _sum_note(context: MethodContext, hidden: Answers | None) -> tuple[str, ...]:
    """State the sum of the values; `hidden` is for every cell hidden."""
    whole, target = context.run.baseline, context.target
    if whole is None or hidden is None:
        return ()
    names = context.run.classifier.names(len(whole))
    label = shown(names[target])
    if context.contrast is not None:
        note = (
            "The values add up to what hiding every cell takes from the log-odds of "
            f"“{label}” rather than “{shown(names[context.contrast])}”: "
            f"{float(context.drops(hidden)):.3g}."
        )
        return (note,)
    quantity = context.run.classifier.quantity
    what = "" if quantity.is_value else "the probability of "
    before, after = (
        quantity.text(float(whole[target])),
        quantity.text(float(hidden.vectors[target])),
    )
    note = (
        f"The values add up to what hiding every cell does: {what}“{label}” goes "
        f"from {before} to {after}."
    )
    return (note,)


def _shared_note(nodes: NDArray[np.float64], limit: int, exact: int) -> tuple[str, ...]:
    """State the share of value left to parts larger than a cell."""
    if limit >= exact:
        return ()
    cells = (len(nodes) + 1) // 2
    left = float(np.abs(nodes[cells:]).sum() / max(np.abs(nodes).sum(), 1e-12))
    note = (
        f"{limit} evaluations leave {left:.0%} of what was found to parts of the grid, shared "
        f"out evenly among their cells; exact values take {exact}."
    )
    return (note,)
