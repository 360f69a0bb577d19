"""What the command line says of a model and its map."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import wraps
from typing import Any

import click

from gridexplainer_widget.core.fills import NAMES
from gridexplainer_widget.explainer import GridExplainer
from gridexplainer_widget.methods.registry import METHODS

from .command import Function


def sides(text: str) -> tuple[int, ...]:
    """Read "8", "6x10" or "224,224,3"; one number stands for rows and columns."""
    try:
        numbers = tuple(int(side) for side in text.replace(",", "x").split("x"))
    except ValueError:
        raise click.BadParameter(
            f"{text!r}: wanted is a number, such as 8, or several, such as 6x10."
        ) from None
    return numbers * 2 if len(numbers) == 1 else numbers


def index_or_name(text: str) -> int | str:
    """Read a class, an output or a count of processes: a number, or a name."""
    return int(text) if text.isdecimal() else text


MODEL = click.argument("model", type=click.Path())

TARGET = click.option(
    "--target",
    type=index_or_name,
    metavar="INDEX|NAME",
    help="The class: an index or a label. [default: the likeliest]",
)
GRID = click.option(
    "--grid",
    type=sides,
    metavar="NUMBERS",
    default="8",
    show_default=True,
    help="Rows and columns: 8 or 6x10.",
)
FILL = click.option(
    "--fill",
    default="picture-mean",
    show_default=True,
    help=f"What hides a cell: {', '.join(NAMES)}, or a colour, such as black.",
)
METHOD = click.option(
    "--method",
    type=click.Choice(list(METHODS)),
    default="occlusion",
    show_default=True,
    metavar="METHOD",
    help=f"{', '.join(METHODS)}.",
)


@dataclass(frozen=True)
class Said:
    """What was said of a model, as GridExplainer takes it."""

    preprocess: str
    labels: str | None
    output: str | None
    unit: str
    output_index: int | str | None
    input_shape: tuple[int, ...] | None

    def explainer(self, model: str, **settings: Any) -> GridExplainer:
        """Open a model."""
        said = {field.name: getattr(self, field.name) for field in fields(self)}
        return GridExplainer(model, **said, **settings)


def takes_said(command: Function) -> Callable[..., Any]:
    """Add what can be said of a model; the command is given one `said`."""

    @wraps(command)
    def with_said(**options: Any) -> Any:
        said = {field.name: options.pop(field.name) for field in fields(Said)}
        return command(**options, said=Said(**said))

    for option in reversed(_OPTIONS):
        with_said = option(with_said)
    return with_said


_OPTIONS = (
    click.option(
        "--preprocess",
        default="auto",
        show_default=True,
        help="What the model wants of pixels: 0..1, -1..1, imagenet, caffe, …",
    ),
    click.option("--labels", type=click.Path(), help="Class names: a .txt or .json file."),
    click.option("--output", help="What the model returns: softmax, logits, sigmoids, value, …"),
    click.option("--unit", default="", help="Of values, such as years."),
    click.option(
        "--output-index", type=index_or_name, metavar="INDEX|NAME", help="One of several outputs."
    ),
    click.option(
        "--size",
        "input_shape",
        type=sides,
        metavar="NUMBERS",
        help="Of the model's input, where it does not tell: 224, 224x300 or 224x224x3.",
    ),
)
