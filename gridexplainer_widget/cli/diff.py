"""``gridexplainer diff``: what another model changes on the same pictures."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from gridexplainer_widget.study.findings.difference import Difference
from gridexplainer_widget.study.findings.share import Share

from .command import LOOK, Command, json_option, print_json, print_text, statuses
from .models import GRID, METHOD, Said, takes_said
from .studies import PICTURES, WORKERS


@click.command("diff", cls=Command, epilog=statuses("nothing changed", "answers or maps changed"))
@click.argument("old", type=click.Path())
@click.argument("new", type=click.Path())
@PICTURES
@click.option("--out", type=click.Path(), help="Keep both studies in this folder, as old and new.")
@GRID
@METHOD
@WORKERS
@takes_said
@json_option
def diff(  # noqa: PLR0913 - what can be said
    *,
    old: str,
    new: str,
    pictures: str,
    out: str | None,
    grid: tuple[int, int],
    method: str,
    workers: int | str | None,
    said: Said,
    as_json: bool,
) -> None:
    """Tell what NEW changes against OLD, for CI.

    Both are models of the same classes, asked about the same PICTURES. PICTURES is a folder, or
    a pattern in quotes, such as 'photos/**/*.jpg'.
    """
    with TemporaryDirectory() as folder:
        base = Path(out or folder)
        before, after = (
            said.explainer(model, grid_size=grid).explain_all(
                pictures, base / name, methods=method, workers=workers
            )
            for model, name in ((old, "old"), (new, "new"))
        )
        difference = before.compare(after)
    if as_json:
        print_json("diff", _record(difference))
    else:
        print_text(str(difference))
    if difference.changed:
        click.get_current_context().exit(LOOK)


def _record(difference: Difference) -> dict[str, Any]:
    return {
        "changed": difference.changed,
        "pictures": len(difference.pairs),
        "missing": difference.missing,
        "answers_changed": [
            {"picture": one.name, "label": one.label, "old": one.before, "new": one.after}
            for one in difference.answers
        ],
        "maps_changed": [
            {"picture": one.name, "correlation": one.likeness} for one in difference.maps
        ],
        "correlation_below": difference.threshold,
        "maps": _share(difference.map_share),
        "maps_by_another_fill": _share(difference.fill_share),
    }


def _share(share: Share) -> dict[str, int]:
    return {"count": share.count, "of": share.of}
