"""Faithfulness → a Matplotlib figure of its curves."""

from __future__ import annotations

import textwrap

import numpy as np
from matplotlib.figure import Figure

from gridexplainer_widget.analysis.faithfulness import Faithfulness

from .metrics import MEASURES
from .plot import AGAINST, SUPPORTS, ExplanationFigure


def curves_figure(figures: Faithfulness) -> Figure:
    """Draw the deletion and the insertion curve; see :meth:`Faithfulness.plot`."""
    figure = ExplanationFigure(figsize=(6.4, 4.4), layout="constrained")
    ax = figure.subplots()
    shares = 100 * np.array(figures.counts) / figures.counts[-1]
    curves = (
        (figures.insertion_curve, "insertion", "shown", SUPPORTS),
        (figures.deletion_curve, "deletion", "hidden", AGAINST),
    )
    for curve, name, done, color in curves:
        measure = MEASURES[name]
        label = (
            f"{measure.short} {measure.text(getattr(figures, name))}: cells {done} in this order"
        )
        ax.plot(shares, 100 * curve, color=color, marker=".", label=label)
    low, high = 100 * figures.deletion_curve, 100 * figures.insertion_curve
    ax.fill_between(shares, low, high, color="0.5", alpha=0.12, linewidth=0)
    ax.set(
        xlim=(0, 100),
        ylim=(-2, 102),
        xlabel="cells hidden or shown, the most important first (%)",
        ylabel="probability (%)",
    )
    ax.spines[["top", "right"]].set_visible(False)
    ax.legend(frameon=False, fontsize=9, loc="upper center", bbox_to_anchor=(0.5, 1.22))
    srg = MEASURES["srg"]
    words = f"{srg.title} {srg.text(figures.srg)}: {srg.meaning} Hidden by {figures.fill}."
    said = [words, *figures.notes]
    lines = "\n".join(line for note in said for line in textwrap.wrap(note, 95))
    figure.supxlabel(lines, fontsize=8, x=0.01, ha="left", parse_math=False)
    return figure
