"""The base class of both widgets."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Collection
from contextlib import suppress
from typing import Any

import traitlets as t

from gridexplainer_widget.analysis.setup import Setup
from gridexplainer_widget.classifiers.labels import plain_target
from gridexplainer_widget.classifiers.quantities import PROBABILITY
from gridexplainer_widget.core.picture import Picture, PictureLike, read_picture
from gridexplainer_widget.core.shown import shown
from gridexplainer_widget.wire.shared import STATUSES

from .colab import views_hear_only_the_kernel
from .ipykernel import route_clicks_to_the_subshell
from .publisher import Publisher
from .shared_traits import SharedTraits
from .traits import accepted, accepted_target, class_sent, kernel_trait, sendable, sent_target, told


class BaseWidget(SharedTraits):
    """A widget that checks what it receives.

    Nothing that a message leads to is raised, also no `SystemExit` of an observer, which would end
    the kernel: it is shown in `error`. What Python leads to is raised where it stands.
    """

    _session: Any
    _shared_traits: Collection[str] = ()
    """What all views of the widget have in common, of what they may write."""

    # ipywidgets 7 displays through this, without the PNG of _repr_mimebundle_.
    _ipython_display_ = None

    picture = kernel_trait(t.Bytes(help="The picture, PNG."))
    quantity = kernel_trait(
        t.Dict(
            PROBABILITY.record,
            help='What the model\'s numbers are: `name`, "probability" or "value", and `unit`.',
        )
    )
    labels = kernel_trait(
        t.List(t.Unicode(), help="A name for each class."),
        to_json=lambda labels, _: [shown(label) for label in labels],
    )
    status = kernel_trait(t.Enum(STATUSES, "stopped", help="The run's state."))
    error = kernel_trait(t.Unicode(help="What went wrong and what to do about it."))

    target = t.Any(
        None, allow_none=True, help="The class asked about, index or label; None is the top one."
    ).tag(sync=True, to_json=class_sent)

    contrast = t.Any(
        None,
        allow_none=True,
        help="Why the target rather than this class, index or label, in log-odds; None is all "
        "others.",
    ).tag(sync=True, to_json=class_sent)

    def __init__(self, setup: Setup, publisher: Publisher, **layout: Any) -> None:
        self._setup, self._publisher, self.lock = setup, publisher, publisher.lock
        super().__init__(**layout)

    def explain(self, img: PictureLike) -> None:
        """Replace the picture and score it, for its own most probable class.

        Parameters
        ----------
        img : path, bytes, PIL image or array

        Raises
        ------
        ValueError
            Not a picture, or the grid does not fit it; the old one stays.
        """
        picture = read_picture(img)
        with self._publisher.publishing():
            self._publisher.forget_reading()
            self._replace_picture(picture)

    def _replace_picture(self, picture: Picture) -> None:
        raise NotImplementedError

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

    def get_state(self, *names: Any, **options: Any) -> dict[str, Any]:
        """Return what is sent to the front end, in texts that every host can send."""
        state = super().get_state(*names, **options)
        return {
            name: value if name.startswith("_") else sendable(value)
            for name, value in state.items()
        }

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Set the traits that the front end may write; show errors."""
        names = set(self.keys).difference(self._kernel_traits)
        allowed = {name: value for name, value in sync_data.items() if name in names}
        with self.lock:
            try:
                super().set_state(allowed)
                if views_hear_only_the_kernel():
                    self.send_state(list(allowed))
            except BaseException as error:  # noqa: BLE001 - shown in `error`
                self._show(error)
                self.send_state(list(allowed))

    def _listen(self) -> None:
        route_clicks_to_the_subshell(self)
        self.on_msg(self._on_message)

    def _on_message(self, _: Any, content: Any, buffers: Any) -> None:
        try:
            self._obey(content if isinstance(content, dict) else {"sent": content}, buffers)
        except BaseException as error:  # noqa: BLE001 - shown in `error`
            self._show(error)

    def _show(self, error: BaseException) -> None:
        with suppress(BaseException):  # an observer of `error` may raise, too
            self.set_trait("error", told(error))

    def _obey(self, command: dict[str, Any], buffers: Any) -> None:  # noqa: ARG002 - for subclasses
        kind = command.get("type")
        if kind == "start":
            self.start()
        elif kind == "stop":
            self.stop()
        elif kind == "state":
            self.send_state(list(self._shared_traits))
            self.send({"type": "state"})
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
        target = accepted(accepted_target, proposal.value, self.labels, labels)
        return accepted(sent_target, target)

    @t.validate("contrast")
    def _valid_contrast(self, proposal: Any) -> Any:
        contrast = accepted(sent_target, accepted(plain_target, proposal.value))
        if not self.labels:  # it is looked at again with the first answer
            return contrast
        target = accepted(self._session.target, self.target)
        return accepted(self._session.contrast, target, contrast)
