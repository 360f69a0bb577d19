"""Record the calls of a PyTorch module's parts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from gridexplainer_widget.classifiers.network import Result

from .calls import hooked

CHANNELS_FIRST_KINDS = (
    *("Conv2d", "ConvTranspose2d", "PixelShuffle", "PixelUnshuffle", "Upsample"),
    *("BatchNorm2d", "SyncBatchNorm", "InstanceNorm2d", "GroupNorm", "LocalResponseNorm"),
    *("MaxPool2d", "AvgPool2d", "LPPool2d", "AdaptiveAvgPool2d", "AdaptiveMaxPool2d"),
)


class PartCall(NamedTuple):
    """A call of a part of a module, counted from 1."""

    part: str
    number: int


@dataclass(eq=False)
class Output:
    """A tensor with four axes, and the calls that returned it, innermost first."""

    tensor: Any
    version: int
    node: Any
    leaves: int
    made_by: list[PartCall] = field(default_factory=list)
    channels_last: bool | None = None


@dataclass(eq=False)
class ModuleCalls:
    """Calls of all parts in one run of a module."""

    outputs: list[Output] = field(default_factory=list)
    times: Counter[str] = field(default_factory=Counter)
    weighted: set[str] = field(default_factory=set)
    names: dict[str, list[str]] = field(default_factory=dict)
    leaves: int = 0

    @property
    def batch_sizes(self) -> set[int]:
        """Sizes of the batches that parts with weights returned."""
        return {
            len(output.tensor)
            for output in self.outputs
            if any(part in self.weighted for part, _ in output.made_by)
        }

    def add(self, name: str, part: Any, tensor: Any) -> None:
        """Record an output."""
        if tensor is None:  # an exported program's check
            return
        self.times[name] += 1
        self.leaves += next(part.children(), None) is None
        if next(part.parameters(), None) is not None:
            self.weighted.add(name)
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
            output = Output(tensor, tensor._version, tensor.grad_fn, self.leaves)  # noqa: SLF001 - as above
            self.outputs.append(output)
        if not _left_out(part):
            output.made_by.append(PartCall(name, self.times[name]))
        if output.channels_last is None:
            output.channels_last = _channels_last(part, tuple(tensor.shape))


def watched(module: Any, torch: Any, call: Callable[[], Result]) -> tuple[Result, ModuleCalls]:
    """Call while recording the outputs of all parts."""
    calls = ModuleCalls(names=_all_names(module))

    def hook_of(name: str) -> Any:
        return lambda part, _, returned: calls.add(name, part, returned)

    hooks = [
        (part, hook_of(name))
        for name, part in module.named_modules()
        if name and not isinstance(part, torch.jit.ScriptModule)  # has no hooks
    ]
    return hooked(hooks, call), calls


def _all_names(module: Any) -> dict[str, list[str]]:
    """Return each part's first name → all its names: it may stand in several places."""
    names: dict[Any, list[str]] = {}
    for name, part in module.named_modules(remove_duplicate=False):
        names.setdefault(part, []).append(name)
    return {found[0]: found for found in names.values()}


def captured(
    module: Any, wanted: Sequence[PartCall], call: Callable[[], Result]
) -> tuple[Result, list[Any]]:
    """Call while keeping what some calls of parts return.

    Pass on copies, as later parts may work in place.
    """
    kept: dict[PartCall, Any] = {}
    times: Counter[str] = Counter()

    def hook_of(part: str) -> Any:
        def hook(_: Any, __: Any, returned: Any) -> Any:
            times[part] += 1
            now = PartCall(part, times[part])
            if now not in wanted:
                return None
            kept[now] = returned
            return returned.clone()

        return hook

    parts = dict.fromkeys(one.part for one in wanted)
    result = hooked([(module.get_submodule(part), hook_of(part)) for part in parts], call)
    return result, [kept[one] for one in wanted]


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
