"""Servers that are started, waited for and ended."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

PATIENCE = 120
"""Seconds that anything may take, on a machine that has much else to do."""


@contextmanager
def running(command: list[str], home: Path, **variables: str) -> Iterator[None]:
    """Run a server that knows nothing of whoever runs the tests."""
    environment = {name: value for name, value in os.environ.items() if "JUPYTER" not in name}
    environment |= {"HOME": str(home), "TF_CPP_MIN_LOG_LEVEL": "3", **variables}
    with (home / "server.log").open("w") as log:
        process = subprocess.Popen(
            command,
            cwd=home,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield
        finally:
            # The whole group: kernels with a model in them take their time to leave by themselves.
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as response:
            return bool(response.status == 200)
    except OSError:
        return False


def poll(condition: Callable[[], bool], complaint: str) -> None:
    """Wait for what sends no event: a server's first answer, a variable of a kernel."""
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            pytest.fail(complaint)
        time.sleep(0.1)
