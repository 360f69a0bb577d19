"""Audit a map: hide its cells in order, randomise the model's weights."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gridexplainer_widget.classifiers.classifier import Classifier
from gridexplainer_widget.core.errors import MethodError
from gridexplainer_widget.core.fills import Fill, parse_fill
from gridexplainer_widget.core.masking import Masker
from gridexplainer_widget.core.picture import read_picture
from gridexplainer_widget.core.progress import Progress, subprogress
from gridexplainer_widget.core.shown import shown
from gridexplainer_widget.inference.choose import Engine
from gridexplainer_widget.inference.order_curves import Chance
from gridexplainer_widget.inference.run import Run
from gridexplainer_widget.methods.attribute import attribute, ensure_baseline
from gridexplainer_widget.methods.requests import MethodRequest
from gridexplainer_widget.results.explanation import Explanation
from gridexplainer_widget.results.faithfulness import Faithfulness

from .audit_fills import AuditFills, audit_fills
from .faithfulness import faithfulness_steps
from .orders import chance_steps
from .randomisation import Randomisation, randomisation_steps
from .setup import Setup


class Audit:
    """Runs of one picture, one for each fill, and what random orders reach in each.

    For all maps of the picture, so that random orders are asked about once for each class.
    """

    def __init__(self, runs: Sequence[Run], seed: int = 0) -> None:
        self.runs = tuple(runs)
        self._seed = seed
        self._chances: dict[tuple[str, int], tuple[object, Chance]] = {}

    def begin(self, explanation: Explanation) -> Generator[Progress, None, None]:
        """Ask about the whole picture, and compare that with an explanation's.

        Raises
        ------
        ModelChangedError, ValueError
            The explanation is of the model as it was before, or of another.
        """
        for run in self.runs:
            yield from check_model(run, explanation)

    def chances(self, target: int) -> Generator[Progress, None, list[Chance]]:
        """Measure what random orders reach under each fill, unless it is known of this model."""
        found = []
        for number, run in enumerate(self.runs):
            key = (run.masker.fill.name, target)
            of_model, known = self._chances.get(key, (None, None))
            if known is None or of_model is not run.baseline:
                steps = chance_steps(run, target, self._seed)
                known = yield from subprogress(steps, number, len(self.runs))
                self._chances[key] = (run.baseline, known)
            found.append(known)
        return found


def check_model(run: Run, explanation: Explanation) -> Generator[Progress, None, None]:
    """Ask about the whole picture, and compare that with an explanation's, as `Audit.begin`."""
    yield from ensure_baseline(run)
    if run.baseline is None or len(run.baseline) != len(explanation.labels):
        classes = 0 if run.baseline is None else len(run.baseline)
        raise ValueError(
            f"The explanation is of {len(explanation.labels)} classes, and "
            f"{run.classifier.name} has {classes}: it is another model's."
        )
    run.check_baseline(explanation.whole)


def audit_explanation(  # noqa: PLR0913 - what is audited, and how far
    setup: Setup,
    explanation: Explanation,
    fill: AuditFills = None,
    mask: ArrayLike | None = None,
    *,
    request: MethodRequest | None = None,
    randomise: bool = False,
) -> Generator[Progress, None, Faithfulness]:
    """Audit an explanation; see :meth:`GridExplainer.faithfulness`."""
    audit = audit_of(setup, explanation, fill)
    request = request or explanation.request
    return (
        yield from audit_steps(setup, audit, explanation, request, mask=mask, randomise=randomise)
    )


def audit_steps(  # noqa: PLR0913 - what is audited, by what, and how far
    setup: Setup,
    audit: Audit,
    explanation: Explanation,
    request: MethodRequest,
    *,
    mask: ArrayLike | None = None,
    randomise: bool = False,
) -> Generator[Progress, None, Faithfulness]:
    """Audit an explanation by :func:`audit_of`, which other maps of the picture can share.

    If randomising the weights fails, a note says why.
    """
    stages = 3 if randomise else 2
    begun = sum(run.calls for run in audit.runs)
    yield from audit.begin(explanation)
    begun -= sum(run.calls for run in audit.runs)
    chances = yield from subprogress(audit.chances(explanation.target), 0, stages)
    steps = faithfulness_steps(audit.runs, explanation.values, explanation.target, mask, chances)
    faithfulness = yield from subprogress(steps, 1, stages)
    calls = faithfulness.calls - begun
    notes = (*faithfulness.notes, *_contrast_note(explanation))
    faithfulness = replace(faithfulness, calls=calls, foretold=explanation.foretells, notes=notes)
    if not randomise:
        return faithfulness
    steps = add_randomisation(setup, explanation, request, faithfulness)
    return (yield from subprogress(steps, 2, stages))


def _contrast_note(explanation: Explanation) -> tuple[str, ...]:
    if explanation.contrast is None:
        return ()
    label, other = (
        shown(explanation.labels[index], 40) for index in (explanation.target, explanation.contrast)
    )
    note = (
        f"The curves are of “{label}” alone, and the map is of “{label}” rather than “{other}”: "
        "what it foretells is of both classes."
    )
    return (note,)


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
    run = run_with(setup, explanation, fill_of(setup, explanation))
    if run.classifier.output is None:  # the first answer tells
        yield from ensure_baseline(run)
    target, contrast = explanation.target, explanation.contrast
    score, seed = explanation.score, explanation.settings.get("seed", 0)

    def again(classifier: Classifier) -> Generator[Progress, None, tuple[NDArray[np.float32], int]]:
        randomised = Run(classifier, run.picture, run.masker, setup.batch_size)
        found = yield from attribute(randomised, target, request, score, seed, contrast)
        made = Explanation.of(randomised, target, score, {}, attribution=found, contrast=contrast)
        return made.values, made.cost.forward

    return (yield from randomisation_steps(run, explanation.values, again, stages, setup.seed))


def audit_of(setup: Setup, explanation: Explanation, fill: AuditFills = None) -> Audit:
    """Set up hiding cells of an explained picture, by default under two fills not the map's own.

    Raises
    ------
    TypeError, ValueError
        It is no `Explanation`, or does not fit the model.
    """
    if not isinstance(explanation, Explanation):
        raise TypeError(f"{type(explanation).__name__} is no Explanation, such as explain() gives.")
    try:
        own: Fill | str = fill_of(setup, explanation)
    except MethodError:  # a fill of the user's own, of which a file keeps the name
        own = explanation.fill
    fills = audit_fills(fill, own, explanation.pixels, explanation.grid, setup.seed)
    return Audit([run_with(setup, explanation, one) for one in fills], setup.seed)


def run_with(setup: Setup, explanation: Explanation, fill: Fill, engine: Engine = "full") -> Run:
    """Set up a run of an explained picture, or raise ValueError where it does not fit the model."""
    wanted = setup.classifier.input_shape
    given = explanation.pixels.shape
    if any(want not in {None, have} for want, have in zip(wanted, given, strict=True)):
        raise ValueError(
            f"The explanation's picture is {given}, and {setup.classifier.name} takes "
            f"{wanted}: it is another model's."
        )
    masker = Masker(explanation.pixels, explanation.grid, fill)
    picture = read_picture(explanation.picture)
    most = setup.most_in_batch
    return Run(setup.classifier, picture, masker, setup.batch_size, engine, most=most)


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
