"""Deletion and insertion curves → a Matplotlib figure."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from .colors import AGAINST, SUPPORTS
from .plot import PLAIN, ExplanationFigure


def curves_figure(
    counts: Sequence[int],
    deletion: NDArray[np.float32],
    insertion: NDArray[np.float32],
    legend: tuple[str, str],
    captions: Sequence[str],
) -> Figure:
    """Draw both curves, float32 (points,), over `counts` of cells hidden or shown.

    `legend` names deletion and insertion; `captions` are sentences below the figure.
    """
    figure = ExplanationFigure(figsize=(6.4, 4.4), layout="constrained")
    ax = figure.subplots()
    shares = 100 * np.array(counts) / counts[-1]
    for curve, label, color in (
        (insertion, legend[1], SUPPORTS),
        (deletion, legend[0], AGAINST),
    ):
        ax.plot(shares, 100 * curve, color=color, marker=".", label=label)
    ax.fill_between(shares, 100 * deletion, 100 * insertion, color="0.5", alpha=0.12, linewidth=0)
    ax.set(
        xlim=(0, 100),
        ylim=(-2, 102),
        xlabel="cells hidden or shown, the most important first (%)",
        ylabel="probability (%)",
    )
    ax.spines[["top", "right"]].set_visible(False)
    ax.legend(frameon=False, fontsize=9, loc="upper center", bbox_to_anchor=(0.5, 1.22))
    lines = "\n".join(line for caption in captions for line in textwrap.wrap(caption, 105))
    figure.supxlabel(lines, fontsize=8, x=0.01, ha="left", **PLAIN)
    return figure
