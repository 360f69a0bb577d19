"""Another grid, fill or picture of a comparison, and its files."""

from __future__ import annotations

import io
from collections.abc import Iterator

import numpy as np
import pytest
import traitlets
from ipywidgets import Widget
from PIL import Image

from gridexplainer_widget import GridExplainer
from gridexplainer_widget.live.comparison.widget import ComparisonWidget
from tests.support.models import TopLeft, weights
from tests.unit.live.comparison.test_widget import PICTURE

OTHER = PICTURE[::-1].copy()


def png(pixels: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def widget() -> Iterator[ComparisonWidget]:
    widget = GridExplainer(weights, 4, fill="black").explore(PICTURE, methods=["occlusion"])
    assert widget.wait(30)
    yield widget
    widget.close()


def values(widget: ComparisonWidget) -> np.ndarray:
    grid = widget.grid
    return np.frombuffer(widget.maps[0]["values"], "<f4").reshape(grid["rows"], grid["columns"])


def explained(grid: int = 4, fill: str = "black", picture: np.ndarray = PICTURE) -> np.ndarray:
    return GridExplainer(weights, grid, fill=fill).explain(picture).values


def test_it_begins_with_the_explainers_grid_and_fill(widget: ComparisonWidget) -> None:
    assert (widget.grid_size, widget.map_fill.name) == (4, "black")
    assert widget.map_fills[:2] == [
        ["black", "black", ""],
        ["picture-mean", "the picture's average colour", ""],
    ]
    given = GridExplainer(weights).explore(
        PICTURE, methods=["occlusion"], grid_size=3, map_fill="blur"
    )
    assert given.wait(30)
    np.testing.assert_array_equal(values(given), explained(3, "blur"))
    given.close()


def test_another_grid_has_its_own_maps_and_no_cell_of_the_old_one(
    widget: ComparisonWidget,
) -> None:
    widget.value = [(3, 3)]
    widget.set_state({"grid_size": [2, 3]})
    assert widget.wait(30)
    assert (widget.grid_size, widget.value, widget.error) == ((2, 3), (), "")
    assert widget.grid == {"rows": 2, "columns": 3, "height": 16, "width": 16}
    np.testing.assert_array_equal(values(widget), explained((2, 3)))
    assert widget.maps[0]["trust"]


def test_another_fill_makes_the_maps_and_leaves_the_audit_to_others(
    widget: ComparisonWidget,
) -> None:
    widget.set_state({"map_fill": "blur"})
    assert widget.wait(30)
    np.testing.assert_array_equal(values(widget), explained(fill="blur"))
    assert "blur" not in widget.fills
    assert [one["fill"] for one in widget.maps[0]["figures"]["under"]] == widget.fills


def test_fills_of_ones_own_are_told_apart_and_known_by_their_names(
    widget: ComparisonWidget,
) -> None:
    dark, light = (lambda pixels, _: 0 * pixels), (lambda pixels, _: 0 * pixels + 255)
    widget.map_fill = dark
    assert widget.wait(30)
    widget.map_fill = light
    assert widget.wait(30)
    np.testing.assert_array_equal(values(widget), explained(fill="white"))
    assert [name for name, *_ in widget.map_fills][:3] == ["black", "<lambda>", "<lambda> 2"]
    widget.set_state({"map_fill": "<lambda>"})
    assert widget.wait(30)
    np.testing.assert_array_equal(values(widget), explained(fill="black"))


def test_going_back_asks_nothing_again() -> None:
    model = TopLeft(4)
    widget = GridExplainer(model, 4).explore(PICTURE, methods=["occlusion"])
    assert widget.wait(30)
    first = values(widget)
    widget.grid_size = 2
    assert widget.wait(30)
    asked = sum(model.batches)
    widget.grid_size = 4
    assert widget.wait(30)
    np.testing.assert_array_equal(values(widget), first)
    assert sum(model.batches) == asked
    widget.close()


@pytest.mark.parametrize(
    ("trait", "value", "why"),
    [("grid_size", 17, "16"), ("grid_size", 0, "grid"), ("map_fill", "nofill", "unknown")],
)
def test_what_cannot_be_is_refused_and_the_old_stays(
    widget: ComparisonWidget, trait: str, value: object, why: str
) -> None:
    before = values(widget)
    widget.set_state({trait: value})
    assert why in widget.error
    assert (widget.grid_size, widget.map_fill.name) == (4, "black")
    np.testing.assert_array_equal(values(widget), before)
    with pytest.raises(traitlets.TraitError, match=why):
        setattr(widget, trait, value)


def test_another_picture_is_asked_about_its_own_class_and_has_no_mask() -> None:
    mask = np.ones((16, 16), np.bool_)
    widget = GridExplainer(weights, 4, fill="black").explore(
        PICTURE, 2, methods=["occlusion"], mask=mask
    )
    assert widget.wait(30)
    assert widget.maps[0]["figures"]["pointing"] is True
    widget.explain(OTHER)
    assert widget.wait(30)
    np.testing.assert_array_equal(np.asarray(Image.open(io.BytesIO(widget.picture))), OTHER)
    np.testing.assert_array_equal(values(widget), explained(picture=OTHER))
    assert widget.target is None
    assert widget.maps[0]["figures"]["pointing"] is None
    widget.close()


def test_a_picture_comes_from_the_front_end(widget: ComparisonWidget) -> None:
    widget._on_message(widget, {"type": "explain", "name": "other.png"}, [png(OTHER)])
    assert widget.wait(30)
    np.testing.assert_array_equal(values(widget), explained(picture=OTHER))
    assert (widget.reading, widget.error) == ("", "")
    widget._on_message(widget, {"type": "explain", "name": "small.png"}, [png(OTHER[:2, :2])])
    assert widget.wait(30)
    assert "4×4" in widget.error
    np.testing.assert_array_equal(values(widget), explained(picture=OTHER))
    widget._on_message(widget, {"type": "explain", "name": "none.png"}, [])
    assert "wanted is one" in widget.error


def test_its_page_and_its_sheet_are_sent(
    widget: ComparisonWidget, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[dict, bytes]] = []
    monkeypatch.setattr(
        Widget, "send", lambda _, content, buffers=None: sent.append((content, *(buffers or [])))
    )
    for kind in ("html", "png"):
        widget._on_message(widget, {"type": "save", "format": kind, "id": kind}, None)
    (page, html), (sheet, image) = sent
    label = widget.labels[widget.prediction["target"]].replace(" ", "-")
    name = f"{label}-4x4-compared"
    assert page == {"type": "saved", "id": "html", "name": f"{name}.html"}
    assert sheet == {"type": "saved", "id": "png", "name": f"{name}.png"}
    assert html == str(widget.to_html()).encode()
    assert image.startswith(b"\x89PNG")
    widget._on_message(widget, {"type": "save", "format": "exe", "id": "1"}, None)
    assert "asked for a file" in widget.error


def test_where_no_map_is_done_there_is_nothing_to_save() -> None:
    widget = GridExplainer(weights, 4).explore(PICTURE, methods=["saliency"])
    assert widget.wait(30)
    widget._on_message(widget, {"type": "save", "format": "png", "id": "1"}, None)
    assert "nothing to save" in widget.error
    widget.close()
