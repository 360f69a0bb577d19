"""What the command line says of a model."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any


def add_model_options(parser: argparse.ArgumentParser) -> None:
    """Add what can be said of a model."""
    parser.add_argument("--preprocess", default="auto", help="such as 0..1, -1..1 or imagenet")
    parser.add_argument("--labels", help="a .txt or .json file")
    parser.add_argument("--output", help="what the model returns, such as logits")
    parser.add_argument("--unit", default="", help="of values, such as years")
    parser.add_argument("--output-index", help="one of several outputs: a place or a name")
    parser.add_argument("--input-shape", help="height,width or height,width,channels")


def model_options(arguments: argparse.Namespace) -> dict[str, Any]:
    """Return what was said, as GridExplainer takes it.

    Raises
    ------
    ValueError
        The shape is none.
    """
    return {
        "preprocess": arguments.preprocess,
        "labels": arguments.labels,
        "output": arguments.output,
        "unit": arguments.unit,
        "output_index": index_or_name(arguments.output_index),
        "input_shape": _parse_shape(arguments.input_shape),
    }


def index_or_name(text: str | None) -> int | str | None:
    """Read a class or an output."""
    return int(text) if text is not None and text.isdecimal() else text


def _parse_shape(text: str | None) -> Sequence[int] | None:
    if text is None:
        return None
    try:
        return [int(number) for number in text.split(",")]
    except ValueError:
        raise ValueError(
            f"--input-shape {text}: wanted is height,width or height,width,channels, such as "
            "224,224."
        ) from None
