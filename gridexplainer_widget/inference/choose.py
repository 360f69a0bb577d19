"""Chooses between full and incremental inference."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import partial
from typing import Literal, TypeAlias, get_args

from gridexplainer_widget.classifiers.classifier import Classifier
from gridexplainer_widget.core.errors import NotApplicable, UnsupportedGraph
from gridexplainer_widget.core.masking import Masker
from gridexplainer_widget.incremental.engine import Engines, IncrementalEngine, failed

from .incremental import MIN_PICTURES, IncrementalStrategy
from .later import FEWEST, Later
from .strategy import MAX_BATCH, FullStrategy, InferenceStrategy, batch_size_for, device_pace

Engine: TypeAlias = Literal["auto", "full", "incremental"]

FIRST_BATCH = 4
"""Pictures to begin with, so that something is soon known."""


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


@dataclass(frozen=True)
class Choice:
    """How to run a model at once and, perhaps, from another moment on."""

    now: InferenceStrategy
    later: Later | None = None


def choose_strategy(
    classifier: Classifier,
    masker: Masker,
    engine: Engine,
    batch_size: int | None,
    most: int = MAX_BATCH,
) -> Choice:
    """Choose how to run a model; warn if incremental inference was wanted but is impossible."""
    full = FullStrategy(classifier, masker, batch_size_for(classifier, masker, batch_size, most))
    fewest = FEWEST if engine == "auto" else MIN_PICTURES
    if engine == "full" or len(masker.grid) + 1 < fewest:
        return Choice(full)
    try:
        return _incremental_choice(full, engine, batch_size)
    except Exception as error:  # noqa: BLE001 - the model itself still answers
        _refused(full, engine, batch_size, error)
        return Choice(full)


def _incremental_choice(full: FullStrategy, engine: Engine, batch_size: int | None) -> Choice:
    """Go by patches at once where that is asked for or all is prepared; else perhaps later."""

    def read() -> IncrementalStrategy:
        return IncrementalStrategy(full, _read(full, engine), batch_size)

    def gaining() -> IncrementalStrategy | None:
        strategy = read()
        known = strategy.prepared or strategy.engine.disabled_reason
        return strategy if _gains(strategy) and (known or strategy.is_worth_it) else None

    engines, size = _engines(full.classifier), full.masker.pixels.shape[:2]
    if engine == "incremental":
        strategy = read()
        strategy.engine.refresh()
        return Choice(strategy)
    plan = gaining
    if not engines.is_new(size):
        found = gaining()
        if found is None or found.prepared or found.engine.disabled_reason:
            return Choice(found or full)
        plan = lambda: found  # noqa: E731 - as short as can be
    refused = partial(_refused, full, engine, batch_size)
    # What runs uncompiled keeps all its maps until it has ended.
    first = min(FIRST_BATCH, full.batch_size) if full.is_the_model else 1
    return Choice(
        FullStrategy(full.classifier, full.masker, first, uncompiled=True),
        Later(engines, full, plan, engines.seconds(size), refused),
    )


def _gains(strategy: IncrementalStrategy) -> bool:
    return bool(strategy.plan.patched) or strategy.engine.executor.lighter


def _refused(full: FullStrategy, engine: Engine, batch_size: int | None, error: Exception) -> None:
    """Say why the model is run in full."""
    reason = error if isinstance(error, UnsupportedGraph) else failed(error)
    full.description = f"full: {reason}"
    if isinstance(reason, OnDevice) and batch_size is None:
        full.pace = device_pace(full.masker, full.batch_size)
    if engine == "incremental" or not isinstance(reason, NotApplicable):
        warnings.warn(  # Python shows each text once
            f"{full.classifier.name} is run in full for each hidden cell: {reason}. The numbers "
            "are right, it only takes longer. engine='full' asks for that without a warning.",
            stacklevel=2,
        )


def uncompiled_strategy(
    classifier: Classifier, masker: Masker, batch_size: int | None
) -> InferenceStrategy:
    """Go by the user's model itself, since what is compiled of it answers otherwise; warn."""
    warnings.warn(
        f"{classifier.name} answers otherwise when it is compiled, so each picture is run through "
        "the model itself, uncompiled. The numbers are right, it only takes longer.",
        stacklevel=2,
    )
    size = batch_size_for(classifier, masker, batch_size)
    full = FullStrategy(classifier, masker, size, uncompiled=True)
    full.description = "full: the model itself, since compiled it answers otherwise"
    return full


def _engines(classifier: Classifier) -> Engines:
    if classifier.incremental_engine is None:
        raise NotApplicable("it is a black box, whose layers are not known")
    if classifier.preprocessing.function is not None:
        raise NotApplicable("its preprocessing is a function, which may change any pixel")
    return classifier.incremental_engine


def _read(full: FullStrategy, engine: Engine) -> IncrementalEngine:
    """Read the model; raise UnsupportedGraph where that fails or would not pay."""
    height, width = full.masker.pixels.shape[:2]
    found = _engines(full.classifier)((height, width))
    if found.executor.accelerated and engine == "auto":
        raise OnDevice("it does not run on a CPU, and costs are known for CPUs only")
    return found
