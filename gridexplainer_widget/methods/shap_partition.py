"""SHAP: each cell's share in what all of them do together, by halves of the grid."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.attribution.coalitions import values_of
from gridexplainer_widget.attribution.context import MethodContext, Steps
from gridexplainer_widget.attribution.seeding import global_dice
from gridexplainer_widget.classifiers.imports import framework
from gridexplainer_widget.classifiers.outputs import percent
from gridexplainer_widget.core.arrays import Probabilities
from gridexplainer_widget.core.grid import Grid

SAMPLES = 500
"""Evaluations, unless another number is asked for: SHAP's own default."""


class Lacking(Exception):  # noqa: N818 - no error: it is caught
    """What SHAP asks and is not known yet: masks of kept cells, bool (n, cells)."""

    def __init__(self, kept: NDArray[np.bool_]) -> None:
        super().__init__()
        self.kept = kept


@dataclass
class Known:
    """The scores that are known, as the model that SHAP explains."""

    values: dict[bytes, float] = field(default_factory=dict)

    def add(self, kept: NDArray[np.bool_], values: NDArray[np.float64]) -> None:
        """Remember the scores (n,) of masks (n, cells)."""
        self.values |= {row.tobytes(): float(v) for row, v in zip(kept, values, strict=True)}

    def __call__(self, kept: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Return the scores (n,) of masks (n, cells).

        Raises
        ------
        Lacking
            Some of them are not known.
        """
        lacking = {key: row for row in kept if (key := row.tobytes()) not in self.values}
        if lacking:
            raise Lacking(np.stack(list(lacking.values())))
        return np.array([self.values[row.tobytes()] for row in kept])


@dataclass(frozen=True)
class CellMasker:
    """Tells SHAP how many cells there are and how they belong together; hands on its masks."""

    clustering: NDArray[np.float64]
    immutable_outputs: bool = True

    @property
    def shape(self) -> tuple[int, int]:
        """One picture for each mask; the number of cells."""
        return 1, len(self.clustering) + 1

    def __call__(self, mask: NDArray[np.bool_], _: Any) -> NDArray[np.bool_]:
        """Return the mask itself, as a batch of one."""
        return mask[np.newaxis]


def shap_partition(context: MethodContext) -> Steps:
    """Explain by Owen values over halves of the grid, with SHAP's partition explainer.

    The grid is halved along its longer side, and so are the halves, down to the cells. A cell's
    value is its mean contribution to the score over the orders in which cells can be put back into
    the picture with all of them hidden, where the cells of each part stay together (G. Owen,
    "Values of Games with a Priori Unions", 1977; S. Lundberg and S.-I. Lee, "A Unified Approach to
    Interpreting Model Predictions", NeurIPS 2017). The values add up to the score of the whole
    picture minus that of the picture with everything hidden, in probability or in log-odds. When
    the evaluations are used up, what a part is worth is shared out evenly among its cells.

    Parameters
    ----------
    context : Question
        `options.samples` is the number of evaluations at most; they come in pairs, and the first
        is of the whole picture and of the hidden one.

    Raises
    ------
    ClassifierError
        The model gave NaN or infinity.
    """
    samples = context.options.samples or SAMPLES
    samples = max(2, samples - samples % 2)  # SHAP would ask the last pair as a whole
    clustering = halves(context.grid)
    wanted = evaluations(clustering)
    total = min(samples, wanted)
    yield 0, total
    shap = framework("shap", "method='shap'", "shap")
    known, nothing = Known(), np.zeros((1, len(context.grid)), np.bool_)
    known.add(nothing, (yield from values_of(context, nothing, 0, total)))
    hidden = context.run.cached_probabilities(
        range(len(context.grid))
    )  # read before others push it out
    while True:
        # SHAP asks and waits. So that whoever asked us can stop in between and see how far it is,
        # SHAP is stopped where it lacks an answer, and gone through again when the answer is there.
        explainer = shap.PartitionExplainer(known, CellMasker(clustering))
        found = _explained(explainer, context, samples)
        if not isinstance(found, Lacking):
            break
        scoring = values_of(context, found.kept, len(known.values), total)
        known.add(found.kept, (yield from scoring))
    yield total, total
    notes = (*_sum_note(context, hidden), *_shared_note(explainer.dvalues, samples, wanted))
    return context.of_cells(found.values[0], notes, unit=context.score)


@cache
def warm_up() -> None:
    """Load SHAP and have it compiled, which takes longer than most maps."""
    explainers = framework("shap", "method='shap'", "shap").explainers
    four = halves(Grid(2, 2, 2, 2))
    model = lambda kept: kept.sum(axis=1).astype(np.float64)  # noqa: E731 - as short as can be
    with global_dice(0):
        explainers.Partition(model, CellMasker(four))(np.ones((1, 4)), max_evals=16, silent=True)


def _explained(explainer: Any, context: MethodContext, samples: int) -> Any:
    """Return SHAP's explanation, or what it lacks."""
    everything = np.ones((1, len(context.grid)))
    # Not the size of the model's batches: what is found must not hang on it.
    at_once = max(16, samples // 32)
    with global_dice(context.seed):
        try:
            return explainer(everything, max_evals=samples, batch_size=at_once, silent=True)
        except Lacking as lacking:
            return lacking


def halves(grid: Grid) -> NDArray[np.float64]:
    """Halve a grid along its longer side, and the halves, down to single cells.

    Returns
    -------
    float64 array (cells - 1, 4)
        As `scipy.cluster.hierarchy` has it: the two that are joined, the size of what they make,
        which counts as their distance, and again the size. Cells are 0 to cells - 1, row-major.
    """
    joined: list[tuple[int, int, int, int]] = []

    def part(cells: NDArray[np.intp]) -> int:
        if cells.size == 1:
            return int(cells[0, 0])
        axis = 0 if cells.shape[0] > cells.shape[1] else 1
        first, second = np.array_split(cells, 2, axis)
        joined.append((part(first), part(second), cells.size, cells.size))
        return len(grid) + len(joined) - 1

    part(np.arange(len(grid)).reshape(grid.shape))
    return np.array(joined, np.float64).reshape(-1, 4)


def evaluations(clustering: NDArray[np.float64]) -> int:
    """How many evaluations SHAP needs for exact values."""
    cells = len(clustering) + 1

    def below(node: int) -> int:
        if node < cells:
            return 0
        first, second = (int(child) for child in clustering[node - cells, :2])
        return 2 + 2 * (below(first) + below(second))  # each with the other half there and not

    return 2 + below(2 * cells - 2)


def _sum_note(context: MethodContext, hidden: Probabilities | None) -> tuple[str, ...]:
    """Say what the values add up to: the target's answer with everything `hidden`."""
    whole, target = context.run.baseline, context.target
    if whole is None or hidden is None:
        return ()
    label = context.run.classifier.names(len(whole))[target]
    note = (
        f"The values add up to what hiding every cell does: the probability of “{label}” goes "
        f"from {percent(float(whole[target]))} to {percent(float(hidden[target]))}."
    )
    return (note,)


def _shared_note(parts: NDArray[np.float64], samples: int, wanted: int) -> tuple[str, ...]:
    """Say how much was left with parts of the grid rather than with its cells."""
    if samples >= wanted:
        return ()
    cells = (len(parts) + 1) // 2
    left = float(np.abs(parts[cells:]).sum() / max(np.abs(parts).sum(), 1e-12))
    note = (
        f"{samples} evaluations leave {left:.0%} of what was found to parts of the grid, shared "
        f"out evenly among their cells; exact values take {wanted}."
    )
    return (note,)
