"""A model as the rest of the package sees it: pictures in, probabilities out."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.core.arrays import PreparedBatch, Probabilities
from gridexplainer_widget.incremental.engine import IncrementalEngine

from .labels import Labels, names_of
from .network import Network
from .outputs import OutputKind, guess_output, read_answer, to_probabilities
from .preprocessing import AS_IS, Preprocessing

Shape: TypeAlias = "tuple[int | None, int | None, int]"
"""Height, width (None where any will do) and channels (1, 3 or 4) of a model's input."""

ShapeLike: TypeAlias = "tuple[int | None, int | None, int | None]"
"""The same, None where the user gave nothing."""


@dataclass(frozen=True)
class Overrides:
    """What the user states about a model; None means: find out."""

    preprocessing: Preprocessing | None = None
    labels: Labels | None = None
    output: OutputKind | None = None
    input_shape: ShapeLike = (None, None, None)

    def shape(self, found: Shape = (None, None, 3)) -> Shape:
        """Return the shape that was found, overridden by what the user gave."""
        height, width, channels = self.input_shape
        return (height or found[0], width or found[1], channels or found[2])


@dataclass
class Classifier:
    """Any model behind one interface.

    Parameters
    ----------
    name : str
        Shown and stored.
    input_shape : (height or None, width or None, channels)
        None where the model takes any size.
    forward : callable
        float32 (batch, height, width, channels), preprocessed → the model's
        raw output: (batch, classes), or a mapping or a named tuple that holds it.
    preprocessing : Preprocessing
        Applied to a batch in 0..255 before `forward`.
    output : OutputKind, optional
        What `forward` returns; None finds out from the first batch.
    labels : tuple of str, or mapping from index to str, optional
        Names of the classes.
    layout_known : bool
        Whether `forward` certainly wants channels last.
    pauses : tuple of float
        Seconds to wait before each retry of a call that failed.
    open_network : callable, optional
        OutputKind of the model → its :class:`~.network.Network`; None for a black box.
    incremental_engine : callable, optional
        (height, width) of a picture → the engine that recalculates parts of the model. It raises
        :class:`~gridexplainer_widget.core.errors.UnsupportedGraph` where the model cannot be read;
        None where that is never tried.
    """

    name: str
    input_shape: Shape
    forward: Callable[[PreparedBatch], Any]
    preprocessing: Preprocessing = AS_IS
    output: OutputKind | None = None
    labels: Labels | None = None
    layout_known: bool = True
    pauses: tuple[float, ...] = ()
    open_network: Callable[[OutputKind], Network] | None = field(
        default=None, repr=False, compare=False
    )
    incremental_engine: Callable[[tuple[int, int]], IncrementalEngine] | None = field(
        default=None, repr=False, compare=False
    )
    lock: Any = field(default_factory=threading.Lock, repr=False, compare=False)

    _has_worked: bool = field(default=False, init=False, repr=False, compare=False)

    def __call__(self, batch: PreparedBatch) -> Probabilities:
        """Classify a batch of pictures; one call at a time, whatever the thread.

        Parameters
        ----------
        batch : float32 array (n, height, width, channels), 0..255

        Returns
        -------
        float32 array (n, classes), 0..1
            NaN where the model gave NaN. A single sigmoid yields two
            classes, the other one first.

        Raises
        ------
        ClassifierError
            The output is not (batch, classes) or changes its kind.
        ValueError
            The number of labels is not the number of classes.
        """
        return self._probabilities(*self.ask(batch))

    def read(self, raw: Any, batch: int) -> Probabilities:
        """Turn the raw output for a batch into class probabilities.

        Raises
        ------
        ClassifierError, ValueError
            As for a call.
        """
        return self._probabilities(*read_answer(raw, batch, self.name))

    def _probabilities(self, raw: NDArray[np.floating[Any]], logits: bool) -> Probabilities:  # noqa: FBT001
        if self.output is None:
            self.output = "logits" if logits else guess_output(raw)
        probabilities = to_probabilities(raw, self.output, self.name)
        if self.labels is not None:
            self.names(probabilities.shape[1])
        return probabilities

    def ask(self, batch: PreparedBatch) -> tuple[NDArray[np.floating[Any]], bool]:
        """Return the raw outputs (n, classes), and whether the model calls them logits.

        Raises
        ------
        ClassifierError
            The output is not (batch, classes).
        """
        prepared = self.preprocessing(batch)
        with self.lock:
            raw = self._forward_patiently(prepared)
            self._has_worked = True
        return read_answer(raw, len(batch), self.name)

    def _forward_patiently(self, prepared: PreparedBatch) -> Any:
        """Retry a call that failed: a server may be busy or gone for a moment.

        A failure before the first success is final, unless it is the connection's.
        """
        for pause in self.pauses:
            try:
                return self.forward(prepared)
            except Exception as error:
                if not (self._has_worked or isinstance(error, (OSError, TimeoutError))):
                    raise
            time.sleep(pause)
        return self.forward(prepared)

    def names(self, classes: int) -> tuple[str, ...]:
        """Return a label for each of `classes` classes; "class 7" where none is known.

        Raises
        ------
        ValueError
            There are labels for more or fewer classes.
        """
        return names_of(self.labels, classes, self.name)


def top_classes(vector: NDArray[np.floating[Any]], k: int) -> list[int]:
    """Return the indices of the `k` most probable classes of a vector (classes,), best first."""
    return [int(index) for index in np.argsort(-vector, kind="stable")[:k]]
