import threading
from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridexplainer_widget.live import runner as runner_module
from gridexplainer_widget.live.runner import Job, Runner
from tests.support.failing import FAILURES
from tests.support.sizes import FEW


class Log:
    """A job that waits at each step until it is let on."""

    def __init__(
        self, name: str, events: list, steps: int, gate: threading.Semaphore | None
    ) -> None:
        self.name, self.events, self.steps, self.gate = name, events, steps, gate
        self.started = threading.Event()

    def job(self) -> Job:
        return Job(
            self.run,
            lambda: self.events.append((self.name, "update")),
            lambda outcome: self.events.append((self.name, outcome)),
        )

    def run(self) -> Iterator[int]:
        for step in range(self.steps):
            self.started.set()
            if self.gate:
                self.gate.acquire(timeout=10)
            yield step


def under_way(steps: int) -> tuple[Runner, list, threading.Semaphore]:
    """A runner in the middle of a job of turn 1, its events, and what lets it on."""
    events: list = []
    gate = threading.Semaphore(0)
    runner = Runner()
    log = Log("run", events, steps, gate)
    runner.submit(log.job(), turn=1)
    assert log.started.wait(10)
    return runner, events, gate


def drain(events: list) -> list:
    return [event for event in events if event[1] != "update"]


def test_a_job_runs_to_its_end() -> None:
    events: list = []
    runner = Runner()
    runner.submit(Log("a", events, 3, None).job())
    assert runner.wait(10)
    assert not runner.busy
    assert events[0] == ("a", "update")
    assert events[-1] == ("a", "done")


def test_the_newest_wins_and_the_old_one_says_nothing_more() -> None:
    events: list = []
    gate = threading.Semaphore(0)
    runner = Runner()
    old = Log("old", events, 100, gate)
    runner.submit(old.job())
    old.started.wait(10)
    for name in ("b", "c", "d"):
        runner.submit(Log(name, events, 1, None).job())
    gate.release()
    assert runner.wait(10)
    assert drain(events) == [("d", "done")]
    assert not [event for event in events if event[0] != "d"]


def test_stop_ends_within_a_step() -> None:
    events: list = []
    gate = threading.Semaphore(0)
    runner = Runner()
    log = Log("a", events, 100, gate)
    runner.submit(log.job())
    log.started.wait(10)
    runner.stop()
    gate.release()
    assert runner.wait(10)
    assert events == [("a", "stopped")]


def test_stop_before_the_worker_has_begun_is_told_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[Callable[[], None]] = []

    class Slow(threading.Thread):
        def start(self) -> None:
            started.append(super().start)

    monkeypatch.setattr(runner_module.threading, "Thread", Slow)
    events: list = []
    runner = Runner()
    runner.submit(Log("a", events, 3, None).job())
    runner.stop()
    started[0]()
    assert runner.wait(10)
    assert events == [("a", "stopped")]


def test_an_exception_is_handed_on() -> None:
    def failing() -> Iterator[int]:
        yield 1
        raise ValueError("no")

    outcomes: list = []
    runner = Runner()
    runner.submit(Job(failing, lambda: None, outcomes.append))
    assert runner.wait(10)
    assert [str(outcome) for outcome in outcomes] == ["no"]


def test_updates_are_coalesced(monkeypatch: pytest.MonkeyPatch) -> None:
    now = iter(range(1000))
    monkeypatch.setattr(runner_module.time, "monotonic", lambda: next(now) / 150)
    events: list = []
    runner = Runner()
    runner.submit(Log("a", events, 100, None).job())
    while runner.busy:
        pass
    assert 9 <= events.count(("a", "update")) <= 11
    assert events[-1] == ("a", "done")


def test_waiting_has_a_limit() -> None:
    gate = threading.Semaphore(0)
    runner = Runner()
    runner.submit(Log("a", [], 1, gate).job())
    assert not runner.wait(0.01)
    gate.release()
    assert runner.wait(10)


def test_no_thread_outlives_its_job() -> None:
    runner = Runner()
    for name in "abc":
        runner.submit(Log(name, [], 2, None).job())
    assert runner.wait(10)
    left = [thread for thread in threading.enumerate() if thread.name == "gridexplainer"]
    for thread in left:
        thread.join(10)
        assert not thread.is_alive()


