"""Traits that several threads write: what is refused, held back, told and sent."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
import traitlets as t
from ipykernel.comm import Comm
from ipywidgets import Widget

from gridexplainer_widget.live.shared_traits import SharedTraits
from tests.support.failing import FAILURES


class Pair(SharedTraits):
    """Two even numbers of the front end's, and what the kernel makes of them."""

    _esm = "export default {}"
    _kernel_traits = ("result", "error")

    result = t.Int(0, read_only=True).tag(sync=True)
    error = t.Unicode("", read_only=True).tag(sync=True)
    first = t.Int(0).tag(sync=True)
    second = t.Int(0).tag(sync=True)

    def __init__(self) -> None:
        self.lock = threading.RLock()
        super().__init__()

    @t.validate("first", "second")
    def _even(self, proposal: t.Bunch) -> int:
        if isinstance(self.failure, BaseException):
            raise self.failure
        if proposal.value % 2:
            raise t.TraitError(f"{proposal.value} is odd")
        return proposal.value

    failure: BaseException | None = None

    def values(self) -> tuple[int, int, int]:
        return self.first, self.second, self.result


@pytest.fixture
def pair() -> Iterator[Pair]:
    made = Pair()
    yield made
    made.close()


@pytest.fixture
def told(pair: Pair) -> list[tuple[str, int, int]]:
    seen: list[tuple[str, int, int]] = []
    pair.observe(
        lambda change: seen.append((change.name, change.old, change.new)),
        ["first", "second", "result"],
    )
    return seen


def test_what_is_accepted_together_is_told_once_each(pair: Pair, told: list) -> None:
    with pair.hold_trait_notifications():
        pair.first = 1
        with pair.hold_trait_notifications():
            pair.second = 2
        pair.first = 4
        assert told == []
    assert told == [("first", 0, 4), ("second", 0, 2)]


def test_what_is_refused_together_is_as_it_was_and_the_kernels_stays(
    pair: Pair, told: list
) -> None:
    pair.first = 6
    told.clear()
    with pytest.raises(t.TraitError, match="3 is odd"), pair.hold_trait_notifications():  # noqa: PT012
        pair.first = 2
        pair.set_trait("result", 5)
        pair.second = 3
    assert pair.values() == (6, 0, 5)
    assert told == [("result", 0, 5)]
    pair.second = 8
    assert pair.values() == (6, 8, 5)


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("where", ["body", "validator"])
def test_after_any_exception_all_is_as_it_was(
    pair: Pair, told: list, failure: type[BaseException], where: str
) -> None:
    raised = (failure, RuntimeError)  # what a StopIteration becomes in a generator
    with pytest.raises(raised), pair.hold_trait_notifications():  # noqa: PT012 - what is set before
        pair.first, pair.second = 2, 5
        if where == "body":
            raise failure
        pair.failure = failure()
    pair.failure = None
    assert pair.values() == (0, 0, 0)
    assert told == []
    pair.first = 2
    with pytest.raises(t.TraitError, match="odd"):
        pair.second = 5
    assert told == [("first", 0, 2)]


def test_another_thread_waits_until_changes_are_accepted_or_refused(pair: Pair) -> None:
    begun = threading.Event()

    def write() -> None:
        begun.set()
        pair.set_trait("result", 7)
        pair.second = 4

    other = threading.Thread(target=write)
    with pytest.raises(t.TraitError), pair.hold_trait_notifications():  # noqa: PT012 - the thread
        pair.first = 3
        other.start()
        assert begun.wait(20)
        other.join(0.05)
        assert pair.values() == (3, 0, 0)
    other.join(20)
    assert pair.values() == (0, 4, 7)


@pytest.mark.parametrize("failure", FAILURES)
def test_all_observers_are_told_whatever_one_raises(
    pair: Pair, told: list, failure: type[BaseException]
) -> None:
    def fail(_: object) -> None:
        raise failure

    raised = (failure, RuntimeError)  # what a StopIteration becomes in a generator
    pair.observe(fail, ["first", "result"])
    with pytest.raises(raised), pair.hold_trait_notifications():
        pair.first, pair.second = 2, 4
    assert told == [("first", 0, 2), ("second", 0, 4)]
    with pytest.raises(raised), pair.hold_sync():  # noqa: PT012 - all is set
        pair.set_trait("result", 1)
        pair.first = 6
        pair.second = 8
    assert told[2:] == [("first", 2, 6), ("second", 4, 8), ("result", 0, 1)]
    assert pair.values() == (6, 8, 1)


def test_what_is_published_together_is_told_when_all_is_set(pair: Pair) -> None:
    seen = []
    pair.observe(lambda _: seen.append((pair.result, pair.error)), "result")
    with pair.hold_sync():
        pair.set_trait("result", 1)
        pair.set_trait("result", 2)
        pair.set_trait("error", "none")
        assert seen == []
    assert seen == [(2, "none")]


def test_what_an_observer_publishes_is_told_as_well(pair: Pair, told: list) -> None:
    def go_on(change: t.Bunch) -> None:
        if change.new < 3:
            with pair.hold_sync():
                pair.set_trait("result", change.new + 1)

    pair.observe(go_on, "result")
    with pair.hold_sync():
        pair.set_trait("result", 1)
    assert told == [("result", 0, 1), ("result", 1, 2), ("result", 2, 3)]


def test_observers_that_change_without_end_are_ended(pair: Pair) -> None:
    pair.observe(lambda change: pair.set_trait("result", change.new + 1), "result")
    with pytest.raises(RecursionError, match="without end"), pair.hold_sync():
        pair.set_trait("result", 1)
    pair.unobserve_all("result")
    with pair.hold_sync():
        pair.set_trait("result", 1)
    assert pair.result == 1


def test_a_front_end_that_cannot_be_reached_is_told(
    pair: Pair, told: list, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Widget, msg: object, buffers: object = None) -> None:
        raise OSError("the socket is closed")

    monkeypatch.setattr(Widget, "_send", refuse)
    monkeypatch.setattr(Comm, "kernel", object())  # without one, ipywidgets 7 sends nothing
    with pair.hold_sync():
        pair.first = 2
        pair.set_trait("result", 1)
    assert told == [("first", 0, 2), ("result", 0, 1)]
    assert pair.error == "The browser could not be told: OSError: the socket is closed"
