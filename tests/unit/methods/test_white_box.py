"""The white-box methods, worked out by hand on a network of fixed arrays."""

from __future__ import annotations

import copy
import pickle
import threading
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridexplainer_widget.attribution.attribution import (
    Attribution,
    mean_of_cells,
    over_pixels,
    sum_of_cells,
    upsample,
)
from gridexplainer_widget.attribution.context import MethodContext
from gridexplainer_widget.attribution.layers import find_layer
from gridexplainer_widget.attribution.options import MethodOptions
from gridexplainer_widget.classifiers.classifier import Classifier
from gridexplainer_widget.classifiers.network import Layer
from gridexplainer_widget.classifiers.outputs import to_probabilities
from gridexplainer_widget.classifiers.preprocessing import Preprocessing
from gridexplainer_widget.core.errors import MethodError
from gridexplainer_widget.core.fills import parse_fill
from gridexplainer_widget.core.grid import Grid
from gridexplainer_widget.core.picture import Picture
from gridexplainer_widget.inference.run import Run
from gridexplainer_widget.methods.cam import cam
from gridexplainer_widget.methods.grad_cam import grad_cam
from gridexplainer_widget.methods.grad_cam_plus_plus import grad_cam_plus_plus
from gridexplainer_widget.methods.guided_backpropagation import guided_backpropagation
from gridexplainer_widget.methods.guided_grad_cam import guided_grad_cam
from gridexplainer_widget.methods.saliency import saliency
from gridexplainer_widget.methods.score_cam import score_cam
from tests.support.contexts import run_method

NO_OPTIONS = MethodOptions()
LOGITS = np.array([0.5, -1.0, 2.0], np.float32)


class Fixed:
    """A network of which every array is given; it only counts what it is asked, in locked calls."""

    def __init__(self, **arrays: Any) -> None:
        self.arrays = arrays
        self.asked: list[str] = []
        self.pictures = 0
        self.differentiated = arrays.get("differentiated", "logit")
        self.lock: Any = None

    def layers(self, batch: np.ndarray) -> tuple[Layer, ...]:
        self._note("layers")
        maps = self.arrays.get("maps", {})
        places = self.arrays.get("places", {})
        return tuple(Layer(name, np.shape(a), places.get(name, 1.0)) for name, a in maps.items())

    def scores(self, batch: np.ndarray, target: int) -> np.ndarray:
        self._note(f"scores of {len(batch)} for {target}", len(batch))
        return self.arrays["score"](batch).astype(np.float32)

    def maps(self, batch: np.ndarray, layers: Any) -> list[np.ndarray]:
        self._note("maps")
        return [np.float32(self.arrays["maps"][name])[np.newaxis] for name in layers]

    def map_gradients(self, batch: np.ndarray, target: int, layers: Any) -> list[Any]:
        self._note(f"map_gradients for {target}")
        gradients = [np.float32(self.arrays["map_gradients"][name])[np.newaxis] for name in layers]
        maps = [np.float32(self.arrays["maps"][name])[np.newaxis] for name in layers]
        return list(zip(maps, gradients, strict=True))

    def gradients(self, batch: np.ndarray, target: int, *, guided: bool = False) -> np.ndarray:
        self._note(f"{'guided ' if guided else ''}gradients for {target}", len(batch))
        gradients = np.float32(self.arrays["guided" if guided else "gradients"])
        return np.broadcast_to(gradients, batch.shape)

    def head(self, batch: np.ndarray) -> tuple[str, np.ndarray]:
        self._note("head", 5)  # as it may take
        return self.arrays["head"]

    def _note(self, what: str, pictures: int = 1) -> None:
        assert self.lock.locked()  # one call at a time, whatever the thread
        self.pictures += pictures
        self.asked.append(what)


