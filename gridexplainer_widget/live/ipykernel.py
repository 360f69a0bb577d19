"""A workaround for ipykernel 7.4."""

from __future__ import annotations

from typing import Any


def route_clicks_to_the_subshell(widget: Any) -> None:
    """Answer clicks while a notebook cell runs.

    ipykernel 7.4 routes messages to the thread that published last: the busy main thread, after a
    cell has started a run.
    """
    comm = getattr(widget, "comm", None)
    if comm is not None and hasattr(comm, "_reply_subshell_for"):
        comm._reply_subshell_for = lambda _data, default: default  # noqa: SLF001 - no public way
