"""``gridexplainer compare``: several methods' maps of one picture, audited."""

from __future__ import annotations

import os

import click

from gridexplainer_widget.methods.registry import METHODS

from .command import LOOK, Command, json_option, print_json, print_text, statuses
from .models import FILL, GRID, MODEL, TARGET, Said, takes_said
from .out import COMPARISON, out_option, places, write
from .records import comparison_record, named


@click.command("compare", cls=Command, epilog=statuses("done", "a method failed, others did not"))
@MODEL
@click.argument("picture", type=click.Path())
@TARGET
@GRID
@FILL
@click.option(
    "--method",
    "methods",
    multiple=True,
    type=click.Choice(list(METHODS)),
    metavar="METHOD",
    help=f"May be said several times: {', '.join(METHODS)}. [default: what suits the model]",
)
@out_option(COMPARISON)
@takes_said
@json_option
def compare(  # noqa: PLR0913 - what can be said
    *,
    model: str,
    picture: str,
    target: int | str | None,
    grid: tuple[int, int],
    fill: str,
    methods: tuple[str, ...],
    out: tuple[str, ...],
    said: Said,
    as_json: bool,
) -> None:
    """Set several methods' maps beside each other.

    Each is measured: how faithful it is to MODEL, and what chance reaches.
    """
    (paths,) = places(out, [picture], COMPARISON, (model,))
    explainer = said.explainer(model, grid_size=grid, fill=fill)
    comparison = explainer.compare(picture, methods or None, target)
    if not len(comparison):
        raise ValueError(str(comparison))
    write(comparison, paths, COMPARISON)
    if as_json:
        print_json("compare", named(picture, paths, comparison_record(comparison)))
    else:
        print_text(str(comparison))
        if paths:
            print_text(f"\nWritten: {', '.join(map(os.fspath, paths))}")
    if comparison.failures:
        click.get_current_context().exit(LOOK)
