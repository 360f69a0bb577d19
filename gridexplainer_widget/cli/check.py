"""``gridexplainer check``: the installation, and what is most often wrong with a model."""

from __future__ import annotations

import platform
from importlib import metadata
from typing import Any, Final

import click

from gridexplainer_widget.demo import load
from gridexplainer_widget.explainer import GridExplainer

from .command import LOOK, Command, json_option, print_json, print_text, statuses
from .models import TARGET, Said, takes_said

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


@click.command("check", cls=Command, epilog=statuses("no concerns", "concerns"))
@click.argument("model", type=click.Path(), required=False)
@click.argument("picture", type=click.Path(), required=False)
@TARGET
@takes_said
@json_option
def check(
    *,
    model: str | None,
    picture: str | None,
    target: int | str | None,
    said: Said,
    as_json: bool,
) -> None:
    """Look for what is wrong with MODEL.

    It is asked with PICTURE. Without MODEL, look at the installation and the embedded
    classifier; without PICTURE, the model is
    asked with an embedded one.
    """
    explainer, asked = _load(model, picture, said)
    preflight = explainer.check(asked, target)
    if as_json:
        print_json("check", {"packages": _versions(), **preflight.record})
    else:
        lines = [] if model else [*_version_lines(), ""]
        if model and not picture:
            lines += ["Asked with an embedded picture of a cat and a dog: give one that it knows."]
            lines += [""]
        lines += [repr(explainer).splitlines()[0], "", str(preflight)]
        print_text("\n".join(lines))
    if preflight.concerns:
        click.get_current_context().exit(LOOK)


def _load(model: str | None, picture: str | None, said: Said) -> tuple[GridExplainer, Any]:
    if model is not None and picture is not None:
        return said.explainer(model), picture
    honest = load("honest")
    asked = next(iter(honest.pictures.values()))
    return GridExplainer(honest.classifier) if model is None else said.explainer(model), asked


def _versions() -> dict[str, str | None]:
    return {package: _version(package) for package, _ in PACKAGES}


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def _version_lines() -> list[str]:
    python = f"Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    lines, versions = [python], _versions()
    for package, extra in PACKAGES:
        how = f"pip install 'gridexplainer-widget{extra}'" if extra else "it is needed"
        version = versions[package]
        lines.append(f"{package} {version or f'is not installed ({how})'}")
    return lines
