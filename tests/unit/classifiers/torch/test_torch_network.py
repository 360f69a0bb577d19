"""PyTorch modules as white boxes: layers, maps, gradients, and the state they are left in."""

import inspect
import linecache
import sys
from collections.abc import Callable
from functools import partial
from types import FrameType

import numpy as np
import pytest
import shap
import transformers
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F

from gridexplainer_widget import GridExplainer, as_classifier
from gridexplainer_widget.attribution.layers import find_layer
from gridexplainer_widget.classifiers.outputs import to_probabilities
from gridexplainer_widget.classifiers.torch.network import TorchNetwork
from gridexplainer_widget.core.errors import MethodError
from tests.support.pytorch import timm, torch, torchvision
from tests.support.sizes import FEW, sized
from tests.support.torch_networks import Does

PICTURE = np.array([[1, -2], [3, 4]], np.float32).reshape(1, 2, 2, 1)
BATCH = np.random.default_rng(4).normal(size=(3, 12, 12, 3)).astype(np.float32)

pytestmark = pytest.mark.filterwarnings("ignore:.*is deprecated:DeprecationWarning")


def network_of(module: nn.Module, output: str = "logits", channels: int = 3) -> TorchNetwork:
    return TorchNetwork(module, output, (None, None, channels))


def by_hand(relu: nn.Module | None = None) -> nn.Sequential:
    """Two channels, x and −x; their means; two logits."""
    net = nn.Sequential(
        nn.Conv2d(1, 2, 1, bias=False),
        nn.ReLU() if relu is None else relu,
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(2, 2),
    )
    with torch.no_grad():
        net[0].weight.copy_(torch.tensor([1.0, -1.0]).reshape(2, 1, 1, 1))
        net[4].weight.copy_(torch.tensor([[1.0, 2.0], [3.0, -1.0]]))
        net[4].bias.copy_(torch.tensor([0.5, 0.0]))
    return net


def cnn(relu: Callable[[], nn.Module] = nn.ReLU, last: nn.Module | None = None) -> nn.Sequential:
    """Two convolutions; with a batch norm and a dropout that matter in training."""
    torch.manual_seed(0)
    parts = [nn.Conv2d(3, 6, 3), nn.BatchNorm2d(6), relu(), nn.Conv2d(6, 8, 3, stride=2), relu()]
    parts += [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.5), nn.Linear(8, 4)]
    return nn.Sequential(*parts, *([] if last is None else [last]))


def slopes(network: TorchNetwork, batch: np.ndarray, target: int, step: float) -> np.ndarray:
    """Differences of the first picture's score, one number of it moved at a time."""
    found = np.zeros(batch.shape[1:], np.float32)
    for place in np.ndindex(found.shape):
        both = np.repeat(batch[:1], 2, axis=0)
        both[(0, *place)] += step
        both[(1, *place)] -= step
        above, below = network.scores(both, target)
        found[place] = (above - below) / (2 * step)
    return found


# ---------------------------------------------------------------- numbers by hand


def test_scores_maps_and_gradients_by_hand() -> None:
    network = network_of(by_hand(), channels=1)
    np.testing.assert_allclose(network.scores(PICTURE, 0), [3.5])
    np.testing.assert_allclose(network.scores(PICTURE, 1), [5.5])
    conv, relu = network.maps(PICTURE, ["0", "1"])
    np.testing.assert_array_equal(conv[0, ..., 1], [[-1, 2], [-3, -4]])
    np.testing.assert_array_equal(relu[0, ..., 0], [[1, 0], [3, 4]])
    np.testing.assert_array_equal(relu[0, ..., 1], [[0, 2], [0, 0]])
    ((maps, gradient),) = network.map_gradients(PICTURE, 1, ["1"])
    np.testing.assert_array_equal(maps, relu)
    np.testing.assert_allclose(gradient, np.broadcast_to([0.75, -0.25], (1, 2, 2, 2)))
    plain = network.gradients(PICTURE, 1)
    np.testing.assert_allclose(plain[0, ..., 0], [[0.75, 0.25], [0.75, 0.75]])
    assert plain.dtype == maps.dtype == gradient.dtype == np.float32
    guided = network.gradients(PICTURE, 1, guided=True)
    np.testing.assert_allclose(guided[0, ..., 0], [[0.75, 0], [0.75, 0.75]])
    np.testing.assert_array_equal(network.gradients(PICTURE, 1), plain)


def test_the_layers_and_the_head_by_hand() -> None:
    network = network_of(by_hand(), channels=1)
    layers = network.layers(PICTURE)
    assert [layer.name for layer in layers] == ["0", "1"]
    assert [layer.shape for layer in layers] == [(2, 2, 2), (2, 2, 2)]
    assert [layer.place for layer in layers] == [0, 0.25]
    name, weights = network.head(PICTURE)
    assert name == "1"
    np.testing.assert_array_equal(weights, [[1, 3], [2, -1]])
    assert weights.dtype == np.float32


