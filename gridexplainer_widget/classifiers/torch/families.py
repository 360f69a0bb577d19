"""Metadata of timm's and torchvision's modules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from gridexplainer_widget.classifiers.imports import framework
from gridexplainer_widget.classifiers.labels import distinct
from gridexplainer_widget.classifiers.outputs import OutputKind
from gridexplainer_widget.classifiers.preprocessing import PRESETS, Preprocessing, guessed
from gridexplainer_widget.classifiers.transforms import named_or_own

NO_CLASSIFIERS = {"detection", "segmentation", "video", "optical_flow", "feature_extraction"}

TO_TENSOR_ASSUMED = replace(
    PRESETS["0..1"],
    description="none found: 0..1 is handed over, as ToTensor gives; "
    "say preprocess=… if that is wrong",
    known=False,
)

HEADS: dict[str, OutputKind] = {"Linear": "logits", "Softmax": "softmax", "LogSoftmax": "logits"}
"""Output of a last layer; the softmax of a log-softmax is the softmax."""

KEEPS_CLASSES = {"Softmax", "LogSoftmax", "Sigmoid", "Identity"}


@dataclass(frozen=True)
class ModuleMetadata:
    """What is known about a module, else None; `size` is (height, width)."""

    preprocessing: Preprocessing = TO_TENSOR_ASSUMED
    size: tuple[int, int] | None = None
    labels: tuple[str, ...] | None = None
    output: OutputKind | None = None


def read_module(module: Any) -> ModuleMetadata:
    """Read the metadata of a classifier, alone or first in a Sequential."""
    kind = type(module)
    if _is_sequential(module):
        first = read_module(module[0])
        keeps = all(type(layer).__name__ in KEEPS_CLASSES for layer in list(module)[1:])
        return replace(
            first, labels=first.labels if keeps else None, output=_sequential_output(module)
        )
    if isinstance(getattr(module, "pretrained_cfg", None), Mapping):
        return _timm(module)
    root, part, *rest = (*kind.__module__.split("."), "")
    other = any(name in NO_CLASSIFIERS or name.startswith("_") for name in rest)
    if (root, part) == ("torchvision", "models") and not other:
        return _torchvision(module)
    return ModuleMetadata(
        output=HEADS.get(kind.__name__) if (root, part) == ("torch", "nn") else None
    )


def _is_sequential(module: Any) -> bool:
    """Tell whether layers run in order; in a subclass they may not."""
    kind = type(module)
    plain = kind.__name__ == "Sequential" and kind.__module__.startswith("torch.nn.")
    return plain and len(module) > 0


def _sequential_output(module: Any) -> OutputKind | None:
    last = module[-1]
    if type(last).__name__ == "Sigmoid":
        return "sigmoid" if _classes(module.modules()) == 1 else "sigmoids"
    return read_module(last).output


def _scaled(mean: Iterable[float], deviation: Iterable[float], family: str) -> Preprocessing:
    """Convert a mean and deviation in 0..1, R, G, B."""
    pairs = list(zip(mean, deviation, strict=True))
    scale = tuple(1 / (255 * d) for _, d in pairs)
    return named_or_own(Preprocessing("", scale, tuple(-m / d for m, d in pairs)), family)


def _timm(module: Any) -> ModuleMetadata:
    timm = framework("timm.data", type(module).__name__, "timm")
    config = timm.resolve_model_data_config(module)
    # Transformers may be built for another size than their weights.
    own = getattr(getattr(module, "patch_embed", None), "img_size", None)
    height, width = own or config["input_size"][1:]
    head = module.get_classifier() if hasattr(module, "get_classifier") else None
    usual = _scaled(config["mean"], config["std"], "timm")
    own_head = getattr(module, "num_classes", None) == module.pretrained_cfg.get("num_classes")
    return ModuleMetadata(
        usual if own_head else guessed(usual),
        (int(height), int(width)),
        _timm_labels(timm, module),
        HEADS.get(type(head).__name__),
    )


def _timm_labels(timm: Any, module: Any) -> tuple[str, ...] | None:
    """Return the labels of the weights' own head."""
    metadata = module.pretrained_cfg
    classes = getattr(module, "num_classes", None)
    if not classes or classes != metadata.get("num_classes"):
        return None
    names = metadata.get("label_names")
    if isinstance(names, (list, tuple)) and len(names) == classes:
        described = metadata.get("label_descriptions") or {}
        return distinct([str(described.get(name, name)) for name in names])
    subset = timm.infer_imagenet_subset(metadata)
    if subset is None:
        return None
    # A synset's first name, as in torchvision and Keras.
    lemmas = timm.ImageNetInfo(subset).label_descriptions()
    return distinct([lemma.split(",")[0] for lemma in lemmas])


def _torchvision(module: Any) -> ModuleMetadata:
    family = f"torchvision's {type(module).__name__}"
    models = framework("torchvision.models", family, "torchvision")
    side = 299 if type(module).__module__.endswith(".inception") else 224
    preprocessing = replace(
        PRESETS["imagenet"], description=f"{family}: {PRESETS['imagenet'].description}"
    )
    weights = _weights_like(module, models)
    if weights is not None:
        transform = weights.transforms()
        side = transform.crop_size[0]
        preprocessing = _scaled(transform.mean, transform.std, family)
    side = getattr(module, "image_size", side)
    labels = None
    if _classes(module.modules()) != 1000:
        preprocessing = guessed(preprocessing)
    else:
        labels = distinct(models.ResNet50_Weights.DEFAULT.meta["categories"])
    # SqueezeNet's head: a convolution, then a pool.
    heads = {**HEADS, "AdaptiveAvgPool2d": HEADS["Linear"]}
    return ModuleMetadata(
        preprocessing, (side, side), labels, heads.get(type(_last(module)).__name__)
    )


def _weights_like(module: Any, models: Any) -> Any:
    """Find published weights with as many parameters, to learn the preprocessing.

    EfficientNet is one class for eleven architectures of different sizes, one with its own mean.
    Another head counts as ImageNet's.
    """
    parameters = sum(parameter.numel() for parameter in module.parameters())
    last = _last(module)
    if type(last).__name__ == "Linear":
        parameters += (last.in_features + 1) * (1000 - last.out_features)
    for name in models.list_models(module=models):
        known = models.get_model_weights(name)
        for weights in (known.DEFAULT, *known):
            if weights.meta.get("num_params") == parameters and weights.meta.get("categories"):
                return weights
    return None


def _last(module: Any) -> Any:
    """Return the layer added last: the head, in torchvision."""
    return list(module.modules())[-1]


def _classes(layers: Iterable[Any]) -> int | None:
    counts = [
        getattr(layer, "out_features", None) or getattr(layer, "out_channels", None)
        for layer in layers
        if type(layer).__name__ in {"Linear", "Conv2d"}
    ]
    return counts[-1] if counts else None
