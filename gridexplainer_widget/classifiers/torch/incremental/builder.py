"""Nodes that are being read off the operations of a PyTorch module."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gridexplainer_widget.core.errors import UnsupportedGraph
from gridexplainer_widget.incremental.channel_affine import Change
from gridexplainer_widget.incremental.graph import POINT, Kind, Pair, Window

from .export import Exported, Operation
from .in_place import Writes
from .operations import written
from .replay import Replay
from .steps import Constant, Convolve, Scale


@dataclass
class NodeBuilder:
    """A node that is being read: a later operation may join it.

    Parameters
    ----------
    operation : torch.fx.Node
        The last one in it.
    inputs : list of operations or constants
        The first operations of other drafts that hold the map that is taken.
    """

    operation: Operation
    inputs: list[Any]
    windows: list[Window | None]
    size: Pair
    channels: int
    kind: Kind
    step: Any
    work: float = 0.0


class GraphBuilder:
    """What has been read so far.

    Parameters
    ----------
    torch : module
    exported : Exported
    """

    def __init__(self, torch: Any, exported: Exported) -> None:
        self.torch, self.exported = torch, exported
        self.found: dict[Operation, NodeBuilder] = {}
        self.fixed: dict[Operation, Replay | None] = dict.fromkeys(exported.held)
        self.last: set[Operation] = set()  # maps that are shown with their channels last
        self.splits: dict[Operation, Operation] = {}  # → what was split along its channels
        self.sizes: dict[Operation, Callable[[int], Any]] = {}
        self._root: dict[Operation, Operation] = {}  # → who holds the same map
        self.writes = Writes(torch, exported)
        for operation in exported.operations:
            if "val" in operation.meta and not self.is_tensor(operation):
                self._size(operation)
        channels, height, width = self.value(exported.picture).shape[1:]
        size = (int(height), int(width))
        self.add(NodeBuilder(exported.picture, [], [], size, int(channels), "input", None))

    # What an operation's inputs are.

    def value(self, operation: Operation) -> Any:
        """Return a stand-in for the tensor that an operation makes, which has its shape."""
        return operation.meta.get("val")

    def is_tensor(self, operation: Operation) -> bool:
        """Whether an operation makes one tensor."""
        return isinstance(self.value(operation), self.torch.Tensor)

    def is_fixed(self, given: Any) -> bool:
        """Whether an argument is a tensor that does not depend on the picture."""
        return isinstance(given, self.torch.fx.Node) and given in self.fixed

    def depends(self, operation: Operation) -> bool:
        """Whether an operation depends on the picture, or on how many there are."""
        return any(taken not in self.fixed for taken in operation.all_input_nodes)

    def root(self, given: Operation) -> Operation:
        """Return who holds the same map."""
        return self._root.get(given, given)

    def map(self, given: Any) -> NodeBuilder | None:
        """Return the map that an argument is, if any: what is not read makes maps as well."""
        if not isinstance(given, self.torch.fx.Node) or given in self.fixed:
            return None
        value = self.value(given)
        if not self.is_tensor(given) or value.ndim != 4 or value.dtype != self.torch.float32:
            return None
        if not all(isinstance(side, int) for side in value.shape[1:]):
            return None
        if not self._is_batch(value.shape[0]):
            return None
        root = self.root(given)
        if root not in self.found and root not in self._root:
            size, channels = self.shape(root)
            return NodeBuilder(root, [], [], size, channels, "other", None)
        return self.found.get(root)

    def shape(self, operation: Operation) -> tuple[Pair, int]:
        """Return the size and the channels of a map that an operation makes."""
        one, two, three = (int(side) for side in self.value(operation).shape[1:])
        return ((one, two), three) if operation in self.last else ((two, three), one)

    def is_local(self, operation: Operation) -> bool:
        """Whether what an operation makes can be a map."""
        value = self.value(operation)
        tensor = self.is_tensor(operation) and value.ndim == 4
        return tensor and value.dtype == self.torch.float32 and self._is_batch(value.shape[0])

    def alone(self, given: Operation) -> bool:
        """Whether what is done next to a map is all that is ever done to it."""
        if sum(user not in self.sizes for user in given.users) != 1:
            return False
        if written(given):
            return self.alone(given.args[0])
        root = self.root(given)
        return root is given or all(
            self.alone(taken) for taken in given.all_input_nodes if self.root(taken) is root
        )

    # What becomes of it.

    def add(self, draft: NodeBuilder, *, last: bool = False) -> bool:
        """Add a node that ends with its operation."""
        self.found[draft.operation] = draft
        self._root[draft.operation] = draft.operation
        if last:
            self.last.add(draft.operation)
        return True

    def alias(self, made: Operation, taken: Operation, *, last: bool | None = None) -> bool:
        """Let an operation stand for the map that it was given."""
        if self.map(taken) is None:
            return False
        self._root[made] = self.root(taken)
        if taken in self.last if last is None else last:
            self.last.add(made)
        return True

    def hand_on(self, made: Operation, taken: Operation) -> None:
        """Let an operation stand for what it was given, whatever that is."""
        if taken in self.fixed:
            self.fixed[made] = self.replay(made, made.target)
            return
        self._root[made] = self.root(taken)
        if taken in self.last:
            self.last.add(made)

    def local(  # noqa: PLR0913, PLR0917 - a node has as many
        self,
        made: Operation,
        taken: Operation,
        window: Window,
        step: Any,
        kind: Kind,
        work: float = 0,
    ) -> bool:
        """Add a node that looks at one map."""
        if taken in self.last:
            self.last.add(made)
        size, channels = self.shape(made)
        return self.add(
            NodeBuilder(made, [self.root(taken)], [window], size, channels, kind, step, work)
        )

    def change(self, made: Operation, taken: Operation, change: Change) -> bool:
        """Do something to each channel: within what is ahead, where nothing else looks at that."""
        draft = self.map(taken)
        if draft is None:
            return False
        if isinstance(draft.step, (Convolve, Scale)) and self.alone(taken):
            changes = (*draft.step.changes, change)
            del self.found[draft.operation]
            draft.step = replace(draft.step, changes=changes)
            draft.operation = made
            return self.add(draft, last=taken in self.last)
        step = Scale(draft.channels, (change,))
        return self.local(made, taken, POINT, step, "pointwise")

    def constant(self, source: Any, shape: tuple[int, ...], *, last: bool = False) -> NodeBuilder:
        """Return a map that does not depend on the picture."""
        step = Constant(source, shape, last)
        return NodeBuilder(source, [], [], (shape[2], shape[3]), shape[1], "constant", step)

    def replay(
        self,
        operation: Operation,
        call: Any,
        constants: Sequence[Operation] = (),
        *,
        last: bool = False,
    ) -> Replay:
        """Return what does an operation again as it is, of what its arguments hold by now.

        Parameters
        ----------
        operation : torch.fx.Node
        call : callable
        constants : sequence of operations
            Which of those that do not depend on the picture are taken as maps.
        last : bool
            Whether it makes a map with its channels last.
        """
        given = self.torch.fx.node.map_arg((operation.args, operation.kwargs), self.writes.now)
        nodes: dict[Operation, None] = {}
        self.torch.fx.node.map_arg(given, nodes.setdefault)
        fixed = [node for node in nodes if node in self.fixed and node not in constants]
        taken = [node for node in nodes if node not in fixed and node not in self.sizes]
        return Replay(
            call,
            given,
            tuple((node, node in self.last or (last and node in constants)) for node in taken),
            tuple(fixed),
            {node: self.sizes[node] for node in nodes if node in self.sizes},
            last,
        )

    def _is_batch(self, side: Any) -> bool:
        expression = getattr(getattr(side, "node", None), "expr", None)
        return expression is not None and expression == self.exported.batch

    def _size(self, operation: Operation) -> None:
        """Remember how a number follows from how many pictures there are."""
        expression = getattr(getattr(self.value(operation), "node", None), "expr", None)
        batch = self.exported.batch
        if expression is None:
            return
        if expression.free_symbols - {batch}:
            raise UnsupportedGraph("its shapes depend on what is in a picture")
        self.sizes[operation] = lambda n: int(expression.subs(batch, n))
