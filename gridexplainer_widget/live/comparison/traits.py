"""The comparison's traits and their validators."""

from __future__ import annotations

from typing import Any

import traitlets as t

from gridexplainer_widget.core.fills import DEFAULT_FILL, Fill
from gridexplainer_widget.live.base_widget import BaseWidget
from gridexplainer_widget.live.fill_names import FillNames
from gridexplainer_widget.live.traits import Validated, accepted, checked, kernel_trait
from gridexplainer_widget.wire.comparison import accepted_methods
from gridexplainer_widget.wire.explorer import accepted_grid_size
from gridexplainer_widget.wire.shared import accepted_value

from .session import ComparisonSession


class ComparisonTraits(BaseWidget):
    """Traits of :class:`ComparisonWidget` (docs/traits.md)."""

    _session: ComparisonSession
    _fill_names: FillNames

    prediction = kernel_trait(t.Dict(help="`target`, `probability`, `top`."))
    grid = kernel_trait(t.Dict(help="`rows`, `columns`, `height`, `width`."))
    offered = kernel_trait(
        t.List(help="Methods: [name, title, whether it takes a layer, why it cannot be had].")
    )
    layers = kernel_trait(t.List(t.Unicode(), help="The network's layers that have maps."))
    maps = kernel_trait(
        t.List(help="One for each of `methods`: see js/src/model/comparison_protocol.ts.")
    )
    progress = kernel_trait(
        t.List(help="How far each map is: [done, of how much], or None where it is not at work.")
    )
    evidence = kernel_trait(
        t.Dict(help="What hiding the chosen cell did: `cell`, `drop`, `classes`.")
    )
    fills = kernel_trait(
        t.List(t.Unicode(), help="What stands in for hidden cells in the audit, each by itself.")
    )
    map_fills = kernel_trait(
        t.List(help="Fills for the maps: [name, in plain words, why it cannot be had].")
    )
    reading = kernel_trait(
        t.Unicode(help="Name of the picture file that is being read; empty without one.")
    )
    metrics = kernel_trait(
        t.List(
            help="What an audit measures: [{`name`, `title`, `better`, `meaning`, `signed`}, …]."
        )
    )

    methods = Validated((), help="Each map's method and its options: [(name, options), …].").tag(
        sync=True
    )
    grid_size = Validated(8, help="N, or (rows, columns); 1 to 64.").tag(sync=True)
    map_fill = Validated(
        DEFAULT_FILL,
        help="What stands in for hidden cells in maps that hide some; `fills` are the audit's.",
    ).tag(sync=True, to_json=lambda fill, _: fill.name if isinstance(fill, Fill) else fill)
    value = Validated((), help="The chosen cell: [(row, column)] or [].").tag(sync=True)
    randomise = checked(
        t.Bool(default_value=False, help="Whether weights are randomised, too.").tag(sync=True)
    )

    @t.validate("methods")
    def _valid_methods(self, proposal: Any) -> Any:
        methods = accepted(accepted_methods, proposal.value)
        return accepted(self._session.remember_requests, methods)

    @t.validate("grid_size")
    def _valid_grid_size(self, proposal: Any) -> Any:
        return accepted(accepted_grid_size, proposal.value, *self._session.size)

    @t.validate("map_fill")
    def _valid_map_fill(self, proposal: Any) -> Any:
        return accepted(self._fill_names.accept, proposal.value)

    @t.validate("value")
    def _valid_value(self, proposal: Any) -> Any:
        return accepted(accepted_value, proposal.value, self._session.run.grid)[-1:]
