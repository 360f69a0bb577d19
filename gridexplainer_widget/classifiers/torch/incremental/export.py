"""A PyTorch module as one list of operations, which the module itself never learns of."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from gridexplainer_widget.classifiers.imports import framework
from gridexplainer_widget.classifiers.outputs import named_answer
from gridexplainer_widget.classifiers.torch.calls import INSTALL, switched
from gridexplainer_widget.core.errors import NotApplicable, UnsupportedGraph

Operation: TypeAlias = Any
"""A torch.fx.Node: an operation, or the tensor that it makes."""

FEWEST_KERNELS = 2
"""Convolutions that make reading worth its seconds: transformers have one, ahead of all else."""

HELD = {"PARAMETER", "BUFFER", "CONSTANT_TENSOR"}
"""Inputs of an exported program that the module holds."""


@dataclass(frozen=True)
class Exported:
    """What a module calculates.

    Parameters
    ----------
    operations : list of torch.fx.Node
        In order.
    picture, result : torch.fx.Node
    key : str
        The name of the answer where the module returns several things by name, else "".
    held : mapping from torch.fx.Node to callable
        The module's tensors, as they are when they are asked for.
    batch : sympy.Symbol
        How many pictures there are, in the shapes of tensors.
    """

    operations: list[Operation]
    picture: Operation
    result: Operation
    key: str
    held: dict[Operation, Callable[[], Any]]
    batch: Any


def exported(module: Any, shape: tuple[int, int, int], after: Callable[[Any], Any]) -> Exported:
    """Write down what a module does with pictures (batch, channels, height, width).

    A copy is looked at, which shares the module's tensors: while tracing, PyTorch puts stand-ins in
    the place of weights, and an interrupt would leave them there.

    Raises
    ------
    UnsupportedGraph
        It cannot be copied or traced, or it is not worth it.
    """
    torch = framework("torch", type(module).__name__, INSTALL)
    _check(torch, module)
    key = ""

    class Called(torch.nn.Module):  # type: ignore[misc,name-defined]  # made when PyTorch is there
        def __init__(self, inner: Any) -> None:
            super().__init__()
            self.inner = inner

        def forward(self, pictures: Any) -> Any:
            nonlocal key
            found, key = named_answer(after(self.inner(pictures)))
            return found

    def trace() -> Any:
        called = Called(_twin(torch, module))
        for part in called.modules():
            part.training = False
        device = next(module.parameters()).device
        example = torch.zeros((2, *shape), device=device)
        sizes = ({0: torch.export.Dim("batch", min=1)},)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return torch.export.export(called, (example,), dynamic_shapes=sizes)

    try:
        program = switched(torch, trace, gradients=False)
    except Exception as error:
        raise UnsupportedGraph(
            f"PyTorch cannot export it: {type(error).__name__}: {error}"
        ) from error
    return _written(torch, program, module, key)


def structure(module: Any) -> tuple[Any, ...]:
    """Return what changes when a module becomes another, but for the numbers in its weights."""
    return tuple(_parts(module))


def _parts(module: Any) -> Iterator[Any]:
    plain = (bool, int, float, str, type(None))
    for name, part in module.named_modules():
        yield name, part
        for key, value in vars(part).items():
            if key in {"_forward_hooks", "_forward_pre_hooks"}:
                yield key, len(value)
            elif key in {"_parameters", "_buffers"}:
                for own, tensor in value.items():
                    if tensor is not None:
                        yield own, tuple(tensor.shape), tensor.dtype, tensor.device
            elif key != "training" and (isinstance(value, plain) or _pair_of(value, plain)):
                yield key, value
            elif callable(value):
                yield key, id(value)


def _pair_of(value: Any, plain: tuple[type, ...]) -> bool:
    return isinstance(value, tuple) and all(isinstance(side, plain) for side in value)


def _check(torch: Any, module: Any) -> None:
    """Refuse what tracing would be wrong about, or is not worth it."""
    if not hasattr(torch, "export") or not hasattr(torch.export, "Dim"):
        raise NotApplicable("this PyTorch cannot export")
    for part in module.modules():
        if isinstance(part, torch.jit.ScriptModule):
            raise NotApplicable("it is a ScriptModule")
        if getattr(part, "_forward_hooks", None) or getattr(part, "_forward_pre_hooks", None):
            raise NotApplicable("it has forward hooks, which would be called while it is traced")
    tensors = [*module.parameters(), *module.buffers()]
    if any(tensor.is_floating_point() and tensor.dtype != torch.float32 for tensor in tensors):
        raise NotApplicable("its numbers are not all float32")
    if len({tensor.device for tensor in tensors}) != 1:
        raise NotApplicable("it is on several devices, or on none")
    if sum(tensor.ndim == 4 for tensor in module.parameters()) < FEWEST_KERNELS:
        raise NotApplicable("it has hardly any convolution")


def _twin(torch: Any, module: Any) -> Any:
    """Copy a module's parts, but not its tensors."""
    tensors = [
        tensor
        for part in module.modules()
        for held in (vars(part), part._parameters, part._buffers)  # noqa: SLF001 - no public way
        for tensor in held.values()
        if isinstance(tensor, torch.Tensor)
    ]
    return copy.deepcopy(module, {id(tensor): tensor for tensor in tensors})


def _written(torch: Any, program: Any, module: Any, key: str) -> Exported:
    signature = program.graph_signature
    if any(spec.kind.name != "USER_OUTPUT" for spec in signature.output_specs):
        raise UnsupportedGraph("it changes something of its own when it is called")
    nodes = list(program.graph.nodes)
    by_name = {node.name: node for node in nodes}
    held, picture = {}, None
    for spec in signature.input_specs:
        node = by_name[spec.arg.name]
        if spec.kind.name == "USER_INPUT":
            picture = node
        elif spec.kind.name in HELD:
            held[node] = _finder(program, module, spec.target)
        else:
            raise UnsupportedGraph(f"it takes {spec.kind.name.lower()}")
    returned = nodes[-1].args[0]
    if len(returned) != 1 or not isinstance(returned[0], torch.fx.Node):
        raise UnsupportedGraph("it returns more than one tensor")
    symbols = picture.meta["val"].shape[0].node.expr.free_symbols if picture is not None else ()
    if len(symbols) != 1:
        raise UnsupportedGraph("it takes one number of pictures only")
    return Exported(nodes[:-1], picture, returned[0], key, held, next(iter(symbols)))


def _finder(program: Any, module: Any, target: str) -> Callable[[], Any]:
    """Find a tensor in the module, as it is now; else what it was when it was traced."""
    path = target.split(".")[1:]
    stored = program.constants.get(target)

    def find() -> Any:
        value = module
        for name in path:
            value = getattr(value, name, None)
        return (stored if value is None else value).detach()

    return find
