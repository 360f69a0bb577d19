"""Files of explanations as strangers make them."""

import io
import json
import struct
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridexplainer_widget import Explanation, GridExplainer
from gridexplainer_widget.results import archive
from tests.support.sizes import FEW, MANY, sized

PICTURE = np.random.default_rng(0).integers(0, 256, (8, 8, 3)).astype(np.uint8)


def corner_model(batch: np.ndarray) -> np.ndarray:
    """How bright the upper left is, in two classes."""
    bright = batch[:, :4, :4].mean((1, 2, 3), dtype=np.float64) / 255
    return np.stack([1 - bright, bright], 1)


@pytest.fixture(scope="module")
def explanation() -> Explanation:
    return GridExplainer(corner_model, 2, labels=["dark", "bright"]).explain(PICTURE, 1)


@pytest.fixture(scope="module")
def good(explanation: Explanation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return explanation.save(tmp_path_factory.mktemp("archive") / "good.npz")


def npy(array: Any) -> bytes:
    """What NumPy writes for an array."""
    file = io.BytesIO()
    np.lib.format.write_array(file, np.asanyarray(array))
    return file.getvalue()


def promised(shape: tuple[int, ...], descr: str, data: bytes = b"") -> bytes:
    """An array's header, and other data than it promises."""
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        file, {"descr": descr, "fortran_order": False, "shape": shape}
    )
    return file.getvalue() + data


def members_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as file:
        return {name: file.read(name) for name in file.namelist()}


def rewritten(path: Path, members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as file:
        for name, data in members.items():
            file.writestr(name, data)
    return path


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("vectors", promised((10**9, 4), "<f4", bytes(100)), "not as long as its shape"),
        ("vectors", promised((2**62,), "<f4"), "not as long as its shape"),
        ("vectors", promised((-2, -2, 2), "<f4", bytes(32)), "not as long as its shape"),
        ("vectors", npy(np.zeros((2, 2, 2), np.float32)) + b"0", "not as long as its shape"),
        ("vectors", npy(np.zeros((2, 2, 2), np.float32))[:-1], "not as long as its shape"),
        ("vectors", promised((2, 2, 2), "|O", bytes(32)), "no pickle is read"),
        ("vectors", promised((2, 2, 2), "<c8", bytes(64)), "no pickle is read"),
        ("vectors", promised((2, 2, 2), ">f4", bytes(32)), "float32 .* is wanted"),
        ("vectors", b"\x93NUMPY\2\0" + struct.pack("<I", 2**31), "of another version"),
        ("vectors", b"no array", "magic string"),
        ("vectors", b"\x93NUMPY\1\0\xff\xff" + b"(" * 65535, "[Hh]eader"),
        ("failed", promised((2, 2), "|b1", b"\0\1\0\7"), "is none"),
        ("header", promised((), "<U1", b"\0\0\0\1"), "letter that is none"),
        ("header", promised((), ">U1", b"\1\0\0\0"), "letter that is none"),
        ("header", npy(np.array("[" * 2_000_000)), "nested too deeply"),
        ("header", npy(np.array('{"format":' + "9" * 300_000 + "}")), "300000 digits is too large"),
        ("header", npy(np.array(['{"format":2}'])), "one text is wanted"),
        ("header", npy(np.array(2)), "one text is wanted"),
        ("header", npy(np.array("x" * (2**24 + 1))), "have 16,777,217 letters"),
        ("header", npy(np.array("{}")), "lacks 'format'"),
    ],
)
def test_an_array_is_held_against_its_header_before_it_is_read(
    good: Path, tmp_path: Path, name: str, data: bytes, words: str
) -> None:
    path = rewritten(tmp_path / "bad.npz", {**members_of(good), f"{name}.npy": data})
    with pytest.raises(ValueError, match=words):
        Explanation.load(path)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_only_numpys_compression_is_unpacked(good: Path, tmp_path: Path, method: int) -> None:
    path = rewritten(tmp_path / "bad.npz", members_of(good), method)
    with pytest.raises(ValueError, match="compressed in a way that NumPy does not"):
        Explanation.load(path)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_what_numpy_writes_is_read(
    good: Path, explanation: Explanation, tmp_path: Path, method: int
) -> None:
    loaded = Explanation.load(rewritten(tmp_path / "same.npz", members_of(good), method))
    assert str(loaded) == str(explanation)


