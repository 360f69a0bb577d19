"""Studies in the terminal."""

import json
from pathlib import Path

import keras
import numpy as np

from tests.support.studies import pictures_in
from tests.support.terminal import ran


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


def test_a_study_its_shortcuts_and_its_report(tmp_path: Path) -> None:
    pictures_in(tmp_path / "photos", 4)
    model = saved(tmp_path / "model.keras")
    given = ["study", model, tmp_path / "photos", "--out", tmp_path / "study"]
    report = tmp_path / "report.html"
    done = ran(*given, "--grid", "2", "--shortcuts", "--report", report)
    assert done.exit_code == 0
    assert "pictures: 4 (0 failed)" in done.stdout
    assert "No place was found" in done.stdout
    assert report.is_file()
    record = json.loads(ran(*given, "--grid", "2", "--shortcuts", "--json").stdout)
    assert (record["errors"], record["shortcuts"], record["report"]) == (0, [], None)
    assert {"what": "pictures", "number": "4", "reads": "0 failed"} in record["figures"]
    (tmp_path / "photos" / "broken.png").write_bytes(b"no picture")
    failed = ran(*given, "--grid", "2")
    assert failed.exit_code == 1
    assert "pictures: 5 (1 failed)" in failed.stdout
    another = ran(*given, "--grid", "4")
    assert another.exit_code == 2
    assert "grid_size was [2, 2] and is [4, 4]" in another.stderr


def test_what_another_model_changes(tmp_path: Path) -> None:
    pictures_in(tmp_path / "photos", 4)
    old, same = saved(tmp_path / "old.keras"), saved(tmp_path / "same.keras")
    other = saved(tmp_path / "other.keras", flipped=True)
    photos = tmp_path / "photos"
    nothing = ran("diff", old, same, photos, "--grid", "2")
    assert nothing.exit_code == 0
    assert "Answers changed: 0 of 4" in nothing.stdout
    out = tmp_path / "out"
    changed = ran("diff", old, other, photos, "--grid", "2", "--out", out, "--json")
    assert changed.exit_code == 1
    record = json.loads(changed.stdout)
    assert (record["changed"], record["pictures"], len(record["answers_changed"])) == (True, 4, 4)
    assert record["answers_changed"][0]["old"] != record["answers_changed"][0]["new"]
    assert (out / "new" / "run.json").is_file()
    gone = ran("diff", old, tmp_path / "gone.keras", photos)
    assert gone.exit_code == 2
    assert "There is no model" in gone.stderr
