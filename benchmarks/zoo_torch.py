"""Models of timm and transformers for `benchmarks/zoo.py`, small and with lively random weights."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np
from torch import nn

from benchmarks.zoo_look import Specimen, coarse_picture, masked_pictures
from tests.support.pytorch import timm, torch

SIDES = (64, 96, 128, 160, 192, 224, 256, 288, 299, 384, 448)
TOLD_SIDES = 5
"""As many of them are tried as an option of a model."""

CLASSES = 10

MAX_PARAMETERS = 15e6
"""Deeper models are made shallow, where they can be."""

PREFIXES = re.compile("^(tf|legacy|test)_")
SIZES = (
    (
        "zepto atto femto pico nano xxxs xxs xxtiny xxsmall xtiny xs xsmall xx x ti tiny t mini "
        "little wee pwee dwee dpwee lite small s betwixt dlittle | medium m mediumd base b c d e f "
        "g h a so150m so400m large l big plus xl xm xlarge xxl xxlarge huge giant giantopt "
        "gigantic enormous kobe rw tv jx short tall wide"
    )
    .replace("|", "")
    .split(" ")
)
"""Words of names that tell a size or nothing, the smallest first, and "" for none of them."""


def timm_members() -> dict[str, str]:
    """The smallest model of each family, as far as its name tells: family → name.

    A family is a file of timm's, the first word of a name without numbers and the second that
    tells no size.
    """
    smallest: dict[str, str] = {}
    for name in sorted(timm.list_models(), key=_size):
        smallest.setdefault(_family(name), name)
    return dict(sorted(smallest.items(), key=lambda found: (len(found[0].split()), found)))


def _size(name: str) -> tuple[bool, int, list[int], str]:
    words = name.split("_")
    named = [SIZES.index(word) for word in words if word in SIZES]
    return (
        not name.startswith("test_"),
        min(named, default=SIZES.index("")),
        [int(number) for number in re.findall(r"\d+", name)],
        name,
    )


def _family(name: str) -> str:
    file = timm.models._registry._model_to_module[name]  # noqa: SLF001 - tells which file
    words = PREFIXES.sub("", name).split("_")
    first = re.match(r"[a-z]+(v?\d$)?", words[0])
    rest = [word for word in words[1:] if re.fullmatch("[a-z]+", word)]
    told = [word for word in rest if word not in SIZES]
    return " ".join([file, first[0] if first else words[0], *told[:1]])


def timm_specimen(name: str) -> Specimen:
    torch.manual_seed(0)
    with torch.device("meta"):
        size = sum(p.numel() for p in timm.create_model(name).parameters())
    smaller: dict[str, Any] = {}
    if size > MAX_PARAMETERS:
        smaller = {"depth": 2}

    def make(side: int | None) -> nn.Module:
        sized = {} if side is None else {"img_size": side}
        return timm.create_model(name, num_classes=CLASSES, **smaller, **sized)

    try:
        module, side = _working(make)
    except TypeError:
        if not smaller:
            raise
        smaller = {}
        module, side = _working(make)
    settings = module.pretrained_cfg
    mean, std = (np.array(settings[key], np.float32) for key in ("mean", "std"))
    return _specimen(module, side, lambda batch: (batch / 255 - mean) / std, {}, smaller)


def transformers_members() -> dict[str, str]:
    from transformers.models.auto import modeling_auto  # noqa: PLC0415 - slow

    mapping = modeling_auto.MODEL_FOR_IMAGE_CLASSIFICATION_MAPPING_NAMES
    names = {
        kind: (name,) if isinstance(name, str) else tuple(name) for kind, name in mapping.items()
    }
    return {name: name for several in names.values() for name in several}


def transformers_specimen(name: str) -> Specimen:
    import transformers  # noqa: PLC0415 - slow

    torch.manual_seed(0)
    kind = getattr(transformers, name)

    def make(side: int | None) -> nn.Module:
        config = kind.config_class()
        config.num_labels = CLASSES
        parts = [config, *filter(None, [getattr(config, "vision_config", None)])]
        sized = [part for part in parts if hasattr(part, "image_size")]
        if side is not None and not sized:
            raise TypeError("it takes no img_size")
        for part in sized if side is not None else ():
            part.image_size = side if isinstance(part.image_size, int) else (side, side)
        for part in parts:
            depth = getattr(part, "num_hidden_layers", None)
            if isinstance(depth, int) and not hasattr(part, "depths"):
                with suppress(AttributeError, NotImplementedError):  # it follows from others
                    part.num_hidden_layers = min(2, depth)
        return kind(config)

    module, side = _working(make)
    options = {"preprocess": "-1..1", "input_shape": (side, side)}
    return _specimen(module, side, lambda batch: batch / 127.5 - 1, options, {})


def _working(make: Callable[[int | None], nn.Module]) -> tuple[nn.Module, int]:
    """Make a model that runs, at the smallest side that it takes; told or found out."""
    sides = [*((side, side) for side in SIDES[:TOLD_SIDES]), *((None, side) for side in SIDES)]
    problem: Exception = RuntimeError("no size was tried")
    for told, side in sides:
        found = _running(make, told, side)
        if isinstance(found, nn.Module):
            return found, side
        problem = found
    raise problem


def _running(
    make: Callable[[int | None], nn.Module], told: int | None, side: int
) -> nn.Module | Exception:
    try:
        module = make(told).eval()  # each time, since a failed run may leave it unusable
        _answer(module, torch.zeros(2, 3, side, side))
    except Exception as error:  # noqa: BLE001 - whatever a wrong size leads to
        return error
    return module


def _answer(module: nn.Module, pictures: torch.Tensor) -> torch.Tensor:
    with torch.no_grad():
        raw = module(pictures)
    raw = getattr(raw, "logits", raw)
    return raw if isinstance(raw, torch.Tensor) else raw[0]


def _specimen(
    module: nn.Module,
    side: int,
    prepared: Callable[[np.ndarray], np.ndarray],
    options: dict[str, Any],
    smaller: dict[str, Any],
) -> Specimen:
    def pixels(batch: np.ndarray) -> torch.Tensor:
        given = prepared(batch).transpose(0, 3, 1, 2)
        return torch.from_numpy(np.ascontiguousarray(given, np.float32))

    def ask(batch: np.ndarray) -> np.ndarray:
        return _answer(module, pixels(batch)).softmax(1).numpy()

    _enliven(module, pixels(masked_pictures(coarse_picture(side))))
    parameters = sum(parameter.numel() for parameter in module.parameters())
    facts = {"side": side, "parameters": parameters, "smaller": smaller}
    options = {"output": "logits", "input_shape": (side, side), **options}
    return Specimen(module, ask, lambda: _state(module), options, facts)


def _enliven(module: nn.Module, pictures: torch.Tensor) -> None:
    """Let each part do something, and the answer tell these pictures apart."""
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for part in module.modules():
            for name, weights in part.named_parameters(recurse=False):
                _draw(part, name, weights, generator)
            if isinstance(part, nn.modules.batchnorm._BatchNorm):  # noqa: SLF001 - of 1, 2, 3 axes
                part.momentum = 1.0
        with suppress(Exception):  # then the statistics stay 0 and 1
            module.train()(pictures)
        module.eval()
        _spread(module, pictures)


def _draw(part: nn.Module, name: str, weights: torch.Tensor, generator: torch.Generator) -> None:
    kernel = isinstance(part, nn.Conv1d | nn.Conv2d | nn.Conv3d | nn.Linear)
    if weights.ndim > 1 and kernel:
        gain = 2**0.5 if weights.ndim > 2 else 1.0
        weights.normal_(0, gain * weights[0].numel() ** -0.5, generator=generator)
    elif weights.ndim == 1 and name == "bias":
        weights.normal_(0, 0.1, generator=generator)
    elif weights.ndim == 1 and name == "weight":
        weights.uniform_(0.7, 1.5, generator=generator)
    elif bool((weights == weights.reshape(-1)[0]).all()) and weights.abs().max() < 0.1:
        weights.uniform_(0.3, 0.7, generator=generator)  # a scale that starts at 0 or nearly


def _spread(module: nn.Module, pictures: torch.Tensor) -> None:
    """Scale the last layer so that hiding a cell moves the logits by about one."""
    returned: list[tuple[nn.Module, torch.Tensor]] = []
    kinds = nn.Linear | nn.Conv2d
    hooks = [
        part.register_forward_hook(lambda part, _, out: returned.append((part, out.clone())))
        for part in module.modules()
        if isinstance(part, kinds)
    ]
    logits = _answer(module, pictures)
    for hook in hooks:
        hook.remove()
    flat = logits.reshape(-1)
    for part, out in reversed(returned):
        if out.numel() == flat.numel() and torch.allclose(out.reshape(-1), flat):
            moved = (logits[1:] - logits[:1]).abs().max()
            part.weight.mul_(2 / moved.clamp(min=1e-6))
            if part.bias is not None:
                part.bias.zero_()
                part.bias.sub_(_answer(module, pictures)[0].reshape(-1))
            return


def _state(module: nn.Module) -> dict[str, Any]:
    """What a model holds: values, modes, hooks and attributes, so that changes can be named."""
    found: dict[str, Any] = {}
    for name, tensor in (*module.named_parameters(), *module.named_buffers()):
        values = tensor.detach().contiguous().view(-1).view(torch.uint8).numpy().tobytes()
        found[name] = (hashlib.sha1(values).hexdigest(), tensor.requires_grad, tensor.grad is None)
    for name, part in module.named_modules():
        hooks = sum(
            len(value) for key, value in vars(part).items() if key.endswith("_hooks") and value
        )
        found[f"{name} mode"] = (part.training, hooks)
        found[f"{name} attributes"] = sorted(vars(part))
    found["random"] = hashlib.sha1(torch.get_rng_state().numpy().tobytes()).hexdigest()
    return found
