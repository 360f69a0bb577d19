"""What all commands share: how they end, and how they print."""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from typing import Any, Final, TextIO, TypeVar

import click
import numpy as np

from gridexplainer_widget._version import __version__
from gridexplainer_widget.core.shown import readable

LOOK: Final = 1
UNUSABLE: Final = 2
STOPPED: Final = 130

Function = TypeVar("Function", bound=Callable[..., Any])

TOLD: Final = (ImportError, OSError, RuntimeError, TypeError, ValueError)
"""What is told without a traceback."""

NO_BARS: Final = "TQDM_DISABLE"

OUTPUT: Final = "gridexplainer_widget.output"
"""Results alone; what models and libraries print, such as of a download, goes to standard error."""


class Unusable(click.ClickException):
    """A model, a picture or an argument that is of no use."""

    exit_code = UNUSABLE

    def show(self, file: Any = None) -> None:
        """Write the reason; a name in it drives no terminal."""
        click.echo(readable(self.message), file=file, err=True)


class Command(click.Command):
    """A command that ends with a sentence and a status, not with a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run."""
        try:
            ctx.meta[OUTPUT] = sys.stdout
            with _bars_for_terminals_only(), redirect_stdout(sys.stderr):
                return super().invoke(ctx)
        except (click.exceptions.Exit, click.Abort):  # RuntimeErrors of the library's own
            raise
        except TOLD as error:
            raise Unusable(str(error)) from error
        except KeyboardInterrupt:
            click.echo("\nStopped.", err=True)
            ctx.exit(STOPPED)


def statuses(done: str, look: str = "") -> str:
    """Write the part of a command's help that tells its exit statuses."""
    one = f"1: {look}; " if look else ""
    return (
        f"Exit status: 0: {done}; {one}2: a model, picture or argument is of no use; 130: stopped."
    )


def json_option(command: Function) -> Function:
    """Add ``--json``."""
    told = "Print one JSON document, for programs; its fields are in the documentation."
    return click.option("--json", "as_json", is_flag=True, help=told)(command)


def output() -> TextIO:
    """Return where results are printed."""
    stream: TextIO = click.get_current_context().meta[OUTPUT]
    return stream


def print_text(text: str) -> None:
    """Print what strangers may have written a part of; names drive no terminal."""
    click.echo(readable(text), file=output())


def print_json(command: str, record: Mapping[str, Any]) -> None:
    """Print a record; NaN and infinity are null."""
    head = {"gridexplainer": __version__, "command": command}
    click.echo(json.dumps(plain({**head, **record}), indent=1, allow_nan=False), file=output())


def plain(value: Any) -> Any:
    """Make JSON's types of NumPy's, tuples and paths."""
    if isinstance(value, Mapping):
        return {str(key): plain(value[key]) for key in value}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    if isinstance(value, (np.ndarray, np.generic)):
        return plain(value.tolist())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return os.fspath(value) if isinstance(value, os.PathLike) else value


@contextmanager
def _bars_for_terminals_only() -> Iterator[None]:
    """Keep progress out of files and pipes, unless the user has a word on it."""
    if (sys.stderr is not None and sys.stderr.isatty()) or NO_BARS in os.environ:
        yield
        return
    os.environ[NO_BARS] = "1"
    try:
        yield
    finally:
        os.environ.pop(NO_BARS, None)
