"""Deletion and insertion curves → a Matplotlib figure."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from gridexplainer_widget.classifiers.quantities import PROBABILITY, Quantity

from .colors import AGAINST, SUPPORTS
from .plot import PLAIN, ExplanationFigure


def curves_figure(  # noqa: PLR0913, PLR0917 - two curves, and what is said of them
    counts: Sequence[int],
    deletion: NDArray[np.float32],
    insertion: NDArray[np.float32],
    legend: tuple[str, str],
    captions: Sequence[str],
    quantity: Quantity = PROBABILITY,
) -> Figure:
    """Draw both curves, float32 (points,), over `counts` of cells hidden or shown.

    `legend` names deletion and insertion; `captions` are sentences below the figure.
    """
    figure = ExplanationFigure(figsize=(6.4, 4.4), layout="constrained")
    ax = figure.subplots()
    scale = 1 if quantity.is_value else 100
    shares = 100 * np.array(counts) / counts[-1]
    for curve, label, color in (
        (insertion, legend[1], SUPPORTS),
        (deletion, legend[0], AGAINST),
    ):
        ax.plot(shares, scale * curve, color=color, marker=".", label=label)
    between = (scale * deletion, scale * insertion)
    ax.fill_between(shares, *between, color="0.5", alpha=0.12, linewidth=0)
    ax.set(
        xlim=(0, 100),
        xlabel="cells hidden or shown, the most important first (%)",
        ylabel=quantity.noun if quantity.is_value else "probability (%)",
    )
    if not quantity.is_value:
        ax.set_ylim(-2, 102)
    ax.spines[["top", "right"]].set_visible(False)
    ax.legend(frameon=False, fontsize=9, loc="upper center", bbox_to_anchor=(0.5, 1.22))
    lines = "\n".join(line for caption in captions for line in textwrap.wrap(caption, 105))
    figure.supxlabel(lines, fontsize=8, x=0.01, ha="left", **PLAIN)
    return figure
