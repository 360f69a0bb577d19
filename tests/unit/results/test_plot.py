import io

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from gridexplainer_widget import Explanation, GridExplainer
from gridexplainer_widget.results.data.about import CAVEAT
from gridexplainer_widget.results.data.tint import number_text, scale_of
from tests.support.models import TopLeft, weights

WIDE = np.random.default_rng(0).integers(0, 256, (40, 80, 3)).astype(np.uint8)


@pytest.fixture
def explanation() -> Explanation:
    return GridExplainer(
        TopLeft(4), (2, 4), fill="black", joint=False, labels=["a", "$b_1$", "c"]
    ).explain(np.full((8, 8, 3), 255, np.uint8), 1)


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for axes in figure.axes for text in axes.texts]


def test_the_figure_says_what_was_asked(explanation: Explanation) -> None:
    figure = explanation.plot()
    said = " ".join(axes.get_title(loc="left") for axes in figure.axes)
    assert "“$b_1$” (100.0%)" in said
    assert "2×4 cells, each hidden by black" in said
    assert any("points of probability" in axes.get_ylabel() for axes in figure.axes)
    figure.savefig(io.BytesIO())  # a label with $ is no formula


def test_numbers_are_what_hiding_changes_in_points(explanation: Explanation) -> None:
    assert texts(explanation.plot()) == ["−50", "−50"]  # a 0 says nothing
    assert texts(explanation.for_target(2).plot())[:2] == ["+38", "+38"]


def test_original_numbers_run_from_0_to_100(explanation: Explanation) -> None:
    assert texts(explanation.plot(style="original"))[:3] == ["100", "100", "0"]


def test_numbers_are_left_out_where_cells_are_small() -> None:
    assert texts(GridExplainer(weights, 40).explain(WIDE[:, :40]).plot()) == []


def test_original_numbers_without_room_become_shades() -> None:
    explanation = GridExplainer(weights, 40).explain(WIDE[:, :40])
    (mesh,) = [
        c
        for c in explanation.plot(style="original").axes[1].collections
        if hasattr(c, "get_coordinates")
    ]
    np.testing.assert_allclose(mesh.get_array().ravel(), explanation.normalized().ravel())


def test_lines_stand_where_the_cells_are() -> None:
    explanation = GridExplainer(weights, (3, 7)).explain(WIDE[:, :50])
    axes = explanation.plot().axes[1]
    (mesh,) = [c for c in axes.collections if type(c).__name__ == "QuadMesh"]
    x, y = mesh.get_coordinates()[0, :, 0], mesh.get_coordinates()[:, 0, 1]
    np.testing.assert_allclose(x + 0.5, explanation.grid.column_edges)
    np.testing.assert_allclose(y + 0.5, explanation.grid.row_edges)


def test_the_scale_is_centred_at_zero(explanation: Explanation) -> None:
    (mesh,) = [c for c in explanation.plot().axes[1].collections if hasattr(c, "get_clim")][:1]
    low, high = mesh.get_clim()
    assert low == -high == pytest.approx(-50)


def test_a_scale_of_noise_is_not_blown_up() -> None:
    noise = np.float32([1e-6, -1e-5])
    # Three times the mean of what cells could lose at most, from 1 to 10 points.
    for cells, scale in ((2, 0.1), (64, 3 / 64), (1000, 0.01)):
        assert scale_of(np.resize(noise, (1, cells)), "probability") == scale
    assert scale_of(np.resize(noise, (1, 100)), "log-odds") == 0.15
    assert scale_of(noise[np.newaxis], "value") == np.float32(1e-5)
    assert scale_of(np.float32([[0.2, -0.5, np.nan]]), "probability") == 0.5


def test_the_scale_of_a_run_does_not_follow_its_first_cells() -> None:
    assert scale_of(np.float32([[0.01, np.nan]]), "probability") == 0.2
    assert scale_of(np.float32([[0.01, np.nan]]), "log-odds") == 1


@pytest.mark.parametrize(
    ("drop", "scale", "score", "text"),
    [
        (0.167, 0.17, "probability", "−17"),
        (-0.0312, 0.08, "probability", "+3.1"),
        (0.0042, 0.01, "probability", "−0.4"),
        (-0.001, 0.5, "probability", "0"),
        (2.46, 7.5, "log-odds", "−2.5"),
        (-12.2, 20, "log-odds", "+12"),
    ],
)
def test_how_numbers_are_written(drop: float, scale: float, score: str, text: str) -> None:
    assert number_text(drop, scale, score) == text


