"""Which layers of a PyTorch module have maps, and where their channels are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from gridexplainer_widget.classifiers.network import Layer

from .calls import Answer, hooked

FRONT = (
    *("Conv2d", "ConvTranspose2d", "PixelShuffle", "PixelUnshuffle", "Upsample"),
    *("BatchNorm2d", "SyncBatchNorm", "InstanceNorm2d", "GroupNorm", "LocalResponseNorm"),
    *("MaxPool2d", "AvgPool2d", "LPPool2d", "AdaptiveAvgPool2d", "AdaptiveMaxPool2d"),
)
"""Modules of torch.nn that have the channels ahead of height and width."""

SKEW = 1.5
"""Height : width of maps differs from the picture's by rounding and by borders, but not more."""


@dataclass(eq=False)
class _Output:
    """One tensor of four dimensions that modules handed on, the innermost first."""

    tensor: Any
    version: int
    node: Any
    leaves: int
    names: list[str] = field(default_factory=list)
    last: bool | None = None


@dataclass(eq=False)
class Calls:
    """What the modules did in one call of the whole."""

    outputs: list[_Output] = field(default_factory=list)
    times: Counter[str] = field(default_factory=Counter)
    leaves: int = 0

    def add(self, name: str, part: Any, tensor: Any) -> None:
        """Note that a module has returned something."""
        if tensor is None:  # a check of an exported program
            return
        self.times[name] += 1
        self.leaves += next(part.children(), None) is None
        if getattr(tensor, "ndim", 0) != 4:
            return
        # A module that works in place hands on the tensor that it got, in another version.
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
        if output.last is None:
            output.last = _channels_last(part, tuple(tensor.shape))


@dataclass(frozen=True)
class Found:
    """A layer with maps.

    Parameters
    ----------
    layer : Layer
    last : bool
        Its channels come last.
    """

    layer: Layer
    last: bool


def watched(module: Any, torch: Any, call: Callable[[], Answer]) -> tuple[Answer, Calls]:
    """Note what each part of a module returns."""
    calls = Calls()

    def hook_of(name: str) -> Any:
        return lambda part, _, returned: calls.add(name, part, returned)

    hooks = [
        (part, hook_of(name))
        for name, part in module.named_modules()
        if name and not isinstance(part, torch.jit.ScriptModule)  # it has no hooks
    ]
    return hooked(hooks, call), calls


def captured(
    module: Any, names: Sequence[str], call: Callable[[], Answer]
) -> tuple[Answer, dict[str, Any]]:
    """Keep what parts of a module return, and hand on a copy: what follows may work in place."""
    kept: dict[str, Any] = {}

    def hook_of(name: str) -> Any:
        def hook(_: Any, __: Any, returned: Any) -> Any:
            kept[name] = returned
            return returned.clone()

        return hook

    hooks = [(module.get_submodule(name), hook_of(name)) for name in names]
    return hooked(hooks, call), kept


def layers_of(calls: Calls, batch: tuple[int, ...], leading: set[Any]) -> list[Found]:
    """Choose the layers with maps.

    A module tells where its channels are by its kind. Another has them where those have them whose
    outputs are of the same shape; and failing that, where the rest is shaped as the picture is.
    What stays in doubt is left out, and so is what does not lead from the picture to the answer.

    Parameters
    ----------
    calls : Calls
    batch : (n, height, width, channels)
    leading : set of nodes of autograd's graph
        From the picture to the answer; none where that is not known.
    """
    told: dict[tuple[int, ...], set[bool]] = {}
    for output in calls.outputs:
        if output.last is not None:
            told.setdefault(tuple(output.tensor.shape), set()).add(output.last)
    found = []
    for output in calls.outputs:
        name = next((name for name in output.names if calls.times[name] == 1), None)
        leads = not leading or output.node in leading
        shape = tuple(output.tensor.shape)
        last = output.last if output.last is not None else _shared(told.get(shape), shape, batch)
        if name is None or not leads or last is None or shape[0] != batch[0]:
            continue
        height, width, channels = shape[1:] if last else (*shape[2:], shape[1])
        fits = not last or _alike(height, width, batch)  # else tokens of a head of attention
        if min(height, width) > 1 and fits:
            place = (output.leaves - 1) / (calls.leaves - 1) if calls.leaves > 1 else 1.0
            others = [other for other in output.names if other != name]
            aliases = tuple(other for other in others if calls.times[other] == 1)
            repeated = tuple(other for other in others if calls.times[other] > 1)
            layer = Layer(name, (height, width, channels), place, aliases, repeated)
            found.append(Found(layer, last))
    return found


def _left_out(part: Any) -> bool:
    """Tell by its name whether a module does nothing in evaluation, or gives attention."""
    name = type(part).__name__
    return name in {"Identity", "StochasticDepth", "Softmax"} or "Drop" in name


def _channels_last(part: Any, shape: tuple[int, ...]) -> bool | None:
    """Tell by a module's kind whether it has the channels last; None where that does not tell."""
    kinds = {kind.__name__ for kind in type(part).__mro__ if kind.__module__.startswith("torch.")}
    if kinds & set(FRONT):
        return False
    if "Linear" in kinds:
        return True
    if "LayerNorm" in kinds and len(part.normalized_shape) == 1:  # some are for channels ahead
        ahead, last = (part.normalized_shape[0] == shape[axis] for axis in (1, 3))
        return last if ahead != last else None
    return None


def _shared(told: set[bool] | None, shape: tuple[int, ...], batch: tuple[int, ...]) -> bool | None:
    """Take over what is told of the same shape; else see which sides are shaped as the picture."""
    if told is not None:
        return next(iter(told)) if len(told) == 1 else None
    ahead, last = _alike(shape[2], shape[3], batch), _alike(shape[1], shape[2], batch)
    return last if ahead != last else None


def _alike(height: int, width: int, batch: tuple[int, ...]) -> bool:
    skew = (height / width) / (batch[1] / batch[2])
    return 1 / SKEW <= skew <= SKEW
