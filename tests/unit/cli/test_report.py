"""A page for the file, written and computed again in the terminal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gridexplainer_widget.results.explanation import Explanation
from tests.support.terminal import brightness, ran, white


@pytest.fixture
def given(tmp_path: Path) -> list[Path]:
    return [brightness(tmp_path / "m.onnx"), white(tmp_path / "white.png")]


def test_what_is_written_is_computed_again(given: list[Path], tmp_path: Path) -> None:
    page, (model, picture) = tmp_path / "case.html", given
    done = ran("report", *given, "--grid", 2, "--fill", "black", "--target", 1, "--out", page)
    assert done.exit_code == 0
    assert done.stdout.rstrip().endswith(f"Written: {page}")
    explanation = Explanation.load(page)
    assert explanation.drops.tolist() == [[1, 0], [0, 0]]
    assert explanation.certainty is not None
    assert explanation.minimal_sets is not None
    assert ran("verify", page, "--model", model, "--picture", picture).exit_code == 0


def test_as_json(given: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    told = json.loads(ran("report", *given, "--grid", 2, "--json").stdout)
    assert (told["command"], told["files"], told["grid"]) == ("report", ["case.html"], [2, 2])
    assert Path("case.html").is_file()


@pytest.mark.parametrize("out", ["case.png", "none/case.html"])
def test_where_it_cannot_be_written(given: list[Path], out: str) -> None:
    done = ran("report", *given, "--out", out)
    assert (done.exit_code, done.stdout) == (2, "")
    assert out in done.stderr
