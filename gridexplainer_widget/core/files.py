"""Write a file whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final

NOWHERE_BESIDE: Final = {errno.EACCES, errno.EPERM, errno.EROFS, errno.EBUSY, errno.EXDEV}
"""The folder takes no second file, or gives up none, such as the one that a container mounts."""

STREAMS: Final = ("/dev/std", "/dev/fd/", "/proc/")
"""A shell may have sent one of these to a file, which is to be written on."""


def write_file(path: str | os.PathLike[str], content: bytes) -> Path:
    """Write a file beside `path` and move it there; return the path.

    Whatever happens meanwhile, `path` holds what it held, or all of `content`. A link's target is
    written; permissions stay. Only a device, a pipe, and a file in a folder where nothing can be
    moved are written directly.
    """
    path = Path(path)
    before = _status(path)
    if before is not None and not _is_replaceable(path, before):
        path.write_bytes(content)
        return path
    try:
        _replace(Path(os.path.realpath(path)), content, before)
    except OSError as error:
        if before is None or error.errno not in NOWHERE_BESIDE:
            raise
        path.write_bytes(content)
    return path


def _status(path: Path) -> os.stat_result | None:
    try:
        return path.stat()
    except FileNotFoundError:
        return None


def _is_replaceable(path: Path, before: os.stat_result) -> bool:
    """Whether a file is regular and may be written, and is no stream that somebody has open."""
    stream = path.absolute().as_posix().startswith(STREAMS)
    return stat.S_ISREG(before.st_mode) and os.access(path, os.W_OK) and not stream


def _replace(target: Path, content: bytes, before: os.stat_result | None) -> None:
    beside = target.with_name(f".gridexplainer-{secrets.token_hex(8)}.tmp")
    try:
        with beside.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if before is not None:
            _keep_permissions(beside, before)
        beside.replace(target)
    except BaseException as error:
        with suppress(OSError):
            beside.unlink()
        if isinstance(error, OSError):
            error.filename, error.filename2 = os.fspath(target), None
        raise


def _keep_permissions(path: Path, before: os.stat_result) -> None:
    if hasattr(os, "chown"):
        with suppress(OSError):  # only root may give files away
            os.chown(path, before.st_uid, before.st_gid)
    path.chmod(stat.S_IMODE(before.st_mode))
