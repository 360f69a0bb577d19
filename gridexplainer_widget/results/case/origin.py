"""What a case was made from: digests, settings, versions, time, cost."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.core.shown import shown

NOT_RECORDED: Final = "not recorded"

FILE_LACKS: Final[Mapping[str, str]] = {
    "picture file": "none: the picture came as an array, or from an older version",
    "model file": "none: the model was handed over in memory",
    "weights": "none: the model shows no weights",
}
"""What to say of a digest that is not there."""

FUNCTION: Final = ["a function"]
"""The record of preprocessing of the user's own."""


@dataclass(frozen=True)
class Origin:
    """What an explanation's settings tell of where it came from; they may be a stranger's."""

    settings: Mapping[str, Any]

    def digest(self, name: str) -> str:
        """Return one of "picture file", "model file" and "weights"; "" if there is none."""
        digests = self.settings.get("digests")
        found = digests.get(name) if isinstance(digests, Mapping) else None
        return found if isinstance(found, str) and len(found) == 64 else ""

    @property
    def preprocess(self) -> list[Any] | None:
        """What preprocessing did, as plain values; None if that is not recorded."""
        found = self.settings.get("preprocess")
        return found if isinstance(found, list) else None

    @property
    def preprocess_digest(self) -> str:
        """SHA-256 of what preprocessing did; "" for a function, of which nothing is known."""
        if self.preprocess is None or self.preprocess == FUNCTION:
            return ""
        return hashlib.sha256(json.dumps(self.preprocess).encode()).hexdigest()

    @property
    def software(self) -> str:
        """Name versions in a line."""
        found = self.settings.get("software")
        if not isinstance(found, Mapping):
            return f"gridexplainer-widget {shown(self.settings.get('version', NOT_RECORDED))}"
        return ", ".join(f"{shown(name)} {shown(found[name])}" for name in list(found)[:20])

    def rows(self, pixels: NDArray[np.float32]) -> list[tuple[str, str]]:
        """Write digests, each with what it is of."""
        known = {name: self.digest(name) or FILE_LACKS[name] for name in FILE_LACKS}
        function = "none: a function of your own, of which the page knows the name alone"
        return [
            ("Picture's file, SHA-256", known["picture file"]),
            ("What the model was given, SHA-256", pixels_digest(pixels)),
            ("Preprocessing, SHA-256", self.preprocess_digest or function),
            ("Model's file, SHA-256", known["model file"]),
            ("Weights in memory, fingerprint", known["weights"]),
        ]


def pixels_digest(pixels: NDArray[np.float32]) -> str:
    """Digest the model's input before preprocessing: its shape, and little-endian float32."""
    head = repr(pixels.shape).encode()
    return hashlib.sha256(head + np.ascontiguousarray(pixels, "<f4").tobytes()).hexdigest()


def cost_rows(costs: Sequence[tuple[str, int, float]]) -> list[tuple[str, str, str]]:
    """Write what was asked, pictures given to the model, and seconds."""
    total = ("In all", sum(calls for _, calls, _ in costs), sum(took for *_, took in costs))
    listed = [*costs, total] if len(costs) > 1 else costs
    return [(what, f"{calls:,}", f"{seconds:.2f} s") for what, calls, seconds in listed]
