"""ResNet50 for ImageNet and SHAP's fifty pictures."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.classifiers.imports import framework
from gridexplainer_widget.classifiers.readers.as_classifier import as_classifier

from .demo import Demo

CLASSES = 1000


def load_imagenet() -> Demo:
    """Download model and pictures, or read them from Keras's and SHAP's caches.

    Pictures are named "0" to "49", as in ``shap.datasets.imagenet50``.

    Raises
    ------
    ConnectionError
        They cannot be downloaded.
    """
    model = _fetched("ResNet50's ImageNet weights", _model)
    pictures, truth = _fetched("SHAP's imagenet50 pictures", _pictures)
    classifier = as_classifier(model)
    labels = classifier.names(CLASSES)
    names = [str(index) for index in range(len(pictures))]
    return Demo(
        name="imagenet",
        classifier=classifier,
        pictures=MappingProxyType(dict(zip(names, pictures, strict=True))),
        labels=labels,
        masks=MappingProxyType({name: MappingProxyType({}) for name in names}),
        truth=MappingProxyType(
            {name: (labels[int(index)],) for name, index in zip(names, truth, strict=True)}
        ),
    )


def _fetched(what: str, fetch: Any) -> Any:
    try:
        return fetch()
    except Exception as error:  # Keras raises a plain Exception, SHAP a URLError
        raise ConnectionError(
            f"{what} could not be fetched ({error}); without a network, demo.load('honest') and "
            "demo.load('cheating') have all they need."
        ) from error


def _model() -> Any:
    applications = framework("keras.applications", "The demo 'imagenet'", "tensorflow")
    return applications.ResNet50(weights="imagenet")


def _pictures() -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    import shap  # noqa: PLC0415 - takes seconds

    pictures, truth = shap.datasets.imagenet50()
    rounded: NDArray[np.uint8] = np.clip(np.rint(pictures), 0, 255).astype(np.uint8)
    rounded.setflags(write=False)
    return rounded, truth
