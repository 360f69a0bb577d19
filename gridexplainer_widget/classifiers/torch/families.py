"""What a PyTorch module tells of itself: the families of timm and of torchvision."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from gridexplainer_widget.classifiers.imports import framework
from gridexplainer_widget.classifiers.labels import distinct
from gridexplainer_widget.classifiers.outputs import OutputKind
from gridexplainer_widget.classifiers.preprocessing import NAMED, Preprocessing
from gridexplainer_widget.classifiers.transforms import named_or_own

NO_CLASSIFIERS = {"detection", "segmentation", "video", "optical_flow", "feature_extraction"}
"""Parts of torchvision.models that hold other models."""

NOT_FOUND = replace(
    NAMED["0..1"],
    description="none found: 0..1 is handed over, as ToTensor gives; "
    "say preprocess=… if that is wrong",
    told=False,
)

HEADS: dict[str, OutputKind] = {"Linear": "logits", "Softmax": "softmax", "LogSoftmax": "logits"}
"""What a last layer returns; the softmax of a log-softmax is the softmax."""

KEEPS_CLASSES = {"Softmax", "LogSoftmax", "Sigmoid", "Identity"}


@dataclass(frozen=True)
class Told:
    """What a module tells of itself; None is not told.

    Parameters
    ----------
    preprocessing : Preprocessing
    size : (height, width) or None
    labels : tuple of str, optional
    output : OutputKind, optional
    """

    preprocessing: Preprocessing = NOT_FOUND
    size: tuple[int, int] | None = None
    labels: tuple[str, ...] | None = None
    output: OutputKind | None = None


def read_module(module: Any) -> Told:
    """Read what a module tells.

    Parameters
    ----------
    module : torch.nn.Module
        One of timm's or of torchvision's classifiers, by itself or first in a
        Sequential; or any other.
    """
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
    return Told(output=HEADS.get(kind.__name__) if (root, part) == ("torch", "nn") else None)


def _is_sequential(module: Any) -> bool:
    """Whether it runs its layers one after the other, as a class derived from it may not."""
    kind = type(module)
    plain = kind.__name__ == "Sequential" and kind.__module__.startswith("torch.nn.")
    return plain and len(module) > 0


def _sequential_output(module: Any) -> OutputKind | None:
    last = module[-1]
    if type(last).__name__ == "Sigmoid":
        return "sigmoid" if _classes(module.modules()) == 1 else "sigmoids"
    return read_module(last).output


def _scaled(mean: Iterable[float], deviation: Iterable[float], family: str) -> Preprocessing:
    """Make a preprocessing of a mean and a deviation in 0..1, R, G, B."""
    pairs = list(zip(mean, deviation, strict=True))
    scale = tuple(1 / (255 * d) for _, d in pairs)
    return named_or_own(Preprocessing("", scale, tuple(-m / d for m, d in pairs)), family)


def _timm(module: Any) -> Told:
    timm = framework("timm.data", type(module).__name__, "timm")
    config = timm.resolve_model_data_config(module)
    # A transformer made for another size than its weights came with.
    own = getattr(getattr(module, "patch_embed", None), "img_size", None)
    height, width = own or config["input_size"][1:]
    head = module.get_classifier() if hasattr(module, "get_classifier") else None
    return Told(
        _scaled(config["mean"], config["std"], "timm"),
        (int(height), int(width)),
        _timm_labels(timm, module),
        HEADS.get(type(head).__name__),
    )


def _timm_labels(timm: Any, module: Any) -> tuple[str, ...] | None:
    """Return the labels of the head that the weights came with."""
    told = module.pretrained_cfg
    classes = getattr(module, "num_classes", None)
    if not classes or classes != told.get("num_classes"):
        return None
    names = told.get("label_names")
    if isinstance(names, (list, tuple)) and len(names) == classes:
        described = told.get("label_descriptions") or {}
        return distinct([str(described.get(name, name)) for name in names])
    subset = timm.infer_imagenet_subset(told)
    if subset is None:
        return None
    # A synset's first word, as torchvision and Keras have it.
    lemmas = timm.ImageNetInfo(subset).label_descriptions()
    return distinct([lemma.split(",")[0] for lemma in lemmas])


def _torchvision(module: Any) -> Told:
    family = f"torchvision's {type(module).__name__}"
    models = framework("torchvision.models", family, "torchvision")
    side = 299 if type(module).__module__.endswith(".inception") else 224
    preprocessing = replace(
        NAMED["imagenet"], description=f"{family}: {NAMED['imagenet'].description}"
    )
    weights = _weights_like(module, models)
    if weights is not None:
        transform = weights.transforms()
        side = transform.crop_size[0]
        preprocessing = _scaled(transform.mean, transform.std, family)
    side = getattr(module, "image_size", side)
    labels = None
    if _classes(module.modules()) == 1000:
        labels = distinct(models.ResNet50_Weights.DEFAULT.meta["categories"])
    # SqueezeNet's head is a convolution, and a pool after it.
    heads = {**HEADS, "AdaptiveAvgPool2d": HEADS["Linear"]}
    return Told(preprocessing, (side, side), labels, heads.get(type(_last(module)).__name__))


def _weights_like(module: Any, models: Any) -> Any:
    """Find published weights of as many parameters: they tell what this architecture is fed.

    EfficientNet is one class for eleven architectures of different sizes, one of
    them with a mean of its own. Another head is counted as if it were ImageNet's.
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
    """Return the layer that was added last: the head of torchvision's classifiers."""
    return list(module.modules())[-1]


def _classes(layers: Iterable[Any]) -> int | None:
    """Count the outputs of the last layer that has weights of the usual kinds."""
    counts = [
        getattr(layer, "out_features", None) or getattr(layer, "out_channels", None)
        for layer in layers
        if type(layer).__name__ in {"Linear", "Conv2d"}
    ]
    return counts[-1] if counts else None
