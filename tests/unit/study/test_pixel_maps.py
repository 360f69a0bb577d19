"""Maps of pixels beside the rows."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import zarr

from gridexplainer_widget import GridExplainer
from gridexplainer_widget.study.study import Study
from tests.support.models import brightness
from tests.support.studies import noise, tiny

METHODS = ["occlusion", ("rise", {"samples": 20})]


def explained(explainer: GridExplainer, out: Path) -> Study:
    pictures = [noise(number) for number in range(2)]
    return explainer.explain_all(pictures, out, methods=METHODS, pixels=True)


def test_they_are_those_of_explain(tmp_path: Path) -> None:
    explainer = tiny(brightness)
    study = explained(explainer, tmp_path)
    rows = study.table.to_pylist()
    assert len(rows) == 4
    for row in rows:
        name, options = ("rise", {"samples": 20}) if "RISE" in row["method"] else ("occlusion", {})
        alone = explainer.explain(noise(int(row["name"])), method=name, **options)
        found = Study.open(tmp_path).pixel_map(row)
        assert found.shape == (8, 8)
        assert np.array_equal(found, alone.pixel_values)
    group = zarr.open_group(str(tmp_path / "pixels.zarr"), mode="r")
    assert sorted(group.array_keys()) == sorted(
        f"{row['item']}-{number % 2}-{row['target']}" for number, row in enumerate(rows)
    )


def test_what_was_lost_with_its_row_is_written_again(tmp_path: Path) -> None:
    first = explained(tiny(brightness), tmp_path / "study")
    row = first.table.to_pylist()[0]
    before = first.pixel_map(row)
    shutil.rmtree(tmp_path / "study" / "records")
    (tmp_path / "study" / "records").mkdir()
    again = explained(tiny(brightness), tmp_path / "study")
    assert again.table.num_rows == 4
    assert np.array_equal(again.pixel_map(row), before)


def test_where_there_are_none(tmp_path: Path) -> None:
    study = tiny(brightness).explain_all([noise(0)], tmp_path / "without")
    with pytest.raises(ValueError, match=r"holds no maps of pixels: say explain_all\(…, pixels="):
        study.pixel_map(study.table.to_pylist()[0])
    with pytest.raises(ValueError, match="pixels was None and is True"):
        explained(tiny(brightness), tmp_path / "without")
    study = tiny(brightness).explain_all([b"none"], tmp_path / "broken", pixels=True)
    with pytest.raises(ValueError, match="'0' has no map"):
        study.pixel_map(study.table.to_pylist()[0])
