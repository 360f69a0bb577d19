"""A study by several processes."""

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gridexplainer_widget.study.records.pool import THREADS, _told
from tests.support.models import brightness
from tests.support.studies import SIDE, dying, noise, pictures_in, tiny

ROWS = ("name", "item", "values", "probability", "error")


def test_several_processes_write_the_rows_of_one(tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    pictures_in(photos, 3)
    one = tiny(brightness).explain_all(photos, tmp_path / "one", pixels=True)
    two = tiny(brightness).explain_all(photos, tmp_path / "two", workers=2, pixels=True)
    assert one.table.select(ROWS).equals(two.table.sort_by("name").select(ROWS))
    for row in one.table.to_pylist():
        assert np.array_equal(one.pixel_map(row), two.pixel_map(row))
    pictures_in(photos, 4)
    again = tiny(brightness).explain_all(photos, tmp_path / "two", workers=1, pixels=True)
    assert again.table["name"].to_pylist()[-1] == "003.png"
    assert again.table.num_rows == 4


def test_a_process_that_dies_costs_its_picture_alone(tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    deadly = pictures_in(photos, 3)[1]
    red = np.array(noise(1))
    red[0, 0] = (255, 0, 0)
    Image.fromarray(red).save(deadly)
    study = tiny(dying).explain_all([noise(9)], tmp_path / "study")  # its check is not the point
    study = tiny(dying).explain_all(photos, tmp_path / "study", workers=1)
    errors = dict(zip(*(study.table[name].to_pylist() for name in ("name", "error")), strict=True))
    assert "died twice" in errors.pop("001.png")
    assert errors == dict.fromkeys(["0", "000.png", "002.png"])


def test_processes_begin_with_their_share_of_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in THREADS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", "3")  # said by the user
    with _told(2):
        inside = [os.environ[name] for name in THREADS]
    assert inside == ["3", "2", "2", "2"]
    assert [os.environ.get(name) for name in THREADS] == ["3", None, None, None]


def test_what_cannot_be_copied_is_told(tmp_path: Path) -> None:
    explainer = tiny(lambda batch: np.full((len(batch), 2), 0.5))
    with pytest.raises(TypeError, match=r"workers=2 gives each process a copy of model="):
        explainer.explain_all([noise(0)], tmp_path, workers=2)


class Forgetful:
    """Another model once it was pickled."""

    def __init__(self) -> None:
        self.step = 1

    def __call__(self, batch: np.ndarray) -> np.ndarray:
        return brightness(batch)[:, :: self.step]

    def __getstate__(self) -> dict[str, int]:
        return {"step": -self.step}


def test_a_copy_that_answers_otherwise_is_told(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="cannot use the model: ModelChangedError"):
        tiny(Forgetful()).explain_all([np.zeros((SIDE, SIDE, 3))], tmp_path, workers=1)
