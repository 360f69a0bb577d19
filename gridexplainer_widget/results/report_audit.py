"""A report's parts on audits, and on other methods."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from gridexplainer_widget.core.fills import fill_text

from .case.evidence import agreement, cell_text, small_map
from .case.parts import bullets, missing, paragraph, section, table
from .comparison_data import ComparisonData
from .data.metrics import band_text, metrics_of
from .data.tint import scale_of
from .explanation_data import ExplanationData
from .faithfulness import Faithfulness
from .trust import trust_of, trusts

AUDIT_LINE: Final = 'explanation.report("case.html", audit=explainer.faithfulness(explanation))'

COMPARE_LINE: Final = 'explanation.report("case.html", comparison=explainer.compare(img))'


def own_audit(
    explanation: ExplanationData, comparison: ComparisonData[Any] | None
) -> Faithfulness | None:
    """Find the audit of a map in a comparison that has the same map."""
    for one, figures in comparison.audited if comparison else ():
        if figures is not None and _is_same(one, explanation):
            return figures
    return None


def audit_section(audit: Faithfulness | None) -> str:
    """Hold a map against chance."""
    title = "Against chance"
    if audit is None:
        why = "whether the map orders the cells better than random orders do"
        return section(title, missing(why, AUDIT_LINE))
    names = ("deletion", "insertion", "srg")
    metrics = [metrics_of(audit.quantity)[name] for name in names]
    head = ("Cells hidden by", *(metric.short for metric in metrics), "SRG of nine of ten random")
    rows = [
        (fill_text(one.fill), *(metric.text(one.metrics[metric.name]) for metric in metrics), band)
        for one in audit.under
        for band in [band_text(one, metrics[-1]) or "not known"]
    ]
    meanings = [f"{metric.title}: {metric.meaning}" for metric in metrics]
    told = (*audit.warnings, *audit.notes)
    return section(
        title, paragraph(trust_of(audit).text), table(head, rows), bullets(told), bullets(meanings)
    )


def methods_section(explanation: ExplanationData, comparison: ComparisonData[Any] | None) -> str:
    """Hold a map against those of other methods."""
    title = "Other methods"
    if comparison is None:
        why = "how maps of other methods disagree with this one"
        return section(title, missing(why, COMPARE_LINE))
    size = explanation.picture.shape[0], explanation.picture.shape[1]
    trusted = trusts([audit for _, audit in comparison.audited])
    figures = "".join(
        small_map(
            one.grid,
            size,
            one.values / scale_of(one.values, one.unit),
            (
                one.title,
                f"strongest: {cell_text(one.values)}",
                f"ranks the cells as this map: {agreement(explanation.values, one.values)}",
                f"trust: {trust.level}" if trust else "not audited",
            ),
        )
        for one, trust in zip(comparison, trusted, strict=True)
        if not _is_same(one, explanation)
    )
    told = (
        "Methods ask different questions of a model, so that maps may differ and both be right. "
        "1: the cells are ranked alike; 0: the rankings have nothing in common."
    )
    return section(
        title, paragraph(told), f'<div class="small">{figures}</div>', bullets(comparison.failures)
    )


def _is_same(one: ExplanationData, other: ExplanationData) -> bool:
    same = np.array_equal(one.values, other.values, equal_nan=True)
    return one.title == other.title and same
