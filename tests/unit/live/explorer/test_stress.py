"""Thousands of things that a hasty hand does, in a row."""

from __future__ import annotations

import gc
import io
import logging
import threading
import tracemalloc
from contextlib import suppress

import numpy as np
import pytest
from PIL import Image

from gridexplainer_widget import GridExplainer, GridExplainerWidget
from gridexplainer_widget.wire.explorer import MAPS
from tests.support.both_maps import assert_both_maps
from tests.support.models import brightness
from tests.support.sizes import sized
from tests.unit.live.explorer.test_widget import PICTURE, FrontEnd, drops, front_end

__all__ = ["front_end"]  # a fixture

EVENTS = sized(480, 10_000)
SETTLED = sized(12, 20)
"""Times that everything is let be answered, and compared with what is computed afresh."""

FILLS = ["cell-mean", "blur", "picture-mean", "gray", "#102030"]


def png(pixels: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


UPLOADS = [png(PICTURE), png(PICTURE[::-1])]


def do_something(
    widget: GridExplainerWidget, front_end: FrontEnd, rng: np.random.Generator
) -> None:
    rows, columns = np.broadcast_to(widget.grid_size, 2)
    cells = [[int(rng.integers(rows)), int(rng.integers(columns))] for _ in range(rng.integers(5))]
    write = {
        "grid": lambda: {"grid_size": int(rng.integers(2, 13))},
        "rectangle": lambda: {"grid_size": [int(rng.integers(1, 9)), int(rng.integers(1, 9))]},
        "fill": lambda: {"fill": str(rng.choice(FILLS))},
        "target": lambda: {"target": int(rng.integers(2))},
        "score": lambda: {"score": str(rng.choice(["probability", "log-odds"]))},
        "cells": lambda: {"value": cells, "keep": bool(rng.integers(2))},
        "map": lambda: {"map": str(rng.choice(MAPS))},
        "looks": lambda: {"opacity": float(rng.random()), "numbers": bool(rng.integers(2))},
    }
    act = {
        "start": lambda: front_end.send(widget, {"type": "start"}),
        "stop": lambda: front_end.send(widget, {"type": "stop"}),
        "play": lambda: widget.explanation and widget.explanation.complete and widget.play(),
        "set": lambda: ask_for_a_set(widget, rng),
        "undo": widget.undo,
        "top": lambda: widget.select_top(int(rng.integers(6)), keep=bool(rng.integers(2))),
        "picture": lambda: front_end.send(
            widget, {"type": "explain", "name": "a"}, [UPLOADS[rng.integers(2)]]
        ),
    }
    chances = {"cells": 6, "looks": 3, "target": 3, "stop": 2, "picture": 0.2, "play": 0.5}
    names = [*write, *act]
    weights = np.array([chances.get(name, 1) for name in names])
    name = str(rng.choice(names, p=weights / weights.sum()))
    if name in write:
        front_end.write(widget, **write[name]())
    else:
        act[name]()


def ask_for_a_set(widget: GridExplainerWidget, rng: np.random.Generator) -> None:
    kind, another = str(rng.choice(["enough", "needed"])), bool(rng.integers(2))
    with suppress(RuntimeError):  # nothing has been scored yet
        widget.smallest_set(kind, another=another)


def settle(widget: GridExplainerWidget) -> None:
    """Let everything be answered, and compare it with what is computed afresh."""
    widget.start()
    assert widget.wait(60)
    assert (widget.status, widget.error) == ("done", "")
    explainer = GridExplainer(brightness, widget.grid_size, fill=widget.fill, score=widget.score)
    expected = explainer.explain(widget._session.picture.pixels, widget.prediction["target"])
    np.testing.assert_array_equal(drops(widget), expected.drops.ravel())
    assert_both_maps(widget)
    if widget.value:
        assert widget.evidence["cells"] == [list(cell) for cell in widget.value]
        assert widget.evidence["drop"] is not None
    else:
        assert widget.evidence == {}


def allocated() -> int:
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


def test_thousands_of_events_leave_nothing_behind(
    front_end: FrontEnd, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    failures: list[object] = []
    monkeypatch.setattr(threading, "excepthook", failures.append)
    rng = np.random.default_rng(3)
    widget = GridExplainer(brightness, 6, batch_size=4, budget=100).explore(PICTURE)
    errors: list[str] = []
    widget.observe(lambda change: change.new and errors.append(change.new), "error")
    memory = []
    gc.collect()
    gc.freeze()  # what was there before is not looked through each time
    tracemalloc.start()
    for number in range(1, EVENTS + 1):
        do_something(widget, front_end, rng)
        if number % (EVENTS // SETTLED) == 0:
            settle(widget)
            front_end.messages.clear()
            memory.append(allocated())
    tracemalloc.stop()
    gc.unfreeze()
    assert (failures, errors) == ([], [])
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []
    # The first quarter fills what is kept (runs, selections); from then on nothing grows.
    quarter = SETTLED // 4
    assert max(memory[quarter:]) - memory[quarter - 1] < 2**20
    widget.close()
    left = [thread for thread in threading.enumerate() if thread.name == "gridexplainer"]
    for thread in left:
        thread.join(20)
        assert not thread.is_alive()