def context_of(
    network: Any,
    target: int = 2,
    options: MethodOptions = NO_OPTIONS,
    pixels: Any = None,
    grid: Any = 2,
    batch_size: int = 2,
    method: str = "a-method",
    **classifier: Any,
) -> MethodContext:
    """A context of a picture of 4×4 pixels under a grid of 2×2."""
    pixels = np.ones((4, 4, 3)) if pixels is None else pixels
    model = Classifier(
        "A model",
        (4, 4, 3),
        lambda batch: np.tile(LOGITS, (len(batch), 1)),
        output="logits",
        open_network=None if network is None else lambda kind: network,
        lock=threading.Lock(),
    )
    model = replace(model, **classifier)
    if network is not None:
        network.lock = model.lock
    picture = Picture(np.float32(pixels))
    run = Run.of(model, picture, grid, parse_fill("cell-mean"), batch_size)
    return MethodContext(method, run, target, "probability", options=options)


def of(method: Any, context: MethodContext) -> Attribution:
    return run_method(method, context)[1]


def one_layer(maps: Any, by_maps: Any = None, **more: Any) -> Fixed:
    """A layer called "conv": its maps (h, w, channels), and the gradients of the score by them."""
    return Fixed(maps={"conv": maps}, map_gradients={"conv": by_maps}, **more)


CORNERS = np.float32([[[1, 0], [2, 1]], [[0, 3], [1, 1]]])
"""Two channels of 2×2: [[1, 2], [0, 1]] and [[0, 1], [3, 1]]."""


def test_cam_weights_maps_as_the_last_layer_does_and_keeps_the_sign() -> None:
    network = one_layer(CORNERS, head=("conv", np.float32([[7, 7, 2], [7, 7, -1]])))
    context = context_of(network)
    found = of(cam, context)
    np.testing.assert_array_equal(found.native, [[2, 3], [-3, 1]])
    assert (found.resolution, found.layers, found.unit) == ("layer", ("conv",), "")
    assert network.asked == ["head", "maps"]
    assert (found.cost.forward, found.cost.backward) == (6, 0)
    assert found.notes == ()


@pytest.mark.parametrize(("target", "sign"), [(1, 1), (0, -1)])
def test_cam_of_a_single_sigmoid_turns_the_sign_for_the_other_class(target: int, sign: int) -> None:
    network = one_layer(CORNERS, head=("conv", np.float32([[2], [-1]])))
    found = of(cam, context_of(network, target))
    np.testing.assert_array_equal(found.native, sign * np.float32([[2, 3], [-3, 1]]))


def test_a_map_is_enlarged_bilinearly_and_averaged_over_the_cells() -> None:
    network = one_layer(CORNERS[..., :1], head=("conv", np.float32([[0, 0, 8]])))
    found = of(cam, context_of(network))
    np.testing.assert_array_equal(found.pixels[0], [8, 10, 14, 16])  # 8 and 16, in quarters
    # A cell of 2×2 pixels holds 7/8 of its own corner and 1/8 of the next, in each direction.
    near = np.float32([[7 / 8, 1 / 8], [1 / 8, 7 / 8]])
    np.testing.assert_allclose(found.cells, near @ np.float32([[8, 16], [0, 8]]) @ near)


def test_grad_cam_weights_maps_by_their_mean_gradients_and_cuts_off_what_is_negative() -> None:
    gradients = np.float32([[[4, -1], [0, -1]], [[0, -1], [0, -1]]])  # means: 1 and −1
    network = one_layer(CORNERS, gradients)
    context = context_of(network, method="grad-cam")
    progress, found = run_method(grad_cam, context)
    np.testing.assert_array_equal(found.native, [[1, 1], [0, 0]])  # of 1, 1, −3, 0
    assert found.layers == ("conv",)
    assert found.notes == ()
    assert progress == [(0, 1)]
    assert network.asked == ["layers", "map_gradients for 2"]
    assert (found.cost.forward, found.cost.backward) == (2, 1)


@pytest.mark.parametrize("method", [grad_cam, grad_cam_plus_plus])
def test_a_map_that_is_zero_everywhere_says_so(method: Any) -> None:
    found = of(method, context_of(one_layer(CORNERS, -np.ones_like(CORNERS)), method="grad-cam"))
    assert not found.pixels.any()
    assert " ".join(found.notes) == (
        "The map of 'conv' is zero everywhere: nowhere does the sum of this layer's channels, as "
        "grad-cam weights them, speak for the class."
    )


