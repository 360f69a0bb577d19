"""Compute a case again, and say whether it is the same, and where not."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from gridexplainer_widget.analysis.setup import Setup
from gridexplainer_widget.classifiers.preprocessing import Preprocessing, PreprocessLike
from gridexplainer_widget.core.errors import named
from gridexplainer_widget.core.fills import FillLike
from gridexplainer_widget.core.origin.digests import files_digest
from gridexplainer_widget.core.picture import Picture, PictureLike, read_picture
from gridexplainer_widget.inference.run import Run
from gridexplainer_widget.inference.witness import KEPT_ROUNDING, apart
from gridexplainer_widget.results.case.origin import FUNCTION, Origin, pixels_digest
from gridexplainer_widget.results.case.read import CasePage, read_case
from gridexplainer_widget.results.case.verification import Finding, Verification
from gridexplainer_widget.results.explanation import Explanation

from .ask_again import asked_again, fill_again
from .map_difference import differing_cells, map_finding, tolerance_of

DECODED: Final = 2.0
"""Of 255: by what another decoder or scaler may round the pixels of the same file."""


def verify(
    page: str | os.PathLike[str],
    model: Any,
    picture: PictureLike,
    *,
    preprocess: PreprocessLike = None,
    fill: FillLike | None = None,
) -> Verification:
    """Compute what a report records again, and say whether it is the same, and where not.

    Nothing in the page is run. What is compared: the page with its own digest, the picture's file,
    the model's input, the model's file and weights, and every number of the map, and of the
    smallest sets. Two numbers are the same that differ by less than a hundredth of the map's
    largest: another machine, batch or engine rounds otherwise.

    Parameters
    ----------
    page : path
        What :meth:`Explanation.report` wrote.
    model : model or path
        As for :class:`GridExplainer`.
    picture : picture
        As for :meth:`GridExplainer.explain`.
    preprocess : str or callable, optional
        By default as recorded. A function of your own is not on the page: give it here.
    fill : fill, optional
        By default as recorded; a fill of your own is not on the page.

    Raises
    ------
    FileNotFoundError
        There is no such page or picture.
    ValueError
        It is no page that was written by a report, or no picture.
    """
    case, explanation = read_case(page), Explanation.load(page)
    pictured = read_picture(picture)
    origin = Origin(explanation.settings)
    findings = [_page(case), *_picture(explanation, origin, pictured)]
    verification = _Again(explanation, origin, model, preprocess, fill)
    try:
        now, more = verification.asked(pictured)
    except Exception as error:  # noqa: BLE001 - the model is anybody's
        failed = Finding("map", "not known", f"it could not be computed again: {named(error)}")
        return _made(case, [*findings, *_model_file(origin, model), failed], explanation, None)
    return _made(case, [*findings, *more], explanation, now)


@dataclass(frozen=True)
class _Again:
    """A case's question, to be asked of a model."""

    explanation: Explanation
    origin: Origin
    model: Any
    preprocess: PreprocessLike
    fill: FillLike | None

    def asked(self, picture: Picture) -> tuple[Explanation, list[Finding]]:
        """Ask the model; return what it says, and what was compared."""
        explanation, settings = self.explanation, self.explanation.settings
        setup = Setup(
            self.model,
            explanation.grid.shape,
            score=explanation.score if explanation.contrast is None else "probability",
            preprocess=self._preprocess(),
            labels=explanation.labels,
            output=settings.get("output"),
            unit=str(settings.get("unit", "")),
            output_index=settings.get("output_index"),
            input_shape=explanation.pixels.shape,
            seed=settings.get("seed", 0),
        )
        run = setup.start_run(picture, fill=fill_again(setup, explanation, self.fill))
        now, more = asked_again(setup, run, explanation)
        compared = [*self._model(setup, run), self._preprocessing(setup)]
        return now, [_input(explanation, run, self._allowed(picture)), *compared, *more]

    def _allowed(self, picture: Picture) -> float:
        """Return by how much pixels may differ: only those of the same file."""
        recorded = self.origin.digest("picture file")
        return DECODED if recorded and recorded == picture.file_digest else 0.0

    def _preprocess(self) -> PreprocessLike:
        recorded = self.origin.preprocess
        if self.preprocess is not None:
            return self.preprocess
        if recorded is None or recorded == FUNCTION:
            return "auto"
        scale, offset, bgr = recorded
        factors, added = tuple(map(float, scale)), tuple(map(float, offset))
        if not all(0 < len(one) <= 4 and np.isfinite(one).all() for one in (factors, added)):
            raise ValueError("the recorded preprocessing is none")
        return Preprocessing(self.explanation.preprocessing, factors, added, bgr is True)

    def _preprocessing(self, setup: Setup) -> Finding:
        recorded, found = self.origin.preprocess, setup.classifier.preprocessing
        if recorded is None or recorded == FUNCTION:
            told = f"the page holds its name alone; used was: {found.description}"
            return Finding("preprocessing", "not recorded", told)
        same = found.record == recorded
        return _same("preprocessing", found.description, same=same)

    def _model(self, setup: Setup, run: Run) -> Iterator[Finding]:
        yield _digests("model's file", self.origin.digest("model file"), setup.model_file)
        weights = self.origin.digest("weights")
        yield _digests("model's weights", weights, run.weights_digest())


