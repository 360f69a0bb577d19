"""Export a PyTorch module as operations, without changing it."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

from gridexplainer_widget.classifiers.imports import framework
from gridexplainer_widget.classifiers.outputs import named_answer
from gridexplainer_widget.classifiers.torch.calls import INSTALL, switched
from gridexplainer_widget.core.errors import NotApplicable, UnsupportedGraph, first_line

from .autocast import inline_plain_parts

Operation: TypeAlias = Any
"""A torch.fx.Node: an operation, or its result."""

MIN_KERNELS = 2
"""Convolutions that make reading worth its seconds; a transformer has one."""

HELD_INPUTS = {"PARAMETER", "BUFFER", "CONSTANT_TENSOR"}
"""Kinds of a program's inputs that the module holds."""


@dataclass(frozen=True)
class ExportedModule:
    """The operations of a module, in order.

    Parameters
    ----------
    key : str
        The answer's name if the module returns several by name, else "".
    held : mapping from torch.fx.Node to callable
        The module's own tensors → functions that get them as they are now.
    batch : sympy.Symbol
        The batch size in shapes.
    """

    operations: list[Operation]
    picture: Operation
    result: Operation
    key: str
    held: dict[Operation, Callable[[], Any]]
    batch: Any


def export_module(
    module: Any, shape: tuple[int, int, int], after: Callable[[Any], Any]
) -> ExportedModule:
    """Export a module for batches of pictures.

    Trace a copy that shares its tensors: PyTorch replaces weights while it traces, and an interrupt
    would leave the replacements. See :class:`TorchExecutor` for parameters.

    Raises
    ------
    UnsupportedGraph
        It cannot be copied or traced.
    NotApplicable
        It is not worth it, or a trace would be wrong.
    """
    torch = framework("torch", type(module).__name__, INSTALL)
    _check_applicable(torch, module)
    key = ""

    class NamedAnswer(torch.nn.Module):  # type: ignore[misc,name-defined]  # made when PyTorch is there
        def __init__(self, inner: Any) -> None:
            super().__init__()
            self.inner = inner

        def forward(self, pictures: Any) -> Any:
            nonlocal key
            answer, key = named_answer(after(self.inner(pictures)))
            return answer

    def trace() -> Any:
        copied = NamedAnswer(_copy_structure(torch, module))
        for part in copied.modules():
            part.training = False
        device = next(module.parameters()).device
        example = torch.zeros((2, *shape), device=device)
        sizes = ({0: torch.export.Dim("batch", min=1)},)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return torch.export.export(copied, (example,), dynamic_shapes=sizes)

    try:
        program = switched(torch, trace, gradients=False)
    except Exception as error:
        raise UnsupportedGraph(f"PyTorch cannot export it: {first_line(error)}") from error
    return _read_program(torch, program, module, key)


def batch_sizes(torch: Any, exported: ExportedModule) -> dict[Operation, Callable[[int], int]]:
    """Return each number that an operation makes, as a function of the batch size."""
    sizes: dict[Operation, Callable[[int], int]] = {}
    for operation in exported.operations:
        value = operation.meta.get("val")
        expression = shape_expression(value)
        if expression is None or isinstance(value, torch.Tensor):
            continue
        if expression.free_symbols - {exported.batch}:
            raise UnsupportedGraph("its shapes depend on what is in a picture")
        sizes[operation] = partial(_substituted, expression, exported.batch)
    return sizes


def shape_expression(side: Any) -> Any:
    """Return the SymPy expression of a side; None for a plain number."""
    return getattr(getattr(side, "node", None), "expr", None)


def _substituted(expression: Any, symbol: Any, n: int) -> int:
    return int(expression.subs(symbol, n))


def _check_applicable(torch: Any, module: Any) -> None:
    """Refuse modules whose trace would be wrong or not worth its time."""
    if not hasattr(torch, "export") or not hasattr(torch.export, "Dim"):
        raise NotApplicable("this PyTorch cannot export")
    for part in module.modules():
        if isinstance(part, torch.jit.ScriptModule):
            raise NotApplicable("it is a ScriptModule")
        if getattr(part, "_forward_hooks", None) or getattr(part, "_forward_pre_hooks", None):
            raise NotApplicable("it has forward hooks, which would be called while it is traced")
    tensors = [*module.parameters(), *module.buffers()]
    if any(tensor.is_floating_point() and tensor.dtype != torch.float32 for tensor in tensors):
        raise NotApplicable("its tensors are not all float32")
    if len({tensor.device for tensor in tensors}) != 1:
        raise NotApplicable("its tensors are on several devices, or it has none")
    # A map of positions is made for one picture.
    kernels = sum(tensor.ndim == 4 and len(tensor) > 1 for tensor in module.parameters())
    if kernels < MIN_KERNELS:
        raise NotApplicable(f"it has fewer than {MIN_KERNELS} convolutions")


def _copy_structure(torch: Any, module: Any) -> Any:
    """Copy a module's parts but not its tensors."""
    tensors = [
        tensor
        for part in module.modules()
        for held in (vars(part), part._parameters, part._buffers)  # noqa: SLF001 - no public way
        for tensor in held.values()
        if isinstance(tensor, torch.Tensor)
    ]
    return copy.deepcopy(module, {id(tensor): tensor for tensor in tensors})


def _read_program(torch: Any, program: Any, module: Any, key: str) -> ExportedModule:
    signature = program.graph_signature
    if any(spec.kind.name != "USER_OUTPUT" for spec in signature.output_specs):
        raise UnsupportedGraph("it changes its own state when it is called")
    inline_plain_parts(torch, program.graph_module)
    nodes = list(program.graph.nodes)
    by_name = {node.name: node for node in nodes}
    held, picture = {}, None
    for spec in signature.input_specs:
        node = by_name[spec.arg.name]
        if spec.kind.name == "USER_INPUT":
            picture = node
        elif spec.kind.name in HELD_INPUTS:
            held[node] = _tensor_getter(program, module, spec.target)
        else:
            raise UnsupportedGraph(f"it takes an input of the kind {spec.kind.name.lower()}")
    returned = nodes[-1].args[0]
    if len(returned) != 1 or not isinstance(returned[0], torch.fx.Node):
        raise UnsupportedGraph("it returns more than one tensor")
    symbols = picture.meta["val"].shape[0].node.expr.free_symbols if picture is not None else ()
    if len(symbols) != 1:
        raise UnsupportedGraph("it takes batches of one size only")
    return ExportedModule(nodes[:-1], picture, returned[0], key, held, next(iter(symbols)))


def _tensor_getter(program: Any, module: Any, target: str) -> Callable[[], Any]:
    """Return a function that gets the module's current tensor, else the traced one."""
    path = target.split(".")[1:]
    stored = program.constants.get(target)

    def get() -> Any:
        value = module
        for name in path:
            value = getattr(value, name, None)
        return (stored if value is None else value).detach()

    return get
