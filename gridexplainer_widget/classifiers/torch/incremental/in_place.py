"""Track in-place writes in a PyTorch module."""

from __future__ import annotations

from typing import Any

from gridexplainer_widget.core.errors import UnsupportedGraph

from .export import ExportedModule, Operation
from .operations import ALLOCATING, draws_numbers, name_of, out_of_place, writes_in_place


class InPlaceWrites:
    """Track which operation last wrote to each tensor."""

    def __init__(self, torch: Any, exported: ExportedModule) -> None:
        self.torch, self.held = torch, exported.held
        nodes = exported.picture.graph.nodes
        self._order = {operation: number for number, operation in enumerate(nodes)}
        self._writer: dict[Operation, Operation] = {}  # → its next writer

    def latest(self, tensor: Operation) -> Operation:
        """Return the operation that a tensor's current value comes from."""
        while tensor in self._writer:
            tensor = self._writer[tensor]
        return tensor

    def record(self, operation: Operation) -> None:
        """Record what an operation writes to."""
        if writes_in_place(operation):
            self._writer[self.latest(operation.args[0])] = operation

    def functional_target(self, operation: Operation) -> Any:
        """Return an operation's function, or its out-of-place counterpart."""
        if draws_numbers(self.torch, operation):
            raise UnsupportedGraph(f"it draws random numbers: {operation.target}")
        if name_of(operation) == "as_strided":
            raise UnsupportedGraph("it reads memory in an order of its own: aten.as_strided")
        if operation.target is self.torch.ops.aten.view.default:  # maps may lie otherwise in memory
            return self.torch.ops.aten.reshape.default
        if not writes_in_place(operation):
            return operation.target
        target = out_of_place(self.torch, operation)
        if target is None or not self._owns_memory(operation.args[0], operation):
            raise UnsupportedGraph(f"it writes into memory that may be shared: {operation.target}")
        return target

    def _owns_memory(self, tensor: Any, writer: Operation) -> bool:
        """Tell whether a tensor shares no memory when written to."""
        if not isinstance(tensor, self.torch.fx.Node) or tensor in self.held:
            return False
        chain = [tensor]
        while writes_in_place(chain[-1]) or _is_all_that_is_seen(chain[-1]):
            chain.append(chain[-1].args[0])
        if name_of(chain[-1]) not in ALLOCATING:
            return False
        before = self._order[writer]
        users = {user for link in chain for user in link.users if self._order[user] < before}
        return all(name_of(user) in ALLOCATING or user in chain for user in users)


def _is_all_that_is_seen(operation: Operation) -> bool:
    """Tell whether an operation returns a part of a tensor of which nothing else is used."""
    return name_of(operation) == "slice" and len(operation.args[0].users) == 1
