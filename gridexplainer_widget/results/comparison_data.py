"""The data of a comparison."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any, Generic, NamedTuple, TypeVar

from gridexplainer_widget.core.shown import readable
from gridexplainer_widget.methods.requests import MethodRequest

from .data.metrics import best_of
from .explanation_data import ExplanationData
from .faithfulness import Faithfulness

AnyExplanation = TypeVar("AnyExplanation", bound=ExplanationData)


class Failure(NamedTuple):
    """A method that failed, and why."""

    request: MethodRequest
    why: str

    def __str__(self) -> str:
        title = self.request.title
        why = readable(self.why)
        return why if why.startswith(title) else f"{title}: {why}"


@dataclass(frozen=True, eq=False)
class ComparisonData(Generic[AnyExplanation]):
    """Several methods' maps of one picture; see :class:`~.compared.comparison.Comparison`."""

    explanations: tuple[AnyExplanation, ...]
    figures: tuple[Faithfulness, ...] = field(default=(), repr=False)
    failures: tuple[Failure, ...] = ()

    def __len__(self) -> int:
        return len(self.explanations)

    def __iter__(self) -> Iterator[AnyExplanation]:
        return iter(self.explanations)

    def __getitem__(self, method: str) -> AnyExplanation:
        """Return the explanation by its method's name or title, such as "RISE, samples=300".

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

    @property
    def audited(self) -> list[tuple[AnyExplanation, Faithfulness | None]]:
        """Each explanation with its audit, or None."""
        return list(zip_longest(self.explanations, self.figures))

    def row(self, number: int) -> dict[str, Any]:
        """Return one row of :meth:`Comparison.to_dataframe`."""
        explanation, faithfulness = self.audited[number]
        row = {"method": explanation.method, **vars(explanation.cost)}
        if faithfulness:
            row |= faithfulness.metrics
            row["mask_area"] = faithfulness.mask_area
            row["audit_calls"] = faithfulness.calls
            for one in faithfulness.under:
                row[f"srg under {one.fill}"] = one.srg
                row[f"random srg under {one.fill}"] = one.chance.srg.high if one.chance else None
        return row


def told_once(each: Sequence[tuple[str, Sequence[str]]]) -> list[str]:
    """Tell each title's own sentences, then those that all of several have."""
    shared = set.intersection(*(set(told) for _, told in each)) if each else set()
    own = [f"{title}: {one}" for title, told in each for one in told if one not in shared]
    return [*own, *sorted(shared)]


def best_under(figures: Sequence[Faithfulness], fill: str) -> dict[str, float]:
    """Find each metric's best value among maps under a fill; none that random orders reach."""
    under = [one[fill] for one in figures if fill in one.fills]
    if not under or not figures[0].ranks(under[0]):
        return {}
    best = best_of([one.metrics for one in under], figures[0].quantity)
    bands = {name: one.chance.band(name) for one in under[:1] if one.chance for name in best}
    return {
        name: value
        for name, value in best.items()
        if name not in bands or not bands[name].holds(value)
    }
