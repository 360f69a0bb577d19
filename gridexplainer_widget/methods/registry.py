"""The methods by name; a new one takes a file and a line in METHODS."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from gridexplainer_widget.attribution.context import Method

from .cam import cam
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
class MethodSpec:
    """A method and what it needs.

    Parameters
    ----------
    name : str
        Lower case, with hyphens.
    title : str
        For the screen.
    explain : callable, optional
        None for occlusion, which is a run.
    options : tuple of str
        Fields of :class:`MethodOptions`.
    white_box : bool
        Whether it looks inside the model.
    prepare : callable, optional
        Load what it needs, outside the map's cost.
    """

    name: str
    title: str
    explain: Method | None
    options: tuple[str, ...] = ()
    white_box: bool = True
    prepare: Callable[[], None] | None = None


METHODS: Final = {
    spec.name: spec
    for spec in (
        MethodSpec("occlusion", "Occlusion", None, white_box=False),
        MethodSpec("cam", "CAM", cam),
        MethodSpec("grad-cam", "Grad-CAM", grad_cam, ("layer",)),
        MethodSpec("grad-cam++", "Grad-CAM++", grad_cam_plus_plus, ("layer",)),
        MethodSpec("score-cam", "Score-CAM", score_cam, ("layer", "channels")),
        MethodSpec("saliency", "Saliency", saliency),
        MethodSpec("guided-backpropagation", "Guided backpropagation", guided_backpropagation),
        MethodSpec("guided-grad-cam", "Guided Grad-CAM", guided_grad_cam, ("layer",)),
        MethodSpec("rise", "RISE", rise, ("samples",), white_box=False),
        MethodSpec("shap", "SHAP", shap_partition, ("samples",), white_box=False, prepare=warm_up),
        MethodSpec("shap-gradient", "SHAP gradients", shap_gradient, ("samples", "background")),
        MethodSpec("lime", "LIME", lime, ("samples",), white_box=False),
    )
}
"""Every list of methods derives from this one, in its order."""


def black_box_methods() -> tuple[str, ...]:
    """Name the methods that need only predictions."""
    return tuple(name for name, spec in METHODS.items() if not spec.white_box)


def parse_method(method: Any) -> MethodSpec:
    """Find a method by name, in any case, with spaces or underscores for hyphens.

    Raises
    ------
    ValueError
        No such method.
    """
    name = str(method).strip().lower().replace("_", "-").replace(" ", "-")
    if isinstance(method, str) and name in METHODS:
        return METHODS[name]
    near = difflib.get_close_matches(name, METHODS, n=1)
    hint = f" Do you mean {near[0]!r}?" if near else ""
    raise ValueError(
        f"method={method!r} is unknown.{hint} Wanted is one of {', '.join(map(repr, METHODS))}."
    )
