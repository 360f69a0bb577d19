"""Small networks of PyTorch, and what Captum and pytorch-grad-cam find in them, channels last.

Run as a module with the name of a file it writes a network's weights and the maps of all methods
there, for a process in which PyTorch cannot be imported.
"""

from __future__ import annotations

import copy
import sys
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.support.pytorch import torch, torchvision  # before what imports PyTorch by itself

# isort: split
import captum.attr
import pytorch_grad_cam
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

nn = torch.nn

SIDE = 16
TARGET = 0
LOUD = 1000  # what pytorch-grad-cam adds to a denominator of Grad-CAM++ does not count then


def small_network() -> Any:
    """Three convolutions, each with batch normalisation and a ReLU; 5 classes, as logits."""
    torch.manual_seed(4)
    return settled(
        nn.Sequential(
            OrderedDict(
                conv1=nn.Conv2d(3, 8, 3, padding=1),
                bn1=nn.BatchNorm2d(8),
                relu1=nn.ReLU(),
                conv2=nn.Conv2d(8, 12, 3, padding=1),
                bn2=nn.BatchNorm2d(12),
                relu2=nn.ReLU(),
                pool=nn.MaxPool2d(2),
                conv3=nn.Conv2d(12, 16, 3, padding=1),
                bn3=nn.BatchNorm2d(16),
                relu3=nn.ReLU(),
                average=nn.AdaptiveAvgPool2d(1),
                flat=nn.Flatten(),
                dense=nn.Linear(16, 5),
            )
        ),
        SIDE,
    )


def resnet() -> Any:
    """Build torchvision's resnet18 without training, 10 classes."""
    torch.manual_seed(5)
    return settled(torchvision.models.resnet18(weights=None, num_classes=10), 64)


def settled(module: Any, side: int) -> Any:
    """Let batch normalisation see a few pictures, so that no channel is dead or too loud."""
    for part in module.modules():
        if isinstance(part, nn.BatchNorm2d):
            nn.init.uniform_(part.weight, 0.5, 1.5)
            nn.init.normal_(part.bias, 0, 0.3)
            part.momentum = None  # the mean over all that it sees
        if isinstance(part, nn.Linear):
            nn.init.normal_(part.weight, 0, 2 / part.in_features**0.5)
    with torch.no_grad():
        module.train()(torch.cat([as_input(pixels(side, seed)) for seed in range(1, 9)]))
    return module.eval()


def louder(module: Any, factor: float) -> Any:
    """Multiply all logits, and so all gradients."""
    dense = module.dense if hasattr(module, "dense") else module.fc
    with torch.no_grad():
        dense.weight *= factor
        dense.bias *= factor
    return module


def pixels(side: int, seed: int = 0) -> NDArray[np.float32]:
    """Draw a picture (side, side, 3) in 0..255."""
    return np.random.default_rng(seed).uniform(0, 255, (side, side, 3)).astype(np.float32)


def as_input(picture: NDArray[np.float32]) -> Any:
    """Scale to 0..1; (1, 3, height, width)."""
    return torch.from_numpy((picture / np.float32(255)).transpose(2, 0, 1)[np.newaxis])


class Reference:
    """What others' implementations find, of a copy whose ReLUs are not in place.

    Parameters
    ----------
    module : torch.nn.Module
        Returns logits.
    layer : str
        Of which the maps are.
    picture : float32 array (H, W, 3), 0..255
    target : int
    """

    def __init__(self, module: Any, layer: str, picture: NDArray[np.float32], target: int) -> None:
        self.module = copy.deepcopy(module)
        for part in self.module.modules():
            if isinstance(part, nn.ReLU):
                part.inplace = False  # or Captum's hooks cannot stand on it
        self.layer = self.module.get_submodule(layer)
        self.input, self.target = as_input(picture), target

    def signed_grad_cam(self) -> NDArray[np.float32]:
        """Captum's, without the ReLU: (h, w)."""
        cam = captum.attr.LayerGradCam(self.module, self.layer)
        return _array(cam.attribute(self.input, self.target))[0, 0]

    def grad_cam(self) -> NDArray[np.float32]:
        """Captum's: (h, w)."""
        cam = captum.attr.LayerGradCam(self.module, self.layer)
        return _array(cam.attribute(self.input, self.target, relu_attributions=True))[0, 0]

    def saliency(self) -> NDArray[np.float32]:
        """Captum's: (H, W, 3), absolute values."""
        return self._pixels(captum.attr.Saliency(self.module))

    def guided_backpropagation(self) -> NDArray[np.float32]:
        """Captum's: (H, W, 3)."""
        return self._pixels(captum.attr.GuidedBackprop(self.module))

    def guided_grad_cam(self) -> NDArray[np.float32]:
        """Captum's, enlarged bilinearly: (H, W, 3)."""
        method = captum.attr.GuidedGradCam(self.module, self.layer)
        return self._pixels(method, interpolate_mode="bilinear")

    def image(self, method: str) -> NDArray[np.float32]:
        """Ask a class of pytorch-grad-cam for its map, on a scale from 0 to 1: (H, W)."""
        with getattr(pytorch_grad_cam, method)(self.module, [self.layer]) as cam:
            return cam(self.input, [ClassifierOutputTarget(self.target)])[0]

    def _pixels(self, method: Any, **options: Any) -> NDArray[np.float32]:
        found = method.attribute(self.input.clone(), target=self.target, **options)
        return _array(found)[0].transpose(1, 2, 0)


@contextmanager
def centres_in_the_middle() -> Iterator[None]:
    """Let pytorch-grad-cam's Score-CAM enlarge its masks as its own pictures are enlarged.

    Its masks lay the corners' centres over each other (`align_corners`).
    """
    theirs = nn.UpsamplingBilinear2d
    nn.UpsamplingBilinear2d = lambda size: nn.Upsample(size, mode="bilinear", align_corners=False)
    try:
        yield
    finally:
        nn.UpsamplingBilinear2d = theirs


def _array(tensor: Any) -> NDArray[np.float32]:
    return tensor.detach().numpy()


def write(path: str) -> None:
    """Write a network's weights, its logits and the maps of all methods to an .npz file."""
    module, picture = small_network(), pixels(SIDE)
    reference = Reference(module, "relu3", picture, TARGET)
    inside = Reference(module, "relu2", picture, TARGET)
    loud = Reference(louder(small_network(), LOUD), "relu3", picture, TARGET)
    with centres_in_the_middle():
        score_cam = reference.image("ScoreCAM")
    np.savez(
        path,
        picture=picture,
        logits=_array(module(as_input(picture)))[0],
        grad_cam=reference.grad_cam(),
        grad_cam_inside=inside.grad_cam(),
        grad_cam_plus_plus=loud.image("GradCAMPlusPlus"),
        score_cam=score_cam,
        saliency=reference.saliency(),
        guided_backpropagation=reference.guided_backpropagation(),
        guided_grad_cam=reference.guided_grad_cam(),
        cam=reference.signed_grad_cam() * (SIDE // 2) ** 2,
        **{f"weight {name}": _array(weight) for name, weight in module.state_dict().items()},
    )


if __name__ == "__main__":
    write(sys.argv[1])
