"""One map of a comparison: a method, what is said about it, and its audit."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.classifiers.classifier import Classifier
from gridexplainer_widget.classifiers.network import MethodError
from gridexplainer_widget.core.fills import Fill, FillLike, parse_fill
from gridexplainer_widget.core.masking import Masker
from gridexplainer_widget.core.picture import read_picture
from gridexplainer_widget.core.progress import part_of
from gridexplainer_widget.inference.run import Run
from gridexplainer_widget.methods.attribute import Progress, asked_about, attribute
from gridexplainer_widget.methods.registry import METHODS, Entry, parse_method, parse_options
from gridexplainer_widget.results.explanation_data import Explanation

from .faithfulness import Faithfulness, faithfulness_steps
from .randomisation import Randomisation, randomisation_steps

if TYPE_CHECKING:
    from gridexplainer_widget.explainer import GridExplainer

EntryLike: TypeAlias = "str | Sequence[Any]"
"""A method's name, or with what is said about it: ("rise", {"samples": 500}); or with a layer."""

OPEN = ("occlusion", "grad-cam", "saliency", "rise", "shap")
"""What is compared where nothing is said."""

CLOSED = tuple(name for name in OPEN if not METHODS[name].opens)
"""The same for a model that cannot be opened."""


def parse_entry(entry: EntryLike) -> Entry:
    """Read what is to be compared.

    Parameters
    ----------
    entry : str, or (str, layer) or (str, options)
        "grad-cam"; ("grad-cam", "conv4_block6_out"); ("rise", {"samples": 500}).

    Raises
    ------
    ValueError
        It is none of these, or there is no such method.
    TypeError
        The method takes no such option.
    """
    if isinstance(entry, str):
        return Entry(parse_method(entry))
    if not isinstance(entry, Sequence) or len(entry) != 2:
        raise ValueError(
            f"{entry!r} is nothing to compare. Wanted is a method's name, such as 'grad-cam', or "
            "('grad-cam', 'the layer'), or ('rise', {'samples': 500})."
        )
    method, said = parse_method(entry[0]), entry[1]
    options = dict(said) if isinstance(said, Mapping) else {"layer": said or None}
    return Entry(method, parse_options(method, **options))


def parse_entries(entries: EntryLike | Sequence[EntryLike]) -> list[Entry]:
    """Read a list of what is to be compared; a name alone is a list of one.

    Raises
    ------
    ValueError, TypeError
        See :func:`parse_entry`; or there is nothing in it.
    """
    found = [parse_entry(entry) for entry in ([entries] if isinstance(entries, str) else entries)]
    if not found:
        raise ValueError("There is nothing to compare: methods=[] is empty.")
    return found


def explanation_steps(
    explainer: GridExplainer, run: Run, target: int | str | None, entry: Entry
) -> Generator[Progress, None, Explanation]:
    """Explain a run's picture by a method; see :func:`~.attribution.asking.attribute`."""
    found = yield from attribute(run, target, entry, explainer.score, explainer.seed)
    return explainer.freeze(run, target, attribution=found, options=entry.options)


def audit_steps(  # noqa: PLR0913 - what is audited, by what, and how far
    explainer: GridExplainer,
    audit: Run,
    explanation: Explanation,
    entry: Entry,
    *,
    mask: NDArray[np.bool_] | None = None,
    randomise: bool = False,
) -> Generator[Progress, None, Faithfulness]:
    """Measure how true an explanation is to the model.

    Parameters
    ----------
    audit : Run
        Of the same picture and grid; its fill hides.
    entry : Entry
        What made the explanation, to be made again with scrambled weights.
    mask : bool array (height, width), optional
        Where the object is.
    randomise : bool
        Whether to scramble the weights.

    Where the weights cannot be scrambled, a note says why.
    """
    calls = audit.calls
    yield from asked_about(audit)
    if audit.baseline is None or len(audit.baseline) != len(explanation.labels):
        classes = 0 if audit.baseline is None else len(audit.baseline)
        raise ValueError(
            f"The explanation is of {len(explanation.labels)} classes, and {audit.classifier.name} "
            f"has {classes}: it is another model's."
        )
    asked = audit.calls - calls
    measuring = faithfulness_steps(audit, explanation.values, explanation.target, mask)
    if not randomise:
        figures = yield from measuring
        return replace(figures, calls=figures.calls + asked)
    figures = yield from part_of(measuring, 0, 2)
    figures = replace(figures, calls=figures.calls + asked)
    return (yield from part_of(scrambled_steps(explainer, explanation, entry, figures), 1, 2))


