"""Read a model, a pipeline or a folder of Hugging Face."""

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

ANY_SHAPE: ShapeLike = (None, None, None)

WANTED = (
    "Wanted is a model for image classification, such as AutoModelForImageClassification loads, "
    "or pipeline('image-classification'). Wrap another in a function of a batch (n, H, W, 3) in "
    "0..255 that returns (n, classes)."
)


def huggingface_classifier(model: Any, overrides: Overrides) -> Classifier:
    """Wrap a `PreTrainedModel` or `Pipeline` for image classification."""
    task = getattr(model, "task", None)
    if hasattr(model, "image_processor") and task is not None:
        if task != "image-classification":
            raise TypeError(f"This pipeline is for {task}. {WANTED}")
        return _classifier(model.model, model.image_processor, overrides)
    return _classifier(model, None, overrides)


def huggingface_folder(path: str | Path, overrides: Overrides) -> Classifier:
    """Load and wrap a folder written by `save_pretrained`."""
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
    if missing:  # transformers would draw them at random
        raise ValueError(
            f"{name} has no weights for {', '.join(missing[:4])}: it was not trained for image "
            f"classification. {WANTED}"
        )
    return _classifier(model, None, overrides)


def _classifier(model: Any, processor: Any, overrides: Overrides) -> Classifier:
    kind = type(model)
    ours = kind.__module__.startswith("transformers.")
    if not hasattr(model, "config") or (ours and "ImageClassification" not in kind.__name__):
        raise TypeError(f"{kind.__name__} is no image classifier. {WANTED}")
    config = model.config
    preprocessing, size = _preprocessing(model, processor, overrides)
    height, width = _size(config)
    known = (size[0] or height, size[1] or width, getattr(_vision(config), "num_channels", None))
    several = (
        getattr(config, "problem_type", None) == "multi_label_classification"
        and overrides.output is None
    )
    classifier = torch_classifier(
        model,
        replace(
            overrides,
            preprocessing=preprocessing,
            labels=overrides.labels or _labels(config),
            output="sigmoids" if several else overrides.output or "logits",
            input_shape=_first(overrides.input_shape, known),
        ),
        _sigmoids if several else as_returned,
    )
    return replace(classifier, name=Path(config.name_or_path).name or kind.__name__)


def _first(given: ShapeLike, known: ShapeLike) -> ShapeLike:
    return (given[0] or known[0], given[1] or known[1], given[2] or known[2])


def _sigmoids(returned: Any) -> Any:
    return returned.logits.sigmoid()


def _preprocessing(
    model: Any, processor: Any, overrides: Overrides
) -> tuple[Preprocessing | None, ShapeLike]:
    """Return the user's preprocessing, else the processor's; always the processor's size."""
    try:
        found, size = _processor_preprocessing(model, processor)
    except ValueError:
        if overrides.preprocessing is None:
            raise
        found, size = None, ANY_SHAPE
    return overrides.preprocessing or found, size


def _processor_preprocessing(model: Any, processor: Any) -> tuple[Preprocessing | None, ShapeLike]:
    """Read the model's own image processor, else its kind's default."""
    processor = processor or _saved_processor(model.config.name_or_path)
    if processor is not None:
        return read_transform(processor)
    if hasattr(model, "timm_model"):
        metadata = read_module(model.timm_model)
        return metadata.preprocessing, (*(metadata.size or (None, None)), None)
    usual = _default_processor(model.config)
    if usual is None:
        return None, ANY_SHAPE
    found, size = usual
    description = found.description.replace(":", "'s defaults:", 1)
    # A model's own size beats the default.
    return replace(found, description=description), ANY_SHAPE if all(_size(model.config)) else size


def _saved_processor(path: str) -> Any:
    if not path:
        return None
    transformers = framework("transformers", path, INSTALL)
    try:
        return transformers.AutoImageProcessor.from_pretrained(path, local_files_only=True)
    except Exception:  # noqa: BLE001 - whatever the reason, there is none
        return None


def _default_processor(config: Any) -> tuple[Preprocessing, ShapeLike] | None:
    name = "transformers.models.auto.image_processing_auto"
    mapping = framework(name, type(config).__name__, INSTALL).IMAGE_PROCESSOR_MAPPING
    try:
        kinds = mapping[type(config)]
    except KeyError:
        return None
    if isinstance(kinds, Mapping):  # since transformers 5: "pil" and "torchvision"
        kinds = [kinds[backend] for backend in sorted(kinds, reverse=True)]
    # MobileViT crops more than its resized picture: a border.
    crops: tuple[dict[str, bool], ...] = ({}, {"do_center_crop": False})
    found = (_read_default(kind, crop) for crop in crops for kind in kinds)
    return next((answer for answer in found if answer is not None), None)


def _read_default(kind: Any, settings: Mapping[str, Any]) -> tuple[Preprocessing, ShapeLike] | None:
    try:
        return read_transform(kind(**settings))
    except Exception:  # noqa: BLE001 - it needs settings, or a package that is not installed
        return None


def _size(config: Any) -> tuple[int | None, int | None]:
    size = getattr(_vision(config), "image_size", None)
    if isinstance(size, int):
        return (size, size)
    return (int(size[0]), int(size[1])) if size else (None, None)


def _vision(config: Any) -> Any:
    """Return the image configuration of a model that also reads text."""
    return getattr(config, "vision_config", None) or config


def _labels(config: Any) -> tuple[str, ...] | None:
    """Read the class names, unless they are only numbered."""
    by_index = {int(index): str(name) for index, name in (config.id2label or {}).items()}
    labels = [by_index[index] for index in sorted(by_index)]
    named = any(name != f"LABEL_{index}" for index, name in enumerate(labels))
    return distinct(labels) if named else None
