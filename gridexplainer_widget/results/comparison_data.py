"""Several explanations of one picture, and how true each is to the model: the data alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, TypeVar

from gridexplainer_widget.methods.requests import MethodRequest

from .explanation_data import ExplanationData
from .faithfulness import Faithfulness

AnyExplanation = TypeVar("AnyExplanation", bound=ExplanationData)


class Failure(NamedTuple):
    """A map that could not be made, and why."""

    request: MethodRequest
    why: str

    def __str__(self) -> str:
        title = self.request.title
        return self.why if self.why.startswith(title) else f"{title}: {self.why}"


@dataclass(frozen=True, eq=False)
class ComparisonData(Generic[AnyExplanation]):
    """Several methods' maps of one picture and one class.

    Made by :meth:`GridExplainer.compare`.

    Parameters
    ----------
    explanations : tuple of Explanation
        Of the same picture, grid and target.
    figures : tuple of Faithfulness
        One for each of them; empty where nothing was measured.
    failures : tuple of Failure
        What could not be had, and why.
    """

    explanations: tuple[AnyExplanation, ...]
    figures: tuple[Faithfulness, ...] = field(default=(), repr=False)
    failures: tuple[Failure, ...] = ()

    def __len__(self) -> int:
        return len(self.explanations)

    def __iter__(self) -> Iterator[AnyExplanation]:
        return iter(self.explanations)

    def __getitem__(self, method: str) -> AnyExplanation:
        """Return the explanation by a method, or by its title where several have its name.

        Raises
        ------
        KeyError
            There is none.
        """
        for explanation in self.explanations:
            if method in {explanation.title, explanation.method}:
                return explanation
        known = ", ".join(repr(explanation.method) for explanation in self.explanations)
        why = "".join(f" {failure}" for failure in self.failures)
        raise KeyError(f"There is no map by {method!r} here; there is {known}.{why}")

    def to_dataframe(self) -> Any:
        """Return a pandas table with a row for each method.

        Returns
        -------
        pandas.DataFrame
            Its index is the title; columns are method, forward, backward (pictures),
            seconds and, where they were measured, deletion, insertion, srg, randomised,
            pointing, inside, mask_area and audit_calls.

        Raises
        ------
        ImportError
            pandas is missing.
        """
        try:
            import pandas as pd  # noqa: PLC0415 - optional
        except ImportError as error:
            raise ImportError("to_dataframe() needs pandas: pip install pandas.") from error
        rows = [self.row(number) for number in range(len(self))]
        titles = [explanation.title for explanation in self.explanations]
        return pd.DataFrame(rows, index=pd.Index(titles, name="title"))

    def row(self, number: int) -> dict[str, Any]:
        """Return one row of :meth:`to_dataframe`."""
        explanation = self.explanations[number]
        row = {"method": explanation.method, **vars(explanation.cost)}
        if self.figures:
            figures = self.figures[number]
            row |= figures.metrics
            row["mask_area"] = figures.mask_area
            row["audit_calls"] = figures.calls
        return row
