"""Read a PyTorch module."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any

from gridexplainer_widget.classifiers.classifier import Classifier, Overrides
from gridexplainer_widget.classifiers.imports import framework
from gridexplainer_widget.classifiers.model_lock import lock_of
from gridexplainer_widget.classifiers.outputs import LOGITS
from gridexplainer_widget.classifiers.pieces import in_working_pieces
from gridexplainer_widget.classifiers.several import picker
from gridexplainer_widget.classifiers.torch.calls import (
    INSTALL,
    as_returned,
    channels_first,
    is_compiled,
    place_of,
    unwrapped,
)
from gridexplainer_widget.classifiers.torch.families import read_module
from gridexplainer_widget.classifiers.torch.incremental.executor import forget, incremental_engines
from gridexplainer_widget.classifiers.torch.logits import seeking_logits
from gridexplainer_widget.classifiers.torch.mark import mark_of
from gridexplainer_widget.classifiers.torch.misfit import batch_misfit
from gridexplainer_widget.classifiers.torch.pieces import NetworkInPieces
from gridexplainer_widget.classifiers.torch.structure import StructureReader

from .torch_input import declared_input, input_shape, pieces_of

BATCH_BUDGET = 80 * 2**20
"""Four pictures of 224×224. Larger maps are freed to the system after each operation and paged in
again: MobileNetV2 takes twice the processor's time in batches of 13 (docs/speed.md)."""


def torch_classifier(
    module: Any, overrides: Overrides, after: Callable[[Any], Any] = as_returned
) -> Classifier:
    """Wrap a module of PyTorch, timm or torchvision, a ScriptModule or an ExportedProgram.

    It runs in evaluation mode without gradients, on its parameters' device and in their
    precision; each part's mode is restored. `after` is post-processing of the raw output.
    """
    torch = framework("torch", type(module).__name__, INSTALL)
    given, declared = module, declared_input(module)
    if type(module).__name__ == "ExportedProgram":
        module = module.module()
    if not isinstance(module, torch.nn.Module):
        raise TypeError(
            f"{type(module).__name__} is no model of PyTorch. Wanted is a torch.nn.Module that "
            "holds its weights, such as net after net.load_state_dict(…)."
        )
    bare = unwrapped(module)
    lock = lock_of(module, bare, *bare.modules())
    metadata = read_module(bare)
    name = _name(bare)
    if overrides.output_index is not None:
        picked, returned = picker(overrides.output_index, name), after
        after = lambda raw: returned(picked(raw))  # noqa: E731 - as short as can be
    with lock:
        shape, size_assumed = input_shape(bare, name, declared[1:], metadata.size, overrides, after)
        pieces = pieces_of(module, declared[0])
    output = overrides.output or metadata.output
    forward = channels_first(module, after)
    if (
        output not in {*LOGITS, "value"} and module is bare
    ):  # watching would have a compiled one compiled anew
        forward = seeking_logits(torch, forward)
    itself, reader = None, StructureReader(bare)
    if is_compiled(module):
        itself = in_working_pieces(channels_first(module, after, compiled=False), pieces, name)
    return Classifier(
        name=name,
        input_shape=shape,
        size_assumed=size_assumed,
        forward=in_working_pieces(forward, pieces, name),
        preprocessing=overrides.preprocessing or metadata.preprocessing,
        output=output,
        labels=overrides.labels or metadata.labels,
        open_network=cache(lambda output: NetworkInPieces(bare, output, shape, after, pieces)),
        incremental_engine=incremental_engines(reader, shape[2], after, pieces, lock),
        itself=itself,
        mark=partial(mark_of, reader),
        misfit=partial(batch_misfit, bare),
        reread=partial(_read_anew, given, overrides, after),
        batch_budget=BATCH_BUDGET if place_of(bare, torch)[0].type == "cpu" else None,
        lock=lock,
    )


def _read_anew(module: Any, overrides: Overrides, after: Callable[[Any], Any]) -> Classifier:
    forget(unwrapped(module))
    return torch_classifier(module, overrides, after)


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
