"""What Ray is given and what is made of its answers; tests/ray asks Ray itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from gridexplainer_widget.study.records import ray_actors
from gridexplainer_widget.study.records.pool import THREADS
from tests.support.models import brightness
from tests.support.studies import pictures_in, tiny

ROWS = ("name", "item", "values", "probability", "error")


@dataclass
class Ray:
    """Ray and Ray Data, as far as a study speaks to them, in this process."""

    actors: list[int] = field(default_factory=list)
    batches: list[int] = field(default_factory=list)
    begun: bool = False

    def is_initialized(self) -> bool:
        return self.begun

    def init(self, **_: Any) -> None:
        self.begun = True

    def cluster_resources(self) -> dict[str, float]:
        return {"CPU": 2.0}

    def ActorPoolStrategy(self, size: int) -> None:
        self.actors.append(size)

    def from_items(self, items: list[Any], override_num_blocks: int) -> Rows:
        return Rows(self, items, override_num_blocks)


@dataclass
class Rows:
    ray: Ray
    items: list[Any]
    blocks: int
    tables: list[Any] = field(default_factory=list)

    def map_batches(
        self, made: Any, *, fn_constructor_args: tuple[Any, ...], batch_size: int, **_: Any
    ) -> Rows:
        actor = made(*fn_constructor_args)
        given = pa.Table.from_pylist(self.items)
        parts = [given.slice(at, batch_size) for at in range(0, len(given), batch_size)]
        assert len(parts) == self.blocks
        self.ray.batches += map(len, parts)
        self.tables = [actor(part) for part in parts]
        return self

    def iter_batches(self, **_: Any) -> Iterator[Any]:
        yield pa.concat_tables(self.tables)  # Ray joins batches as it likes


@pytest.fixture
def ray(monkeypatch: pytest.MonkeyPatch) -> Ray:
    ray = Ray()
    monkeypatch.setattr(ray_actors, "framework", lambda *_: ray)
    for name in THREADS:  # an actor sets them in its process, which is this one here
        monkeypatch.setenv(name, "1")
    return ray


def test_rows_are_those_of_one_process(ray: Ray, tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    pictures_in(photos, 6)
    (photos / "broken.png").write_bytes(b"no picture")
    one = tiny(brightness).explain_all(photos, tmp_path / "one", pixels=True)
    many = tiny(brightness).explain_all(photos, tmp_path / "ray", workers="ray", pixels=True)
    assert one.table.sort_by("name").select(ROWS).equals(many.table.sort_by("name").select(ROWS))
    row = next(row for row in one.table.to_pylist() if row["error"] is None)
    assert np.array_equal(one.pixel_map(row), many.pixel_map(row))
    assert (ray.begun, ray.actors, ray.batches) == (True, [2], [4, 3])


def test_what_is_done_is_not_asked_again(ray: Ray, tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    pictures_in(photos, 5)
    for _ in range(2):
        table = tiny(brightness).explain_all(photos, tmp_path / "ray", workers="ray").table
        assert table.num_rows == 5
    assert ray.batches == [4, 1]
