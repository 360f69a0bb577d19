"""Find a PyTorch module's layers with feature maps, and their channel axes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from gridexplainer_widget.classifiers.network import Layer, Result

from .calls import hooked

CHANNELS_FIRST_KINDS = (
    *("Conv2d", "ConvTranspose2d", "PixelShuffle", "PixelUnshuffle", "Upsample"),
    *("BatchNorm2d", "SyncBatchNorm", "InstanceNorm2d", "GroupNorm", "LocalResponseNorm"),
    *("MaxPool2d", "AvgPool2d", "LPPool2d", "AdaptiveAvgPool2d", "AdaptiveMaxPool2d"),
)

MAX_SKEW = 1.5
"""Largest ratio of the aspects of maps and picture; rounding and borders explain no more."""


@dataclass(eq=False)
class _Output:
    """A tensor with four axes, and the modules that returned it, innermost first."""

    tensor: Any
    version: int
    node: Any
    leaves: int
    names: list[str] = field(default_factory=list)
    channels_last: bool | None = None


@dataclass(eq=False)
class ModuleCalls:
    """Calls of all parts in one run of a module."""

    outputs: list[_Output] = field(default_factory=list)
    times: Counter[str] = field(default_factory=Counter)
    leaves: int = 0

    def add(self, name: str, part: Any, tensor: Any) -> None:
        """Record an output."""
        if tensor is None:  # an exported program's check
            return
        self.times[name] += 1
        self.leaves += next(part.children(), None) is None
        if getattr(tensor, "ndim", 0) != 4:
            return
        # An in-place module returns its input tensor in a later version.
        same = (
            output
            for output in reversed(self.outputs)
            if output.tensor is tensor and output.version == tensor._version  # noqa: SLF001 - the only way to tell
        )
        output = next(same, None)
        if output is None:
            output = _Output(tensor, tensor._version, tensor.grad_fn, self.leaves)  # noqa: SLF001 - as above
            self.outputs.append(output)
        if not _left_out(part):
            output.names.append(name)
        if output.channels_last is None:
            output.channels_last = _channels_last(part, tuple(tensor.shape))


@dataclass(frozen=True)
class MapLayer:
    """A layer with feature maps, channels last or first."""

    layer: Layer
    channels_last: bool


def watched(module: Any, torch: Any, call: Callable[[], Result]) -> tuple[Result, ModuleCalls]:
    """Call while recording the outputs of all parts."""
    calls = ModuleCalls()

    def hook_of(name: str) -> Any:
        return lambda part, _, returned: calls.add(name, part, returned)

    hooks = [
        (part, hook_of(name))
        for name, part in module.named_modules()
        if name and not isinstance(part, torch.jit.ScriptModule)  # has no hooks
    ]
    return hooked(hooks, call), calls


def captured(
    module: Any, names: Sequence[str], call: Callable[[], Result]
) -> tuple[Result, dict[str, Any]]:
    """Call while keeping the outputs of named parts.

    Pass on copies, as later parts may work in place.
    """
    kept: dict[str, Any] = {}

    def hook_of(name: str) -> Any:
        def hook(_: Any, __: Any, returned: Any) -> Any:
            kept[name] = returned
            return returned.clone()

        return hook

    hooks = [(module.get_submodule(name), hook_of(name)) for name in names]
    return hooked(hooks, call), kept


def layers_of(calls: ModuleCalls, batch: tuple[int, ...], leading: set[Any]) -> list[MapLayer]:
    """Choose the layers with feature maps.

    The channel axis follows from the module's kind, else from outputs of the same shape, else from
    the batch's aspect. Leave out doubtful layers, and those not in `leading`, the path from picture
    to output (empty if unknown).
    """
    layouts: dict[tuple[int, ...], set[bool]] = {}
    for output in calls.outputs:
        if output.channels_last is not None:
            layouts.setdefault(tuple(output.tensor.shape), set()).add(output.channels_last)
    found = []
    for output in calls.outputs:
        name = next((name for name in output.names if calls.times[name] == 1), None)
        leads = not leading or output.node in leading
        shape = tuple(output.tensor.shape)
        channels_last = output.channels_last
        if channels_last is None:
            channels_last = _inferred(layouts.get(shape), shape, batch)
        if name is None or not leads or channels_last is None or shape[0] != batch[0]:
            continue
        height, width, channels = shape[1:] if channels_last else (*shape[2:], shape[1])
        # An attention head's tokens have another aspect.
        fits = not channels_last or _same_aspect(height, width, batch)
        if min(height, width) > 1 and fits:
            place = (output.leaves - 1) / (calls.leaves - 1) if calls.leaves > 1 else 1.0
            others = [other for other in output.names if other != name]
            aliases = tuple(other for other in others if calls.times[other] == 1)
            repeated = tuple(other for other in others if calls.times[other] > 1)
            layer = Layer(name, (height, width, channels), place, aliases, repeated)
            found.append(MapLayer(layer, channels_last))
    return found


def _left_out(part: Any) -> bool:
    """Tell by name whether a module does nothing in evaluation mode, or returns attention."""
    name = type(part).__name__
    return name in {"Identity", "StochasticDepth", "Softmax"} or "Drop" in name


def _channels_last(part: Any, shape: tuple[int, ...]) -> bool | None:
    kinds = {kind.__name__ for kind in type(part).__mro__ if kind.__module__.startswith("torch.")}
    if kinds & set(CHANNELS_FIRST_KINDS):
        return False
    if "Linear" in kinds:
        return True
    if "LayerNorm" in kinds and len(part.normalized_shape) == 1:  # some are channels-first
        first, last = (part.normalized_shape[0] == shape[axis] for axis in (1, 3))
        return last if first != last else None
    return None


def _inferred(
    layouts: set[bool] | None, shape: tuple[int, ...], batch: tuple[int, ...]
) -> bool | None:
    """Infer the layout from outputs of the same shape, else from the aspect."""
    if layouts is not None:
        return next(iter(layouts)) if len(layouts) == 1 else None
    first = _same_aspect(shape[2], shape[3], batch)
    last = _same_aspect(shape[1], shape[2], batch)
    return last if first != last else None


def _same_aspect(height: int, width: int, batch: tuple[int, ...]) -> bool:
    skew = (height / width) / (batch[1] / batch[2])
    return 1 / MAX_SKEW <= skew <= MAX_SKEW