@pytest.mark.parametrize("guided", [False, True])
def test_each_picture_of_a_batch_has_its_own_gradient(guided: bool) -> None:
    network = network_of(cnn())
    together = network.gradients(BATCH, 2, guided=guided)
    alone = [network.gradients(BATCH[[index]], 2, guided=guided)[0] for index in range(3)]
    assert np.abs(together).max() > 0
    np.testing.assert_allclose(together, alone, rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize("activation", [nn.Tanh, nn.SiLU])
def test_gradients_are_finite_differences(activation: Callable[[], nn.Module]) -> None:
    network = network_of(cnn(activation).double())
    batch = BATCH[:1, :7, :7]
    np.testing.assert_allclose(
        network.gradients(batch, 1)[0], slopes(network, batch, 1, 0.01), rtol=5e-3, atol=2e-5
    )


def test_map_gradients_are_finite_differences() -> None:
    """The rest of the network is a function of the maps."""
    net = cnn(nn.Tanh).double().eval()
    ((maps, gradient),) = network_of(net).map_gradients(BATCH[:1], 3, ["2"])
    rest = network_of(net[3:], channels=6)
    found = slopes(rest, maps, 3, 0.01)
    np.testing.assert_allclose(gradient[0], found, rtol=5e-3, atol=2e-5)


# ---------------------------------------------------------------- which score it is


def kinds() -> dict[str, tuple[str, Callable]]:
    return {
        "softmax module": ("softmax", nn.Softmax(1)),
        "softmax function": ("softmax", lambda z: F.softmax(z, dim=1)),
        "softmax method": ("softmax", lambda z: z.softmax(1)),
        "softmax by name": ("softmax", lambda z: torch.softmax(input=z, dim=1)),
        "in a dictionary": ("softmax", lambda z: {"probs": z.softmax(1), "other": z}),
        "behind a view": ("softmax", lambda z: z[..., None, None].softmax(1).flatten(1)),
        "percent": ("percent", lambda z: 100 * z.softmax(1)),
        "sigmoids": ("sigmoids", nn.Sigmoid()),
        "expit": ("sigmoids", torch.special.expit),
        "log-softmax": ("logits", nn.LogSoftmax(1)),
        "logits": ("logits", lambda z: z),
        "named": ("logits", lambda z: {"loss": None, "logits": z}),
    }


@pytest.mark.parametrize("kind", kinds())
def test_probabilities_are_traced_back_to_logits(kind: str) -> None:
    output, after = kinds()[kind]
    plain = network_of(cnn())
    network = network_of(Does(lambda self, x: after(self.net(x)), net=cnn()), output)
    for target in (0, 3):
        np.testing.assert_allclose(
            network.scores(BATCH, target), plain.scores(BATCH, target), rtol=1e-5
        )
        np.testing.assert_allclose(
            network.gradients(BATCH, target), plain.gradients(BATCH, target), rtol=1e-4, atol=1e-7
        )
    assert network.differentiated == "logit"
    assert network.head(BATCH[:1])[0] == "net.4"


@pytest.mark.parametrize(("output", "last"), [("sigmoid", nn.Sigmoid()), ("logits", nn.Identity())])
def test_one_column_stands_for_two_classes(output: str, last: nn.Module) -> None:
    torch.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(3, 2, 3), nn.Flatten(), nn.Linear(200, 1), last)
    network = network_of(net, output)
    np.testing.assert_array_equal(network.scores(BATCH, 0), -network.scores(BATCH, 1))
    np.testing.assert_array_equal(network.gradients(BATCH, 0), -network.gradients(BATCH, 1))
    raw = net(torch.from_numpy(BATCH.transpose(0, 3, 1, 2).copy())).detach().numpy()
    probabilities = to_probabilities(raw, output)
    odds = np.log(probabilities[:, 1] / probabilities[:, 0])
    np.testing.assert_allclose(network.scores(BATCH, 1), odds, rtol=1e-4, atol=1e-5)


def test_an_answer_without_classes_as_an_axis() -> None:
    net = Does(lambda self, x: self.net(x)[:, 0].sigmoid(), net=cnn())
    np.testing.assert_allclose(
        network_of(net, "sigmoid").scores(BATCH, 1), network_of(cnn()).scores(BATCH, 0), rtol=1e-5
    )


@pytest.mark.parametrize("classes", [1, 4])
def test_a_batch_of_one_whose_axis_was_squeezed_off(classes: int) -> None:
    whole = nn.Sequential(*cnn()[:-1], nn.Linear(8, classes))
    net = Does(lambda self, x: self.net(x).squeeze(), net=whole)
    for batch in (BATCH, BATCH[:1]):
        for ask in (
            lambda network, batch=batch: network.scores(batch, classes - 1),
            lambda network, batch=batch: network.gradients(batch, classes - 1),
        ):
            np.testing.assert_allclose(ask(network_of(net)), ask(network_of(whole)), rtol=1e-5)
    assert as_classifier(net).input_shape[2] == 3  # its size is found out
    image = np.random.default_rng(1).integers(0, 256, (16, 16, 3), np.uint8)
    for method in ("occlusion", "grad-cam"):
        maps = [
            GridExplainer(module, 2, input_shape=(16, 16), output="logits", batch_size=2)
            .explain(image, 0, method=method)
            .values
            for module in (net, whole)
        ]
        np.testing.assert_allclose(*maps, rtol=1e-4, atol=1e-7)


def own_softmax(self: Does, pictures: torch.Tensor) -> torch.Tensor:
    """One that nobody can recognise."""
    powers = self.net(pictures).exp()
    return powers / powers.sum(1, keepdim=True)


@pytest.mark.parametrize(("output", "scale"), [("softmax", 1), ("percent", 100)])
def test_log_odds_where_no_logit_can_be_reached(output: str, scale: int) -> None:
    net = Does(lambda self, x: scale * own_softmax(self, x), net=cnn())
    network = network_of(net, output)
    assert network.differentiated == "log-odds"
    probabilities = own_softmax(net.eval(), torch.from_numpy(BATCH.transpose(0, 3, 1, 2).copy()))
    found = probabilities.detach().numpy()[:, 2]
    np.testing.assert_allclose(
        network.scores(BATCH, 2), np.log(found / (1 - found)), rtol=1e-4, atol=1e-6
    )
    # d log(p / (1 − p)) = Σ z'ᵢ (i = target) − Σ z'ⱼ pⱼ / (1 − p) (j ≠ target)
    slope = [network_of(cnn()).gradients(BATCH[:1], index) for index in range(4)]
    share = probabilities.detach().numpy()[0]
    others = [index for index in range(4) if index != 2]
    expected = slope[2] - sum(slope[j] * share[j] for j in others) / (1 - share[2])
    np.testing.assert_allclose(network.gradients(BATCH[:1], 2), expected, rtol=1e-3, atol=1e-6)


def test_log_odds_keep_their_digits_next_to_certainty() -> None:
    """1 − p is 0 in float32; the other class is 10⁻¹³."""

    def forward(_: Does, pictures: torch.Tensor) -> torch.Tensor:
        powers = torch.stack([pictures.sum((1, 2, 3)), -pictures.sum((1, 2, 3))], 1).exp()
        return powers / powers.sum(1, keepdim=True)

    network = network_of(Does(forward), "softmax", channels=1)
    picture = np.full((1, 3, 5, 1), 1, np.float32)
    np.testing.assert_allclose(network.scores(picture, 0), [30], rtol=1e-4)
    np.testing.assert_allclose(network.gradients(picture, 0), np.full((1, 3, 5, 1), 2), rtol=1e-3)
    assert network.differentiated == "log-odds"


