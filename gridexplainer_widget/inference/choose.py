"""Chooses between full and incremental inference."""

from __future__ import annotations

import warnings
from dataclasses import replace
from typing import Literal, TypeAlias, get_args

from gridexplainer_widget.classifiers.classifier import Classifier
from gridexplainer_widget.core.errors import NotApplicable, UnsupportedGraph
from gridexplainer_widget.core.masking import Masker
from gridexplainer_widget.incremental.engine import IncrementalEngine, failed

from .incremental import MIN_PICTURES, IncrementalStrategy
from .strategy import FullStrategy, InferenceStrategy, batch_size_for, device_pace

Engine: TypeAlias = Literal["auto", "full", "incremental"]


class OnDevice(NotApplicable):
    """The model runs on a device that is no CPU."""


def parse_engine(engine: str) -> Engine:
    """Check an engine's name.

    Raises
    ------
    ValueError
        Unknown name.
    """
    if engine in get_args(Engine):
        known: Engine = engine  # type: ignore[assignment]  # it is one of them
        return known
    names = ", ".join(map(repr, get_args(Engine)))
    raise ValueError(f"engine={engine!r} is unknown. Wanted is one of {names}.")


def choose_strategy(
    classifier: Classifier, masker: Masker, engine: Engine, batch_size: int | None
) -> InferenceStrategy:
    """Choose the strategy; warn if incremental inference was wanted but is impossible."""
    full = FullStrategy(classifier, masker, batch_size_for(masker, batch_size))
    if engine == "full" or len(masker.grid) + 1 < MIN_PICTURES:
        return full
    try:
        incremental = IncrementalStrategy(
            full, _incremental_engine(classifier, masker, engine), batch_size
        )
    except Exception as error:  # noqa: BLE001 - the model itself still answers
        reason = error if isinstance(error, UnsupportedGraph) else failed(error)
        full.description = f"full: {reason}"
        if isinstance(reason, OnDevice) and batch_size is None:
            full.pace = device_pace(masker, full.batch_size)
        if engine == "incremental" or not isinstance(reason, NotApplicable):
            warnings.warn(  # Python shows each text once
                f"{classifier.name} is run in full for each hidden cell: {reason}. The numbers are "
                "right, it only takes longer. engine='full' asks for that without a warning.",
                stacklevel=2,
            )
        return full
    nothing_gained = not incremental.plan.patched and not incremental.engine.executor.lighter
    return full if nothing_gained and engine == "auto" else incremental


def uncompiled_strategy(
    classifier: Classifier, masker: Masker, batch_size: int | None
) -> InferenceStrategy:
    """Go by the user's model itself, since what is compiled of it answers otherwise; warn."""
    warnings.warn(
        f"{classifier.name} answers otherwise when it is compiled, so each picture is run through "
        "the model itself, uncompiled. The numbers are right, it only takes longer.",
        stacklevel=2,
    )
    itself = replace(classifier, forward=classifier.itself or classifier.forward, itself=None)
    full = FullStrategy(itself, masker, batch_size_for(masker, batch_size))
    full.way = ("the model itself", masker.pixels.shape)
    full.description = "full: the model itself, since compiled it answers otherwise"
    return full


def _incremental_engine(
    classifier: Classifier, masker: Masker, engine: Engine
) -> IncrementalEngine:
    """Read the model; raise UnsupportedGraph where that fails or would not pay."""
    if classifier.incremental_engine is None:
        raise NotApplicable("it is a black box, whose layers are not known")
    if classifier.preprocessing.function is not None:
        raise NotApplicable("its preprocessing is a function, which may change any pixel")
    height, width = masker.pixels.shape[:2]
    with classifier.lock:  # reading it may run the model
        incremental = classifier.incremental_engine((height, width))
    if incremental.executor.accelerated and engine == "auto":
        raise OnDevice("it does not run on a CPU, and costs are known for CPUs only")
    return incremental
