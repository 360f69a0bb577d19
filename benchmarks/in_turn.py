"""Runs processes in turn, some seconds each: what else a machine does then hits all alike."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Turn:
    """A process that goes on only while it is its turn, with all that it has started.

    Parameters
    ----------
    count
        How much it has done.
    """

    name: str
    process: subprocess.Popen[bytes]
    count: Callable[[], int]
    done: int = 0
    seconds: float = 0.0
    processor: float = 0.0

    @classmethod
    def of(cls, name: str, call: Sequence[str], count: Callable[[], int], log: Path) -> Turn:
        """Start a process, and stop it at once."""
        with log.open("wb") as output:
            process = subprocess.Popen(call, stdout=output, stderr=output)
        turn = cls(name, process, count)
        turn._signal(signal.SIGSTOP)
        return turn

    def __str__(self) -> str:
        if not self.done:
            return f"{self.name}: nothing was done"
        return (
            f"{self.name}: {self.done} in {self.seconds:.0f} s, {self.seconds / self.done:.3f} s "
            f"each, {3600 * self.done / self.seconds:,.0f} an hour; processor "
            f"{self.processor / self.done:.3f} s each"
        )

    @property
    def ended(self) -> bool:
        return self.process.poll() is not None

    def warm(self, enough: int, most_seconds: float) -> None:
        """Let it go on until it has done so much."""
        end = time.perf_counter() + most_seconds
        self._signal(signal.SIGCONT)
        while self.count() < enough and time.perf_counter() < end and not self.ended:
            time.sleep(1)
        self._signal(signal.SIGSTOP)

    def go(self, seconds: float) -> None:
        """Let it go on for a while; note what it did and took."""
        before, spent, began = self.count(), self._processor(), time.perf_counter()
        self._signal(signal.SIGCONT)
        time.sleep(seconds)
        self._signal(signal.SIGSTOP)
        self.seconds += time.perf_counter() - began
        self.processor += self._processor() - spent
        self.done += self.count() - before

    def kill(self) -> None:
        self._signal(signal.SIGKILL)
        self.process.wait()

    def _signal(self, which: signal.Signals) -> None:
        for pid in self._family():
            with suppress(ProcessLookupError):
                os.kill(pid, which)

    def _family(self) -> list[int]:
        """List the process and what descends of it, children first."""
        children: dict[int, list[int]] = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdecimal():
                with suppress(OSError, IndexError):
                    parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                    children.setdefault(parent, []).append(int(entry.name))
        found = [self.process.pid]
        for pid in found:
            found += children.get(pid, [])
        return found[::-1]

    def _processor(self) -> float:
        ticks = 0
        for pid in self._family():
            with suppress(OSError):
                times = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
                ticks += sum(map(int, times))
        return ticks / TICKS


def in_turn(turns: Sequence[Turn], rounds: int, seconds: float) -> None:
    """Give each its turn, round by round."""
    for _ in range(rounds):
        for turn in turns:
            if not any(one.ended for one in turns):
                turn.go(seconds)
