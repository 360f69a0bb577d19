"""A study whose process is killed again and again."""

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gridexplainer_widget.study.study import Study
from tests.support.sizes import sized
from tests.support.studies import pictures_in

PICTURES = 24

CODE = """
import sys
from tests.support.studies import slow, tiny
if __name__ == "__main__":
    print("ready", flush=True)
    tiny(slow).explain_all(sys.argv[1], sys.argv[2], workers=eval(sys.argv[3]))
"""


def begun(photos: Path, out: Path, workers: object) -> subprocess.Popen[bytes]:
    script = out.with_suffix(".py")
    script.write_text(CODE)
    given = [sys.executable, str(script), str(photos), str(out), str(workers)]
    environment = {"PYTHONPATH": str(Path(__file__).parents[3]), "PATH": "/usr/bin"}
    process = subprocess.Popen(
        given, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    return process


@pytest.mark.parametrize("workers", sized([None], [None, 2]))
def test_nothing_is_lost_twice(tmp_path: Path, workers: int | None) -> None:
    photos, out = tmp_path / "photos", tmp_path / "study"
    names = [path.name for path in pictures_in(photos, PICTURES)]
    rng = random.Random(0)
    written: dict[str, int] = {}
    for _ in range(sized(4, 20)):
        process = begun(photos, out, workers)
        time.sleep(rng.uniform(0, 1.2))  # wherever it may be
        process.kill()
        process.communicate()
        if (out / "run.json").exists():
            rows = Study.open(out).table.to_pylist()
            now = {row["name"]: row["written"] for row in rows}
            assert len(now) == len(rows)
            assert written.items() <= now.items(), "a row that was there is gone, or was made again"
            written = now
    process = begun(photos, out, workers)
    assert process.wait() == 0, process.communicate()
    rows = Study.open(out).table.to_pylist()
    assert sorted(row["name"] for row in rows) == names
    assert written.items() <= {row["name"]: row["written"] for row in rows}.items()
    assert all(row["error"] is None and len(row["values"]) == 4 for row in rows)
