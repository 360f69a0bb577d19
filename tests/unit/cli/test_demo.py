"""``gridexplainer demo``."""

from pathlib import Path

import pytest
from PIL import Image

from gridexplainer_widget import GridExplainerWidget
from gridexplainer_widget.cli.demo import NEXT
from tests.support.terminal import ran


def test_an_embedded_picture(tmp_path: Path) -> None:
    figure = tmp_path / "demo.png"
    result = ran("demo", "--out", figure)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert len([line for line in lines if len(line.split()) == 8 and "." in line]) >= 8
    assert "gridexplainer lab" in result.stdout
    assert "make" not in result.stdout
    assert Image.open(figure).width > 800


def test_its_three_lines_run() -> None:
    code = [line.strip() for line in NEXT.splitlines() if line.startswith("    ")]
    names: dict[str, object] = {}
    exec("\n".join([*code[1:3], "w = " + code[3], "w.stop()"]), names)
    assert isinstance(names["w"], GridExplainerWidget)


@pytest.mark.parametrize(
    ("out", "words"), [("nowhere/demo.png", "no folder"), ("demo.xyz", "folder that exists")]
)
def test_a_file_that_cannot_be_written_is_told_before_the_work(out: str, words: str) -> None:
    result = ran("demo", "--out", out)
    assert (result.exit_code, result.stdout) == (2, "")
    assert words in result.stderr
