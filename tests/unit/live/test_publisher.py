"""A publisher needs no widget: traits are enough."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from gridexplainer_widget.live.publisher import Publisher, Turn


class Traits:
    """Remembers what is set, and what is sent together."""

    def __init__(self) -> None:
        self.target: Any = "zebra"
        self.values: dict[str, Any] = {}
        self.messages: list[list[str]] = []

    def set_trait(self, name: str, value: Any) -> None:
        self.values[name] = value
        self.messages[-1].append(name)

    @contextmanager
    def hold_sync(self) -> Iterator[None]:
        self.messages.append([])
        yield


class Counter(Publisher):
    """Publishes how far it has counted."""

    def __init__(self, traits: Traits, failure: BaseException | None = None) -> None:
        super().__init__(traits)
        self.gate, self.failure, self.number = threading.Semaphore(0), failure, 0

    def start(self) -> None:
        self._submit(Turn.RUN, self.count, self.finish, self.update)

    def count(self) -> Iterator[None]:
        for self.number in range(1, 4):
            assert self.gate.acquire(timeout=20)
            yield
        if self.failure:
            raise self.failure

    def update(self) -> None:
        self._traits.set_trait("number", self.number)

    def finish(self, outcome: Any) -> None:
        self._publish_status(outcome)
        self.update()


def test_what_changes_together_is_one_message() -> None:
    traits = Traits()
    counter = Counter(traits)
    counter.gate.release(3)
    counter.start()
    assert counter.runner.wait(20)
    assert traits.values == {"status": "done", "number": 3}
    assert traits.messages[-1] == ["status", "number"]


def test_a_failure_is_a_status_and_an_error() -> None:
    traits = Traits()
    counter = Counter(traits, ValueError("no more numbers"))
    counter.gate.release(3)
    counter.start()
    assert counter.runner.wait(20)
    assert traits.values["status"] == "error"
    assert traits.values["error"] == "ValueError: no more numbers"


def test_a_stopped_job_says_so() -> None:
    traits = Traits()
    counter = Counter(traits)
    counter.start()
    counter.stop()
    counter.gate.release(3)
    assert counter.runner.wait(20)
    assert traits.values["status"] == "stopped"


def test_a_closed_one_publishes_nothing_more() -> None:
    traits = Traits()
    counter = Counter(traits)
    counter.start()
    counter.close()
    counter.gate.release(3)
    assert counter.runner.wait(20)
    assert traits.values == {}


@pytest.mark.parametrize(("target", "found"), [("zebra", 7), (2, 2)])
def test_a_target_that_does_not_exist_is_given_up(target: object, found: int) -> None:
    def find(target: object) -> int:
        if target == "zebra":
            raise ValueError(f"no class {target!r}")
        return 7 if target is None else target

    traits = Traits()
    traits.target = target
    publisher = Counter(traits)
    with publisher.publishing():
        assert publisher._existing_class(find) == found
    if found == 7:
        assert traits.target is None
        assert traits.values["error"] == "no class 'zebra'"
    else:
        assert traits.values == {}
