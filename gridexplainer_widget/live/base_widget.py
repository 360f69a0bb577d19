"""A widget that trusts no front end, and sends from one thread at a time."""

from __future__ import annotations

import threading
from collections.abc import Collection
from typing import Any

import anywidget


class BaseWidget(anywidget.AnyWidget):
    """What both widgets do with what comes in and what goes out.

    Attributes
    ----------
    lock : threading.RLock
        Held while anything is taken or sent.
    """

    lock: threading.RLock
    _kernels: Collection[str] = ()

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take what the front end writes; refuse what it may not, and say so on the screen."""
        allowed = {name: value for name, value in sync_data.items() if name not in self._kernels}
        with self.lock:
            try:
                super().set_state(allowed)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is shown
                self.set_trait("error", str(error))
                self.send_state(list(allowed))

    def notify_change(self, change: Any) -> None:
        """Send changes from one thread at a time."""
        with self.lock:
            super().notify_change(change)
