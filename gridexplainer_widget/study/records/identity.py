"""What tells one model, asked in one way, from another."""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib import metadata
from typing import Any, Final

import numpy as np

from gridexplainer_widget._version import __version__
from gridexplainer_widget.analysis.setup import Setup
from gridexplainer_widget.core.errors import ModelChangedError
from gridexplainer_widget.core.origin.digests import digest_of_parts, files_digest

from .drawn import drawn_answers, same_answers
from .plan import Plan

UNKNOWN: Final = "unknown"
"""Weights of a black box that is no file: its answers alone tell it."""

PACKAGES: Final = ("numpy", "tensorflow", "keras", "torch", "onnxruntime", "pyarrow")


@dataclass(frozen=True)
class Identity:
    """A model and its settings, as a file can hold them.

    Parameters
    ----------
    weights : str
        SHA-256 of the model's file or of its weights, or "unknown".
    configuration : str
        SHA-256 of `settings`.
    settings : mapping
        What numbers depend on, the package's version included.
    answers : list of lists of float
        What the model says of a drawn picture: whole, half hidden, and all hidden.
    """

    weights: str
    configuration: str
    settings: Mapping[str, Any]
    answers: list[list[float]]

    @property
    def record(self) -> dict[str, Any]:
        """All fields as plain values."""
        return asdict(self)

    def differences(self, other: Identity) -> list[str]:
        """Say in what another differs, a sentence each."""
        found = [
            f"{name} was {self.settings.get(name)!r:.80} and is {other.settings.get(name)!r:.80}"
            for name in dict.fromkeys((*self.settings, *other.settings))
            if self.settings.get(name) != other.settings.get(name)
        ]
        if self.weights != other.weights:
            found.append("the model's weights are others")
        elif not found and not same_answers(self.answers, other.answers):
            found.append("the model answers otherwise about the same drawn picture")
        return found


def identity_of(setup: Setup, plan: Plan) -> Identity:
    """Look at a model, and ask it about a drawn picture.

    Raises
    ------
    ClassifierError
        The model fails.
    """
    settings = settings_of(setup, plan)
    text = json.dumps(settings, sort_keys=True, ensure_ascii=False)
    configuration = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    answers = drawn_answers(setup)  # first: it builds what is not built yet
    return Identity(weights_of(setup), configuration, settings, answers)


def check_answers(setup: Setup, identity: Identity) -> None:
    """Ask again about the drawn picture.

    Raises
    ------
    ModelChangedError
        The model answers otherwise.
    """
    if not same_answers(identity.answers, drawn_answers(setup)):
        raise ModelChangedError(
            f"{setup.classifier.name} answers otherwise than when the study began, about the same "
            "drawn picture. A model that depends on chance or on what it was asked before cannot "
            "be studied: in PyTorch, say model.eval()."
        )


def settings_of(setup: Setup, plan: Plan) -> dict[str, Any]:
    """Collect what numbers depend on, beside the model's weights."""
    classifier, labels = setup.classifier, setup.given["labels"]
    backgrounds = [
        digest_of_parts([np.ascontiguousarray(one).tobytes()])
        for request in plan.methods
        if (given := request.options.background) is not None
        for one in [given]
    ]
    return {
        "grid_size": list(setup.grid_size),
        "fill": setup.fill.name,
        "score": setup.score,
        "seed": setup.seed,
        "joint": setup.joint,
        "budget": setup.budget,
        "preprocessing": classifier.preprocessing.record,
        "input_shape": list(classifier.input_shape),
        "output": setup.given["output"],
        "output_index": setup.given["output_index"],
        "unit": classifier.unit,
        "labels": None if labels is None else _labels_digest(classifier.labels),
        **plan.record,
        **({"backgrounds": backgrounds} if backgrounds else {}),
        "version": __version__,
    }


def versions() -> dict[str, str]:
    """Tell what is installed."""
    installed = {one.name: one.version for one in metadata.distributions() if one.name in PACKAGES}
    ours = {"python": platform.python_version(), "gridexplainer-widget": __version__}
    return ours | dict(sorted(installed.items()))


def weights_of(setup: Setup) -> str:
    """Digest a model's file or folder, else its weights where these can be seen."""
    given = setup.given["model"]
    if isinstance(given, (str, os.PathLike)):
        return files_digest(given)
    if hasattr(given, "SerializeToString"):
        return hashlib.sha256(given.SerializeToString()).hexdigest()
    mark = setup.classifier.mark
    weights = mark().weights if mark else ()
    return digest_of_parts(weights) if weights else UNKNOWN


def _labels_digest(labels: Any) -> str:
    pairs = sorted(labels.items()) if isinstance(labels, Mapping) else list(labels or ())
    return hashlib.sha256(repr(pairs).encode("utf-8", "surrogatepass")).hexdigest()
