"""PyTorch models calculated on patches: what they answer is what they answer in full."""

import copy
import gc
import operator
import weakref

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F

from gridexplainer_widget import GridExplainer
from gridexplainer_widget.classifiers.torch.incremental.executor import TorchExecutor
from gridexplainer_widget.core.errors import UnsupportedGraph
from gridexplainer_widget.core.grid import Grid
from gridexplainer_widget.incremental.engine import IncrementalEngine
from gridexplainer_widget.incremental.plan import PatchPlan, reachable
from gridexplainer_widget.results.explanation import Explanation
from tests.support.pytorch import torch, torchvision
from tests.support.sizes import EXPORTED_NETWORKS, sized
from tests.support.tiled import tiled_and_whole
from tests.support.torch_networks import lively, telling

PICTURE = np.random.default_rng(5).integers(0, 256, (96, 96, 3), np.uint8)


def explained(module: nn.Module, grid: object, size: tuple[int, int], engine: str) -> Explanation:
    explainer = GridExplainer(
        module, grid, engine=engine, input_shape=size, output="logits", joint=False
    )
    return explainer.explain(PICTURE)


def same(module: nn.Module, grid: object, size: tuple[int, int], within: float = 1e-5) -> None:
    full, parts = (explained(module, grid, size, engine) for engine in ("full", "incremental"))
    np.testing.assert_allclose(parts.vectors, full.vectors, atol=within, rtol=0)
    np.testing.assert_allclose(parts.baseline_vector, full.baseline_vector, atol=within, rtol=0)


def executor_of(
    module: nn.Module, size: tuple[int, int] = (32, 32), channels: int = 3
) -> TorchExecutor:
    return TorchExecutor(module, (channels, *size), lambda raw: raw)


def patched_by_hand(
    module: nn.Module, size: tuple[int, int], seed: int = 0, engine: IncrementalEngine | None = None
) -> tuple:
    """Logits of pictures with parts changed, with as much on patches as can be; and as they are."""
    engine = engine or IncrementalEngine(executor_of(module, size))
    executor = engine.executor
    engine.refresh()
    rng = np.random.default_rng(seed)
    picture = rng.normal(size=(*size, 3)).astype(np.float32)
    height, width = size
    boxes, pictures = [], [picture]
    for _ in range(5):
        top, left = rng.integers(0, height - 1), rng.integers(0, width - 1)
        bottom, right = rng.integers(top + 1, height + 1), rng.integers(left + 1, width + 1)
        boxes.append([[top, bottom], [left, right]])
        changed = picture.copy()
        changed[top:bottom, left:right] = rng.normal(size=(bottom - top, right - left, 3))
        pictures.append(changed)
    crops = np.stack(pictures[1:])

    def crop(number: int, where: np.ndarray) -> np.ndarray:
        return np.stack(
            [one[t:b, lf:r] for one, ((t, b), (lf, r)) in zip(crops, where.tolist(), strict=True)]
        )

    plan = PatchPlan(executor.graph, reachable(executor.graph))
    found = engine.outputs(plan, picture, [None, np.array(boxes)], crop)
    return found, asked(module, np.stack(pictures)), plan


def asked(module: nn.Module, pictures: np.ndarray) -> np.ndarray:
    """What a module answers to pictures."""
    given = torch.from_numpy(pictures).permute(0, 3, 1, 2).contiguous()
    with torch.no_grad():
        return module.eval()(given).numpy()


