"""Procedural backgrounds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from PIL import Image

from .arrays import Floats, Rng

# Matching (far, near) colours.
PALETTES: Final = (
    ((176, 218, 244), (112, 176, 84)),
    ((250, 214, 165), (176, 108, 84)),
    ((255, 226, 214), (120, 150, 190)),
    ((206, 236, 226), (84, 140, 124)),
    ((236, 222, 250), (150, 122, 186)),
    ((255, 243, 205), (214, 176, 96)),
    ((214, 224, 232), (124, 136, 150)),
    ((24, 34, 74), (58, 76, 120)),
    ((250, 205, 214), (214, 120, 140)),
    ((190, 232, 250), (60, 130, 176)),
)


def background(kind: str, seed: int, size: int) -> Floats:
    """Draw a background: RGB in 0..255, (size, size, 3). An unknown kind raises ValueError."""
    if kind not in _PAINTERS:
        raise ValueError(f"unknown background {kind!r}: want one of {', '.join(KINDS)}")
    rng = np.random.default_rng(seed)
    far, near = _palette(rng)
    picture = _PAINTERS[kind](rng, far, near, size)
    grain = rng.normal(0, rng.uniform(0.5, 3.5), (size, size, 1))
    return np.clip(picture + grain, 0, 255).astype(np.float32)


def _palette(rng: Rng) -> tuple[Floats, Floats]:
    far, near = (
        np.clip(np.array(colour) + rng.normal(0, 10, 3), 0, 255).astype(np.float32)
        for colour in PALETTES[rng.integers(len(PALETTES))]
    )
    return (near, far) if rng.random() < 0.15 else (far, near)


def _ramp(size: int) -> Floats:
    return np.linspace(0, 1, size, dtype=np.float32)


def _mix(first: Floats, second: Floats, share: Floats) -> Floats:
    return first + (second - first) * share[..., None]


def _hills(rng: Rng, far: Floats, near: Floats, size: int) -> Floats:
    x = _ramp(size)
    height = np.broadcast_to(_ramp(size)[:, None], (size, size))
    picture = _mix(far, np.minimum(far + 24, 255), height)
    base = rng.uniform(0.4, 0.6)
    for layer in range(3):
        wave = 0.05 * np.sin(2 * np.pi * (rng.uniform(0.5, 2.2) * x + rng.random()))
        ridge = base + 0.17 * layer + wave + 0.02 * np.sin(2 * np.pi * (5 * x + rng.random()))
        soft = np.clip((height - ridge[None, :]) * size / 1.5 + 0.5, 0, 1)
        colour = far + (near - far) * (0.5 + 0.25 * layer) - 8 * layer
        picture = picture + (colour - picture) * soft[..., None]
    return picture


def _night(rng: Rng, _far: Floats, near: Floats, size: int) -> Floats:
    dark, light = np.array([16, 20, 52], np.float32), 0.35 * near + np.array([30, 30, 70])
    picture = _mix(dark, light.astype(np.float32), np.repeat(_ramp(size)[:, None], size, axis=1))
    for _ in range(rng.integers(15, 40)):
        row, column = rng.integers(0, size - 2, 2)
        picture[row : row + rng.integers(1, 3), column : column + rng.integers(1, 3)] += 90
    return np.minimum(picture, 255)


def _clouds(rng: Rng, far: Floats, near: Floats, size: int) -> Floats:
    coarse = np.zeros((size, size), np.float32)
    for cells, weight in ((3, 0.6), (7, 0.3), (16, 0.1)):
        noise = Image.fromarray(rng.random((cells, cells)).astype(np.float32))
        coarse += weight * np.asarray(noise.resize((size, size), Image.Resampling.BICUBIC))
    return _mix(far, near, np.clip(2 * coarse - 0.5, 0, 1))


def _stripes(rng: Rng, far: Floats, near: Floats, size: int) -> Floats:
    angle, period = rng.uniform(0, np.pi), rng.uniform(8, 36)
    rows, columns = np.mgrid[:size, :size].astype(np.float32)
    wave = np.sin(2 * np.pi * (np.cos(angle) * columns + np.sin(angle) * rows) / period)
    share = np.clip(wave * period / 6 + 0.5, 0, 1) * rng.uniform(0.25, 0.8)
    return _mix(far, near, share.astype(np.float32))


def _checks(rng: Rng, far: Floats, near: Floats, size: int) -> Floats:
    period, shift = rng.uniform(10, 36), rng.uniform(0, 36, 2)
    band = (((np.arange(size)[None, :] + shift[:, None]) // period) % 2).astype(np.float32)
    share = np.abs(band[0][:, None] - band[1][None, :]) * rng.uniform(0.2, 0.7)
    return _mix(far, near, share.astype(np.float32))


def _dots(rng: Rng, far: Floats, near: Floats, size: int) -> Floats:
    period = rng.uniform(12, 30)
    rows, columns = np.mgrid[:size, :size].astype(np.float32) / period + rng.random()
    columns = columns + 0.5 * (np.floor(rows) % 2)
    radius = np.hypot(rows % 1 - 0.5, columns % 1 - 0.5)
    share = np.clip((rng.uniform(0.18, 0.35) - radius) * period + 0.5, 0, 1)
    return _mix(far, near, (share * rng.uniform(0.3, 0.9)).astype(np.float32))


def _room(rng: Rng, far: Floats, near: Floats, size: int) -> Floats:
    floor = int(size * rng.uniform(0.6, 0.85))
    columns = np.arange(size)
    wall = (np.sin(2 * np.pi * columns / rng.uniform(10, 24)) > 0) * rng.uniform(0, 0.25)
    share = np.repeat(wall.astype(np.float32)[None, :], size, axis=0)
    rows = np.arange(size - floor)[:, None]
    fan = (columns - size / 2)[None, :] / (1 + rows / (size - floor))
    share[floor:] = 0.75 + 0.2 * (np.floor(fan / rng.uniform(6, 14)) % 2)
    picture = _mix(far, near, share)
    picture[floor : floor + 2] = np.minimum(far + 40, 255)
    return picture


def _bokeh(rng: Rng, far: Floats, near: Floats, size: int) -> Floats:
    picture = _mix(far, near, np.repeat(_ramp(size)[:, None], size, axis=1) * 0.7)
    rows, columns = np.mgrid[:size, :size].astype(np.float32)
    for _ in range(rng.integers(6, 14)):
        row, column = rng.uniform(0, size, 2)
        radius = rng.uniform(0.04, 0.14) * size
        soft = np.clip((radius - np.hypot(rows - row, columns - column)) / 2 + 0.5, 0, 1)
        light = np.minimum(near + rng.uniform(-30, 90, 3), 255).astype(np.float32)
        picture = picture + (light - picture) * (rng.uniform(0.15, 0.5) * soft[..., None])
    return picture


_PAINTERS: Final[dict[str, Callable[[Rng, Floats, Floats, int], Floats]]] = {
    "hills": _hills,
    "night": _night,
    "clouds": _clouds,
    "stripes": _stripes,
    "checks": _checks,
    "dots": _dots,
    "room": _room,
    "bokeh": _bokeh,
}
KINDS: Final = tuple(_PAINTERS)
