"""Choose what stands in for hidden cells in an audit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeAlias

import numpy as np

from gridexplainer_widget.core.arrays import Pixels
from gridexplainer_widget.core.fills import Fill, FillLike, parse_fill
from gridexplainer_widget.core.grid import Grid
from gridexplainer_widget.core.hardly_changed import LEAST_CHANGE
from gridexplainer_widget.core.masking import Masker

AuditFills: TypeAlias = "FillLike | Sequence[FillLike] | None"
"""A fill, several in a list, or None: two that differ from the map's own."""

CANDIDATES: Final = ("gray", "blur", "picture-mean", "noise")
"""The first two that differ from the map's own are taken.

One grey came closest to known causes; blur leaves colours and large shapes, which grey does not.
"""

DEFAULT_COUNT: Final = 2


def audit_fills(
    given: AuditFills, own: Fill | str, pixels: Pixels, grid: Grid, seed: int = 0
) -> tuple[Fill, ...]:
    """Return the fills of an audit: what was given, or two that are not the map's `own`.

    Raises
    ------
    ValueError
        A fill is unknown, or the list of them empty.
    """
    if given is not None:
        return _parsed(given, seed)
    candidates = [parse_fill(name, seed) for name in CANDIDATES]
    name = own.name if isinstance(own, Fill) else own
    others = [fill for fill in candidates if fill.name != name]
    if isinstance(own, Fill):  # two that differ by less on a picture are one to the eye
        hidden = _all_hidden(pixels, grid, own)
        others.sort(key=lambda fill: _rms(_all_hidden(pixels, grid, fill), hidden) < LEAST_CHANGE)
    return tuple(others[:DEFAULT_COUNT])


def _parsed(given: FillLike | Sequence[FillLike], seed: int) -> tuple[Fill, ...]:
    if not isinstance(given, (list, tuple)) or _is_color(given):
        return (parse_fill(given, seed),)  # type: ignore[arg-type]
    if not given:
        raise ValueError("fill=[] names no fill; wanted is at least one, such as ['gray', 'blur'].")
    fills = {fill.name: fill for fill in (parse_fill(one, seed) for one in given)}
    return tuple(fills.values())


def _is_color(given: Sequence[object]) -> bool:
    return len(given) > 0 and all(isinstance(part, (int, float, np.number)) for part in given)


def _all_hidden(pixels: Pixels, grid: Grid, fill: Fill) -> Pixels:
    return Masker(pixels, grid, fill).masked(range(len(grid)))


def _rms(first: Pixels, second: Pixels) -> float:
    return float(np.sqrt(np.mean((first - second) ** 2)))
