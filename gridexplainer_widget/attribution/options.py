"""The options of the methods."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True)
class MethodOptions:
    """Options of the methods; each method takes some of them, see docs/methods.md.

    Parameters
    ----------
    layer : tuple of str
        Names of layers; by default the last layer with spatial extent.
    samples : int, optional
        How many masks, pictures, evaluations or points the method samples.
    channels : int, optional
        How many channels of a layer the method uses at most.
    background : array (n, height, width, channels) or sequence of pictures, optional
        What the picture is compared with, in 0..255.
    """

    layer: tuple[str, ...] = ()
    samples: int | None = None
    channels: int | None = None
    background: Any = None

    @property
    def settings(self) -> dict[str, Any]:
        """The options that are set, for the record; a background as its number of pictures."""
        options = {item.name: getattr(self, item.name) for item in fields(self)}
        options["layer"] = list(self.layer)
        if self.background is not None:
            options["background"] = len(self.background)
        return {name: value for name, value in options.items() if value}