def scrambled_steps(
    explainer: GridExplainer, explanation: Explanation, entry: Entry, figures: Faithfulness
) -> Generator[Progress, None, Faithfulness]:
    """Add to the figures what scrambled weights do to the map; a note where they cannot be had."""
    try:
        found = yield from scrambling_steps(explainer, explanation, entry)
    except MethodError as error:
        return replace(figures, notes=(*figures.notes, str(error)))
    return replace(
        figures,
        randomised=found.similarity,
        calls=figures.calls + found.calls,
        notes=(*figures.notes, *found.notes),
    )


def scrambling_steps(
    explainer: GridExplainer, explanation: Explanation, entry: Entry, stages: int = 4
) -> Generator[Progress, None, Randomisation]:
    """Make an explanation again with the model's weights scrambled, layer by layer.

    Raises
    ------
    MethodError
        The model is closed, or cannot be copied, or what the map was made with is not known.
    """
    if explanation.settings.get("background") and entry.options.background is None:
        raise MethodError(
            "This map was made with a background of pictures, which an explanation does not keep. "
            "explainer.compare(…, randomise=True) scrambles the weights where it is at hand."
        )
    run = run_of(explainer, explanation, fill_of(explainer, explanation))
    if run.classifier.output is None:  # it is found out by the first answer
        yield from asked_about(run)
    target, score, seed = explanation.target, explanation.score, explanation.settings.get("seed", 0)

    def again(classifier: Classifier) -> Generator[Progress, None, tuple[NDArray[np.float32], int]]:
        scrambled = Run(classifier, run.picture, run.masker, explainer.batch_size)
        found = yield from attribute(scrambled, target, entry, score, seed)
        made = Explanation.of(scrambled, target, score, {}, attribution=found)
        return made.values, made.cost.forward

    return (yield from randomisation_steps(run, explanation.values, again, stages, explainer.seed))


def run_of(explainer: GridExplainer, explanation: Explanation, fill: FillLike | None = None) -> Run:
    """Set up the hiding of cells of an explained picture, by a fill or by the explainer's own.

    Raises
    ------
    TypeError
        It is no explanation.
    ValueError
        Its picture does not fit the model.
    """
    if not isinstance(explanation, Explanation):
        raise TypeError(f"{type(explanation).__name__} is no Explanation, such as explain() gives.")
    wanted = explainer.classifier.input_shape
    given = explanation.pixels.shape
    if any(want not in {None, have} for want, have in zip(wanted, given, strict=True)):
        raise ValueError(
            f"The explanation's picture is {given}, and {explainer.classifier.name} takes "
            f"{wanted}: it is another model's."
        )
    chosen = explainer.fill if fill is None else parse_fill(fill, explainer.seed)
    masker = Masker(explanation.pixels, explanation.grid, chosen)
    picture = read_picture(explanation.picture)
    return Run(explainer.classifier, picture, masker, explainer.batch_size)


def fill_of(explainer: GridExplainer, explanation: Explanation) -> Fill:
    """Find the fill that an explanation was made with.

    Raises
    ------
    MethodError
        It was one of the user's own, and is not the explainer's.
    """
    if explainer.fill.name == explanation.fill:
        return explainer.fill
    try:
        return parse_fill(explanation.fill, explanation.settings.get("seed", 0))
    except ValueError as error:
        raise MethodError(
            f"This map was made with the fill {explanation.fill!r}, which the explainer does not "
            "have: GridExplainer(…, fill=…)."
        ) from error


def entry_of(explanation: Explanation) -> Entry:
    """Read off an explanation how it was made; of a background only the number is kept."""
    said = {name: explanation.settings.get(name) for name in ("layer", "samples", "channels")}
    method = parse_method(explanation.method)
    return Entry(method, parse_options(method, **said))
