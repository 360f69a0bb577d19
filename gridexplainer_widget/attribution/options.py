"""The options of the methods."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True)
class MethodOptions:
    """Options of a method; docs/methods.md tells which method takes which.

    Parameters
    ----------
    layer : tuple of str
        By default the last layer with spatial extent.
    samples : int, optional
        How many masks, pictures, evaluations or points.
    channels : int, optional
        Most channels of a layer.
    background : array (n, height, width, channels) or sequence of pictures, optional
        Pictures to compare with, in 0..255.
    """

    layer: tuple[str, ...] = ()
    samples: int | None = None
    channels: int | None = None
    background: Any = None

    @property
    def settings(self) -> dict[str, Any]:
        """The options that are set; a background as its length."""
        options = {item.name: getattr(self, item.name) for item in fields(self)}
        options["layer"] = list(self.layer)
        if self.background is not None:
            options["background"] = len(self.background)
        return {name: value for name, value in options.items() if value}
