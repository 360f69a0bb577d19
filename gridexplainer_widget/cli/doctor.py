"""``gridexplainer doctor``: check the installation and a model."""

from __future__ import annotations

import argparse
import platform
from collections.abc import Sequence
from importlib import metadata
from typing import Any, Final

from gridexplainer_widget.demo import load
from gridexplainer_widget.explainer import GridExplainer

PACKAGES: Final = (
    ("tensorflow", ""),
    ("keras", ""),
    ("torch", "[torch]"),
    ("transformers", "[transformers]"),
    ("onnxruntime", "[onnx]"),
    ("opencv-python-headless", "[inpaint]"),
    ("anywidget", ""),
    ("ipywidgets", ""),
    ("jupyterlab", "[lab]"),
)
"""Packages, each with the extra that installs it."""


def add_doctor_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "model",
        nargs="?",
        help="the path of a model; without it, what is installed and the embedded classifier",
    )
    parser.add_argument("picture", nargs="?", help="a picture; an embedded one by default")
    parser.add_argument("--target", help="the class to ask about: an index or a label")
    parser.add_argument("--preprocess", default="auto", help="such as 0..1, -1..1 or imagenet")
    parser.add_argument("--labels", help="a .txt or .json file")
    parser.add_argument("--output", help="what the model returns, such as logits")
    parser.add_argument("--unit", default="", help="of values, such as years")
    parser.add_argument("--output-index", help="one of several outputs: a place or a name")
    parser.add_argument("--input-shape", help="height,width or height,width,channels")


def examine(arguments: argparse.Namespace) -> tuple[str, int]:
    """Check a model, by default the installation and the embedded classifier.

    Returns
    -------
    str
        The report.
    int
        Exit status: 0 without concerns, 1 with concerns, 2 for an unusable model, picture or
        argument.
    """
    try:
        explainer, picture = _load(arguments)
        preflight = explainer.check(picture, _index_or_name(arguments.target))
    except (ImportError, OSError, RuntimeError, TypeError, ValueError) as error:
        return str(error), 2
    lines = [] if arguments.model else [*_versions(), ""]
    if arguments.model and not arguments.picture:
        lines += ["Asked with an embedded picture of a cat and a dog: give one that it knows.", ""]
    lines += [repr(explainer).splitlines()[0], "", str(preflight)]
    return "\n".join(lines), int(bool(preflight.concerns))


def _load(arguments: argparse.Namespace) -> tuple[GridExplainer, Any]:
    picture: Any = arguments.picture
    if arguments.model is None or picture is None:
        honest = load("honest")
        picture = next(iter(honest.pictures.values()))
    if arguments.model is None:
        return GridExplainer(honest.classifier), picture
    explainer = GridExplainer(
        arguments.model,
        preprocess=arguments.preprocess,
        labels=arguments.labels,
        output=arguments.output,
        unit=arguments.unit,
        output_index=_index_or_name(arguments.output_index),
        input_shape=_parse_shape(arguments.input_shape),
    )
    return explainer, picture


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


def _index_or_name(text: str | None) -> int | str | None:
    return int(text) if text is not None and text.isdecimal() else text


def _versions() -> list[str]:
    python = f"Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    return [python, *(_version_line(package, extra) for package, extra in PACKAGES)]


def _version_line(package: str, extra: str) -> str:
    try:
        return f"{package} {metadata.version(package)}"
    except metadata.PackageNotFoundError:
        how = f"pip install 'gridexplainer-widget{extra}'" if extra else "it is needed"
        return f"{package} is not installed ({how})"
