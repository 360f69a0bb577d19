import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gridexplainer_widget import GridExplainer
from gridexplainer_widget.cli.main import main, table
from gridexplainer_widget.demo.demo import FOLDER
from tests.support.models import TopLeft


def test_demo_explains_an_embedded_picture(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    figure = tmp_path / "demo.png"
    assert main(["demo", "--out", str(figure)]) == 0
    out, err = capfd.readouterr()
    assert "199/199" in err
    assert len([line for line in out.splitlines() if len(line.split()) == 8 and "." in line]) >= 8
    assert "make lab" in out
    assert Image.open(figure).width > 800


def test_the_grid_in_the_terminal() -> None:
    explanation = GridExplainer(TopLeft(4), 2, fill=(51, 51, 51)).explain(
        np.full((8, 8, 3), 255, np.uint8), 1
    )
    assert table(explanation, color=False).splitlines() == [
        "class 1 100.0%: points of probability lost with each cell hidden",
        "  80.0   0.0",
        "   0.0   0.0",
    ]
    assert "\033[48;5;208;38;5;16m  80.0\033[0m" in table(explanation, color=True)
    assert "\033[48;5;67;38;5;16m -60.0\033[0m" in table(explanation.for_target(2), color=True)


def test_no_command_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main([])
    assert caught.value.code == 2
    assert "demo" in capsys.readouterr().err


@pytest.mark.parametrize("out", ["nowhere/demo.png", "demo.xyz", "."])
def test_a_figure_that_cannot_be_written_is_told_before_the_work(
    out: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["demo", "--out", out])
    assert "folder that exists" in capsys.readouterr().err


def test_the_doctor_looks_at_the_embedded_classifier(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 0
    out = capfd.readouterr().out
    assert "tensorflow 2." in out
    assert "✓ Outputs      Probabilities of 12 classes" in out
    assert "nothing wrong was found" in out


def test_the_doctor_looks_at_a_model_of_yours(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    labels = tmp_path / "labels.json"
    labels.write_text(json.dumps({"5": "a fish"}))
    model = str(FOLDER / "honest.keras")
    picture = str(next((FOLDER / "pictures" / "honest").glob("fish.png")))
    assert main(["doctor", model, picture, "--labels", str(labels), "--target", "a fish"]) == 0
    assert "“a fish” is well above chance" in capfd.readouterr().out
    assert main(["doctor", model, picture, "--output", "logits"]) == 1
    assert 'Say output="softmax"' in capfd.readouterr().out
    assert main(["doctor", model, picture, "--preprocess", "-1..1"]) == 1
    assert "scaled to −1..1 (as you said)" in capfd.readouterr().out
    assert main(["doctor", model, picture, "--target", "11"]) == 1
    assert "“class 11” has" in capfd.readouterr().out
    assert main(["doctor", model, picture, "--output-index", "1"]) == 1
    assert "output_index=1 is no output" in capfd.readouterr().out
    assert main(["doctor", model, picture, "--output", "value", "--unit", "years"]) <= 1
    assert "years" in capfd.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nothing.onnx"], "no model at 'nothing.onnx'"),
        ([str(FOLDER / "honest.keras"), "nothing.png"], "No picture at 'nothing.png'"),
        ([str(FOLDER / "honest.keras"), "--input-shape", "big"], "wanted is height,width"),
        ([str(FOLDER / "honest.keras"), "--output", "percentage"], "output='percentage'"),
        ([str(FOLDER / "honest.keras"), "--target", "cow"], "no class 'cow'"),
    ],
)
def test_the_doctor_says_what_it_cannot_use(
    arguments: list[str], words: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["doctor", *arguments]) == 2
    assert words in capfd.readouterr().err


def test_a_report_does_not_drive_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    report = "m\udcfc.onnx \x1b[2J cannot be read:\nno weights"
    monkeypatch.setattr("gridexplainer_widget.cli.main.examine", lambda _: (report, 2))
    assert main(["doctor"]) == 2
    assert capsys.readouterr().err == "m�.onnx \\x1b[2J cannot be read:\nno weights\n"
