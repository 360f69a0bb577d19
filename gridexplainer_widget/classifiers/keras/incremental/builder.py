"""What is known of a TensorFlow graph while it is read: maps, and who looks at them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np

from gridexplainer_widget.incremental.graph import Kind, Pair, Window

from .replay import leading_to
from .weights import Independent


@dataclass(frozen=True)
class ConstantMap:
    """A map that does not depend on the picture: a parameter's number, or the numbers."""

    size: Pair
    channels: int
    parameter: int | None = None
    value: Any = None


Taken: TypeAlias = Any
"""A tensor of the graph, or an :class:`ConstantMap`."""


@dataclass(eq=False)
class NodeBuilder:
    """A node that is being read; an operation further on may still join it.

    Parameters
    ----------
    name : str
    tensor : tensor
        Its map: the last one, where several operations are one node.
    inputs : list of Taken
    windows : list of Window or None
    size : (height, width)
    channels : int
    kind : Kind
    step : Step
    work : float
    """

    name: str
    tensor: Any
    inputs: list[Taken]
    windows: list[Window | None]
    size: Pair
    channels: int
    kind: Kind
    step: Any
    work: float = 0.0


@dataclass
class GraphBuilder:
    """A graph that is being read.

    Parameters
    ----------
    tf : module
    traced : tf.types.experimental.ConcreteFunction
        Of a batch of pictures of one size.

    Attributes
    ----------
    operations : list
        Those that lead to the results, in the order in which they were made.
    dependent : set of references to tensors
        What depends on the picture.
    parameters : list of tensors
        What does not, and is needed.
    root : dict
        Of a tensor the one that is the same map.
    found : dict
        Drafts by the references of their tensors.
    skipped : set
        Operations that have been read with another.
    finish : dict from operation to callable
        What is to be done instead of reading an operation; it tells whether it worked.
    """

    tf: Any
    traced: Any
    parameters: list[Any] = field(default_factory=list)
    root: dict[Any, Any] = field(default_factory=dict)
    found: dict[Any, NodeBuilder] = field(default_factory=dict)
    skipped: set[Any] = field(default_factory=set)
    finish: dict[Any, Callable[[], bool]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.picture = self.traced.inputs[0]
        self.results = list(self.traced.outputs)
        self.operations = leading_to(self.results)
        self.dependent = {self.picture.ref()}
        self._uses: Counter[Any] = Counter(result.ref() for result in self.results)
        self._users: dict[Any, list[Any]] = {}
        self._place: dict[Any, int] = {}
        self._shapes: dict[Any, tuple[int, ...]] = {}
        for op in self.operations:
            if self.depends(op):
                self.dependent.update(made.ref() for made in op.outputs)
            for taken in op.inputs:
                self._uses[taken.ref()] += 1
                self._users.setdefault(taken.ref(), []).append(op)

    def depends(self, op: Any) -> bool:
        """Whether an operation depends on the picture."""
        return any(taken.ref() in self.dependent for taken in op.inputs)

    def map_of(self, tensor: Any, *, flat: bool = False) -> NodeBuilder | None:
        """Return the map that a tensor is, if it has been read; float32.

        Parameters
        ----------
        tensor : tensor
        flat : bool
            Whether its positions may stand along one axis.
        """
        draft = self.found.get(self.root.get(tensor.ref()))
        fits = tensor.dtype == self.tf.float32 and (tensor.shape.rank == 4 or flat)
        return draft if fits else None

    def map_or_other(self, tensor: Any, *, flat: bool = False) -> NodeBuilder | None:
        """Alike, or a map that an operation made that was not read."""
        draft = self.map_of(tensor, flat=flat)
        if draft is not None or tensor.ref() not in self.dependent:
            return draft
        if tensor.dtype != self.tf.float32 or tensor.shape.rank != 4:
            return None
        height, width, channels = tensor.shape[1:]
        if None in {height, width, channels}:
            return None
        return NodeBuilder(tensor.op.name, tensor, [], [], (height, width), channels, "other", None)

    def parameter(self, tensor: Any) -> int:
        """Return the number of a tensor that does not depend on the picture."""
        if tensor.ref() not in self._place:
            self._place[tensor.ref()] = len(self.parameters)
            self.parameters.append(tensor)
        return self._place[tensor.ref()]

    def alone(self, tensor: Any) -> bool:
        """Whether one operation looks at a tensor, and nothing else does."""
        return bool(self._uses[tensor.ref()] == 1)

    def only_user(self, tensor: Any) -> Any:
        """Return the operation that alone looks at a tensor, or None."""
        return self._users[tensor.ref()][0] if self.alone(tensor) else None

    def add(self, draft: NodeBuilder) -> bool:
        """Take a draft in; always True, as what reads an operation returns where it could."""
        self.found[draft.tensor.ref()] = draft
        self.root[draft.tensor.ref()] = draft.tensor.ref()
        return True

    def join(self, draft: NodeBuilder, tensor: Any) -> bool:
        """Let a draft end with a later tensor."""
        del self.found[draft.tensor.ref()]
        draft.tensor = tensor
        return self.add(draft)

    def alias(self, made: Any, taken: Any) -> bool:
        """Let a tensor be the same map as another; False where that has not been read."""
        if taken.ref() not in self.root:
            return False
        self.root[made.ref()] = self.root[taken.ref()]
        if not self.alone(taken):
            self._uses[made.ref()] += 1  # others look at the map as well, past this tensor
        return True

    def observed(self, tensor: Any) -> tuple[int, ...]:
        """Return the shape that a reshaped tensor has for a batch of two; () where not known.

        Shapes of maps are known but for the batch, so nothing of the model is run.
        """
        if not self._shapes:
            self._shapes[None] = ()
            known = [
                (op.outputs[0], (2, *op.inputs[0].shape[1:]))
                for op in self.operations
                if op.type == "Shape"
                and None
                not in (tuple(op.inputs[0].shape[1:]) if op.inputs[0].shape.rank else (None,))
            ]
            refs = {tensor.ref() for tensor, _ in known}
            operands = {
                op.outputs[0].ref(): op.inputs[1]
                for op in self.operations
                if op.type == "Reshape" and self.picture.op not in leading_to([op.inputs[1]], refs)
            }
            shapes = Independent(
                self.tf, self.traced, list(operands.values()), [tensor for tensor, _ in known]
            )
            given = [self.tf.constant(shape, tensor.dtype) for tensor, shape in known]
            made = shapes.calculated(shapes.states(), given)
            for ref, shape in zip(operands, made, strict=True):
                self._shapes[ref] = tuple(shape.numpy().tolist())
        return self._shapes.get(tensor.ref(), ())

    def static(self, tensor: Any) -> Any:
        """Return what is known of a tensor's numbers without running anything; None if nothing."""
        value = self.tf.get_static_value(tensor)
        return None if value is None else np.asarray(value)


def size_of(tensor: Any) -> Pair:
    """Height and width of a map (n, height, width, channels)."""
    return int(tensor.shape[1]), int(tensor.shape[2])


def channels_last(op: Any) -> bool:
    """Whether an operation takes maps as they are here."""
    return bool(op.get_attr("data_format") == b"NHWC")


def pair(op: Any, attribute: str) -> Pair:
    """Read an attribute for each axis of a map."""
    values = op.get_attr(attribute)
    return int(values[1]), int(values[2])
