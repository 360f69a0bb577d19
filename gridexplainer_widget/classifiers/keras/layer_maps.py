"""Name what the layers of a traced Keras model return."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from .layer_calls import Call


@dataclass(eq=False)
class TracedMap:
    """A tensor with four axes, and the calls that returned it, innermost first.

    Parameters
    ----------
    place : float
        See :class:`~gridexplainer_widget.classifiers.network.Layer`, as for `parallel`.
    weighted : bool
        One of the layers has weights.
    """

    tensor: Any
    place: float
    weighted: bool = False
    once: list[str] = field(default_factory=list)
    several: list[tuple[str, int]] = field(default_factory=list)
    parallel: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """All names, with the number of the call where there are several."""
        return (*self.once, *(f"{name}#{number}" for name, number in self.several))

    @property
    def name(self) -> str:
        """The first."""
        return self.names[0]

    @property
    def repeated(self) -> tuple[str, ...]:
        """The names of layers called several times."""
        return tuple(name for name, _ in self.several)


def traced_maps(calls: Sequence[Call], made: Sequence[Any]) -> list[TracedMap]:
    """Collect maps; `made` is the map that each call computed, or None."""
    times = Counter(call.name for call in calls)
    leaves = max(sum(call.leaf for call in calls) - 1, 1)
    found: dict[Any, TracedMap] = {}
    counted: Counter[str] = Counter()
    done = 0
    for call, tensor in zip(calls, made, strict=True):
        done += call.leaf
        counted[call.name] += 1
        if tensor is None:
            continue
        one = found.setdefault(tensor.ref(), TracedMap(tensor, (done - 1) / leaves))
        one.weighted |= call.weighted
        if times[call.name] == 1:
            one.once.append(call.name)
        else:
            one.several.append((call.name, counted[call.name]))
    maps = list(found.values())
    _mark_parallel(maps, {call.name for call in calls if call.weighted})
    return maps


def operations_before(tensor: Any) -> set[Any]:
    """Return the operations on which a tensor depends."""
    found: set[Any] = set()
    waiting = [tensor.op]
    while waiting:
        operation = waiting.pop()
        if operation not in found:
            found.add(operation)
            waiting.extend(source.op for source in operation.inputs)
    return found


def _mark_parallel(maps: Sequence[TracedMap], weighted: set[str]) -> None:
    """Mark calls beside others of the same layer.

    Without weights, such as of one ReLU in two branches, they count only if a layer with weights
    has some as well: as where the same network looks at several pictures.
    """
    by_name: dict[str, list[TracedMap]] = {}
    for found in maps:
        for name in found.repeated:
            by_name.setdefault(name, []).append(found)
    beside: dict[str, list[TracedMap]] = {}
    for name, several in by_name.items():
        before = [operations_before(found.tensor) for found in several]
        for (_, earlier), (index, later) in combinations(enumerate(several), 2):
            if earlier.tensor.op not in before[index]:
                beside.setdefault(name, []).extend((earlier, later))
    if weighted & beside.keys():
        for found in maps:
            found.parallel = bool(found.several) and found in beside.get(found.several[0][0], [])