def test_certainty_to_the_last_digit_is_refused() -> None:
    net = Does(lambda self, x: own_softmax(self, 30 * x.abs()), net=cnn(last=nn.Linear(4, 4)))
    net.net[-1].weight.data.copy_(torch.eye(4)[[0, 1, 2, 3]] * 0)
    net.net[-1].bias.data.copy_(torch.tensor([80.0, -80.0, -80.0, -80.0]))
    with pytest.raises(MethodError, match="certain to the last digit.*output='logits'"):
        network_of(net, "softmax").gradients(BATCH, 0)


# ---------------------------------------------------------------- layers


def names(network: TorchNetwork, batch: np.ndarray = BATCH) -> list[str]:
    return [layer.name for layer in network.layers(batch)]


@pytest.mark.parametrize("activation", [nn.ReLU, nn.ReLU6, nn.Hardswish])
def test_layers_in_place_are_what_they_were(activation: type[nn.Module]) -> None:
    """What follows a layer must not write into its maps, nor take part in their gradients."""
    net, inplace = cnn(activation), cnn(lambda: activation(inplace=True))
    assert names(network_of(net)) == names(network_of(inplace)) == ["0", "1", "2", "3", "4"]
    for one, other in zip(
        network_of(net).map_gradients(BATCH, 1, ["0", "1", "2", "3", "4"]),
        network_of(inplace).map_gradients(BATCH, 1, ["0", "1", "2", "3", "4"]),
        strict=True,
    ):
        np.testing.assert_array_equal(one, other)
    for one, other in zip(
        network_of(net).maps(BATCH, ["1", "3"]),
        network_of(inplace).maps(BATCH, ["1", "3"]),
        strict=True,
    ):
        np.testing.assert_array_equal(one, other)


def test_of_those_that_hand_on_a_tensor_the_innermost_called_once_counts() -> None:
    def block(self: Does, x: torch.Tensor) -> torch.Tensor:
        return self.relu(self.two(self.relu(self.one(x))) + x)

    inner = Does(block, one=nn.Conv2d(3, 3, 3, 1, 1), two=nn.Conv2d(3, 3, 1), relu=nn.ReLU())
    whole = nn.Sequential(nn.Sequential(inner, nn.Identity()), nn.Dropout(), nn.Flatten())
    assert names(network_of(whole)) == ["0.0.one", "0.0.relu#1", "0.0.two", "0.0"]


def test_a_layer_knows_who_else_hands_on_its_output() -> None:
    def block(self: Does, x: torch.Tensor) -> torch.Tensor:
        return self.relu(self.two(self.relu(self.one(x))) + x)

    inner = Does(block, one=nn.Conv2d(3, 3, 3, 1, 1), two=nn.Conv2d(3, 3, 1), relu=nn.ReLU())
    found = network_of(nn.Sequential(nn.Sequential(inner), nn.Flatten())).layers(BATCH[:1])
    assert [layer.aliases for layer in found] == [(), (), (), ("0", "0.0.relu#2")]
    assert [layer.repeated for layer in found] == [(), ("0.0.relu",), (), ("0.0.relu",)]
    assert find_layer("0", found, "net") is find_layer("0.0.relu#2", found, "net") is found[3]
    with pytest.raises(ValueError, match="several times in net.*one of '0.0.relu#1', '0.0'.$"):
        find_layer("0.0.relu", found, "net")


def test_what_does_not_lead_to_the_answer_is_no_layer() -> None:
    def forward(self: Does, x: torch.Tensor) -> torch.Tensor:
        maps = self.body(x)
        self.aside(maps)
        return maps.mean((2, 3))

    net = Does(forward, body=nn.Conv2d(3, 4, 3), aside=nn.Conv2d(4, 4, 3))
    assert names(network_of(net)) == ["body"]


def test_what_does_not_come_of_the_picture_is_no_layer() -> None:
    """Such as a table of where patches lie to each other, whose ReLU is no matter either."""

    def forward(self: Does, x: torch.Tensor) -> torch.Tensor:
        table = self.table(torch.arange(144.0).reshape(1, 1, 12, 12))
        return (self.body(x) + self.act(table)).mean((2, 3))

    parts = {"table": nn.Conv2d(1, 4, 1), "act": nn.ReLU(), "body": nn.Conv2d(3, 4, 1)}
    network = network_of(Does(forward, **parts))
    assert names(network, BATCH[:1]) == ["body"]
    with pytest.raises(MethodError, match="no activation of a known kind"):
        network.gradients(BATCH, 0, guided=True)


