"""A page is read whole or refused, and what was changed in it is noticed."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridexplainer_widget import Explanation, GridExplainer
from gridexplainer_widget.results.case.page import case_html, sealed
from gridexplainer_widget.results.case.read import read_case
from tests.support.models import brightness


@cache
def page() -> bytes:
    explainer = GridExplainer(brightness, 2, fill="black", labels=["dark", "bright"])
    made = explainer.explain(np.full((4, 4, 3), 200, np.uint8), "bright")
    return str(made.report()).encode()


def test_a_page_that_nobody_touched_is_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "case.html"
    path.write_bytes(page())
    case = read_case(path)
    assert case.is_as_written
    assert case.facts["data"] == case.data_digest
    assert f"SHA-256 of the data: <code>{case.data_digest}" in page().decode()


@given(st.data())
def test_any_changed_byte_is_noticed(tmp_path_factory: Any, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(page()) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda one: one != page()[place]))
    changed = page()[:place] + bytes([byte]) + page()[place + 1 :]
    path = tmp_path_factory.getbasetemp() / "changed.html"
    path.write_bytes(changed)
    try:
        case = read_case(path)
    except ValueError:
        return
    assert not case.is_as_written


def test_what_is_cut_or_added_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "case.html"
    for changed in (page()[:-8], page() + b" ", page().replace(b"certifies nothing", b"certifies")):
        path.write_bytes(changed)
        assert not read_case(path).is_as_written


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (b"<!doctype html><p>hello", "holds 0 parts named data"),
        (b"", "holds 0 parts named data"),
        (b"<!doctype html>\x00\xff", "holds 0 parts named data"),
        (page() + page(), "holds 2 parts named data"),
        (page().replace(b'"format":1', b'"format":' + 9000 * b"["), "nested too deeply"),
        (page().replace(b'{"format":1', b'[{"format":1'), "no report"),
        (page().replace(b"octet-stream;base64,", b"octet-stream;base64,!"), "no report"),
    ],
    ids=["html", "empty", "noise", "twice", "deep", "json", "base64"],
)
def test_what_is_no_page_is_refused(tmp_path: Path, changed: bytes, words: str) -> None:
    path = tmp_path / "case.html"
    path.write_bytes(changed)
    with pytest.raises(ValueError, match=words):
        read_case(path)
    with pytest.raises(ValueError, match="can be read"):
        Explanation.load(path)


def test_data_that_are_no_explanation_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "case.html"
    path.write_text(case_html("x", ["<p>x</p>"], {}, b"no zip", "x.npz"))
    assert read_case(path).is_as_written
    with pytest.raises(ValueError, match="no explanation that can be read: it is no zip"):
        Explanation.load(path)


def test_a_page_sealed_again_is_as_written_for_it_is_no_signature(tmp_path: Path) -> None:
    old = page().decode()
    seal = old.partition('id="seal">')[2][:64]
    path = tmp_path / "case.html"
    path.write_text(sealed(old.replace("nothing", "all").replace(seal, 64 * "0")))
    assert read_case(path).is_as_written