def test_long_labels_stay_within_their_panel() -> None:
    labels = [f"{letter} {'endless ' * 20}" for letter in "abcd"]
    figure = GridExplainer(weights, 2, labels=labels).explain(WIDE[:, :40]).plot()
    figure.canvas.draw()
    left, right = (axes._left_title.get_window_extent() for axes in figure.axes[:2])
    assert left.x1 < right.x0
    assert right.x1 < figure.bbox.x1


def test_a_panorama_is_stacked() -> None:
    panorama = np.tile(WIDE, (1, 3, 1))
    first, second = GridExplainer(weights, (2, 8)).explain(panorama).plot().axes[:2]
    assert first.get_position().y0 > second.get_position().y1
    assert first.get_position().width > 0.7


@pytest.mark.parametrize("style", ["signed", "original"])
def test_cells_that_the_fill_hardly_changes_are_dotted(style: str) -> None:
    picture = WIDE.copy()
    picture[:, : WIDE.shape[1] // 4] = 0
    explanation = GridExplainer(weights, 4, fill="black").explain(picture)
    assert explanation.hardly_changed.sum() == 4
    figure = explanation.plot(style=style)
    dotted = [patch for patch in figure.axes[1].patches if patch.get_hatch() == ".."]
    assert [patch.get_x() for patch in dotted] == [-0.5] * 4
    assert figure.axes[1].get_title(loc="left").endswith("\ndotted: hardly changed by black")
    assert "dotted" not in GridExplainer(weights, 4, fill="red").explain(picture).plot().axes[
        1
    ].get_title(loc="left")


def test_pending_cells_are_hatched() -> None:
    explainer = GridExplainer(weights, 4, batch_size=5)
    run = explainer.start_run(WIDE)
    next(run.steps())
    figure = explainer.freeze(run).plot()
    assert len([patch for patch in figure.axes[1].patches if patch.get_hatch()]) == 12
    assert len(texts(figure)) == 4
    says, partial, *caveat = figure._supxlabel.get_text().splitlines()
    assert says == "The model says class 3 (83.2%)."  # and not yet why
    assert partial.startswith("Partial: 4 of 16")
    assert " ".join(caveat) == CAVEAT


@pytest.mark.parametrize("style", ["signed", "original"])
def test_it_draws_into_given_axes(explanation: Explanation, style: str) -> None:
    figure = Figure()
    axes = figure.subplots(1, 2)
    assert explanation.plot(ax=axes[1], style=style) is figure
    assert not axes[0].images
    assert axes[1].images


def test_pyplot_is_left_alone(explanation: Explanation) -> None:
    from matplotlib import pyplot as plt

    before = plt.get_fignums()
    explanation.plot()
    assert plt.get_fignums() == before


def test_an_unknown_style(explanation: Explanation) -> None:
    with pytest.raises(ValueError, match=r"style='jet' is unknown.*'signed' or 'original'"):
        explanation.plot(style="jet")


def test_notebooks_show_figure_and_explanation(explanation: Explanation) -> None:
    for png in (explanation.plot()._repr_png_(), explanation._repr_png_()):
        image = Image.open(io.BytesIO(png))
        assert image.width > 600


def test_supporting_cells_are_vermilion_and_opposing_ones_blue(explanation: Explanation) -> None:
    def shade(target: int) -> np.ndarray:
        figure = Figure(figsize=(4, 4), dpi=100)
        axes = figure.add_axes((0, 0, 1, 1))
        GridExplainer(TopLeft(8), 1, fill="black").explain(
            np.full((8, 8, 3), 255, np.uint8), target
        ).plot(ax=axes)
        axes.set_position((0, 0, 1, 1))
        buffer = io.BytesIO()
        figure.savefig(buffer)
        return np.asarray(Image.open(buffer).convert("RGB"))[60, 60].astype(int)

    red, _, blue = shade(1)
    assert red > blue + 80
    red, _, blue = shade(2)
    assert blue > red + 80
