"""``gridexplainer explain``, asked about a model that is worked out by hand."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gridexplainer_widget.results.explanation import Explanation
from tests.support.terminal import brightness, ran, white


@pytest.fixture
def given(tmp_path: Path) -> list[Path]:
    labels = tmp_path / "labels.txt"
    labels.write_text("dark\nbright\n")
    model, picture = brightness(tmp_path / "m.onnx"), white(tmp_path / "white.png")
    return ["explain", model, picture, "--labels", labels, "--grid", 2, "--fill", "black"]  # type: ignore[list-item]


def test_a_map_and_what_it_says(given: list[Path]) -> None:
    result = ran(*given)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines()[:3] == [
        "bright 100.0%: change in points of probability with each cell hidden",
        "−100.0   0.0",
        "   0.0   0.0",
    ]
    assert "The model says bright (100.0%)" in result.stdout


def test_what_is_said_reaches_the_map(given: list[Path]) -> None:
    found = json.loads(ran(*given, "--target", "dark", "--grid", "2x4", "--json").stdout)
    assert (found["command"], found["failures"]) == ("explain", [])
    (record,) = found["explanations"]
    assert (record["label"], record["target"], record["baseline"]) == ("dark", 0, 0)
    assert (record["grid"], record["fill"], record["method"]) == ([2, 4], "black", "occlusion")
    assert record["values"] == [[-0.5, -0.5, 0, 0], [0, 0, 0, 0]]
    by_rise = json.loads(ran(*given, "--method", "rise", "--json").stdout)["explanations"][0]
    assert (by_rise["method"], by_rise["map"]) == ("rise", None)
    assert np.shape(by_rise["values"]) == (2, 2)
    scaled = ran(*given, "--preprocess", "-1..1", "--output", "value", "--target", "1", "--json")
    assert json.loads(scaled.stdout)["explanations"][0]["baseline"] == pytest.approx(1 / 255)


def test_every_kind_of_file(given: list[Path], tmp_path: Path) -> None:
    kinds = ["page.html", "map.png", "map.SVG", "data.npz", "table.csv"]
    outs = [tmp_path / kind for kind in kinds]
    result = ran(*given, *(part for out in outs for part in ("--out", out)))
    assert result.exit_code == 0, result.stderr
    assert f"Written: {', '.join(map(str, outs))}" in result.stdout
    assert outs[0].read_text(encoding="utf-8").startswith("<!doctype html>")
    assert Image.open(outs[1]).width > 500
    assert "<svg" in outs[2].read_text(encoding="utf-8")
    np.testing.assert_array_equal(Explanation.load(outs[3]).values, [[1, 0], [0, 0]])
    head, first, *_ = outs[4].read_text(encoding="utf-8").splitlines()
    assert head.startswith("row,column,top,left,bottom,right,probability,value")
    assert first.startswith("0,0,0,0,4,4,0.0,1.0")


def test_several_pictures_go_on_past_one_that_fails(given: list[Path], tmp_path: Path) -> None:
    other, broken = white(tmp_path / "other.png"), tmp_path / "bro\x1b[2Jken.png"
    broken.write_bytes(b"no picture")
    (tmp_path / "maps").mkdir()
    out = tmp_path / "maps" / "{name}.csv"
    result = ran(*given, other, broken, "--out", out, "--out", tmp_path / "maps")
    assert result.exit_code == 1
    names = sorted(path.name for path in (tmp_path / "maps").iterdir())
    assert names == ["other.csv", "other.html", "white.csv", "white.html"]
    assert str(other) in result.stdout
    assert "\\x1b[2Jken.png: " in result.stderr
    assert "\x1b[2J" not in result.output
    found = json.loads(ran(*given, broken, "--json").stdout)
    assert [one["picture"] for one in found["failures"]] == [str(broken)]
    assert len(found["explanations"]) == 1


@pytest.mark.parametrize(
    ("out", "pictures", "words"),
    [
        ("nowhere/map.png", ["white"], "there is no folder"),
        ("map.xyz", ["white"], "ends in .html, .png"),
        ("map.png", ["white", "other"], "one file for 2 pictures"),
        ("{name}.png", ["white"], "is what was given to read"),
        ("again/{name}.csv", ["white", "again/white"], "would be written 2 times"),
    ],
)
def test_files_that_cannot_be_written_are_told_before_the_work(
    out: str, pictures: list[str], words: str, tmp_path: Path
) -> None:
    (tmp_path / "again").mkdir()
    for name in ("white", "other", "again/white"):
        white(tmp_path / f"{name}.png")
    given = [tmp_path / f"{name}.png" for name in pictures]
    result = ran("explain", "no-model.onnx", *given, "--out", tmp_path / out)
    assert result.exit_code == 2
    assert words in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--target", "cow"], "no class 'cow'"),
        (["--grid", "big"], "'big': wanted is a number, such as 8"),
        (["--grid", "200"], "200"),
        (["--fill", "mud"], "mud"),
        (["--method", "magic"], "'magic' is not one of 'occlusion'"),
        (["--method", "grad-cam"], "grad-cam looks inside the model"),
        (["--size", "224x"], "wanted is a number"),
        (["--labels", "gone.txt"], "gone.txt"),
    ],
)
def test_what_is_of_no_use_is_told(given: list[Path], more: list[str], words: str) -> None:
    result = ran(*given, *more)
    assert result.exit_code == 2
    assert words in result.stderr
    assert "Traceback" not in result.output


def test_a_stop_is_told(given: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("gridexplainer_widget.explainer.GridExplainer.explain", stopped)
    result = ran(*given)
    assert (result.exit_code, result.stderr) == (130, "\nStopped.\n")


def test_a_pattern_that_the_shell_left_alone(given: list[Path], tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for name in ("b.png", "a.png"):
        white(folder / name)
    named = [str(folder / "*.png") if one == tmp_path / "white.png" else one for one in given]
    told = json.loads(ran(*named, "--json").stdout)
    assert [Path(one["picture"]).name for one in told["explanations"]] == ["a.png", "b.png"]
    none = ran(*[str(folder / "*.jpg") if one == tmp_path / "white.png" else one for one in given])
    assert none.exit_code == 2
    assert "No file matches" in none.stderr
