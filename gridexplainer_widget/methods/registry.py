"""The methods by name."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from gridexplainer_widget.core.grid import is_whole

from .cam import cam
from .context import Method, Options
from .grad_cam import grad_cam
from .grad_cam_plus_plus import grad_cam_plus_plus
from .guided_backpropagation import guided_backpropagation
from .guided_grad_cam import guided_grad_cam
from .lime import lime
from .rise import rise
from .saliency import saliency
from .score_cam import score_cam
from .shap_gradient import shap_gradient
from .shap_partition import shap_partition, warm_up


@dataclass(frozen=True)
class Known:
    """A method that can be asked for.

    Parameters
    ----------
    name : str
    title : str
        For the screen.
    ask : callable, optional
        Question → steps; None for occlusion, which a run does by itself.
    takes : tuple of str
        Of :class:`Options`.
    opens : bool
        Whether it looks inside the model.
    prepare : callable, optional
        Loads what the method needs, ahead of the time that counts as its cost.
    """

    name: str
    title: str
    ask: Method | None
    takes: tuple[str, ...] = ()
    opens: bool = True
    prepare: Callable[[], None] | None = None


@dataclass(frozen=True)
class Entry:
    """A method and what is said about it."""

    method: Known
    options: Options = field(default_factory=Options)

    @property
    def title(self) -> str:
        """For the screen: the method's, with what is said about it."""
        return titled(self.method.title, self.options.settings)

    @property
    def said(self) -> str:
        """What is said about the method, in words; "" for nothing."""
        return words_of(self.options.settings)


def titled(title: str, said: Mapping[str, Any]) -> str:
    """Name a method with what is said about it: "RISE, samples=300"."""
    return ", ".join(filter(None, (title, words_of(said))))


def words_of(said: Mapping[str, Any]) -> str:
    """Write what is said about a method: "conv4+conv5, channels=8"."""
    options = [f"{name}={said[name]}" for name in OPTIONS if name in said]
    return ", ".join(filter(None, ("+".join(said.get("layer", ())), *options)))


OPTIONS: Final = ("samples", "channels", "background")
"""What can be said about a method beside its layers."""

METHODS: Final = {
    known.name: known
    for known in (
        Known("occlusion", "Occlusion", None, opens=False),
        Known("cam", "CAM", cam),
        Known("grad-cam", "Grad-CAM", grad_cam, ("layer",)),
        Known("grad-cam++", "Grad-CAM++", grad_cam_plus_plus, ("layer",)),
        Known("score-cam", "Score-CAM", score_cam, ("layer", "channels")),
        Known("saliency", "Saliency", saliency),
        Known("guided-backpropagation", "Guided backpropagation", guided_backpropagation),
        Known("guided-grad-cam", "Guided Grad-CAM", guided_grad_cam, ("layer",)),
        Known("rise", "RISE", rise, ("samples",), opens=False),
        Known("shap", "SHAP", shap_partition, ("samples",), opens=False, prepare=warm_up),
        Known("shap-gradient", "SHAP gradients", shap_gradient, ("samples", "background")),
        Known("lime", "LIME", lime, ("samples",), opens=False),
    )
}
"""Occlusion first, then those that look inside the model, then those that need answers alone."""


def parse_method(method: Any) -> Known:
    """Find a method by its name; capitals and underscores do not matter.

    Raises
    ------
    ValueError
        There is none of that name.
    """
    name = str(method).strip().lower().replace("_", "-").replace(" ", "-")
    if isinstance(method, str) and name in METHODS:
        return METHODS[name]
    near = difflib.get_close_matches(name, METHODS, n=1)
    hint = f" Do you mean {near[0]!r}?" if near else ""
    raise ValueError(
        f"method={method!r} is unknown.{hint} Wanted is one of {', '.join(map(repr, METHODS))}."
    )


def parse_options(method: Known, **given: Any) -> Options:
    """Check what is said about a method; None says nothing.

    Raises
    ------
    TypeError
        The method takes no such option.
    ValueError
        A number is none, or too small.
    """
    known = ("layer", *OPTIONS)
    said = {name: value for name, value in given.items() if value is not None}
    for name in said:
        if name not in method.takes:
            what = "takes no option" if name in known else "knows no option"
            takes = ", ".join(map(repr, method.takes)) or "none"
            raise TypeError(f"{method.title} {what} {name!r}. Its options: {takes}.")
    for name in ("samples", "channels"):
        if name in said and not (is_whole(said[name]) and said[name] >= 1):
            raise ValueError(f"{name}={said[name]!r}; wanted is a whole number of at least 1.")
        if name in said:
            said[name] = int(said[name])  # NumPy's would not go into a file's header
    if "layer" in said:
        said["layer"] = _layers(said["layer"])
    return Options(**said)


def _layers(layer: Any) -> tuple[str, ...]:
    names = (layer,) if isinstance(layer, str) else layer
    if not isinstance(names, Sequence) or not all(isinstance(name, str) for name in names):
        raise ValueError(
            f"layer={layer!r} is no layer. Wanted is a name, such as 'conv5_block3_out', or "
            "several in a list."
        )
    return tuple(names)
