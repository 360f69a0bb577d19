"""What is asked about each picture of a study."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias, get_args

from gridexplainer_widget.methods.requests import (
    MethodRequest,
    MethodRequestLike,
    parse_requests,
)

PIXELS: Final = "pixels"
"""The column in which tables carry maps from who explains to who writes; it is in no file."""

Targets: TypeAlias = Literal["predicted", "label", "both"]

OnError: TypeAlias = Literal["record", "raise"]

DEFAULT_METHODS: Final = ("occlusion",)


@dataclass(frozen=True)
class Plan:
    """What is asked about each picture.

    Parameters
    ----------
    methods : tuple of MethodRequest
    targets : {"predicted", "label", "both"}
        The most probable class, the picture's label, or both.
    audit : bool
        Hide the cells of each map in order, under two other fills.
    certainty : bool
        Hide each cell alone in eight ways, to see of which cells one can be sure.
    pixels : bool
        Keep maps of pixels, too.
    on_error : {"record", "raise"}
    """

    methods: tuple[MethodRequest, ...]
    targets: Targets = "predicted"
    audit: bool = False
    certainty: bool = False
    on_error: OnError = "record"
    pixels: bool = False

    @classmethod
    def of(  # noqa: PLR0913 - what can be asked
        cls,
        methods: MethodRequestLike | Sequence[MethodRequestLike],
        targets: str,
        on_error: str,
        *,
        audit: bool = False,
        certainty: bool = False,
        pixels: bool = False,
    ) -> Plan:
        """Check what was asked for.

        Raises
        ------
        ValueError, TypeError
            It is unknown.
        """
        for name, value, known in (
            ("targets", targets, get_args(Targets)),
            ("on_error", on_error, get_args(OnError)),
        ):
            if value not in known:
                raise ValueError(
                    f"{name}={value!r:.80} is unknown. Wanted is one of "
                    f"{', '.join(map(repr, known))}."
                )
        requests = tuple(parse_requests(methods))
        titles = [request.title for request in requests]
        if len(set(titles)) < len(titles):
            raise ValueError(f"methods={titles} names one of them twice.")
        judged = bool(audit), bool(certainty)
        return cls(requests, targets, *judged, on_error, bool(pixels))  # type: ignore[arg-type]

    @property
    def more(self) -> tuple[str, ...]:
        """Columns that tables carry beside those of files."""
        return (PIXELS,) if self.pixels else ()

    @property
    def record(self) -> dict[str, Any]:
        """What numbers depend on, as plain values."""
        titles = [request.title for request in self.methods]
        requests = [
            {"method": request.method.name, "options": _plain(request.options.settings)}
            for request in self.methods
        ]
        return {
            "methods": titles,
            "requests": requests,
            "targets": self.targets,
            "audit": self.audit,
            "certainty": self.certainty,
            **({"pixels": True} if self.pixels else {}),
        }


def _plain(settings: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in settings.items() if name != "background"}
