"""The most resident memory that this process has had.

Not ru_maxrss, which a child inherits from its parent, and which cannot be set back.
"""

from __future__ import annotations

from pathlib import Path

PROCESS = Path("/proc/self")


def peak() -> float:
    """In MiB."""
    status = (PROCESS / "status").read_text().splitlines()
    (line,) = [line for line in status if line.startswith("VmHWM")]
    return int(line.split()[1]) / 1024


def set_back() -> None:
    """Let the peak be what is held now."""
    (PROCESS / "clear_refs").write_text("5")
