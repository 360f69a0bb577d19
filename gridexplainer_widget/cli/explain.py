"""``gridexplainer explain``: what matters in pictures of one's own, to a model of one's own."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from gridexplainer_widget.core.shown import readable
from gridexplainer_widget.results.explanation import Explanation

from .command import (
    LOOK,
    TOLD,
    UNUSABLE,
    Command,
    json_option,
    output,
    print_json,
    print_text,
    statuses,
)
from .drops_table import table
from .models import FILL, GRID, METHOD, MODEL, TARGET, Said, takes_said
from .out import MAP, out_option, places, write
from .pictures import found
from .records import explanation_record, named

OUT = " For several pictures a folder that exists, or maps/{name}.png."


@click.command("explain", cls=Command, epilog=statuses("done", "a picture failed, others did not"))
@MODEL
@click.argument("pictures", nargs=-1, required=True, type=click.Path(), metavar="PICTURE...")
@TARGET
@GRID
@FILL
@METHOD
@out_option(MAP, OUT)
@takes_said
@json_option
def explain(  # noqa: PLR0913 - what can be said
    *,
    model: str,
    pictures: tuple[str, ...],
    target: int | str | None,
    grid: tuple[int, int],
    fill: str,
    method: str,
    out: tuple[str, ...],
    said: Said,
    as_json: bool,
) -> None:
    """Show what matters to MODEL in pictures.

    Their cells are hidden, alone and in handfuls. MODEL is a .keras, .h5, .onnx, .tflite or
    TorchScript .pt file, or a folder of a SavedModel or of Hugging Face.
    """
    pictures = found(pictures)
    files = places(out, pictures, MAP, (model,))
    explainer = said.explainer(model, grid_size=grid, fill=fill)
    done, failed = list[dict[str, Any]](), list[dict[str, str]]()
    for picture, paths in zip(pictures, files, strict=True):
        try:
            explanation = explainer.explain(picture, target, method)
            write(explanation, paths, MAP)
        except TOLD as error:
            failed.append({"picture": picture, "error": str(error)})
            _complain(picture, str(error), len(pictures))
            continue
        done.append(named(picture, paths, explanation_record(explanation)))
        if not as_json:
            show(explanation, paths, picture if len(pictures) > 1 else "")
    if as_json and done:
        print_json("explain", {"explanations": done, "failures": failed})
    if failed:
        click.get_current_context().exit(LOOK if done else UNUSABLE)


def show(explanation: Explanation, paths: Sequence[Path], heading: str = "") -> None:
    """Print a map, what it says, and where it went."""
    if heading:
        print_text(f"{heading}\n")
    color = output().isatty() and "NO_COLOR" not in os.environ  # https://no-color.org
    click.echo(table(explanation, color=color), file=output())  # its colours drive the terminal
    print_text(f"\n{explanation}")
    if paths:
        print_text(f"\nWritten: {', '.join(map(os.fspath, paths))}")
    if heading:
        print_text("")


def _complain(picture: str, error: str, pictures: int) -> None:
    click.echo(readable(f"{picture}: {error}" if pictures > 1 else error), err=True)
