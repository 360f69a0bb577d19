"""Rerun PyTorch operations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gridexplainer_widget.incremental.step import ParameterValues, StepInputs, Tensor
from gridexplainer_widget.incremental.steps import PlainStep

from .steps import FIRST, LAST


@dataclass(frozen=True)
class Replay(PlainStep):
    """A pointwise or unread operation, rerun.

    Parameters
    ----------
    arguments : (tuple, dict)
        With operations in place of tensors.
    maps : tuple of (operation, bool)
        Those with maps; whether channels are last.
    sizes : mapping from operation to callable
        Those that make a number → its function of the batch size.
    channels_last : bool
        Of the result.
    """

    call: Callable[..., Any]
    arguments: tuple[Any, Any]
    maps: tuple[tuple[Any, bool], ...]
    parameters: tuple[Any, ...]
    sizes: Mapping[Any, Callable[[int], Any]]
    channels_last: bool

    def weights(self, torch: Any, values: ParameterValues, /) -> tuple[Tensor, ...]:  # noqa: ARG002 - of Step
        """See :class:`Step`."""
        return tuple(values[operation] for operation in self.parameters)

    def calculate(self, torch: Any, inputs: StepInputs, /) -> Tensor:
        """See :class:`Step`."""
        values = {
            operation: x.permute(LAST) if channels_last else x
            for (operation, channels_last), x in zip(self.maps, inputs.maps, strict=False)
        }
        values.update(zip(self.parameters, inputs.weights, strict=True))
        values.update({operation: size(inputs.n) for operation, size in self.sizes.items()})
        args, kwargs = torch.fx.node.map_arg(self.arguments, values.__getitem__)
        result = self.call(*args, **kwargs)
        return result.permute(FIRST) if self.channels_last else result
