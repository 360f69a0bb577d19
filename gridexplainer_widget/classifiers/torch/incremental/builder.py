"""Collect nodes while an exported PyTorch program is read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gridexplainer_widget.incremental.builder import NodeBuilder, ReadMaps
from gridexplainer_widget.incremental.graph import Kind
from gridexplainer_widget.incremental.window import POINT, Pair, Window

from .export import ExportedModule, Operation, batch_sizes, shape_expression
from .in_place import InPlaceWrites
from .operations import operations_in, writes_in_place
from .replay import Replay
from .steps import Constant


class GraphBuilder(ReadMaps[Operation]):
    """A graph that is being read; an operation also stands for its result.

    Attributes
    ----------
    parameters : dict from operation to Replay or None
        Independent of the picture, in order; None for the module's own tensors.
    splits : dict from operation to operation
        Splits along channels → their inputs.
    sizes : dict from operation to callable
        Operations that make a number → its function of the batch size.
    """

    def __init__(self, torch: Any, exported: ExportedModule) -> None:
        super().__init__()
        self.torch, self.exported = torch, exported
        self.parameters: dict[Operation, Replay | None] = dict.fromkeys(exported.held)
        self.splits: dict[Operation, Operation] = {}
        self.sizes = batch_sizes(torch, exported)
        self.writes = InPlaceWrites(torch, exported)
        picture = exported.picture
        channels, height, width = map(int, self.fake_tensor(picture).shape[1:])
        self.add(NodeBuilder("picture", picture, [], [], (height, width), channels, "input", None))

    # Queries

    def fake_tensor(self, operation: Operation) -> Any:
        """Return an operation's fake tensor (shape and dtype)."""
        return operation.meta.get("val")

    def is_tensor(self, operation: Operation) -> bool:
        """Tell whether an operation makes one tensor."""
        return isinstance(self.fake_tensor(operation), self.torch.Tensor)

    def is_parameter(self, argument: Any) -> bool:
        """Tell whether an argument is a tensor independent of the picture."""
        return isinstance(argument, self.torch.fx.Node) and argument in self.parameters

    def depends(self, operation: Operation) -> bool:
        """Tell whether an operation depends on the picture or batch size."""
        return any(source not in self.parameters for source in operation.all_input_nodes)

    def map_of(self, argument: Any) -> NodeBuilder | None:
        """Return an argument's float32 map, read or not, if it is one."""
        if not isinstance(argument, self.torch.fx.Node) or argument in self.parameters:
            return None
        if not self.is_map(argument):
            return None
        if not all(isinstance(side, int) for side in self.fake_tensor(argument).shape[1:]):
            return None
        holder = self.holder(argument)
        if holder not in self._holder:
            size, channels = self.map_shape(holder)
            return NodeBuilder(holder.name, holder, [], [], size, channels, "other", None)
        return self._nodes.get(holder)

    def is_map(self, operation: Operation) -> bool:
        """Tell whether an operation makes a float32 map for each picture."""
        value = self.fake_tensor(operation)
        if not self.is_tensor(operation) or value.ndim != 4 or value.dtype != self.torch.float32:
            return False
        return bool(shape_expression(value.shape[0]) == self.exported.batch)

    def map_shape(self, operation: Operation) -> tuple[Pair, int]:
        """Return the size and channels of an operation's map."""
        one, two, three = (int(side) for side in self.fake_tensor(operation).shape[1:])
        return ((one, two), three) if operation in self.channels_last else ((two, three), one)

    def used_once(self, tensor: Operation) -> bool:
        """Tell whether exactly one operation uses a map, by any alias."""
        if sum(user not in self.sizes for user in tensor.users) != 1:
            return False
        if writes_in_place(tensor):
            return self.used_once(tensor.args[0])
        holder = self.holder(tensor)
        return holder is tensor or all(
            self.used_once(source)
            for source in tensor.all_input_nodes
            if self.holder(source) is holder
        )

    # Updates

    def add(self, node: NodeBuilder, *, channels_last: bool = False) -> bool:
        """Add a node; always True, for readers to return."""
        self._nodes[node.output] = node
        self._holder[node.output] = node.output
        if channels_last:
            self.channels_last.add(node.output)
        return True

    def extend(self, node: NodeBuilder, output: Operation, *, channels_last: bool) -> bool:
        """Let a node end with a later operation; always True."""
        del self._nodes[node.output]
        node.output = output
        return self.add(node, channels_last=channels_last)

    def pass_through(self, output: Operation, source: Operation) -> None:
        """Let an operation stand for its input, map or not."""
        if source in self.parameters:
            self.parameters[output] = self.replay(output, output.target)
            return
        self._holder[output] = self.holder(source)
        if source in self.channels_last:
            self.channels_last.add(output)

    def add_local(  # noqa: PLR0913 - a node has as many
        self,
        operation: Operation,
        source: Operation,
        window: Window,
        kind: Kind,
        step: Any,
        *,
        work: float = 0.0,
    ) -> bool:
        """Add a node with one input map."""
        channels_last = source in self.channels_last
        inputs = [self.holder(source)]
        return self.add_node(
            operation, inputs, [window], kind, step, channels_last=channels_last, work=work
        )

    def add_node(  # noqa: PLR0913 - a node has as many
        self,
        operation: Operation,
        inputs: list[Any],
        windows: list[Window | None],
        kind: Kind,
        step: Any,
        *,
        channels_last: bool,
        work: float = 0.0,
    ) -> bool:
        """Add a node shaped like the operation's map."""
        if channels_last:
            self.channels_last.add(operation)
        size, channels = self.map_shape(operation)
        return self.add(
            NodeBuilder(
                operation.name, operation, inputs, windows, size, channels, kind, step, work
            )
        )

    def add_constant_input(self, output: Operation, constant: NodeBuilder) -> None:
        """Add a constant map to a node's inputs."""
        node = self._nodes[output]
        node.inputs.append(constant)
        node.windows.append(POINT)

    def replay(
        self,
        operation: Operation,
        call: Any,
        constants: Sequence[Operation] = (),
        *,
        channels_last: bool = False,
    ) -> Replay:
        """Return the step that reruns an operation on its arguments' latest values.

        `constants` are parameters to take as maps.
        """
        arguments = self.torch.fx.node.map_arg(
            (operation.args, operation.kwargs), self.writes.latest
        )
        tensors = operations_in(self.torch, arguments)
        parameters = [one for one in tensors if one in self.parameters and one not in constants]
        maps = [one for one in tensors if one not in parameters and one not in self.sizes]
        return Replay(
            call,
            arguments,
            tuple(
                (one, one in self.channels_last or (channels_last and one in constants))
                for one in maps
            ),
            tuple(parameters),
            {one: self.sizes[one] for one in tensors if one in self.sizes},
            channels_last,
        )


def constant_map(
    operation: Operation, source: Any, shape: tuple[int, ...], *, channels_last: bool = False
) -> NodeBuilder:
    """Return a constant map (1, channels, height, width) for an operation."""
    step = Constant(source, shape, channels_last)
    name, size = f"{operation.name}/constant", (shape[2], shape[3])
    return NodeBuilder(name, None, [], [], size, shape[1], "constant", step)
