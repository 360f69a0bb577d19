"""The base class of both widgets."""

from __future__ import annotations

import threading
from base64 import b64encode
from collections.abc import Collection
from typing import Any

import anywidget
import traitlets as t

from gridexplainer_widget.analysis.setup import Setup
from gridexplainer_widget.wire.shared import STATUSES

from .ipykernel import route_clicks_to_the_subshell
from .publisher import Publisher
from .traits import accepted, accepted_target, kernel_trait


class BaseWidget(anywidget.AnyWidget):
    """A widget that checks what it receives; `lock` is held while traits are received or sent."""

    lock: threading.RLock
    _kernel_traits: Collection[str] = ()
    # ipywidgets 7 displays through this, without the PNG of _repr_mimebundle_.
    _ipython_display_ = None

    picture = kernel_trait(t.Bytes(help="The picture, PNG."))
    labels = kernel_trait(t.List(t.Unicode(), help="A name for each class."))
    status = kernel_trait(t.Enum(STATUSES, "stopped", help="The run's state."))
    error = kernel_trait(t.Unicode(help="What went wrong and what to do about it."))

    target = t.Any(
        None, allow_none=True, help="The class asked about, index or label; None is the top one."
    ).tag(sync=True)

    def __init__(self, setup: Setup, publisher: Publisher, **layout: Any) -> None:
        self._setup, self._publisher, self.lock = setup, publisher, publisher.lock
        super().__init__(**layout)

    def start(self) -> None:
        """Start or resume unfinished work."""
        self._publisher.start()

    def stop(self) -> None:
        """End the work within a step; results stay, and `start` resumes."""
        self._publisher.stop()

    def close(self) -> None:
        """End all work and remove the view; results stay."""
        if hasattr(self, "_publisher"):  # missing if the picture was refused
            self._publisher.close()
        super().close()

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Set the traits that the front end may write; show errors."""
        allowed = {
            name: value for name, value in sync_data.items() if name not in self._kernel_traits
        }
        with self.lock:
            try:
                super().set_state(allowed)
            except Exception as error:  # noqa: BLE001 - shown in `error`
                self.set_trait("error", str(error))
                self.send_state(list(allowed))

    def notify_change(self, change: Any) -> None:
        """Notify under the lock."""
        with self.lock:
            super().notify_change(change)

    def _listen(self) -> None:
        route_clicks_to_the_subshell(self)
        self.on_msg(self._on_message)

    def _on_message(self, _: Any, content: Any, buffers: Any) -> None:
        try:
            self._obey(content if isinstance(content, dict) else {"sent": content}, buffers)
        except Exception as error:  # noqa: BLE001 - shown in `error`
            self.set_trait("error", str(error))

    def _obey(self, command: dict[str, Any], buffers: Any) -> None:  # noqa: ARG002 - for subclasses
        kind = command.get("type")
        if kind == "start":
            self.start()
        elif kind == "stop":
            self.stop()
        else:
            raise ValueError(f"The front end sent {command!r:.200}, which is no command.")

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        """Add a PNG where no widget runs."""
        bundle = super()._repr_mimebundle_(**kwargs)
        data, metadata = bundle if isinstance(bundle, tuple) else (bundle, {})
        png = b64encode(self._png()).decode()
        return {**(data or {}), "image/png": png}, metadata or {}

    def _png(self) -> bytes:
        picture: bytes = self.picture
        return picture

    @t.validate("target")
    def _valid_target(self, proposal: Any) -> Any:
        labels = self._setup.classifier.labels
        return accepted(accepted_target, proposal.value, self.labels, labels)