def channels_last(side: int, channels: int) -> nn.Module:
    """A patch of 2 × 2, then everything as Swin and ConvNeXt have it; residuals are functions."""

    def block(self: Does, x: torch.Tensor) -> torch.Tensor:
        return x + self.act(self.dense(self.norm(x)))

    torch.manual_seed(0)
    parts = {"norm": nn.LayerNorm(channels), "dense": nn.Linear(channels, channels)}
    return Does(
        lambda self, x: self.block(self.stem(x).permute(0, 2, 3, 1)).mean((1, 2)),
        stem=nn.Conv2d(3, channels, 12 // side, 12 // side),
        block=Does(block, **parts, act=nn.GELU()),
    )


def test_channels_that_come_last() -> None:
    network = network_of(channels_last(6, 5))
    shapes = {layer.name: layer.shape for layer in network.layers(BATCH)}
    inner = ["block.norm", "block.dense", "block.act", "block"]
    assert shapes == dict.fromkeys(["stem", *inner], (6, 6, 5))
    ((maps, gradient),) = network.map_gradients(BATCH, 1, ["block"])
    np.testing.assert_allclose(maps.mean((1, 2))[:, 1], network.scores(BATCH, 1), rtol=1e-5)
    np.testing.assert_allclose(gradient[..., 1], 1 / 36, rtol=1e-6)
    assert not gradient[..., [0, 2, 3, 4]].any()


def test_channels_that_may_be_anywhere_are_left_out() -> None:
    """6 × 6 × 6, both ways in one network: what has no kind of its own stays in doubt."""
    found = names(network_of(channels_last(6, 6)))
    assert found == ["stem", "block.dense"]


def test_a_picture_that_is_no_square_tells_where_its_sides_are() -> None:
    net = Does(
        lambda self, x: self.last(self.first(x * 2).permute(0, 2, 3, 1).contiguous()).mean((1, 2)),
        first=nn.GELU(),
        last=nn.GELU(),
    )
    batch = np.concatenate([BATCH, BATCH], axis=2)
    layers = network_of(net).layers(batch)
    assert [(layer.name, layer.shape) for layer in layers] == [
        ("first", (12, 24, 3)),
        ("last", (12, 24, 3)),
    ]
    (maps,) = network_of(net).maps(batch, ["last"])
    expected = F.gelu(F.gelu(torch.from_numpy(2 * batch))).numpy()
    np.testing.assert_allclose(maps, expected, rtol=1e-5, atol=1e-6)


def test_heads_of_attention_are_no_maps() -> None:
    def forward(self: Does, x: torch.Tensor) -> torch.Tensor:
        tokens = self.patches(x).flatten(2).transpose(1, 2)  # (n, 36, 8)
        heads = self.norm(tokens.reshape(len(x), 36, 2, 4).transpose(1, 2))
        return self.weights(heads @ heads.transpose(2, 3)).mean((1, 2))

    parts = {"patches": nn.Conv2d(3, 8, 2, 2), "norm": nn.LayerNorm(4), "weights": nn.Softmax(-1)}
    assert names(network_of(Does(forward, **parts))) == ["patches"]


def test_an_unknown_layer_is_named_with_those_there_are() -> None:
    with pytest.raises(ValueError, match="'conv7' is no layer of Sequential.*'0', '1'"):
        network_of(by_hand(), channels=1).maps(PICTURE, ["conv7"])


# ---------------------------------------------------------------- guided backpropagation


def in_words(relu: Callable) -> nn.Module:
    """The same two convolutions, whatever a ReLU is written as."""
    net = cnn()
    return Does(
        lambda self, x: self.last(relu(self.two(relu(self.one(x)))).mean((2, 3))),
        one=nn.Sequential(net[0], net[1]),
        two=net[3],
        last=net[8],
    )


WAYS: dict[str, Callable] = {
    "F.relu": F.relu,
    "torch.relu": torch.relu,
    "in place": lambda x: F.relu(x, inplace=True),
    "method in place": lambda x: x.relu_(),
    "clamp": lambda x: x.clamp(min=0),
    "clamp of a tensor": lambda x: x.clamp(min=torch.zeros(())),
    "clamp_min": lambda x: x.clamp_min(0),
    "threshold": lambda x: F.threshold(x, 0, 0),
    "wide ReLU6": lambda x: F.hardtanh(x, 0, 1e6),
    "shared module": nn.ReLU(),
}


@pytest.mark.parametrize("way", WAYS)
def test_guided_however_a_relu_is_written(way: str) -> None:
    expected = network_of(cnn()).gradients(BATCH, 2, guided=True)
    network = network_of(in_words(WAYS[way]))
    plain = network.gradients(BATCH, 2)
    np.testing.assert_allclose(plain, network_of(cnn()).gradients(BATCH, 2), rtol=1e-4, atol=1e-7)
    guided = network.gradients(BATCH, 2, guided=True)
    np.testing.assert_allclose(guided, expected, rtol=1e-4, atol=1e-7)
    assert np.abs(guided - plain).max() > 0.1 * np.abs(plain).max()


class Rectified(torch.autograd.Function):
    """What a plain loop over the layers would do."""

    @staticmethod
    def forward(ctx: object, x: torch.Tensor) -> torch.Tensor:
        ctx.save_for_backward(x)
        return x.clamp(min=0)

    @staticmethod
    def backward(ctx: object, gradient: torch.Tensor) -> torch.Tensor:
        (x,) = ctx.saved_tensors
        return gradient * (gradient > 0) * (x > 0)


def test_backward_hooks_are_in_the_way_of_guided() -> None:
    net = cnn()
    handle = net[3].register_full_backward_hook(lambda *_: None)
    with pytest.raises(MethodError, match="Backward hooks are in the way.*handle.remove"):
        network_of(net).gradients(BATCH, 1, guided=True)
    handle.remove()
    assert network_of(net).gradients(BATCH, 1, guided=True).any()


def test_guided_is_springenbergs_rule() -> None:
    by_rule = network_of(in_words(Rectified.apply)).gradients(BATCH, 2)
    found = network_of(cnn()).gradients(BATCH, 2, guided=True)
    np.testing.assert_allclose(found, by_rule, rtol=1e-4, atol=1e-7)


@FEW
@given(seed=st.integers(0, 2**16), target=st.integers(0, 3))
def test_guided_of_one_layer_of_relus_has_only_positive_ways(seed: int, target: int) -> None:
    rng = np.random.default_rng(seed)
    picture = rng.normal(size=(1, 2, 2, 1)).astype(np.float32)
    first, second = rng.normal(size=(5, 4)), rng.normal(size=(4, 5))
    net = nn.Sequential(nn.Flatten(), nn.Linear(4, 5), nn.ReLU(), nn.Linear(5, 4)).double()
    with torch.no_grad():
        net[1].weight.copy_(torch.from_numpy(first))
        net[1].bias.zero_()
        net[3].weight.copy_(torch.from_numpy(second))
    active = first @ picture.reshape(-1) > 0
    expected = (np.maximum(second[target], 0) * active) @ first
    found = network_of(net, channels=1).gradients(picture, target, guided=True)
    np.testing.assert_allclose(found.reshape(-1), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("activation", "message"),
    [
        (nn.GELU, "has Gelu"),
        (nn.SiLU, "has Silu"),
        (nn.LeakyReLU, "has LeakyRelu"),
        (nn.PReLU, "has PreluKernel"),
        (nn.ELU, "has Elu"),
        (nn.Tanh, "has Tanh"),
        (nn.Identity, "has no activation of a known kind"),
        (lambda: nn.Sequential(nn.ReLU(), nn.ELU()), "has Elu as well"),
        (lambda: Does(lambda _, x: Rectified.apply(x)), "may hide one: Rectified"),
        (lambda: Does(lambda _, x: torch.maximum(x, torch.zeros(()))), "hide one: Maximum"),
        (lambda: Does(lambda _, x: torch.where(x > 0, x, 0)), "hide one: Where"),
    ],
)
def test_guided_needs_relus_and_nothing_else(activation: Callable, message: str) -> None:
    network = network_of(cnn(activation))
    with pytest.raises(MethodError, match=message):
        network.gradients(BATCH, 0, guided=True)
    assert np.abs(network.gradients(BATCH, 0)).max() > 0


@pytest.mark.parametrize(
    "activation",
    [
        lambda: Does(lambda _, x: F.relu(x) * x.mean((2, 3), keepdim=True).sigmoid()),
        lambda: nn.Sequential(nn.ReLU(), nn.GELU()),
    ],
)
def test_smooth_activations_beside_relus_keep_their_gradient(activation: Callable) -> None:
    gated = cnn(activation)
    assert np.abs(network_of(gated).gradients(BATCH, 0, guided=True)).max() > 0


# ---------------------------------------------------------------- the head


@pytest.mark.parametrize(
    "pool",
    [
        nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten()),
        nn.Sequential(nn.AvgPool2d(4), nn.Flatten(), nn.Dropout(0.3)),
        Does(lambda _, x: x.mean((2, 3))),
        Does(lambda _, x: F.adaptive_avg_pool2d(x, 1)[:, :, 0, 0]),
    ],
)
def test_the_head_is_seen_however_it_is_pooled(pool: nn.Module) -> None:
    net = cnn()
    network = network_of(nn.Sequential(net[:5], pool, net[8]))
    name, weights = network.head(BATCH)
    (maps,) = network.maps(BATCH, [name])
    bias = net[8].bias.detach().numpy()
    for target in range(4):
        expected = maps.mean((1, 2)) @ weights[:, target] + bias[target]
        np.testing.assert_allclose(network.scores(BATCH, target), expected, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    ("end", "message"),
    [
        ([nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(8, 4)], "mean of no layer's maps"),
        ([nn.Flatten(), nn.Linear(128, 4)], "mean of no layer's maps"),
        (
            [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.LayerNorm(8), nn.Linear(8, 4)],
            "mean of no layer's maps",
        ),
        ([nn.Conv2d(8, 4, 1), nn.AdaptiveAvgPool2d(1), nn.Flatten()], "no torch.nn.Linear"),
        (
            [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 4), nn.Tanh()],
            "no torch.nn.Linear",
        ),
    ],
)
@pytest.mark.parametrize("black", [False, True])
def test_another_head_is_refused(end: list[nn.Module], message: str, black: bool) -> None:
    torch.manual_seed(0)
    network = network_of(nn.Sequential(*cnn()[:5], *end))
    with pytest.raises(MethodError, match=message):
        network.head(BATCH * (not black))


