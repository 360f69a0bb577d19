"""The methods that look inside a model against Captum and pytorch-grad-cam."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from gridexplainer_widget import as_classifier
from gridexplainer_widget.attribution.attribution import upsample
from gridexplainer_widget.methods.cam import cam
from gridexplainer_widget.methods.grad_cam import grad_cam
from gridexplainer_widget.methods.grad_cam_plus_plus import grad_cam_plus_plus
from gridexplainer_widget.methods.guided_backpropagation import guided_backpropagation
from gridexplainer_widget.methods.guided_grad_cam import guided_grad_cam
from gridexplainer_widget.methods.saliency import saliency
from gridexplainer_widget.methods.score_cam import score_cam
from tests.oracle.torch_reference import (
    LOUD,
    SIDE,
    TARGET,
    Reference,
    as_input,
    centres_in_the_middle,
    louder,
    pixels,
    resnet,
    small_network,
)
from tests.support.contexts import attribution_of, context_of, unit_range
from tests.support.pytorch import torch

pytestmark = [
    pytest.mark.filterwarnings("ignore:Setting backward hooks on ReLU:UserWarning"),
    pytest.mark.filterwarnings("ignore:Input Tensor 0 did not already require:UserWarning"),
]

NETWORKS = {
    "small": (small_network, SIDE, ["relu1", "relu2", "pool", "relu3"]),
    "resnet18": (resnet, 64, ["conv1", "layer2.1.bn2", "layer3.1", "layer4.1"]),
}
LAYERS = [(name, layer) for name, (_, _, layers) in NETWORKS.items() for layer in layers]


def asked(method: Any, module: Any, picture: Any, target: int = TARGET, **options: Any) -> Any:
    classifier = as_classifier(module, preprocess="0..1", input_shape=picture.shape)
    return attribution_of(method, classifier, picture, target, **options)


def context_for(module: Any, picture: Any, *layers: str) -> Any:
    classifier = as_classifier(module, preprocess="0..1", input_shape=picture.shape)
    return context_of(classifier, picture, TARGET, layer=layers)


def both(name: str, layer: str, seed: int = 0) -> tuple[Any, Any, Reference]:
    make, side, _ = NETWORKS[name]
    module, picture = make(), pixels(side, seed)
    return module, picture, Reference(module, layer, picture, TARGET)


def close(found: Any, expected: Any, tolerance: float = 1e-4) -> None:
    largest = float(np.abs(expected).max())
    assert largest > 0  # two maps of zeros would agree about nothing
    np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance * largest)


@pytest.mark.parametrize(("name", "layer"), LAYERS)
def test_grad_cam_is_captums_with_a_relu(name: str, layer: str) -> None:
    module, picture, reference = both(name, layer)
    found = asked(grad_cam, module, picture, layer=(layer,))
    close(found.native, reference.grad_cam())
    assert found.layers == (layer,)


@pytest.mark.parametrize(
    ("name", "layer"), [pair for pair in LAYERS if pair != ("resnet18", "layer2.1.bn2")]
)
def test_grad_cam_is_that_of_pytorch_grad_cam_on_its_scale(name: str, layer: str) -> None:
    module, picture, reference = both(name, layer)
    found = asked(grad_cam, module, picture, layer=(layer,))
    close(unit_range(found.pixels), reference.image("GradCAM"))


def test_grad_cam_is_of_what_a_layer_gave_and_not_of_what_was_added_to_that_in_place() -> None:
    """Torchvision's blocks add to what "bn2" gave; pytorch-grad-cam takes the sum for it."""
    module, picture, reference = both("resnet18", "layer2.1.bn2")
    found = asked(grad_cam, module, picture, layer=("layer2.1.bn2",))
    context = context_for(module, picture, "layer2.1.bn2", "layer2.0")
    (maps, gradients), (before, _) = context.map_gradients()
    added = np.maximum((maps + before)[0] @ gradients.mean(axis=(0, 1, 2)), 0)
    theirs = reference.image("GradCAM")
    close(unit_range(upsample(added, *picture.shape[:2])), theirs)
    assert np.abs(unit_range(found.pixels) - theirs).max() > 0.1


