"""Write docs/traits.md from the traits' own help.

Run as ``python -m tools.traits`` from the top of the repository.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gridexplainer_widget import ComparisonWidget, GridExplainerWidget
from gridexplainer_widget.wire import comparison as compare_protocol
from gridexplainer_widget.wire.explorer import FRONT_END_TRAITS, KERNEL_TRAITS

PATH = Path(__file__).parents[1] / "docs" / "traits.md"

WRITTEN = (*FRONT_END_TRAITS, *compare_protocol.FRONT_END_TRAITS)

HEAD = """# The widget's traits

Made from the traits' `help=` by `python -m tools.traits`.

`w = explainer.explore(img)` is an ipywidget: `w.observe(f, "value")`, `ipywidgets.jslink`,
`w.layout` and `w.add_class` work as with any other. Cells are `(row, column)`, counted from 0.
"""

METHODS = """
## What a click does

| click | Python |
|---|---|
| Start, Stop | `w.start()`, `w.stop()` |
| a cell; several with Shift, Ctrl, by dragging | `w.select([(3, 4), (3, 5)])`, `w.value = …` |
| Keep only these | `w.select([(3, 4)], keep=True)`, `w.keep = True` |
| Clear, Undo | `w.clear()`, `w.undo()` |
| Top cells | `w.select_top(5)` |
| How sure? | `w.how_sure()`, then `w.certainty` |
| How far to trust it? | `w.how_far()`, then `w.audit` |
| Method, Layer | `w.method = "grad-cam"`, `w.layer = …` |
| Play | `w.play()`, then `w.curve` |
| Enough, Needed; Next | `w.smallest_set("enough")`; `w.smallest_set("enough", another=True)` |
| Together, Alone | `w.map = "alone"`; `w.foretells` says how far to believe each |
| Grid, Hide with, Why, Drop in, Appearance | the traits above |
| Open picture, drop, paste | `w.explain("photo.jpg")` |
| Save: page, data | `w.to_html("page.html")`, `w.explanation.save("data.npz")` |

`w.wait()` blocks until everything that was asked is answered, and raises `ExplanationError`, with
what was scored, where the run failed. `w.close()` ends all work; `w.explanation` stays. A refused
value raises `TraitError` and changes nothing; of values set in one `w.hold_trait_notifications()`,
or sent in one message, all are accepted or none. Observers of the results run in the thread that
scores, once all that belongs together is set, so that they must not wait for it. What they raise,
`SystemExit` as well, is told in `w.error`, and the run goes on.
"""


COMPARED = """
## Side by side

`w = explainer.explore(img, methods=["occlusion", ("grad-cam", "conv4_block6_out")])` is another
widget. `w.comparison` holds the maps that are finished; `w.start()`, `w.stop()`, `w.wait()`,
`w.explain(img)`, `w.to_html(path)` and `w.close()` are as above; `fill=` and `mask=` are the
audit's.
"""


def table(names: tuple[str, ...], widget: type = GridExplainerWidget) -> str:
    """Make the rows of a table."""
    traits = widget.class_traits()
    lines = ["| trait | begins as | what it is |", "|---|---|---|"]
    for name in names:
        trait: Any = traits[name]
        lines.append(f"| `{name}` | {default(trait)} | {trait.help}{choices(trait)} |")
    return "\n".join(lines)


def default(trait: Any) -> str:
    """Write a trait's first value; "" where a result is empty."""
    value = trait.default()
    return f"`{value!r}`" if trait.name in WRITTEN or value not in ("", b"", [], {}) else ""


def choices(trait: Any) -> str:
    """List what an enumeration allows."""
    values = getattr(trait, "values", None)
    return f" One of {', '.join(f'`{value!r}`' for value in values)}." if values else ""


def text() -> str:
    """Make the whole page."""
    return "\n".join(
        [
            HEAD,
            "## Yours to set",
            "",
            "Each can be a keyword of `explore`, too: `explainer.explore(img, numbers=False)`.",
            "",
            table(FRONT_END_TRAITS),
            METHODS,
            "## Results",
            "",
            "Read-only; all but `scores` are plain values. `w.explanation` is the frozen result.",
            "",
            table(KERNEL_TRAITS),
            COMPARED,
            table(compare_protocol.FRONT_END_TRAITS, ComparisonWidget),
            "",
            table(compare_protocol.KERNEL_TRAITS, ComparisonWidget),
            "",
        ]
    )


if __name__ == "__main__":
    PATH.write_text(text(), encoding="utf-8")