def test_grad_cam_plus_plus_by_hand() -> None:
    # Channel 0: Σ A = 4; α = 1/(2 + 4g). Channel 1: Σ A = 5, and no gradient above 0.
    gradients = np.float32([[[1, 0], [0.5, -1]], [[0, 0], [-1, 0]]])
    found = of(grad_cam_plus_plus, context_of(one_layer(CORNERS, gradients)))
    weight = 1 / 6 * 1 + 1 / 4 * 0.5
    np.testing.assert_allclose(found.native, weight * CORNERS[..., 0], rtol=1e-6)
    assert found.notes == ()


def test_grad_cam_plus_plus_leaves_out_what_its_formula_does_not_define_and_says_so() -> None:
    maps = np.float32([[[-3], [1]]])  # Σ A = −2, so that g = 1 makes the denominator 0
    gradients = np.float32([[[1], [0.5]]])  # α: none, 1
    found = of(grad_cam_plus_plus, context_of(one_layer(maps, gradients)))
    np.testing.assert_allclose(found.native, [[0, 0.5]])
    assert len(found.notes) == 1
    assert found.notes[0].startswith("Some maps of 'conv' are below zero on the whole")


@given(seed=st.integers(0, 2**32 - 1), scale=st.sampled_from([1e-3, 1.0, 30.0]))
def test_grad_cam_plus_plus_is_equation_19(seed: int, scale: float) -> None:
    rng = np.random.default_rng(seed)
    maps = np.maximum(rng.normal(size=(3, 2, 4)), 0).astype(np.float32)
    gradients = (rng.normal(size=maps.shape) * scale).astype(np.float32)
    g = gradients.astype(np.float64)
    expected = np.zeros((3, 2))
    for k in range(4):
        weight = sum(
            g[i, j, k] ** 2
            / (2 * g[i, j, k] ** 2 + g[i, j, k] ** 3 * maps[..., k].sum(dtype=np.float64))
            * max(g[i, j, k], 0)
            for i, j in np.ndindex(3, 2)
        )
        expected += weight * maps[..., k]
    found = of(grad_cam_plus_plus, context_of(one_layer(maps, gradients)))
    np.testing.assert_allclose(found.native, expected, rtol=1e-5, atol=1e-12)


def at(*places: tuple[int, int]) -> np.ndarray:
    """A map of 4×4 that is 1 at these places."""
    map_ = np.zeros((4, 4), np.float32)
    for place in places:
        map_[place] = 1
    return map_


def test_score_cam_weights_maps_by_the_softmax_of_masked_scores() -> None:
    # Scaled to 0..1 the first mask shows the top left pixel, the second the bottom right one.
    maps = np.stack([2 * at((0, 0)) + 5, 3 * at((3, 3)), np.full((4, 4), 9)], axis=-1)
    pixels = np.zeros((4, 4, 3), np.float32)
    pixels[0, 0], pixels[3, 3] = np.log(3), 0.5
    network = one_layer(maps, score=lambda batch: batch[:, 0, 0, 0])
    found = of(score_cam, context_of(network, pixels=pixels))
    # Scores ln 3 and 0: weights 3/4 and 1/4. The constant map hides nothing and is left out.
    expected = 0.75 * maps[..., 0] + 0.25 * maps[..., 1]
    np.testing.assert_allclose(found.native, expected, rtol=1e-6)
    told = "were asked about: the other 1 hide nothing, as their maps are constant."
    assert found.notes == (f"2 of 3 channels of 'conv' {told}",)
    assert network.asked == ["layers", "maps", "scores of 2 for 2"]
    assert (found.cost.forward, found.cost.backward) == (4, 0)