@pytest.mark.parametrize("name", NETWORKS)
def test_saliency_is_the_largest_of_captums_channels(name: str) -> None:
    module, picture, reference = both(name, "conv1")
    found = asked(saliency, module, picture)
    close(found.pixels, reference.saliency().max(axis=-1))


@pytest.mark.parametrize("name", NETWORKS)
def test_guided_backpropagation_is_the_largest_of_captums_channels(name: str) -> None:
    module, picture, reference = both(name, "conv1")
    found = asked(guided_backpropagation, module, picture)
    close(found.pixels, np.abs(reference.guided_backpropagation()).max(axis=-1))
    assert np.abs(found.pixels - reference.saliency().max(axis=-1)).max() > 1e-3


@pytest.mark.parametrize(("name", "layer"), [("small", "relu3"), ("resnet18", "layer4.1")])
def test_guided_grad_cam_is_captums_when_that_enlarges_bilinearly(name: str, layer: str) -> None:
    module, picture, reference = both(name, layer)
    found = asked(guided_grad_cam, module, picture)
    assert found.layers == (layer,)
    close(found.pixels, np.abs(reference.guided_grad_cam()).max(axis=-1))


AFTER_RELU = [("small", "relu2"), ("small", "relu3"), ("resnet18", "layer4.1")]


@pytest.mark.parametrize(("name", "layer"), AFTER_RELU)
def test_grad_cam_plus_plus_is_that_of_pytorch_grad_cam_for_large_gradients(
    name: str, layer: str
) -> None:
    """Then what it adds to the denominator does not count."""
    make, side, _ = NETWORKS[name]
    module, picture = louder(make(), LOUD), pixels(side)
    expected = Reference(module, layer, picture, TARGET).image("GradCAMPlusPlus")
    found = asked(grad_cam_plus_plus, module, picture, layer=(layer,))
    close(unit_range(found.pixels), expected)


def test_grad_cam_plus_plus_of_small_gradients_differs_by_the_1e_6_that_is_added_there() -> None:
    module, picture, layer = louder(small_network(), 0.01), pixels(SIDE), "relu3"
    theirs = Reference(module, layer, picture, TARGET).image("GradCAMPlusPlus")
    found = asked(grad_cam_plus_plus, module, picture, layer=(layer,))
    opened = context_for(module, picture, layer).map_gradients()[0]
    maps, gradients = (array[0].astype(np.float64) for array in opened)

    def by_powers(added: float) -> Any:
        total = maps.sum(axis=(0, 1))
        alphas = gradients**2 / (2 * gradients**2 + total * gradients**3 + added)
        weights = (alphas * np.maximum(gradients, 0)).sum(axis=(0, 1))
        return np.maximum(maps @ weights, 0)

    close(found.native, by_powers(0))
    close(unit_range(upsample(by_powers(1e-6), *picture.shape[:2])), theirs)
    assert np.abs(unit_range(found.pixels) - theirs).max() > 1e-3


def test_score_cam_is_that_of_pytorch_grad_cam_where_nothing_is_enlarged() -> None:
    module, picture, reference = both("small", "relu2")
    found = asked(score_cam, module, picture, layer=("relu2",))
    assert any(note.startswith("All 12 channels") for note in found.notes)
    close(unit_range(found.pixels), reference.image("ScoreCAM"))


@pytest.mark.parametrize(("name", "layer"), [("small", "relu3"), ("resnet18", "layer1.1")])
def test_score_cam_is_that_of_pytorch_grad_cam_with_masks_enlarged_alike(
    name: str, layer: str
) -> None:
    module, picture, reference = both(name, layer)
    found = asked(score_cam, module, picture, layer=(layer,))
    with centres_in_the_middle():
        close(unit_range(found.pixels), reference.image("ScoreCAM"))
    # As it is, its masks are enlarged in another way than its pictures are.
    assert np.abs(unit_range(found.pixels) - reference.image("ScoreCAM")).max() > 1e-4


