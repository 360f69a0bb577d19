"""``gridexplainer check``."""

import json
from pathlib import Path

import pytest

from gridexplainer_widget.demo.demo import FOLDER
from tests.support.terminal import ran

MODEL = FOLDER / "honest.keras"


def test_the_embedded_classifier_and_what_is_installed() -> None:
    result = ran("check")
    assert result.exit_code == 0
    assert "tensorflow 2." in result.stdout
    assert "✓ Outputs      Probabilities of 12 classes" in result.stdout
    assert "nothing wrong was found" in result.stdout
    found = json.loads(ran("check", "--json").stdout)
    assert found["verdict"] == "ok"
    assert found["packages"]["tensorflow"].startswith("2.")


def test_a_model_of_yours(tmp_path: Path) -> None:
    labels = tmp_path / "labels.json"
    labels.write_text(json.dumps({"5": "a fish"}))
    given = ["check", MODEL, next((FOLDER / "pictures" / "honest").glob("fish.png"))]
    named = ran(*given, "--labels", labels, "--target", "a fish")
    assert named.exit_code == 0
    assert "“a fish” is well above chance" in named.stdout
    for more, words in [
        (["--output", "logits"], 'Say output="softmax"'),
        (["--preprocess", "-1..1"], "scaled to −1..1 (as you said)"),
        (["--target", "11"], "“class 11” has"),
        (["--output-index", "1"], "output_index=1 is no output"),
    ]:
        result = ran(*given, *more)
        assert result.exit_code == 1, more
        assert words in result.stdout
    assert "years" in ran(*given, "--output", "value", "--unit", "years").stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nothing.onnx"], "no model at 'nothing.onnx'"),
        ([MODEL, "nothing.png"], "No picture at 'nothing.png'"),
        ([MODEL, "--size", "big"], "wanted is a number"),
        ([MODEL, "--output", "percentage"], "output='percentage'"),
        ([MODEL, "--target", "cow"], "no class 'cow'"),
    ],
)
def test_what_cannot_be_used_is_told(arguments: list[object], words: str) -> None:
    result = ran("check", *arguments)
    assert result.exit_code == 2
    assert words in result.stderr