def test_score_cam_asks_in_batches_and_can_be_stopped_between_them() -> None:
    maps = np.stack([at((0, k % 4), (k // 4, 0)) for k in range(5)], axis=-1)
    network = one_layer(maps, score=lambda batch: batch.sum(axis=(1, 2, 3)))
    progress, _ = run_method(score_cam, context_of(network))
    assert progress == [(0, 1), (0, 5), (2, 5), (4, 5), (5, 5)]
    assert [asked for asked in network.asked if asked.startswith("scores")] == [
        "scores of 2 for 2",
        "scores of 2 for 2",
        "scores of 1 for 2",
    ]
    steps = score_cam(context_of(network))
    for _ in range(3):
        next(steps)
    network.asked.clear()
    steps.close()
    assert network.asked == []


def test_score_cam_asks_about_the_channels_that_vary_most() -> None:
    maps = np.stack([at((0, 0)), 4 * at((1, 1)), 9 + 2 * at((2, 2))], axis=-1)
    network = one_layer(maps, score=lambda batch: batch.sum(axis=(1, 2, 3)))
    found = of(score_cam, context_of(network, options=MethodOptions(channels=2)))
    np.testing.assert_allclose(found.native, (maps[..., 1] + maps[..., 2]) / 2, rtol=1e-6)
    assert found.notes[0].endswith(
        "2 of 3 channels of 'conv' were asked about: those whose maps vary most."
    )
    every = of(score_cam, context_of(network))
    assert every.notes == ("All 3 channels of 'conv' were asked about.",)


def test_score_cam_of_constant_maps_asks_nothing_and_says_so() -> None:
    noise = np.float32([[1, 1], [1, 1 + 2e-7]])[..., np.newaxis]  # what rounding leaves
    network = one_layer(np.concatenate([noise, np.ones((2, 2, 1))], axis=-1))
    found = of(score_cam, context_of(network))
    assert not found.pixels.any()
    zero, count = found.notes
    assert "zero everywhere" in zero
    assert count.startswith("0 of 2 channels")
    assert network.asked == ["layers", "maps"]


def test_score_cam_of_large_scores_overflows_nowhere() -> None:
    maps = np.stack([at((0, 0)), at((3, 3))], axis=-1)
    network = one_layer(maps, score=lambda batch: 1e4 * batch[:, 0, 0, 0])
    found = of(score_cam, context_of(network))
    np.testing.assert_array_equal(found.native, maps[..., 0])


def test_score_cam_of_several_layers_counts_them_together() -> None:
    maps = {"a": at((0, 0))[..., np.newaxis], "b": np.stack([at((1, 1)), at((2, 2))], axis=-1)}
    network = Fixed(maps=maps, score=lambda batch: batch.sum(axis=(1, 2, 3)))
    progress, found = run_method(
        score_cam, context_of(network, options=MethodOptions(layer=("a", "b")))
    )
    assert progress == [(0, 1), (0, 3), (1, 3), (1, 3), (3, 3)]
    # Each on a scale that ends at 1, then their mean.
    expected = (at((0, 0)) + at((1, 1), (2, 2))) / 2
    np.testing.assert_allclose(found.pixels, expected, rtol=1e-6)


GRADIENTS = np.zeros((4, 4, 3), np.float32)
GRADIENTS[0, 0], GRADIENTS[1, 3] = (1, -3, 2), (0.5, 0.25, -0.125)


def test_saliency_is_the_largest_absolute_gradient_of_a_pixel() -> None:
    network = Fixed(gradients=GRADIENTS)
    found = of(saliency, context_of(network))
    expected = np.zeros((4, 4))
    expected[0, 0], expected[1, 3] = 3, 0.5
    np.testing.assert_array_equal(found.pixels, expected)
    np.testing.assert_array_equal(found.native, expected)
    np.testing.assert_array_equal(found.cells, [[0.75, 0.125], [0, 0]])
    assert (found.resolution, found.layers, found.notes) == ("pixels", (), ())
    assert network.asked == ["gradients for 2"]
    assert (found.cost.forward, found.cost.backward) == (1, 1)


def test_guided_backpropagation_is_the_same_of_the_guided_gradient_and_warns() -> None:
    network = Fixed(guided=GRADIENTS, gradients=np.ones((4, 4, 3)))
    found = of(guided_backpropagation, context_of(network))
    assert found.pixels[0, 0] == 3
    assert found.pixels.sum() == 3.5
    assert network.asked == ["guided gradients for 2"]
    assert "change little when the model's weights are randomised" in found.notes[0]


def test_guided_grad_cam_is_the_product_of_both() -> None:
    network = one_layer([[[2.0]]], [[[3.0]]], guided=GRADIENTS)
    context = context_of(network)
    progress, found = run_method(guided_grad_cam, context)
    expected = np.zeros((4, 4))
    expected[0, 0], expected[1, 3] = 3 * 6, 0.5 * 6
    np.testing.assert_array_equal(found.pixels, expected)
    assert found.layers == ("conv",)
    assert "change little when the model's weights are randomised" in found.notes[0]
    assert (found.cost.forward, found.cost.backward) == (3, 2)
    assert progress == [(0, 2), (1, 2)]


def test_guided_grad_cam_hands_on_what_is_to_know_of_grad_cam() -> None:
    network = one_layer([[[1.0]]], [[[-1.0]]], guided=GRADIENTS)
    found = of(guided_grad_cam, context_of(network))
    assert any("zero everywhere" in note for note in found.notes)


WITH_SCORES = [
    grad_cam,
    grad_cam_plus_plus,
    score_cam,
    saliency,
    guided_backpropagation,
    guided_grad_cam,
]


def everything(**more: Any) -> Fixed:
    return one_layer(
        CORNERS,
        np.ones_like(CORNERS),
        gradients=GRADIENTS,
        guided=GRADIENTS,
        head=("conv", np.ones((2, 3), np.float32)),
        score=lambda batch: batch.sum(axis=(1, 2, 3)),
        **more,
    )


@pytest.mark.parametrize("method", WITH_SCORES)
def test_log_odds_in_place_of_a_logit_are_told_once(method: Any) -> None:
    told = of(method, context_of(everything(differentiated="log-odds"))).notes
    assert sum("log-odds" in note for note in told) == 1
    assert not any("log-odds" in note for note in of(method, context_of(everything())).notes)


@pytest.mark.parametrize("method", [cam, *WITH_SCORES])
def test_a_method_that_is_stopped_at_once_has_asked_nothing(method: Any) -> None:
    network = everything()
    steps = method(context_of(network))
    assert next(steps)[0] == 0
    steps.close()
    assert network.asked == []


@pytest.mark.parametrize("method", [cam, *WITH_SCORES])
def test_a_black_box_is_refused(method: Any) -> None:
    with pytest.raises(MethodError, match="a-method looks inside the model, and A model is a bl"):
        of(method, context_of(None))


@pytest.mark.parametrize("method", [grad_cam, saliency])
def test_nan_is_no_map(method: Any) -> None:
    spoiled = np.full_like(CORNERS, np.nan)
    network = one_layer(CORNERS, spoiled, gradients=GRADIENTS * np.nan)
    with pytest.raises(MethodError, match="a-method gives NaN or infinity for A model"):
        of(method, context_of(network))


def two_layers() -> Fixed:
    ones, zeros = np.ones((2, 2, 1), np.float32), np.zeros((1, 1, 1), np.float32)
    return Fixed(
        maps={"block/a": ones * 4, "block/b": np.float32([[[1], [3]]]), "other/a": zeros},
        map_gradients={"block/a": ones, "block/b": ones[:1], "other/a": zeros},
        places={"block/a": 0.2, "block/b": 0.4, "other/a": 0.45},
    )


def test_without_a_name_the_last_layer_is_taken_and_told_when_it_is_early() -> None:
    found = of(grad_cam, context_of(two_layers()))
    assert found.layers == ("other/a",)
    early, zero = found.notes
    assert early.startswith("The layer 'other/a' comes early")
    assert "zero everywhere" in zero


def test_a_layer_that_was_named_is_taken_without_a_warning() -> None:
    found = of(grad_cam, context_of(two_layers(), options=MethodOptions(layer=("b",))))
    assert found.layers == ("block/b",)
    assert found.notes == ()
    np.testing.assert_array_equal(found.native, [[1, 3]])


def test_several_layers_are_averaged_each_on_its_own_scale() -> None:
    options = MethodOptions(layer=("block/a", "b", "other/a"))
    found = of(grad_cam, context_of(two_layers(), options=options))
    # 1 everywhere; from 1/3 to 1, enlarged in quarters; a map of zeros stays as it is.
    row = (1 + np.array([1 / 3, 1 / 2, 5 / 6, 1])) / 3
    np.testing.assert_allclose(found.pixels, np.tile(row, (4, 1)), rtol=1e-6)
    assert found.layers == ("block/a", "block/b", "other/a")
    assert found.resolution == "pixels"
    assert "mean over 3 layers" in found.derived
    assert [note for note in found.notes if "'other/a' is zero everywhere" in note]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("c", "layer='c' is none of the layers of A model with maps"),
        ("a", "layer='a' is not the only one of the layers of A model with maps"),
    ],
)
def test_a_layer_that_is_not_there_is_told_with_those_that_are(name: str, told: str) -> None:
    with pytest.raises(ValueError, match=told) as error:
        of(grad_cam, context_of(two_layers(), options=MethodOptions(layer=(name,))))
    assert "'block/a', 'block/b', 'other/a'" in str(error.value)


def test_a_model_without_maps_is_told() -> None:
    with pytest.raises(MethodError, match="needs a layer with spatial extent, and A model has no"):
        of(grad_cam, context_of(Fixed()))


def test_pixels_that_the_preprocessing_moves_are_refused() -> None:
    smaller = Preprocessing("cut", function=lambda batch: batch[:, :2])
    with pytest.raises(MethodError, match=r"\(cut\) makes \(2, 4, 3\) of \(4, 4, 3\)"):
        of(saliency, context_of(Fixed(gradients=GRADIENTS), preprocessing=smaller))


def test_the_batch_is_what_the_network_takes() -> None:
    context = context_of(
        None, pixels=np.full((4, 4, 3), 9), preprocessing=Preprocessing("", (2,), (1,))
    )
    np.testing.assert_array_equal(context.batch, np.full((1, 4, 4, 3), 19))


def test_gradients_of_a_batch_are_counted_one_by_one() -> None:
    context = context_of(Fixed(gradients=GRADIENTS))
    assert context.gradients(np.zeros((3, 4, 4, 3), np.float32)).shape == (3, 4, 4, 3)
    assert (context.forward, context.backward) == (3, 3)


def test_drops_are_in_the_score_that_was_asked_for() -> None:
    context = context_of(None)
    vectors = np.float32([[0.2, 0.3, 0.5]])
    with pytest.raises(RuntimeError, match="has not been scored"):
        context.drops(vectors)
    assert list(context.run.ask([()])) == [1]
    whole = to_probabilities(LOGITS[np.newaxis], "logits")[0, 2]
    np.testing.assert_allclose(context.drops(vectors), [whole - 0.5], rtol=1e-6)
    context.score = "log-odds"
    np.testing.assert_allclose(context.drops(vectors), [np.log(whole / (1 - whole))], rtol=1e-5)


def test_cells_become_pixels_and_add_up() -> None:
    context = context_of(None)
    found = context.cell_attribution(np.float32([1, 2, 3, 4]), ["a note"], unit="probability")
    np.testing.assert_array_equal(found.cells, [[1, 2], [3, 4]])
    np.testing.assert_array_equal(found.pixels[1:3, 1:3], [[1, 2], [3, 4]])
    assert (found.resolution, found.unit, found.notes) == ("cells", "probability", ("a note",))
    added = context.pixel_attribution(found.pixels, add=True)
    np.testing.assert_array_equal(added.cells, [[4, 8], [12, 16]])
    assert added.derived == "cells: sum of their pixels"


def test_what_is_found_cannot_be_changed_and_is_a_copy() -> None:
    mine = np.ones((4, 4), np.float32)
    found = context_of(None).pixel_attribution(mine)
    mine[0, 0] = 7
    assert found.pixels[0, 0] == 1
    for array in (found.pixels, found.cells, found.native):
        with pytest.raises(ValueError, match="read-only"):
            array[0, 0] = 5


@st.composite
def grids(draw: st.DrawFn) -> Grid:
    height, width = draw(st.integers(1, 12)), draw(st.integers(1, 12))
    return Grid(draw(st.integers(1, height)), draw(st.integers(1, width)), height, width)


@given(grid=grids(), seed=st.integers(0, 2**32 - 1))
def test_cells_are_the_mean_and_the_sum_of_their_pixels(grid: Grid, seed: int) -> None:
    pixels = np.random.default_rng(seed).normal(size=(grid.height, grid.width)).astype(np.float32)
    means, sums = mean_of_cells(pixels, grid), sum_of_cells(pixels, grid)
    assert means.dtype == sums.dtype == np.float32
    assert means.shape == sums.shape == grid.shape
    for index, (top, left, bottom, right) in enumerate(grid.boxes()):
        inside = [float(pixels[y, x]) for y in range(top, bottom) for x in range(left, right)]
        assert sums.flat[index] == pytest.approx(sum(inside), rel=1e-5, abs=1e-6)
        assert means.flat[index] == pytest.approx(sum(inside) / len(inside), rel=1e-5, abs=1e-6)


@given(grid=grids(), seed=st.integers(0, 2**32 - 1))
def test_each_pixel_has_the_number_of_its_cell(grid: Grid, seed: int) -> None:
    cells = np.random.default_rng(seed).normal(size=grid.shape).astype(np.float32)
    pixels = over_pixels(cells, grid)
    assert pixels.shape == (grid.height, grid.width)
    for index, (top, left, bottom, right) in enumerate(grid.boxes()):
        for y in range(top, bottom):
            for x in range(left, right):
                assert pixels[y, x] == cells.flat[index]
    np.testing.assert_allclose(mean_of_cells(pixels, grid), cells, rtol=1e-6)


def bilinear(map_: np.ndarray, height: int, width: int) -> np.ndarray:
    """Pixel by pixel: between the four nearest centres, the edge's own number beyond it."""

    def nearest(place: int, length: int, wanted: int) -> tuple[int, int, float]:
        centre = min(max((place + 0.5) * length / wanted - 0.5, 0), length - 1)
        low = min(int(centre), max(length - 2, 0))
        return low, min(low + 1, length - 1), centre - low

    found = np.empty((height, width))
    for y in range(height):
        top, bottom, down = nearest(y, map_.shape[0], height)
        for x in range(width):
            left, right, along = nearest(x, map_.shape[1], width)
            above = (1 - along) * map_[top, left] + along * map_[top, right]
            below = (1 - along) * map_[bottom, left] + along * map_[bottom, right]
            found[y, x] = (1 - down) * above + down * below
    return found


@given(
    size=st.tuples(st.integers(1, 5), st.integers(1, 5)),
    more=st.tuples(st.integers(0, 9), st.integers(0, 9)),
    seed=st.integers(0, 2**32 - 1),
)
def test_maps_are_enlarged_bilinearly(size: Any, more: Any, seed: int) -> None:
    map_ = np.random.default_rng(seed).normal(size=size).astype(np.float32)
    height, width = size[0] + more[0], size[1] + more[1]
    found = upsample(map_, height, width)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, bilinear(map_, height, width), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("again", [copy.deepcopy, lambda found: pickle.loads(pickle.dumps(found))])
def test_a_copy_is_as_read_only_as_the_first(again: Any) -> None:
    first = of(
        cam, context_of(one_layer(CORNERS, head=("conv", np.float32([[7, 7, 2], [7, 7, -1]]))))
    )
    second = again(first)
    for name in ("native", "pixels", "cells"):
        np.testing.assert_array_equal(getattr(second, name), getattr(first, name))
        with pytest.raises(ValueError, match="read-only"):
            getattr(second, name)[:] = 0
    assert (second.method, second.layers, second.cost) == (first.method, first.layers, first.cost)


def test_channels_that_a_preprocessing_puts_first_are_put_back() -> None:
    pixels = np.arange(48, dtype=np.float32).reshape(4, 4, 3)
    front = Preprocessing("own", function=lambda batch: batch.transpose(0, 3, 1, 2) / 2)
    context = context_of(Fixed(gradients=np.ones((4, 4, 3))), pixels=pixels, preprocessing=front)
    np.testing.assert_array_equal(context.batch, pixels[np.newaxis] / 2)


def test_a_layer_by_the_name_of_another_that_hands_on_the_same() -> None:
    found = [
        Layer("a/b", (2, 2, 1), 1.0, aliases=("a",), repeated=("r",)),
        Layer("c", (2, 2, 1), 1),
    ]
    assert find_layer("a", found, "m") is find_layer("b", found, "m") is found[0]
    with pytest.raises(ValueError, match="'r' is called several times in m.*one of 'a/b'.$"):
        find_layer("r", found, "m")