def test_the_order_of_fortran_is_read(good: Path, explanation: Explanation, tmp_path: Path) -> None:
    members = members_of(good)
    members["vectors.npy"] = npy(np.asfortranarray(explanation.vectors))
    loaded = Explanation.load(rewritten(tmp_path / "fortran.npz", members))
    np.testing.assert_array_equal(loaded.vectors, explanation.vectors)


def test_many_members_are_not_listed(good: Path, tmp_path: Path) -> None:
    members = {**members_of(good), **{f"m{number}": b"" for number in range(2000)}}
    with pytest.raises(ValueError, match="lists 2011 files or more"):
        Explanation.load(rewritten(tmp_path / "many.npz", members))


def test_a_second_record_of_the_end_is_not_believed(good: Path, tmp_path: Path) -> None:
    """Zip64's, which `zipfile` prefers."""
    data = good.read_bytes()
    record = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, 9, 9, 2**40, 0)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, len(data) - 22, 1)
    (tmp_path / "64.npz").write_bytes(data[:-22] + record + locator + data[-22:])
    with pytest.raises(ValueError, match="files or more"):
        Explanation.load(tmp_path / "64.npz")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_of_one_name_are_refused(good: Path, tmp_path: Path) -> None:
    path = tmp_path / "twice.npz"
    path.write_bytes(good.read_bytes())
    with zipfile.ZipFile(path, "a") as file:
        file.writestr("vectors.npy", npy(np.zeros((2, 2, 2), np.float32)))
    with pytest.raises(ValueError, match="stands twice"):
        Explanation.load(path)


