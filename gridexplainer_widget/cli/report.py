"""``gridexplainer report``: a page for the file, which ``verify`` computes again."""

from __future__ import annotations

import os
from typing import Final

import click

from gridexplainer_widget.results.explanation import Explanation

from .command import Command, json_option, print_json, print_text, statuses
from .models import FILL, GRID, MODEL, TARGET, Said, takes_said
from .out import places
from .records import explanation_record, named

CASE: Final = (".html",)


@click.command("report", cls=Command, epilog=statuses("done"))
@MODEL
@click.argument("picture", type=click.Path())
@TARGET
@GRID
@FILL
@click.option("--out", default="case.html", show_default=True, type=click.Path(), help="The page.")
@takes_said
@json_option
def report(  # noqa: PLR0913 - what can be said
    *,
    model: str,
    picture: str,
    target: int | str | None,
    grid: tuple[int, int],
    fill: str,
    out: str,
    said: Said,
    as_json: bool,
) -> None:
    """Write a page for the file, to print or keep.

    All that can be told of PICTURE: certainty, smallest sets, audits, other methods' maps. It takes
    minutes for a large network.
    """
    ([path],) = places([out], [picture], CASE, (model,))
    explainer = said.explainer(model, grid_size=grid, fill=fill)
    explainer.report(picture, path, target)
    explanation = Explanation.load(path)
    if as_json:
        print_json("report", named(picture, [path], explanation_record(explanation)))
    else:
        print_text(f"{explanation}\n\nWritten: {os.fspath(path)}")
