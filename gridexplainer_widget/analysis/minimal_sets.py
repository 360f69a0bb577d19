"""Find the smallest sets that keep an answer, and those that change it."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Final

import numpy as np

from gridexplainer_widget.core.fills import Fill, parse_fill
from gridexplainer_widget.core.grid import is_whole
from gridexplainer_widget.core.masking import Masker
from gridexplainer_widget.core.progress import Progress
from gridexplainer_widget.core.scores import Answers
from gridexplainer_widget.inference.cell_sets import ranking
from gridexplainer_widget.inference.run import Run
from gridexplainer_widget.inference.sets.criterion import KINDS, Kind
from gridexplainer_widget.results.data.minimal_sets import MinimalSets
from gridexplainer_widget.results.explanation import Explanation

from .audit import check_model, fill_of, run_with
from .set_search import SetSearch, usual_budget
from .setup import Setup

OTHER_FILLS: Final = ("picture-mean", "gray", "blur", "noise")
"""Under which sets are tried that were found under another."""

PATCHES: Final = 4
"""Fills of natural patches, each with a seed of its own."""

MOST_OF_A_KIND: Final = 3
"""Disjoint sets that are looked for."""


def minimal_sets_steps(
    setup: Setup,
    explanation: Explanation,
    budget: int | None = None,
    margin: float = 0.0,
    *,
    on_result: Callable[[MinimalSets], object] = lambda _: None,
) -> Generator[Progress, None, MinimalSets]:
    """Search the sets of an explained picture, along its map.

    Parameters
    ----------
    budget : int, optional
        Sets to ask about at most while searching, four times 105 by default, and more on grids
        finer than 8×8. The receipts, under other fills, come on top: eight pictures for each set
        and eight for all.
    margin : float
        By how much probability the target must lead to be kept, and fall behind to be changed.
    on_result : callable
        Takes what was found so far, each time there is more.

    Raises
    ------
    ModelChangedError
        The model is no longer the one that was explained.
    ValueError
        The model returns values, which are no answer; or a parameter is not usable.
    """
    if budget is not None and not (is_whole(budget) and budget >= 1):
        raise ValueError(f"budget={budget!r}; wanted is at least 1, or None to choose.")
    if not 0 <= margin < 1:
        raise ValueError(f"margin={margin!r}; wanted is a share of probability, 0 to 1.")
    run = yield from resumed(setup, explanation)
    search = search_of(setup, run, explanation, margin)
    each = usual_budget(len(run.grid))
    left = total = 2 * len(KINDS) * each if budget is None else budget
    while left > 0 and any(_wanted(search)):
        for kind in _wanted(search):
            steps = search.next_set(kind, min(each, left))
            done = total - left
            while True:
                try:
                    done += next(steps)
                except StopIteration as end:
                    left -= end.value
                    break
                yield min(done, total), total + 1
            on_result(search.found)
    for last in (search.hold(), search.tell_structure()):
        for _ in last:
            yield total, total + 1
        on_result(search.found)
    return search.found


def resumed(setup: Setup, explanation: Explanation) -> Generator[Progress, None, Run]:
    """Set up an explanation's run again, with all that is known.

    Raises
    ------
    ModelChangedError, MethodError, ValueError
        The model is another, or the fill is not known.
    """
    run = run_with(setup, explanation, fill_of(setup, explanation), setup.engine)
    yield from check_model(run, explanation)
    cells, classes = len(run.grid), len(explanation.labels)
    run.vectors = explanation.vectors.reshape(cells, classes).copy()
    run.log_odds = explanation.answers.log_odds.reshape(cells, classes).copy()
    if explanation.handfuls is not None:
        known = explanation.handfuls
        for number, hidden in enumerate(known.hidden):
            run.set_answers.keep(np.flatnonzero(hidden).tolist(), known.answers.at(number))
    if explanation.emptied is not None:
        run.set_answers.keep(range(cells), Answers.without_logits(explanation.emptied))
    return run


def search_of(setup: Setup, run: Run, explanation: Explanation, margin: float = 0.0) -> SetSearch:
    """Set up a search along an explanation's map."""
    values = explanation.values.ravel()
    ranked = ranking(values)
    order = [*ranked.tolist(), *np.setdiff1d(np.arange(len(run.grid)), ranked).tolist()]
    return SetSearch(run, explanation.target, order, other_runs(setup, run), margin)


def other_runs(setup: Setup, run: Run) -> list[Run]:
    """Set up the picture under the fills that a run's sets were not made with."""
    fills = [parse_fill(name, setup.seed) for name in OTHER_FILLS]
    patches = [parse_fill("patches", setup.seed + number) for number in range(PATCHES)]
    named = [Fill(f"patches {number}", fill.whole) for number, fill in enumerate(patches, 1)]
    own = run.masker.fill.name
    others = [fill for fill in fills if fill.name != own] + (named if own != "patches" else [])
    maskers = [Masker(run.masker.pixels, run.grid, fill) for fill in others]
    return [Run(run.classifier, run.picture, one, run.given_batch_size) for one in maskers]


def _wanted(search: SetSearch) -> list[Kind]:
    found = {"enough": search.found.enough, "needed": search.found.needed}
    return [kind for kind in KINDS if search.has_next(kind) and len(found[kind]) < MOST_OF_A_KIND]
