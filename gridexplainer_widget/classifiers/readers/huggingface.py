"""Read a model, a pipeline or a folder of Hugging Face."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from gridexplainer_widget.classifiers.classifier import Classifier, Overrides
from gridexplainer_widget.classifiers.imports import framework
from gridexplainer_widget.classifiers.labels import distinct
from gridexplainer_widget.classifiers.torch.calls import as_returned

from .huggingface_input import INSTALL, with_input
from .torch import torch_classifier
from .zero_shot import TASK, zero_shot_classifier

WANTED = (
    "Wanted is a model for image classification, such as AutoModelForImageClassification loads, "
    "or pipeline('image-classification'), or pipeline('zero-shot-image-classification') with "
    "labels=[…], its candidates. Wrap another in a function of a batch (n, H, W, 3) in "
    "0..255 that returns (n, classes)."
)


def huggingface_classifier(model: Any, overrides: Overrides) -> Classifier:
    """Wrap a `PreTrainedModel` or `Pipeline` for image classification."""
    task = getattr(model, "task", None)
    if hasattr(model, "image_processor") and task is not None:
        if task == TASK:
            return zero_shot_classifier(model, overrides)
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
    several = (
        getattr(config, "problem_type", None) == "multi_label_classification"
        and overrides.output is None
    )
    stated = replace(
        with_input(model, processor, overrides),
        labels=overrides.labels or _labels(config),
        output="sigmoids" if several else overrides.output or "logits",
    )
    classifier = torch_classifier(model, stated, _sigmoids if several else as_returned)
    return replace(classifier, name=Path(config.name_or_path).name or kind.__name__)


def _sigmoids(returned: Any) -> Any:
    return returned.logits.sigmoid()


def _labels(config: Any) -> tuple[str, ...] | None:
    """Read the class names, unless they are only numbered."""
    by_index = {int(index): str(name) for index, name in (config.id2label or {}).items()}
    labels = [by_index[index] for index in sorted(by_index)]
    named = any(name != f"LABEL_{index}" for index, name in enumerate(labels))
    return distinct(labels) if named else None
