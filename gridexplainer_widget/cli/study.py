"""``gridexplainer study``: many pictures, a row for each."""

from __future__ import annotations

import click

from .command import LOOK, Command, json_option, print_json, print_text, statuses
from .models import GRID, METHOD, MODEL, Said, takes_said
from .studies import PICTURES, WORKERS


@click.command("study", cls=Command, epilog=statuses("done", "pictures failed"))
@MODEL
@PICTURES
@click.option("--out", required=True, type=click.Path(), help="The study's folder, new or begun.")
@GRID
@METHOD
@click.option("--audit", is_flag=True, help="Measure how faithful each map is.")
@click.option("--shortcuts", is_flag=True, help="Look for places that answers hang on.")
@click.option("--report", type=click.Path(), help="Write a page: report.html.")
@WORKERS
@takes_said
@json_option
def study(  # noqa: PLR0913 - what can be said
    *,
    model: str,
    pictures: str,
    out: str,
    grid: tuple[int, int],
    method: str,
    audit: bool,
    shortcuts: bool,
    report: str | None,
    workers: int | str | None,
    said: Said,
    as_json: bool,
) -> None:
    """Explain many pictures, a row for each.

    The same call goes on after a stop. PICTURES is a folder, or a pattern in quotes, such as
    'photos/**/*.jpg'.
    """
    explainer = said.explainer(model, grid_size=grid)
    made = explainer.explain_all(pictures, out, methods=method, audit=audit, workers=workers)
    findings = [made.shortcuts()] if shortcuts else []
    page = made.report(report, *findings) if report else None
    if as_json:
        record = {"folder": out, "model": made.model, "errors": made.errors}
        figures = [{"what": what, "number": n, "reads": how} for what, n, how in made.figures]
        told = [one.sentence(place) for one in findings for place in one.found]
        record |= {"figures": figures, "shortcuts": told if shortcuts else None, "report": page}
        print_json("study", record)
    else:
        lines = [made.summary, *map(str, findings)]
        print_text("\n\n".join([*lines, f"The report is in {page}."] if page else lines))
    if made.errors:
        click.get_current_context().exit(LOOK)
