"""What a PyTorch module takes: channels, and how many pictures at once."""

import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from gridexplainer_widget import GridExplainer, MethodError, as_classifier

PICTURE = np.random.default_rng(0).integers(0, 256, (16, 16, 3)).astype(np.uint8)


class Given(nn.Module):
    """A small network of what `change` makes of the picture."""

    def __init__(self, channels: int, change: Callable, end: Callable | None = None) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.first = nn.Conv2d(channels, 8, 3)
        self.second = nn.Conv2d(8, 8, 3, padding=1, groups=8)
        self.linear = nn.Linear(8, 4)
        self.change, self.end = change, end

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        maps = self.second(self.first(self.change(x)).relu()).relu()
        rows = maps.mean((2, 3))
        return self.linear(rows if self.end is None else self.end(rows))


class Focus(nn.Module):
    """Space to depth, then one kernel for each channel: no weight tells the colours."""

    def __init__(self) -> None:
        super().__init__()
        self.each = nn.Conv2d(12, 12, 3, groups=12)
        self.linear = nn.Linear(12, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.linear(self.each(nn.functional.pixel_unshuffle(x, 2)).mean((2, 3)))


@pytest.mark.parametrize("shape", [None, (16, 16)])
@pytest.mark.parametrize(
    ("module", "channels"),
    [
        (Given(3, lambda x: x), 3),
        (Given(1, lambda x: x), 1),
        (Given(4, lambda x: x), 4),
        (Given(3, lambda x: x.repeat(1, 3, 1, 1)), 1),  # grey as colour
        (Given(1, lambda x: x.mean(1, keepdim=True)), 3),  # colour as grey
        (Given(16, lambda x: nn.functional.pixel_unshuffle(x, 2)), 4),
        (Focus(), 3),
        (torch.jit.trace(Focus(), torch.zeros(1, 3, 16, 16)), 3),
    ],
)
def test_channels_are_tried(module: nn.Module, channels: int, shape: tuple | None) -> None:
    classifier = as_classifier(module, input_shape=shape, preprocess="0..1")
    assert classifier.input_shape[2] == channels
    assert classifier(np.zeros((2, 16, 16, channels), np.float32)).shape == (2, 4)


def fixed(count: int) -> nn.Module:
    return Given(3, lambda x: x, lambda rows: rows.reshape(count, 8)).eval()


def traced(count: int) -> nn.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return torch.jit.trace(fixed(count), torch.zeros(count, 3, 16, 16))


def from_a_file(count: int, tmp_path: Path) -> Path:
    torch.jit.save(traced(count), str(tmp_path / "traced.pt"))
    return tmp_path / "traced.pt"


def exported(count: int) -> object:
    return torch.export.export(fixed(count), (torch.zeros(count, 3, 16, 16),))


def drops_by_hand(count: int) -> np.ndarray:
    def probability(pixels: np.ndarray) -> float:
        batch = torch.from_numpy(pixels / np.float32(255)).permute(2, 0, 1)[None]
        with torch.no_grad():
            return float(fixed(count)(batch.repeat(count, 1, 1, 1)).softmax(1)[0, 2])

    drops = np.zeros((2, 2))
    for row, column in np.ndindex(2, 2):
        hidden = PICTURE.copy()
        hidden[8 * row : 8 * row + 8, 8 * column : 8 * column + 8] = 0
        drops[row, column] = probability(PICTURE) - probability(hidden)
    return drops


@pytest.mark.parametrize("batch_size", [None, 3])
@pytest.mark.parametrize(
    ("kind", "count"),
    [("module", 1), ("trace", 1), ("trace", 4), ("file", 1), ("file", 4), ("export", 4)],
)
def test_batches_of_one_size(kind: str, count: int, batch_size: int | None, tmp_path: Path) -> None:
    model = {
        "module": fixed, "trace": traced, "export": exported,
        "file": lambda count: from_a_file(count, tmp_path),
    }[kind](count)  # fmt: skip
    explainer = GridExplainer(
        model, 2, fill="black", batch_size=batch_size, preprocess="0..1", output="logits",
        input_shape=None if kind == "export" else (16, 16, 3), engine="full",
    )  # fmt: skip
    assert explainer.classifier.input_shape == (16, 16, 3)
    explanation = explainer.explain(PICTURE, 2)
    np.testing.assert_allclose(explanation.drops, drops_by_hand(count), atol=1e-6)
    assert np.abs(explanation.drops).max() > 1e-4


def test_an_export_of_one_batch_size_is_run_in_full_without_a_warning() -> None:
    explainer = GridExplainer(exported(1), 4, preprocess="0..1")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        explainer.explain(PICTURE)


def test_inside_a_module_that_takes_one_picture() -> None:
    one, free = (
        as_classifier(module, preprocess="0..1", input_shape=(16, 16, 3)).open_network("logits")
        for module in (fixed(1), Given(3, lambda x: x).eval())
    )
    pictures = np.random.default_rng(1).uniform(0, 1, (5, 16, 16, 3)).astype(np.float32)
    assert one.layers(pictures) == free.layers(pictures)
    for ask in (
        lambda network: network.scores(pictures, 1),
        lambda network: network.maps(pictures, ["second"])[0],
        lambda network: network.map_gradients(pictures, 1, ["first"])[0][1],
        lambda network: network.gradients(pictures, 1),
        lambda network: network.gradients(pictures, 1, guided=True),
    ):
        np.testing.assert_allclose(ask(one), ask(free), atol=1e-6)
    model, given = one.score_model(pictures, 1)
    scores = free.scores(pictures, 1)
    np.testing.assert_allclose(model(given).detach().numpy()[:, 0], scores, atol=1e-6)
    for copy, wanted in zip(one.randomised_copies(0), free.randomised_copies(0), strict=True):
        np.testing.assert_allclose(
            copy.forward(pictures), wanted.forward(pictures).numpy(), atol=1e-6
        )
    with pytest.raises(MethodError, match="takes batches of 1 only"):
        one.head(pictures[:1])
