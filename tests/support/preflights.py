"""What the checks of a model found."""

from __future__ import annotations

from gridexplainer_widget.classifiers.checks.preflight import Preflight


def troubles(preflight: Preflight) -> list[str]:
    """Return the names of the checks that something is wrong with."""
    return [check.name for check in preflight.checks if check.verdict in {"warning", "wrong"}]
