"""Values of the comparison's `evidence` trait."""

from __future__ import annotations

from typing import Any

from gridexplainer_widget.classifiers.quantities import PROBABILITY, Quantity
from gridexplainer_widget.core.arrays import Probabilities
from gridexplainer_widget.results.comparison_record import classes_of


def cell_evidence(
    cell: tuple[int, int],
    before: Probabilities,
    after: Probabilities | None,
    target: int,
    quantity: Quantity = PROBABILITY,
) -> dict[str, Any]:
    """Describe the effect of hiding a cell; the drop is None while pending."""
    if after is None:
        return {"cell": list(cell), "drop": None, "classes": []}
    drop = float(before[target]) - float(after[target])
    return {
        "cell": list(cell),
        "drop": drop,
        "classes": classes_of(before, after, target, quantity),
    }
