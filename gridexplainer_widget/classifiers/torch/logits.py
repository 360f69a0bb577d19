"""Find the scores to differentiate in a PyTorch module's output."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from gridexplainer_widget.classifiers.log_odds import BeforeSigmoid, BeforeSoftmax
from gridexplainer_widget.classifiers.network import Asked, Result
from gridexplainer_widget.classifiers.outputs import LOGITS, OutputKind, named_answer
from gridexplainer_widget.core.arrays import PreparedBatch
from gridexplainer_widget.core.errors import MethodError
from gridexplainer_widget.core.scores import INDEPENDENT

from .calls import undone

FINAL_FUNCTIONS = {
    "softmax": "softmax",
    "special_softmax": "softmax",
    "sigmoid": "sigmoid",
    "special_expit": "sigmoid",
    "log_softmax": "log",
    "special_log_softmax": "log",
}

MIN_PROBABILITY = float(np.finfo(np.float32).tiny)


@dataclass(frozen=True, eq=False)
class Scores:
    """Differentiable scores.

    `values` (n, outputs) are logits, or probabilities if `differentiated` is "log-odds".
    """

    values: Any
    differentiated: str
    output: OutputKind

    def of(self, target: Asked) -> Any:
        """Return a class's score, or how far it is above another's: float tensor (n,)."""
        if isinstance(target, tuple):
            return self._lead(*target)
        single = self.values.shape[1] == 1
        if single and self.output in {*LOGITS, "sigmoid"}:  # one number for two classes
            return self._column(0) if target else -self._column(0)
        return self._column(target)

    def _lead(self, target: int, contrast: int) -> Any:
        if self.values.shape[1] == 1:  # the odds of two classes are each other's inverse
            return self.of(target)
        if self.differentiated == "logit" or self.output in INDEPENDENT:
            return self.of(target) - self.of(contrast)
        heights = self.values.clamp(min=MIN_PROBABILITY).log()
        return heights[:, target] - heights[:, contrast]

    def _column(self, index: int) -> Any:
        values = self.values
        if self.differentiated == "logit":
            return values[:, index]
        rest = 1 - values[:, index]
        if self.output in {"softmax", "percent"} and values.shape[1] > 1:
            # Sum the others: 1 − p has no digits left for p near 1.
            rest = values[:, :index].sum(1) + values[:, index + 1 :].sum(1)
        return (
            values[:, index].clamp(min=MIN_PROBABILITY).log()
            - rest.clamp(min=MIN_PROBABILITY).log()
        )


def final_functions(
    torch: Any, call: Callable[[], Result]
) -> tuple[Result, list[tuple[str, Any, Any]]]:
    """Record (kind, input, output) of each softmax and sigmoid of a vector."""
    calls: list[tuple[str, Any, Any]] = []

    # PyTorch is imported late: mypy does not know the class.
    class Watching(torch.overrides.TorchFunctionMode):  # type: ignore[misc]
        def __torch_function__(
            self, function: Any, _: Any, given: Any = (), named: Any = None
        ) -> Any:
            result = function(*given, **(named or {}))
            kind = FINAL_FUNCTIONS.get(getattr(function, "__name__", ""))
            if kind and all(side == 1 for side in result.shape[2:]):  # not attention
                calls.append((kind, given[0] if given else named["input"], result))
            return result

    watching = Watching()

    def ask() -> Result:
        with watching:
            return call()

    def back() -> None:
        # An interrupt may have kept the mode on.
        if torch.overrides._get_current_function_mode() is watching:  # noqa: SLF001 - the only way to tell
            watching.__exit__(None, None, None)

    return undone(ask, back), calls


def seeking_logits(
    torch: Any, forward: Callable[[PreparedBatch], Any]
) -> Callable[[PreparedBatch], Any]:
    """Add the logits of a final softmax or sigmoid to what a module's `forward` returns.

    Once there are none, they are not looked for again: that takes time.
    """
    seeking = True

    def ask(batch: PreparedBatch) -> Any:
        nonlocal seeking
        if not seeking:
            return forward(batch)
        raw, calls = final_functions(torch, lambda: forward(batch))
        found = _final_logits(raw, calls)
        seeking = found is not raw
        return found

    return ask


def _final_logits(raw: Any, calls: list[tuple[str, Any, Any]]) -> Any:
    answer, _ = named_answer(raw)
    if hasattr(answer, "detach"):
        for kind, wrapped in (("softmax", BeforeSoftmax), ("sigmoid", BeforeSigmoid)):
            own = [call for call in calls if call[0] == kind]
            logits = _behind(answer, own, "softmax")
            if logits is not None:
                return wrapped(raw, logits.detach().float().cpu().numpy())
    return raw


def answer_of(raw: Any, pictures: int, name: str) -> Any:
    """Return the tensor (n, outputs) in a raw output, or raise MethodError."""
    answer, _ = named_answer(raw)
    shape = tuple(getattr(answer, "shape", ()))
    squeezed = pictures == 1 and len(shape) < 2
    fits = squeezed or (shape[:1] == (pictures,) and len(shape) <= 2)
    if not hasattr(answer, "grad_fn") or not fits:
        raise MethodError(
            f"{name} returns {type(answer).__name__} {shape or ''}; a tensor ({pictures}, classes) "
            "is wanted to look inside it. Wrap it in a module that returns such a tensor."
        )
    return answer.reshape(pictures, -1)


def scores_of(answer: Any, calls: list[tuple[str, Any, Any]], output: OutputKind) -> Scores:
    """Find the logits behind an output (n, outputs), else take log-odds.

    Logits are the input of the softmax or sigmoid (:func:`final_functions`) that gave the output,
    or of a log-softmax, whose slope vanishes where a model is certain.
    """
    logits = _behind(answer, calls, output)
    if logits is None and output in {*LOGITS, "value"}:
        logits = answer
    if logits is not None:
        return Scores(logits.float(), "logit", output)
    # On the CPU: some devices lack double precision.
    probabilities = answer.cpu().double() / (100 if output == "percent" else 1)
    return Scores(probabilities, "log-odds", output)


def refuse_certainty(scores: Scores, target: Asked, name: str) -> None:
    """Raise MethodError for log-odds of a probability of 0 or 1: they have no slope."""
    if scores.differentiated == "log-odds" and bool((scores.of(target).abs() > 87).any()):
        raise MethodError(
            f"{name} is certain to the last digit, and the logits behind its probabilities cannot "
            "be reached; so there is no gradient. Let it return logits, and say output='logits'."
        )


def _behind(answer: Any, calls: list[tuple[str, Any, Any]], output: OutputKind) -> Any:
    if output in {"multilabel-logits", "value"}:
        return None
    wanted = {"log"} if output == "logits" else {"softmax", "sigmoid"}
    scale = 100 if output == "percent" else 1
    for kind, given, result in reversed(calls):
        if kind not in wanted or given is result or result.numel() != answer.numel():
            continue
        apart = (result.detach().reshape(answer.shape) * scale).to(answer) - answer.detach()
        if bool((apart.abs() <= 1e-6 * scale).all()) and given.numel() == answer.numel():
            return given.reshape(answer.shape)
    return None
