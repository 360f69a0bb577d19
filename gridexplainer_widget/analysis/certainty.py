"""Hide each cell alone in several ways, to see whether they agree."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.core.errors import ModelChangedError
from gridexplainer_widget.core.fills import Fill, parse_fill
from gridexplainer_widget.core.hardly_changed import hardly_changed
from gridexplainer_widget.core.patch_fill import photograph_fill
from gridexplainer_widget.core.picture import PictureLike, read_picture, to_uint8
from gridexplainer_widget.core.progress import Progress
from gridexplainer_widget.core.scores import Answers
from gridexplainer_widget.inference.run import Run
from gridexplainer_widget.results.data.certainty import Certainty
from gridexplainer_widget.results.explanation import Explanation

from .audit import Audit, run_with
from .setup import Setup

Patches: TypeAlias = "PictureLike | Sequence[PictureLike] | None"
"""Photographs: a picture, several, or None for pieces of the explained one."""

FILLS: Final = ("picture-mean", "gray", "blur", "noise")

PATCHES: Final = 4
"""Natural patches: of photographs, if any are given, else of the picture itself."""

WAYS: Final = (*FILLS, *(f"patches {number + 1}" for number in range(PATCHES)))
"""To hide a cell, unless photographs are given."""

PHOTOGRAPH: Final = "photograph"

MANY: Final = 4
"""Dimensions of an array of several pictures."""

PARTS: Final = 4
"""The cells are asked about part by part, those first that the map says most of."""

LEAST_PART: Final = 16


@dataclass(frozen=True)
class Estimate:
    """What asking costs at most, before it begins; seconds are None where no rate is known."""

    calls: int
    seconds: float | None


class CertaintyWork:
    """Asks what it takes to be sure of an explanation's cells; may stop at any step and go on.

    What the explanation knows of a way is not asked again.

    Parameters
    ----------
    patches : picture or sequence of pictures, optional
        Photographs, of which the first four lend the places of hidden cells.

    Raises
    ------
    TypeError, ValueError
        It is no `Explanation`, or not of this model; or a photograph is no picture.
    """

    def __init__(self, setup: Setup, explanation: Explanation, patches: Patches = None) -> None:
        if not isinstance(explanation, Explanation):
            raise TypeError(
                f"{type(explanation).__name__} is no Explanation, such as explain() gives."
            )
        self._explanation = explanation
        fills = _fills(explanation, setup.seed, patches)
        self._ways = tuple(fills)
        self._runs = [run_with(setup, explanation, fill, setup.engine) for fill in fills.values()]
        self._tells = np.stack([_tells(run) for run in self._runs])
        self._known = [_rows(_known(explanation, way)) for way in fills]
        before = explanation.certainty
        self._cost = (before.calls, before.seconds) if before else (0, 0.0)
        self._taken = 0
        self._found: tuple[int, Certainty] | None = None

    @property
    def begun(self) -> bool:
        """Whether the model was asked anything."""
        return any(run.calls for run in self._runs)

    @property
    def estimate(self) -> Estimate:
        """What is left to ask."""
        return _estimate(self._explanation, [_lacking(known) for known in self._known])

    @property
    def certainty(self) -> Certainty:
        """What is known so far."""
        taken = self._taken
        if self._found is None or self._found[0] != taken:
            self._found = taken, self._made()
        return self._found[1]

    def _made(self) -> Certainty:
        explanation = self._explanation
        nothing = np.full((len(self._ways), *explanation.vectors.shape), np.nan, np.float32)
        answers = Answers(nothing, nothing.copy())
        for way, known in enumerate(self._known):
            for cell, answer in enumerate(known):
                if answer is not None:
                    at = way, *explanation.grid.position(cell)
                    answers.vectors[at], answers.log_odds[at] = answer
        calls, seconds = self._cost
        return Certainty(
            ways=self._ways,
            answers=answers,
            tells=self._tells.copy(),
            whole=explanation.whole,
            target=explanation.target,
            contrast=explanation.contrast,
            labels=explanation.labels,
            output=str(explanation.settings.get("output")),
            unit=str(explanation.settings.get("unit", "")),
            calls=calls + sum(run.calls for run in self._runs),
            seconds=seconds + sum(run.seconds for run in self._runs),
        )

    def steps(self) -> Iterator[Progress]:
        """Ask part by part; yield pictures given to the model, and how many there are in all.

        Raises
        ------
        ModelChangedError, ValueError
            The explanation is of the model as it was before, or of another.
        ClassifierError
            The model gave NaN or infinity.
        """
        begun = sum(run.calls for run in self._runs)
        total = self.estimate.calls + begun
        needed = [run for run, known in zip(self._runs, self._known, strict=True) if None in known]
        for _ in Audit(needed).begin(self._explanation):
            yield sum(run.calls for run in self._runs), total
        for part in self._parts():
            for run, known in zip(self._runs, self._known, strict=True):
                wanted = [cell for cell in part if known[cell] is None]
                for _ in run.ask([(cell,) for cell in wanted]):
                    self._take(known, run, wanted)
                    yield sum(run.calls for run in self._runs), total

    def _parts(self) -> Iterator[list[int]]:
        order = np.argsort(-np.abs(self._explanation.values.ravel()), kind="stable").tolist()
        size = max(LEAST_PART, -(-len(order) // PARTS))
        for start in range(0, len(order), size):
            yield order[start : start + size]

    def _take(self, known: list[Answers | None], run: Run, cells: Sequence[int]) -> None:
        """Keep what a run has found, answer by answer: another thread may be reading."""
        for cell in cells:
            known[cell] = known[cell] or run.cached_answer((cell,))
        self._taken += 1


def estimate_of(explanation: Explanation) -> Estimate:
    """Tell what asking about an explanation would cost, before any work."""
    lacking = [_lacks(_known(explanation, way)) for way in WAYS]
    return _estimate(explanation, [int(lacks.sum()) for lacks in lacking])


def certainty_steps(
    work: CertaintyWork, on_result: Callable[[Certainty], object]
) -> Generator[Progress, None, Certainty]:
    """Take all steps; `on_result` takes what is known, also where they end early.

    Of a model that has changed, nothing is kept.
    """
    try:
        yield from work.steps()
    except ModelChangedError:
        raise
    except BaseException:
        if work.begun:
            on_result(work.certainty)
        raise
    found = work.certainty
    on_result(found)
    return found


def _fills(explanation: Explanation, seed: int, patches: Patches) -> dict[str, Fill]:
    """Return the ways to hide a cell, by name."""
    seed = explanation.settings.get("seed", seed)
    shape = explanation.pixels.shape
    fills = {name: parse_fill(name, seed) for name in FILLS}
    for number, photograph in enumerate(_pictures(patches)[:PATCHES], 1):
        name = f"{PHOTOGRAPH} {number}"
        fills[name] = Fill(name, whole=photograph_fill(read_picture(photograph).fitted(*shape)))
    for number in range(len(FILLS) + PATCHES - len(fills)):
        fills[f"patches {number + 1}"] = parse_fill("patches", seed + number)
    return fills


def _pictures(patches: Any) -> Sequence[PictureLike]:
    """Return the photographs; one alone may come without a list."""
    if patches is None:
        return ()
    several = isinstance(patches, (list, tuple)) or np.ndim(patches) == MANY
    return tuple(patches) if several else (patches,)


def _known(explanation: Explanation, way: str) -> Answers:
    """Return what an explanation knows of a way, (rows, columns, classes); NaN where nothing."""
    before = explanation.certainty
    if before is not None and way in before.ways and not way.startswith(PHOTOGRAPH):
        return before.answers.at(before.ways.index(way))
    made = {"patches": "patches 1"}.get(explanation.fill, explanation.fill)
    if explanation.attribution is None and way == made:
        return explanation.answers
    return Answers.without_logits(np.full_like(explanation.vectors, np.nan))


def _lacks(answers: Answers) -> NDArray[np.bool_]:
    return np.asarray(np.isnan(answers.vectors[..., 0]))


def _rows(answers: Answers) -> list[Answers | None]:
    """Return what is known of each cell; None where nothing."""
    places = np.ndenumerate(_lacks(answers))
    return [None if lacks else answers.at(place) for place, lacks in places]


def _lacking(known: Sequence[Answers | None]) -> int:
    return sum(answer is None for answer in known)


def _estimate(explanation: Explanation, lacking: Sequence[int]) -> Estimate:
    """Count what is lacking, and the whole picture for each way; take the explanation's rate."""
    calls = sum(count + (count > 0) for count in lacking)
    cost = explanation.cost
    asked = cost.forward + cost.backward
    return Estimate(calls, cost.seconds / asked * calls if asked and cost.seconds else None)


def _tells(run: Run) -> NDArray[np.bool_]:
    masker = run.masker
    hidden = to_uint8(masker.masked(range(len(masker.grid))))
    return ~hardly_changed(masker.seen, hidden, masker.grid)
