"""The widget's traits, and what is accepted of those that are written from outside."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import count
from typing import Any

import traitlets as t

from gridexplainer_widget.classifiers.labels import find_class
from gridexplainer_widget.core.fills import NAMES, Fill, parse_fill
from gridexplainer_widget.core.grid import Grid
from gridexplainer_widget.core.scores import SCORES
from gridexplainer_widget.live.base_widget import BaseWidget
from gridexplainer_widget.wire.explorer import (
    COLORMAPS,
    SCALES,
    STATUSES,
    accepted_grid_size,
    accepted_value,
)

from .session import Session


class _Asked(t.Any):
    """A trait that the validators below check; None is for them to refuse, too."""

    allow_none = False


def kernel_trait(trait: t.TraitType[Any, Any], **tags: Any) -> Any:
    """Mark a trait that the kernel alone writes."""
    trait.read_only = True
    return trait.tag(sync=True, **tags)


class ExplainerTraits(BaseWidget):
    """Traits of :class:`GridExplainerWidget`; docs/traits.md lists them."""

    _session: Session
    _known_fills: dict[str, Fill]

    picture = kernel_trait(t.Bytes(help="The picture, PNG."))
    labels = kernel_trait(t.List(t.Unicode(), help="A name for each class."))
    prediction = kernel_trait(
        t.Dict(
            help="What the model says of the whole picture: `target`, `probability` (the "
            "target's), `saturated`, `top` ([[index, probability], …])."
        )
    )
    grid = kernel_trait(
        t.Dict(help="`rows`, `columns`, `height`, `width`: the grid that `scores` belongs to.")
    )
    scores = kernel_trait(
        t.Bytes(
            help="Drops, little-endian float32, row by row; NaN where pending, infinity where "
            "the model failed."
        ),
        echo_update=False,
    )
    status = kernel_trait(t.Enum(STATUSES, "stopped", help="The run's state."))
    progress = kernel_trait(
        t.Dict(help="`done`, `total`, `rate` (cells a second), `left` (seconds).")
    )
    evidence = kernel_trait(
        t.Dict(
            help="What the model believed with the selection hidden: `cells`, `keep`, `picture` "
            "(PNG), `drop` (None while pending), `sum` (of the single drops), `synergy` (`drop` "
            "− `sum`), `classes` ([[index, before, after], …])."
        )
    )
    curve = kernel_trait(
        t.Dict(
            help="The target's probability with the top k cells hidden (`deletion`) and with "
            "everything else hidden (`insertion`), for each k in `counts`; `running`."
        )
    )
    error = kernel_trait(t.Unicode(help="What went wrong and what to do about it."))
    notes = kernel_trait(t.List(t.Unicode(), help="What a reader of the numbers should know."))
    about = kernel_trait(t.Dict(help="`model`, `preprocessing`, `output`: what was chosen."))
    check = kernel_trait(
        t.Dict(
            help="What was seen when the model was looked at: `verdict`, `summary`, "
            "`pictures` (that it was asked about), `checks` ([[name, verdict, seen, advice], …])."
        )
    )
    fills = kernel_trait(t.List(t.Unicode(), help="Fills to choose from."))

    grid_size = _Asked(8, help="N, or (rows, columns); 1 to 64.").tag(sync=True)
    fill = _Asked(
        "cell-mean", help="What stands in for a hidden cell: a name, a colour or a callable."
    ).tag(sync=True, to_json=lambda fill, _: fill.name if isinstance(fill, Fill) else fill)
    target = t.Any(
        None, allow_none=True, help="The class asked about, index or label; None is the top one."
    ).tag(sync=True)
    score = t.Enum(SCORES, "probability", help="What drops are differences of.").tag(sync=True)
    value = _Asked((), help="The selected cells: [(row, column), …].").tag(sync=True)
    keep = t.Bool(
        default_value=False, help="Everything but the selection is hidden, instead of it."
    ).tag(sync=True)
    colormap = t.Enum(COLORMAPS, "orange-blue", help="Colours of drops above and below 0.").tag(
        sync=True
    )
    opacity = t.Float(0.85, min=0, max=1, help="Of the strongest colour, 0..1.").tag(sync=True)
    numbers = t.Bool(default_value=True, help="Whether cells that have room show their drop.").tag(
        sync=True
    )
    scale = t.Enum(
        SCALES,
        "relative",
        help="Where colours end: at this picture's largest drop, or at 100 points (10 in "
        "log-odds) for all pictures.",
    ).tag(sync=True)
    threshold = t.Float(
        0.0, min=0, max=1, help="Drops below this share of the scale fade, 0..1."
    ).tag(sync=True)

    @t.validate("grid_size")
    def _valid_grid_size(self, proposal: Any) -> Any:
        return accepted(accepted_grid_size, proposal.value, *self._session.size)

    @t.validate("fill")
    def _valid_fill(self, proposal: Any) -> Any:
        known = self._known_fills.get(proposal.value) if isinstance(proposal.value, str) else None
        fill = known or accepted(parse_fill, proposal.value, self._session.setup.seed)
        return _with_name_of_its_own(fill, self._known_fills)

    @t.validate("target")
    def _valid_target(self, proposal: Any) -> Any:
        # A single label is a sigmoid's, which has two classes: their names come with an answer.
        labels = self.labels or self._session.setup.classifier.labels or ()
        if proposal.value is None or len(labels) < 2:
            return proposal.value
        return accepted(find_class, proposal.value, labels)

    @t.validate("value")
    def _valid_value(self, proposal: Any) -> Any:
        return accepted(
            accepted_value, proposal.value, Grid.of(self.grid_size, *self._session.size)
        )

    @t.validate("opacity", "threshold")
    def _valid_share(self, proposal: Any) -> Any:
        if math.isnan(proposal.value):  # no bound of Float's refuses it
            raise t.TraitError(f"{proposal.trait.name}=nan is no share; wanted is 0 to 1.")
        return proposal.value


def _with_name_of_its_own(fill: Fill, known: Mapping[str, Fill]) -> Fill:
    """Give a number to a fill whose name another one has, such as a second lambda."""
    if fill.local is None or fill.name in NAMES:
        return fill
    for same in known.values():
        if same.local is fill.local:
            return same
    names = (f"{fill.name} {number}" if number > 1 else fill.name for number in count(1))
    return replace(fill, name=next(name for name in names if name not in known))


def accepted(accept: Callable[..., Any], *arguments: Any) -> Any:
    """Accept a value, or refuse it with the error that traits raise."""
    try:
        return accept(*arguments)
    except (TypeError, ValueError, IndexError, ImportError) as error:
        raise t.TraitError(str(error)) from error
