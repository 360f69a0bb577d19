"""A file is there whole, new or as it was."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from gridexplainer_widget.core import files
from gridexplainer_widget.core.files import write_file

OLD, NEW = b"old", b"new, and longer"


def files_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def old(tmp_path: Path) -> Path:
    path = tmp_path / "map.npz"
    path.write_bytes(OLD)
    return path


def test_a_new_file_is_made_as_any_other(tmp_path: Path) -> None:
    (tmp_path / "usual").write_bytes(b"")
    path = tmp_path / "map.npz"
    assert write_file(str(path), NEW) == path
    assert path.read_bytes() == NEW
    assert path.stat().st_mode == (tmp_path / "usual").stat().st_mode
    assert files_in(tmp_path) == ["map.npz", "usual"]


def test_an_old_one_is_replaced_and_keeps_its_permissions(old: Path) -> None:
    old.chmod(0o640)
    write_file(old, NEW)
    assert old.read_bytes() == NEW
    assert stat.S_IMODE(old.stat().st_mode) == 0o640
    assert files_in(old.parent) == [old.name]


@pytest.mark.parametrize(
    "failure",
    [OSError(errno.ENOSPC, "no space"), KeyboardInterrupt(), SystemExit(), MemoryError()],
    ids=repr,
)
@pytest.mark.parametrize("step", ["fsync", "chmod", "replace"])
def test_a_failure_leaves_the_old_file_and_no_other(
    old: Path, monkeypatch: pytest.MonkeyPatch, failure: BaseException, step: str
) -> None:
    def fail(*_: object) -> None:
        raise failure

    monkeypatch.setattr(files.os if step == "fsync" else Path, step, fail)
    with pytest.raises(type(failure)):
        write_file(old, NEW)
    monkeypatch.undo()
    assert old.read_bytes() == OLD
    assert files_in(old.parent) == [old.name]


def test_a_full_disk_is_told_with_the_name_that_was_given(old: Path) -> None:
    program = f"""
import errno, resource, signal
from gridexplainer_widget.core.files import write_file
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
try:
    write_file({str(old)!r}, bytes(1_000_000))
except OSError as error:
    print(error.errno == errno.EFBIG, error.filename == {str(old)!r})
"""
    said = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True
    )
    assert said.stdout == "True True\n", said.stderr
    assert old.read_bytes() == OLD
    assert files_in(old.parent) == [old.name]


def test_a_missing_folder_is_told_by_the_name_that_was_given(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "map.npz"
    with pytest.raises(FileNotFoundError) as caught:
        write_file(path, NEW)
    assert caught.value.filename == str(path)


@pytest.mark.parametrize("there", [True, False])
def test_what_a_link_points_to_is_written(old: Path, there: bool) -> None:
    link = old.with_name("link.npz")
    link.symlink_to(old.name)
    if not there:
        old.unlink()
    assert write_file(link, NEW) == link
    assert link.is_symlink()
    assert old.read_bytes() == NEW
    assert files_in(old.parent) == ["link.npz", "map.npz"]


def test_a_link_to_itself_and_a_folder_are_no_files(tmp_path: Path) -> None:
    loop = tmp_path / "loop"
    loop.symlink_to("loop")
    for path in (loop, tmp_path):
        with pytest.raises(OSError, match=str(path)):
            write_file(path, NEW)
    assert files_in(tmp_path) == ["loop"]


def test_a_name_as_long_as_names_may_be_is_written(tmp_path: Path) -> None:
    path = tmp_path / ("n" * 251 + ".npz")
    write_file(path, NEW)
    assert path.read_bytes() == NEW


def test_a_pipe_takes_the_content(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    write_file(pipe, NEW)
    reader.join(20)
    assert read == [NEW]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


@pytest.mark.parametrize("into", ["pipe", "file"])
def test_a_stream_stays_the_one_that_was_open(tmp_path: Path, into: str) -> None:
    program = f"""
from gridexplainer_widget.core.files import write_file
for stream in ("/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "/dev/null"):
    write_file(stream, {NEW!r})
"""
    path = tmp_path / "out"
    with path.open("wb") as file:
        where = file if into == "file" else subprocess.PIPE
        ended = subprocess.run([sys.executable, "-c", program], stdout=where, check=True)
    assert (path.read_bytes() if into == "file" else ended.stdout) == (
        NEW if into == "file" else 3 * NEW
    )
    assert files_in(tmp_path) == ["out"]


@pytest.mark.parametrize("code", [errno.EACCES, errno.EBUSY])
def test_a_file_beside_which_nothing_can_be_put_is_written_where_it_is(
    old: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def fail(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(Path, "replace", fail)
    inode = old.stat().st_ino
    write_file(old, NEW)
    assert (old.read_bytes(), old.stat().st_ino) == (NEW, inode)
    assert files_in(old.parent) == [old.name]
    with pytest.raises(OSError, match=os.strerror(code)):
        write_file(old.with_name("new.npz"), NEW)


def test_a_file_that_may_not_be_written_is_not_replaced(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files.os, "access", lambda *_: False)  # as for anybody but root

    def refuse(*_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "write_bytes", refuse)
    with pytest.raises(PermissionError):
        write_file(old, NEW)
    assert old.read_bytes() == OLD
