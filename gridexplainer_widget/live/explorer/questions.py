"""What can be asked beyond the map."""

from __future__ import annotations

from typing import Any

from .publisher import ExplorerPublisher
from .traits import ExplorerTraits


class ExplorerQuestions(ExplorerTraits):
    """Questions of Python and of the front end, which the publisher answers."""

    _publisher: ExplorerPublisher

    def play(self) -> None:
        """Compute the deletion and insertion curves; see :attr:`curve`.

        Raises
        ------
        RuntimeError
            Some cells are not scored.
        """
        self._publisher.play()

    def smallest_set(self, kind: str, *, another: bool = False) -> None:
        """Search the smallest set that is "enough" or "needed", and select it.

        It waits for the run; :attr:`minimal_sets` fills in. With `another`, the next set that
        shares no cell with those that are known.
        """
        self._publisher.smallest_set(kind, another=another)

    def how_sure(self) -> None:
        """Ask how sure each cell is, after the run; see :attr:`certainty`.

        What is known is not asked again.

        Raises
        ------
        RuntimeError
            Nothing is scored yet.
        """
        self._publisher.certainty()

    def how_far(self) -> None:
        """Ask how far to trust the map that is shown, by its audit; see :attr:`audit`.

        Raises
        ------
        RuntimeError
            It is not finished.
        """
        self._publisher.audit()

    def _obey(self, command: dict[str, Any], buffers: Any) -> None:
        kind = command.get("type")
        plain = {"play": self.play, "certainty": self.how_sure, "audit": self.how_far}
        if isinstance(kind, str) and kind in plain:
            plain[kind]()
        elif kind == "smallest_set":
            self.smallest_set(command.get("kind", ""), another=command.get("next") is True)
        else:
            super()._obey(command, buffers)