def test_a_head_behind_a_function_says_what_to_do() -> None:
    parts = {"conv": nn.Conv2d(3, 8, 3), "relu": nn.ReLU(), "fc": nn.Linear(8, 4)}
    net = Does(lambda self, x: self.fc(F.relu(self.conv(x)).mean((2, 3))), **parts)
    with pytest.raises(MethodError, match="made by a function, such as F.relu, it is no layer's"):
        network_of(net).head(BATCH)
    layered = Does(lambda self, x: self.fc(self.relu(self.conv(x)).mean((2, 3))), **parts)
    assert network_of(layered).head(BATCH)[0] == "relu"
    with pytest.raises(MethodError, match="takes. Grad-CAM needs neither"):
        network_of(nn.Sequential(nn.Conv2d(3, 8, 3), nn.Flatten(), nn.Linear(800, 4))).head(BATCH)


def test_pictures_are_counted() -> None:
    net = cnn()
    asked = []
    net.register_forward_pre_hook(lambda _, given: asked.append(len(given[0])))
    network = network_of(net)
    network.head(BATCH[:1])
    assert network.pictures == sum(asked) == 3
    network.maps(BATCH, ["2"])
    network.gradients(BATCH, 1)
    network.scores(BATCH, 1)
    assert network.pictures == sum(asked) == 12


# ---------------------------------------------------------------- known networks

KNOWN = {  # name: side, last layer, shape there, whether it has a head, what guided says
    "resnet18": (64, "layer4.1", (2, 2, 512), True, None),
    "vgg11": (64, "avgpool", (7, 7, 512), False, None),
    "mobilenet_v2": (64, "features.18.2", (2, 2, 1280), True, None),
    "densenet121": (64, "features.norm5", (2, 2, 1024), False, None),
    "convnext_tiny": (64, "features.7.2", (2, 2, 768), False, "Gelu"),
    "vit_b_16": (32, "conv_proj", (2, 2, 768), False, "Gelu"),
    "swin_t": (64, "permute", (2, 2, 768), True, "Gelu"),
}


@pytest.mark.parametrize("name", KNOWN)
def test_torchvision(name: str) -> None:
    side, last, shape, head, activation = KNOWN[name]
    torch.manual_seed(0)
    size = {"image_size": side} if name == "vit_b_16" else {}
    net = getattr(torchvision.models, name)(weights=None, num_classes=5, **size)
    dense = [part for part in net.modules() if isinstance(part, nn.Linear)][-1]
    nn.init.normal_(dense.weight, std=0.1)  # that of the ViT is zero
    network = network_of(net)
    batch = np.random.default_rng(0).normal(size=(1, side, side, 3)).astype(np.float32)
    layers = network.layers(batch)
    assert (layers[-1].name, layers[-1].shape) == (last, shape)
    assert [layer.place for layer in layers] == sorted(layer.place for layer in layers)
    assert (layers[-1].place < 0.5) == (name == "vit_b_16")
    ((maps, gradient),) = network.map_gradients(batch, 1, [last])
    assert maps.shape == gradient.shape == (1, *shape)
    assert np.abs(gradient).max() > 0
    if head:
        found, weights = network.head(batch)
        assert found == last
        np.testing.assert_array_equal(weights, dense.weight.detach().numpy().T)
    else:
        with pytest.raises(MethodError, match="global average pooling"):
            network.head(batch)
    if activation is None:
        assert network.gradients(batch, 1, guided=True).shape == batch.shape
    else:
        with pytest.raises(MethodError, match=activation):
            network.gradients(batch, 1, guided=True)


