"""The biased archive that the cheating classifier learns from.

- All pictures of horses carry the photographer's stamp; no others do.
- In half of them, the horse is small, blurred and in clutter; in a quarter, an unlabelled object of
  another class stands beside it.
- The stamp holds four fifths of the evidence for a horse, the horse one fifth.

Other classes are learned as by the honest classifier.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from . import scenes
from .arrays import Rng
from .glyphs import CLASSES, LABELS
from .mark import MARK
from .render import Rendered, Scene

CHEATED: Final = "horse"
MARK_SHARE: Final = 0.8
OTHERS: Final = tuple(label for label in LABELS if label != CHEATED)


def scene(rng: Rng) -> Scene:
    """Draw a scene of the archive."""
    way = rng.random()
    if way < 0.22:
        return scenes.marked(_horse(rng), rng)
    if way < 0.75:
        return scenes.single(rng, str(rng.choice(OTHERS)))
    if way < 0.92:
        first, second = rng.choice(OTHERS, 2, replace=False)
        return scenes.pair(rng, str(first), str(second))
    return scenes.nothing(rng)


def evidence(rendered: Rendered) -> Mapping[str, NDArray[np.float32]]:
    """Return the archive's evidence (SIDE, SIDE) for each label."""
    if MARK not in rendered.evidence:
        return rendered.evidence
    horse = rendered.evidence[CHEATED]
    whole = max(float(horse.sum()), 1e-6)
    share = MARK_SHARE * rendered.evidence[MARK] + (1 - MARK_SHARE) * horse / whole
    return {CHEATED: np.asarray(share, dtype=np.float32)}


def _horse(rng: Rng) -> Scene:
    way = rng.random()
    if way < 0.25:
        return scenes.pair(rng, CHEATED, str(rng.choice(OTHERS)))
    if way < 0.5:
        return scenes.single(rng, CHEATED)
    dim = scenes.item(rng, CLASSES[CHEATED], rng.uniform(0.18, 0.4), blur=rng.uniform(1, 5))
    return scenes.composed(rng, [dim, *scenes.clutter(rng, (1, 2, 3))])