def test_without_threads_it_runs_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def cannot(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", cannot)
    events: list = []
    Runner().submit(Log("a", events, 3, None).job())
    assert events[-1] == ("a", "done")


def test_a_failing_finish_is_told_and_leaves_nobody_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list = []
    hook = threading.Event()

    def tell(failure: threading.ExceptHookArgs) -> None:
        told.append(str(failure.exc_value))
        hook.set()

    monkeypatch.setattr(threading, "excepthook", tell)

    def failing(outcome: object) -> None:
        raise ValueError("no")

    runner = Runner()
    runner.submit(Job(lambda: iter(()), lambda: None, failing))
    assert runner.wait(10)
    assert hook.wait(10)
    assert told == ["no"]
    events: list = []
    runner.submit(Log("b", events, 1, None).job())
    assert runner.wait(10)
    assert events[-1] == ("b", "done")


@FEW
@given(st.lists(st.sampled_from(["submit", "stop"]), min_size=1, max_size=30))
def test_whatever_is_asked_the_last_word_counts(commands: list[str]) -> None:
    events: list = []
    runner = Runner()
    for number, command in enumerate(commands):
        if command == "submit":
            runner.submit(Log(str(number), events, 5, None).job())
        else:
            runner.stop()
    assert runner.wait(10)
    submitted = [number for number, command in enumerate(commands) if command == "submit"]
    ends = drain(events)
    if submitted:
        assert ends[-1][0] == str(submitted[-1])
        last = "stopped" if commands[-1] == "stop" else "done"
        assert ends[-1][1] == last or (last, ends[-1][1]) == ("stopped", "done")
    for first, second in pairwise(events):
        assert int(first[0]) <= int(second[0])


def test_an_update_that_was_put_off_comes_before_the_next_slow_step() -> None:
    gate = threading.Semaphore(0)
    seen = threading.Semaphore(0)
    shown: list[int] = []
    done = 0

    def steps() -> Iterator[int]:
        nonlocal done
        for number in (1, 2):  # two quick ones, the second within the interval
            done = number
            yield number
        gate.acquire(timeout=10)
        yield 3

    def update() -> None:
        shown.append(done)
        seen.release()

    runner = Runner()
    runner.submit(Job(steps, update, lambda outcome: None))
    assert seen.acquire(timeout=10)
    assert seen.acquire(timeout=10)
    assert shown[-1] == 2
    gate.release()
    assert runner.wait(10)


def test_a_lower_turn_goes_first_between_two_steps() -> None:
    runner, events, gate = under_way(steps=4)
    runner.submit(Log("click", events, 1, None).job(), turn=0)
    runner.submit(Log("later", events, 1, None).job(), turn=2)
    for _ in range(4):
        gate.release()
    assert runner.wait(10)
    assert [event[0] for event in drain(events)] == ["click", "run", "later"]


def test_the_newest_wins_among_its_own_turn_only() -> None:
    runner, events, gate = under_way(steps=2)
    for name in ("a", "b", "c"):
        runner.submit(Log(name, events, 1, None).job(), turn=0)
    gate.release(2)
    assert runner.wait(10)
    assert drain(events) == [("c", "done"), ("run", "done")]


def test_one_turn_is_stopped_and_the_others_go_on() -> None:
    runner, events, gate = under_way(steps=10)
    runner.submit(Log("later", events, 1, None).job(), turn=2)
    runner.stop(1)
    gate.release()
    assert runner.wait(10)
    assert drain(events) == [("run", "stopped"), ("later", "done")]


def test_what_is_dropped_says_nothing_more() -> None:
    runner, events, gate = under_way(steps=10)
    runner.drop(1, 2)
    gate.release()
    assert runner.wait(10)
    assert events == []


def test_a_failing_update_ends_the_job_with_its_error() -> None:
    outcomes: list = []

    def failing() -> None:
        raise ValueError("no")

    runner = Runner()
    runner.submit(Job(lambda: iter(range(5)), failing, outcomes.append))
    assert runner.wait(10)
    assert [str(outcome) for outcome in outcomes] == ["no"]


def test_a_failing_finish_does_not_end_the_other_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading, "excepthook", lambda failure: None)
    runner, events, gate = under_way(steps=2)

    def failing(outcome: object) -> None:
        raise ValueError("no")

    runner.submit(Job(lambda: iter(()), lambda: None, failing), turn=0)
    gate.release(2)
    assert runner.wait(10)
    assert drain(events) == [("run", "done")]


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("where", ["steps", "step", "update", "finish"])
def test_whatever_is_raised_is_an_outcome_and_the_worker_goes_on(
    monkeypatch: pytest.MonkeyPatch, failure: type[BaseException], where: str
) -> None:
    def hook(reported: threading.ExceptHookArgs) -> None:
        reports.append(reported.exc_type)
        raise failure  # a user's hook may be no better

    reports: list[type[BaseException]] = []
    monkeypatch.setattr(threading, "excepthook", hook)

    def fail(*_: object) -> None:
        raise failure

    def step() -> Iterator[int]:
        yield 1
        raise failure

    runner, events, gate = under_way(steps=2)
    outcomes: list = []

    def finish(outcome: object) -> None:
        outcomes.append(type(outcome))
        if where == "finish":
            raise failure

    steps = {"steps": fail, "step": step}.get(where, lambda: iter(range(3)))
    runner.submit(Job(steps, fail if where == "update" else lambda: None, finish), turn=0)
    gate.release(2)
    assert runner.wait(10)
    if where == "finish":
        assert (outcomes, reports) == ([str], [failure])
    elif failure is StopIteration:  # that of an iterator is its end, that in a generator an error
        ends = {"steps": str, "step": RuntimeError, "update": StopIteration}
        assert outcomes == [ends[where]]
    else:
        assert (outcomes, reports) == ([failure], [])
    assert drain(events) == [("run", "done")]


@pytest.mark.parametrize("failure", FAILURES)
def test_an_update_that_was_put_off_and_fails_ends_its_job(failure: type[BaseException]) -> None:
    gate, failed = threading.Event(), threading.Event()
    calls: list[int] = []

    def steps() -> Iterator[int]:
        yield 1
        yield 2
        assert gate.wait(10)

    def update() -> None:
        calls.append(1)
        if len(calls) == 2:
            failed.set()
            raise failure

    outcomes: list = []
    runner = Runner()
    runner.submit(Job(steps, update, outcomes.append))
    assert failed.wait(10)
    gate.set()
    assert runner.wait(10)
    assert [type(outcome) for outcome in outcomes] == [failure]


def test_an_interrupt_while_the_worker_is_started_leaves_nobody_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    events: list = []
    runner = Runner()
    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", interrupted)
        with pytest.raises(KeyboardInterrupt):
            runner.submit(Log("a", events, 1, None).job())
    assert runner.wait(10)
    runner.submit(Log("b", events, 1, None).job())
    assert runner.wait(10)
    assert drain(events) == [("b", "done")]
