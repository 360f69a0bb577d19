"""Several methods side by side."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import numpy as np
import pytest

from gridexplainer_widget import ExplanationError, GridExplainer
from gridexplainer_widget.inference.order_curves import Band, Chance, OrderCurves
from gridexplainer_widget.inference.run import Run
from gridexplainer_widget.methods.requests import parse_request
from gridexplainer_widget.results.compared.comparison import Comparison
from gridexplainer_widget.results.comparison_data import best_under, told_once
from gridexplainer_widget.results.data.metrics import METRICS, best_of
from gridexplainer_widget.results.faithfulness import Faithfulness
from tests.support.models import TopLeft, weights

PICTURE = np.random.default_rng(1).integers(0, 256, (16, 16, 3)).astype(np.uint8)


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    mask = np.zeros((16, 16), np.bool_)
    mask[:8, :8] = True
    return GridExplainer(TopLeft(4), 4, fill="black").compare(
        np.full((16, 16, 3), 255, np.uint8),
        ["occlusion", ("rise", {"samples": 100}), "grad-cam"],
        1,
        fill="black",
        mask=mask,
    )


def test_what_can_be_compared() -> None:
    assert parse_request("RISE").method.name == "rise"
    assert parse_request(("rise", {"samples": 5})).options.samples == 5
    assert parse_request(("grad-cam", "conv")).title == "Grad-CAM, conv"
    assert parse_request(("grad-cam", "")).options.layer == ()
    assert parse_request(("grad-cam", ["a", "b"])).options.layer == ("a", "b")
    with pytest.raises(ValueError, match="nothing to compare"):
        parse_request(("rise", "a", "b"))
    with pytest.raises(TypeError, match="takes no option 'layer'"):
        parse_request(("rise", "conv"))


def test_each_method_has_its_map_and_its_figures(comparison: Comparison) -> None:
    assert [explanation.method for explanation in comparison] == ["occlusion", "rise"]
    assert comparison["RISE, samples=100"] is comparison["rise"] is comparison.explanations[1]
    occlusion = comparison.figures[0]
    # The answer hangs on the first cell alone: without it 0, with it 1.
    assert comparison["occlusion"].values[0, 0] == pytest.approx(1)
    assert occlusion.deletion == pytest.approx(0.5 / 16)
    assert occlusion.insertion == pytest.approx(1 - 0.5 / 16)
    assert occlusion.srg == occlusion["black"].srg == pytest.approx(15 / 16)
    assert occlusion.pointing is True
    assert occlusion.inside == pytest.approx(1)
    assert occlusion.mask_area == pytest.approx(0.25)


def test_a_method_that_cannot_is_told_and_the_others_kept(comparison: Comparison) -> None:
    (failure,) = comparison.failures
    assert failure.request.method.name == "grad-cam"
    assert "a black box" in str(failure)
    assert "Grad-CAM: grad-cam looks inside" in str(comparison)
    with pytest.raises(KeyError, match="black box"):
        comparison["grad-cam"]


def test_the_table(comparison: Comparison) -> None:
    table = comparison.to_dataframe()
    assert list(table.index) == ["Occlusion", "RISE, samples=100"]
    assert table.loc["Occlusion", "forward"] == 17 + 60
    assert table.loc["RISE, samples=100", "forward"] == 101
    assert table.loc["Occlusion", "srg"] == pytest.approx(15 / 16)
    assert table.loc["Occlusion", "srg under black"] == pytest.approx(15 / 16)
    assert table["random srg under black"].nunique() == 1  # measured once
    assert table["audit_calls"].gt(0).all()


def test_the_sheet_tells_every_figure(comparison: Comparison) -> None:
    figure = comparison.plot()
    words = [text.get_text() for ax in figure.axes for text in ax.texts]
    assert "0.94" in " ".join(words)
    assert "77 model calls" in " ".join(words)
    assert "Grad-CAM" in figure.get_supxlabel()
    bold = [
        text.get_text() for ax in figure.axes for text in ax.texts if text.get_weight() == "bold"
    ]
    # Of the others both maps have the same.
    assert [text.partition(" (")[0] for text in bold] == ["Foretells ↑ 1.00", "Inside ↑ 1.00"]


def test_what_a_map_foretells_stands_among_its_figures(comparison: Comparison) -> None:
    occlusion, figures = comparison["occlusion"], comparison.figures[0]
    assert figures.foretold == occlusion.foretells
    assert figures.foretells == pytest.approx(1)
    assert comparison.to_dataframe().loc["Occlusion", "foretells"] == figures.foretells
    assert re.search(r"Foretells ↑ 1.00 \(random −\S+ to \S+\): How well", str(figures))
    alone = GridExplainer(TopLeft(4), 4, joint=False)
    bare = alone.faithfulness(alone.explain(PICTURE, 1))
    assert bare.foretells is None
    assert "Foretells" not in str(bare)
    for one in (figures, bare):
        again = Faithfulness.of_record(json.loads(json.dumps(one.record)))
        assert (again.foretold, again.record) == (one.foretold, one.record)


def test_a_map_that_foretells_nothing_is_said_to_and_is_not_the_best(
    comparison: Comparison,
) -> None:
    sure = comparison.figures[0]
    nothing = replace(sure, foretold=replace(sure.foretold, value=0.1, high=0.4))
    assert (sure.doubt, sure.ranked["foretells"]) == ("", sure.foretells)
    assert nothing.doubt.startswith(
        "This map says nothing reliable about this picture: it foretells"
    )
    assert nothing.warnings[0] == nothing.doubt
    assert nothing.ranked["foretells"] is None
    doubted = replace(comparison, figures=(nothing, *comparison.figures[1:]))
    assert f"Occlusion: {nothing.doubt}" in str(doubted)
    assert "Occlusion: This map says nothing" in doubted.plot().get_supxlabel()


def test_what_all_maps_share_is_told_once() -> None:
    assert told_once([("A", ["x", "y"]), ("B", ["y", "z"])]) == ["A: x", "B: z", "y"]
    assert told_once([("A", ["x"])]) == ["x"]
    assert told_once([]) == []


def test_nothing_to_draw() -> None:
    nothing = GridExplainer(weights, 2).compare(PICTURE, ["saliency"])
    assert len(nothing) == 0
    with pytest.raises(ValueError, match="(?s)no map to draw.*Saliency"):
        nothing.plot()


def test_the_usual_methods_are_those_the_model_allows() -> None:
    assert GridExplainer(weights).usual_methods == ("occlusion", "rise", "shap")


def test_a_bad_target_or_mask_is_refused_at_once() -> None:
    model = TopLeft(4)
    with pytest.raises(ValueError, match="out of range"):
        GridExplainer(model, 4).compare(PICTURE, ["occlusion"], 7)
    with pytest.raises(ValueError, match="mask"):
        GridExplainer(model, 4).compare(PICTURE, ["occlusion"], 1, mask=np.zeros((3, 3), np.bool_))
    assert sum(model.batches) == 2


def test_another_fill_can_be_asked_for_the_audit() -> None:
    explainer = GridExplainer(TopLeft(4), 4, fill="black")
    white = np.full((16, 16, 3), 255, np.uint8)
    explanation = explainer.explain(white, 1)
    assert explainer.faithfulness(explanation, fill="black").srg == pytest.approx(15 / 16)
    same = explainer.faithfulness(explanation, fill="white")
    assert (same.fills, same.srg) == (("white",), pytest.approx(0))
    both = explainer.faithfulness(explanation, fill=["white", (0, 0, 0)])
    assert both.fills == ("white", "#000000")
    assert both.srg == pytest.approx(15 / 32)  # the mean
    assert both["#000000"].srg == pytest.approx(15 / 16)
    with pytest.raises(KeyError, match="no curves under 'blur' here; there are under 'white'"):
        both["blur"]


def test_an_audit_asks_about_the_very_pixels_that_were_explained() -> None:
    picture = np.random.default_rng(0).random((37, 29, 3)).astype(np.float32)  # no whole numbers
    explainer = GridExplainer(weights, 3, input_shape=(16, 16))
    explanation = explainer.explain(picture)
    (figures,) = explainer.faithfulness(explanation, fill="cell-mean").under
    assert figures.deletion_curve[0] == explanation.baseline
    run: Run = explainer.start_run(picture, fill="cell-mean")
    for _ in run.ask([(), tuple(range(9))]):
        pass
    everything = run.cached_probabilities(tuple(range(9)))
    assert everything is not None
    assert figures.deletion_curve[-1] == everything[explanation.target]


def test_the_best_figure_is_marked_only_where_they_differ() -> None:
    def figures(deletion: float, randomised: float, chance: Chance | None = None) -> Faithfulness:
        hidden = np.float32([0.6, deletion, 0.1])
        under = OrderCurves((0, 2, 4), hidden, np.float32([0.1, 0.6, 0.6]), "blur", chance)
        return Faithfulness((under,), randomised=randomised)

    one, other = figures(0.2, 0.1), figures(0.4, 0.5)
    assert best_of([one.whole, other.whole]) == {"randomised": 0.1}
    best = best_under([one, other], "blur")
    assert best == {"deletion": one.deletion, "srg": one.srg}
    chance = Chance(Band(0.3, 0.5), Band(-0.05, 0.05), (0, 4), (0.6, 0.1), 16)
    by_chance = [figures(0.2, 0.1, chance), figures(0.4, 0.5, chance)]
    assert best_under(by_chance, "blur") == {"deletion": one.deletion, "srg": one.srg}
    wide = replace(chance, area=Band(0.2, 0.5), srg=Band(-0.3, 0.3))
    assert best_under([figures(0.2, 0.1, wide), figures(0.4, 0.5, wide)], "blur") == {}
    assert METRICS["srg"].text(0.5) == "+0.50"
    assert METRICS["srg"].text(-0.1) == "−0.10"
    assert METRICS["pointing"].text(True) == "hit"


def test_an_audit_is_read_and_drawn(comparison: Comparison) -> None:
    figures = comparison.figures[0]
    assert re.search(r"SRG ↑ \+0.94 under black \(random −\S+ to \+\S+\): Insertion", str(figures))
    assert "Inside ↑ 1.00 (chance 0.25, the object itself 1.00): The share" in str(figures)
    figure = figures.plot()
    labels = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert labels[1].startswith("Deletion ↓ 0.03")
    assert figures._repr_png_().startswith(b"\x89PNG")


def test_an_interrupt_leaves_what_was_found() -> None:
    asked = []

    def model(batch: np.ndarray) -> np.ndarray:
        asked.append(len(batch))
        if sum(asked) > 700:
            raise KeyboardInterrupt
        return weights(batch)

    explainer = GridExplainer(model, 4)
    with pytest.raises(KeyboardInterrupt):
        explainer.compare(PICTURE, ["occlusion", ("rise", {"samples": 1000})])
    assert explainer.comparison is not None
    assert [one.method for one in explainer.comparison] == ["occlusion"]
    with pytest.raises(KeyboardInterrupt):
        explainer.explain(PICTURE, method="rise")
    assert explainer.explanation is None


def test_the_model_is_looked_at() -> None:
    explainer = GridExplainer(lambda batch: np.full((len(batch), 2), 0.5), 4)
    comparison = explainer.compare(PICTURE, "occlusion")
    assert explainer.checked is not None
    assert any("Technical check" in note for note in comparison["occlusion"].notes)
    assert "Technical check" in str(comparison)


def test_what_is_no_list_to_compare() -> None:
    explainer = GridExplainer(weights, 4)
    assert explainer.compare(PICTURE, "occlusion")["occlusion"].complete
    with pytest.raises(ValueError, match="nothing to compare"):
        explainer.compare(PICTURE, [])
    with pytest.raises(ValueError, match="fill='nofill' is unknown"):
        explainer.compare(PICTURE, ["occlusion"], fill="nofill")


def test_another_models_explanation_is_refused() -> None:
    explanation = GridExplainer(weights, 4).explain(PICTURE)
    other = GridExplainer(TopLeft(4), 4)
    with pytest.raises(ValueError, match="is of 4 classes, and TopLeft has 3"):
        other.faithfulness(explanation)
    small = GridExplainer(weights, 4, input_shape=(8, 8))
    with pytest.raises(ValueError, match="another model's"):
        small.faithfulness(explanation)
    with pytest.raises(TypeError, match="NoneType is no Explanation"):
        other.faithfulness(None)


def test_a_model_that_fails_within_a_method_is_told() -> None:
    asked = []

    def model(batch: np.ndarray) -> np.ndarray:
        asked.append(len(batch))
        if sum(asked) > 50:
            raise RuntimeError("gpu gone")
        return weights(batch)

    with pytest.raises(ExplanationError, match="gpu gone. This came on the way to RISE"):
        GridExplainer(model, 4).explain(PICTURE, method="rise")
