"""Deletion and insertion curves → a Matplotlib figure."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from gridexplainer_widget.classifiers.quantities import PROBABILITY, Quantity
from gridexplainer_widget.inference.order_curves import OrderCurves

from .data.metrics import metrics_of, under_text
from .data.tint import AGAINST, SUPPORTS
from .plot import PLAIN, ExplanationFigure


def curves_figure(
    under: Sequence[OrderCurves], captions: Sequence[str], quantity: Quantity = PROBABILITY
) -> Figure:
    """Draw both curves under each fill, and random orders'; `captions` are sentences below."""
    figure = ExplanationFigure(figsize=(1.2 + 4.4 * len(under), 4.8), layout="constrained")
    axes = figure.subplots(1, len(under), sharey=True, squeeze=False)[0]
    for ax, one in zip(axes, under, strict=True):
        _draw(ax, one, quantity)
    axes[0].set_ylabel(quantity.noun if quantity.is_value else "probability (%)")
    width = 25 + 70 * len(under)
    lines = "\n".join(line for caption in captions for line in textwrap.wrap(caption, width))
    figure.supxlabel(lines, fontsize=8, x=0.01, ha="left", **PLAIN)
    return figure


def _draw(ax: Axes, one: OrderCurves, quantity: Quantity) -> None:
    metrics = metrics_of(quantity)
    scale = 1 if quantity.is_value else 100
    shares = 100 * np.array(one.counts) / one.counts[-1]
    curves = {"insertion": scale * one.insertion_curve, "deletion": scale * one.deletion_curve}
    for name, color, what in (("insertion", SUPPORTS, "shown"), ("deletion", AGAINST, "hidden")):
        text = under_text(one, metrics[name]).replace(f" under {one.fill}", "")
        label = f"{metrics[name].short} {text}: cells {what} in this order"
        ax.plot(shares, curves[name], color=color, marker=".", label=label)
    ax.fill_between(
        shares, curves["deletion"], curves["insertion"], color="0.5", alpha=0.12, linewidth=0
    )
    if one.chance is not None:
        random = scale * np.array(one.chance.curve)
        along = 100 * np.array(one.chance.counts) / one.counts[-1]
        label = f"the mean of {one.chance.orders} random orders and their reverses"
        ax.plot(along, random, color=AGAINST, linestyle=":", linewidth=1)
        ax.plot(along, random[::-1], color=SUPPORTS, linestyle=":", linewidth=1)
        ax.plot([], [], color="0.4", linestyle=":", linewidth=1, label=label)
    gain = f"{metrics['srg'].short} {under_text(one, metrics['srg'])}"
    ax.set_title(gain, fontsize=9.5, loc="left", pad=58, **PLAIN)
    ax.set(xlim=(0, 100), xlabel="cells hidden or shown, the most important first (%)")
    if not quantity.is_value:
        ax.set_ylim(-2, 102)
    ax.spines[["top", "right"]].set_visible(False)
    ax.legend(frameon=False, fontsize=8, loc="lower left", bbox_to_anchor=(-0.03, 1.0))
