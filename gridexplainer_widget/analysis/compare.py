"""Explain a picture by several methods, and audit each map."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence

from gridexplainer_widget.core.arrays import Mask
from gridexplainer_widget.core.errors import ClassifierError
from gridexplainer_widget.core.fills import FillLike, parse_fill
from gridexplainer_widget.core.picture import Picture
from gridexplainer_widget.core.progress import Progress, indeterminate, subprogress
from gridexplainer_widget.inference.run import Run
from gridexplainer_widget.methods.attribute import ensure_baseline, target_of
from gridexplainer_widget.methods.requests import MethodRequest
from gridexplainer_widget.results.comparison import Comparison
from gridexplainer_widget.results.comparison_data import Failure
from gridexplainer_widget.results.explanation import Explanation
from gridexplainer_widget.results.faithfulness import Faithfulness

from .audit import audit_run, audit_steps
from .explain import explanation_steps
from .object_mask import fit_mask
from .setup import Setup


def comparison_steps(  # noqa: PLR0913, PLR0917 - what is asked, of whom, and how it is audited
    setup: Setup,
    picture: Picture,
    requests: Sequence[MethodRequest],
    target: int | str | None,
    fill: FillLike | None = None,
    mask: Mask | None = None,
    *,
    randomise: bool = False,
    keep: Callable[[Comparison], object],
) -> Generator[Progress, None, Comparison]:
    """Explain a picture by each method and audit each map; see :meth:`GridExplainer.compare`.

    Parameters
    ----------
    keep : callable
        Takes what there is after each method: what an interrupt leaves.
    """
    explanations, figures = list[Explanation](), list[Faithfulness]()
    failures = list[Failure]()
    fill = None if fill is None else parse_fill(fill, setup.seed)
    yield from _checked(setup, picture, target, mask)
    for number, request in enumerate(requests):
        run = setup.start_run(picture)  # one each: what a method costs is its own
        try:
            explaining = explanation_steps(setup, run, target, request)
            explanation = yield from subprogress(explaining, 2 * number, 2 * len(requests))
            audit = audit_run(setup, explanation, fill)
            measuring = audit_steps(
                setup, audit, explanation, request, mask=mask, randomise=randomise
            )
            measured = yield from subprogress(measuring, 2 * number + 1, 2 * len(requests))
        except Exception as error:  # noqa: BLE001 - what the other methods found is kept
            failures.append(Failure(request, reason_of(error)))
        else:
            explanations.append(explanation)
            figures.append(measured)
        made = Comparison(tuple(explanations), tuple(figures), tuple(failures))
        keep(made)
    return made


def reason_of(error: Exception) -> str:
    """Tell why a method failed; our own errors speak for themselves."""
    ours = isinstance(error, (ClassifierError, ImportError, ValueError, TypeError))
    return str(error) if ours else f"{type(error).__name__}: {error}"


def _checked(
    setup: Setup,
    picture: Picture,
    target: int | str | None,
    mask: Mask | None,
) -> Generator[Progress, None, None]:
    """Refuse a target or a mask that does not fit, and look at the model, before the long part."""
    run = setup.start_run(picture)
    yield from ensure_baseline(run)
    target_of(run, target)
    if mask is not None:
        fit_mask(mask, run.grid, picture.size)
    yield from look_at_model(setup, run)


def look_at_model(setup: Setup, run: Run) -> Generator[Progress, None, None]:
    """Look at the model, as :meth:`GridExplainer.explain` does, unless nothing seemed wrong."""
    if setup.unchecked:
        steps = setup.model_checks(run)
        setup.checked = yield from indeterminate(steps)
