"""``gridexplainer lab``: the notebooks, and JupyterLab on them."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import click

import gridexplainer_widget
from gridexplainer_widget.core.files import write_file

from .command import Command, json_option, print_json, print_text, statuses

PACKAGE: Final = Path(gridexplainer_widget.__file__).parent
INSTALLED: Final = PACKAGE / "notebooks"
NOTEBOOKS: Final = INSTALLED if INSTALLED.is_dir() else PACKAGE.parent / "notebooks"
"""In a wheel they stand in the package, in a checkout beside it."""

FIRST: Final = "quickstart.ipynb"

NOT_INSTALLED: Final = (
    "JupyterLab is not installed here: pip install 'gridexplainer-widget[lab]', or open the "
    "notebooks where you open others."
)


@dataclass(frozen=True)
class Copied:
    """Notebooks that were written, that stood there alike, and that were another and are kept."""

    written: tuple[str, ...]
    same: tuple[str, ...]
    kept: tuple[str, ...]


@click.command("lab", cls=Command, epilog=statuses("done; where JupyterLab ran, its own status"))
@click.argument("folder", default="gridexplainer-notebooks", type=click.Path(file_okay=False))
@click.option("--open/--no-open", "opens", default=True, help="Open JupyterLab.  [default: open]")
@json_option
def lab(*, folder: str, opens: bool, as_json: bool) -> None:
    """Write the notebooks, and open JupyterLab.

    They go into FOLDER, which is made; by default it is gridexplainer-notebooks. A notebook
    in it that you changed stays as it is.
    """
    copied = copy_notebooks(Path(folder))
    if as_json:
        print_json("lab", {"folder": folder, **vars(copied)})
    else:
        print_text(_told(folder, copied))
    if not opens:
        return
    if find_spec("jupyterlab") is None:
        click.echo(NOT_INSTALLED, err=True)
        return
    command = [sys.executable, "-m", "jupyterlab", FIRST]
    ran = subprocess.run(command, cwd=folder, check=False)  # noqa: S603 - nothing of it is given
    click.get_current_context().exit(ran.returncode)


def copy_notebooks(folder: Path) -> Copied:
    """Copy the notebooks into a folder; what is another there is kept."""
    folder.mkdir(parents=True, exist_ok=True)
    written, same, kept = list[str](), list[str](), list[str]()
    for notebook in sorted(NOTEBOOKS.glob("*.ipynb")):
        place, content = folder / notebook.name, notebook.read_bytes()
        if not place.exists():
            write_file(place, content)
            written.append(notebook.name)
        else:
            (same if place.read_bytes() == content else kept).append(notebook.name)
    return Copied(tuple(written), tuple(same), tuple(kept))


def _told(folder: str, copied: Copied) -> str:
    lines = [f"Written into {folder}: {', '.join(copied.written)}."] if copied.written else []
    if copied.same:
        lines.append(f"Already in {folder}: {', '.join(copied.same)}.")
    if copied.kept:
        lines.append(
            f"Kept as they are in {folder}, since they differ from those of this version: "
            f"{', '.join(copied.kept)}. For these name another folder: gridexplainer lab FOLDER."
        )
    return "\n".join(lines)
