"""A user's request: a method and its options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Final, TypeAlias

from gridexplainer_widget.attribution.options import MethodOptions
from gridexplainer_widget.classifiers.classifier import Classifier
from gridexplainer_widget.core.grid import is_whole
from gridexplainer_widget.core.shown import shown

from .registry import METHODS, MethodSpec, parse_method

MethodRequestLike: TypeAlias = "str | Sequence[Any]"
"""A name, (name, layer) or (name, options), such as ("rise", {"samples": 500})."""

OPTIONS: Final = tuple(item.name for item in fields(MethodOptions) if item.name != "layer")

MAX_TITLE: Final = 200
"""Letters."""

COUNTS: Final = ("samples", "channels")
"""Options that are whole numbers from 1."""

DEFAULT_METHODS: Final = ("occlusion", "grad-cam", "saliency", "rise", "shap")
"""Default comparison of a white-box model."""

DEFAULT_BLACK_BOX_METHODS: Final = tuple(
    name for name in DEFAULT_METHODS if not METHODS[name].white_box
)


@dataclass(frozen=True)
class MethodRequest:
    """A method and its options."""

    method: MethodSpec
    options: MethodOptions = field(default_factory=MethodOptions)

    @property
    def title(self) -> str:
        """Title and options, for the screen."""
        return titled(self.method.title, self.options.settings)

    @property
    def options_text(self) -> str:
        """The options as text; "" for none."""
        return options_text(self.options.settings)


def default_methods(classifier: Classifier) -> tuple[str, ...]:
    """Name the methods of the default comparison."""
    return DEFAULT_BLACK_BOX_METHODS if classifier.open_network is None else DEFAULT_METHODS


def titled(title: str, settings: Mapping[str, Any]) -> str:
    """Format title and options: "RISE, samples=300"."""
    return shown(", ".join(filter(None, (title, options_text(settings)))), MAX_TITLE)


def options_text(settings: Mapping[str, Any]) -> str:
    """Format options: "conv4+conv5, channels=8"."""
    options = [f"{name}={settings[name]}" for name in OPTIONS if name in settings]
    return ", ".join(filter(None, ("+".join(settings.get("layer", ())), *options)))


def parse_request(request: MethodRequestLike) -> MethodRequest:
    """Read a method and its options.

    Raises
    ------
    ValueError
        Another form, or no such method.
    TypeError
        The method takes no such option.
    """
    if isinstance(request, str):
        return MethodRequest(parse_method(request))
    if not isinstance(request, Sequence) or len(request) != 2:
        raise ValueError(
            f"{request!r} is nothing to compare. Wanted is a method's name, such as 'grad-cam', or "
            "('grad-cam', 'the layer'), or ('rise', {'samples': 500})."
        )
    method, given = parse_method(request[0]), request[1]
    options = dict(given) if isinstance(given, Mapping) else {"layer": given or None}
    return MethodRequest(method, parse_options(method, **options))


def parse_requests(
    requests: MethodRequestLike | Sequence[MethodRequestLike],
) -> list[MethodRequest]:
    """Read the methods of a comparison; a single name is a list of one.

    Raises
    ------
    ValueError, TypeError
        An empty list; or see :func:`parse_request`.
    """
    given = [requests] if isinstance(requests, str) else requests
    parsed = [parse_request(request) for request in given]
    if not parsed:
        raise ValueError("There is nothing to compare: methods=[] is empty.")
    return parsed


def parse_options(method: MethodSpec, **given: Any) -> MethodOptions:
    """Check a method's options; None is unset.

    Raises
    ------
    TypeError
        The method takes no such option.
    ValueError
        A count is not a whole number from 1, or a layer not a name.
    """
    chosen = {name: value for name, value in given.items() if value is not None}
    for name in chosen:
        if name not in method.options:
            what = "takes no option" if name in {"layer", *OPTIONS} else "knows no option"
            options = ", ".join(map(repr, method.options)) or "none"
            raise TypeError(f"{method.title} {what} {name!r}. Its options: {options}.")
    for name in COUNTS:
        if name in chosen and not (is_whole(chosen[name]) and chosen[name] >= 1):
            raise ValueError(f"{name}={chosen[name]!r}; wanted is a whole number of at least 1.")
        if name in chosen:
            chosen[name] = int(chosen[name])  # JSON cannot write NumPy's integers
    if "layer" in chosen:
        chosen["layer"] = _parse_layers(chosen["layer"])
    return MethodOptions(**chosen)


def _parse_layers(layer: Any) -> tuple[str, ...]:
    names = (layer,) if isinstance(layer, str) else layer
    if not isinstance(names, Sequence) or not all(isinstance(name, str) for name in names):
        raise ValueError(
            f"layer={layer!r} is no layer. Wanted is a name, such as 'conv5_block3_out', or "
            "several in a list."
        )
    return tuple(names)
