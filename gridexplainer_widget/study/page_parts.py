"""The parts of a study's page: figures, histograms, and pictures under their maps."""

from __future__ import annotations

import io
from base64 import b64encode
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gridexplainer_widget.core.shown import shown

SUPPORTS: Final = (213, 94, 0)
AGAINST: Final = (0, 114, 178)
OPACITY: Final = 0.85
"""As in all figures: results/colors.py, which needs Matplotlib."""

BINS: Final = 24

CHART: Final = (240, 90)
"""Width and height of a histogram."""


def text(anything: object, letters: int = 120) -> str:
    """Write a stranger's text."""
    return escape(shown(anything, letters).encode("utf-8", "replace").decode())


def figures(pairs: Sequence[tuple[str, str, str]]) -> str:
    """Write numbers: what, how much, and how to read that."""
    cells = (
        f"<div><dt>{text(what)}</dt><dd>{text(number)}<small>{text(more)}</small></dd></div>"
        for what, number, more in pairs
    )
    return f'<dl class="figures">{"".join(cells)}</dl>'


def histogram(title: str, numbers: NDArray[np.floating], low: float, high: float) -> str:
    """Draw how numbers are spread, with their median."""
    known = np.clip(numbers[np.isfinite(numbers)], low, high)
    if not known.size:
        return ""
    counts, _ = np.histogram(known, BINS, (low, high))
    width, height = CHART
    step, tallest = width / BINS, max(1, int(counts.max()))
    bars = "".join(
        f'<rect x="{step * place:.2f}" y="{height - 70 * count / tallest:.2f}" '
        f'width="{step - 1.5:.2f}" height="{70 * count / tallest:.2f}"/>'
        for place, count in enumerate(counts.tolist())
    )
    median = float(np.median(known))
    at = width * (median - low) / (high - low)
    side, away = ("end", -4) if at > width / 2 else ("start", 4)
    return (
        f"<figure><figcaption>{text(title)}</figcaption>"
        f'<svg viewBox="0 0 {width} {height + 16}" role="img" '
        f'aria-label="{text(title)}: median {median:.2f}">{bars}'
        f'<line x1="{at:.1f}" y1="8" x2="{at:.1f}" y2="{height}"/>'
        f'<text x="{at + away:.1f}" y="16" text-anchor="{side}">median {median:.2f}</text>'
        f'<text x="0" y="{height + 13}">{low:g}</text>'
        f'<text x="{width}" y="{height + 13}" text-anchor="end">{high:g}</text></svg></figure>'
    )


def cards(rows: Sequence[Mapping[str, Any]], grid: tuple[int, int], lines: Sequence[str]) -> str:
    """Show pictures under their maps, each with a line."""
    pairs = zip(rows, lines, strict=True)
    return f'<div class="cards">{"".join(_card(row, grid, line) for row, line in pairs)}</div>'


def _card(row: Mapping[str, Any], grid: tuple[int, int], line: str) -> str:
    thumbnail = row["thumbnail"]
    picture = f'<img alt="" src="data:image/jpeg;base64,{_base64(thumbnail)}">' if thumbnail else ""
    values = np.asarray(row["values"], np.float64).reshape(grid)
    said = text(f"{row['name']}: map of {row['target_label']}")
    map_ = f'<img class="map" alt="{said}" src="data:image/png;base64,{_base64(map_png(values))}">'
    return (
        f'<div class="card"><span class="picture">{picture}{map_}</span>'
        f'{text(line)}<br><span class="quiet">{text(row["name"], 40)}</span></div>'
    )


def map_png(values: NDArray[np.floating]) -> bytes:
    """Draw a map, a pixel for each cell, clear where it is 0."""
    shares = np.nan_to_num(values / max(float(np.nanmax(np.abs(values), initial=0)), 1e-12))
    pixels = np.zeros((*values.shape, 4), np.uint8)
    pixels[..., :3] = np.where((shares > 0)[..., np.newaxis], SUPPORTS, AGAINST)
    pixels[..., 3] = np.rint(255 * OPACITY * np.abs(shares)).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def _base64(content: bytes) -> str:
    return b64encode(content).decode()
