"""A study as a page: what was run, what was found, examples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from gridexplainer_widget._version import __version__
from gridexplainer_widget.classifiers.outputs import percent
from gridexplainer_widget.core.shown import shown
from gridexplainer_widget.live.gallery.numbers import numbers_of
from gridexplainer_widget.study.findings.share import Share
from gridexplainer_widget.study.findings.shortcuts_found import INTERVALS, Shortcuts

from .page_parts import cards, figures, histogram, legend, text
from .page_style import STYLE
from .search import predicted_rows
from .study_data import StudyData

SHOWN: Final = 12
"""Pictures of each kind."""

ERRORS: Final = 50

EXAMPLES: Final[tuple[tuple[str, str, bool, str], ...]] = (
    ("Maps that foretell least", "foretells", False, "foretells {:.2f}"),
    ("Most on the border", "border_share", True, "{:.0%} on the border"),
    ("Most in one corner", "corner_share", True, "{:.0%} in one corner"),
    ("Most even", "evenness", True, "evenness {:.2f}"),
    ("Least inside the mask", "inside", False, "{:.0%} inside"),
)
"""Heading, column, whether the largest come first, and the line below each picture."""


def study_page(study: StudyData, findings: Sequence[object]) -> str:
    """Write the page of a study: one file that fetches nothing and runs no script."""
    rows, grid = (
        predicted_rows(study, ("thumbnail", "height", "width", *PAGE_COLUMNS)),
        study.folder.grid_size,
    )
    title = f"{study.model}: {study.figures[0][1]} pictures"
    body = [
        f"<h1>{text(title)}</h1>",
        f'<p class="quiet">{text(_run_line(study), 400)}</p>',
        figures(study.figures),
        legend() if rows else "",
        *(_finding(one, rows, grid) for one in findings),
        "<h2>How the pictures are spread</h2>",
        f'<div class="charts">{"".join(map(histogram, *numbers_of(rows)))}</div>',
        *_wrong(rows, grid),
        *(_examples(rows, grid, *kind) for kind in EXAMPLES),
        _errors(study),
        f"<footer>gridexplainer-widget {__version__}</footer>",
    ]
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{text(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        + "\n".join(filter(None, body))
        + "\n</body>\n</html>\n"
    )


PAGE_COLUMNS: Final = (
    *("predicted_label", "probability", "correct", "foretells", "foretells_random"),
    *("border_share", "corner_share", "evenness", "inside", "srg", "sure_for", "unit"),
)


def _run_line(study: StudyData) -> str:
    settings, about = study.folder.identity.settings, study.folder.about
    rows, columns = study.folder.grid_size
    started = str(about.get("started", ""))[:10]
    parts = [
        *settings["methods"],
        f"{rows}×{columns} cells",
        f"hidden by {settings['fill']}",
        f"weights {study.folder.identity.weights[:12]}",
        started,
    ]
    return " · ".join(filter(None, parts))


def _finding(found: object, rows: Sequence[Mapping[str, Any]], grid: tuple[int, int]) -> str:
    if not isinstance(found, Shortcuts):
        return f'<div class="finding">{_lines(found)}</div>'
    if not found.found:
        return f"<h2>Places that answers hang on</h2>{_lines(found)}"
    by_item = {row["item"]: row for row in rows}
    parts = ["<h2>Places that answers hang on</h2>", f'<p class="quiet">{INTERVALS}</p>']
    for place in found.found:
        examples = [by_item[item] for item in place.examples if item in by_item]
        lines = [_class(row["target_label"]) for row in examples]
        told = f"<p>{text(found.sentence(place), 1000)}</p>"
        parts.append(f'<div class="finding">{told}{cards(examples, grid, lines)}</div>')
    return "".join(parts)


def _lines(found: object) -> str:
    return "".join(f"<p>{text(line, 2000)}</p>" for line in str(found).splitlines())


def _class(label: str) -> str:
    """Shorten a class's name to what fits below a picture."""
    return shown(label, 32)


def _wrong(rows: Sequence[Mapping[str, Any]], grid: tuple[int, int]) -> list[str]:
    wrong = [row for row in rows if row["correct"] is False]
    wrong.sort(key=lambda row: -row["probability"])
    if not wrong:
        return []
    lines = [
        f"{_class(row['predicted_label'])} {percent(row['probability'])} · "
        f"true: {_class(row['label'])}"
        for row in wrong
    ]
    share = Share(len(wrong), sum(row["correct"] is not None for row in rows))
    return [
        f"<h2>Wrong, the surest first</h2><p>{text(share)} of the labelled pictures</p>",
        cards(wrong[:SHOWN], grid, lines[:SHOWN]),
    ]


def _examples(  # noqa: PLR0913, PLR0917 - a kind of EXAMPLES
    rows: Sequence[Mapping[str, Any]],
    grid: tuple[int, int],
    heading: str,
    column: str,
    largest: bool,  # noqa: FBT001 - of EXAMPLES
    line: str,
) -> str:
    known = [row for row in rows if row[column] is not None]
    known.sort(key=lambda row: row[column], reverse=largest)
    if not known:
        return ""
    lines = [
        f"{_class(row['predicted_label'])}: {line.format(row[column])}" for row in known[:SHOWN]
    ]
    return f"<h2>{heading}</h2>{cards(known[:SHOWN], grid, lines)}"


def _errors(study: StudyData) -> str:
    table = study.folder.table(["name", "method", "error"])
    failed = table.filter(table["error"].is_valid()).to_pylist()
    if not failed:
        return ""
    lines = "".join(
        f"<tr><td>{text(row['name'])}</td><td>{text(row['error'], 300)}</td></tr>"
        for row in failed[:ERRORS]
    )
    more = f"<p>and {len(failed) - ERRORS:,} more</p>" if len(failed) > ERRORS else ""
    head = "<tr><th>picture</th><th>what went wrong</th></tr>"
    return f"<h2>Failed</h2><table>{head}{lines}</table>{more}"
