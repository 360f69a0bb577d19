"""``gridexplainer verify``."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gridexplainer_widget import GridExplainer
from tests.support.terminal import brightness, ran, white


@pytest.fixture
def given(tmp_path: Path) -> list[object]:
    model, picture = brightness(tmp_path / "model.onnx"), white(tmp_path / "picture.png")
    explainer = GridExplainer(model, 2, fill="black", labels=["dark", "bright"])
    case = explainer.explain(picture, "bright").report(tmp_path / "case.html")
    return [case, "--model", model, "--picture", picture]


def test_the_same_ends_with_0(given: list[object]) -> None:
    result = ran("verify", *given)
    assert result.exit_code == 0
    assert result.stdout.startswith("The same: what the page records comes out again.")
    assert "✓ model's file" in result.stdout
    assert "✓ picture's file" in result.stdout
    found = json.loads(ran("verify", *given, "--json").stdout)
    assert found["verdict"] == "same"
    assert found["command"] == "verify"
    assert found["cells"] == []
    assert len(found["page_sha256"]) == len(found["data_sha256"]) == 64


def test_what_differs_ends_with_1_and_says_where(given: list[object], tmp_path: Path) -> None:
    pixels = np.full((8, 8, 3), 255, np.uint8)
    pixels[0, 0] = 0
    Image.fromarray(pixels).save(tmp_path / "picture.png")
    result = ran("verify", *given)
    assert result.exit_code == 1
    assert "✕ picture's file" in result.stdout
    assert "alone, row 1, column 1: recorded 1, now 0.9375" in result.stdout
    found = json.loads(ran("verify", *given, "--json").stdout)
    assert found["verdict"] == "differs"
    [cell] = [one for one in found["cells"] if one["map"] == "alone"]
    assert (cell["row"], cell["column"]) == (0, 0)
    assert (cell["recorded"], cell["now"]) == pytest.approx((1, 0.9375), abs=1e-6)


def test_any_byte_of_the_models_file_counts(given: list[object], tmp_path: Path) -> None:
    model = tmp_path / "model.onnx"
    model.write_bytes(model.read_bytes().replace(b"brightness", b"brightnesz"))
    result = ran("verify", *given)
    assert result.exit_code == 1
    assert "✕ model's file" in result.stdout
    assert "✓ map" in result.stdout


@pytest.mark.parametrize("missing", [0, 2, 4])
def test_what_is_not_there_ends_with_2(given: list[object], missing: int) -> None:
    given[missing] = "nothing.onnx"
    result = ran("verify", *given)
    assert result.exit_code == 2
    assert "nothing.onnx" in result.stdout + result.stderr
