"""Scores and gradients of a PyTorch module."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from gridexplainer_widget.classifiers.imports import framework
from gridexplainer_widget.classifiers.layouts import to_front
from gridexplainer_widget.classifiers.network import Asked, Result
from gridexplainer_widget.classifiers.outputs import OutputKind
from gridexplainer_widget.core.arrays import PreparedBatch
from gridexplainer_widget.core.errors import MethodError

from .calls import (
    INSTALL,
    as_returned,
    evaluated,
    place_of,
    switched,
    uncompiled,
    with_buffers_kept,
)
from .kept_tensors import without_graphs
from .logits import Scores, answer_of, final_functions, refuse_certainty, scores_of


@dataclass(eq=False)
class ScoredModule:
    """A PyTorch module run for differentiable scores.

    `after` is post-processing of the raw output.
    """

    module: Any
    output: OutputKind
    after: Callable[[Any], Any] = as_returned
    pictures: int = field(default=0, init=False)

    @property
    def torch(self) -> Any:
        """The imported package."""
        return framework("torch", self.name, INSTALL)

    @property
    def name(self) -> str:
        """The module's class."""
        return type(self.module).__name__

    def call(self, call: Callable[[], Result], *, gradients: bool) -> Result:
        """Call with gradients on or off, outside inference mode."""
        torch = self.torch

        def ask() -> Result:
            leaving = partial(without_graphs, torch, self.module, call) if gradients else call
            return with_buffers_kept(self.module, torch, leaving)

        if not torch.is_inference_mode_enabled():
            return switched(torch, ask, gradients=gradients)
        with torch.inference_mode(mode=False):
            return switched(torch, ask, gradients=gradients)

    def leaf(self, batch: PreparedBatch) -> Any:
        """Return a batch as a leaf tensor, float32 (n, C, H, W), with gradient if on."""
        # A copy: no module may write to the caller's batch.
        tensor = self.torch.from_numpy(np.array(to_front(batch), np.float32))
        return tensor.requires_grad_(self.torch.is_grad_enabled())

    def scores(self, leaf: Any) -> Scores:
        """Run the module on a tensor (n, C, H, W)."""
        torch, module = self.torch, self.module
        device, dtype = place_of(module, torch)
        given = leaf.contiguous().to(device, dtype, copy=True)  # the module may write to it
        self.pictures += len(leaf)

        def ask() -> Any:
            return answer_of(self.after(module(given)), len(leaf), self.name)

        answer, calls = final_functions(
            torch, lambda: evaluated(module, lambda: uncompiled(module, torch, ask))
        )
        return scores_of(answer, calls, self.output)

    def gradients(self, scores: Scores, target: Asked, tensors: Sequence[Any]) -> tuple[Any, ...]:
        """Return the gradients of a class's score in the tensors, not the parameters.

        Raises
        ------
        MethodError
            There are none.
        """
        score = scores.of(target)
        refuse_certainty(scores, target, self.name)
        found: tuple[Any, ...] = (None,)
        if score.requires_grad:
            found = self.torch.autograd.grad(score.sum(), list(tensors), allow_unused=True)
        if any(gradient is None for gradient in found):
            raise MethodError(
                f"{self.name} has no gradient: torch.no_grad(), detach(), rounding or whole "
                "numbers cut off the way to its output. Take these out of its forward, or take a "
                "black-box method, such as occlusion."
            )
        return found
