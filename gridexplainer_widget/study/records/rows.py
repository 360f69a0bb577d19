"""The heart of a study: pictures in, rows out; nothing here knows of files or processes."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from gridexplainer_widget.analysis.audit import Audit, audit_of, audit_steps
from gridexplainer_widget.analysis.certainty import CertaintyWork, certainty_steps
from gridexplainer_widget.analysis.explain import explanation_steps, failure_reason
from gridexplainer_widget.analysis.object_mask import fit_mask, on_mask
from gridexplainer_widget.analysis.setup import Setup
from gridexplainer_widget.classifiers.classifier import top_classes
from gridexplainer_widget.classifiers.labels import find_class
from gridexplainer_widget.core.errors import MethodError, ModelChangedError
from gridexplainer_widget.core.picture import Picture
from gridexplainer_widget.core.progress import drain
from gridexplainer_widget.inference.run import Run
from gridexplainer_widget.inference.set_answers import SetAnswers
from gridexplainer_widget.methods.attribute import ensure_baseline, target_of
from gridexplainer_widget.methods.requests import MethodRequest
from gridexplainer_widget.results.explanation import Explanation
from gridexplainer_widget.results.faithfulness import Faithfulness

from .figures import border_share, corner_share, evenness
from .pixel_maps import packed
from .plan import PIXELS, Plan
from .reading import Item, read_item
from .schema import TOP, table_of
from .sources import Source

Row = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """Who answers, as rows tell it.

    Parameters
    ----------
    weights, configuration : str
        Digests; see :mod:`~.identity`.
    """

    weights: str
    configuration: str

    @property
    def row(self) -> Row:
        """The columns of each row."""
        return {"weights": self.weights, "configuration": self.configuration}


def records_of(setup: Setup, plan: Plan, asked: Asked, sources: Iterable[Source]) -> Any:
    """Explain a batch of pictures; return an Arrow table, a row for each target and method.

    Any engine can run it: it keeps nothing and writes nothing.

    Raises
    ------
    ModelChangedError
        The model has changed on the way.
    Exception
        Of a picture, with ``on_error="raise"``.
    """
    rows = [row for source in sources for row in rows_of(setup, plan, asked, read_item(source))]
    return table_of(rows, setup.grid_size, plan.more)


def rows_of(setup: Setup, plan: Plan, asked: Asked, item: Item) -> list[Row]:
    """Explain a picture; what goes wrong is a row with its error, unless the plan says "raise"."""
    try:
        found = list(_Explained(setup, plan, item).rows())
    except ModelChangedError:
        raise
    except Exception as error:
        if plan.on_error == "raise":
            raise _named_after(item, error) from error
        return error_rows(asked, item, item.error or failure_reason(error))
    common = _common(asked, item)
    return [{**common, **row} for row in found]


def error_rows(asked: Asked, item: Item, error: str) -> list[Row]:
    """Write down that a picture failed; the next run tries again."""
    return [{**_common(asked, item), "error": error, "retry": True}]


def _common(asked: Asked, item: Item) -> Row:
    return {**_row_of_item(item), **asked.row, "retry": False, "written": time.time_ns()}


@dataclass
class _Explained:
    """A picture on its way: what its methods share."""

    setup: Setup
    plan: Plan
    item: Item
    audit: Audit | None = None
    known: SetAnswers | None = field(default=None)

    def rows(self) -> Iterator[Row]:
        said: Row = {}
        for request in self.plan.methods:
            run, found = self._start(), list[Row]()
            try:
                found.extend(self._by_method(run, request))
            except ModelChangedError:
                raise
            except Exception as error:
                if self.plan.on_error == "raise":
                    raise
                failed = {"error": failure_reason(error), "retry": _may_pass(error)}
                found.append({"method": request.title, **failed})
            said = said or self._answer(run)
            yield from ({**said, **row} for row in found)

    @property
    def picture(self) -> Picture:
        if self.item.picture is None:
            raise ValueError(self.item.error)
        return self.item.picture

    def _answer(self, run: Run) -> Row:
        """Tell the answer about the whole picture; it mostly came with the first cells."""
        drain(ensure_baseline(run))
        baseline = _baseline(run)
        labels = run.classifier.names(len(baseline))
        given = self.item.source.label
        truth = None if given is None else find_class(given, labels)
        return _row_of_answer(baseline, labels, target_of(run, None), truth, run)

    def _start(self) -> Run:
        run = self.setup.start_run(self.picture)
        if self.known is not None:
            run.set_answers.adopt(self.known)
        return run

    def _by_method(self, run: Run, request: MethodRequest) -> Iterator[Row]:
        before: Explanation | None = None
        for target in self._targets():
            if before is not None and self._truth(before.labels) == before.target:
                continue  # the label is the answer
            if before is not None and target is not None and request.method.explain is None:
                explanation = before.for_target(target)  # the run keeps whole vectors: no call
                cost = {"calls": 0, "seconds": 0.0}
            else:
                run = run if before is None else self._start()
                steps = explanation_steps(self.setup, run, target, request)
                explanation = drain(steps)
                self.known = self.known or run.set_answers
                cost = {}
            truth = self._truth(explanation.labels)
            yield {
                "method": request.title,
                "of_predicted": explanation.target == target_of(run, None),
                "of_label": None if truth is None else explanation.target == truth,
                **_row_of_map(explanation),
                **cost,
                **self._judged(explanation, run, request),
                **self._sure(explanation, request),
                **({PIXELS: packed(explanation)} if self.plan.pixels else {}),
            }
            before = explanation

    def _targets(self) -> list[int | str | None]:
        """List what to explain, None being the answer; classes are found once there is one."""
        if self.plan.targets == "predicted":
            return [None]
        truth = self.item.source.label
        if truth is None:
            raise ValueError(
                f"targets={self.plan.targets!r} explains the label, and the picture has none: give "
                "tuples (picture, label)."
            )
        return [truth] if self.plan.targets == "label" else [None, truth]

    def _truth(self, labels: tuple[str, ...]) -> int | None:
        given = self.item.source.label
        return None if given is None else find_class(given, labels)

    def _sure(self, explanation: Explanation, request: MethodRequest) -> Row:
        """Count the cells of which one can be sure; they are hidden alone, as in occlusion."""
        if not self.plan.certainty or request.method.explain is not None:
            return {}
        work = CertaintyWork(self.setup, explanation)
        verdicts = drain(certainty_steps(work, lambda _: None)).verdicts
        return {"sure_for": int((verdicts > 0).sum()), "sure_against": int((verdicts < 0).sum())}

    def _judged(self, explanation: Explanation, run: Run, request: MethodRequest) -> Row:
        mask = self.item.mask
        if self.plan.audit:
            self.audit = self.audit or audit_of(self.setup, explanation)
            steps = audit_steps(self.setup, self.audit, explanation, request, mask=mask)
            return _row_of_audit(drain(steps))
        if mask is None:
            return {}
        found = on_mask(explanation.values, fit_mask(mask, run.grid, self.picture.size), run.grid)
        return {name: getattr(found, name) for name in MASK_COLUMNS}


MASK_COLUMNS = ("inside", "inside_itself", "mask_area", "pointing")


def _may_pass(error: Exception) -> bool:
    """Whether to try again; a method that does not suit the model never will."""
    return not isinstance(error, MethodError)


def _baseline(run: Run) -> Any:
    if run.baseline is None:
        raise ValueError("The model said nothing of the whole picture.")
    return run.baseline


def _row_of_item(item: Item) -> Row:
    label = item.source.label
    size = item.picture.size if item.picture is not None else (None, None)
    return {
        "item": item.item,
        "name": item.source.name,
        "path": item.source.path or None,
        "sha256": item.sha256 or None,
        "seen": item.seen or None,
        "label": None if label is None else str(label),
        "height": size[0],
        "width": size[1],
        "thumbnail": item.thumbnail or None,
    }


def _row_of_answer(
    baseline: Any, labels: tuple[str, ...], predicted: int, truth: int | None, run: Run
) -> Row:
    is_value = run.classifier.quantity.is_value
    top = top_classes(baseline, TOP)
    return {
        "label": None if truth is None else labels[truth],
        "predicted": predicted,
        "predicted_label": labels[predicted],
        "probability": float(baseline[predicted]),
        "correct": None if truth is None or is_value else truth == predicted,
        "top_classes": top,
        "top_labels": [labels[index] for index in top],
        "top_probabilities": [float(baseline[index]) for index in top],
    }


def _row_of_map(explanation: Explanation) -> Row:
    values = explanation.values
    foretold = explanation.foretells
    return {
        "target": explanation.target,
        "target_label": explanation.label,
        "target_probability": explanation.baseline,
        "values": values.ravel().tolist(),
        "map": explanation.map,
        "unit": explanation.unit_text,
        "largest": float(np.nanmax(values)),
        "border_share": border_share(values),
        "corner_share": corner_share(values),
        "evenness": evenness(values),
        "foretells": None if foretold is None else foretold.value,
        "foretells_random": None if foretold is None else foretold.high,
        "calls": explanation.cost.forward,
        "seconds": explanation.cost.seconds,
        "notes": list(explanation.notes),
    }


def _row_of_audit(found: Faithfulness) -> Row:
    chances = [one.chance.srg.high for one in found.under if one.chance]
    return {
        **{name: getattr(found, name) for name in ("deletion", "insertion", "srg")},
        "srg_random": float(np.mean(chances)) if chances else None,
        **{name: getattr(found, name) for name in MASK_COLUMNS},
    }


def _named_after(item: Item, error: Exception) -> Exception:
    """Say which picture failed."""
    return RuntimeError(f"{item.source.name}: {failure_reason(error)}")
