"""What the operations of a PyTorch module write into."""

from __future__ import annotations

from typing import Any

from gridexplainer_widget.core.errors import UnsupportedGraph

from .export import Exported, Operation
from .operations import FRESH, name_of, without_writing, written


class Writes:
    """Follows what is written into maps in the order in which that is done.

    Parameters
    ----------
    torch : module
    exported : Exported
    """

    def __init__(self, torch: Any, exported: Exported) -> None:
        self.torch, self.held = torch, exported.held
        nodes = exported.picture.graph.nodes
        self._order = {operation: number for number, operation in enumerate(nodes)}
        self._now: dict[Operation, Operation] = {}  # → what was written into it

    def now(self, given: Operation) -> Operation:
        """Return what holds the numbers that are there by now."""
        while given in self._now:
            given = self._now[given]
        return given

    def wrote(self, operation: Operation) -> None:
        """Remember that what an operation was given holds what it made from now on."""
        if written(operation):
            self._now[self.now(operation.args[0])] = operation

    def called(self, operation: Operation) -> Any:
        """Return what an operation calls, without writing into what it is given.

        Raises
        ------
        UnsupportedGraph
            It writes into what others look at as well, or its answer is left to chance.
        """
        if self.torch.Tag.nondeterministic_seeded in getattr(operation.target, "tags", ()):
            raise UnsupportedGraph(f"it leaves something to chance: {operation.target}")
        if not written(operation):
            return operation.target
        call = without_writing(self.torch, operation)
        if call is None or not self._is_own(operation.args[0], operation):
            raise UnsupportedGraph(f"it writes into what others may look at: {operation.target}")
        return call

    def _is_own(self, taken: Any, writer: Operation) -> bool:
        """Whether nothing shares the memory of a tensor but the tensor itself."""
        if not isinstance(taken, self.torch.fx.Node) or taken in self.held:
            return False
        chain = [taken]
        while written(chain[-1]):
            chain.append(chain[-1].args[0])
        if name_of(chain[-1]) not in FRESH:
            return False
        before = self._order[writer]
        users = {user for link in chain for user in link.users if self._order[user] < before}
        return all(name_of(user) in FRESH or user in chain for user in users)
