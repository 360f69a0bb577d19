"""Say which pictures a model gave no numbers for."""

from __future__ import annotations

from collections.abc import Sequence

from gridexplainer_widget.classifiers.classifier import Classifier
from gridexplainer_widget.core.errors import ClassifierError
from gridexplainer_widget.core.grid import Grid


def not_finite(
    classifier: Classifier, grid: Grid, bad: Sequence[Sequence[int]], scored: int
) -> ClassifierError:
    """Return the error for the sets of hidden cells in `bad`, of `scored` pictures."""
    places = ", ".join(str(grid.position(cell)) for cell in bad[0][:4])
    more = f" and {len(bad[0]) - 4} more" if len(bad[0]) > 4 else ""
    where = f"with cell (row, column) {places}{more} hidden" if bad[0] else "on the whole picture"
    return ClassifierError(
        f"{classifier.name} returned NaN or infinity for {len(bad)} of {scored} pictures, "
        f"first {where}. Check its weights and its preprocessing "
        f"({classifier.preprocessing.description})."
    )
