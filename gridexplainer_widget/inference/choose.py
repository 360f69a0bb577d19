"""Which way a picture is asked about under a grid: the whole model, or what changes of it."""

from __future__ import annotations

import warnings
from typing import Literal, TypeAlias, get_args

from gridexplainer_widget.classifiers.classifier import Classifier
from gridexplainer_widget.core.masking import Masker
from gridexplainer_widget.incremental.engine import Patcher
from gridexplainer_widget.incremental.executor import NotReadable, NotTried

from .incremental import FEWEST, IncrementalPass
from .strategy import FullPass, Pass, choose_batch_size

Engine: TypeAlias = Literal["auto", "full", "incremental"]


def parse_engine(engine: str) -> Engine:
    """Check an engine's name.

    Raises
    ------
    ValueError
        There is no such engine.
    """
    if engine in get_args(Engine):
        known: Engine = engine  # type: ignore[assignment]  # it is one of them
        return known
    names = ", ".join(map(repr, get_args(Engine)))
    raise ValueError(f"engine={engine!r} is unknown. Wanted is one of {names}.")


def pass_of(classifier: Classifier, masker: Masker, engine: Engine, batch_size: int | None) -> Pass:
    """Choose the way for a picture under a grid."""
    queries = len(masker.grid) + 1
    full = FullPass(
        classifier, masker, batch_size or choose_batch_size(queries, masker.pixels.nbytes)
    )
    if engine == "full" or queries < FEWEST:
        return full
    try:
        incremental = IncrementalPass(full, _patcher(classifier, masker, engine), batch_size)
    except NotReadable as reason:
        full.words = f"full: {reason}"
        if engine == "incremental" or not isinstance(reason, NotTried):
            warnings.warn(  # Python shows the same one once
                f"{classifier.name} is run in full for each hidden cell: {reason}. The numbers are "
                "right, it only takes longer. engine='full' asks for that without a word.",
                stacklevel=2,
            )
        return full
    nothing_gained = not incremental.patching.patched and not incremental.patcher.executor.lighter
    return full if nothing_gained and engine == "auto" else incremental


def _patcher(classifier: Classifier, masker: Masker, engine: Engine) -> Patcher:
    """Read the model; raise NotReadable where that cannot be, or would not pay."""
    if classifier.patched is None:
        raise NotTried("it is closed to what looks inside")
    if classifier.preprocessing.function is not None:
        raise NotTried("its preprocessing is a function, which may change any pixel")
    height, width = masker.pixels.shape[:2]
    patcher = classifier.patched((height, width))
    if patcher.executor.accelerated and engine == "auto":
        raise NotTried("it does not run on a CPU, and costs are known for CPUs")
    return patcher
