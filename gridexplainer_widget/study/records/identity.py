"""What tells one model, asked in one way, from another."""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget._version import __version__
from gridexplainer_widget.analysis.setup import Setup
from gridexplainer_widget.classifiers.preprocessing import Preprocessing
from gridexplainer_widget.core.errors import ModelChangedError

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
        _sha256([np.asarray(one)])
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
        "preprocessing": _plain(classifier.preprocessing),
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
        return _files_digest(Path(given).expanduser())
    if hasattr(given, "SerializeToString"):
        return hashlib.sha256(given.SerializeToString()).hexdigest()
    mark = setup.classifier.mark
    weights = mark().weights if mark else ()
    return _digest_of_parts(weights) if weights else UNKNOWN


def _plain(preprocessing: Preprocessing) -> list[Any]:
    """Describe preprocessing without names of layers, which differ from process to process."""
    if preprocessing.function is not None:
        return ["a function"]
    return [list(preprocessing.scale), list(preprocessing.offset), preprocessing.bgr]


def _labels_digest(labels: Any) -> str:
    pairs = sorted(labels.items()) if isinstance(labels, Mapping) else list(labels or ())
    return hashlib.sha256(repr(pairs).encode("utf-8", "surrogatepass")).hexdigest()


def _files_digest(path: Path) -> str:
    """Digest a file, or all files of a folder by their names."""
    if path.is_file():
        return _file_digest(path)
    files = sorted(one for one in path.rglob("*") if one.is_file())
    names = ((one.relative_to(path).as_posix(), _file_digest(one)) for one in files)
    return _digest_of_parts(f"{name} {digest}".encode() for name, digest in names)


def _file_digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while piece := stream.read(2**20):
            digest.update(piece)
    return digest.hexdigest()


def _sha256(arrays: Iterable[NDArray[Any]]) -> str:
    return _digest_of_parts(np.ascontiguousarray(array).tobytes() for array in arrays)


def _digest_of_parts(parts: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "little") + part)
    return digest.hexdigest()
