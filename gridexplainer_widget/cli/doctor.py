"""``gridexplainer doctor``: check the installation and a model."""

from __future__ import annotations

import argparse
import platform
from importlib import metadata
from typing import Any, Final

from gridexplainer_widget.demo import load
from gridexplainer_widget.explainer import GridExplainer

from .models import add_model_options, index_or_name, model_options

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
    add_model_options(parser)


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
        preflight = explainer.check(picture, index_or_name(arguments.target))
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
    explainer = GridExplainer(arguments.model, **model_options(arguments))
    return explainer, picture


def _versions() -> list[str]:
    python = f"Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    return [python, *(_version_line(package, extra) for package, extra in PACKAGES)]


def _version_line(package: str, extra: str) -> str:
    try:
        return f"{package} {metadata.version(package)}"
    except metadata.PackageNotFoundError:
        how = f"pip install 'gridexplainer-widget{extra}'" if extra else "it is needed"
        return f"{package} is not installed ({how})"
