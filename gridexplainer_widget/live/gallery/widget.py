"""A study's pictures under their maps, sorted and filtered by what matters."""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import anywidget
import ipywidgets
import traitlets as t

from gridexplainer_widget.core.files import write_file
from gridexplainer_widget.live.ipykernel import route_clicks_to_the_subshell
from gridexplainer_widget.live.traits import kernel_trait, told
from gridexplainer_widget.wire.document import STATIC, STYLE, Document
from gridexplainer_widget.wire.gallery import accepted_rows

from .columns import GalleryColumns

Open = Callable[[int], Any]
"""A picture's number → a widget that shows it."""

WIDE: Final = "body { max-width: 1500px; }"


class GalleryWidget(anywidget.AnyWidget):
    """Pictures under their maps; only those in view are sent.

    Parameters
    ----------
    columns : GalleryColumns
    opened : callable, optional
        Called with a picture's number on a click.
    """

    _esm = (STATIC / "gallery.js").read_text(encoding="utf-8")
    _css = (STATIC / "gallery.css").read_text(encoding="utf-8")

    about = kernel_trait(t.Dict(help="Title, classes, columns: js/src/model/gallery_protocol.ts."))
    names = kernel_trait(t.List(t.Unicode(), help="The pictures' names."))
    codes = kernel_trait(t.Bytes(help="int16 (pictures, 2): predicted class and label."))
    numbers = kernel_trait(t.Bytes(help="float32 (columns, pictures)."))
    aspects = kernel_trait(t.Bytes(help="float32 (pictures,): width over height."))
    maps = kernel_trait(t.Bytes(help="int8 (pictures, cells)."))
    opened = t.Int(-1, help="The picture that was clicked last; -1: none.").tag(sync=True)
    error = kernel_trait(t.Unicode(help="What went wrong and what to do about it."))

    def __init__(
        self, columns: GalleryColumns, opened: Callable[[int], object] | None = None
    ) -> None:
        self._columns, self._opened = columns, opened
        super().__init__()
        with self.hold_sync():
            self.set_trait("about", {**columns.about, "opens": opened is not None})
            for name in ("names", "codes", "numbers", "aspects", "maps"):
                self.set_trait(name, getattr(columns, name))
        route_clicks_to_the_subshell(self)
        self.on_msg(self._on_message)

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take of the front end which picture was clicked, and nothing else."""
        if "opened" not in sync_data:
            return
        try:
            (row,) = accepted_rows([sync_data["opened"]], len(self._columns.names))
            super().set_state({"opened": row})
            if self._opened is not None:
                self._opened(row)
            self.set_trait("error", "")
        except Exception as error:  # noqa: BLE001 - shown in `error`
            self.opened = -1  # so that another click asks again
            self.set_trait("error", told(error))

    def to_html(self, path: str | os.PathLike[str]) -> Path:
        """Write a page that needs no kernel; return its path.

        It holds all thumbnails: some four kilobytes for each picture.
        """
        return write_file(path, gallery_html(self._columns).encode())

    def _on_message(self, _: Any, content: Any, buffers: Any) -> None:  # noqa: ARG002 - as ipywidgets calls it
        try:
            self._obey(content if isinstance(content, dict) else {"sent": content})
        except Exception as error:  # noqa: BLE001 - shown in `error`
            self.set_trait("error", told(error))

    def _obey(self, command: dict[str, Any]) -> None:
        kind, pictures = command.get("type"), len(self._columns.names)
        if kind == "thumbnails":
            rows = accepted_rows(command.get("rows"), pictures)
            thumbnails = [self._columns.thumbnails[row] for row in rows]
            self.send({"type": "thumbnails", "rows": rows}, thumbnails)
        else:
            raise ValueError(f"The front end sent {command!r:.200}, which is no command.")


class Gallery(ipywidgets.VBox):  # type: ignore[misc]  # which has no types
    """A gallery, and below it the picture that was clicked, live.

    Parameters
    ----------
    columns : GalleryColumns
    opened : callable, optional
        Makes a widget of a picture's number.

    Attributes
    ----------
    gallery : GalleryWidget
        The gallery alone, for hosts that show single widgets only, as marimo does; its trait
        `opened` tells which picture was clicked last.
    picture : widget or None
        The picture that was clicked last.
    """

    def __init__(self, columns: GalleryColumns, opened: Open | None = None) -> None:
        self.picture: Any = None
        self._make = opened
        self.gallery = GalleryWidget(columns, None if opened is None else self.open_picture)
        super().__init__([self.gallery])

    def open_picture(self, row: int) -> None:
        """Show a picture live below the gallery, instead of the one before."""
        if self._make is None:
            raise ValueError("Opening a picture asks the model: open the study with its explainer.")
        before, self.picture = self.picture, self._make(row)
        self.children = (self.gallery, self.picture)
        if before is not None:
            before.close()

    def to_html(self, path: str | os.PathLike[str]) -> Path:
        """Write a page; see :meth:`GalleryWidget.to_html`."""
        return self.gallery.to_html(path)


def gallery_html(columns: GalleryColumns) -> str:
    """Return a gallery as a page."""
    document = Document(
        title=columns.about["title"],
        heading=columns.about["title"],
        line=columns.about["line"],
        script=(STATIC / "gallery_page.js").read_text(encoding="utf-8"),
        style=STYLE + WIDE + (STATIC / "gallery.css").read_text(encoding="utf-8"),
    )
    parts = ("codes", "numbers", "aspects", "maps")
    return document.html(
        {
            "about": {**columns.about, "title": "", "line": "", "opens": False},
            "names": columns.names,
            **{name: b64encode(getattr(columns, name)).decode() for name in parts},
            "thumbnails": [b64encode(one).decode() for one in columns.thumbnails],
        }
    )
