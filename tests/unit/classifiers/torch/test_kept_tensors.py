"""What modules keep of a call is left as a call without gradients leaves it."""

import copy
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pytest
from torch import nn
from torch.nn.utils import parametrizations, parametrize, prune, spectral_norm, weight_norm

from gridexplainer_widget import GridExplainer
from tests.support.pytorch import torch

PICTURE = np.random.default_rng(0).integers(0, 256, (8, 8, 3), np.uint8)
METHODS = ("occlusion", "grad-cam", "score-cam", "guided-grad-cam", "shap-gradient")


class Pair(NamedTuple):
    first: object
    second: object


@dataclass(frozen=True)
class Box:
    held: object


def keep_as_attribute(net: nn.Module, maps: torch.Tensor) -> None:
    net.last = maps


def keep_in_containers(net: nn.Module, maps: torch.Tensor) -> None:
    net.kept = {"maps": [maps, (maps.mean(),)], "pair": Pair(maps, None), "box": Box(maps[0])}


def keep_in_buffers(net: nn.Module, maps: torch.Tensor) -> None:
    net.calls += 1
    net.mean = 0.9 * net.mean + 0.1 * maps.mean()
    net.largest[:1] = maps.max()


class Keeps(nn.Module):
    """Keeps what its convolution returns, somewhere."""

    def __init__(self, keep: Callable, conv: nn.Module | None = None) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.conv, self.relu = conv or nn.Conv2d(3, 4, 3), nn.ReLU()
        self.fc = nn.Linear(4, 3)
        self.keep, self.last = keep, None
        for name in ("calls", "mean"):
            self.register_buffer(name, torch.zeros(()))
        self.register_buffer("largest", torch.zeros(2))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        maps = self.conv(x)
        self.keep(self, maps)
        return self.fc(self.relu(maps).mean((2, 3)))


def nothing(net: nn.Module, maps: torch.Tensor) -> None:
    """Keep nothing."""


def of(conv: Callable[[nn.Module], nn.Module]) -> Callable[[], nn.Module]:
    return lambda: Keeps(nothing, conv(nn.Conv2d(3, 4, 3)))


@pytest.mark.parametrize(
    "make",
    [
        *(of(norm) for norm in (spectral_norm, weight_norm)),
        *(of(norm) for norm in (parametrizations.spectral_norm, parametrizations.weight_norm)),
        of(lambda conv: prune.l1_unstructured(conv, "weight", amount=0.3)),
        lambda: Keeps(keep_as_attribute),
        lambda: Keeps(keep_in_containers),
        lambda: Keeps(keep_in_buffers),
    ],
)
def test_a_module_is_left_such_that_it_can_be_copied(make: Callable[[], nn.Module]) -> None:
    net = make().eval()
    with torch.no_grad():
        expected = net(torch.ones(1, 3, 8, 8))
    state, random = copy.deepcopy(net.state_dict()), torch.get_rng_state()
    identities = {name: id(tensor) for name, tensor in net.state_dict(keep_vars=True).items()}
    explainer = GridExplainer(
        net, 2, preprocess="0..1", output="logits", input_shape=(8, 8), engine="full"
    )
    for method in METHODS:
        explanation = explainer.explain(PICTURE, method=method)
        copy.deepcopy(net)
        if not any(parametrize.is_parametrized(part) for part in net.modules()):
            pickle.dumps(net)  # PyTorch pickles no others
    explainer.randomisation(explainer.explain(PICTURE), 1)
    assert explanation.method == METHODS[-1]
    assert net.state_dict().keys() == state.keys()
    assert all(torch.equal(tensor, state[name]) for name, tensor in net.state_dict().items())
    assert identities == {n: id(tensor) for n, tensor in net.state_dict(keep_vars=True).items()}
    assert torch.equal(torch.get_rng_state(), random)
    with torch.no_grad():
        assert torch.equal(net(torch.ones(1, 3, 8, 8)), expected)


def test_a_graph_of_the_users_own_is_left() -> None:
    net = Keeps(keep_as_attribute).eval()
    net(torch.ones(1, 3, 8, 8))
    net.loss = loss = net.last.sum()
    explainer = GridExplainer(net, 2, preprocess="0..1", output="logits", input_shape=(8, 8))
    explainer.explain(PICTURE, method="grad-cam")
    assert net.loss is loss
    loss.backward()
    assert net.conv.weight.grad is not None
    net.keep, net.conv.weight.grad = nothing, None
    assert explainer.randomisation(explainer.explain(PICTURE), 1)


def test_weights_with_a_graph_of_the_users_own_can_be_randomised() -> None:
    """As `weight_norm` leaves them after a step of training."""
    net = Keeps(nothing, weight_norm(nn.Conv2d(3, 4, 3)))
    net(torch.ones(1, 3, 8, 8)).sum().backward()
    explainer = GridExplainer(net, 2, preprocess="0..1", output="logits", input_shape=(8, 8))
    assert explainer.randomisation(explainer.explain(PICTURE), 1)


def test_what_a_module_writes_into_its_buffers_is_not_carried_on() -> None:
    """Else each answer would depend on what was asked before."""

    class Adapts(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.fc = nn.Linear(3, 3)
            self.register_buffer("mean", torch.zeros(3))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            self.mean += x.mean((0, 2, 3))
            return self.fc(x.mean((2, 3)) - self.mean)

    net = Adapts().eval()
    explainer = GridExplainer(
        net, 2, preprocess="0..1", output="logits", input_shape=(8, 8), batch_size=1
    )
    one, other = explainer.explain(PICTURE), explainer.explain(PICTURE)
    np.testing.assert_array_equal(one.vectors, other.vectors)
    assert not net.mean.any()
