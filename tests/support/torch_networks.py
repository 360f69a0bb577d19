"""PyTorch networks with random weights that are alive: they tell pictures apart."""

from collections.abc import Callable

import numpy as np
from torch import nn

from gridexplainer_widget import GridExplainer
from tests.support.pytorch import torch


class Does(nn.Module):
    """A function in the place of a module; parts are what it may call."""

    def __init__(self, function: Callable, **parts: nn.Module) -> None:
        super().__init__()
        self.function = function
        for name, part in parts.items():
            self.add_module(name, part)

    def forward(self, pictures: torch.Tensor) -> object:
        return self.function(self, pictures)


def lively(module: nn.Module, seed: int = 0) -> nn.Module:
    """Let normalisation do something, as after training."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for part in module.modules():
            if isinstance(part, nn.BatchNorm2d):
                part.running_mean.normal_(0, 0.1, generator=generator)
                part.running_var.uniform_(0.5, 1.5, generator=generator)
                part.weight.uniform_(0.7, 1.5, generator=generator)
                part.bias.normal_(0, 0.1, generator=generator)
    return module


def telling(module: nn.Module, size: tuple[int, int]) -> None:
    """Let a network without training tell pictures apart: it normalises by what it sees."""
    classifier = GridExplainer(module, 6, input_shape=size).classifier
    batch = np.random.default_rng(1).uniform(0, 255, (8, *size, 3)).astype(np.float32)
    batch[4:, : size[0] // 3] = 120
    for part in module.modules():
        if isinstance(part, nn.BatchNorm2d):
            part.momentum = 1.0
    with torch.no_grad():
        given = classifier.preprocessing(batch).transpose(0, 3, 1, 2)
        module.train()(torch.from_numpy(np.ascontiguousarray(given)))
