"""The commands ``gridexplainer demo``, ``doctor``, ``study`` and ``diff``."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from gridexplainer_widget._version import __version__
from gridexplainer_widget.core.files import write_file
from gridexplainer_widget.core.shown import readable, shown
from gridexplainer_widget.results.explanation import Explanation

from .doctor import add_doctor_arguments, examine
from .study import add_diff_arguments, add_study_arguments, run_diff, run_study


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="gridexplainer", description="Which parts of a picture matter, shown by hiding them."
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", required=True)
    demo = commands.add_parser("demo", help="explain an embedded picture; no download is needed")
    demo.add_argument("--out", type=Path, default=Path("demo.png"), help="where the figure goes")
    doctor = commands.add_parser("doctor", help="look at what is most often wrong with a model")
    add_doctor_arguments(doctor)
    study = commands.add_parser("study", help="explain many pictures; the same call goes on")
    add_study_arguments(study)
    diff = commands.add_parser("diff", help="tell what another model changes, for CI")
    add_diff_arguments(diff)
    parsed = parser.parse_args(_join_preprocess(sys.argv[1:] if arguments is None else arguments))
    if parsed.command != "demo":
        report, status = _report(parsed)
        print(readable(report), file=sys.stderr if status == 2 else sys.stdout)
        return status
    out: Path = parsed.out
    if out.is_dir() or not out.parent.is_dir() or out.suffix not in {".png", ".pdf", ".svg"}:
        parser.error(f"--out {out}: wanted is a .png, .pdf or .svg file in a folder that exists")
    return _demo(out)


def _report(parsed: argparse.Namespace) -> tuple[str, int]:
    """Run a command that gives a text and an exit status."""
    if parsed.command == "doctor":
        with _native_stderr_muted():
            return examine(parsed)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # the bar stays
    return run_study(parsed) if parsed.command == "study" else run_diff(parsed)


def _join_preprocess(arguments: Sequence[str]) -> list[str]:
    """Join "--preprocess" and "-1..1", which argparse takes for an option."""
    joined: list[str] = []
    for argument in arguments:
        if joined and joined[-1] == "--preprocess":
            joined[-1] += f"={argument}"
        else:
            joined.append(argument)
    return joined


def _demo(path: Path) -> int:
    from tqdm import tqdm  # noqa: PLC0415 - for this command only

    from gridexplainer_widget import demo  # noqa: PLC0415 - for this command only
    from gridexplainer_widget.explainer import GridExplainer  # noqa: PLC0415 - for this command only

    print("Loading the embedded classifier …")
    with _native_stderr_muted():
        honest = demo.load("honest")
    name, picture = next(iter(honest.pictures.items()))
    explainer = GridExplainer(honest.classifier)
    run = explainer.start_run(picture)
    print(f"Explaining the embedded picture “{name}” …")
    total = len(run.grid) + explainer.handful_count(run)
    with tqdm(total=total, desc="Hiding cells", unit="picture") as bar:
        for done in run.steps():
            bar.update(done - bar.n)
        for handfuls in explainer.handfuls(run, None):
            bar.update(handfuls)
    explanation = explainer.freeze(run)
    print(f"\n{table(explanation)}\n\n{explanation}")
    drawn = io.BytesIO()
    explanation.plot().savefig(drawn, format=path.suffix[1:], dpi=150)
    write_file(path, drawn.getvalue())
    print(f"\nThe figure is in {path}. For the live widget: make lab")
    return 0


@contextmanager
def _native_stderr_muted() -> Iterator[None]:
    """Mute TensorFlow's start-up notes, which C++ writes before it reads its log level."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    sys.stderr.flush()
    original = os.dup(2)
    with Path(os.devnull).open("w") as sink:
        os.dup2(sink.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(original, 2)
        os.close(original)


def table(explanation: Explanation, *, color: bool | None = None) -> str:
    """Write the drops as a grid of numbers.

    By default, `color` shades them on a terminal unless NO_COLOR is set (https://no-color.org).
    """
    if color is None:
        color = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    points = explanation.score == "probability"
    unit = "points of probability" if points else explanation.unit_text
    what = (
        "with each cell hidden" if explanation.map == "alone" else "to handfuls, each cell's part"
    )
    head = f"{shown(explanation.label)} {explanation.baseline_text}: {unit} lost {what}"
    scale = max(float(np.nanmax(np.abs(explanation.values), initial=0)), 1e-9)
    rows = [
        "".join(
            _cell_text(float(drop), float(drop) / scale, points=points, color=color) for drop in row
        )
        for row in explanation.values
    ]
    return "\n".join([head, *rows])


def _cell_text(drop: float, share: float, *, points: bool, color: bool) -> str:
    if np.isnan(drop):
        return "     ·"
    text = f"{100 * drop if points else drop:6.1f}".replace("-0.0", " 0.0")
    if not color or abs(share) < 0.1:
        return text
    # xterm's 256 colours: orange for support, blue for the opposite
    shades = (223, 215, 208) if share > 0 else (153, 110, 67)
    shade = shades[min(2, int(abs(share) * 3))]
    return f"\033[48;5;{shade};38;5;16m{text}\033[0m"
