"""Rows are on disk as soon as their picture is done, and no half row is ever read."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any, Final

from .schema import arrow

FULL: Final = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}

SUFFIX: Final = ".arrows"
"""Of a file in Arrow's stream format: it can be read up to the last whole message."""


class Journal:
    """A file that grows by the rows of one picture at a time.

    Each addition goes to the operating system as one write: a process that is killed loses none
    that came before.
    """

    def __init__(self, path: Path, schema: Any) -> None:
        self.path, self._pa = path, arrow()
        self.rows = 0
        self._file = path.open("xb", buffering=0)
        self._write(bytes(schema.serialize()))

    def add(self, table: Any) -> None:
        """Append rows.

        Raises
        ------
        OSError
            The disk is full; what was added before stays.
        """
        for batch in table.combine_chunks().to_batches():
            self._write(bytes(batch.serialize()))
            self.rows += batch.num_rows

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _write(self, content: bytes) -> None:
        done = 0
        try:
            while done < len(content):
                done += self._file.write(content[done:])
        except OSError as error:
            if error.errno in FULL:
                folder = os.fspath(self.path.parent)
                raise OSError(
                    error.errno,
                    f"There is no space left in {folder!r}. All pictures that were done are kept: "
                    "make room, and the same call goes on",
                ) from error
            raise


def read_journal(path: Path, schema: Any) -> Any:
    """Read the whole rows of a journal; what a killed process left at its end is passed over."""
    pa = arrow()
    batches = []
    with path.open("rb") as stream:
        try:
            reader = pa.ipc.open_stream(stream)
            while True:
                batches.append(reader.read_next_batch())
        except StopIteration:
            pass
        except (pa.ArrowException, OSError):
            pass
    return pa.Table.from_batches(batches, schema=schema)