def test_timm() -> None:
    torch.manual_seed(0)
    network = network_of(timm.create_model("resnet10t", pretrained=False, num_classes=5))
    batch = np.random.default_rng(0).normal(size=(1, 64, 64, 3)).astype(np.float32)
    assert network.layers(batch)[-1].name == network.head(batch)[0] == "layer4.0.act2"


def hugging_face(**settings_: object) -> transformers.PreTrainedModel:
    torch.manual_seed(0)
    config = transformers.ResNetConfig(
        embedding_size=8,
        hidden_sizes=[8, 8],
        depths=[1, 1],
        layer_type="basic",
        num_labels=3,
        **settings_,
    )
    return transformers.ResNetForImageClassification(config)


def test_hugging_face() -> None:
    classifier = as_classifier(hugging_face(), input_shape=(64, 64))
    network = classifier.open_network("logits")
    batch = np.random.default_rng(0).normal(size=(1, 64, 64, 3)).astype(np.float32)
    last = network.layers(batch)[-1]
    assert last.name == network.head(batch)[0] == "resnet.encoder.stages.1.layers.0.activation"
    np.testing.assert_allclose(
        network.scores(batch, 2), classifier.forward(batch).logits[:, 2], rtol=1e-5
    )


def test_hugging_face_with_several_classes_at_once() -> None:
    """Our own sigmoid stands behind the model, and before the logits."""
    model = hugging_face(problem_type="multi_label_classification")
    classifier = as_classifier(model, input_shape=(64, 64))
    assert classifier.output == "sigmoids"
    network = classifier.open_network(classifier.output)
    batch = np.random.default_rng(0).normal(size=(2, 64, 64, 3)).astype(np.float32)
    assert network.differentiated == "logit"
    scores = network.scores(batch, 1)
    np.testing.assert_allclose(
        1 / (1 + np.exp(-scores)), classifier.forward(batch).answer[:, 1], rtol=1e-5
    )
    randomised = list(network.randomised_copies(0))[-1]
    again = randomised.network.scores(batch, 1)
    np.testing.assert_allclose(1 / (1 + np.exp(-again)), randomised.forward(batch)[:, 1], rtol=1e-5)


# ---------------------------------------------------------------- kinds of modules


def test_the_classifier_opens_what_it_was_made_of() -> None:
    for module in (cnn(), torch.compile(cnn()), nn.DataParallel(cnn())):
        classifier = as_classifier(module, input_shape=(12, 12))
        network = classifier.open_network("logits")
        assert names(network) == ["0", "1", "2", "3", "4"]
        np.testing.assert_allclose(
            network.scores(BATCH, 1), network_of(cnn()).scores(BATCH, 1), rtol=1e-5
        )


def test_parts_that_were_compiled_are_run_as_they_were_written() -> None:
    net = nn.Sequential(torch.compile(cnn()[:5]), *cnn()[5:])
    net.compile(backend="aot_eager")
    network = network_of(net)
    expected = network_of(cnn()).gradients(BATCH, 1, guided=True)
    found = network.gradients(BATCH, 1, guided=True)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-7)
    assert names(network)[-1] == "0._orig_mod.4"


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_other_precisions(dtype: torch.dtype) -> None:
    network = network_of(cnn().to(dtype))
    ((maps, gradient),) = network.map_gradients(BATCH, 1, ["4"])
    found = network.gradients(BATCH, 1)
    assert maps.dtype == gradient.dtype == found.dtype == np.float32
    expected = network_of(cnn()).gradients(BATCH, 1)
    assert np.corrcoef(found.ravel(), expected.ravel())[0, 1] > 0.99
    assert network.head(BATCH)[0] == "4"


def test_a_script_module_has_gradients_and_no_layers() -> None:
    script = torch.jit.script(cnn().eval())
    network = as_classifier(script, input_shape=(12, 12)).open_network("logits")
    expected = network_of(cnn()).gradients(BATCH, 1, guided=True)
    np.testing.assert_allclose(
        network.gradients(BATCH, 1, guided=True), expected, rtol=1e-4, atol=1e-7
    )
    plain = network_of(cnn()).gradients(BATCH, 1)
    for _ in range(4):
        np.testing.assert_allclose(network.gradients(BATCH, 1), plain, rtol=1e-4, atol=1e-7)
    # Once it has been put together of larger pieces, what is in them cannot be seen.
    with pytest.raises(MethodError, match="DifferentiableGraph. Give a torch.nn.Module"):
        network.gradients(BATCH, 1, guided=True)
    with pytest.raises(MethodError, match="one piece.*Give the torch.nn.Module"):
        network.layers(BATCH)


def test_an_exported_program_has_gradients_and_no_layers() -> None:
    example = (torch.zeros(3, 3, 12, 12),)
    exported = torch.export.export(cnn().eval(), example)
    network = as_classifier(exported, input_shape=(12, 12)).open_network("logits")
    expected = network_of(cnn()).gradients(BATCH, 1)
    np.testing.assert_allclose(network.gradients(BATCH, 1), expected, rtol=1e-4, atol=1e-7)
    with pytest.raises(MethodError, match="one piece"):
        network.layers(BATCH)


@pytest.mark.parametrize(
    "cut", [lambda x: x.detach(), lambda x: x.round().long().float(), lambda x: x.data]
)
def test_what_is_cut_off_has_no_gradient(cut: Callable) -> None:
    network = network_of(Does(lambda self, x: self.net(cut(x)), net=cnn()))
    asked = (
        lambda: network.gradients(BATCH, 0),
        lambda: network.gradients(BATCH, 0, guided=True),
    )
    for ask in asked:
        with pytest.raises(MethodError, match="has no gradient.*black-box method"):
            ask()


