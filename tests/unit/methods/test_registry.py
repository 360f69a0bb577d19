"""Explanations by other methods than occlusion, whatever they find."""

from __future__ import annotations

import json
import pickle
import re
from pathlib import Path

import numpy as np
import pytest

from gridexplainer_widget import Explanation, GridExplainer
from gridexplainer_widget.attribution.attribution import Attribution, Cost
from gridexplainer_widget.attribution.context import MethodContext, Steps
from gridexplainer_widget.core.errors import MethodError
from gridexplainer_widget.methods.registry import METHODS, MethodSpec, parse_method
from gridexplainer_widget.methods.requests import parse_options
from gridexplainer_widget.results.comparison_record import offered_of
from gridexplainer_widget.results.data.tint import number_text, scale_of
from tests.support.models import brightness, weights

DOCS = Path(__file__).parents[3] / "docs" / "methods.md"
PICTURE = np.random.default_rng(1).integers(0, 256, (13, 10, 3)).astype(np.uint8)


@pytest.fixture(scope="module")
def explainer() -> GridExplainer:
    return GridExplainer(weights, (3, 4), labels=list("abcd"))


@pytest.fixture(scope="module")
def rise(explainer: GridExplainer) -> Explanation:
    return explainer.explain(PICTURE, "c", method="rise", samples=60)


@pytest.mark.parametrize("name", ["grad-cam", "Grad-CAM", " GRAD_CAM ", "grad cam"])
def test_a_method_by_its_name(name: str) -> None:
    assert parse_method(name) is METHODS["grad-cam"]


