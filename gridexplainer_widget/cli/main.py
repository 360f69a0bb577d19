"""The command line: a file for each command."""

from __future__ import annotations

import click

from gridexplainer_widget._version import __version__

from .check import check
from .compare import compare
from .demo import demo
from .diff import diff
from .explain import explain
from .lab import lab
from .report import report
from .study import study
from .verify import verify

COMMANDS = (demo, lab, explain, compare, check, report, verify, study, diff)

EPILOG = """\b
Exit status: 0: done; 1: done, and something is to be looked at, which each
command's help names; 2: a model, picture or argument is of no use; 130: stopped.

\b
Completion in your shell: eval "$(_GRIDEXPLAINER_COMPLETE=bash_source gridexplainer)"
(or zsh_source; for fish: _GRIDEXPLAINER_COMPLETE=fish_source gridexplainer | source)
"""


class InOrder(click.Group):
    """Commands in the order in which people meet them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - the library's
        """Name the commands."""
        return [str(command.name) for command in COMMANDS]


@click.group(cls=InOrder, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="%(version)s")
def gridexplainer() -> None:
    """Which parts of a picture matter to an image classifier, shown by hiding them."""


for command in COMMANDS:
    gridexplainer.add_command(command)
