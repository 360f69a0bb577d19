"""``gridexplainer demo``: an embedded picture, explained without a download."""

from __future__ import annotations

from typing import Final

import click

from gridexplainer_widget import demo as embedded
from gridexplainer_widget.explainer import GridExplainer

from .command import Command, json_option, print_json, print_text, statuses
from .explain import show
from .out import MAP, places, write
from .records import explanation_record, named

NEXT: Final = """
Next, the live widget, in notebooks that are written for you:

    gridexplainer lab

or in a notebook of yours:

    from gridexplainer_widget import GridExplainer, demo
    honest = demo.load("honest")
    GridExplainer(honest.classifier).explore(honest.pictures["cat and dog"])

and a model and a picture of yours:

    gridexplainer explain MODEL PICTURE"""


@click.command("demo", cls=Command, epilog=statuses("done"))
@click.option(
    "--out", default="demo.png", show_default=True, type=click.Path(), help=f"{', '.join(MAP)}."
)
@json_option
def demo(*, out: str, as_json: bool) -> None:
    """Explain an embedded picture; nothing is downloaded."""
    (paths,) = places([out], ["demo"], MAP)
    if not as_json:
        print_text("Loading the embedded classifier …")
    honest = embedded.load("honest")
    name, picture = next(iter(honest.pictures.items()))
    if not as_json:
        print_text(f"Explaining the embedded picture “{name}” …\n")
    explanation = GridExplainer(honest.classifier).explain(picture)
    write(explanation, paths, MAP)
    if as_json:
        print_json("demo", named(name, paths, explanation_record(explanation)))
        return
    show(explanation, paths)
    print_text(NEXT)
