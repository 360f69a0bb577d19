"""What a study can be of."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from gridexplainer_widget.study.records.sources import by_name, sources_of
from tests.support.studies import noise, pictures_in


def test_a_folder_is_read_by_name_and_to_its_depths(tmp_path: Path) -> None:
    pictures_in(tmp_path / "b", 2)
    pictures_in(tmp_path, 1)
    (tmp_path / "notes.txt").write_text("no picture")
    assert [one.name for one in sources_of(tmp_path)] == ["000.png", "b/000.png", "b/001.png"]
    assert [one.name for one in sources_of(str(tmp_path / "b"))] == ["000.png", "001.png"]


def test_a_pattern(tmp_path: Path) -> None:
    paths = pictures_in(tmp_path / "deep" / "deeper", 2)
    found = sources_of(f"{tmp_path}/**/*1.png")
    assert [one.path for one in found] == [str(paths[1])]


def test_pictures_and_tuples() -> None:
    mask = np.ones((8, 8), np.bool_)
    first, second, third = sources_of([noise(0), (noise(1), "cat"), ("c.png", 2, mask)])
    assert (first.name, first.label, first.path) == ("0", None, "")
    assert (second.name, second.label, second.mask) == ("1", "cat", None)
    assert (third.name, third.label, third.path) == ("c.png", 2, "c.png")
    assert third.mask is mask


def test_a_frame_with_gaps() -> None:
    frame = pd.DataFrame({"n": [1, 2], "Path": ["a.png", "b.png"], "label": ["cat", None]})
    first, second = sources_of(frame)
    assert (first.path, first.label) == ("a.png", "cat")
    assert (second.path, second.label, second.mask) == ("b.png", None, None)


class Image:
    """As datasets' feature."""


class ClassLabel:
    names = ("cat", "dog")


class Dataset:
    column_names = ("picture", "animal")
    features: dict[str, Any] = {"picture": Image(), "animal": ClassLabel()}  # noqa: RUF012

    def __len__(self) -> int:
        return 3

    def __getitem__(self, index: int) -> dict[str, Any]:
        return {"picture": noise(index), "animal": (1, 0, -1)[index]}


def test_a_hugging_face_dataset_is_read_one_by_one() -> None:
    found = sources_of(Dataset())
    assert [one.label for one in found] == ["dog", "cat", None]
    assert [one.name for one in found[1:]] == ["1", "2"]
    with pytest.raises(IndexError):
        found[3]


def test_a_datasets_pictures_are_found_by_name_and_not_held() -> None:
    asked = []

    class Counting(Dataset):
        def __getitem__(self, index: int) -> dict[str, Any]:
            asked.append(index)
            return super().__getitem__(index)

    found = by_name(sources_of(Counting()))
    for name in ("3", "01", "-1", "a.png", "", "1" * 5000):
        assert found.get(name) is None
    assert asked == []
    second = found.get("1")
    assert second is not None
    assert second.label == "cat"
    assert asked == [1]


@pytest.mark.parametrize(
    ("given", "kind", "words"),
    [
        ("/no/such/folder", FileNotFoundError, "no folder"),
        ([], ValueError, "no picture"),
        (7, TypeError, "int holds no pictures"),
        ([("a.png", 1, None, 2)], ValueError, "tuple of 4"),
        (pd.DataFrame({"x": [1]}), ValueError, "none is named path"),
    ],
)
def test_what_is_no_source(given: Any, kind: type[Exception], words: str) -> None:
    with pytest.raises(kind, match=words):
        sources_of(given)
