"""Explain a picture by several methods, and audit each map."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence

from numpy.typing import ArrayLike

from gridexplainer_widget.core.picture import Picture, PictureLike, read_picture
from gridexplainer_widget.core.progress import Progress, indeterminate, subprogress
from gridexplainer_widget.inference.run import Run
from gridexplainer_widget.methods.attribute import contrast_of, ensure_baseline, target_of
from gridexplainer_widget.methods.requests import MethodRequestLike, parse_requests
from gridexplainer_widget.results.compared.comparison import Comparison
from gridexplainer_widget.results.comparison_data import Failure
from gridexplainer_widget.results.explanation import Explanation
from gridexplainer_widget.results.faithfulness import Faithfulness

from .audit import Audit, audit_of, audit_steps
from .audit_fills import AuditFills, audit_fills
from .explain import explanation_steps, failure_reason
from .object_mask import fit_mask
from .setup import Setup


def comparison_steps(  # noqa: PLR0913, PLR0917 - the picture, the methods, and the audit
    setup: Setup,
    img: PictureLike,
    methods: Sequence[MethodRequestLike] | None,
    target: int | str | None,
    fill: AuditFills = None,
    mask: ArrayLike | None = None,
    *,
    contrast: int | str | None = None,
    randomise: bool = False,
    on_result: Callable[[Comparison], object],
) -> Generator[Progress, None, Comparison]:
    """Explain and audit by each method; give the comparison so far to `on_result`."""
    picture = read_picture(img)
    requests = parse_requests(setup.usual_methods if methods is None else methods)
    yield from _check_request(setup, picture, target, contrast, fill, mask)
    explanations, figures = list[Explanation](), list[Faithfulness]()
    audit: Audit | None = None
    first: Run | None = None
    failures, stages = list[Failure](), 2 * len(requests)
    for number, request in enumerate(requests):
        run = setup.start_run(picture)  # one each: costs are counted per run
        if first is not None:
            run.set_answers.adopt(first.set_answers)
        try:
            steps = explanation_steps(setup, run, target, request, contrast)
            explanation = yield from subprogress(steps, 2 * number, stages)
            if explanations:
                run.check_baseline(explanations[0].whole)
            so_far = (*explanations, explanation)  # whoever interrupts the audit keeps the map
            on_result(Comparison(so_far, tuple(figures), tuple(failures)))
            audit = audit or audit_of(setup, explanation, fill)
            work = audit_steps(setup, audit, explanation, request, mask=mask, randomise=randomise)
            faithfulness = yield from subprogress(work, 2 * number + 1, stages)
        except Exception as error:  # noqa: BLE001 - the maps of other methods are kept
            failures.append(Failure(request, failure_reason(error)))
        else:
            first = first or run
            first.set_answers.adopt(run.set_answers)
            explanations.append(explanation)
            figures.append(faithfulness)
        comparison = Comparison(tuple(explanations), tuple(figures), tuple(failures))
        on_result(comparison)
    return comparison


def check_model(setup: Setup, run: Run) -> Generator[Progress, None, None]:
    """Check the model unless it has passed before."""
    if setup.check_is_due(run):
        setup.checked = yield from indeterminate(setup.model_checks(run))


def _check_request(  # noqa: PLR0913, PLR0917 - the request
    setup: Setup,
    picture: Picture,
    target: int | str | None,
    contrast: int | str | None,
    fill: AuditFills,
    mask: ArrayLike | None,
) -> Generator[Progress, None, None]:
    """Check fills, classes, mask and model before the long part."""
    run = setup.start_run(picture)
    audit_fills(fill, setup.fill, run.masker.pixels, run.grid, setup.seed)
    yield from ensure_baseline(run)
    contrast_of(run, target_of(run, target), contrast)
    if mask is not None:
        fit_mask(mask, run.grid, picture.size)
    yield from check_model(setup, run)