def test_score_cam_leaves_out_dead_channels_which_weigh_nothing_in_pytorch_grad_cam() -> None:
    """There they take part in the softmax, which makes every weight smaller by one factor."""
    module, picture = small_network(), pixels(SIDE)
    with torch.no_grad():
        module.bn2.weight[:4] = 0
        module.bn2.bias[:4] = -1
    found = asked(score_cam, module, picture, layer=("relu2",))
    assert any(note.startswith("8 of 12 channels") for note in found.notes)
    expected = Reference(module, "relu2", picture, TARGET).image("ScoreCAM")
    close(unit_range(found.pixels), expected)


@pytest.mark.parametrize(("name", "layer"), [("small", "relu3"), ("resnet18", "layer4.1")])
def test_cam_is_captums_grad_cam_without_relu_times_the_number_of_places(
    name: str, layer: str
) -> None:
    """Ahead of global average pooling both are one, but for that factor (Selvaraju et al.)."""
    module, picture, reference = both(name, layer)
    found = asked(cam, module, picture)
    expected = reference.signed_grad_cam()
    assert found.layers == (layer,)
    assert (found.native < 0).any()
    close(found.native, expected * expected.size)


@pytest.mark.parametrize("name", NETWORKS)
def test_the_mean_of_cam_and_the_bias_make_the_logit(name: str) -> None:
    make, side, _ = NETWORKS[name]
    module, picture = make(), pixels(side)
    found = asked(cam, module, picture)
    dense = module.dense if name == "small" else module.fc
    with torch.no_grad():
        logit, bias = float(module(as_input(picture))[0, TARGET]), float(dense.bias[TARGET])
    assert found.native.mean() + bias == pytest.approx(logit, rel=1e-4)


class Ending(torch.nn.Module):
    """The small network with something done to its logits."""

    def __init__(self, ending: Any) -> None:
        super().__init__()
        self.module, self.ending = small_network(), ending

    def forward(self, batch: Any) -> Any:
        return self.ending(self.module(batch))


def of_ending(method: Any, ending: Any, picture: Any) -> Any:
    classifier = as_classifier(
        Ending(ending).eval(), preprocess="0..1", input_shape=picture.shape, output="softmax"
    )
    return attribution_of(method, classifier, picture, TARGET)


@pytest.mark.parametrize(
    "ending",
    [torch.nn.Softmax(dim=1), lambda logits: torch.softmax(logits, 1)],
    ids=["module", "function"],
)
@pytest.mark.parametrize("method", [grad_cam, grad_cam_plus_plus, score_cam, saliency, cam])
def test_a_softmax_at_the_end_changes_nothing(method: Any, ending: Any) -> None:
    """It is the logit that is looked at, as the papers have it."""
    picture = pixels(SIDE)
    found = of_ending(method, ending, picture)
    close(found.native, asked(method, small_network(), picture).native)
    assert not any("log-odds" in note for note in found.notes)


def by_hand(logits: Any) -> Any:
    """A softmax that cannot be told from any other calculation."""
    exponentials = torch.exp(logits)
    return exponentials / exponentials.sum(dim=1, keepdim=True)


def test_where_no_logit_can_be_reached_it_is_the_log_odds_and_the_map_says_so() -> None:
    """Which are the logit minus the log of the sum of the others' exponentials."""

    def log_odds(logits: Any) -> Any:
        others = [index for index in range(5) if index != TARGET]
        return logits[:, [TARGET]] - logits[:, others].logsumexp(dim=1, keepdim=True)

    picture = pixels(SIDE)
    found = of_ending(grad_cam, by_hand, picture)
    assert any("log-odds" in note for note in found.notes)
    reference = Reference(Ending(log_odds).eval(), "module.relu3", picture, 0)
    close(found.native, reference.grad_cam())
    close(of_ending(saliency, by_hand, picture).pixels, reference.saliency().max(axis=-1))
