"""The black-box methods, against values that can be counted out."""

import random
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from gridexplainer_widget import ClassifierError, GridExplainer, as_classifier
from gridexplainer_widget.attribution import coalitions
from gridexplainer_widget.attribution.attribution import Attribution
from gridexplainer_widget.attribution.context import Method, MethodContext
from gridexplainer_widget.attribution.options import MethodOptions
from gridexplainer_widget.core.fills import parse_fill
from gridexplainer_widget.core.grid import Grid
from gridexplainer_widget.core.picture import read_picture
from gridexplainer_widget.inference import set_answers
from gridexplainer_widget.inference.run import Run
from gridexplainer_widget.methods import lime as lime_module
from gridexplainer_widget.methods import rise as rise_module
from gridexplainer_widget.methods.lime import lime
from gridexplainer_widget.methods.rise import rise
from gridexplainer_widget.methods.shap_partition import (
    exact_evaluations,
    halve_grid,
    shap_partition,
    warm_up,
)
from gridexplainer_widget.results.explanation import Explanation
from gridexplainer_widget.results.export import to_shap
from tests.support.contexts import run_method
from tests.support.models import Spoiled, TopLeft, brightness, weights
from tests.support.runs import NOISE, WHITE
from tests.support.sizes import FEW

ALL = [rise, shap_partition, lime]


