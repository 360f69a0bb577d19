"""Incremental execution of a PyTorch module."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Hashable, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from weakref import WeakValueDictionary

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.classifiers.imports import framework
from gridexplainer_widget.classifiers.log_odds import BeforeSigmoid, BeforeSoftmax
from gridexplainer_widget.classifiers.pieces import Pieces
from gridexplainer_widget.classifiers.torch.calls import INSTALL, place_of, switched
from gridexplainer_widget.classifiers.torch.structure import StructureReader, tensor_digests
from gridexplainer_widget.classifiers.torch.surroundings import is_autocast
from gridexplainer_widget.core.arrays import PreparedBatch
from gridexplainer_widget.core.errors import NotApplicable, UnsupportedGraph
from gridexplainer_widget.incremental.calculation import Rows, Weights
from gridexplainer_widget.incremental.engine import (
    MAX_SIZES,
    Engines,
    IncrementalEngine,
    known_engine,
    read_engine,
)
from gridexplainer_widget.incremental.executor import CutMaps
from gridexplainer_widget.incremental.gathers import Places
from gridexplainer_widget.incremental.optimise import optimised
from gridexplainer_widget.incremental.plan import PatchPlan
from gridexplainer_widget.incremental.step import StepInputs, Tensor
from gridexplainer_widget.incremental.window import Pair

from .export import export_module
from .reader import read_graph
from .run import TorchCalculation
from .steps import FIRST, LAST, Move

SECONDS_PER_PART = 1e-2
"""To export a part of a module, roughly (benchmarks/cold.py)."""


class TorchExecutor:
    """A PyTorch module as a graph.

    Parameters
    ----------
    shape : (channels, height, width)
    after : callable
        Post-processing of the raw output.

    Raises
    ------
    UnsupportedGraph
        The module cannot be read.
    """

    seconds_per_node = 0.0  # nothing is compiled
    runs_beside = False

    def __init__(
        self, module: Any, shape: tuple[int, int, int], after: Callable[[Any], Any]
    ) -> None:
        self.torch = torch = framework("torch", type(module).__name__, INSTALL)
        self.device, _ = place_of(module, torch)
        self.accelerated = self.device.type != "cpu"
        self._exported = export_module(module, shape, after)
        self._reading = read_graph(torch, self._exported)
        self.graph, self.lighter = optimised(
            self._reading.graph, lambda stride: Move(stride=stride)
        )
        self._digests: tuple[bytes, ...] = ()
        self._weights: Weights = {}
        self._version = 0

    def refresh(self) -> int:
        """Fold the module's weights if they changed; see :class:`Executor`.

        PyTorch's write counter misses writes through ``.data`` and NumPy.
        """
        return int(self._run(self._refresh))

    def to_tensor(self, pictures: PreparedBatch) -> Tensor:
        """See :class:`Executor`."""
        given = np.require(pictures, np.float32, ["C", "W"])  # PyTorch warns of others
        tensor = self.torch.from_numpy(given)
        return tensor.to(self.device).permute(FIRST)

    def to_array(self, maps: Tensor) -> NDArray[np.float32]:
        """See :class:`Executor`."""
        array: NDArray[np.float32] = maps.permute(LAST).cpu().numpy()
        return array

    def whole_maps(self, plan: PatchPlan, picture: NDArray[np.float32]) -> dict[int, Rows]:
        """See :class:`Executor`; as rows."""
        tensor = self.to_tensor(picture[np.newaxis])
        whole: dict[int, Rows] = self._run(lambda: self._calculation(plan, 1).whole_maps(tensor))
        return whole

    def baseline_maps(self, plan: PatchPlan, whole: dict[int, Rows]) -> CutMaps:
        """See :class:`Executor`."""
        nodes = {index: self.graph[index] for index in plan.cut}
        return [
            whole[index][: node.positions].reshape(1, *node.size, -1).permute(FIRST)
            for index, node in nodes.items()
        ]

    def patch_maps(
        self,
        plan: PatchPlan,
        whole: dict[int, Rows],
        patches: PreparedBatch,
        places: Places,
        lengths: Places,
    ) -> CutMaps:
        """See :class:`Executor`."""
        lists = self.torch.from_numpy(places).to(self.device).long().split(lengths.tolist())
        tensor = self.to_tensor(patches)
        calculation = self._calculation(plan, len(patches))
        maps: CutMaps = self._run(lambda: calculation.patch_maps(tensor, lists, whole))
        return maps

    def outputs(self, plan: PatchPlan, groups: Sequence[CutMaps]) -> Any:
        """See :class:`Executor`."""
        cut = [
            parts[0] if len(parts) == 1 else self.torch.cat(parts)
            for parts in zip(*groups, strict=True)
        ]
        calculation = self._calculation(plan, len(cut[0]))
        results = self._run(lambda: calculation.outputs(cut))
        array, *logits = (result.cpu().numpy() for result in results)
        answer = {self._exported.key: array} if self._exported.key else array
        if not logits:
            return answer
        with_logits = {"softmax": BeforeSoftmax, "sigmoid": BeforeSigmoid}[self._reading.final]
        return with_logits(answer, *logits)

    def _refresh(self) -> int:
        held = {node: find() for node, find in self._exported.held.items() if node.users}
        now = tensor_digests(self.torch, held.values())
        if now == self._digests and self._version:
            return self._version
        values = dict(held)
        for operation, step in self._reading.parameters.items():
            if step is not None:
                inputs = StepInputs((), step.weights(self.torch, values))
                values[operation] = step.calculate(self.torch, inputs)
        self._weights = {
            index: [tensor.to(self.device) for tensor in node.step.weights(self.torch, values)]
            for index, node in enumerate(self.graph.nodes)
            if node.step is not None
        }
        self._digests, self._version = now, self._version + 1
        return self._version

    def _calculation(self, plan: PatchPlan, n: int) -> TorchCalculation:
        return TorchCalculation(self.torch, plan, self._weights, n)

    def _run(self, call: Callable[[], Any]) -> Any:
        return switched(self.torch, call, gradients=False)


@dataclass(eq=False)
class _Known:
    """A module's engines, by size, each with the fingerprint of what it was read of.

    It holds the module, so no other gets its id.
    """

    module: Any
    engines: dict[Pair, tuple[Any, IncrementalEngine | UnsupportedGraph]] = field(
        default_factory=dict
    )


_shared: WeakValueDictionary[tuple[Hashable, ...], _Known] = WeakValueDictionary()
"""What all that explain one module share, as long as one of them lives."""


def forget(module: Any) -> None:
    """Let whoever explains a module from now on read it anew."""
    for key in [key for key in _shared if key[0] == id(module)]:
        _shared.pop(key, None)


def incremental_engines(
    reader: StructureReader,
    channels: int,
    after: Callable[[Any], Any],
    pieces: Pieces,
    lock: AbstractContextManager[None],
) -> Engines:
    """Return a module's engines; one whose structure changed is read again.

    While PyTorch exports a module, it replaces how all modules are called, so nothing runs beside.
    """

    @cache
    def known() -> _Known:
        """Return what is shared, if all is seen that the module's answers depend on."""
        mine = _Known(reader.module)
        if reader.read().foreign:
            return mine
        return _shared.setdefault((id(reader.module), channels, after), mine)

    def is_known(size: Pair) -> bool:
        with lock:
            now, engines = reader.read().fingerprint, known().engines
        return size in engines and engines[size][0] == now

    def read(size: Pair) -> IncrementalEngine:
        _check_applicable(reader.torch, pieces)
        with suppress(ImportError):  # exporting loads it, and it replaces functions of torch
            importlib.import_module("torch._dynamo")
        with lock:
            return locked_read(size)

    def locked_read(size: Pair) -> IncrementalEngine:
        now, engines = reader.read().fingerprint, known().engines
        if size not in engines or engines[size][0] != now:
            engines.pop(size, None)
            shape = (channels, *size)
            engines[size] = (now, read_engine(lambda: TorchExecutor(reader.module, shape, after)))
        while len(engines) > MAX_SIZES:
            engines.pop(next(iter(engines)))
        return known_engine(engines[size][1])

    def seconds(size: Pair) -> float:
        try:
            _check_applicable(reader.torch, pieces)
        except NotApplicable:
            return 0.0
        on_device = place_of(reader.module, reader.torch)[0].type != "cpu"
        return (
            0.0
            if on_device or is_known(size)
            else SECONDS_PER_PART * len([*reader.module.modules()])
        )

    return Engines(read, seconds)


def _check_applicable(torch: Any, pieces: Pieces) -> None:
    if pieces.size is not None:
        raise NotApplicable("it takes batches of one size only")
    if is_autocast(torch):
        raise NotApplicable("autocast is on: patches would be rounded otherwise than maps")
