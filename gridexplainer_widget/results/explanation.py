"""An explanation, as the user holds it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gridexplainer_widget.attribution.attribution import Attribution
from gridexplainer_widget.classifiers.checks.preflight import Preflight
from gridexplainer_widget.classifiers.labels import find_contrast
from gridexplainer_widget.core.handfuls import Handfuls
from gridexplainer_widget.core.scores import Score
from gridexplainer_widget.core.shown import quoted, shown
from gridexplainer_widget.inference.run import Run
from gridexplainer_widget.inference.together import handfuls_of
from gridexplainer_widget.methods.attribute import target_of
from gridexplainer_widget.results.data.certainty import Certainty
from gridexplainer_widget.results.data.minimal_sets import MinimalSets

from .comparison_data import ComparisonData
from .explanation_data import ExplanationData
from .headline import headline_text, strongest_text
from .notes import all_notes, is_saturated

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from typing_extensions import Self

    from .faithfulness import Faithfulness


class ExplanationError(RuntimeError):
    """The model failed on the way.

    Attributes
    ----------
    explanation : Explanation or None
        What was scored; None if not even the whole picture was.
    """

    def __init__(self, message: str, explanation: Explanation | None) -> None:
        super().__init__(message)
        self.explanation = explanation


@dataclass(frozen=True, eq=False, repr=False)
class Explanation(ExplanationData):
    """What each cell contributes to the classifier's answer, by any method.

    Fields and numbers are those of :class:`~.explanation_data.ExplanationData`.
    """

    @classmethod
    def of(  # noqa: PLR0913, PLR0917 - a run, the target, and what else is known
        cls,
        run: Run,
        target: int | str | None,
        score: Score,
        settings: Mapping[str, Any],
        checked: Preflight | None = None,
        attribution: Attribution | None = None,
        contrast: int | str | None = None,
    ) -> Explanation:
        """Freeze a run's scores so far, or another method's result.

        The target is an index or a label; None is the most probable class. So is the contrast, of
        which None is all others.

        Raises
        ------
        ValueError
            Nothing has been scored, or there is no such class.
        """
        index = target_of(run, target)
        if run.baseline is None or run.vectors is None:  # for types: target_of has raised
            raise ValueError("Nothing has been scored yet.")
        labels = run.classifier.names(len(run.baseline))
        vectors, log_odds, failed = run.vectors, run.log_odds, run.failed
        if attribution is not None:  # the run did not hide single cells
            vectors, failed = np.full_like(vectors, np.nan), np.zeros_like(failed)
            log_odds = vectors
        return cls(
            picture=run.picture.displayed,
            pixels=run.masker.pixels.view(),
            replacement=run.masker.replacement,
            grid=run.grid,
            vectors=vectors.reshape(*run.grid.shape, -1).copy(),
            failed=failed.reshape(run.grid.shape).copy(),
            baseline_vector=run.baseline.copy(),
            log_odds=log_odds.reshape(*run.grid.shape, -1).copy(),
            baseline_log_odds=run.baseline_log_odds.copy(),
            target=index,
            contrast=find_contrast(contrast, index, labels, run.classifier.output),
            labels=labels,
            score=score,
            fill=run.masker.fill.name,
            model=run.classifier.name,
            preprocessing=run.classifier.preprocessing.description,
            seconds=run.seconds if attribution is None else attribution.cost.seconds,
            settings={
                **settings,
                "output": run.classifier.output,
                "batch_size": run.given_batch_size,
            },
            checked=checked,
            attribution=attribution,
            handfuls=_kept_handfuls(run, attribution),
            emptied=run.cached_probabilities(range(len(run.grid))),
        )

    @property
    def saturated(self) -> bool:
        """Whether every drop is near 0 because the probability is near 1; try log-odds."""
        return is_saturated(self)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of the numbers should know, a sentence each."""
        return all_notes(self)

    def with_minimal_sets(self, sets: MinimalSets | None) -> Explanation:
        """Return the explanation with the sets that :meth:`GridExplainer.minimal_sets` found.

        Raises
        ------
        ValueError
            They are of another class.
        """
        if sets is not None and sets.target != self.target:
            raise ValueError(
                f"These sets are of {quoted(sets.label)}, and the explanation of "
                f"{quoted(self.label)}: explanation.for_target({quoted(sets.label)}) fits."
            )
        return replace(self, minimal_sets=sets)

    def with_certainty(self, certainty: Certainty | None) -> Self:
        """Return the explanation with what :meth:`GridExplainer.certainty` found, or without."""
        return replace(self, certainty=certainty)

    def to_shap(self) -> Any:
        """Return a `shap.Explanation` of the pixels, for ``shap.image_plot``.

        Returns
        -------
        shap.Explanation
            values: float64 (1, height, width, 3, 1), NaN where not scored; data: uint8
            (1, height, width, 3); output_names: the target's label. The value of a cell is
            spread evenly over pixels and channels.

        Raises
        ------
        ImportError
            SHAP is missing.
        """
        from .export import to_shap  # noqa: PLC0415 - rarely used

        return to_shap(self)

    def to_dataframe(self) -> Any:
        """Return a pandas table with a row for each cell.

        Returns
        -------
        pandas.DataFrame
            row, column, top, left, bottom, right (pixels of the model's
            input, the last two exclusive), value; with occlusion also the
            probability with the cell hidden, or, of a model that returns values, hidden: its value;
            contrast: the probability of the class that the target is held against; and where
            handfuls were hidden, alone and together: both maps. With certainty:
            certainty (1 sure for, −1 sure against, 0 not known), low, high, and what hiding by each
            way takes, in log-odds or the model's unit.

        Raises
        ------
        ImportError
            pandas is missing.
        """
        from .export import explanation_table  # noqa: PLC0415 - rarely used

        return explanation_table(self)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write everything to one ``.npz`` file (arrays and JSON, no pickle).

        Returns
        -------
        Path
            Where it was written; ``.npz`` is added if missing.
        """
        from .archive import save  # noqa: PLC0415 - rarely used

        return save(self, path)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Explanation:
        """Read what :meth:`save` or :meth:`report` wrote; nothing in the file is executed.

        Raises
        ------
        FileNotFoundError
            There is no such file.
        ValueError
            It is no explanation, damaged, or takes more than 512 MiB in memory.
        """
        from .archive import load  # noqa: PLC0415 - rarely used

        return cls(**load(path))

    def to_html(self, path: str | os.PathLike[str] | None = None) -> str | Path:
        """Make one HTML file: the widget without kernel or network.

        For methods other than occlusion, a comparison's page with one map. Pictures of hidden
        cells are lossless up to 384 KB, else JPEG of quality 80.

        Parameters
        ----------
        path : path, optional
            Where to write it.

        Returns
        -------
        str or Path
            The HTML, or `path`.
        """
        if self.attribution is not None:
            from gridexplainer_widget.wire.document import written  # noqa: PLC0415 - rarely used

            from .comparison_page import comparison_page  # noqa: PLC0415 - rarely used

            return written(comparison_page(ComparisonData((self,))), path)
        from .page import to_html  # noqa: PLC0415 - rarely used

        return to_html(self, path)

    def report(
        self,
        path: str | os.PathLike[str] | None = None,
        *,
        audit: Faithfulness | None = None,
        comparison: ComparisonData[Any] | None = None,
    ) -> str | Path:
        """Write a page for the file, of what is known; the model is asked nothing (docs/report.md).

        `audit` and `comparison` are what :meth:`GridExplainer.faithfulness` and
        :meth:`~GridExplainer.compare` gave; :meth:`GridExplainer.report` does all at once.
        """
        from gridexplainer_widget.wire.document import written  # noqa: PLC0415 - rarely used

        from .report import report_html  # noqa: PLC0415 - rarely used

        return written(report_html(self, audit, comparison), path)

    def plot(self, ax: Axes | None = None, style: str = "signed") -> Figure:
        """Draw the explanation; see :func:`gridexplainer_widget.results.plot.plot`."""
        from .plot import plot  # noqa: PLC0415 - Matplotlib is slow to import

        return plot(self, ax=ax, style=style)

    def _repr_png_(self) -> bytes:
        from .plot import figure_png  # noqa: PLC0415 - Matplotlib is slow to import

        return figure_png(self.plot())

    def __str__(self) -> str:
        summary = (
            f"{shown(self.label)}{self.rather}: {self.baseline_text} on the whole picture; "
            f"{self.title}: "
            f"{self.native}; {strongest_text(self)}. "
            f"Preprocessing: {self.preprocessing}."
        )
        return "\n".join([headline_text(self), summary, *self.notes])

    def __repr__(self) -> str:
        notes = "".join(f"\n  {note}" for note in self.notes)
        how = f"fill={self.fill!r}" if self.attribution is None else f"method={self.method!r}"
        return (
            f"Explanation({quoted(self.label)}{self.rather} {self.baseline_text}, "
            f"{self.grid.rows}×{self.grid.columns}, {how}, score={self.score!r}, "
            f"model={self.model!r}, preprocessing={self.preprocessing!r}){notes}"
        )


def _kept_handfuls(run: Run, attribution: Attribution | None) -> Handfuls | None:
    """Return a run's handfuls; with another method, those that tell what it foretells."""
    handfuls = handfuls_of(run)
    if handfuls is None or attribution is None:
        return handfuls
    return handfuls.kept_out if handfuls.probes.any() else None
