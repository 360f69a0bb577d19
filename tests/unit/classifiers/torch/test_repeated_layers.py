"""Layers of PyTorch modules that are called several times."""

from collections.abc import Callable

import numpy as np
import pytest
from torch import nn

from gridexplainer_widget import GridExplainer
from gridexplainer_widget.classifiers.torch.network import TorchNetwork
from gridexplainer_widget.core.errors import MethodError
from tests.support.pytorch import torch
from tests.support.torch_networks import Does

PICTURE = np.random.default_rng(4).integers(0, 256, (12, 12, 3), np.uint8)
BATCH = np.random.default_rng(4).normal(size=(2, 12, 12, 3)).astype(np.float32)


def body(activations: Callable[[], nn.Module] = nn.ReLU) -> nn.Sequential:
    torch.manual_seed(2)
    return nn.Sequential(
        *(nn.Conv2d(3, 6, 3, 1, 1), activations(), nn.Conv2d(6, 8, 3, 2, 1), activations()),
        *(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 4)),
    )


def shared(activation: nn.Module) -> nn.Module:
    own = body()

    def forward(self: Does, x: torch.Tensor) -> torch.Tensor:
        return self.fc(self.act(self.two(self.act(self.one(x)))).mean((2, 3)))

    return Does(forward, one=own[0], two=own[2], fc=own[6], act=activation)


def mirrored(self: Does, x: torch.Tensor) -> torch.Tensor:
    return self.net(x) + self.net(x.flip(3))


def network_of(module: nn.Module) -> TorchNetwork:
    return TorchNetwork(module, "logits", (None, None, 3))


def layers(module: nn.Module) -> dict[str, bool]:
    return {layer.name: layer.parallel for layer in network_of(module).layers(BATCH[:1])}


def explainer(module: nn.Module) -> GridExplainer:
    return GridExplainer(
        module, 3, preprocess="0..1", output="logits", input_shape=(12, 12), engine="full"
    )


@pytest.mark.parametrize("inplace", [False, True])
def test_each_call_of_a_shared_activation_is_a_layer(inplace: bool) -> None:
    network, own = network_of(shared(nn.ReLU(inplace))), network_of(body())
    pairs = {"one": "0", "act#1": "1", "two": "2", "act#2": "3"}
    assert list(layers(shared(nn.ReLU(inplace)))) == list(pairs)
    for found, expected in (
        (network.maps(BATCH, [*pairs]), own.maps(BATCH, [*pairs.values()])),
        (
            network.map_gradients(BATCH, 1, [*pairs]),
            own.map_gradients(BATCH, 1, [*pairs.values()]),
        ),
    ):
        for one, other in zip(found, expected, strict=True):
            np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(network.head(BATCH)[1], own.head(BATCH)[1])
    assert network.head(BATCH)[0] == "act#2"


@pytest.mark.parametrize(
    "method", ["cam", "grad-cam", "grad-cam++", "score-cam", "guided-grad-cam"]
)
def test_methods_look_at_what_comes_after_a_shared_activation(method: str) -> None:
    found, expected = (
        explainer(module).explain(PICTURE, method=method).attribution
        for module in (shared(nn.ReLU()), body())
    )
    np.testing.assert_array_equal(found.native, expected.native)
    assert found.native.max() > 0
    assert (found.layers, expected.layers) == (("act#2",), ("3",))


def test_a_module_in_several_places_of_a_sequence_is_known_by_each_name() -> None:
    """PyTorch lists such a module once, under its first name."""
    relu = nn.ReLU()
    assert layers(body(lambda: relu)) == {"0": False, "1#1": False, "2": False, "1#2": False}
    with pytest.raises(ValueError, match="'3' is called several.*one of '1#1', '1#2'"):
        explainer(body(lambda: relu)).explain(PICTURE, method="grad-cam", layer="3")


def test_blocks_one_after_another_with_the_same_weights() -> None:
    def forward(self: Does, x: torch.Tensor) -> torch.Tensor:
        for _ in range(3):
            x = self.block(x)
        return x.mean((2, 3))

    block = nn.Sequential(nn.Conv2d(3, 3, 3, 1, 1), nn.Tanh())
    found = layers(Does(forward, block=block))
    assert found == dict.fromkeys(
        ("block.0#1", "block.1#1", "block.0#2", "block.1#2", "block.0#3", "block.1#3"), False
    )


def test_one_activation_in_two_branches_sees_one_picture() -> None:
    def forward(self: Does, x: torch.Tensor) -> torch.Tensor:
        return torch.cat([self.act(self.one(x)), self.act(self.two(x))], 1).mean((2, 3))

    branches = Does(forward, one=nn.Conv2d(3, 2, 1), two=nn.Conv2d(3, 2, 1), act=nn.ReLU())
    assert layers(branches) == dict.fromkeys(("one", "act#1", "two", "act#2"), False)


def test_a_network_that_looks_at_a_mirror_image_says_so() -> None:
    twice = Does(mirrored, net=body())
    assert layers(twice) == dict.fromkeys(
        (f"net.{part}#{call}" for call in (1, 2) for part in range(4)), True
    )
    with pytest.raises(MethodError, match="'net.3' 2 times.*one of 'net.3#1', 'net.3#2'"):
        explainer(twice).explain(PICTURE, method="grad-cam")
    with pytest.raises(ValueError, match="'net.1' is called several times.*'net.1#1', 'net.1#2'"):
        explainer(twice).explain(PICTURE, method="grad-cam", layer="net.1")


def test_one_call_of_several_is_that_calls_own_map() -> None:
    found = explainer(Does(mirrored, net=body())).explain(
        PICTURE, method="grad-cam", layer="net.3#1"
    )
    maps, gradients = network_of(body()).map_gradients(
        PICTURE[np.newaxis] / np.float32(255), found.target, ["3"]
    )[0]
    expected = np.maximum(maps[0] @ gradients[0].mean((0, 1)), 0)
    np.testing.assert_allclose(found.attribution.native, expected, atol=1e-6)
    assert "'net.3#1' is one of several calls" in " ".join(found.notes)


def test_what_follows_both_calls_is_clear() -> None:
    def forward(self: Does, x: torch.Tensor) -> torch.Tensor:
        return self.act(self.fuse(self.act(self.conv(x)) - self.act(self.conv(x.flip(3))))).mean(
            (2, 3)
        )

    parts = {"conv": nn.Conv2d(3, 4, 1), "fuse": nn.Conv2d(4, 4, 1), "act": nn.ReLU()}
    found = layers(Does(forward, **parts))
    assert [name for name, parallel in found.items() if not parallel] == ["fuse", "act#3"]
    assert list(found)[-1] == "act#3"


def test_a_template_that_is_no_picture_does_not_count() -> None:
    template = torch.rand(1, 3, 12, 12)

    def forward(self: Does, x: torch.Tensor) -> torch.Tensor:
        return self.net(x) * self.net(template)

    assert layers(Does(forward, net=body())) == dict.fromkeys(
        (f"net.{part}#1" for part in range(4)), False
    )


def test_a_network_that_makes_several_pictures_of_one_says_so() -> None:
    def forward(self: Does, x: torch.Tensor) -> torch.Tensor:
        return self.net(torch.cat([x, x.flip(3)])).reshape(2, len(x), -1).mean(0)

    with pytest.raises(MethodError, match="on 2 pictures for each one"):
        explainer(Does(forward, net=body())).explain(PICTURE, method="grad-cam")
