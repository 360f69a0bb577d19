"""What a gallery sends, and what it does when it is asked."""

import json
from pathlib import Path
from typing import Any

import ipywidgets
import numpy as np
import pytest

from gridexplainer_widget.live.gallery.columns import GalleryColumns
from gridexplainer_widget.live.gallery.widget import Gallery, GalleryWidget
from tests.support.galleries import GRID, gallery_rows, thumbnail


def columns(count: int = 6, **changes: Any) -> GalleryColumns:
    rows = [{**row, **changes} for row in gallery_rows(count)]
    return GalleryColumns.of(rows, GRID, "a model", "Occlusion")


class Heard(GalleryWidget):
    """Keeps what it sends."""

    def __init__(self, *given: Any) -> None:
        self.said: list[tuple[Any, Any]] = []
        super().__init__(*given)

    def send(self, content: Any, buffers: Any = None) -> None:
        self.said.append((content, buffers))


def test_pictures_are_sent_by_column() -> None:
    widget = GalleryWidget(columns())
    about = widget.about
    assert (about["pictures"], about["classes"], about["opens"]) == (
        6,
        ["cat", "dog", "eel"],
        False,
    )
    assert [one["name"] for one in about["numbers"]] == [
        *("probability", "foretells", "border_share", "evenness")
    ]
    codes = np.frombuffer(widget.codes, "<i2").reshape(6, 2)
    assert codes.tolist() == [[0, 1], [1, 1], [2, 0], [0, 0], [1, 2], [2, 2]]
    numbers = np.frombuffer(widget.numbers, "<f4").reshape(4, 6)
    np.testing.assert_allclose(numbers[0], np.arange(6) / 6, atol=1e-6)
    assert np.isnan(numbers[1]).tolist() == [True, *[False] * 4, True]
    maps = np.frombuffer(widget.maps, "i1").reshape(6, 4)
    assert maps[3].tolist() == [64, -127, 0, 64]


def test_without_labels_and_contrast() -> None:
    found = columns(2, label=None, values=[0.0] * 4)
    assert np.frombuffer(found.codes, "<i2").reshape(2, 2)[:, 1].tolist() == [-1, -1]
    assert not np.frombuffer(found.maps, "i1").any()


def test_values_widen_their_histogram() -> None:
    (probability, *_) = columns(2, probability=-40.0).about["numbers"]
    assert (probability["low"], probability["high"]) == (-40, 1)


def test_only_the_thumbnails_that_are_asked_for_are_sent() -> None:
    widget = Heard(columns())
    widget._on_message(None, {"type": "thumbnails", "rows": [4, 0]}, [])
    assert widget.said == [
        ({"type": "thumbnails", "rows": [4, 0]}, [thumbnail(4), thumbnail(0)]),
    ]


@pytest.mark.parametrize(
    "command",
    [
        {"type": "thumbnails", "rows": [6]},
        {"type": "thumbnails", "rows": [-1]},
        {"type": "thumbnails", "rows": [True]},
        {"type": "thumbnails", "rows": [0] * 501},
        {"type": "thumbnails"},
        {"type": "delete"},
        "thumbnails",
    ],
)
def test_what_it_cannot_do_is_told(command: Any) -> None:
    widget = Heard(columns())
    widget._on_message(None, command, [])
    assert widget.said == []
    assert "wanted are" in widget.error or "no command" in widget.error


def test_the_front_end_writes_nothing_else() -> None:
    widget = GalleryWidget(columns())
    widget.set_state({"names": ["x"], "about": {}})
    assert (len(widget.names), widget.opened) == (6, -1)


@pytest.mark.parametrize("row", [6, -1, True, None, "0"])
def test_only_a_picture_is_opened(row: Any) -> None:
    gallery = Gallery(columns(), lambda row: Closed(str(row)))
    gallery.gallery.set_state({"opened": row})
    assert "wanted are" in gallery.gallery.error
    assert (gallery.gallery.opened, gallery.picture) == (-1, None)


class Closed(ipywidgets.Label):
    closed = False

    def close(self) -> None:
        self.closed = True
        super().close()


def test_a_click_shows_a_picture_instead_of_the_one_before() -> None:
    gallery = Gallery(columns(), lambda row: Closed(str(row)))
    assert gallery.gallery.about["opens"]
    gallery.gallery.set_state({"opened": 2})
    first = gallery.picture
    assert first.value == "2"
    gallery.gallery.set_state({"opened": 5})
    assert [first.closed, gallery.picture.value] == [True, "5"]
    assert gallery.children == (gallery.gallery, gallery.picture)


def test_a_picture_that_cannot_be_opened_is_told() -> None:
    def gone(row: int) -> None:
        raise ValueError("gone.png: There is no file")

    gallery = Gallery(columns(), gone)
    gallery.gallery.set_state({"opened": 2})
    assert gallery.gallery.error == "gone.png: There is no file"
    assert gallery.gallery.opened == -1
    with pytest.raises(ValueError, match="with its explainer"):
        Gallery(columns()).open_picture(0)


def test_a_page_holds_all(tmp_path: Path) -> None:
    page = Gallery(columns()).to_html(tmp_path / "gallery.html").read_text()
    record = json.loads(page.partition('id="record">')[2].partition("</script>")[0])
    assert len(record["thumbnails"]) == len(record["names"]) == 6
    assert record["about"]["opens"] is False
