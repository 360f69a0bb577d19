"""Maps of one run by other methods, and audits of what is shown; each is made once."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gridexplainer_widget.analysis.audit import Audit, audit_of, audit_steps
from gridexplainer_widget.analysis.explain import apart_steps
from gridexplainer_widget.analysis.setup import Setup
from gridexplainer_widget.core.progress import Progress
from gridexplainer_widget.core.scores import Score
from gridexplainer_widget.inference.run import Run
from gridexplainer_widget.methods.requests import MethodRequest
from gridexplainer_widget.results.explanation import Explanation
from gridexplainer_widget.results.faithfulness import Faithfulness


@dataclass(frozen=True)
class MethodQuestion:
    """What another method is asked."""

    request: MethodRequest
    target: int
    contrast: int | None
    score: Score

    @property
    def key(self) -> tuple[Any, ...]:
        """Equal for equal questions."""
        name, options = self.request.method.name, self.request.options_text
        return name, options, self.target, self.contrast, self.score


@dataclass
class MethodMaps:
    """What was made of one run; the run itself is not held."""

    setup: Setup
    _maps: dict[tuple[Any, ...], Explanation] = field(default_factory=dict)
    _audits: dict[tuple[Any, ...], Faithfulness] = field(default_factory=dict)
    _audit: Audit | None = None

    def map(self, question: MethodQuestion) -> Explanation | None:
        """Return a finished map."""
        return self._maps.get(question.key)

    def explain(self, run: Run, question: MethodQuestion) -> Generator[Progress, None, None]:
        """Make a map, unless it is there."""
        if question.key in self._maps:
            return
        asked = question.target, question.request, question.contrast, question.score
        self._maps[question.key] = yield from apart_steps(self.setup, run, *asked)

    def audited(self, explanation: Explanation) -> Faithfulness | None:
        """Return the audit of a map, if there is one."""
        return self._audits.get(_key(explanation))

    def audit(self, explanation: Explanation) -> Generator[Progress, None, None]:
        """Audit a map, unless that was done."""
        key = _key(explanation)
        if key in self._audits:
            return
        self._audit = self._audit or audit_of(self.setup, explanation)
        self._audits[key] = yield from audit_steps(
            self.setup, self._audit, explanation, explanation.request
        )


def _key(explanation: Explanation) -> tuple[Any, ...]:
    values = np.ascontiguousarray(explanation.values).tobytes()
    return explanation.method, values, explanation.target, explanation.contrast