@pytest.mark.parametrize(
    ("name", "words"),
    [("gradcam", "Do you mean 'grad-cam'"), (7, "unknown"), ("", "Wanted is one of 'occlusion'")],
)
def test_a_method_that_is_none(name: object, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parse_method(name)


def test_options() -> None:
    cam = METHODS["score-cam"]
    assert parse_options(cam).layer == ()
    assert parse_options(cam, layer="conv", channels=8).layer == ("conv",)
    assert parse_options(cam, layer=["a", "b"], samples=None).layer == ("a", "b")
    with pytest.raises(
        TypeError, match=r"Score-CAM takes no option 'samples'. Its options: 'layer'"
    ):
        parse_options(cam, samples=3)
    with pytest.raises(TypeError, match=r"knows no option 'sample'"):
        parse_options(METHODS["rise"], sample=3)
    with pytest.raises(ValueError, match="samples=0; wanted is a whole number"):
        parse_options(METHODS["rise"], samples=0)
    with pytest.raises(ValueError, match="layer=7 is no layer"):
        parse_options(cam, layer=7)


def test_what_is_native_and_what_is_derived(explainer: GridExplainer, rise: Explanation) -> None:
    assert rise.method == "rise"
    assert rise.title == "RISE, samples=60"
    assert rise.pixel_values.shape == (13, 10)
    assert rise.native == "13×10 pixels; cells: mean of their pixels"
    for (row, column), value in np.ndenumerate(rise.values):
        top, left, bottom, right = rise.grid.box(rise.grid.index(row, column))
        expected = rise.pixel_values[top:bottom, left:right].mean(dtype=np.float64)
        assert value == pytest.approx(expected, abs=1e-6)
    occlusion = explainer.explain(PICTURE, "c")
    assert occlusion.native.startswith("3×4 cells, each hidden alone by picture-mean; pixels")
    np.testing.assert_array_equal(occlusion.values, occlusion.drops)
    top, left, bottom, right = occlusion.grid.box(5)
    assert (occlusion.pixel_values[top:bottom, left:right] == occlusion.drops.flat[5]).all()


def test_costs_are_counted(explainer: GridExplainer, rise: Explanation) -> None:
    assert (rise.cost.forward, rise.cost.backward) == (61, 0)
    assert explainer.explain(PICTURE).cost.forward == 13 + 60
    assert rise.cost.seconds > 0


def test_no_cell_was_hidden_for_it(rise: Explanation) -> None:
    assert np.isnan(rise.drops).all()
    assert rise.complete
    assert not rise.saturated
    assert not any("Partial" in note for note in rise.notes)


def test_top_and_table_are_of_its_values(rise: Explanation) -> None:
    pytest.importorskip("pandas")
    best = rise.top(1)[0]
    assert best.value == rise.values.max()
    assert list(rise.to_dataframe().columns[-1:]) == ["value"]
    assert "probability" not in rise.to_dataframe().columns
    assert (rise.normalized().min(), rise.normalized().max()) == (0, 100)


def test_it_is_of_one_class_and_one_score(rise: Explanation) -> None:
    assert rise.for_target("c").target == 2
    with pytest.raises(ValueError, match=r"of 'c' alone. Ask again: .*'a', method='rise'"):
        rise.for_target("a")
    with pytest.raises(ValueError, match="is in probability"):
        rise.for_score("log-odds")


def test_saved_and_loaded_it_is_the_same(rise: Explanation, tmp_path: Path) -> None:
    loaded = Explanation.load(rise.save(tmp_path / "rise"))
    for name in ("values", "pixel_values", "pixels"):
        np.testing.assert_array_equal(getattr(loaded, name), getattr(rise, name))
    for name in ("method", "title", "native", "cost", "notes", "unit", "target"):
        assert getattr(loaded, name) == getattr(rise, name)
    assert pickle.loads(pickle.dumps(rise)).title == rise.title


def test_a_file_with_a_map_that_is_none(rise: Explanation, tmp_path: Path) -> None:
    path = rise.save(tmp_path / "rise.npz")
    with np.load(path) as file:
        arrays = dict(file)
    arrays["attribution_cells"] = np.zeros((2, 2), np.float32)
    np.savez(path, **arrays)
    with pytest.raises(ValueError, match="its cells of 'rise'"):
        Explanation.load(path)


@pytest.mark.parametrize(
    ("where", "changes", "words"),
    [
        ("attribution", {"method": "occlusion"}, "leaves probabilities instead"),
        ("attribution", {"method": "x"}, "method='x' is unknown"),
        ("attribution", {"layers": "abc"}, "layers is 'abc'"),
        ("attribution", {"notes": [5]}, r"note is \[5\]"),
        ("attribution", {"unit": "kg"}, "in 'kg'"),
        ("cost", {"seconds": float("nan")}, "seconds are nan"),
        ("cost", {"forward": -1}, "cost, forward is -1"),
        ("cost", {"backward": 0.5}, r"cost, backward is 0\.5"),
        ("settings", {"layer": 5}, "layer is 5"),
        ("settings", {"layer": ["conv"]}, "tells 'layer' of 'rise'"),
        ("settings", {"samples": 0}, "samples is 0"),
        ("settings", {"samples": None}, "samples is None"),
        ("maps", {"native": np.zeros((0, 4), np.float32)}, "native of 'rise' are empty"),
        (
            "maps",
            {"cells": np.full((3, 4), np.nan, np.float32)},
            "cells of 'rise' are .*hold NaN",
        ),
    ],
)
def test_a_damaged_file_of_a_map(
    rise: Explanation, tmp_path: Path, where: str, changes: dict, words: str
) -> None:
    with np.load(rise.save(tmp_path / "rise.npz")) as file:
        arrays = dict(file)
    header = json.loads(str(arrays["header"]))
    found = header["attribution"]
    parts = {
        "attribution": found,
        "cost": found["cost"],
        "settings": header["settings"],
        "maps": {},
    }
    parts[where].update(changes)
    arrays["header"] = np.array(json.dumps(header))
    arrays |= {f"attribution_{name}": array for name, array in parts["maps"].items()}
    np.savez(tmp_path / "damaged.npz", **arrays)
    with pytest.raises(ValueError, match=f"no explanation that can be read: .*{words}"):
        Explanation.load(tmp_path / "damaged.npz")


def test_white_box_methods_refuse_a_black_box(explainer: GridExplainer) -> None:
    white_box = [spec for spec in METHODS.values() if spec.white_box]
    assert len(white_box) == 8
    for spec in white_box:
        with pytest.raises(MethodError, match="a black box.*: occlusion, rise, shap, lime"):
            explainer.explain(PICTURE, method=spec.name)


def first_cell(context: MethodContext) -> Steps:
    """As many as there are samples for the first cell, 0 for the others."""
    yield 0, 1
    cells = np.zeros(len(context.grid), np.float32)
    cells[0] = context.options.samples
    return context.cell_attribution(cells)


def test_a_new_method_takes_no_more_than_a_line_of_the_registry(
    explainer: GridExplainer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = MethodSpec("first-cell", "First cell", first_cell, ("samples",), white_box=False)
    monkeypatch.setitem(METHODS, spec.name, spec)
    explanation = explainer.explain(PICTURE, "c", method="First cell", samples=3)
    assert explanation.values.flat[0] == 3
    loaded = Explanation.load(explanation.save(tmp_path / "first"))
    (compared,) = explainer.compare(PICTURE, [("first_cell", {"samples": 3})], "c")
    assert explanation.title == loaded.title == compared.title == "First cell, samples=3"
    assert [spec.name, spec.title, False, ""] in offered_of(explainer.classifier)
    with pytest.raises(TypeError, match="First cell takes no option 'layer'"):
        explainer.explain(PICTURE, method="first-cell", layer="conv")
    with pytest.raises(MethodError, match="lime, first-cell"):
        explainer.explain(PICTURE, method="saliency")


def test_the_docs_list_the_methods_and_their_options() -> None:
    text = DOCS.read_text(encoding="utf-8")
    rows = [row.split("|") for row in text.splitlines() if row.startswith('| [`"')]
    listed = [(row[1].split('"')[1], tuple(re.findall(r"`(\w+)", row[-2]))) for row in rows]
    assert listed == [(spec.name, spec.options) for spec in METHODS.values()]
    assert {spec.title for spec in METHODS.values()} <= set(
        re.findall(r"^## (.+)$", text, re.MULTILINE)
    )


def test_a_map_without_a_unit_is_drawn_in_percent_of_its_largest(rise: Explanation) -> None:
    cells = np.float32([[-0.5, 0.25, 0, 0]] * 3)
    pixels = np.zeros((13, 10), np.float32)
    found = Attribution("grad-cam", cells, "cells", pixels, cells, "", "", cost=Cost(1, 1, 0.1))
    explanation = Explanation(
        **{
            **{name: getattr(rise, name) for name in rise.__dataclass_fields__},
            "attribution": found,
        }
    )
    scale = scale_of(explanation.values, explanation.unit)
    assert [number_text(value, scale, "") for value in cells[0]] == ["−100", "50", "0", "0"]
    words = {text.get_text() for ax in explanation.plot().axes for text in ax.texts}
    assert {"−100", "50"} <= words
    assert "0" not in words
    assert "Grad-CAM" in str(explanation)


def test_the_same_seed_gives_the_same_map() -> None:
    maps = [
        GridExplainer(weights, 2, seed=seed).explain(PICTURE, method="rise", samples=20).values
        for seed in (3, 3, 4)
    ]
    np.testing.assert_array_equal(maps[0], maps[1])
    assert (maps[0] != maps[2]).any()


def test_the_widget_and_a_picture_of_it(rise: Explanation) -> None:
    assert rise._repr_png_().startswith(b"\x89PNG")
    assert "method='rise'" in repr(rise)


def test_a_bad_target_fails_before_the_long_part() -> None:
    asked = []

    def model(batch: np.ndarray) -> np.ndarray:
        asked.append(len(batch))
        return brightness(batch)

    with pytest.raises(ValueError, match="out of range"):
        GridExplainer(model, 4).explain(PICTURE, 9, method="rise")
    assert sum(asked) == 1
