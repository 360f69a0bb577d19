"""Background jobs whose results are published in traits."""

from __future__ import annotations

import threading
import traceback
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from enum import IntEnum
from typing import Any, Protocol, TypeVar

from gridexplainer_widget.core.errors import MethodError, ModelChangedError, named
from gridexplainer_widget.core.picture import Picture
from gridexplainer_widget.inference.run import Run

from .files import Upload
from .runner import Job, Outcome, Runner

Target = TypeVar("Target", bound="int | None")


class Turn(IntEnum):
    """Priority of a job, lowest first."""

    QUESTION = 0
    PICTURE = 1
    RUN = 2
    CHECK = 3
    CURVE = 4
    SETS = 5
    AUDIT = 6
    CERTAINTY = 7


class PublishedTraits(Protocol):
    """The traits that a publisher needs."""

    target: Any

    def set_trait(self, name: str, value: Any) -> None:
        """Set a read-only trait."""

    def hold_sync(self) -> AbstractContextManager[None]:
        """Send changes in one message."""


class Publisher(ABC):
    """Run jobs in the background; publish their results while holding `lock`.

    What a model or a fill raises, of whatever kind, ends its job as an error. What an observer
    raises is told in `error`, or to Python where it led there, and ends nothing: the numbers are as
    good as before.
    """

    def __init__(self, traits: PublishedTraits) -> None:
        self.runner = Runner()
        self.lock: threading.RLock = self.runner.lock
        self._traits = traits
        self._failure: BaseException | None = None
        self._told = ""
        self._closed = False

    @abstractmethod
    def start(self) -> None:
        """Start or resume unfinished work."""

    def stop(self) -> None:
        """End the work within a step; clicks are still answered."""
        self.runner.stop(*(turn for turn in Turn if turn not in {Turn.QUESTION, Turn.PICTURE}))

    def close(self) -> None:
        """End all work and publishing."""
        with self.lock:
            self._closed = True
            self.runner.stop()

    def read(
        self, upload: Upload, fit: Callable[[Picture], object], replace: Callable[[Picture], None]
    ) -> None:
        """Decode a picture, `fit` it, and `replace` the old one; if it is refused, that stays."""
        with self.publishing():
            if self._closed:
                return
            self._traits.set_trait("error", "")
            self._traits.set_trait("reading", upload.name)
            read: list[Picture] = []

            def steps() -> Iterator[None]:
                picture = upload.picture()
                fit(picture)  # the picture keeps what these make
                _ = picture.displayed
                read.append(picture)
                yield

            def finish(outcome: Outcome) -> None:
                self._traits.set_trait("reading", "")
                try:
                    if isinstance(outcome, BaseException):
                        raise outcome
                    replace(*read)
                except ValueError as error:  # also where the grid does not fit
                    self._traits.set_trait("error", str(error))

            self._submit(Turn.PICTURE, steps, finish)

    def forget_reading(self) -> None:
        """Read no picture: there is a newer one."""
        self.runner.drop(Turn.PICTURE)
        self._traits.set_trait("reading", "")

    @contextmanager
    def publishing(self) -> Iterator[None]:
        """Hold the lock and send all changes in one message."""
        with self.lock, self._traits.hold_sync():
            yield

    def _submit(
        self,
        turn: Turn,
        steps: Callable[[], Iterator[object]],
        finish: Callable[[Outcome], None],
        update: Callable[[], None] | None = None,
    ) -> None:
        """Run a job; each `update` and `finish` is one message."""

        def publish_update() -> None:
            if update is not None:
                self._publish(update)

        def publish_finish(outcome: Outcome) -> None:
            try:
                self._publish(lambda: finish(outcome))
            except BaseException as error:
                failure = outcome if isinstance(outcome, BaseException) else error
                fail = self._publish_status if turn is Turn.RUN else self._publish_failure
                self._publish(lambda: fail(failure))
                raise

        self.runner.submit(Job(steps, publish_update, publish_finish), turn)

    def _publish(self, change: Callable[[], None]) -> None:
        """Publish from the worker; raise what `change` raises, tell what observers raise."""
        if self._closed:
            return
        failures = []
        try:
            with self.publishing():
                try:
                    change()
                except BaseException as error:  # noqa: BLE001 - raised below
                    failures.append(error)
        except BaseException as error:  # noqa: BLE001 - an observer's
            self._tell(error)
        for failure in failures:
            raise failure

    def _tell(self, error: BaseException) -> None:
        """Tell what an observer raised, once in a row."""
        words = f"{named(error)}. An observer of this widget raised it; the work goes on."
        if words != self._told:
            self._told = words
            with suppress(Exception):  # there may be no terminal
                traceback.print_exception(error)
        with suppress(BaseException), self.publishing():  # an observer of `error` may raise, too
            self._traits.set_trait("error", words)

    def _ask(self, run: Run, hidden: tuple[int, ...], finish: Callable[[Outcome], None]) -> None:
        self._submit(Turn.QUESTION, lambda: run.ask([hidden]), finish)

    def _publish_failure(self, outcome: Outcome | None) -> None:
        if isinstance(outcome, BaseException):
            clear = isinstance(outcome, ModelChangedError | MethodError)  # words for everybody
            self._traits.set_trait("error", str(outcome) if clear else named(outcome))

    def _publish_status(self, outcome: Outcome) -> None:
        self._publish_failure(outcome)
        failed = isinstance(outcome, BaseException)
        self._failure = outcome if isinstance(outcome, BaseException) else None
        self._traits.set_trait("status", "error" if failed else outcome)

    def _existing_class(
        self, find: Callable[[int | str | None], Target], trait: str = "target"
    ) -> Target:
        """Find a trait's class, which may have been set before the labels were known."""
        try:
            return find(getattr(self._traits, trait))
        except ValueError as error:
            setattr(self._traits, trait, None)
            self._traits.set_trait("error", str(error))
            return find(None)
