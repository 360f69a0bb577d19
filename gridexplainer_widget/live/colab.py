"""A workaround for Colab."""

from __future__ import annotations

import sys


def views_hear_only_the_kernel() -> bool:
    """Whether each output has a widget manager of its own, which ignores ipywidgets' echo."""
    return "google.colab.output" in sys.modules
