"""``gridexplainer study`` and ``gridexplainer diff``: many pictures, one model or two."""

from __future__ import annotations

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from gridexplainer_widget.explainer import GridExplainer
from gridexplainer_widget.study.study import Study

from .models import add_model_options, model_options

UNUSABLE = (ImportError, OSError, RuntimeError, TypeError, ValueError)
"""What is told without a traceback."""


def add_study_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("model", help="the path of a model")
    parser.add_argument("pictures", help="a folder, or a pattern such as 'photos/**/*.jpg'")
    parser.add_argument("--out", required=True, help="the study's folder, new or to go on with")
    parser.add_argument("--audit", action="store_true", help="measure how faithful each map is")
    parser.add_argument("--shortcuts", action="store_true", help="look for places answers hang on")
    parser.add_argument("--report", type=Path, help="write a page: report.html")
    _add_shared(parser)


def add_diff_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("old", help="the path of a model")
    parser.add_argument("new", help="the path of another, of the same classes")
    parser.add_argument("pictures", help="a folder, or a pattern such as 'photos/**/*.jpg'")
    parser.add_argument("--out", help="keep both studies in this folder, as old and new")
    _add_shared(parser)


def run_study(arguments: argparse.Namespace) -> tuple[str, int]:
    """Explain pictures.

    Returns
    -------
    str
        The report.
    int
        Exit status: 0, 1 where pictures failed, 2 for what is unusable.
    """
    try:
        study = _study(arguments.model, arguments, arguments.out, audit=arguments.audit)
        findings = [study.shortcuts()] if arguments.shortcuts else []
        lines = [study.summary, *map(str, findings)]
        if arguments.report is not None:
            lines.append(f"The report is in {study.report(arguments.report, *findings)}.")
    except UNUSABLE as error:
        return str(error), 2
    return "\n\n".join(lines), int(study.errors > 0)


def run_diff(arguments: argparse.Namespace) -> tuple[str, int]:
    """Compare two models on the same pictures.

    Returns
    -------
    str
        The report.
    int
        Exit status: 0 where nothing changed, 1 where answers or maps did, 2 for what is unusable.
    """
    try:
        with TemporaryDirectory() as folder:
            out = Path(arguments.out or folder)
            old, new = (
                _study(getattr(arguments, which), arguments, str(out / which))
                for which in ("old", "new")
            )
            difference = old.compare(new)
    except UNUSABLE as error:
        return str(error), 2
    return str(difference), int(difference.changed)


def _add_shared(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--method", default="occlusion", help="such as grad-cam or rise")
    parser.add_argument("--grid", type=int, default=8, help="rows and columns of cells")
    parser.add_argument("--workers", type=_workers, help="processes, each with the model; or ray")
    add_model_options(parser)


def _study(model: str, arguments: argparse.Namespace, out: str, **options: Any) -> Study:
    explainer = GridExplainer(model, arguments.grid, **model_options(arguments))
    return explainer.explain_all(
        arguments.pictures,
        out,
        methods=arguments.method,
        workers=arguments.workers,
        **options,
    )


def _workers(text: str) -> int | str:
    return int(text) if text.isdecimal() else text
