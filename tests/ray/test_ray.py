"""A study by Ray itself."""

from pathlib import Path

from tests.support.models import brightness
from tests.support.studies import pictures_in, tiny

ROWS = ("name", "item", "values", "probability", "error")


def test_ray_writes_the_rows_of_one_process(tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    pictures_in(photos, 6)
    (photos / "broken.png").write_bytes(b"no picture")
    one = tiny(brightness).explain_all(photos, tmp_path / "one")
    many = tiny(brightness).explain_all(photos, tmp_path / "ray", workers="ray")
    assert one.table.sort_by("name").select(ROWS).equals(many.table.sort_by("name").select(ROWS))
    again = tiny(brightness).explain_all(photos, tmp_path / "ray", workers="ray")
    assert again.table.num_rows == 7
