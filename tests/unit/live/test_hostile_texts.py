"""What goes to the browser can be sent, whatever the texts in it are."""

import json

import numpy as np
import pytest

from gridexplainer_widget import GridExplainer
from gridexplainer_widget.classifiers.labels import class_name
from gridexplainer_widget.core.shown import shown
from gridexplainer_widget.live.traits import sendable
from tests.support.hostile import HOSTILE

PICTURE = np.random.default_rng(0).integers(0, 256, (16, 16, 3)).astype(np.uint8)


def model(batch: np.ndarray) -> np.ndarray:
    """How bright a picture is, in two classes."""
    bright = batch.mean((1, 2, 3), dtype=np.float64) / 255
    return np.stack([1 - bright, bright], 1)


def message(state: dict) -> str:
    """The state as a host sends it, without what goes beside it in bytes."""
    plain = {name: value for name, value in state.items() if not isinstance(value, bytes)}
    return json.dumps(plain, ensure_ascii=False, default=lambda _: "bytes").encode().decode()


@pytest.mark.parametrize("label", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("how", [{}, {"methods": ["occlusion"]}], ids=["explorer", "comparison"])
def test_a_widget_keeps_the_label_and_sends_what_is_shown(
    label: str, how: dict[str, list[str]]
) -> None:
    widget = GridExplainer(model, 2, labels=[label, "cat"]).explore(PICTURE, **how)
    widget.target = label
    assert widget.wait(60)
    assert (widget.labels, widget.target) == ([label, "cat"], 0)
    assert widget.prediction["target"] == 0
    state = widget.get_state()
    assert state["labels"] == [shown(label), "cat"]
    if not how:  # the sentence on top
        [named] = [text for text, strong in state["headline"]["alone"] if strong]
        assert named == class_name([label, "cat"], 0)
    assert not set(message(state)) & set("\x1b\u202e\0")
    assert len(message({**state, "_esm": "", "_css": ""})) < 20_000
    assert state["_esm"] == widget._esm
    repr(widget).encode()
    widget.close()


def test_a_target_that_is_not_known_yet_can_be_sent() -> None:
    """A dict may name some classes: the others are known with the first answer."""
    explainer = GridExplainer(model, 2, labels={0: HOSTILE["half surrogate"]})
    widget = explainer.explore(PICTURE, target=HOSTILE["half surrogate"])
    message(widget.get_state())
    assert widget.wait(60)
    assert widget.prediction["target"] == 0
    widget.close()


def test_an_error_can_be_sent() -> None:
    def broken(batch: np.ndarray) -> np.ndarray:
        raise RuntimeError("no weights at h\udcfcnd \x1b[2J\nsecond line")

    widget = GridExplainer(broken, 2, labels=["a", "b"]).explore(PICTURE)
    with pytest.raises(RuntimeError):
        widget.wait(60)
    assert r"no weights at h�nd \x1b[2J" + "\nsecond line" in widget.get_state()["error"]
    widget.close()


def test_all_texts_in_a_value_become_sendable() -> None:
    value = {"a\ud800": ["\x1b", ("b\n", 1, None, b"\xff")], "c": 0.5}
    assert sendable(value) == {"a�": [r"\x1b", ["b\n", 1, None, b"\xff"]], "c": 0.5}
