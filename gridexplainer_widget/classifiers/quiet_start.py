"""Load TensorFlow without the notes that its C++ writes while it starts."""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

LEVEL: Final = "TF_CPP_MIN_LOG_LEVEL"
"""TensorFlow reads it once, when it is loaded."""

ERRORS: Final = "2"

NOTE: Final = re.compile(
    r"[IWE]\d{4} [\d:.]+ |\d{4}-\d\d-\d\d [\d:.]+: [IWE] |WARNING: All log messages before absl::"
    r"|To enable the following instructions: |INFO: Created TensorFlow Lite "
)
"""How a line of C++'s begins; those of Python, such as warnings, begin otherwise."""

NVIDIA: Final = Path("/proc/driver/nvidia/version")


@contextmanager
def quiet_start() -> Iterator[None]:
    """Hold back TensorFlow's start-up notes while it is loaded for the first time.

    They go to file descriptor 2, which notebooks show, and some before the level is read. Nothing
    is held back where TensorFlow is loaded already or `TF_CPP_MIN_LOG_LEVEL` is set: then the
    notes are the user's. All is told after all where the start fails, or where TensorFlow
    overlooks a GPU.
    """
    if "tensorflow" in sys.modules or LEVEL in os.environ:
        yield
        return
    with notes_held_back(_overlooks_a_gpu):
        os.environ[LEVEL] = ERRORS
        try:
            yield
        finally:
            os.environ.pop(LEVEL, None)


@contextmanager
def notes_held_back(matter: Callable[[], bool] = lambda: False) -> Iterator[None]:
    """Keep C++'s notes from the screen, unless `TF_CPP_MIN_LOG_LEVEL` is set.

    What else was written is told at the end; all of it after an exception, or if it matters.
    """
    if LEVEL in os.environ:
        yield
        return
    try:
        screen = os.dup(2)
    except OSError:  # there is none
        yield
        return
    all_matter = True
    with tempfile.TemporaryFile() as held:
        _flush()
        os.dup2(held.fileno(), 2)
        try:
            yield
            all_matter = matter()
        finally:
            _flush()
            os.dup2(screen, 2)
            os.close(screen)
            held.seek(0)
            _tell(held.read().decode(errors="replace"), all_matter=all_matter)


def _flush() -> None:
    if sys.stderr is not None:
        sys.stderr.flush()


def _tell(text: str, *, all_matter: bool) -> None:
    lines = text.splitlines(keepends=True)
    kept = lines if all_matter else [line for line in lines if not NOTE.match(line)]
    if kept and sys.stderr is not None:
        sys.stderr.write("".join(kept))


def _overlooks_a_gpu() -> bool:
    """Ask for devices, which writes the last of the notes."""
    tensorflow = sys.modules.get("tensorflow")
    if tensorflow is None:
        return False
    found = tensorflow.config.list_physical_devices("GPU")
    hidden = os.environ.get("CUDA_VISIBLE_DEVICES") in {"", "-1"}
    return NVIDIA.exists() and not found and not hidden
