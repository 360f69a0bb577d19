"""What several views of one widget are told, and what a view asks for."""

import sys
from types import ModuleType, SimpleNamespace

import pytest

from tests.support.models import weights
from tests.unit.live.explorer.test_widget import FrontEnd, explore, front_end

__all__ = ["front_end"]


@pytest.fixture
def colab(monkeypatch: pytest.MonkeyPatch) -> None:
    output = ModuleType("google.colab.output")
    output.enable_custom_widget_manager = lambda: None
    output._widgets = SimpleNamespace(_installed_url=None)
    monkeypatch.setitem(sys.modules, "google.colab.output", output)


@pytest.mark.usefixtures("colab")
def test_in_colab_all_outputs_are_told_what_one_has_sent(front_end: FrontEnd) -> None:
    widget = explore(weights)
    assert widget.wait(20)
    front_end.messages.clear()
    front_end.write(widget, value=[[1, 2]], keep=True, picture="none of its business")
    assert front_end.updates("value") == [[[1, 2]]]
    assert front_end.updates("keep") == [True]
    assert front_end.updates("picture") == []
    front_end.write(widget, grid_size=3)
    assert front_end.updates("grid_size") == [3]


@pytest.mark.usefixtures("colab")
def test_in_colab_all_outputs_are_told_what_stays_of_what_was_refused(front_end: FrontEnd) -> None:
    widget = explore(weights)
    front_end.messages.clear()
    front_end.write(widget, grid_size=1000)
    assert front_end.updates("grid_size") == [4]


def test_elsewhere_what_was_sent_is_not_sent_back(front_end: FrontEnd) -> None:
    widget = explore(weights)
    assert widget.wait(20)
    front_end.messages.clear()
    front_end.write(widget, grid_size=3)
    assert front_end.updates("grid_size") == []


def test_a_view_can_ask_for_what_all_views_share(front_end: FrontEnd) -> None:
    widget = explore(weights, grid=3)
    assert widget.wait(20)
    front_end.messages.clear()
    front_end.send(widget, {"type": "state"})
    assert front_end.sent_together() == [
        {"grid_size", "fill", "target", "contrast", "score", "map", "method"}
        | {"layer", "value", "keep"}
    ]
    assert front_end.updates("grid_size") == [3]
    assert front_end.customs() == [({"type": "state"}, [])]
