"""Work beside a run: what it returns, what it raises, and where there are no threads."""

import threading

import pytest

from gridexplainer_widget.incremental.beside.beside import Beside


def test_the_run_goes_on_until_the_work_is_done() -> None:
    may_end = threading.Event()

    def work() -> str:
        may_end.wait(10)
        return "planned"

    beside = Beside(work)
    assert not beside.done
    may_end.set()
    assert beside.result() == "planned"
    assert beside.done


def test_what_it_raises_is_raised_where_the_result_is_asked_for() -> None:
    def work() -> None:
        raise ValueError("not to be read")

    with pytest.raises(ValueError, match="not to be read"):
        Beside(work).result()


def test_a_model_that_exits_ends_nothing() -> None:
    def work() -> None:
        raise SystemExit(3)

    with pytest.raises(RuntimeError, match="it raised SystemExit"):
        Beside(work).result()


def test_without_threads_it_is_done_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    beside = Beside(lambda: 7)
    assert beside.done
    assert beside.result() == 7


def test_an_interrupt_of_what_is_done_at_once_is_an_interrupt() -> None:
    def work() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Beside(work, thread=False)
