"""Ask a model again what an explanation says that it was asked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from gridexplainer_widget.analysis.audit import fill_of
from gridexplainer_widget.analysis.explain import explanation_steps
from gridexplainer_widget.analysis.setup import Setup
from gridexplainer_widget.core.fills import Fill, FillLike, parse_fill
from gridexplainer_widget.core.handfuls import MAX_HANDFULS, Handfuls, draw_handfuls
from gridexplainer_widget.core.progress import drain
from gridexplainer_widget.inference.run import Run
from gridexplainer_widget.inference.together import draw
from gridexplainer_widget.inference.witness import KEPT_ROUNDING
from gridexplainer_widget.results.case.verification import Finding
from gridexplainer_widget.results.explanation import Explanation


def fill_again(setup: Setup, explanation: Explanation, fill: FillLike | None) -> Fill:
    """Return the fill that is given, or the recorded one.

    Raises
    ------
    MethodError
        It is one of the user's own.
    """
    if fill is None:
        return fill_of(setup, explanation)
    return parse_fill(fill, setup.seed)


def asked_again(
    setup: Setup, run: Run, explanation: Explanation
) -> tuple[Explanation, list[Finding]]:
    """Ask about the same cells, handfuls and sets; return the new explanation."""
    target, contrast = explanation.target, explanation.contrast
    if explanation.attribution is not None:
        steps = explanation_steps(setup, run, target, explanation.request, contrast)
        return drain(steps), []
    done = np.flatnonzero(np.isfinite(explanation.vectors[..., 0]).ravel()).tolist()
    cells = [(cell,) for cell in done]
    all_hidden = [] if explanation.emptied is None else [tuple(range(len(run.grid)))]
    handfuls, findings = _handfuls(run, explanation)
    for _ in run.ask([(), *cells, *handfuls, *all_hidden]):
        pass
    now = setup.freeze(run, target, explanation.score, contrast=contrast)
    return replace(now, chosen=explanation.chosen), [*findings, *_sets(run, explanation)]


def _handfuls(run: Run, explanation: Explanation) -> tuple[list[tuple[int, ...]], list[Finding]]:
    """Return the recorded handfuls, drawn anew from the seed."""
    stored = explanation.handfuls
    if stored is None:
        return [], []
    wanted = _rows(stored)
    count, missing = 0, set(wanted)
    for number, handful in enumerate(draw_handfuls(len(run.grid), MAX_HANDFULS, run.seed), 1):
        if not missing:
            break
        if handful in missing:
            missing.remove(handful)
            count = number
    draw(run, len(run.grid) + 1 + count)
    known = [cells for cells, _ in wanted if (cells, True) not in missing]
    told = f"{len(wanted)}, as seed {run.seed} draws them"
    if missing:
        told = f"{len(missing)} of {len(wanted)} are none that seed {run.seed} draws"
    return known, [Finding("handfuls", "differs" if missing else "same", told)]


def _rows(handfuls: Handfuls) -> list[tuple[tuple[int, ...], bool]]:
    """Return each handful's cells, and whether it is a probe."""
    pairs = zip(handfuls.hidden, handfuls.probes, strict=True)
    return [(tuple(np.flatnonzero(hidden).tolist()), bool(probe)) for hidden, probe in pairs]


def _sets(run: Run, explanation: Explanation) -> Iterator[Finding]:
    """Compare what the smallest sets do."""
    sets = explanation.minimal_sets.sets if explanation.minimal_sets else ()
    if not sets:
        return
    every = range(len(run.grid))
    hidden = [[run.grid.index(*cell) for cell in found.cells] for found in sets]
    others = [sorted(set(every) - set(cells)) for cells in hidden]
    for _ in run.ask([*map(tuple, hidden), *map(tuple, others)]):
        pass
    off = max(
        max(_off(run, explanation, cells, one.hidden), _off(run, explanation, rest, one.alone))
        for one, cells, rest in zip(sets, hidden, others, strict=True)
    )
    told = f"{len(sets)}; their probabilities differ by {off:.2g} at most"
    yield Finding("smallest sets", "same" if off <= KEPT_ROUNDING else "differs", told)


def _off(run: Run, explanation: Explanation, cells: list[int], recorded: float) -> float:
    found = run.cached_probabilities(cells)
    return float("inf") if found is None else abs(float(found[explanation.target]) - recorded)
