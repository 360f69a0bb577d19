"""The picture of benchmarks/peers.py: processor seconds of each way, network by network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from tables import median
from ways import OURS, WAYS

TITLES = {
    "resnet50": "ResNet50, random weights",
    "lite0": "EfficientNet-Lite0, ImageNet's weights, a photograph",
}
COLORS = {"incremental": "#0b7a75", "ours-onnx": "#0b7a75", "default": "#0b7a75", "full": "#5fb3a5"}
OTHERS = "#9aa5b1"
YARDSTICK = "#d9b36c"
BEYOND = 8
"""Times ours from which on a bar is cut off."""


def draw(results: dict[str, Any], path: Path) -> None:
    networks = results["networks"]
    figure = Figure(figsize=(7.2 * len(networks), 5.6), layout="constrained")
    told = results["conditions"]
    figure.suptitle(
        "The same network, picture and grey in every package: a warm map of "
        f"{told['grid']}×{told['grid']} cells\n"
        f"Processor seconds; {told['processor']}, {told['cores']} cores and as many threads, "
        f"nothing else running, {told['date']}",
        fontsize=11,
    )
    axes = figure.subplots(1, len(networks), squeeze=False)[0]
    for one, (network, ways) in zip(axes, networks.items(), strict=True):
        one.set_title(TITLES[network], fontsize=10)
        bars(one, {name: ways[name]["runs"] for name in WAYS if ways.get(name, {}).get("runs")})
    figure.savefig(path, dpi=150)


def bars(axes: Axes, ways: dict[str, list[dict[str, Any]]]) -> None:
    names = sorted(ways, key=lambda name: -median(ways[name], "cpu"))
    ours = median(ways[OURS], "cpu")
    end = BEYOND * ours
    for place, name in enumerate(names):
        seconds = median(ways[name], "cpu")
        color = YARDSTICK if name == "onnx" else COLORS.get(name, OTHERS)
        axes.barh(place, min(seconds, end), color=color, height=0.7)
        ratio = "" if name == OURS else f" (×{seconds / ours:.1f})"
        label = f" {seconds:.1f} s{ratio} "
        if seconds > end:  # its bar goes on beyond the axis
            axes.text(end, place, f"{label}→ ", va="center", ha="right", fontsize=9, weight="bold")
            continue
        low, *_, high = sorted(run["cpu"] for run in (*ways[name], *ways[name]))
        axes.plot([low, high], [place, place], color="#222222", linewidth=1.5)
        inside = high > 0.8 * end
        axes.text(low if inside else high, place, label, va="center",
                  ha="right" if inside else "left", fontsize=9)  # fmt: skip
    axes.set_yticks(range(len(names)), [f"{WAYS[n].title} [{len(ways[n])}]" for n in names])
    axes.set_xlim(0, end)
    axes.set_xlabel("processor seconds: medians, from least to most [rounds]")
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
