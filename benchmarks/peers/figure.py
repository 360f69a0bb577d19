"""The picture of benchmarks/peers.py: seconds per way, and growth over the grid."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter, NullLocator, ScalarFormatter

OURS = {"incremental": "#0b7a75", "full": "#5fb3a5"}
OTHERS = "#9aa5b1"
YARDSTICK = "#d9b36c"
LINES = ("#b5446e", "#6a6fb0", "#d08a3c", "#7a7a7a")
MARKERS = ("s", "^", "D", "v")
BEYOND = 20
"""Times the fastest from which on a bar is cut off."""


def draw(results: dict[str, Any], path: Path) -> None:
    grown = [found for found in results["growth"] if "seconds" in found]
    figure = Figure(figsize=(12 if grown else 7.5, 5.2), layout="constrained")
    told = results["conditions"]
    figure.suptitle(
        f"Occlusion of {told['network']}, the same in every package\n"
        f"{told['processor']}, {told['cores']} cores and as many threads, {told['date']}",
        fontsize=11,
    )
    axes = figure.subplots(1, 2 if grown else 1, squeeze=False)[0]
    cells = f"{told['grid']}×{told['grid']} cells"
    axes[0].set_title(f"{cells}: medians, and from the fastest run to the slowest", fontsize=10)
    bars(axes[0], {name: way for name, way in results["ways"].items() if "seconds" in way})
    if grown:
        growth(axes[1], grown, {name: way["title"] for name, way in results["ways"].items()})
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=150)


def bars(axes: Axes, ways: dict[str, dict[str, Any]]) -> None:
    names = sorted(ways, key=lambda name: -ways[name]["seconds"])
    seconds = [ways[name]["seconds"] for name in names]
    colors = [YARDSTICK if name == "onnx" else OURS.get(name, OTHERS) for name in names]
    end = 1.35 * max(value for value in seconds if value < BEYOND * seconds[-1])
    shown = [min(value, end) for value in seconds]
    axes.barh([ways[name]["title"] for name in names], shown, color=colors, height=0.7)
    for place, name in enumerate(names):
        ratio = f" (×{ways[name]['ratio']:.1f})" if name != "incremental" else ""
        label = f" {ways[name]['seconds']:.1f} s{ratio} "
        if seconds[place] > end:  # its bar goes on beyond the axis
            axes.text(end, place, f"{label}→ ", va="center", ha="right", fontsize=9, weight="bold")
        else:
            fastest, slowest = min(ways[name]["runs"]), max(ways[name]["runs"])
            axes.plot([fastest, slowest], [place, place], color="#222222", linewidth=1.5)
            axes.text(slowest, place, label, va="center", fontsize=9)
    axes.set_xlim(0, end)
    axes.set_xlabel("seconds (and how many times ours, incremental)")
    tidy(axes)


def growth(axes: Axes, grown: list[dict[str, Any]], titles: dict[str, str]) -> None:
    others = iter(zip(LINES, MARKERS, strict=True))
    for name in dict.fromkeys(found["way"] for found in grown):
        points = [(found["grid"], found["seconds"]) for found in grown if found["way"] == name]
        color, marker = (OURS[name], "o") if name in OURS else next(others)
        width = 2.4 if name in OURS else 1.3
        axes.plot(
            *zip(*points, strict=True),
            color=color,
            marker=marker,
            markersize=5,
            linewidth=width,
            label=titles.get(name, name),
            zorder=3 if name in OURS else 2,
        )
    axes.set_xscale("log", base=2)
    axes.set_yscale("log")
    plain(axes.xaxis, [4, 8, 16, 32, 64])
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.set_title("more cells", fontsize=10)
    axes.set_xlabel("N of N×N cells")
    axes.set_ylabel("seconds")
    axes.legend(frameon=False, fontsize=9)
    axes.grid(axis="y", color="#e6e6e6", linewidth=0.8)
    axes.set_axisbelow(True)
    tidy(axes)


def plain(axis: Any, ticks: list[int]) -> None:
    axis.set_major_formatter(ScalarFormatter())
    axis.set_minor_formatter(NullFormatter())
    axis.set_minor_locator(NullLocator())
    axis.set_ticks(ticks)


def tidy(axes: Axes) -> None:
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