def test_what_cannot_be_loaded_is_not_saved(
    explanation: Explanation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = explanation.save(tmp_path / "kept.npz")
    monkeypatch.setattr(archive, "MAX_BYTES", 5000)
    with pytest.raises(ValueError, match=r"take [\d,]+ bytes in memory, .* at most 5,000"):
        explanation.save(path)
    monkeypatch.undo()
    assert str(Explanation.load(path)) == str(explanation)


def test_pixels_count_as_what_they_become(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    explanation = GridExplainer(corner_model, 2, joint=False).explain(np.tile(PICTURE, (8, 8, 1)))
    path = explanation.save(tmp_path / "kept.npz")
    arrays = ("picture", "replacement", "vectors", "failed", "baseline_vector", "pixels", "emptied")
    size = sum(getattr(explanation, name).nbytes for name in arrays)
    monkeypatch.setattr(archive, "MAX_BYTES", size - 1)
    monkeypatch.setattr(archive, "stored_arrays", lambda path, _: _stored_arrays(path, 2**20))
    with pytest.raises(ValueError, match=f"take {size:,} bytes in memory"):
        Explanation.load(path)


_stored_arrays = archive.stored_arrays


@pytest.mark.parametrize(("grid", "classes"), sized([(8, 1000)], [(64, 1000), (16, 21_000)]))
def test_large_explanations_come_back(tmp_path: Path, grid: int, classes: int) -> None:
    vector = np.random.default_rng(1).random(classes, np.float32)

    def model(batch: np.ndarray) -> np.ndarray:
        shares = vector + batch.mean((1, 2, 3))[:, np.newaxis] / 255
        return shares / shares.sum(1, keepdims=True)

    labels = [f"class number {number} of an ontology" for number in range(classes)]
    picture = np.tile(PICTURE, (8, 8, 1))
    large = GridExplainer(model, grid, labels=labels).explain(picture)
    loaded = Explanation.load(large.save(tmp_path / "large.npz"))
    np.testing.assert_array_equal(loaded.vectors, large.vectors)
    assert loaded.labels == large.labels


def test_a_file_cut_anywhere_is_refused(good: Path, tmp_path: Path) -> None:
    data, path = good.read_bytes(), tmp_path / "cut.npz"
    for length in range(0, len(data), sized(97, 7)):
        path.write_bytes(data[:length])
        with pytest.raises(ValueError, match=r"no explanation that can be read.*Explanation\.save"):
            Explanation.load(path)


@MANY
@given(data=st.data())
def test_damage_under_a_good_checksum_is_usable_or_refused(good: Path, data: st.DataObject) -> None:
    """Bytes of the unpacked members change, so that no checksum tells."""
    members = members_of(good)
    name = data.draw(st.sampled_from(sorted(members)))
    damaged = bytearray(members[name])
    for place in data.draw(st.lists(st.integers(0, len(damaged) - 1), max_size=4)):
        damaged[place] = data.draw(st.integers(0, 255))
    path = rewritten(good.with_name("damaged.npz"), {**members, name: bytes(damaged)})
    usable_or_refused(path)


@pytest.fixture(scope="module")
def with_logits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    def logits(batch: np.ndarray) -> np.ndarray:
        bright = batch[:, :4, :4].mean((1, 2, 3), dtype=np.float64)
        return np.stack([bright - 99, 30 - bright], 1)

    explainer = GridExplainer(logits, 2, output="logits")
    explanation = explainer.explain(PICTURE, 1)
    found = explanation.with_certainty(explainer.certainty(explanation))
    return found.save(tmp_path_factory.mktemp("logits") / "logits.npz")


def test_any_member_may_be_missing(with_logits: Path) -> None:
    members = members_of(with_logits)
    assert len(members) >= 7
    for name in members:
        rest = {other: data for other, data in members.items() if other != name}
        usable_or_refused(rewritten(with_logits.with_name("missing.npz"), rest))


@FEW
@given(data=st.data())
def test_any_numbers_are_usable_or_refused(with_logits: Path, data: st.DataObject) -> None:
    members = members_of(with_logits)
    name = data.draw(st.sampled_from(sorted(set(members) - {"header.npy"})))
    array = np.load(io.BytesIO(members[name])).copy()
    numbers = st.floats(width=32) if array.dtype.kind == "f" else st.integers(0, 1)
    for place in data.draw(st.lists(st.integers(0, array.size - 1), max_size=5)):
        array.flat[place] = data.draw(numbers)
    members[name] = npy(array)
    usable_or_refused(rewritten(with_logits.with_name("numbers.npz"), members))


ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


@FEW
@given(data=st.data())
def test_any_header_is_usable_or_refused(good: Path, data: st.DataObject) -> None:
    members = members_of(good)
    header = json.loads(str(np.load(io.BytesIO(members["header.npy"]))))
    inside: dict[str, Any] = header
    if data.draw(st.booleans()):
        inside = header[data.draw(st.sampled_from(["settings", "checked"]))] or header
    inside[data.draw(st.sampled_from(sorted(inside)))] = data.draw(ANY_JSON)
    members["header.npy"] = npy(np.array(json.dumps(header)))
    usable_or_refused(rewritten(good.with_name("header.npz"), members))


USES: tuple[Callable[[Explanation], object], ...] = (
    str,
    repr,
    Explanation.to_html,
    lambda explanation: explanation.for_target(0).for_score("log-odds").notes,
    lambda explanation: explanation.normalized(),
)


def usable_or_refused(path: Path) -> None:
    """Load a file and use it; anything but a ValueError of `load` fails the test."""
    loaded = None
    with suppress(ValueError):
        loaded = Explanation.load(path)
    if loaded is not None:
        for use in USES:
            use(loaded)
