"""The most resident memory that this process has had.

Not ru_maxrss, which a child inherits from its parent, and which cannot be reset.
"""

from __future__ import annotations

from pathlib import Path

PROCESS = Path("/proc/self")


def peak_mib() -> float:
    """Read the peak in MiB, since the start or since `reset_peak`."""
    status = (PROCESS / "status").read_text().splitlines()
    (line,) = [line for line in status if line.startswith("VmHWM")]
    return int(line.split()[1]) / 1024


def reset_peak() -> None:
    """Start again from what is held now."""
    (PROCESS / "clear_refs").write_text("5")
