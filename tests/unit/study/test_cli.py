"""Studies in the terminal."""

from pathlib import Path

import keras
import numpy as np
import pytest

from gridexplainer_widget.cli.main import main
from tests.support.studies import pictures_in


def saved(path: Path, *, flipped: bool = False) -> str:
    """Write a network of two classes: how bright the left half is, and the right."""
    model = keras.Sequential(
        [
            keras.Input((8, 8, 3)),
            keras.layers.Rescaling(1 / 255),
            keras.layers.Flatten(),
            keras.layers.Dense(2, "softmax"),
        ]
    )
    left = np.zeros((8, 8, 3, 2), np.float32)
    left[:, :4, :, 0] = left[:, 4:, :, 1] = 0.1
    model.set_weights([left.reshape(192, 2)[:, :: -1 if flipped else 1], np.zeros(2)])
    model.save(path)
    return str(path)


def test_a_study_its_shortcuts_and_its_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pictures_in(tmp_path / "photos", 4)
    model = saved(tmp_path / "model.keras")
    given = ["study", model, str(tmp_path / "photos"), "--out", str(tmp_path / "study")]
    report = tmp_path / "report.html"
    assert main([*given, "--grid", "2", "--shortcuts", "--report", str(report)]) == 0
    said = capsys.readouterr().out
    assert "pictures: 4 (0 failed)" in said
    assert "No place was found" in said
    assert report.is_file()
    (tmp_path / "photos" / "broken.png").write_bytes(b"no picture")
    assert main([*given, "--grid", "2"]) == 1
    assert "pictures: 5 (1 failed)" in capsys.readouterr().out
    assert main([*given, "--grid", "4"]) == 2
    assert "grid_size was [2, 2] and is [4, 4]" in capsys.readouterr().err


def test_what_another_model_changes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pictures_in(tmp_path / "photos", 4)
    old, same = saved(tmp_path / "old.keras"), saved(tmp_path / "same.keras")
    other = saved(tmp_path / "other.keras", flipped=True)
    photos = str(tmp_path / "photos")
    assert main(["diff", old, same, photos, "--grid", "2"]) == 0
    assert "Answers changed: 0 of 4" in capsys.readouterr().out
    out = tmp_path / "out"
    assert main(["diff", old, other, photos, "--grid", "2", "--out", str(out)]) == 1
    assert "Answers changed: 4 of 4" in capsys.readouterr().out
    assert (out / "new" / "run.json").is_file()
    assert main(["diff", old, str(tmp_path / "gone.keras"), photos]) == 2
    assert "There is no model" in capsys.readouterr().err
