"""Runs of models under a grid."""

from __future__ import annotations

from typing import Any

import numpy as np

from gridexplainer_widget import as_classifier
from gridexplainer_widget.core.fills import parse_fill
from gridexplainer_widget.core.picture import Picture, read_picture
from gridexplainer_widget.inference.run import Run
from tests.support.models import weights

NOISE = read_picture(np.random.default_rng(0).integers(0, 256, (12, 12, 3)).astype(np.uint8))
WHITE = read_picture(np.full((12, 12, 3), 255, np.uint8))


def run_of(
    model: Any = weights,
    grid: Any = 4,
    picture: Picture = NOISE,
    fill: Any = "black",
    batch: int | None = None,
) -> Run:
    """Return a run of which nothing is scored."""
    return Run.of(as_classifier(model), picture, grid, parse_fill(fill), batch)
