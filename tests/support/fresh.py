"""Code run by a Python of its own, in which nothing is imported yet."""

from __future__ import annotations

import os
import subprocess
import sys


def printed(code: str, *options: str, **variables: str) -> str:
    """Return what code prints; fail, with what it complained about, where it fails."""
    done = run_fresh(code, *options, **variables)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def complained(code: str) -> str:
    """Return the traceback of code that fails."""
    done = run_fresh(code)
    assert done.returncode == 1
    return done.stderr


def run_fresh(code: str, *options: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *options, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **variables},
    )
