"""A method and its options: what is asked for, by name and by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from gridexplainer_widget.attribution.context import MethodOptions
from gridexplainer_widget.classifiers.classifier import Classifier
from gridexplainer_widget.core.grid import is_whole

from .registry import METHODS, MethodSpec, parse_method

MethodRequestLike: TypeAlias = "str | Sequence[Any]"
"""A method's name; (name, layer); or (name, options), such as ("rise", {"samples": 500})."""

OPTIONS: Final = ("samples", "channels", "background")
"""Options of methods beside their layers."""

DEFAULT_METHODS: Final = ("occlusion", "grad-cam", "saliency", "rise", "shap")
"""The methods of a comparison of a white-box model, unless others are named."""

DEFAULT_BLACK_BOX_METHODS: Final = tuple(
    name for name in DEFAULT_METHODS if not METHODS[name].white_box
)
"""The same for a model whose inside cannot be reached."""


@dataclass(frozen=True)
class MethodRequest:
    """A method and its options."""

    method: MethodSpec
    options: MethodOptions = field(default_factory=MethodOptions)

    @property
    def title(self) -> str:
        """The method's title with its options, for the screen."""
        return titled(self.method.title, self.options.settings)

    @property
    def options_text(self) -> str:
        """The options as text; "" where there are none."""
        return options_text(self.options.settings)


def default_methods(classifier: Classifier) -> tuple[str, ...]:
    """Name the methods to compare where none are named."""
    return DEFAULT_BLACK_BOX_METHODS if classifier.open_network is None else DEFAULT_METHODS


def titled(title: str, settings: Mapping[str, Any]) -> str:
    """Name a method with its options: "RISE, samples=300"."""
    return ", ".join(filter(None, (title, options_text(settings))))


def options_text(settings: Mapping[str, Any]) -> str:
    """Write a method's options: "conv4+conv5, channels=8"."""
    options = [f"{name}={settings[name]}" for name in OPTIONS if name in settings]
    return ", ".join(filter(None, ("+".join(settings.get("layer", ())), *options)))


def parse_request(request: MethodRequestLike) -> MethodRequest:
    """Read a method and its options.

    Parameters
    ----------
    request : str, or (str, layer) or (str, options)
        "grad-cam"; ("grad-cam", "conv4_block6_out"); ("rise", {"samples": 500}).

    Raises
    ------
    ValueError
        It is none of these, or there is no such method.
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
    """Read the methods of a comparison; a name alone is a list of one.

    Raises
    ------
    ValueError, TypeError
        See :func:`parse_request`; or the list is empty.
    """
    given = [requests] if isinstance(requests, str) else requests
    found = [parse_request(request) for request in given]
    if not found:
        raise ValueError("There is nothing to compare: methods=[] is empty.")
    return found


def parse_options(method: MethodSpec, **given: Any) -> MethodOptions:
    """Check a method's options; None leaves one out.

    Raises
    ------
    TypeError
        The method takes no such option.
    ValueError
        A number is none, or too small.
    """
    known = ("layer", *OPTIONS)
    chosen = {name: value for name, value in given.items() if value is not None}
    for name in chosen:
        if name not in method.takes:
            what = "takes no option" if name in known else "knows no option"
            takes = ", ".join(map(repr, method.takes)) or "none"
            raise TypeError(f"{method.title} {what} {name!r}. Its options: {takes}.")
    for name in ("samples", "channels"):
        if name in chosen and not (is_whole(chosen[name]) and chosen[name] >= 1):
            raise ValueError(f"{name}={chosen[name]!r}; wanted is a whole number of at least 1.")
        if name in chosen:
            chosen[name] = int(chosen[name])  # NumPy's would not go into a file's header
    if "layer" in chosen:
        chosen["layer"] = _layers(chosen["layer"])
    return MethodOptions(**chosen)


def _layers(layer: Any) -> tuple[str, ...]:
    names = (layer,) if isinstance(layer, str) else layer
    if not isinstance(names, Sequence) or not all(isinstance(name, str) for name in names):
        raise ValueError(
            f"layer={layer!r} is no layer. Wanted is a name, such as 'conv5_block3_out', or "
            "several in a list."
        )
    return tuple(names)
