"""Say what was found about the input range and the order of the channels."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from gridexplainer_widget.classifiers.preprocessing import Preprocessing
from gridexplainer_widget.core.arrays import Probabilities

from .candidates import Trial
from .checks import Check
from .input_range import Search

Described: TypeAlias = Callable[[Probabilities], str]
"""A picture's probabilities, or values → what the model says."""

IN_ORDER = Check("Channels", "ok", "Another order of the colours does not fit better.")


def range_checks(
    now: Preprocessing, answer: str, found: Search, described: Described
) -> tuple[Check, Check]:
    """Check the range and the channels; `answer` is what the model says now."""
    if found.best is None:
        return _range_check(now, answer, found, described), IN_ORDER
    better = _better(now, answer, found.best, found, described)
    if found.best.candidate.only_order:
        return Check("Input range", "ok", f"{now.description}."), better
    return better, IN_ORDER


def _range_check(now: Preprocessing, answer: str, found: Search, described: Described) -> Check:
    name = "Input range"
    if now.known:
        return Check(name, "ok", f"No other fits better than {now.description}.")
    handed = now.description.partition(";")[0]
    if found.settled:
        return Check(
            name, "ok",
            f"{handed}. Of the usual ranges it is the one that the model's batch normalisation "
            "remembers of its training.",
        )  # fmt: skip
    seen = (
        "In which range the model was trained is not known. As it is handed over now "
        f"({handed}): {answer}."
    )
    if found.tried:
        others = "; ".join(f"{_range_of(trial)} {described(trial.then)}" for trial in found.tried)
        seen = f"{seen} In other ranges: {others}."
    return Check(name, "unknown", seen, "Say which by preprocess=…", of_picture=True)


def _better(
    now: Preprocessing, answer: str, best: Trial, found: Search, described: Described
) -> Check:
    instead = f"Instead, {best.candidate.preprocessing.description}: {described(best.then)}"
    if found.because == "agreement":
        instead += f"; {_ranges(found)} {'agrees' if len(found.also) == 1 else 'agree'}"
    seen = f"Pixels as they are handed over now ({now.description}): {answer}. {instead}."
    if found.because == "memory":
        seen += " Such pixels fit what its batch normalisation remembers of its training."
    advice = f"If that is right, say {best.candidate.argument}."
    if found.also:
        others = " or ".join(trial.candidate.argument for trial in found.also)
        advice += f" Nearly as well fits {others}: take what it was trained with."
    name = "Channels" if best.candidate.only_order else "Input range"
    return Check(name, "warning", seen, advice)


def _ranges(found: Search) -> str:
    return " and ".join(_range_of(trial) for trial in found.also)


def _range_of(trial: Trial) -> str:
    return trial.candidate.argument.partition("=")[2]
