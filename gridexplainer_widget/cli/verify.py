"""``gridexplainer verify``: a report, computed again."""

from __future__ import annotations

from typing import Final

import click

from gridexplainer_widget.analysis.again.verify import verify as verified
from gridexplainer_widget.results.case.verification import Verdict

from .command import LOOK, UNUSABLE, Command, json_option, print_json, print_text, statuses

STATUSES: Final[dict[Verdict, int]] = {"same": 0, "differs": LOOK, "not known": UNUSABLE}

EPILOG: Final = f"{statuses('the same', 'something differs')} 2 also where it cannot be told."


@click.command("verify", cls=Command, epilog=EPILOG)
@click.argument("page", type=click.Path())
@click.option("--model", required=True, type=click.Path(), help="The model's file or folder.")
@click.option("--picture", required=True, type=click.Path(), help="The picture's file.")
@json_option
def verify(*, page: str, model: str, picture: str, as_json: bool) -> None:
    """Compute again what the report in PAGE records.

    Say whether it is the same, and where not. Nothing in the page is run.
    """
    found = verified(page, model, picture)
    if as_json:
        print_json("verify", found.record)
    else:
        print_text(str(found))
    click.get_current_context().exit(STATUSES[found.verdict])
