"""Parts of an exported program that run with autocast off."""

from __future__ import annotations

from typing import Any


def inline_plain_parts(torch: Any, module: Any) -> None:
    """Put the operations of parts that run with autocast off into the graph of a torch.fx module.

    That is what they are on a module in float32; PyTorch exports each as a graph of its own.
    """
    wrap = getattr(torch.ops.higher_order, "wrap_with_autocast", None)
    graph = module.graph
    for operation in list(graph.nodes):
        if operation.op != "call_function" or operation.target is not wrap:
            continue
        _, _, enabled, _, part, *taken = operation.args
        if enabled is False:
            inner = getattr(module, part.target)
            inline_plain_parts(torch, inner)
            _inline(graph, operation, inner.graph, taken)
            if not part.users:
                graph.erase_node(part)


def _inline(graph: Any, operation: Any, inner: Any, taken: list[Any]) -> None:
    inputs = [node for node in inner.nodes if node.op == "placeholder"]
    with graph.inserting_before(operation):
        returned = graph.graph_copy(inner, dict(zip(inputs, taken, strict=True)))
    for user in list(operation.users):  # takes one of what it returns
        user.replace_all_uses_with(returned[user.args[1]])
        graph.erase_node(user)
    graph.erase_node(operation)
