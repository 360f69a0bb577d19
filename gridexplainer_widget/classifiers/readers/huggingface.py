"""A classifier from a model, a pipeline or a folder of Hugging Face."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from gridexplainer_widget.classifiers.classifier import Classifier, Overrides, ShapeLike
from gridexplainer_widget.classifiers.imports import framework
from gridexplainer_widget.classifiers.labels import distinct
from gridexplainer_widget.classifiers.preprocessing import Preprocessing
from gridexplainer_widget.classifiers.torch.calls import as_returned
from gridexplainer_widget.classifiers.torch.families import read_module
from gridexplainer_widget.classifiers.transforms import read_transform

from .torch import torch_classifier

INSTALL = "gridexplainer-widget[transformers]"

NOTHING: ShapeLike = (None, None, None)

WANTED = (
    "Wanted is a model for image classification, such as AutoModelForImageClassification loads, "
    "or pipeline('image-classification'). Wrap another in a function of a batch (n, H, W, 3) in "
    "0..255 that returns (n, classes)."
)


def huggingface_classifier(model: Any, said: Overrides) -> Classifier:
    """Wrap a model or a pipeline of Hugging Face.

    Parameters
    ----------
    model : transformers.PreTrainedModel or transformers.Pipeline
    said : Said

    Raises
    ------
    TypeError
        It is not for image classification.
    ValueError
        Its image processor does more than can be read.
    """
    task = getattr(model, "task", None)
    if hasattr(model, "image_processor") and task is not None:
        if task != "image-classification":
            raise TypeError(f"This pipeline is for {task}. {WANTED}")
        return _classifier(model.model, model.image_processor, said)
    return _classifier(model, None, said)


def huggingface_folder(path: str | Path, said: Overrides) -> Classifier:
    """Load a folder that `save_pretrained` wrote, and wrap its model.

    Raises
    ------
    ValueError
        It holds no model for image classification.
    """
    transformers = framework("transformers", str(path), INSTALL)
    framework("torch", str(path), "gridexplainer-widget[torch]")
    name = Path(path).name
    try:
        model, loaded = transformers.AutoModelForImageClassification.from_pretrained(
            path, local_files_only=True, output_loading_info=True
        )
    except (OSError, ValueError) as error:
        raise ValueError(f"{name} cannot be loaded: {str(error).rstrip('.')}. {WANTED}") from error
    missing = sorted(loaded["missing_keys"])
    if missing:  # transformers would go on with random ones
        raise ValueError(
            f"{name} has no weights for {', '.join(missing[:4])}: it was not trained for image "
            f"classification. {WANTED}"
        )
    return _classifier(model, None, said)


def _classifier(model: Any, processor: Any, said: Overrides) -> Classifier:
    kind = type(model)
    ours = kind.__module__.startswith("transformers.")
    if not hasattr(model, "config") or (ours and "ImageClassification" not in kind.__name__):
        raise TypeError(f"{kind.__name__} is no image classifier. {WANTED}")
    config = model.config
    preprocessing, size = _preprocessing(model, processor, said)
    height, width = _size(config)
    known = (size[0] or height, size[1] or width, getattr(_vision(config), "num_channels", None))
    several = (
        getattr(config, "problem_type", None) == "multi_label_classification"
        and said.output is None
    )
    classifier = torch_classifier(
        model,
        replace(
            said,
            preprocessing=preprocessing,
            labels=said.labels or _labels(config),
            output="sigmoids" if several else said.output or "logits",
            input_shape=_first(said.input_shape, known),
        ),
        _sigmoids if several else as_returned,
    )
    return replace(classifier, name=Path(config.name_or_path).name or kind.__name__)


def _first(said: ShapeLike, known: ShapeLike) -> ShapeLike:
    return (said[0] or known[0], said[1] or known[1], said[2] or known[2])


def _sigmoids(returned: Any) -> Any:
    """Each class has a logit of its own, and several may be true."""
    return returned.logits.sigmoid()


def _preprocessing(
    model: Any, processor: Any, said: Overrides
) -> tuple[Preprocessing | None, ShapeLike]:
    """Return what is done to the pixels, and the size: a processor's size counts in any case."""
    try:
        found, size = _told(model, processor)
    except ValueError:
        if said.preprocessing is None:
            raise
        found, size = None, NOTHING
    return said.preprocessing or found, size


def _told(model: Any, processor: Any) -> tuple[Preprocessing | None, ShapeLike]:
    """Ask the processor that belongs to a model, or the one that its kind usually has."""
    processor = processor or _saved_processor(model.config.name_or_path)
    if processor is not None:
        return read_transform(processor)
    if hasattr(model, "timm_model"):
        told = read_module(model.timm_model)
        return told.preprocessing, (*(told.size or (None, None)), None)
    usual = _usual(model.config)
    if usual is None:
        return None, NOTHING
    found, size = usual
    description = found.description.replace(":", "'s defaults:", 1)
    # The defaults' size is that of another model where this one tells its own.
    return replace(found, description=description), NOTHING if all(_size(model.config)) else size


def _saved_processor(path: str) -> Any:
    if not path:
        return None
    transformers = framework("transformers", path, INSTALL)
    try:
        return transformers.AutoImageProcessor.from_pretrained(path, local_files_only=True)
    except Exception:  # noqa: BLE001 - whatever it is, there is none
        return None


def _usual(config: Any) -> tuple[Preprocessing, ShapeLike] | None:
    """Ask the image processor that a kind of model has where nothing is set."""
    name = "transformers.models.auto.image_processing_auto"
    mapping = framework(name, type(config).__name__, INSTALL).IMAGE_PROCESSOR_MAPPING
    try:
        kinds = mapping[type(config)]
    except KeyError:
        return None
    if isinstance(kinds, Mapping):  # since transformers 5: "pil" and "torchvision"
        kinds = [kinds[backend] for backend in sorted(kinds, reverse=True)]
    # MobileViT crops more than it resizes to, which leaves a border.
    asked = (_asked(kind, crop) for crop in ({}, {"do_center_crop": False}) for kind in kinds)
    return next((answer for answer in asked if answer is not None), None)


def _asked(kind: Any, settings: Mapping[str, Any]) -> tuple[Preprocessing, ShapeLike] | None:
    try:
        return read_transform(kind(**settings))
    except Exception:  # noqa: BLE001 - it needs settings, or a package that is not there
        return None


def _size(config: Any) -> tuple[int | None, int | None]:
    size = getattr(_vision(config), "image_size", None)
    if isinstance(size, int):
        return (size, size)
    return (int(size[0]), int(size[1])) if size else (None, None)


def _vision(config: Any) -> Any:
    """Return the part about pictures of a model that reads text as well."""
    return getattr(config, "vision_config", None) or config


def _labels(config: Any) -> tuple[str, ...] | None:
    """Read the names of the classes, unless they are only counted."""
    by_index = {int(index): str(name) for index, name in (config.id2label or {}).items()}
    labels = [by_index[index] for index in sorted(by_index)]
    named = any(name != f"LABEL_{index}" for index, name in enumerate(labels))
    return distinct(labels) if named else None