class Cells:
    """Two classes; the second's probability is a function of the cells that are kept of WHITE."""

    def __init__(self, grid: tuple[int, int], value: Callable[[np.ndarray], float]) -> None:
        self.grid, self.value, self.pictures = grid, value, 0

    def __call__(self, batch: np.ndarray) -> np.ndarray:
        self.pictures += len(batch)
        rows, columns = self.grid
        blocks = batch.reshape(len(batch), rows, 12 // rows, columns, 12 // columns, 3)
        kept = blocks.mean(axis=(2, 4, 5)).reshape(len(batch), -1) / 255
        second = np.array([self.value(row) for row in kept])
        return np.stack([1 - second, second], axis=1)


def run_of(model: Any, grid: Any, fill: str = "black", batch: int | None = None) -> Run:
    picture = WHITE if isinstance(model, Cells) else NOISE
    run = Run.of(as_classifier(model), picture, grid, parse_fill(fill), batch)
    list(run.ask([()]))
    return run


def context_of(run: Run, samples: int | None = None, **fields: Any) -> MethodContext:
    fields = {"target": 1, "score": "probability", **fields}
    return MethodContext("it", run, options=MethodOptions(samples=samples), **fields)


def found(method: Method, run: Run, samples: int | None = None, **fields: Any) -> Attribution:
    progress, attribution = run_method(method, context_of(run, samples, **fields))
    done, totals = zip(*progress, strict=True)
    assert list(done) == sorted(done)
    assert len(set(totals)) == 1
    assert done[0] == 0
    assert done[-1] == totals[0]
    return attribution


def tangled(kept: np.ndarray) -> float:
    """Not additive: what a cell does hangs on others, across the halves and within them."""
    together = 0.2 * kept[0] * kept[1] - 0.1 * kept[1] * kept[2] * kept[3]
    return float(0.3 + together + 0.25 * kept[2] * (1 - kept[0]) + 0.1 * kept[3] + 0.05 * kept[-1])


# SHAP


def orders(part: Any) -> list[tuple[int, ...]]:
    """All orders of the cells of a part, in which the cells of each of its parts stay together."""
    if isinstance(part, int):
        return [(part,)]
    both = [(a, b) for a in orders(part[0]) for b in orders(part[1])]
    return [a + b for a, b in both] + [b + a for a, b in both]


def owen(part: Any, cells: int, value: Callable[[np.ndarray], float]) -> np.ndarray:
    """Count the values out: each cell's mean contribution over those orders."""
    values, ways = np.zeros(cells), orders(part)
    for way in ways:
        kept = np.zeros(cells)
        for cell in way:
            before = value(kept)
            kept[cell] = 1
            values[cell] += value(kept) - before
    return values / len(ways)


PARTS = {
    (2, 2): ((0, 2), (1, 3)),
    (2, 3): (((0, 3), (1, 4)), (2, 5)),
    (3, 2): (((0, 2), (1, 3)), (4, 5)),
}


@pytest.mark.parametrize("grid", PARTS)
def test_shap_values_are_those_counted_out(grid: tuple[int, int]) -> None:
    cells = grid[0] * grid[1]
    attribution = found(shap_partition, run_of(Cells(grid, tangled), grid))
    np.testing.assert_allclose(
        attribution.cells.ravel(), owen(PARTS[grid], cells, tangled), atol=1e-6
    )
    assert attribution.resolution == "cells"
    assert attribution.unit == "probability"
    assert len(attribution.notes) == 1  # exact: nothing is left to parts


@pytest.mark.parametrize("score", ["probability", "log-odds"])
@pytest.mark.parametrize("samples", [1, 2, 3, 20, 1000])
def test_shap_values_and_the_hidden_picture_make_the_whole(score: str, samples: int) -> None:
    run = run_of(weights, 4, "blur")
    attribution = found(shap_partition, run, samples, score=score)
    context = context_of(run, score=score)
    everything = run.classifier(run.masker.masked(range(16))[np.newaxis])
    assert attribution.unit == score
    assert attribution.cells.sum() == pytest.approx(float(context.drops(everything)[0]), rel=1e-4)


def test_shap_in_log_odds_is_counted_out_in_log_odds() -> None:
    def log_odds(kept: np.ndarray) -> float:
        return float(np.log(tangled(kept) / (1 - tangled(kept))))

    attribution = found(shap_partition, run_of(Cells((2, 2), tangled), 2), score="log-odds")
    expected = owen(PARTS[2, 2], 4, log_odds)
    np.testing.assert_allclose(attribution.cells.ravel(), expected, atol=1e-5)


def test_without_evaluations_shap_shares_evenly_and_says_so() -> None:
    model = Cells((4, 4), lambda kept: 0.1 + 0.8 * kept[5])
    attribution = found(shap_partition, run_of(model, 4), 4)
    expected = np.zeros((4, 4))
    expected[:, :2] = 0.1  # the half that the cell lies in: 0.8 over 8 cells
    np.testing.assert_allclose(attribution.cells, expected, atol=1e-6)
    assert "4 evaluations leave 100% of what was found to parts" in attribution.notes[1]
    assert "goes from 90.0% to 10.0%" in attribution.notes[0]


def test_shap_goes_on_where_the_run_forgets(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (set_answers, coalitions):
        monkeypatch.setattr(module, "KEPT_SETS", 3)
    for batch in (2, 16):
        attribution = found(shap_partition, run_of(Cells((2, 3), tangled), (2, 3), batch=batch))
        expected = owen(PARTS[2, 3], 6, tangled)
        np.testing.assert_allclose(attribution.cells.ravel(), expected, atol=1e-6)
        assert "goes from" in attribution.notes[0]


@given(st.integers(1, 9), st.integers(1, 9))
@FEW
def test_halves_are_rectangles_of_the_grid(rows: int, columns: int) -> None:
    grid = Grid(rows, columns, 9, 9)
    clustering = halve_grid(grid)
    assert clustering.shape == (len(grid) - 1, 4)
    parts = [{cell} for cell in range(len(grid))]
    for first, second, _, size in clustering:
        one, other = parts[int(first)], parts[int(second)]
        assert not one & other
        assert abs(len(one) - len(other)) <= max(rows, columns)
        parts.append(one | other)
        assert len(parts[-1]) == size
        places = np.array([grid.position(cell) for cell in parts[-1]])
        assert np.prod(np.ptp(places, axis=0) + 1) == size
    assert parts[-1] == set(range(len(grid)))


def test_as_many_evaluations_as_announced_make_it_exact() -> None:
    assert [exact_evaluations(halve_grid(Grid(n, n, 8, 8))) for n in (1, 2, 4, 8)] == [
        2,
        12,
        172,
        2732,
    ]
    run = run_of(Cells((2, 3), tangled), (2, 3))
    exact = found(shap_partition, run, 28).cells
    np.testing.assert_array_equal(exact, found(shap_partition, run, 5000).cells)
    assert "exact values take 28" in found(shap_partition, run, 27).notes[1]


@pytest.mark.parametrize("samples", [2, 3, 7, 20, 21, 500])
def test_shap_asks_about_no_more_pictures_than_it_may(samples: int) -> None:
    model = Cells((4, 4), tangled)
    found(shap_partition, run_of(model, 4), samples)
    assert model.pictures == min(samples - samples % 2, 172)


def test_warming_up_leaves_global_generators_alone() -> None:
    random.seed(5)
    np.random.seed(5)  # noqa: NPY002 - those that SHAP draws from
    before, pythons = np.random.get_state()[1].copy(), random.getstate()  # noqa: NPY002
    warm_up.__wrapped__()
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002
    assert random.getstate() == pythons


# LIME


def test_lime_tells_an_additive_models_drops() -> None:
    parts = np.array([0.2, -0.1, 0, 0.05, 0.3, 0.15])
    model = Cells((2, 3), lambda kept: float(0.2 + parts @ kept))
    run = run_of(model, (2, 3))
    attribution = found(lime, run)
    # Its ridge regression shrinks by a hundredth: a penalty of 1 against some 500 · 1/4.
    np.testing.assert_allclose(attribution.cells.ravel(), parts, rtol=0.03, atol=0.003)
    list(run.steps())
    drops = context_of(run).drops(run.vectors)
    np.testing.assert_allclose(attribution.cells.ravel(), drops, rtol=0.03, atol=0.003)
    assert "linear model explains 100% of the variation among the 1000" in attribution.notes[0]
    assert attribution.unit == "probability"


def test_lime_is_the_weighted_ridge_regression() -> None:
    run = run_of(weights, (2, 3))
    attribution = found(lime, run, 50, score="log-odds", seed=3)
    kept = lime_module._draw_coalitions(3, 50, 6)
    values = []
    for row in kept:
        vectors = run.classifier(run.masker.masked(np.flatnonzero(~row))[np.newaxis])
        values.append(-context_of(run, score="log-odds").drops(vectors)[0])
    similar = kept.sum(axis=1) / np.sqrt(6 * np.maximum(kept.sum(axis=1), 1))
    near = np.exp(-((1 - similar) ** 2) / 0.25**2 / 2)
    columns = np.column_stack([np.ones(50), kept])
    penalty = np.diag([0.0] + [1.0] * 6)
    normal = columns.T @ (near[:, np.newaxis] * columns) + penalty
    solved = np.linalg.solve(normal, columns.T @ (near * values))
    np.testing.assert_allclose(attribution.cells.ravel(), solved[1:], rtol=1e-3, atol=1e-5)


def test_too_few_pictures_for_lime_are_told() -> None:
    note = found(lime, run_of(weights, 4), 31).notes[0]
    assert note.startswith("31 pictures are too few to tell the parts of 16 cells")
    assert "%" not in note
    assert "too few" not in found(lime, run_of(weights, 4), 32).notes[0]


def test_lime_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lime.lime_image", None)
    with pytest.raises(ImportError, match=r"gridexplainer-widget\[lime\]"):
        found(lime, run_of(weights, 2))


# RISE


def rise_by_definition(masks: np.ndarray, values: np.ndarray) -> np.ndarray:
    """E[f·M] / E[M] − E[f] as the paper has it, E[M] = 1/2, with f − E[f] for f."""
    above = values - values.mean()
    return (above[:, np.newaxis, np.newaxis] * masks).mean(axis=0) / 0.5


class Watched:
    """A model that keeps what it is asked; under a black fill a white picture is its own mask."""

    def __init__(self, model: Any) -> None:
        self.model, self.seen = model, []

    def __call__(self, batch: np.ndarray) -> np.ndarray:
        self.seen.extend(batch.copy())
        return self.model(batch)


def watched_rise(size: tuple[int, int], grid: int, samples: int, **fields: Any) -> Any:
    model = Watched(weights)
    white = read_picture(np.full((*size, 3), 255, np.uint8))
    run = Run.of(as_classifier(model), white, grid, parse_fill("black"), fields.pop("batch", None))
    list(run.ask([()]))
    model.seen.clear()
    return found(rise, run, samples, **fields), np.array(model.seen) / 255, run


@pytest.mark.parametrize("size", [(28, 42), (5, 9), (1, 1)])
@pytest.mark.parametrize("score", ["probability", "log-odds"])
def test_rise_is_the_mean_score_with_a_pixel_kept(size: tuple[int, int], score: str) -> None:
    attribution, masks, run = watched_rise(size, 1, 60, score=score)
    vectors = weights(np.float32(255 * masks))
    values = -context_of(run, score=score).drops(vectors).astype(float)
    expected = rise_by_definition(masks[..., 0], values)
    np.testing.assert_allclose(attribution.pixels, expected, atol=1e-5 * np.abs(values).max())
    np.testing.assert_allclose(attribution.cells[0, 0], expected.mean(), atol=1e-5)
    assert attribution.resolution == "pixels"
    assert attribution.unit == score


def test_masks_are_enlarged_shifted_and_half_kept() -> None:
    _, masks, _ = watched_rise((28, 42), 2, 2000)
    masks = masks[..., 0]
    assert masks.min() == 0
    assert masks.max() == pytest.approx(1)
    np.testing.assert_allclose(masks.mean(axis=0), 0.5, atol=0.06)  # 0.5 / √2000 is 0.011
    # 7 places on 28 rows are 4 rows each, so that neighbours differ by a quarter or so at most.
    assert np.abs(np.diff(masks, axis=1)).max() <= 0.26
    assert np.abs(np.diff(masks, axis=2)).max() <= 0.18
    # Unshifted, masks would bend at the places' centres alone: at every seventh column.
    bends = np.abs(np.diff(masks, n=2, axis=2)).mean(axis=(0, 1))
    assert bends.max() < 6 * bends.min()


def test_rise_blends_the_picture_with_the_fill() -> None:
    model = Watched(brightness)
    run = Run.of(as_classifier(model), NOISE, 3, parse_fill("red"))
    list(run.ask([()]))
    found(rise, run, 20)
    red = np.array([255, 0, 0])
    for picture in model.seen[1:]:
        masks = (picture - red) / (NOISE.pixels - red + 1e-9)
        plain = np.abs(NOISE.pixels - red) > 20
        low, high = np.where(plain, masks, 9).min(axis=-1), np.where(plain, masks, -9).max(axis=-1)
        np.testing.assert_allclose(low, high, atol=1e-4)


def test_rise_finds_what_matters_and_zero_where_nothing_does() -> None:
    model = Cells((1, 2), lambda kept: 0.5 + 0.4 * kept[0])
    attribution = found(rise, run_of(model, (1, 4)), 4000)
    left, middle, _, right = attribution.cells[0]
    assert left > 0.008
    assert middle > 0.006
    assert abs(right) < 0.003
    constant = found(rise, run_of(lambda batch: np.full((len(batch), 2), 0.5), 4), 10)
    assert not constant.pixels.any()
    assert "same answer" in constant.notes[0]


def test_the_error_that_rise_tells_is_that_of_other_seeds() -> None:
    maps = [found(rise, run_of(weights, 4), 300, seed=seed) for seed in range(60)]
    cells = np.array([map_.cells for map_ in maps])
    spread = np.median(cells.std(axis=0, ddof=1))
    told = [float(map_.notes[0].split("by ")[1].split("%")[0]) / 100 for map_ in maps]
    largest = np.abs(cells).max(axis=(1, 2))
    assert np.median(told * largest) == pytest.approx(spread, rel=0.2)


def test_rise_does_not_hang_on_the_batch_size() -> None:
    one, many = (found(rise, run_of(weights, 3, batch=size), 50) for size in (1, 16))
    np.testing.assert_allclose(one.pixels, many.pixels, atol=1e-7)


def test_rise_names_the_model_that_gives_nan_and_asks_no_more() -> None:
    model = Spoiled(8, "nan")
    with pytest.raises(ClassifierError, match="^Spoiled returned NaN or infinity for 2 of 3 mask"):
        found(rise, run_of(model, 4, batch=3), 400)
    assert model.left == 8 - 10


def test_a_single_mask_tells_nothing() -> None:
    attribution = found(rise, run_of(weights, 4), 1)
    assert not attribution.pixels.any()
    assert attribution.notes[0].startswith("There is nothing to compare a single mask with")


def test_a_small_error_is_not_none() -> None:
    values = np.tile([0.0, 1.0], 5000)
    shares = np.full((10000, 2, 2), 0.5, np.float32)
    shares[:, 0, 0] = values
    assert "uncertain by <1% of" in rise_module._error_note(values, shares)


# All of them


@pytest.mark.parametrize("method", ALL)
def test_the_same_seed_gives_the_same_map_and_leaves_global_generators_alone(
    method: Method,
) -> None:
    np.random.seed(5)  # noqa: NPY002 - those that SHAP draws from
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    first, second = (found(method, run_of(weights, 4), 40, seed=7) for _ in range(2))
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002
    np.testing.assert_array_equal(first.cells, second.cells)
    if method is not shap_partition:  # its random numbers only settle ties
        assert (first.cells != found(method, run_of(weights, 4), 40, seed=8).cells).any()


@pytest.mark.parametrize("method", ALL)
def test_what_the_model_was_asked_is_counted(method: Method) -> None:
    model = Cells((2, 3), tangled)
    run = run_of(model, (2, 3))
    attribution = found(method, run, 30)
    assert (
        attribution.cost.forward
        == model.pictures - 1
        == run.calls - 1 + (30 if method is rise else 0)
    )
    assert attribution.cost.backward == 0


@pytest.mark.parametrize("method", ALL)
def test_one_batch_at_a_time_and_a_stop_in_between(method: Method) -> None:
    model = TopLeft(6)
    steps = method(context_of(run_of(model, 4, batch=5), 60))
    assert max(done for _, (done, _) in zip(range(4), steps, strict=False)) <= 20
    steps.close()
    assert max(model.batches) <= 5
    assert sum(model.batches) <= 1 + 4 * 5


@pytest.mark.parametrize("method", ALL)
def test_nothing_is_printed(method: Method, capfd: pytest.CaptureFixture[str]) -> None:
    found(method, run_of(weights, 4), 100)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("method", ALL)
def test_a_picture_of_one_cell(method: Method) -> None:
    attribution = found(method, run_of(brightness, 1), 20)
    assert attribution.cells.shape == (1, 1)
    assert attribution.cells[0, 0] > 0


@pytest.mark.parametrize("method", ALL)
def test_nan_is_an_error(method: Method) -> None:
    with pytest.raises(ClassifierError, match="NaN or infinity"):
        found(method, run_of(Spoiled(8, "nan"), 4, batch=3), 40)


@pytest.mark.parametrize("method", ALL)
def test_with_inpainting_everything_hidden_is_the_mean(method: Method) -> None:
    run = run_of(brightness, 3, "inpaint")
    assert found(method, run, 20).cells.any()
    hidden = run.masker.masked(range(9))
    np.testing.assert_allclose(hidden, np.broadcast_to(hidden[0, 0], hidden.shape))


# For SHAP's plots


def explained(attribution: Attribution | None, run: Run) -> Explanation:
    return Explanation.of(run, target=1, score="probability", settings={}, attribution=attribution)


def test_shaps_plot_draws_what_is_handed_to_it() -> None:
    import matplotlib.pyplot as plt
    import shap

    run = run_of(weights, (3, 5))  # 12 columns: cells of two sizes
    attribution = found(shap_partition, run, 100)
    handed = to_shap(explained(attribution, run))
    assert handed.values.shape == (1, 12, 12, 3, 1)
    assert handed.values.dtype == np.float64
    np.testing.assert_array_equal(handed.data[0], NOISE.pixels)
    for cell, (top, left, bottom, right) in enumerate(run.grid.boxes()):
        part = handed.values[0, top:bottom, left:right].sum()
        assert part == pytest.approx(float(attribution.cells.ravel()[cell]), rel=1e-5, abs=1e-9)
    plt.close("all")
    shap.image_plot(handed, show=False)
    images = [image for axes in plt.gcf().axes[:2] for image in axes.images]
    np.testing.assert_array_equal(images[0].get_array(), NOISE.pixels)
    np.testing.assert_allclose(images[-1].get_array(), handed.values[0, ..., 0].sum(axis=-1))
    assert plt.gcf().axes[1].get_title() == "class 1"
    plt.close("all")


def test_drops_are_spread_and_pixels_are_handed_on() -> None:
    run = run_of(weights, 3)
    list(run.steps())
    drops = to_shap(explained(None, run)).values[0, ..., 0].sum(axis=-1)
    expected = context_of(run).drops(run.vectors).reshape(3, 3)
    sums = drops.reshape(3, 4, 3, 4).sum(axis=(1, 3))
    np.testing.assert_allclose(sums, expected, rtol=1e-5)
    attribution = found(rise, run, 30)
    pixels = to_shap(explained(attribution, run)).values[0, ..., 0].sum(axis=-1)
    np.testing.assert_allclose(pixels, attribution.pixels, rtol=1e-6)


def test_no_handful_is_asked_about_twice() -> None:
    picture = np.random.default_rng(1).integers(0, 256, (13, 10, 3)).astype(np.uint8)
    methods = ["occlusion", ("lime", {"samples": 100}), ("rise", {"samples": 20})]
    comparison = GridExplainer(weights, 4).compare(picture, methods)
    occlusion, lime, rise = comparison.explanations
    assert occlusion.handfuls is not None
    fitted, probes = occlusion.handfuls.fitted, occlusion.handfuls.kept_out
    assert lime.cost.forward == 100 - len(fitted)  # and the whole picture is its first sample
    assert rise.cost.forward == 1 + 20
    for map_ in (lime, rise):
        assert map_.handfuls is not None
        np.testing.assert_array_equal(map_.handfuls.hidden, probes.hidden)
        np.testing.assert_array_equal(map_.handfuls.answers.vectors, probes.answers.vectors)
        assert map_.foretells is not None


def test_lime_is_not_fitted_to_what_it_is_measured_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of nine cells there are so few coalitions that a thousand random ones hold all probes."""
    fitted = list[NDArray[np.bool_]]()

    def watched(image: Any, context: Any, kept: NDArray[np.bool_], values: Any) -> Any:
        fitted.append(~kept)
        return fit(image, context, kept, values)

    fit = lime_module._fit
    monkeypatch.setattr(lime_module, "_fit", watched)
    picture = np.random.default_rng(5).integers(40, 256, (32, 32, 3)).astype(np.uint8)
    explanation = GridExplainer(weights, 3, fill="black").explain(picture, 0, method="lime")
    assert explanation.handfuls is not None
    probes = {row.tobytes() for row in explanation.handfuls.hidden}
    assert len(probes) >= 12
    assert not probes & {row.tobytes() for row in fitted[0]}
