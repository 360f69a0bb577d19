"""One look at the model for each picture instead of ten."""

from __future__ import annotations

from copy import copy
from dataclasses import replace

from gridexplainer_widget.analysis.setup import Setup
from gridexplainer_widget.core.errors import ModelChangedError
from gridexplainer_widget.inference.strategy import MAX_UNWATCHED


class HeldModel:
    """A setup whose model is looked at before and after each picture.

    A run looks before and after whatever it asks, since anything may have happened meanwhile. A
    study asks one thing after the other, so that two looks tell as much: `check` raises where the
    model has changed, before anything is kept of what was asked since the look before.
    """

    def __init__(self, setup: Setup) -> None:
        self.setup = copy(setup)
        self.setup.checked = None  # it is told once for the study, not with each picture
        self.setup.most_in_batch = MAX_UNWATCHED
        mark = setup.classifier.mark
        before = mark() if mark else None
        self._look = mark if before is not None and before.complete else None
        if before is not None and self._look is not None:  # else each run asks the model itself
            self._before = before
            self.setup.classifier = replace(setup.classifier, mark=lambda: before)

    @property
    def is_known(self) -> bool:
        """Whether a look tells all that the answers depend on."""
        return self._look is not None

    def check(self) -> None:
        """Look at the model.

        Raises
        ------
        ModelChangedError
            It is no longer what it was at the start.
        """
        if self._look is not None and self._look() != self._before:
            raise ModelChangedError(
                f"{self.setup.classifier.name} has changed while the study was made. What was "
                "asked lately is not kept. For the model as it is, choose another folder."
            )
