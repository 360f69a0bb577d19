"""Settings of an explanation, read from files of strangers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gridexplainer_widget.classifiers.outputs import parse_output
from gridexplainer_widget.core.grid import is_whole
from gridexplainer_widget.core.untrusted.plain_json import as_text, as_texts, as_whole
from gridexplainer_widget.methods.registry import MethodSpec
from gridexplainer_widget.methods.requests import OPTIONS


def check_settings(settings: Mapping[str, Any], method: MethodSpec) -> None:
    """Check the settings that the code reads; others are only shown."""
    as_text(settings.get("unit", ""), "unit")
    parse_output(settings.get("output"))
    if not is_whole(settings.get("seed", 0)):
        raise ValueError(f"its seed is {settings['seed']!r:.40}, and a whole number is wanted")
    as_texts(settings.get("layer", []), "layer")
    height, width = settings.get("picture_size", (1, 1))
    sizes = [(name, settings[name]) for name in OPTIONS if name in settings]
    for name, number in (*sizes, ("picture's height", height), ("picture's width", width)):
        as_whole(number, name, 1)
    for name in ("layer", *OPTIONS):
        if name in settings and name not in method.options:
            raise ValueError(f"it tells {name!r} of {method.name!r}, which knows none")
