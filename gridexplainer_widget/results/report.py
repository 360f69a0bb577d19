"""An explanation → a page for the file: to print, to keep, to compute again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any, Final

import numpy as np

from gridexplainer_widget._version import __version__
from gridexplainer_widget.classifiers.labels import class_name
from gridexplainer_widget.core.fills import fill_text
from gridexplainer_widget.core.picture import to_uint8

from .archive import npz_bytes
from .case.evidence import certainty_section, check_section, sets_section
from .case.figure import MOST_NUMBERS, Drawing, image, map_svg, picture_svg
from .case.limits import CERTIFIES_NOTHING, REVIEW, limits_of
from .case.origin import Origin, cost_rows
from .case.page import case_html
from .case.parts import bars, bullets, paragraph, section, table, text
from .comparison_data import ComparisonData
from .data.about import CAVEAT
from .data.tint import TOLD, muted, number_text, scale_of, unit_words
from .explanation_data import ExplanationData
from .faithfulness import Faithfulness
from .headline import headline, headline_text
from .notes import foretold_text, notes_of
from .report_audit import audit_section, methods_section, own_audit

SHOWN_CLASSES: Final = 6

VERIFY: Final = (
    "<p>To compute it again: <code>gridexplainer verify case.html --model MODEL --picture PICTURE"
    "</code></p>"
)

SPEAKS: Final = ("speaks for", "speaks against")


def report_html(
    explanation: ExplanationData,
    audit: Faithfulness | None = None,
    comparison: ComparisonData[Any] | None = None,
    written: datetime | None = None,
) -> str:
    """Write the page; see :meth:`.explanation.Explanation.report`."""
    _check_comparison(explanation, comparison)
    audit = audit or own_audit(explanation, comparison)
    written = written or datetime.now(timezone.utc)
    name = re.sub(r"\W+", "-", f"{explanation.label}{explanation.rather}").strip("-")[:60]
    facts = {
        "format": 1,
        "written": written.isoformat(timespec="seconds"),
        "version": __version__,
        "sentence": headline_text(explanation),
        "audit": audit.record if audit else None,
        "maps": [
            {"title": one.title, "unit": one.unit, "values": np.nan_to_num(one.values).tolist()}
            for one in comparison or ()
        ],
    }
    return case_html(
        f"{explanation.label}{explanation.rather}: {explanation.model}",
        _body(explanation, audit, comparison, written),
        facts,
        npz_bytes(explanation),
        f"{name or 'explanation'}.npz",
    )


def _body(
    explanation: ExplanationData,
    audit: Faithfulness | None,
    comparison: ComparisonData[Any] | None,
    written: datetime,
) -> Iterator[str]:
    """Write the parts of the page, in the order in which they are read."""
    size = explanation.picture.shape[0], explanation.picture.shape[1]
    yield _head(explanation, written)
    yield _figures(explanation)
    yield section("How far to believe it", bullets(_doubts(explanation)))
    yield certainty_section(explanation.certainty, explanation.values)
    of_values = explanation.quantity.is_value
    yield sets_section(explanation.minimal_sets, explanation.grid, size, of_values=of_values)
    yield audit_section(audit)
    yield methods_section(explanation, comparison)
    yield check_section(explanation.checked)
    yield section("What this page cannot say", bullets(limits_of(explanation.grid.shape)))
    yield _made_from(explanation, audit, comparison, written)
    yield REVIEW


def _head(explanation: ExplanationData, written: datetime) -> str:
    lead = "".join(
        f"<strong>{text(part)}</strong>" if strong else text(part)
        for part, strong in headline(explanation)
    )
    line = f"{explanation.model} · written {written:%Y-%m-%d %H:%M} UTC"
    return (
        f'<p class="quiet">{text(line, 200)}</p><h1>Why {text(explanation.question, 200)}?</h1>'
        f'<p class="lead">{lead}</p>{paragraph(CAVEAT)}{paragraph(CERTIFIES_NOTHING, "stand")}'
    )


def _figures(explanation: ExplanationData) -> str:
    grid, values = explanation.grid, explanation.values
    scale = scale_of(values, explanation.unit)
    sure = explanation.certainty
    drawing = Drawing(
        grid,
        explanation.picture.shape[:2],
        values / scale,
        _numbers(explanation, scale) if len(grid) <= MOST_NUMBERS else (),
        None if sure is None else sure.verdicts != 0,
    )
    under = image(to_uint8(255 * np.float32(muted(explanation.picture, grid, values, scale))))
    picture = picture_svg(explanation.picture, "picture", "The picture")
    told = map_svg(drawing, f"Map: {headline_text(explanation)}", under)
    rows, columns = grid.shape
    size = explanation.settings.get("picture_size")
    pixels = f", {size[1]}×{size[0]} pixels" if isinstance(size, list) and len(size) == 2 else ""
    caption = f"{explanation.title}: {rows}×{columns} cells, {explanation.hiding} "
    caption += f"{fill_text(explanation.fill)}; numbers: {_unit(explanation)}."
    if explanation.attribution is not None:
        caption = f"{explanation.title}: {explanation.native}."
    return (
        f'<div class="figures"><figure>{picture}<figcaption>The picture{text(pixels)}.'
        f"</figcaption></figure><figure>{told}<figcaption>{text(caption)}</figcaption></figure>"
        f"</div>{_key(explanation)}{_classes(explanation)}"
    )


def _doubts(explanation: ExplanationData) -> tuple[str, ...]:
    """Say how far to believe the map, without what other parts of the page say."""
    found = explanation.foretells
    first = (
        foretold_text(explanation, found) if found else "What the map foretells was not measured."
    )
    return first, *notes_of(explanation)


def _numbers(explanation: ExplanationData, scale: float) -> tuple[str, ...]:
    """Write the numbers that say something."""
    return tuple(
        number_text(float(value), scale, explanation.unit)
        if np.isfinite(value) and abs(value) >= TOLD * scale
        else ""
        for value in explanation.values.ravel()
    )


def _unit(explanation: ExplanationData) -> str:
    unit = unit_words(explanation.unit, explanation.unit_text)
    return f"the change when hidden, in {unit}" if explanation.unit else unit


def _key(explanation: ExplanationData) -> str:
    label, other = text(explanation.label, 40), explanation.contrast
    verbs = ("raises", "lowers") if explanation.quantity.is_value else SPEAKS
    sides = [f"{verb} {label}" for verb in verbs]
    if other is not None:
        sides[1] = f"{SPEAKS[0]} {text(explanation.labels[other], 40)}"
    kinds = ("for", "against")
    lines = [f'<i class="{kind}"></i>{side}' for kind, side in zip(kinds, sides, strict=True)]
    if explanation.certainty is not None:
        lines.append('<i class="outline"></i>sure, however it is hidden')
    return f'<ul class="key">{"".join(f"<li>{line}</li>" for line in lines)}</ul>'


def _classes(explanation: ExplanationData) -> str:
    vector, quantity = explanation.baseline_vector, explanation.quantity
    asked = [explanation.target, explanation.contrast]
    top = quantity.leading(vector, SHOWN_CLASSES)
    chosen = dict.fromkeys([*top, *(one for one in asked if one is not None)])
    most = max(float(np.abs(vector[list(chosen)]).max()), 1e-12) if quantity.is_value else 1.0
    return bars(
        (
            class_name(explanation.labels, index),
            quantity.text(float(vector[index])),
            abs(float(vector[index])) / most,
            index in asked,
        )
        for index in chosen
    )


def _made_from(
    explanation: ExplanationData,
    audit: Faithfulness | None,
    comparison: ComparisonData[Any] | None,
    written: datetime,
) -> str:
    origin, settings = Origin(explanation.settings), explanation.settings
    handfuls = len(explanation.handfuls) if explanation.handfuls else 0
    asked = [
        ("Model", explanation.model),
        ("Preprocessing", explanation.preprocessing),
        *origin.rows(explanation.pixels),
        ("Output, score", f"{settings.get('output')}, {explanation.score}"),
        ("Hidden by, seed", f"{fill_text(explanation.fill)}, {settings.get('seed', 0)}"),
        ("Cells alone, handfuls", f"{explanation.done} of {len(explanation.grid)}, {handfuls}"),
        ("Calculated by", str(settings.get("engine", "not recorded"))),
        ("Calculated with", origin.software),
        ("Page written", f"{written:%Y-%m-%d %H:%M:%S} UTC, by gridexplainer-widget {__version__}"),
    ]
    head = ("Cost", "Pictures given to the model", "Time")
    costs = cost_rows(_costs(explanation, audit, comparison))
    return section("What it was made from", table((), asked, "facts"), VERIFY, table(head, costs))


def _costs(
    explanation: ExplanationData,
    audit: Faithfulness | None,
    comparison: ComparisonData[Any] | None,
) -> list[tuple[str, int, float]]:
    cost = explanation.cost
    costs = [("The map", cost.forward + cost.backward, cost.seconds)]
    known = {"Certainty": explanation.certainty, "Smallest sets": explanation.minimal_sets}
    costs += [(name, one.calls, one.seconds) for name, one in known.items() if one is not None]
    if audit is not None:
        costs.append(("Audit, with random orders", audit.calls + audit.chance_calls, audit.seconds))
    others = [one.cost for one in comparison or () if one.method != explanation.method]
    if others:
        calls = sum(one.forward + one.backward for one in others)
        costs.append(("Other methods' maps", calls, sum(one.seconds for one in others)))
    return costs


def _check_comparison(explanation: ExplanationData, comparison: ComparisonData[Any] | None) -> None:
    """Refuse maps of another picture, grid or question."""
    for one in comparison or ():
        same = np.array_equal(one.pixels, explanation.pixels) and one.grid == explanation.grid
        if not same or (one.target, one.contrast) != (explanation.target, explanation.contrast):
            raise ValueError(
                f"The comparison is of {one.question} on another picture or grid, or asks another "
                f"question than the explanation, {explanation.question}. Wanted is "
                "explainer.compare(img, target_class=…) of the same."
            )
