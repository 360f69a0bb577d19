"""A model as a function: pictures in, probabilities out."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.core.arrays import PreparedBatch, Probabilities
from gridexplainer_widget.core.scores import Answers
from gridexplainer_widget.core.shown import shown
from gridexplainer_widget.incremental.engine import Engines

from .guess import Guess, check_same, guess_again, refuse_values
from .labels import Labels, names_of
from .log_odds import fits, log_odds_of, split
from .mark import Confirmation, Mark
from .model_lock import lock_of
from .network import Network
from .outputs import LOGITS, OutputKind, read_answer, to_probabilities
from .preprocessing import AS_IS, Preprocessing
from .quantities import Quantity, quantity_of
from .several import OutputIndex

READ_OFF_THE_MODEL = (
    *("forward", "itself", "preprocessing", "output", "labels"),
    *("mark", "open_network", "incremental_engine", "misfit"),
)
"""What :meth:`Classifier.renew` replaces."""

Shape: TypeAlias = "tuple[int | None, int | None, int]"
"""Height, width (None: any) and channels (1, 3 or 4) of a model's input."""

ShapeLike: TypeAlias = "tuple[int | None, int | None, int | None]"
"""A shape given by the user; None: not given."""


@dataclass(frozen=True)
class Overrides:
    """What the user states about a model; None: find out."""

    preprocessing: Preprocessing | None = None
    labels: Labels | None = None
    output: OutputKind | None = None
    input_shape: ShapeLike = (None, None, None)
    output_index: OutputIndex = None

    def shape(self, found: Shape = (None, None, 3)) -> Shape:
        """Override the shape found with the user's."""
        height, width, channels = self.input_shape
        return (height or found[0], width or found[1], channels or found[2])


