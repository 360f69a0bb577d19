"""torchvision's ResNet50 made the very network that Keras has, and the same as an ONNX file.

As a script it writes both from Keras's weights into a folder, with the target class:

    python benchmarks/peers/torch_network.py folder

torchvision halves the maps in a block's second convolution, Keras in its first, as the paper did;
the stride is moved, and the weights are copied.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from worker import PIXELS

try:
    import torchvision
except RuntimeError:  # PyPI's is built for CUDA, and wants these beside a PyTorch for the CPU
    _declared = torch.library.Library("torchvision", "DEF")
    for _name in ("nms", "qnms"):
        _declared.define(f"{_name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    import torchvision

if TYPE_CHECKING:
    import keras

EPSILON = 1.001e-5


def network() -> torch.nn.Module:
    """With weights of its own, and with the softmax: float32 (n, 3, 224, 224) in 0..255."""
    model = torchvision.models.resnet50(weights=None)
    for module in model.modules():
        if isinstance(module, torchvision.models.resnet.Bottleneck):
            module.conv1.stride, module.conv2.stride = module.conv2.stride, (1, 1)
        if isinstance(module, torch.nn.BatchNorm2d):
            module.eps = EPSILON
    return torch.nn.Sequential(model, torch.nn.Softmax(dim=1)).eval()


def load(folder: Path) -> tuple[torch.nn.Module, int]:
    """The network with Keras's weights, and the target."""
    model = network()
    model.load_state_dict(torch.load(folder / "resnet50.pt", weights_only=True))
    return model, told(folder)["target"]


def told(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "resnet50.json").read_text())


def pairs(stages: torch.nn.Module) -> dict[str, torch.nn.Module]:
    """Keras's names of the layers that have weights, and torchvision's modules."""
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


def write(folder: Path) -> None:
    import keras_network  # noqa: PLC0415 - TensorFlow is for this script only

    source, model = keras_network.network(), network()
    copy_weights(source, model)
    batch = torch.from_numpy(PIXELS).permute(2, 0, 1)[None].repeat(2, 1, 1, 1)
    with torch.no_grad():
        np.testing.assert_allclose(model(batch)[:1], source(PIXELS[np.newaxis]), atol=1e-5)
    torch.save(model.state_dict(), folder / "resnet50.pt")
    torch.onnx.export(
        model,
        (batch,),
        folder / "resnet50.onnx",
        input_names=["pictures"],
        output_names=["probabilities"],
        dynamic_axes={"pictures": {0: "n"}, "probabilities": {0: "n"}},
        dynamo=False,  # the other exporter needs a package of its own
    )
    told = {"target": keras_network.target(source)}
    (folder / "resnet50.json").write_text(json.dumps(told))  # last: all is there


if __name__ == "__main__":
    write(Path(sys.argv[1]))
