"""A page → its data and what it says of itself; the file may be anybody's."""

from __future__ import annotations

import binascii
import hashlib
import io
import os
import re
from base64 import b64decode
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from gridexplainer_widget.core.untrusted.plain_json import as_mapping, read_json

from .marks import DATA, END, FACTS, FACTS_END, SEAL, SEAL_END, UNSEALED

MAX_PAGE_BYTES: Final = 2**29
"""More than a page of the largest explanation that is written."""

MAX_FACTS_BYTES: Final = 2**24

HEAD: Final = b"<!doctype html>"

_SEALED: Final = re.compile(f"{SEAL}([0-9a-f]{{64}}){SEAL_END}".encode())


@dataclass(frozen=True)
class CasePage:
    """What a page holds.

    Parameters
    ----------
    data : bytes
        Of the explanation.
    facts : mapping
        What it tells beside them.
    digest : str
        SHA-256 of the file.
    is_as_written : bool
        Whether its own digest is right.
    """

    data: bytes
    facts: dict[str, Any]
    digest: str
    is_as_written: bool

    @property
    def data_digest(self) -> str:
        """SHA-256 of the data."""
        return hashlib.sha256(self.data).hexdigest()


def read_case(path: str | os.PathLike[str]) -> CasePage:
    """Read a page that :meth:`~..explanation.Explanation.report` wrote; run nothing of it.

    Raises
    ------
    FileNotFoundError
        There is no such file.
    ValueError
        It is no such page, or too large.
    """
    page = _read(path)
    try:
        data = b64decode(_between(page, DATA, END, "data"), validate=True)
        facts = _between(page, FACTS, FACTS_END, "facts")
        record = as_mapping(read_json(facts.decode("ascii")), "facts")
    except (ValueError, TypeError, binascii.Error) as error:
        raise ValueError(
            f"{os.fspath(path)!r} is no report that can be read: {error}. Wanted is a page that "
            "explanation.report() wrote."
        ) from error
    return CasePage(data, record, hashlib.sha256(page).hexdigest(), _is_as_written(page))


def archive_in(path: str | os.PathLike[str]) -> str | os.PathLike[str] | io.BytesIO:
    """Return the data of a page, and any other path as it is."""
    with Path(path).open("rb") as stream:
        is_page = stream.read(len(HEAD)).lower() == HEAD
    return io.BytesIO(read_case(path).data) if is_page else path


def _read(path: str | os.PathLike[str]) -> bytes:
    try:
        with Path(path).open("rb") as stream:
            page = stream.read(MAX_PAGE_BYTES + 1)
    except FileNotFoundError:
        raise FileNotFoundError(
            f"There is no file {os.fspath(path)!r}. Wanted is a page that explanation.report() "
            "wrote."
        ) from None
    if len(page) > MAX_PAGE_BYTES:
        raise ValueError(
            f"{os.fspath(path)!r} has more than {MAX_PAGE_BYTES:,} bytes, which no report has."
        )
    return page


def _between(page: bytes, start: str, end: str, name: str) -> bytes:
    """Find what stands once between two marks."""
    if page.count(start.encode()) != 1:
        raise ValueError(
            f"it holds {page.count(start.encode())} parts named {name}, and one wanted"
        )
    first = page.index(start.encode()) + len(start)
    last = page.find(end.encode(), first)
    if last < 0:
        raise ValueError(f"its {name} have no end")
    if name == "facts" and last - first > MAX_FACTS_BYTES:
        raise ValueError(f"its facts have {last - first:,} bytes")
    return page[first:last]


def _is_as_written(page: bytes) -> bool:
    found = _SEALED.findall(page)
    if len(found) != 1:
        return False
    unsealed = _SEALED.sub((SEAL + UNSEALED + SEAL_END).encode(), page)
    return bool(hashlib.sha256(unsealed).hexdigest().encode() == found[0])
