"""The explorer's traits and their validators."""

from __future__ import annotations

import math
from typing import Any

import traitlets as t

from gridexplainer_widget.core.fills import DEFAULT_FILL, Fill
from gridexplainer_widget.core.grid import Grid
from gridexplainer_widget.core.scores import SCORES, parse_score
from gridexplainer_widget.live.base_widget import BaseWidget
from gridexplainer_widget.live.fill_names import FillNames
from gridexplainer_widget.live.traits import (
    Validated,
    accepted,
    checked,
    kernel_trait,
)
from gridexplainer_widget.methods.registry import parse_method
from gridexplainer_widget.methods.requests import parse_options
from gridexplainer_widget.wire.explorer import COLORMAPS, MAPS, SCALES, accepted_grid_size
from gridexplainer_widget.wire.shared import accepted_value

from .session import ExplorerSession


class ExplorerTraits(BaseWidget):
    """Traits of :class:`GridExplainerWidget` (docs/traits.md)."""

    _session: ExplorerSession
    _fill_names: FillNames
    _plain_score: Any

    prediction = kernel_trait(
        t.Dict(
            help="The prediction on the whole picture: `target`, `probability` (the target's), "
            "`saturated`, `top` ([[index, probability], …])."
        )
    )
    headline = kernel_trait(
        t.Dict(
            help="The sentence on top, for each map: {map: [[text, strong], …]}; while the run "
            "goes on, only what the model answers."
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
    together = kernel_trait(
        t.Bytes(
            help="The map that is fitted to cells hidden together in handfuls, as `scores`: each "
            "cell's part of the drop; empty while there is none."
        ),
        echo_update=False,
    )
    foretells = kernel_trait(
        t.Dict(
            help="How well `alone` and `together` foretell what hiding of other handfuls does: "
            "`value` (−1 to 1), `low`, `high` (random maps), `probes` (handfuls), `reliable`, "
            "`text`; once the run has ended. `shown`: the map that has earned it."
        )
    )
    method_map = kernel_trait(
        t.Dict(
            help="The map of another `method`: `title`, `unit`, `values` (as `scores`; NaN until "
            "it is made; without a unit, shares of the largest), `how` (in words); empty for "
            "occlusion."
        ),
        echo_update=False,
    )
    offered = kernel_trait(
        t.List(help="Methods: [name, title, whether it takes a layer, why it cannot be had].")
    )
    layers = kernel_trait(
        t.List(t.Unicode(), help="The network's layers that have maps, once one is asked for.")
    )
    audit = kernel_trait(
        t.Dict(
            help="How far to trust the map that is shown, once that was asked: `level`, `text`, "
            "`figures` ([[text, meaning], …]), `notes`; while it is measured, `text` alone."
        )
    )
    hardly_changed = kernel_trait(
        t.List(
            t.Int(),
            help="Numbers of the cells that look nearly the same when they are hidden, row by row "
            "from 0: their 0 says nothing.",
        )
    )
    progress = kernel_trait(
        t.Dict(
            help="`done`, `total` (cells), `handfuls` (`done`, `total`; it may settle before), "
            "`rate` (cells and handfuls a second), `left` (seconds at most)."
        )
    )
    evidence = kernel_trait(
        t.Dict(
            help="The prediction with the selection hidden: `cells`, `keep`, `picture` (PNG), "
            "`drop` (None while pending), `sum` (of the single drops), `synergy` (`drop` − `sum`), "
            "`classes` ([[index, before, after], …]), `text` (what several cells do together and "
            "apart)."
        )
    )
    curve = kernel_trait(
        t.Dict(
            help="The target's probability with the top k cells hidden (`deletion`) and with "
            "everything else hidden (`insertion`), for each k in `counts`; `map` (that ranks the "
            "cells), `changes` (the first counts without the answer, and with it), `text`, "
            "`running`."
        )
    )
    minimal_sets = kernel_trait(
        t.Dict(
            help="The smallest sets that were found for the target: `enough` and `needed` (a list "
            "each: `cells`, `sentence`, `receipt`, `alone`, `hidden`, `baseline`, `becomes`, "
            "`irreducible`, `calls`, `held`), `more` (whether there may be another of each kind), "
            "`structure`, `sentence`, `notes`, `calls`; while one is searched `searching` (its "
            "kind), `best` (cells so far), `asked`, `most` (sets)."
        )
    )
    certainty = kernel_trait(
        t.Dict(
            help="How sure each cell is, hidden alone in several `ways`: `values` (ways × cells), "
            "`low`, `high` (what another way may tell), little-endian float32, NaN where unknown, "
            "`tells` (a byte for each value: 0 where a way hardly changes the cell), `verdicts` (1 "
            "sure for, −1 sure against, 0 not known), `margin` (up to which a value counts as "
            "none), `unit`, `sentence`, `target`, `done` (cells), `calls`, `seconds`, `running`; "
            "empty before it is asked."
        ),
        echo_update=False,
    )
    certainty_estimate = kernel_trait(
        t.Dict(
            help="What asking how sure the cells are would take, once the run has ended: `calls` "
            "(pictures), `seconds` (None where not known). Under ten seconds it follows the map, "
            "unless `joint=False` or `budget` bounds what is asked."
        )
    )
    notes = kernel_trait(t.List(t.Unicode(), help="What a reader of the numbers should know."))
    about = kernel_trait(t.Dict(help="`model`, `preprocessing`, `output`, as recognised or given."))
    check = kernel_trait(
        t.Dict(
            help="What the checks of the model found: `verdict`, `summary`, `pictures` (that the "
            "model was given), `checks` ([[name, verdict, seen, advice], …])."
        )
    )
    reading = kernel_trait(
        t.Unicode(help="Name of the picture file that is being read; empty without one.")
    )
    fills = kernel_trait(t.List(t.Unicode(), help="Fills to choose from."))
    fill_texts = kernel_trait(t.Dict(help="Fills in plain words, by name."))
    unavailable_fills = kernel_trait(
        t.Dict(help="Why a fill cannot be used here, by its name: what has to be installed.")
    )

    grid_size = Validated(8, help="N, or (rows, columns); 1 to 64.").tag(sync=True)
    fill = Validated(
        DEFAULT_FILL, help="What stands in for a hidden cell: a name, a colour or a callable."
    ).tag(sync=True, to_json=lambda fill, _: fill.name if isinstance(fill, Fill) else fill)
    score = checked(
        t.Enum(
            (*SCORES, "value"),
            "probability",
            help='What drops are differences of; "value" of a model that returns values.',
        ).tag(sync=True)
    )
    map = checked(
        t.Enum(
            MAPS,
            "",
            help='The map shown: each cell hidden alone, or together in handfuls; "" for the one '
            "that has earned it.",
        ).tag(sync=True)
    )
    method = Validated(
        "occlusion", help="What makes the map: a name in docs/methods.md; evidence is by hiding."
    ).tag(sync=True)
    layer = checked(
        t.Unicode("", help='Where a method that takes a layer looks; "" for its own choice.').tag(
            sync=True
        )
    )
    value = Validated((), help="The selected cells: [(row, column), …].").tag(sync=True)
    keep = checked(
        t.Bool(
            default_value=False, help="Everything but the selection is hidden, instead of it."
        ).tag(sync=True)
    )
    colormap = checked(
        t.Enum(COLORMAPS, "orange-blue", help="Colours of drops above and below 0.").tag(sync=True)
    )
    opacity = checked(
        t.Float(0.85, min=0, max=1, help="Of the strongest colour, 0..1.").tag(sync=True)
    )
    numbers = checked(
        t.Bool(default_value=True, help="Whether cells that have room show their drop.").tag(
            sync=True
        )
    )
    scale = checked(
        t.Enum(
            SCALES,
            "relative",
            help="Where colours end: at this picture's largest drop, or at 100 points (10 in "
            "log-odds) for all pictures.",
        ).tag(sync=True)
    )
    threshold = checked(
        t.Float(0.0, min=0, max=1, help="Drops below this share of the scale fade, 0..1.").tag(
            sync=True
        )
    )

    @t.validate("grid_size")
    def _valid_grid_size(self, proposal: Any) -> Any:
        return accepted(accepted_grid_size, proposal.value, *self._session.size)

    @t.validate("fill")
    def _valid_fill(self, proposal: Any) -> Any:
        return accepted(self._fill_names.accept, proposal.value)

    def _measure_contrast(self, before: Any = None) -> None:
        """Measure in log-odds while two classes are held against each other, else as before."""
        if before is None:
            self._plain_score = self.score
        against = self.contrast is not None and self._plain_score != "value"
        self.score = "log-odds" if against else self._plain_score

    @t.validate("score")
    def _valid_score(self, proposal: Any) -> Any:
        score = accepted(parse_score, proposal.value, self._setup.classifier.output)
        if self.contrast is not None and score == "probability":
            raise t.TraitError(
                f"score={score!r}: one class rather than another is measured in log-odds. "
                "contrast=None asks against all others, in any score."
            )
        return score

    @t.validate("method")
    def _valid_method(self, proposal: Any) -> Any:
        return accepted(parse_method, proposal.value).name

    @t.validate("layer")
    def _valid_layer(self, proposal: Any) -> Any:
        method = parse_method(self.method)
        accepted(lambda: parse_options(method, layer=proposal.value or None))
        return proposal.value

    @t.validate("value")
    def _valid_value(self, proposal: Any) -> Any:
        grid = accepted(Grid.of, self.grid_size, *self._session.size)
        return accepted(accepted_value, proposal.value, grid)

    @t.validate("opacity", "threshold")
    def _valid_share(self, proposal: Any) -> Any:
        if math.isnan(proposal.value):  # passes the bounds of Float
            raise t.TraitError(f"{proposal.trait.name}=nan is no share; wanted is 0 to 1.")
        return proposal.value
