"""A picture from the browser is decoded in the worker, and the screen is told."""

import io
import re
import threading
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image

from gridexplainer_widget import GridExplainer, GridExplainerWidget
from gridexplainer_widget.core.picture import Picture, read_picture
from gridexplainer_widget.core.picture_file import FORMATS
from gridexplainer_widget.live import files
from gridexplainer_widget.live.runner import THREAD_NAME
from gridexplainer_widget.wire.explorer import UPLOAD_TYPES
from tests.support.models import weights

RANDOM = np.random.default_rng(0)
PICTURE, FIRST, SECOND = RANDOM.integers(0, 256, (3, 16, 16, 3)).astype(np.uint8)


class Reader:
    """`read_picture`, which waits until it is let on."""

    def __init__(self) -> None:
        self.arrived, self.gate = threading.Semaphore(0), threading.Semaphore(0)
        self.threads: list[str] = []

    def __call__(self, data: bytes) -> Picture:
        self.threads.append(threading.current_thread().name)
        self.arrived.release()
        assert self.gate.acquire(timeout=20)
        return read_picture(data)

    def await_arrival(self) -> None:
        assert self.arrived.acquire(timeout=20)


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> Iterator[Reader]:
    reader = Reader()
    monkeypatch.setattr(files, "read_picture", reader)
    yield reader
    for _ in range(100):  # no thread is left waiting
        reader.gate.release()


@pytest.fixture
def widget() -> Iterator[GridExplainerWidget]:
    widget = GridExplainer(weights, 4).explore(PICTURE)
    assert widget.wait(20)
    yield widget
    widget.close()


def png(pixels: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def upload(widget: GridExplainerWidget, data: bytes, name: str = "cat.png") -> None:
    content = {"data": {"method": "custom", "content": {"type": "explain", "name": name}}}
    widget._handle_msg({"content": content, "buffers": [data]})


def shown(widget: GridExplainerWidget) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(widget.picture)))


def test_the_screen_is_told_while_the_old_picture_stays(
    widget: GridExplainerWidget, reader: Reader
) -> None:
    told: list[str] = []
    widget.observe(lambda change: told.append(change.new), "reading")
    upload(widget, png(FIRST), "c\x1bat\udcfc.png")
    reader.await_arrival()
    assert widget.reading == r"c\x1bat�.png"
    np.testing.assert_array_equal(shown(widget), PICTURE)
    assert widget.status == "done"
    widget.select([(0, 0)])  # nobody waits for the decoder
    reader.gate.release()
    assert widget.wait(20)
    assert told == [r"c\x1bat�.png", ""]
    assert reader.threads == [THREAD_NAME]
    np.testing.assert_array_equal(shown(widget), FIRST)
    expected = GridExplainer(weights, 4).explain(FIRST)
    np.testing.assert_array_equal(widget.explanation.drops, expected.drops)


def test_the_newest_upload_is_the_one_that_counts(
    widget: GridExplainerWidget, reader: Reader
) -> None:
    upload(widget, png(FIRST), "first.png")
    reader.await_arrival()
    upload(widget, png(SECOND), "second.png")
    assert widget.reading == "second.png"
    for _ in range(2):
        reader.gate.release()
    assert widget.wait(20)
    np.testing.assert_array_equal(shown(widget), SECOND)


def test_a_picture_from_python_comes_before_one_that_is_being_read(
    widget: GridExplainerWidget, reader: Reader
) -> None:
    upload(widget, png(FIRST))
    reader.await_arrival()
    widget.explain(SECOND)
    assert widget.reading == ""
    reader.gate.release()
    assert widget.wait(20)
    np.testing.assert_array_equal(shown(widget), SECOND)


def test_a_closed_widget_takes_no_picture(widget: GridExplainerWidget, reader: Reader) -> None:
    before = widget.picture
    upload(widget, png(FIRST))
    reader.await_arrival()
    widget.close()
    reader.gate.release()
    assert widget.wait(20)
    assert widget.picture == before


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (png(FIRST)[:200], "“cat.png”: The picture .* cannot be decoded"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "“cat.png”.* PostScript is a program, and is not run"),
        (png(PICTURE[:3]), "does not fit a picture of 3×16"),
    ],
)
def test_a_refused_picture_is_told_and_the_old_one_stays(
    widget: GridExplainerWidget, data: bytes, words: str
) -> None:
    before = (widget.picture, widget.scores, widget.value)
    upload(widget, data)
    assert widget.wait(20)
    assert (widget.picture, widget.scores, widget.value) == before
    assert (widget.status, widget.reading) == ("done", "")
    assert re.search(words, widget.error)
    widget.explain(SECOND)
    assert widget.wait(20)
    assert widget.error == ""


def test_what_is_offered_is_what_is_decoded() -> None:
    Image.init()
    assert tuple(Image.MIME[name] for name in FORMATS) == UPLOAD_TYPES
