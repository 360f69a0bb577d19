"""Read a PyTorch module."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from gridexplainer_widget.classifiers.classifier import Classifier, Overrides, Shape
from gridexplainer_widget.classifiers.imports import framework
from gridexplainer_widget.classifiers.outputs import LOGITS, read_answer
from gridexplainer_widget.classifiers.torch.calls import (
    INSTALL,
    as_returned,
    channels_first,
    unwrapped,
)
from gridexplainer_widget.classifiers.torch.families import read_module
from gridexplainer_widget.classifiers.torch.incremental.executor import incremental_engines
from gridexplainer_widget.classifiers.torch.logits import seeking_logits
from gridexplainer_widget.classifiers.torch.network import TorchNetwork
from gridexplainer_widget.core.errors import ClassifierError

COMMON_SIDES_PIXELS = (
    *(8, 16, 28, 32, 48, 50, 64, 96, 100, 112, 128, 150, 160, 180, 192, 200),
    *(224, 227, 240, 250, 256, 288, 299, 300, 320, 331, 384, 400, 448, 512),
)
"""Sides of square pictures to try where a module does not tell its own."""

SIZE_ADVICE = (
    "Say its size: input_shape=(height, width), or (height, width, channels). Wrap a module that "
    "takes anything else than (batch, channels, height, width) in a function of a batch "
    "(n, H, W, 3) in 0..255 that returns (n, classes)."
)


def torch_classifier(
    module: Any, overrides: Overrides, after: Callable[[Any], Any] = as_returned
) -> Classifier:
    """Wrap a module of PyTorch, timm or torchvision, a ScriptModule or an ExportedProgram.

    It runs in evaluation mode without gradients, on its parameters' device and in their
    precision; each part's mode is restored. `after` is post-processing of the raw output.
    """
    torch = framework("torch", type(module).__name__, INSTALL)
    if type(module).__name__ == "ExportedProgram":
        module = module.module()
    if not isinstance(module, torch.nn.Module):
        raise TypeError(
            f"{type(module).__name__} is no model of PyTorch. Wanted is a torch.nn.Module that "
            "holds its weights, such as net after net.load_state_dict(…)."
        )
    bare = unwrapped(module)
    metadata = read_module(bare)
    name = _name(bare)
    shape = _shape(bare, name, metadata.size, overrides)
    output = overrides.output or metadata.output
    forward = channels_first(module, after)
    if output not in LOGITS and module is bare:  # watching would have a compiled one compiled anew
        forward = seeking_logits(torch, forward)
    return Classifier(
        name=name,
        input_shape=shape,
        forward=forward,
        preprocessing=overrides.preprocessing or metadata.preprocessing,
        output=output,
        labels=overrides.labels or metadata.labels,
        open_network=cache(lambda output: TorchNetwork(bare, output, shape, after)),
        incremental_engine=incremental_engines(bare, shape[2] or 3, after),
    )


def torchscript_file(path: str | Path, overrides: Overrides) -> Classifier:
    """Load a TorchScript file to the CPU and wrap it."""
    path = Path(path)
    torch = framework("torch", path.name, INSTALL)
    try:
        module = torch.jit.load(str(path), map_location="cpu")
    except RuntimeError as error:
        raise ValueError(
            f"{path.name} is no TorchScript file. If it holds a state dict or a pickled module, "
            "make the module of your own class, load the weights into it with torch.load, and "
            "give the module."
        ) from error
    return replace(torch_classifier(module, overrides), name=path.stem)


def _name(module: Any) -> str:
    metadata = getattr(module, "pretrained_cfg", None)  # timm's
    if isinstance(metadata, Mapping) and metadata.get("architecture"):
        return str(metadata["architecture"])
    return str(getattr(module, "original_name", type(module).__name__))


def _shape(module: Any, name: str, size: tuple[int, int] | None, overrides: Overrides) -> Shape:
    channels = overrides.input_shape[2] or _channels(module)
    height, width, _ = overrides.shape((*(size or (None, None)), 3))
    if height and width and channels:
        return (height, width, channels)
    torch = framework("torch", name, INSTALL)
    if any(torch.nn.parameter.is_lazy(parameter) for parameter in module.parameters()):
        raise ClassifierError(
            f"{name} has lazy layers without weights; the first picture would fix their size. Run "
            "it on a batch as large as it is meant for, then give it."
        )
    return _smallest_working_shape(module, name, (height, width), channels)


def _channels(module: Any) -> int | None:
    """Read the first convolution's channels; a ScriptModule shows only weights."""
    counts = [
        *(getattr(part, "in_channels", None) for part in module.modules()),
        *(parameter.shape[1] for parameter in module.parameters() if parameter.ndim == 4),
    ]
    return next((count for count in counts if count in {1, 3, 4}), None)


def _smallest_working_shape(
    module: Any, name: str, known: tuple[int | None, int | None], channels: int | None
) -> Shape:
    """Find the smallest working size; any size (None) if twice that works, too."""
    counts = (channels,) if channels else (3, 1)
    sizes = [(known[0] or side, known[1] or side) for side in COMMON_SIDES_PIXELS]
    for size in dict.fromkeys(sizes):
        problems = []
        for count in counts:
            problem = _problem(module, name, (*size, count))
            if problem is None:
                twice = (known[0] or 2 * size[0], known[1] or 2 * size[1], count)
                free = _problem(module, name, twice) is None
                return (*(known if free else size), count)
            problems.append(problem)
        answered = [problem for problem in problems if isinstance(problem, ClassifierError)]
        if answered:  # it runs, so the size is right
            raise answered[0]
    at = " or ".join(f"{height}×{width}" for height, width in (sizes[0], sizes[-1]))
    raise ClassifierError(
        f"{name} runs at no usual size, such as {at}; the last error was "
        f"{type(problem).__name__}: {problem}. {SIZE_ADVICE}"
    ) from problem


def _problem(module: Any, name: str, shape: tuple[int, int, int]) -> Exception | None:
    """Return the error for a black picture; None if it is classified."""
    try:
        read_answer(channels_first(module)(np.zeros((1, *shape), np.float32)), 1, name)
    except Exception as error:  # noqa: BLE001 - whatever a wrong size leads to
        return error
    return None
