"""Operations of PyTorch that are done again as they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gridexplainer_widget.incremental.step import StepInputs, Tensor, Values
from gridexplainer_widget.incremental.steps import PlainStep

from .steps import FIRST, LAST


@dataclass(frozen=True)
class Replay(PlainStep):
    """An operation as it is: at each position by itself, or one that was not read.

    Parameters
    ----------
    call : callable
    arguments : (tuple, dict)
        In which operations stand for tensors.
    taken : tuple of (operation, bool)
        The maps among them, and whether they are taken with their channels last.
    fixed : tuple of operations
        Those that do not depend on the picture.
    sizes : mapping
        Those that are numbers, which follow from how many pictures there are.
    last : bool
        Whether a map is made with its channels last.
    """

    call: Callable[..., Any]
    arguments: tuple[Any, Any]
    taken: tuple[tuple[Any, bool], ...]
    fixed: tuple[Any, ...]
    sizes: Mapping[Any, Callable[[int], Any]]
    last: bool

    def weights(self, torch: Any, values: Values, /) -> tuple[Any, ...]:  # noqa: ARG002 - of Step
        """See :class:`Step`."""
        return tuple(values[operation] for operation in self.fixed)

    def calculate(self, torch: Any, inputs: StepInputs, /) -> Tensor:
        """See :class:`Step`."""
        known = {
            operation: x.permute(LAST) if last else x
            for (operation, last), x in zip(self.taken, inputs.maps, strict=False)
        }
        known.update(zip(self.fixed, inputs.weights, strict=True))
        known.update({operation: size(inputs.n) for operation, size in self.sizes.items()})
        args, kwargs = torch.fx.node.map_arg(self.arguments, known.__getitem__)
        made = self.call(*args, **kwargs)
        return made.permute(FIRST) if self.last else made
