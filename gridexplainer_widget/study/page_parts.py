"""The parts of a study's page: figures, histograms, and pictures under their maps."""

from __future__ import annotations

import io
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gridexplainer_widget.classifiers.outputs import percent
from gridexplainer_widget.classifiers.quantities import value_text
from gridexplainer_widget.core.shown import shown
from gridexplainer_widget.live.gallery.numbers import Number

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


def histogram(number: Number, found: NDArray[np.float32]) -> str:
    """Draw how a number is spread, with its median."""
    known, low, high = found[np.isfinite(found)], number.low, number.high
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
    told = f"median {_written(median, number.unit)}"
    return (
        f"<figure><figcaption><strong>{text(number.title)}</strong> {text(number.help)}"
        "</figcaption>"
        f'<svg viewBox="0 0 {width} {height + 16}" role="img" '
        f'aria-label="{text(number.title)}: {text(told)}">{bars}'
        f'<line x1="{at:.1f}" y1="8" x2="{at:.1f}" y2="{height}"/>'
        f'<text x="{at + away:.1f}" y="16" text-anchor="{side}">{text(told)}</text>'
        f'<text x="0" y="{height + 13}">{_end(low, number.unit)}</text>'
        f'<text x="{width}" y="{height + 13}" text-anchor="end">{_end(high, number.unit)}</text>'
        "</svg></figure>"
    )


def _written(number: float, unit: str) -> str:
    if unit == "%":
        return percent(number)
    return f"{value_text(number)} {unit}" if unit else f"{number:.2f}".replace("-", "−")


def _end(number: float, unit: str) -> str:
    return f"{number:.0%}" if unit == "%" else value_text(number)


def legend() -> str:
    """Tell what the colours of all maps say."""
    return (
        '<p class="legend"><span>speaks against</span> <span class="scale"></span> '
        "<span>speaks for the answer</span> "
        "<span>each map has its own scale, up to its largest value</span></p>"
    )


def cards(rows: Sequence[Mapping[str, Any]], grid: tuple[int, int], lines: Sequence[str]) -> str:
    """Show pictures under their maps, each with a line."""
    pairs = zip(rows, lines, strict=True)
    return f'<div class="cards">{"".join(_card(row, grid, line) for row, line in pairs)}</div>'


def _card(row: Mapping[str, Any], grid: tuple[int, int], line: str) -> str:
    thumbnail = row["thumbnail"]
    picture = f'<img alt="" src="data:image/jpeg;base64,{_base64(thumbnail)}">' if thumbnail else ""
    values = np.asarray(row["values"], np.float64).reshape(grid)
    frame = _frame((row["width"] or 1) / (row["height"] or 1))
    said = text(f"{row['name']}: map of {row['target_label']}")
    map_ = f'<img class="map" alt="{said}" src="data:image/png;base64,{_base64(map_png(values))}">'
    return (
        f'<div class="card"><span class="picture"><span style="{frame}">'
        f"{picture}{map_}</span></span>"
        f'{text(line)}<br><span class="quiet">{text(last_part(row["name"]), 40)}</span></div>'
    )


def last_part(name: str) -> str:
    """Leave the folders out of a picture's name."""
    return re.split(r"[/\\]", name)[-1] or name


def _frame(aspect: float) -> str:
    """Leave of a square what a picture of this width over height does not fill."""
    left = 50 * (1 - min(aspect, 1 / aspect))
    return f"inset:{left:.2f}% 0" if aspect > 1 else f"inset:0 {left:.2f}%"


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
