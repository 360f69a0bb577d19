"""The options of the methods."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True)
class MethodOptions:
    """What can be set about a method; see docs/methods.md for which takes what.

    Parameters
    ----------
    layer : tuple of str
        By default the last layer with spatial extent.
    samples : int, optional
        Masks, pictures, evaluations or points.
    channels : int, optional
        At most, of a layer.
    background : array (n, height, width, channels) or sequence of pictures, optional
        To compare the picture with, in 0..255.
    """

    layer: tuple[str, ...] = ()
    samples: int | None = None
    channels: int | None = None
    background: Any = None

    @property
    def settings(self) -> dict[str, Any]:
        """The options that are set; a background as its number of pictures."""
        options = {item.name: getattr(self, item.name) for item in fields(self)}
        options["layer"] = list(self.layer)
        if self.background is not None:
            options["background"] = len(self.background)
        return {name: value for name, value in options.items() if value}