class Branches(nn.Module):
    """Much of what networks have: branches, padding, gates, slices, all sorts of activations."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, stride=2, padding=1)
        self.norm = nn.BatchNorm2d(8)
        self.left = nn.Conv2d(8, 8, 3, padding=2, dilation=2, groups=2)
        self.right = nn.Conv2d(8, 8, 5, padding="same", groups=8, bias=False)
        self.slope = nn.PReLU(8)
        self.late = nn.BatchNorm2d(16)
        self.gain = nn.Parameter(torch.rand(16, 1, 1))
        self.where = nn.Parameter(torch.rand(1, 16, 20, 24))
        self.register_buffer("shift", torch.rand(16, 1, 1))
        self.gate = nn.Conv2d(16, 16, 1)
        self.down = nn.Conv2d(16, 12, 3, stride=2)
        self.head = nn.Linear(12, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = F.relu_(self.norm(self.stem(x)))
        one = F.hardtanh(self.left(x), -0.5, 0.7)
        two = self.slope(self.right(x))
        x = self.late(torch.cat([one, two], 1)) * self.gain - self.shift
        x = x + self.where
        x += F.silu(x)
        x = F.max_pool2d(F.pad(x, (0, 1, 2, 0)), 3, 2, 1, ceil_mode=True)
        x = x * torch.sigmoid(self.gate(x.mean((2, 3), keepdim=True)))
        x = F.avg_pool2d(F.gelu(x), 3, 1, 1, count_include_pad=False)
        x = F.dropout(self.down(x / 2)[:, :, 1:, :-1], 0.5, self.training)
        return self.head(F.leaky_relu(x, 0.1).mean((2, 3)))


class Shown(nn.Module):
    """Channels to the end and back, as in ConvNeXt; channels cut in two and reduced."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 4, stride=4)
        self.deep = nn.Conv2d(8, 8, 7, padding=3, groups=8)
        self.norm = nn.LayerNorm(8)
        self.up, self.down = nn.Linear(8, 16), nn.Linear(16, 8)
        self.gain = nn.Parameter(torch.rand(8))
        self.last = nn.Conv2d(9, 6, 2)
        self.head = nn.Linear(6, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.norm(self.stem(x).permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
        y = self.norm(self.deep(x).permute(0, 2, 3, 1))
        y = self.gain * self.down(F.gelu(self.up(y)) + 0.5)
        x = x + y.permute(0, 3, 1, 2)
        one, two = x.chunk(2, 1)
        x = torch.cat([one * two, two, x.mean(1, keepdim=True)], 1)
        x = F.interpolate(x, scale_factor=2, mode="nearest")
        return self.head(F.adaptive_avg_pool2d(self.last(x).relu(), 1).flatten(1))


def plain(stride: int = 1, **more: object) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(3, 6, 3, stride=stride, padding=1, **more),
        nn.BatchNorm2d(6),
        nn.ReLU(inplace=True),
        nn.MaxPool2d(2),
        nn.Conv2d(6, 8, 3, bias=False),
        nn.BatchNorm2d(8),
        nn.ReLU6(inplace=True),
        nn.AvgPool2d(3, 2, 1),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(8, 5),
    )


@pytest.mark.parametrize("grid", [3, 5, (4, 7)])
@pytest.mark.parametrize(
    ("make", "size"),
    [
        (plain, (32, 32)),
        (plain, (33, 41)),
        (lambda: plain(stride=2, dilation=2), (48, 45)),
        (lambda: plain(padding_mode="reflect"), (32, 30)),
        (Branches, (40, 48)),
        (Shown, (48, 44)),
    ],
)
def test_vectors_are_those_of_the_full_pass(make, size: tuple[int, int], grid: object) -> None:
    torch.manual_seed(1)
    same(lively(make()), grid, size)


@pytest.mark.parametrize(
    ("make", "size"), [(plain, (33, 41)), (Branches, (40, 48)), (Shown, (48, 44))]
)
def test_patches_as_far_as_can_be(make, size: tuple[int, int]) -> None:
    torch.manual_seed(1)
    found, expected, plan = patched_by_hand(lively(make()), size)
    assert len(plan.patched) > 5
    np.testing.assert_allclose(found, expected, atol=2e-5)


class Halved(nn.Module):
    """As in ResNet, its first version: of the shortcut, every second row and column is taken."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 4, 3, padding=1)
        self.second = nn.Conv2d(4, 4, 3, padding=1)
        self.where = nn.Parameter(torch.rand(4, 33, 30))
        self.down = nn.Conv2d(4, 6, 1, stride=2)
        self.head = nn.Linear(6, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        shortcut = F.relu(self.first(x))
        x = F.relu(self.second(shortcut) + shortcut + self.where)
        return self.head(F.relu(self.down(x)).mean((2, 3)))


def test_what_is_passed_over_is_not_calculated() -> None:
    torch.manual_seed(1)
    module = lively(Halved())
    nodes = executor_of(module, (33, 30)).graph.nodes
    whole = [node.name for node in nodes if node.size == (33, 30)]
    assert len(whole) == 3, "the picture, the first convolution and its ReLU"
    found, expected, plan = patched_by_hand(module, (33, 30))
    assert len(plan.patched) > 5
    np.testing.assert_allclose(found, expected, atol=2e-5)


@pytest.mark.parametrize(("counted", "first"), [(False, "convolution"), (True, "pool")])
def test_a_mean_changes_places_with_a_product_unless_zeros_count(
    counted: bool,
    first: str,
) -> None:
    torch.manual_seed(1)
    module = nn.Sequential(
        nn.Conv2d(3, 8, 3),
        nn.ReLU(),
        nn.AvgPool2d(3, 1, 1, count_include_pad=counted),
        nn.Conv2d(8, 2, 1),
        nn.BatchNorm2d(2),
        nn.ReLU(),
        nn.Conv2d(2, 6, 1, bias=False),
        nn.AvgPool2d(2),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(6, 4),
    )
    nodes = executor_of(lively(module), (32, 31)).graph.nodes
    kinds = [node.kind for node in nodes if node.kind in {"convolution", "pool"}]
    other = {"convolution": "pool", "pool": "convolution"}[first]
    assert kinds == ["convolution", first, other, "pool", "convolution"]
    found, expected, _ = patched_by_hand(module, (32, 31))
    np.testing.assert_allclose(found, expected, atol=2e-5)


def test_what_is_local_is_read_as_such() -> None:
    others = [n.name for n in executor_of(Shown(), (48, 44)).graph.nodes if n.kind == "other"]
    assert others == ["adaptive_avg_pool2d", "flatten", "linear_2"]
    nodes = executor_of(plain()).graph.nodes
    assert [n.kind for n in nodes if n.kind != "other"] == [
        "input", "convolution", "pointwise", "pool", "convolution", "pointwise", "pool"
    ]  # fmt: skip


class Random(nn.Module):
    """A small network that is drawn."""

    def __init__(self, draw) -> None:
        super().__init__()
        self.plan: list[tuple[str, object]] = []
        self.layers = nn.ModuleList()
        channels = self._layer(nn.Conv2d(3, 4, 3, padding=1), 4)
        for _ in range(draw(st.integers(2, 5))):
            kind = draw(
                st.sampled_from(
                    ["conv", "depth", "pool", "mean", "branch", "act", "norm", "pad", "scale"]
                )
            )
            kernel, stride = draw(st.integers(1, 4)), draw(st.integers(1, 3))
            padding = draw(st.integers(0, kernel // 2))
            dilation = draw(st.integers(1, 2))
            if kind in {"conv", "depth"}:
                groups = channels if kind == "depth" else draw(st.sampled_from([1, 2]))
                made = channels * (2 if channels <= 4 else 1)
                layer = nn.Conv2d(
                    channels, made, (kernel, draw(st.integers(1, 3))), stride, padding,
                    dilation, groups, bias=draw(st.booleans()),
                )  # fmt: skip
                channels = self._layer(layer, made)
            elif kind == "pool":
                ceil = draw(st.booleans())
                self._layer(nn.MaxPool2d(kernel, stride, padding, dilation, ceil_mode=ceil), 0)
            elif kind == "mean":
                ceil, counted = draw(st.booleans()), draw(st.booleans())
                self._layer(nn.AvgPool2d(kernel, stride, padding, ceil, counted), 0)
            elif kind == "act":
                acts = [nn.ReLU(inplace=True), nn.Hardswish(), nn.ELU(), nn.Softplus(), nn.Tanh()]
                self._layer(draw(st.sampled_from(acts)), 0)
            elif kind == "norm":
                self._layer(nn.BatchNorm2d(channels), 0)
            elif kind == "pad":
                self._layer(nn.ZeroPad2d(tuple(draw(st.integers(-1, 2)) for _ in range(4))), 0)
            elif kind == "scale":
                self._layer(nn.PReLU(channels), 0)
            else:
                joined = draw(st.booleans()) and channels <= 8
                self.plan.append(("cat" if joined else "add", len(self.layers)))
                self.layers.append(nn.Conv2d(channels, channels, 3, padding=1))
                channels *= 2 if joined else 1
        self.head = nn.Linear(channels, 3)

    def _layer(self, layer: nn.Module, channels: int) -> int:
        self.plan.append(("run", len(self.layers)))
        self.layers.append(layer)
        return channels

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for kind, number in self.plan:
            y = self.layers[number](x)
            x = y if kind == "run" else torch.cat([x, y], 1) if kind == "cat" else x + y
        return self.head(x.mean((2, 3)))


@EXPORTED_NETWORKS
@given(
    data=st.data(), height=st.integers(17, 40), width=st.integers(17, 40), seed=st.integers(0, 99)
)
def test_any_network(data, height: int, width: int, seed: int) -> None:
    torch.manual_seed(seed)
    module = lively(Random(data.draw)).eval()
    try:
        with torch.no_grad():
            answer = module(torch.zeros(1, 3, height, width))
    except RuntimeError:  # more padding than PyTorch allows, or nothing left of the map
        return
    if not torch.isfinite(answer).all():  # a window of nothing but padding
        return
    # Unused: what is hardly convolutional is not read.
    module.layers.extend([nn.Conv2d(2, 2, 1), nn.Conv2d(2, 2, 1)])
    engine = IncrementalEngine(executor_of(module, (height, width)))
    found, expected, _ = patched_by_hand(module, (height, width), seed, engine)
    np.testing.assert_allclose(found, expected, atol=1e-4 * max(1, np.abs(expected).max()))
    grid = Grid(data.draw(st.integers(1, 4)), data.draw(st.integers(1, 4)), height, width)
    tiled = tiled_and_whole(engine, grid, lambda pictures: asked(module, pictures), seed)
    if tiled is not None:
        found, expected = tiled
        np.testing.assert_allclose(found, expected, atol=1e-4 * max(1, np.abs(expected).max()))


KNOWN = {
    "resnet18": (96, 80),
    "mobilenet_v2": (64, 64),
    "squeezenet1_1": (96, 90),
    "densenet121": (64, 72),
    "vgg11": (64, 64),
    "mobilenet_v3_small": (64, 64),
}


@pytest.mark.parametrize(("name", "size"), list(KNOWN.items())[: sized(3, None)])
def test_networks_of_torchvision(name: str, size: tuple[int, int]) -> None:
    torch.manual_seed(0)
    module = getattr(torchvision.models, name)(weights=None, num_classes=10)
    telling(lively(module), size)
    executor_of(module, size)
    full, parts = (explained(module, 6, size, engine) for engine in ("full", "incremental"))
    largest = np.abs(full.vectors - full.baseline_vector).max()
    assert largest > 1e-5
    np.testing.assert_allclose(parts.vectors, full.vectors, atol=1e-4 * largest, rtol=0)


def test_changed_weights_are_noticed() -> None:
    module = plain()
    explainer = GridExplainer(module, 4, engine="incremental", input_shape=(32, 32))
    explainer.explain(PICTURE)
    changes = [
        lambda: module[1].running_var.mul_(0.5),
        lambda: module[4].weight.data.mul_(-2),  # which PyTorch's own count of writes misses
        lambda: module[4].weight.detach().numpy().__imul__(0.5),
        lambda: setattr(module[10], "bias", nn.Parameter(torch.arange(5.0))),
        lambda: module.load_state_dict(lively(plain(), 3).state_dict()),
        lambda: setattr(module[6], "negative_slope", 1),
        lambda: module.__setitem__(6, nn.Tanh()),
    ]
    for change in changes:
        with torch.no_grad():
            change()
        after = explainer.explain(PICTURE).vectors
        np.testing.assert_allclose(after, explained(module, 4, (32, 32), "full").vectors, atol=1e-5)


def test_the_version_changes_with_the_weights_only() -> None:
    module = plain()
    executor = executor_of(module)
    first = executor.refresh()
    assert executor.refresh() == first
    module[1].running_mean += 1e-3
    assert executor.refresh() == first + 1


def test_the_module_is_left_as_it_was() -> None:
    module = plain()
    module.train()
    module[3].eval()
    module[4].weight.requires_grad_(False)
    state = copy.deepcopy(module.state_dict())
    tensors = [*module.parameters(), *module.buffers()]
    flags = [part.training for part in module.modules()]
    explained(module, 4, (32, 32), "incremental")
    assert [part.training for part in module.modules()] == flags
    assert all(map(operator.is_, tensors, [*module.parameters(), *module.buffers()]))
    assert [p.requires_grad for p in module.parameters()] == [True] * 4 + [False] + [True] * 4
    assert all(p.grad is None for p in module.parameters())
    assert not any(part._forward_hooks or part._forward_pre_hooks for part in module.modules())
    for key, value in module.state_dict().items():
        assert torch.equal(value, state[key])
    assert torch.is_grad_enabled()
    module(torch.zeros(2, 3, 32, 32)).sum().backward()  # it can be trained on


class Depends(nn.Sequential):
    """Which way depends on what is in the picture."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return super().forward(x if x.sum() > 0 else -x)


class Noisy(nn.Sequential):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return super().forward(x + 0 * torch.rand_like(x))


class Counting(nn.Sequential):
    """Writes into itself."""

    def __init__(self, *layers: nn.Module) -> None:
        super().__init__(*layers)
        self.register_buffer("calls", torch.zeros(()))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        self.calls += 1
        return super().forward(x)


class OfViews(nn.Sequential):
    """Writes into a map through a view of it."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        first, *rest = self
        x = first(x)
        x[:, :2].mul_(0.5)
        for layer in rest:
            x = layer(x)
        return x


def hooked() -> nn.Module:
    module = plain()
    module[0].register_forward_hook(lambda part, args, made: made * 2)
    return module


@pytest.mark.parametrize(
    "make",
    [
        *(lambda kind=kind: kind(*plain()) for kind in (Depends, Noisy, Counting, OfViews)),
        hooked,
        lambda: torch.jit.script(plain()),
        lambda: plain().double(),
        lambda: nn.Sequential(nn.Flatten(), nn.Linear(32 * 32 * 3, 4)),
    ],
)
def test_what_cannot_be_read_is_run_in_full(make) -> None:
    torch.manual_seed(0)
    module = make()
    with pytest.raises(UnsupportedGraph):
        executor_of(module)
    with pytest.warns(UserWarning, match="in full"):
        parts = explained(module, 4, (32, 32), "incremental")
    full = explained(module, 4, (32, 32), "full")
    np.testing.assert_allclose(parts.vectors, full.vectors, atol=1e-7)


class Tokens(nn.Module):
    """Convolutions, then what PyTorch marks as random for its dropout, which is off."""

    def __init__(self, kind: str, dropout: float = 0.0) -> None:
        super().__init__()
        self.kind, self.dropout = kind, dropout
        self.stem = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1), nn.ReLU(), nn.Conv2d(8, 8, 3, 2, 1))
        self.lstm = nn.LSTM(8, 8, 2, batch_first=True, dropout=0.2)
        self.rrelu, self.fc = nn.RReLU(), nn.Linear(8, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        tokens = self.stem(x).flatten(2).transpose(1, 2)
        if self.kind == "attention":
            tokens = F.scaled_dot_product_attention(tokens, tokens, tokens, dropout_p=self.dropout)
        else:
            tokens = self.lstm(tokens)[0] if self.kind == "lstm" else self.rrelu(tokens)
        return self.fc(tokens.mean(1))


@pytest.mark.parametrize("kind", ["attention", "lstm", "rrelu"])
def test_dropout_that_is_off_leaves_nothing_to_chance(kind: str) -> None:
    torch.manual_seed(0)
    same(Tokens(kind), 4, (32, 32), within=1e-6)
    assert [node.kind for node in executor_of(Tokens(kind)).graph.nodes].count("convolution") == 2


def test_dropout_that_stays_on_is_left_to_the_module() -> None:
    with pytest.raises(UnsupportedGraph, match="draws random numbers.*attention"):
        executor_of(Tokens("attention", dropout=0.1))


class Ends(nn.Module):
    """Convolutions, then what a function makes of their maps."""

    def __init__(self, end: object) -> None:
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1), nn.ReLU(), nn.Conv2d(8, 8, 3, 1, 1))
        self.end, self.fc = end, nn.Linear(8, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.fc(self.end(self.stem(x)))


def as_tokens(x: torch.Tensor) -> torch.Tensor:
    """Look at maps in another order, which the memory must be put into first."""
    return x.permute(0, 2, 3, 1).contiguous().view(x.shape[0], -1, 8).mean(1)


def into_a_part(x: torch.Tensor) -> torch.Tensor:
    """Write into a part of a map that nothing else looks at, as GhostNet does."""
    part = torch.cat([x, x * 2], 1)[:, :8]
    part += x
    return part.mean((2, 3))


def without_autocast(x: torch.Tensor) -> torch.Tensor:
    """Switch autocast off for a part, and in it again, as EfficientViT does."""
    with torch.autocast("cpu", enabled=False):
        x = F.relu(x * 2) + 1
        with torch.autocast("cpu", enabled=False):
            y, x = x - 3, x * x
    return (F.relu(y) + x).mean((2, 3))


@pytest.mark.parametrize(
    "end",
    [
        as_tokens,
        without_autocast,
        into_a_part,
        lambda x: F.avg_pool2d(x, 5000, ceil_mode=True).flatten(1),
        lambda x: F.max_pool2d(x, 5000, ceil_mode=True).flatten(1),
    ],
)
def test_ends_of_networks(end) -> None:
    torch.manual_seed(0)
    same(Ends(end), 4, (32, 32), within=1e-6)


def into_a_shared_part(x: torch.Tensor) -> torch.Tensor:
    both = torch.cat([x, x * 2], 1)
    part = both[:, :8]
    part += x
    return both.mean((2, 3))[:, 4:12]


def test_a_part_of_a_map_that_is_looked_at_again_is_left_to_the_module() -> None:
    with pytest.raises(UnsupportedGraph, match="may be shared"):
        executor_of(Ends(into_a_shared_part))


def test_memory_read_in_an_order_of_its_own_is_left_to_the_module() -> None:
    with pytest.raises(UnsupportedGraph, match="as_strided"):
        executor_of(Ends(lambda x: x.as_strided((x.shape[0], 8), (2048, 256))))


class Named(nn.Sequential):
    def forward(self, x: torch.Tensor) -> dict[str, torch.Tensor]:
        made = super().forward(x)
        return {"aux": made * 3, "logits": made}


def test_an_answer_by_name_is_found() -> None:
    same(Named(*plain()), 4, (32, 32))


def test_weights_that_are_calculated_are_read() -> None:
    module = plain()
    nn.utils.parametrizations.weight_norm(module[4])
    same(module, 4, (32, 32))
    assert executor_of(module).graph[4].kind == "convolution"


def engine_of(module: nn.Module) -> tuple[GridExplainer, IncrementalEngine]:
    explainer = GridExplainer(module, 4, input_shape=(32, 32), output="logits")
    return explainer, explainer.classifier.incremental_engine((32, 32))


def test_a_module_is_read_once_for_all_that_explain_it() -> None:
    module = plain()
    (first, engine), (second, other) = engine_of(module), engine_of(module)
    assert other is engine
    second.classifier.renew()
    assert second.classifier.incremental_engine((32, 32)) is not engine
    assert first.classifier.incremental_engine((32, 32)) is engine


def test_a_module_whose_code_is_not_known_is_read_for_each() -> None:
    module = Ends(lambda x: x.mean((2, 3)))
    (_, engine), (_, other) = engine_of(module), engine_of(module)
    assert other is not engine


def test_a_module_is_freed_with_the_last_that_explains_it() -> None:
    module = plain()
    left, held = weakref.ref(module), [engine_of(module), engine_of(module)]
    del module
    held.pop()
    gc.collect()
    assert left() is not None
    held.clear()
    gc.collect()
    assert left() is None
