"""What models of Hugging Face want of pictures: preprocessing, size and channels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from gridexplainer_widget.classifiers.classifier import Overrides, ShapeLike
from gridexplainer_widget.classifiers.imports import framework
from gridexplainer_widget.classifiers.preprocessing import Preprocessing
from gridexplainer_widget.classifiers.torch.families import read_module
from gridexplainer_widget.classifiers.transforms import read_transform

INSTALL: Final = "gridexplainer-widget[transformers]"

ANY_SHAPE: ShapeLike = (None, None, None)


def with_input(model: Any, processor: Any, overrides: Overrides) -> Overrides:
    """Add to what the user said what the model says of its pictures."""
    preprocessing, size = _preprocessing(model, processor, overrides)
    height, width = _size(model.config)
    channels = getattr(_vision(model.config), "num_channels", None)
    known = (size[0] or height, size[1] or width, channels)
    given = overrides.input_shape
    shape = (given[0] or known[0], given[1] or known[1], given[2] or known[2])
    return replace(overrides, preprocessing=preprocessing, input_shape=shape)


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
