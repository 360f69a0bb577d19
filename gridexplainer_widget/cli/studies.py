"""What ``study`` and ``diff`` are told alike."""

from __future__ import annotations

import click

from .models import index_or_name

PICTURES = click.argument("pictures", type=click.Path())

WORKERS = click.option(
    "--workers",
    type=index_or_name,
    metavar="NUMBER|ray",
    help="Processes, each with a copy of the model; or Ray.",
)