@dataclass
class Classifier:
    """Any model behind one interface.

    Parameters
    ----------
    name : str
    input_shape : (height or None, width or None, channels)
        None: any size.
    forward : callable
        Preprocessed float32 (batch, height, width, channels) → raw output: (batch, classes), or a
        mapping or named tuple that holds it; perhaps with its logits: `log_odds.py`.
    preprocessing : Preprocessing
        Applied to a batch in 0..255.
    output : OutputKind, optional
        Kind of raw output; by default guessed from values, and again if later ones differ.
    labels : tuple of str, or mapping from index to str, optional
    unit : str
        Of values, such as "years".
    layout_known : bool
        Whether `forward` certainly takes channels last.
    size_assumed : bool
        Whether it takes pictures of other sizes as well, and nothing tells the right one.
    pauses : tuple of float
        Seconds before each retry of a failed call.
    open_network : callable, optional
        OutputKind → :class:`~.network.Network`; None for a black box.
    incremental_engine : Engines, optional
        (height, width) of a picture → its engine, or raises
        :class:`~gridexplainer_widget.core.errors.UnsupportedGraph`. It takes the lock itself.
    output_is_given : bool
        Whether the user said `output`.
    itself : callable, optional
        As `forward`, by the user's model itself where `forward` is compiled of it.
    mark : callable, optional
        What the answers depend on, as far as it can be seen; see :class:`~.mark.Mark`.
    reread : callable, optional
        Reads the model anew.
    misfit : callable, optional
        Preprocessed batch → how far each picture is from those that the model was trained on, as
        far as its batch normalisation remembers them, or None: `normalisation.py`.
    batch_budget : int, optional
        Bytes of a batch, its activations included, beyond which it becomes slower; None: unknown.
    lock : context manager
        Of the model, whoever uses it: see :func:`~.model_lock.lock_of`.

    Attributes
    ----------
    confirmed : dict
        Which compiled forms were compared with the model itself, by structure and way.
    """

    name: str
    input_shape: Shape
    forward: Callable[[PreparedBatch], Any]
    preprocessing: Preprocessing = AS_IS
    output: OutputKind | None = None
    labels: Labels | None = None
    unit: str = ""
    layout_known: bool = True
    size_assumed: bool = False
    pauses: tuple[float, ...] = ()
    open_network: Callable[[OutputKind], Network] | None = field(
        default=None, repr=False, compare=False
    )
    incremental_engine: Engines | None = field(default=None, repr=False, compare=False)
    output_is_given: bool = field(default=False, repr=False, compare=False)
    itself: Callable[[PreparedBatch], Any] | None = field(default=None, repr=False, compare=False)
    mark: Callable[[], Mark] | None = field(default=None, repr=False, compare=False)
    reread: Callable[[], Classifier] | None = field(default=None, repr=False, compare=False)
    misfit: Callable[[PreparedBatch], NDArray[np.float64] | None] | None = field(
        default=None, repr=False, compare=False
    )
    batch_budget: int | None = field(default=None, repr=False, compare=False)
    lock: Any = field(default_factory=lock_of, repr=False, compare=False)

    confirmed: dict[tuple[Hashable, Hashable], Confirmation] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _has_worked: bool = field(default=False, init=False, repr=False, compare=False)
    _guess: Guess | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self.name = shown(self.name)

    def __call__(self, batch: PreparedBatch) -> Probabilities:
        """Classify a batch; calls from several threads take turns.

        Parameters
        ----------
        batch : float32 array (n, height, width, channels), 0..255

        Returns
        -------
        float32 array (n, classes), 0..1, or values
            NaN where the model gave NaN. A single sigmoid yields two classes, its own second.

        Raises
        ------
        ClassifierError
            The output is not (batch, classes) or changes its kind.
        ValueError
            The number of labels is not the number of classes.
        """
        return self.answers(batch).vectors

    def answers(self, batch: PreparedBatch) -> Answers:
        """Classify a batch as a call does, with the log-odds of the logits, where there are any."""
        with self.lock:
            return self.read(self._raw(self.forward, batch), len(batch))

    def read(self, raw: Any, batch: int) -> Answers:
        """Convert the raw output for a batch; errors as for a call."""
        answer, logits = split(raw)
        numbers, named = read_answer(answer, batch, self.name, self.output)
        kind = self.kind_of(numbers, logits=named)
        if kind == "logits" and not self.output_is_given:
            refuse_values(numbers, self.name)
        vectors = to_probabilities(numbers, kind, self.name)
        if self.labels is not None:
            self.names(vectors.shape[1])
        if kind in LOGITS:
            logits = numbers
        elif not fits(raw, kind) or np.size(logits) != numbers.size:
            return Answers.without_logits(vectors)
        return Answers(vectors, log_odds_of(np.reshape(logits, numbers.shape), kind))

    @property
    def told_output(self) -> OutputKind | None:
        """The kind of output, unless it is only guessed."""
        return self.output if self._guess is None else None

    def kind_of(self, raw: NDArray[np.floating[Any]], *, logits: bool = False) -> OutputKind:
        """Return the kind of raw outputs (n, classes), which may be named logits.

        Raises
        ------
        ClassifierError
            Earlier ones were guessed to be of another kind; from now on it is this.
        """
        before = self._guess
        if self.output is not None and before is None:
            return self.output
        now = Guess("logits", sure=True) if logits else guess_again(raw, before)
        if now is None:  # NaN or infinity, whatever they are
            return "logits"
        self.output, self._guess = now.kind, None if logits else now
        if before is not None:
            check_same(before, now, raw, self.name)
        return now.kind

    def ask(self, batch: PreparedBatch) -> tuple[NDArray[np.floating[Any]], bool]:
        """Return raw outputs (n, classes), and whether the model calls them logits."""
        with self.lock:
            answer = split(self._raw(self.forward, batch))[0]
            numbers, logits = read_answer(answer, len(batch), self.name, self.output)
            return numbers.copy(), logits  # the model may answer into the same memory each time

    def ask_itself(self, batch: PreparedBatch) -> Answers:
        """Return what the user's model itself gives, uncompiled."""
        with self.lock:
            return self.read(self._raw(self.itself or self.forward, batch), len(batch))

    def renew(self) -> None:
        """Read the model anew, as it is now; forget all that was compiled of it."""
        if self.reread is not None:
            fresh = self.reread()
            for name in READ_OFF_THE_MODEL:
                setattr(self, name, getattr(fresh, name))
            self._guess = None
            self.confirmed.clear()

    def _raw(self, forward: Callable[[PreparedBatch], Any], batch: PreparedBatch) -> Any:
        prepared = self.preprocessing(batch)
        raw = self._patiently(forward, prepared)
        self._has_worked = True
        return raw

    def _patiently(self, forward: Callable[[PreparedBatch], Any], prepared: PreparedBatch) -> Any:
        """Retry a failed call: a server may be gone for a moment.

        Before the first success, retry connection errors only. Each try gets a batch of its own,
        since a failed one may have written into it.
        """
        for pause in self.pauses:
            try:
                return forward(prepared.copy())
            except Exception as error:
                if not (self._has_worked or isinstance(error, (OSError, TimeoutError))):
                    raise
            time.sleep(pause)
        return forward(prepared)

    @property
    def quantity(self) -> Quantity:
        """What its numbers are."""
        return quantity_of({"output": self.output, "unit": self.unit})

    def names(self, classes: int) -> tuple[str, ...]:
        """Label each of `classes` classes; see :func:`~.labels.names_of`."""
        return names_of(self.labels, classes, self.name, self.quantity.noun_of_each)


def top_classes(vector: NDArray[np.floating[Any]], k: int) -> list[int]:
    """Return the `k` most probable classes, best first."""
    return [int(index) for index in np.argsort(-vector, kind="stable")[:k]]
