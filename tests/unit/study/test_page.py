"""A study as a page."""

from pathlib import Path

import numpy as np
from PIL import Image

from gridexplainer_widget.live.gallery.numbers import Number
from gridexplainer_widget.study.page_parts import histogram, map_png
from tests.support.models import brightness
from tests.support.studies import noise, tiny


def test_a_page_tells_of_the_run_and_shows_pictures(tmp_path: Path) -> None:
    mask = np.ones((8, 8), np.bool_)
    given = [(noise(number), number % 2, mask) for number in range(6)]
    explainer = tiny(brightness, labels=["<b>dark</b>", "bright"])
    study = explainer.explain_all([*given, "gone.png"], tmp_path / "study")
    page = study.report(tmp_path / "page.html", study.shortcuts(), study.by_mask()).read_text()
    assert "brightness: 7 pictures" in page
    assert "<b>" not in page
    assert "&lt;b&gt;dark&lt;/b&gt;" in page
    assert "There is no file &#x27;gone.png&#x27;" in page
    assert "<p>No place was found that answers hang on" in page
    assert "<p>Not tested, for want of pictures" in page
    assert "Right on the objects alone" in page
    assert "Wrong, the surest first" in page
    assert "<script" not in page
    wrong = study.table["correct"].to_pylist().count(False)
    assert page.count('class="card"') == wrong + 4 * 6  # and four kinds of all six
    assert "http" not in page.replace("http-equiv", "")


def test_a_study_of_nothing_but_errors_has_a_page(tmp_path: Path) -> None:
    study = tiny().explain_all(["gone.png"], tmp_path / "study")
    assert "1 failed" in study.report(tmp_path / "page.html").read_text()


def test_a_map_is_clear_at_zero_and_tells_its_sign(tmp_path: Path) -> None:
    (tmp_path / "map.png").write_bytes(map_png(np.array([[0.0, 2.0], [-1.0, np.nan]])))
    with Image.open(tmp_path / "map.png") as image:
        pixels = np.asarray(image)
    assert pixels[..., 3].tolist() == [[0, 217], [108, 0]]
    assert pixels[0, 1, :3].tolist() == [213, 94, 0]
    assert pixels[1, 0, :3].tolist() == [0, 114, 178]


def test_a_histogram_holds_all_that_is_known() -> None:
    found = np.array([0.5, np.nan, 0.75, 0.5], np.float32)
    drawn = histogram(Number("x", "x", 0, 1, "%", "What it is."), found)
    assert "median 50.0%" in drawn
    assert ">100%</text>" in drawn
    assert drawn.count('height="70.00"') == drawn.count('height="35.00"') == 1
    assert "median −0.50" in histogram(Number("x", "x", -1, 1, "", ""), -found)
    assert "median 0.5 years" in histogram(Number("x", "x", 0, 1, "years", ""), found)


def test_figures_of_a_study(tmp_path: Path) -> None:
    dark, bright = np.full((8, 8, 3), 50, np.uint8), np.full((8, 8, 3), 200, np.uint8)
    study = tiny(brightness).explain_all([(dark, 0), (bright, 0), "no.png"], tmp_path)
    found = {what: (number, more) for what, number, more in study.figures}
    assert found["pictures"] == ("3", "1 failed")
    assert found["right answers"] == ("50%", "1 of 2; 1 to 99%")
    assert found["pictures given to the model"][0] == "10"
    assert "pictures: 3 (1 failed)" in study.summary
