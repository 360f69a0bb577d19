"""Audit a map: hide its cells in order, randomise the model's weights."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gridexplainer_widget.classifiers.classifier import Classifier
from gridexplainer_widget.core.errors import MethodError
from gridexplainer_widget.core.fills import Fill, FillLike, parse_fill
from gridexplainer_widget.core.masking import Masker
from gridexplainer_widget.core.picture import read_picture
from gridexplainer_widget.core.progress import Progress, subprogress
from gridexplainer_widget.inference.run import Run
from gridexplainer_widget.methods.attribute import attribute, ensure_baseline
from gridexplainer_widget.methods.requests import MethodRequest
from gridexplainer_widget.results.explanation import Explanation
from gridexplainer_widget.results.faithfulness import Faithfulness

from .faithfulness import faithfulness_steps
from .randomisation import Randomisation, randomisation_steps
from .setup import Setup


def audit_explanation(  # noqa: PLR0913 - what is audited, and how far
    setup: Setup,
    explanation: Explanation,
    fill: FillLike | None = None,
    mask: ArrayLike | None = None,
    *,
    request: MethodRequest | None = None,
    randomise: bool = False,
) -> Generator[Progress, None, Faithfulness]:
    """Audit an explanation; see :meth:`GridExplainer.faithfulness`."""
    run = audit_run(setup, explanation, fill)
    request = request or explanation.request
    return (
        yield from audit_steps(setup, run, explanation, request, mask=mask, randomise=randomise)
    )


def audit_steps(  # noqa: PLR0913 - what is audited, by what, and how far
    setup: Setup,
    audit: Run,
    explanation: Explanation,
    request: MethodRequest,
    *,
    mask: ArrayLike | None = None,
    randomise: bool = False,
) -> Generator[Progress, None, Faithfulness]:
    """Audit an explanation with a run of :func:`audit_run`, which can be reused.

    If randomising the weights fails, a note says why.
    """
    calls = audit.calls
    yield from ensure_baseline(audit)
    if audit.baseline is None or len(audit.baseline) != len(explanation.labels):
        classes = 0 if audit.baseline is None else len(audit.baseline)
        raise ValueError(
            f"The explanation is of {len(explanation.labels)} classes, and {audit.classifier.name} "
            f"has {classes}: it is another model's."
        )
    _check_same_model(audit, explanation)
    baseline_calls = audit.calls - calls
    steps = faithfulness_steps(audit, explanation.values, explanation.target, mask)
    faithfulness = yield from subprogress(steps, 0, 2) if randomise else steps
    faithfulness = replace(faithfulness, calls=faithfulness.calls + baseline_calls)
    if not randomise:
        return faithfulness
    steps = add_randomisation(setup, explanation, request, faithfulness)
    return (yield from subprogress(steps, 1, 2))


def _check_same_model(audit: Run, explanation: Explanation) -> None:
    """Raise ModelChangedError if the model answers otherwise than when the map was made."""
    audit.check_baseline(explanation.whole)


def add_randomisation(
    setup: Setup, explanation: Explanation, request: MethodRequest, faithfulness: Faithfulness
) -> Generator[Progress, None, Faithfulness]:
    """Randomise the weights, or add a note why that failed."""
    try:
        found = yield from randomise_steps(setup, explanation, request)
    except MethodError as error:
        return replace(faithfulness, notes=(*faithfulness.notes, str(error)))
    return replace(
        faithfulness,
        randomised=found.similarity,
        calls=faithfulness.calls + found.calls,
        notes=(*faithfulness.notes, *found.notes),
    )


def randomise_steps(
    setup: Setup, explanation: Explanation, request: MethodRequest, stages: int = 4
) -> Generator[Progress, None, Randomisation]:
    """Explain again with the model's weights randomised, layer by layer.

    Raises
    ------
    MethodError
        The model is a black box or cannot be copied, or the map's background or fill is unknown.
    """
    if explanation.settings.get("background") and request.options.background is None:
        raise MethodError(
            "This map was made with a background of pictures, which an explanation does not keep. "
            "explainer.compare(…, randomise=True) randomises the weights where it is at hand."
        )
    run = audit_run(setup, explanation, fill_of(setup, explanation))
    if run.classifier.output is None:  # the first answer tells
        yield from ensure_baseline(run)
    target, score, seed = explanation.target, explanation.score, explanation.settings.get("seed", 0)

    def again(classifier: Classifier) -> Generator[Progress, None, tuple[NDArray[np.float32], int]]:
        randomised = Run(classifier, run.picture, run.masker, setup.batch_size)
        found = yield from attribute(randomised, target, request, score, seed)
        made = Explanation.of(randomised, target, score, {}, attribution=found)
        return made.values, made.cost.forward

    return (yield from randomisation_steps(run, explanation.values, again, stages, setup.seed))


def audit_run(setup: Setup, explanation: Explanation, fill: FillLike | None = None) -> Run:
    """Set up hiding cells of an explained picture, by default with the explainer's fill.

    Raises
    ------
    TypeError, ValueError
        It is no `Explanation`, or does not fit the model.
    """
    if not isinstance(explanation, Explanation):
        raise TypeError(f"{type(explanation).__name__} is no Explanation, such as explain() gives.")
    wanted = setup.classifier.input_shape
    given = explanation.pixels.shape
    if any(want not in {None, have} for want, have in zip(wanted, given, strict=True)):
        raise ValueError(
            f"The explanation's picture is {given}, and {setup.classifier.name} takes "
            f"{wanted}: it is another model's."
        )
    chosen = setup.fill if fill is None else parse_fill(fill, setup.seed)
    masker = Masker(explanation.pixels, explanation.grid, chosen)
    picture = read_picture(explanation.picture)
    return Run(setup.classifier, picture, masker, setup.batch_size)


def fill_of(setup: Setup, explanation: Explanation) -> Fill:
    """Find the fill that made an explanation, or raise MethodError."""
    if setup.fill.name == explanation.fill:
        return setup.fill
    try:
        return parse_fill(explanation.fill, explanation.settings.get("seed", 0))
    except ValueError as error:
        raise MethodError(
            f"This map was made with the fill {explanation.fill!r}, which the explainer does not "
            "have: GridExplainer(…, fill=…)."
        ) from error
