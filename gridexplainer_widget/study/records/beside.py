"""Explain pictures in a second thread, with a copy of the model of its own.

While one thread calculates, the other cuts patches, keeps answers and fits maps; and the small
calculations of one picture seldom keep two processors busy.
"""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final, TypeAlias

from gridexplainer_widget.core.errors import UnsupportedGraph
from gridexplainer_widget.core.fills import Fill

from .drawn import drawn_answers
from .held import HeldModel
from .plan import Plan
from .reading import Item
from .recipe import Recipe

Explain: TypeAlias = Callable[[HeldModel, Item], Any]
"""A model and a picture → its table."""

BEFORE: Final = 3
"""Pictures that are explained first: they compile, and the last of them tells the pace."""

LEAST_SECONDS: Final = 20.0
"""Of work that is left: else reading and compiling the copy would not pay."""

HANDED_OUT: Final = 2
"""Pictures that the other thread has at most: one in work, one waiting."""


class Beside:
    """A second thread, from the moment on that its copy of the model is ready.

    Parameters
    ----------
    explain
        What either thread does.
    may_help
        Tells whether a second thread may gain something, after some pictures.
    recipe
        Tells how to copy the model.
    """

    def __init__(
        self, explain: Explain, may_help: Callable[[], bool], recipe: Callable[[], Recipe]
    ) -> None:
        self._explain, self._may_help, self._recipe = explain, may_help, recipe
        self._thread = ThreadPoolExecutor(1, "gridexplainer-explain")
        self._copy: Future[HeldModel | None] | None = None
        self._handed_out = deque[Future[Any]]()
        self._explained, self._since = 0, time.perf_counter()

    def explained(self, left: int) -> None:
        """Note that the first thread has explained a picture; perhaps begin, if many are left."""
        self._explained, since = self._explained + 1, self._since
        self._since = time.perf_counter()
        if self._explained == BEFORE and left * (self._since - since) > LEAST_SECONDS:
            self._copy = self._thread.submit(self._copied) if self._may_help() else None

    def takes(self, item: Item) -> bool:
        """Hand out a picture, if the copy is ready and has time."""
        if self._copy is None or not self._copy.done() or len(self._handed_out) >= HANDED_OUT:
            return False
        model = self._copy.result()
        if model is not None:
            self._handed_out.append(self._thread.submit(self._explain, model, item))
        return model is not None

    def ready(self) -> Iterator[Any]:
        """Yield the tables that are ready."""
        while self._handed_out and self._handed_out[0].done():
            yield self._handed_out.popleft().result()

    def rest(self) -> Iterator[Any]:
        """Wait for the pictures that were handed out; yield their tables."""
        while self._handed_out:
            yield self._handed_out.popleft().result()

    def end(self) -> None:
        """Hand out no more."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _copied(self) -> HeldModel | None:
        """Copy the model; None where that fails or the copy answers otherwise, be it by a bit."""
        try:
            recipe = self._recipe()
            setup = recipe.setup()
            same = drawn_answers(setup) == recipe.identity.answers
        except Exception:  # noqa: BLE001 - one thread does as well
            return None
        return HeldModel(setup) if same else None


def may_help(model: HeldModel, plan: Plan) -> bool:
    """Tell whether a second thread may gain something, and nothing of the user's runs in both.

    It does for Keras models on patches: TensorFlow runs any number of calls at once. PyTorch's
    export replaces how the modules of all models are called meanwhile, and sessions of ONNX Runtime
    take all processors each.
    """
    setup = model.setup
    classifier, (height, width, _) = setup.classifier, setup.classifier.input_shape
    engines = classifier.incremental_engine
    own = classifier.preprocessing.function is not None or isinstance(setup.given["fill"], Fill)
    cells_alone = all(request.method.explain is None for request in plan.methods)
    if processors() < 2 or own or callable(setup.given["fill"]) or not cells_alone:
        return False
    if not model.is_known:
        return False  # code of the user's own
    if engines is None or height is None or width is None or setup.engine == "full":
        return False
    try:
        engine = engines((height, width))
    except UnsupportedGraph:
        return False
    return engine.executor.runs_beside and not engine.executor.accelerated


def processors() -> int:
    """Count the processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
