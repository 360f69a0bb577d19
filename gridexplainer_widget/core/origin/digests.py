"""SHA-256 of files and of bytes."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

PIECE_BYTES: Final = 2**20


def digest_of_parts(parts: Iterable[bytes]) -> str:
    """Digest bytes and where each part ends."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "little") + part)
    return digest.hexdigest()


def files_digest(path: str | os.PathLike[str]) -> str:
    """Digest a file, or all files of a folder by their names."""
    path = Path(path).expanduser()
    if path.is_file():
        return _file_digest(path)
    files = sorted(one for one in path.rglob("*") if one.is_file())
    names = ((one.relative_to(path).as_posix(), _file_digest(one)) for one in files)
    return digest_of_parts(f"{name} {digest}".encode() for name, digest in names)


def _file_digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while piece := stream.read(PIECE_BYTES):
            digest.update(piece)
    return digest.hexdigest()