def _model_file(origin: Origin, model: Any) -> Iterator[Finding]:
    """Compare the file of a model that could not be asked."""
    if isinstance(model, (str, os.PathLike)) and Path(model).exists():
        yield _digests("model's file", origin.digest("model file"), files_digest(model))


def _page(case: CasePage) -> Finding:
    told = "as it was written" if case.is_as_written else "changed since it was written"
    data = case.facts.get("data") == case.data_digest
    told += "" if data else "; the data are not those that it names"
    return _same("page", told, same=case.is_as_written and data)


def _picture(explanation: Explanation, origin: Origin, picture: Picture) -> Iterator[Finding]:
    yield _digests("picture's file", origin.digest("picture file"), picture.file_digest)
    shape = explanation.settings.get("picture_size")
    if shape is not None and list(shape) != list(picture.size):
        yield Finding("picture's size", "differs", f"{picture.size}, and recorded is {shape}")


def _input(explanation: Explanation, run: Run, allowed: float) -> Finding:
    """Compare what the model is given."""
    before, now = explanation.pixels, run.masker.pixels
    if before.shape != now.shape:
        return Finding("model's input", "differs", f"{now.shape}, and recorded is {before.shape}")
    if pixels_digest(before) == pixels_digest(now):
        return Finding("model's input", "same", "every pixel")
    most, share = float(np.abs(before - now).max()), float((before != now).any(axis=-1).mean())
    told = f"{share:.1%} of the pixels differ, by {most:.3g} of 255 at most"
    if most <= allowed:
        told += ": the same file, decoded otherwise"
    return _same("model's input", told, same=most <= allowed)


def _digests(what: str, recorded: str, now: str) -> Finding:
    if not recorded:
        return Finding(what, "not recorded", "the page holds no digest of it")
    if not now:
        told = f"recorded is {recorded[:12]}…, and what was given has no digest to compare"
        return Finding(what, "not known", told)
    if recorded == now:
        return Finding(what, "same", f"{now[:12]}…")
    return Finding(what, "differs", f"{now[:12]}…, and recorded is {recorded[:12]}…")


def _same(what: str, told: str, *, same: bool) -> Finding:
    return Finding(what, "same" if same else "differs", told)


def _made(
    case: CasePage, findings: list[Finding], explanation: Explanation, now: Explanation | None
) -> Verification:
    if now is not None:
        off = apart(explanation.whole, now.whole)
        answers = f"{now.baseline_text}, and recorded is {explanation.baseline_text}"
        findings.append(_same("answer", answers, same=off <= KEPT_ROUNDING))
        findings.append(map_finding(explanation, now))
    cells = () if now is None else tuple(differing_cells(explanation, now))
    tolerance = tolerance_of(explanation)
    return Verification(tuple(findings), cells, tolerance, case.digest, case.data_digest)
