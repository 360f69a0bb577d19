"""Digests are those of the standard, and versions those of what is loaded."""

from __future__ import annotations

import platform
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gridexplainer_widget import read_picture
from gridexplainer_widget.core.origin.digests import digest_of_parts, files_digest
from gridexplainer_widget.core.origin.software import software
from gridexplainer_widget.core.picture import png_bytes

ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
"""SHA-256 of "abc": FIPS 180-4's example."""


def test_a_files_digest_is_its_sha_256(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"abc")
    assert files_digest(path) == ABC


def test_a_folders_digest_tells_names_and_contents(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    before = files_digest(tmp_path)
    (tmp_path / "a").rename(tmp_path / "b")
    renamed = files_digest(tmp_path)
    (tmp_path / "b").write_bytes(b"abd")
    assert len({before, renamed, files_digest(tmp_path)}) == 3


@given(st.lists(st.binary(max_size=3), max_size=3), st.lists(st.binary(max_size=3), max_size=3))
def test_parts_are_told_apart(one: list[bytes], other: list[bytes]) -> None:
    assert (digest_of_parts(one) == digest_of_parts(other)) == (one == other)


def test_a_picture_keeps_its_files_digest(tmp_path: Path) -> None:
    data = png_bytes(np.zeros((2, 2, 3), np.uint8))
    path = tmp_path / "a.png"
    path.write_bytes(data)
    assert read_picture(path).file_digest == read_picture(data).file_digest == files_digest(path)
    assert read_picture(np.zeros((2, 2, 3), np.uint8)).file_digest == ""


def test_versions_are_those_that_are_loaded() -> None:
    found = software()
    assert found["python"] == platform.python_version()
    assert found["numpy"] == np.__version__