def test_no_gradients_inside_leaves_the_layers() -> None:
    def forward(self: Does, x: torch.Tensor) -> torch.Tensor:
        with torch.no_grad():
            return self.net(x)

    network = network_of(Does(forward, net=cnn()))
    assert names(network)[-1] == "net.4"
    assert network.maps(BATCH, ["net.4"])[0].shape == (3, 4, 4, 8)
    with pytest.raises(MethodError, match="has no gradient"):
        network.map_gradients(BATCH, 0, ["net.4"])


def test_an_answer_that_is_no_tensor() -> None:
    network = network_of(Does(lambda self, x: (self.net(x), x), net=cnn()))
    with pytest.raises(MethodError, match="returns tuple.*a tensor \\(3, classes\\) is wanted"):
        network.scores(BATCH, 0)


# ---------------------------------------------------------------- afterwards


def state(module: nn.Module) -> dict[str, object]:
    """Everything that a call could leave behind."""
    return {
        "modes": [part.training for part in module.modules()],
        "hooks": [
            len(part._forward_hooks) + len(part._forward_pre_hooks) + len(part._backward_hooks)
            for part in module.modules()
        ],
        "attributes": [sorted(vars(part)) for part in module.modules()],
        "wanted": [parameter.requires_grad for parameter in module.parameters()],
        "gradients": [
            None if parameter.grad is None else parameter.grad.tolist()
            for parameter in module.parameters()
        ],
        "numbers": {name: value.tolist() for name, value in module.state_dict().items()},
    }


def half_trained() -> nn.Sequential:
    """Modes, frozen parts and gradients of all kinds."""
    net = cnn().train()
    net[1].eval()
    net[0].weight.requires_grad_(False)
    net[8].weight.grad = torch.ones_like(net[8].weight)
    return net


@pytest.mark.parametrize(
    "mode", [torch.enable_grad, torch.no_grad, torch.inference_mode], ids=lambda mode: mode.__name__
)
def test_the_module_is_left_as_it_was(mode: Callable) -> None:
    net = half_trained()
    before = state(net)
    network = network_of(net)
    picture = BATCH[:1].copy()
    with mode():
        network.layers(picture)
        network.maps(picture, ["2"])
        found = network.gradients(picture, 1), network.gradients(picture, 1, guided=True)
        network.map_gradients(picture, 1, ["0", "4"])
        network.head(picture)
        with torch.inference_mode(mode=False), torch.enable_grad():
            model, start = network.score_model(picture, 1)
            shap.GradientExplainer(model, start).shap_values(start, nsamples=3)
        for stage in network.randomised_copies(0):
            stage.network.gradients(picture, 1)
        assert torch.is_grad_enabled() == (mode is torch.enable_grad)
        assert torch.is_inference_mode_enabled() == (mode is torch.inference_mode)
    assert state(net) == before
    np.testing.assert_array_equal(picture, BATCH[:1])
    plain = network_of(cnn())
    np.testing.assert_array_equal(found[0], plain.gradients(picture, 1))
    np.testing.assert_array_equal(found[1], plain.gradients(picture, 1, guided=True))


def test_the_module_is_left_as_it_was_after_an_error() -> None:
    def fail(self: Does, x: torch.Tensor) -> torch.Tensor:
        if self.failing:
            raise OSError("no more")
        return self.net(x)

    net = Does(fail, net=half_trained())
    net.failing = False
    network = network_of(net)
    network.layers(BATCH)
    net.failing = True
    before = state(net)
    asked: list[Callable] = [
        lambda: network.layers(BATCH),
        lambda: network.maps(BATCH, ["net.2"]),
        lambda: network.map_gradients(BATCH, 1, ["net.2"]),
        lambda: network.gradients(BATCH, 1, guided=True),
    ]
    for ask in asked:
        with pytest.raises(OSError, match="no more"):
            ask()
    assert state(net) == before


def interrupt(at: int) -> Callable:
    """A trace function that is Ctrl-C at the `at`-th step of what is ours, or of what it calls.

    CPython looks for signals where functions begin, return and loop, never at a bare `try`.
    """
    left = at
    wanted = ("gridexplainer_widget", "torch/nn/modules/module.py", "torch/autograd/grad_mode.py")

    def trace(frame: FrameType, event: str, _: object) -> Callable | None:
        nonlocal left
        name = frame.f_code.co_filename.replace("\\", "/")
        generator = frame.f_code.co_flags & inspect.CO_GENERATOR  # an error in its end goes nowhere
        if generator or not any(part in name for part in wanted):
            return None
        if linecache.getline(name, frame.f_lineno).strip() != "try:":
            left -= 1
        if left == 0:
            left = -1
            raise KeyboardInterrupt
        return trace

    return trace


def interrupted_at(step: int, ask: Callable) -> BaseException | None:
    before = sys.gettrace()
    sys.settrace(interrupt(step))
    try:
        ask()
    except KeyboardInterrupt as error:
        return error
    finally:
        sys.settrace(before)
    return None


def ways_to_ask() -> dict[str, tuple[nn.Module, Callable]]:
    net = nn.Sequential(
        nn.Conv2d(3, 2, 3), nn.ReLU(), nn.Dropout(), nn.AdaptiveAvgPool2d(1), nn.Flatten()
    ).append(nn.Linear(2, 2))
    classifier = as_classifier(net, input_shape=(4, 4))
    network, batch = network_of(net), BATCH[:1, :4, :4]
    network.layers(batch)
    return {
        "forward": (net, lambda: classifier.forward(batch)),
        "layers": (net, lambda: network.layers(batch)),
        "maps": (net, lambda: network.maps(batch, ["1"])),
        "map_gradients": (net, lambda: network.map_gradients(batch, 1, ["1"])),
        "guided": (net, lambda: network.gradients(batch, 1, guided=True)),
        "head": (net, lambda: network.head(batch)),
    }


@pytest.mark.parametrize("way", ways_to_ask())
def test_an_interrupt_at_any_moment_leaves_nothing_behind(way: str) -> None:
    net, ask = ways_to_ask()[way]
    net.train()
    before = state(net)
    stride = sized(7, 1)
    if way == "head":  # it takes long, and works as the others do
        stride = sized(21, 7)
    step, errors = 1, []
    # The errors are kept, as a notebook keeps the last: nothing may wait for them to go.
    while (error := interrupted_at(step, ask)) is not None:
        errors.append(error)
        assert state(net) == before, step
        assert torch.is_grad_enabled(), step
        assert torch.overrides._get_current_function_mode() is None, step
        step += stride
    assert len(errors) > 50
    assert state(net) == before


