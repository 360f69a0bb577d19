"""Read arrays from .npz files of strangers: bounded before anything is allocated, no pickle."""

from __future__ import annotations

import io
import math
import os
import struct
import sys
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

END: Final = struct.Struct("<4s4H2LH")
"""A zip file's last record: signature, disks, members, size and place of the directory, comment."""

MAX_DIRECTORY_BYTES: Final = 2**16
"""Of a zip file's list of members; `zipfile` reads it whole."""

MAX_ARRAY_HEADER: Final = 1024
"""Characters; a plain array's has about 100."""

METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Of compression; the others cannot be unpacked piece by piece."""

KINDS: Final = "biufU"
"""Of plain dtypes: no objects, which would need pickle."""

PIECE_BYTES: Final = 2**20

CHECKED_AT_ONCE: Final = 2**20
"""Numbers, so that checking takes little memory."""

TOLERANCE: Final = 0.01
"""Allowed excess of numbers over their range."""


@dataclass(frozen=True)
class StoredArray:
    """An array that is not read yet."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    fortran: bool
    file: zipfile.ZipFile
    member: zipfile.ZipInfo
    start: int

    @property
    def nbytes(self) -> int:
        """Bytes in memory."""
        return math.prod(self.shape) * self.dtype.itemsize

    def check(
        self, name: str, shape: tuple[int, ...], dtypes: tuple[type[np.generic], ...]
    ) -> None:
        """Refuse another shape, or none of the dtypes."""
        if self.shape != shape or self.dtype not in dtypes:
            raise ValueError(
                f"its {name} is {self.dtype} {self.shape}, and {np.dtype(dtypes[0])} {shape} "
                "is wanted"
            )

    def read(self) -> NDArray[Any]:
        """Read the numbers, in the order of C.

        Raises
        ------
        ValueError, OSError, zlib.error, zipfile.BadZipFile
            They are damaged.
        """
        shape = self.shape[::-1] if self.fortran else self.shape
        array = np.empty(shape, self.dtype)
        if self.nbytes:
            with self.file.open(self.member) as stream:
                stream.read(self.start)
                _fill(array.reshape(-1).view(np.uint8), stream)
        _check_codes(array.reshape(-1))
        return np.ascontiguousarray(array.T) if self.fortran else array


@contextmanager
def stored_arrays(
    source: str | os.PathLike[str] | io.BytesIO, max_bytes: int
) -> Iterator[Mapping[str, StoredArray]]:
    """List the arrays of an .npz file that unpacks to at most `max_bytes`.

    Raises
    ------
    OSError
        The file cannot be read.
    ValueError, zipfile.BadZipFile
        It is damaged, or too large.
    """
    with source if isinstance(source, io.BytesIO) else Path(source).open("rb") as stream:
        _check_directory(stream)
        with zipfile.ZipFile(stream) as file:
            members = file.infolist()
            size = sum(member.file_size for member in members)
            if size > max_bytes:
                raise ValueError(
                    f"it would unpack to {size:,} bytes; at most {max_bytes:,} are read"
                )
            if len({member.filename for member in members}) < len(members):
                raise ValueError("a name stands twice in it")
            yield {m.filename.removesuffix(".npy"): _stored(file, m) for m in members}


def check_range(name: str, numbers: NDArray[Any], limit: float, *, may_lack: bool = False) -> None:
    """Refuse numbers beyond 0..`limit`; any finite one is well where the limit is infinite.

    With `may_lack`, a row (along the last axis) may be NaN as a whole.
    """
    rows = numbers.reshape(-1, numbers.shape[-1])
    least = -TOLERANCE if np.isfinite(limit) else -np.inf
    step = max(1, CHECKED_AT_ONCE // rows.shape[-1])
    for first in range(0, len(rows), step):
        part = rows[first : first + step]
        if may_lack:
            part = part[~np.isnan(part).all(axis=-1)]
        within = (part >= least) & (part <= limit + TOLERANCE) & np.isfinite(part)
        if not within.all():
            numbers_in = f"numbers in 0..{limit}" if np.isfinite(limit) else "finite numbers"
            raise ValueError(f"its {name} holds more than {numbers_in}")


def _check_directory(stream: Any) -> None:
    """Check what `zipfile` would believe without a bound."""
    size = stream.seek(0, os.SEEK_END)
    stream.seek(max(0, size - END.size - 20))
    tail = stream.read()
    if len(tail) < END.size or tail[-END.size :][:4] != b"PK\5\6":
        raise ValueError("it is no zip file, or does not end as one")
    _, _, _, _, members, directory, _, _ = END.unpack(tail[-END.size :])
    if directory > MAX_DIRECTORY_BYTES or tail[:4] == b"PK\6\7":
        raise ValueError(f"it lists {members} files or more, and holds some fifteen where sound")


def _stored(file: zipfile.ZipFile, member: zipfile.ZipInfo) -> StoredArray:
    """Read an array's header, and hold it against the size of the member."""
    name = member.filename[:40]
    if member.compress_type not in METHODS or member.flag_bits & 1:
        raise ValueError(f"its {name!r} is encrypted, or compressed in a way that NumPy does not")
    with file.open(member) as stream:
        if np.lib.format.read_magic(stream) != (1, 0):
            raise ValueError(f"its {name!r} is an array of another version")
        shape, fortran, dtype = np.lib.format.read_array_header_1_0(
            stream, max_header_size=MAX_ARRAY_HEADER
        )
        start = stream.tell()
    if dtype.kind not in KINDS or dtype.fields or dtype.subdtype:
        raise ValueError(f"its {name!r} holds {dtype}, and numbers are wanted: no pickle is read")
    found = StoredArray(shape, dtype, fortran, file, member, start)
    if min(shape, default=0) < 0 or found.nbytes != member.file_size - start:
        raise ValueError(f"its {name!r} is not as long as its shape {shape} says")
    return found


def _check_codes(array: NDArray[Any]) -> None:
    """Refuse codes of letters and truth values that NumPy takes and nothing else knows."""
    if not array.nbytes or array.dtype.kind not in "bU":
        return
    code, highest = ("u1", 1) if array.dtype.kind == "b" else ("u4", sys.maxunicode)
    if array.view(np.dtype(code).newbyteorder(array.dtype.byteorder)).max() > highest:
        raise ValueError("it holds a truth value or a letter that is none")


def _fill(array: NDArray[np.uint8], stream: Any) -> None:
    """Fill an array piece by piece; the stream checks its sum at the end."""
    rest = array.data
    while rest:
        count = stream.readinto(rest[:PIECE_BYTES])
        if not count:
            raise ValueError("it ends too early")
        rest = rest[count:]
    if stream.read(1):
        raise ValueError("it goes on too long")
