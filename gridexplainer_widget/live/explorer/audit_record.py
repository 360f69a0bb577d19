"""An audit in words, for a front end."""

from __future__ import annotations

from typing import Any

from gridexplainer_widget.results.faithfulness import Faithfulness
from gridexplainer_widget.results.trust import trust_of


def audit_record(figures: Faithfulness) -> dict[str, Any]:
    """Say how far to trust a map, and below that each figure with its meaning."""
    trust = trust_of(figures)
    return {
        "level": trust.level,
        "text": f"{trust.text}.",
        "figures": [[text, metric.meaning] for metric, text in figures.texts()],
        "notes": [*figures.warnings, *figures.notes],
    }
