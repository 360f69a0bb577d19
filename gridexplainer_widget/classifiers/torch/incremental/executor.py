"""A PyTorch module, calculated on patches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.classifiers.imports import framework
from gridexplainer_widget.classifiers.torch.calls import INSTALL, place_of, switched
from gridexplainer_widget.core.errors import UnsupportedGraph
from gridexplainer_widget.incremental.channel_affine import lighter
from gridexplainer_widget.incremental.engine import IncrementalEngine
from gridexplainer_widget.incremental.executor import Maps
from gridexplainer_widget.incremental.gathers import Places
from gridexplainer_widget.incremental.graph import Pair
from gridexplainer_widget.incremental.plan import PatchPlan
from gridexplainer_widget.incremental.reorder import reordered
from gridexplainer_widget.incremental.skip_unused import narrowed

from .export import exported, structure
from .reader import read
from .run import Weights, patched_maps, result, whole_maps
from .steps import FIRST, Given, Move

KEPT_SIZES = 4
"""Of so many sizes of pictures is remembered how a module is read."""

ROW = 1024
"""Of so many numbers of a weight one sum is remembered, to see whether they have changed."""


class TorchExecutor:
    """A PyTorch module as a list of nodes.

    Parameters
    ----------
    module : torch.nn.Module
    shape : (channels, height, width)
        Of one picture.
    after : callable
        What is done to that which the module returns.

    Raises
    ------
    UnsupportedGraph
        It cannot be read.
    """

    def __init__(
        self, module: Any, shape: tuple[int, int, int], after: Callable[[Any], Any]
    ) -> None:
        self.torch = torch = framework("torch", type(module).__name__, INSTALL)
        self._exported = exported(module, shape, after)
        self._reading = read(torch, self._exported)
        self.nodes = narrowed(reordered(self._reading.nodes), lambda stride: Move(stride=stride))
        self.lighter = lighter(self._reading.nodes) or self.nodes != self._reading.nodes
        self.device, _ = place_of(module, torch)
        self.accelerated = self.device.type != "cpu"
        ramp = torch.rand(ROW, generator=torch.Generator().manual_seed(0))
        self._ramp = ramp.to(self.device)
        self._marks: list[Any] = []
        self._weights: Weights = {}
        self._version = 0

    def refresh(self) -> int:
        """Read the module's weights as they are now, and fold them; see :class:`Executor`.

        PyTorch counts writes to a tensor, but not those through ``.data`` and NumPy. So sums are
        compared, which a change of any number changes.
        """
        return int(switched(self.torch, self._refreshed, gradients=False))

    def _refreshed(self) -> int:
        held = {node: find() for node, find in self._exported.held.items() if node.users}
        marks = [self._mark(tensor) for tensor in held.values()]
        same = len(marks) == len(self._marks) and all(
            one.shape == other.shape and bool((one == other).all())
            for one, other in zip(marks, self._marks, strict=True)
        )
        if same and self._version:
            return self._version
        values = dict(held)
        for operation, step in self._reading.fixed.items():
            if step is not None:
                given = Given((), step.weights(self.torch, values), 0)
                values[operation] = step.run(self.torch, given)
        self._weights = {
            index: [tensor.to(self.device) for tensor in node.step.weights(self.torch, values)]
            for index, node in enumerate(self.nodes.nodes)
            if node.step is not None
        }
        self._marks, self._version = marks, self._version + 1
        return self._version

    def _mark(self, tensor: Any) -> Any:
        numbers = tensor.reshape(-1)
        if numbers.dtype != self.torch.float32:
            return numbers.clone()
        whole = len(numbers) // ROW * ROW
        sums = numbers[:whole].reshape(-1, ROW) @ self._ramp
        return self.torch.cat([sums, numbers[whole:]])

    def to_tensor(self, pictures: NDArray[np.float32]) -> Any:
        """See :class:`Executor`."""
        given = self.torch.from_numpy(np.ascontiguousarray(pictures, np.float32))
        return given.to(self.device).permute(FIRST)

    def whole(self, plan: PatchPlan, picture: NDArray[np.float32]) -> Any:
        """See :class:`Executor`."""
        given = self.to_tensor(picture[np.newaxis])
        return self._run(lambda: whole_maps(self.torch, plan, self._weights, given))

    def untouched(self, plan: PatchPlan, whole: Any) -> Maps:
        """See :class:`Executor`."""
        nodes = [self.nodes[index] for index in plan.cut]
        return [
            whole[index][: node.positions].reshape(1, *node.size, -1).permute(FIRST)
            for index, node in zip(plan.cut, nodes, strict=True)
        ]

    def patched(
        self,
        plan: PatchPlan,
        whole: Any,
        patches: NDArray[np.float32],
        places: Places,
        lengths: Places,
    ) -> Maps:
        """See :class:`Executor`."""
        lists = self.torch.from_numpy(places).to(self.device).long().split(lengths.tolist())
        given = self.to_tensor(patches)
        maps: Maps = self._run(
            lambda: patched_maps(self.torch, plan, self._weights, whole, given, lists)
        )
        return maps

    def answer(self, plan: PatchPlan, maps: Sequence[Maps]) -> Any:
        """See :class:`Executor`."""
        joined = [
            parts[0] if len(parts) == 1 else self.torch.cat(parts)
            for parts in zip(*maps, strict=True)
        ]
        found = self._run(lambda: result(self.torch, plan, self._weights, joined))
        numbers = found.cpu().numpy()
        return {self._exported.key: numbers} if self._exported.key else numbers

    def _run(self, call: Callable[[], Any]) -> Any:
        return switched(self.torch, call, gradients=False)


def patchers(
    module: Any, channels: int, after: Callable[[Any], Any]
) -> Callable[[Pair], IncrementalEngine]:
    """Return what reads a module for a size of picture, anew if it has become another one.

    Parameters
    ----------
    module : torch.nn.Module
    channels : int
    after : callable
        What is done to that which the module returns.
    """
    known: dict[Pair, tuple[Any, IncrementalEngine | UnsupportedGraph]] = {}

    def patched(size: Pair) -> IncrementalEngine:
        now = structure(module)
        if size not in known or known[size][0] != now:
            known.pop(size, None)
            known[size] = (now, _read(module, (channels, *size), after))
        while len(known) > KEPT_SIZES:
            known.pop(next(iter(known)))
        found = known[size][1]
        if isinstance(found, UnsupportedGraph):
            raise found
        return found

    return patched


def _read(
    module: Any, shape: tuple[int, int, int], after: Callable[[Any], Any]
) -> IncrementalEngine | UnsupportedGraph:
    try:
        return IncrementalEngine(TorchExecutor(module, shape, after))
    except UnsupportedGraph as why:
        return why
    except Exception as error:  # noqa: BLE001 - the module itself still answers
        return UnsupportedGraph(f"reading it failed with {type(error).__name__}: {error}")
