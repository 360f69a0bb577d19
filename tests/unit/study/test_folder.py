"""What is on disk, whatever happened."""

import errno
from pathlib import Path
from typing import Any

import pytest

from gridexplainer_widget import ModelChangedError
from gridexplainer_widget.study.records.folder import StudyFolder
from gridexplainer_widget.study.records.identity import Identity
from gridexplainer_widget.study.records.journal import Journal, read_journal
from gridexplainer_widget.study.records.schema import schema_of, table_of

GRID = (2, 2)
IDENTITY = Identity("w", "c", {"grid_size": [2, 2], "seed": 0}, [[0.25, 0.75]])


def table(item: str, written: int = 0, **more: Any) -> Any:
    return table_of([{"item": item, "written": written, "retry": False, **more}], GRID)


def opened(path: Path, identity: Identity = IDENTITY) -> StudyFolder:
    return StudyFolder.begin(path, identity, {})


def written(folder: StudyFolder, *tables: Any) -> None:
    with folder.writing(lambda: None) as write:
        for one in tables:
            write(one)


def items(folder: StudyFolder) -> list[str]:
    found: list[str] = folder.table()["item"].to_pylist()
    return found


def test_a_journal_cut_anywhere_has_its_whole_rows(tmp_path: Path) -> None:
    path, cut = tmp_path / "part-000000.arrows", tmp_path / "cut.arrows"
    journal = Journal(path, schema_of(GRID))
    sizes = []
    for number in range(3):
        journal.add(table(str(number), values=[1.0, 2.0, 3.0, 4.0], notes=["a", "b"]))
        sizes.append(path.stat().st_size)
    journal.close()
    content = path.read_bytes()
    ends = [size + step for size in sizes for step in (-9, -1, 0, 1) if size + step <= len(content)]
    for size in (*range(0, len(content), 97), *ends):
        cut.write_bytes(content[:size])
        rows = read_journal(cut, schema_of(GRID))
        assert rows.num_rows == sum(size >= whole for whole in sizes)
        assert rows["item"].to_pylist() == [str(number) for number in range(rows.num_rows)]


def test_rows_are_there_before_the_end(tmp_path: Path) -> None:
    folder = opened(tmp_path)
    with folder.writing(lambda: None) as write:
        write(table("a"))
        assert items(StudyFolder.open(tmp_path)) == ["a"]
        write(table("b"))
    assert items(folder) == ["a", "b"]
    assert [one.name for one in folder.records.glob("part-*")] == ["part-000000.parquet"]


def test_what_a_killed_process_left_becomes_a_part(tmp_path: Path) -> None:
    folder = opened(tmp_path)
    left = Journal(folder.records / "part-000000.arrows", folder.schema)
    left.add(table("a"))
    left._write(b"half a row")
    (folder.records / ".gridexplainer-00.tmp").write_bytes(b"half a part")
    written(folder, table("b"))
    assert items(folder) == ["a", "b"]
    names = sorted(one.name for one in folder.records.iterdir())
    assert names == [".lock", "part-000000.parquet", "part-000001.parquet"]


def test_a_part_that_was_made_is_not_made_again(tmp_path: Path) -> None:
    folder = opened(tmp_path)
    written(folder, table("a"))
    again = Journal(folder.records / "part-000000.arrows", folder.schema)  # killed before unlink
    again.add(table("a"))
    assert items(folder) == ["a"]
    written(folder)
    assert items(folder) == ["a"]
    assert not list(folder.records.glob("*.arrows"))


def test_of_several_attempts_the_latest_that_did_not_fail_counts(tmp_path: Path) -> None:
    folder = opened(tmp_path)
    written(
        folder,
        table("a", 1, retry=True, error="no"),
        table("b", 2, name="first"),
        table("a", 3, name="good"),
        table("b", 4, name="second"),
        table("b", 5, retry=True, error="no"),
        table("c", 6, retry=True, error="no", seen="c as it was"),
        table("d", 7, seen="d as it was"),
    )
    rows = folder.table(["item", "name", "error"]).to_pylist()
    assert [(row["item"], row["name"], row["error"]) for row in rows] == [
        ("a", "good", None),
        ("b", "second", None),
        ("c", None, "no"),
        ("d", None, None),
    ]
    done = folder.done()
    assert (done.items, done.seen, done.errors) == (
        {"a", "b", "d"},
        {"d as it was"},
        {"c": "no"},
    )
    assert done.tells(table("c", 8, error="no"))
    assert not done.tells(table("c", 8, error="other"))
    assert not done.tells(table("a", 8))


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (Identity("x", "c", IDENTITY.settings, IDENTITY.answers), "weights are others"),
        (Identity("w", "d", {"grid_size": [2, 2], "seed": 1}, []), "seed was 0 and is 1"),
        (Identity("w", "c", IDENTITY.settings, [[0.3, 0.7]]), "answers otherwise"),
    ],
)
def test_two_studies_never_mix(tmp_path: Path, other: Identity, words: str) -> None:
    opened(tmp_path)
    opened(tmp_path, Identity("w", "c", IDENTITY.settings, [[0.250001, 0.749999]]))
    with pytest.raises(ValueError, match=words):
        opened(tmp_path, other)


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("all of it")
    with pytest.raises(ValueError, match="other files"):
        opened(tmp_path)


def test_a_folder_that_was_just_begun_is_no_other(tmp_path: Path) -> None:
    (tmp_path / "records").mkdir()  # killed before run.json
    (tmp_path / ".gridexplainer-00.tmp").write_bytes(b"half a record")
    assert items(opened(tmp_path)) == []


def test_one_writes_at_a_time(tmp_path: Path) -> None:
    folder = opened(tmp_path)
    with folder.writing(lambda: None), pytest.raises(BlockingIOError, match="Another process"):
        written(opened(tmp_path))


def test_what_may_not_be_kept_is_not(tmp_path: Path) -> None:
    folder = opened(tmp_path)
    written(folder, table("a"))

    def refuse() -> None:
        raise ModelChangedError("another model")

    with pytest.raises(ModelChangedError, match="another model"), folder.writing(refuse) as write:
        write(table("b"))
    assert items(folder) == ["a"]


class Full:
    """A file on a disk that has room for some bytes."""

    def __init__(self, room: int, file: Any) -> None:
        self.room, self.file = room, file

    def write(self, content: bytes) -> int:
        if self.room == 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        done = self.file.write(content[: self.room])
        self.room -= done
        return int(done)

    def close(self) -> None:
        self.file.close()


def test_a_full_disk_leaves_what_was_done(tmp_path: Path) -> None:
    folder = opened(tmp_path)

    def fill() -> None:
        with folder.writing(lambda: None) as write:
            write(table("a"))
            journal = write.__self__._journal  # type: ignore[attr-defined]
            journal._file = Full(100, journal._file)
            write(table("b"))

    with pytest.raises(OSError, match="make room"):
        fill()
    assert items(folder) == ["a"]
    written(folder, table("b"))
    assert items(folder) == ["a", "b"]


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"format": 7, "identity": {}}'])
def test_a_damaged_record_is_told(tmp_path: Path, content: str) -> None:
    (tmp_path / "run.json").write_text(content)
    with pytest.raises(ValueError, match="run.json"):
        StudyFolder.open(tmp_path)


def test_no_study(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="There is no study"):
        StudyFolder.open(tmp_path)