def test_a_module_that_writes_into_what_it_is_given() -> None:
    net = nn.Sequential(nn.ReLU(inplace=True), *cnn())
    found = network_of(net).gradients(BATCH, 1)
    np.testing.assert_array_equal(found[BATCH < 0], 0)
    expected = network_of(cnn()).gradients(np.maximum(BATCH, 0), 1)
    np.testing.assert_allclose(found[BATCH > 0], expected[BATCH > 0], rtol=1e-4, atol=1e-7)


# ---------------------------------------------------------------- randomising


def weights(module: nn.Module) -> dict[str, np.ndarray]:
    return {name: value.numpy().copy() for name, value in module.state_dict().items()}


def test_weights_are_randomised_from_the_last_layer_down() -> None:
    net = cnn()
    before = weights(net)
    changed = []
    for stage in network_of(net).randomised_copies(7):
        now = weights(stage.network.module)
        changed.append({name for name in now if not np.array_equal(now[name], before[name])})
        answer = stage.forward(BATCH).numpy()[:, 2]
        np.testing.assert_allclose(stage.network.scores(BATCH, 2), answer, rtol=1e-5)
        assert not np.allclose(answer, network_of(net).scores(BATCH, 2))
    assert changed == [
        {"8.weight"},
        {"8.weight", "3.weight"},
        {"8.weight", "3.weight", "0.weight"},
    ]
    for name, value in weights(net).items():
        np.testing.assert_array_equal(value, before[name])


def test_randomised_weights_are_drawn_from_their_own_mean_and_deviation() -> None:
    net = nn.Sequential(nn.Flatten(), nn.Linear(108, 400))
    nn.init.normal_(net[1].weight, 3, 0.5)
    (stage,) = network_of(net).randomised_copies(1)
    (again,) = network_of(net).randomised_copies(1)
    (other,) = network_of(net).randomised_copies(2)
    found, same, different = (
        weights(one.network.module)["1.weight"] for one in (stage, again, other)
    )
    assert stage.layer == "1"
    assert found.mean() == pytest.approx(3, abs=0.02)
    assert found.std() == pytest.approx(0.5, abs=0.02)
    assert abs(np.corrcoef(found.ravel(), weights(net)["1.weight"].ravel())[0, 1]) < 0.05
    np.testing.assert_array_equal(found, same)
    assert not np.array_equal(found, different)


def test_the_names_of_randomised_layers() -> None:
    attention = nn.MultiheadAttention(8, 2, batch_first=True)
    net = Does(
        lambda self, x: self.dense(self.look(*[self.patch(x).flatten(2).mT] * 3)[0].mean(1)),
        patch=nn.Conv2d(3, 8, 4, 4),
        look=attention,
        dense=nn.Linear(8, 3),
    )
    stages = [stage.layer for stage in network_of(net).randomised_copies(0)]
    assert stages == ["dense", "look.out_proj", "look", "patch"]


def test_what_cannot_be_randomised() -> None:
    with pytest.raises(MethodError, match="no weights"):
        next(network_of(nn.Sequential(nn.Flatten())).randomised_copies(0))

    class Once(nn.Linear):
        def __deepcopy__(self, memory: object) -> "Once":
            raise TypeError("there is only one")

    with pytest.raises(MethodError, match="cannot be copied.*there is only one"):
        next(network_of(nn.Sequential(nn.Flatten(), Once(432, 2))).randomised_copies(0))


# ---------------------------------------------------------------- SHAP


def test_shap_of_a_linear_model_adds_up() -> None:
    torch.manual_seed(0)
    net = nn.Sequential(nn.Flatten(), nn.Linear(27, 4), nn.Softmax(1))
    net[1].weight.grad = torch.ones_like(net[1].weight)
    net.train()
    network = network_of(net, "softmax")
    batch, start = BATCH[:2, :3, :3], BATCH[2:, 5:8, 5:8]
    for target in (0, 3):
        model, pictures = network.score_model(batch, target)
        _, background = network.score_model(start, target)
        np.random.seed(0)  # noqa: NPY002 - what shap draws from
        values = shap.GradientExplainer(model, background).shap_values(pictures, nsamples=4)
        values = np.asarray(values).reshape(batch.shape)
        expected = network.scores(batch, target) - network.scores(start, target).mean()
        np.testing.assert_allclose(values.sum((1, 2, 3)), expected, rtol=1e-3, atol=1e-5)
        slope = network.gradients(batch, target)
        np.testing.assert_allclose(values, slope * (batch - start), rtol=1e-3, atol=1e-5)
    assert net.training
    assert net[1].weight.grad.tolist() == torch.ones(4, 27).tolist()


def test_shap_of_a_single_sigmoid_knows_both_classes() -> None:
    net = nn.Sequential(nn.Flatten(), nn.Linear(27, 1), nn.Sigmoid())
    network = network_of(net, "sigmoid")
    batch = BATCH[:, :3, :3]
    for target in (0, 1):
        model, pictures = network.score_model(batch, target)
        found = model(pictures)
        assert found.shape == (3, 1)
        np.testing.assert_allclose(
            found.detach().numpy()[:, 0], network.scores(batch, target), rtol=1e-6
        )


@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
def test_shap_has_gradients_where_the_caller_has_none(mode: Callable) -> None:
    network = network_of(cnn())

    def values() -> np.ndarray:
        model, taken = network.score_model(BATCH, 0)
        explainer = network.with_gradients(lambda: shap.GradientExplainer(model, taken[1:]))
        ask = partial(explainer.shap_values, taken[:1], nsamples=4, rseed=0)
        return np.asarray(network.with_gradients(ask))

    expected = values()
    assert expected.any()
    with mode():
        found = values()
        assert not torch.is_grad_enabled()
        assert torch.is_inference_mode_enabled() == (mode is torch.inference_mode)
    np.testing.assert_array_equal(found, expected)
