"""A study, as the user holds it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from gridexplainer_widget.core.files import write_file

from .study_data import StudyData

if TYPE_CHECKING:
    from gridexplainer_widget.live.gallery.widget import Gallery

    from .findings.by_mask import ByMask
    from .findings.difference import Difference
    from .findings.shortcuts_found import Shortcuts


class Study(StudyData):
    """Many pictures, explained, and what can be found in their maps."""

    def shortcuts(self) -> Shortcuts:
        """Find places that a class hangs on wherever its objects are, such as a stamp.

        The maps of half of each class's pictures are clustered, and the region that a cluster
        shares is hidden in the other half; docs/studies.md tells what counts as found. Needs the
        explainer.

        Raises
        ------
        ValueError
            There is no explainer, the model gives values, or a picture is another by now.
        """
        from .search import search_shortcuts  # noqa: PLC0415 - rarely used

        return search_shortcuts(self)

    def by_mask(self) -> ByMask:
        """Count right answers with the object hidden, and with all but the object hidden.

        For pictures with a label and a mask; needs the explainer, whose fill hides.

        Raises
        ------
        ValueError
            There is no explainer, no such picture, or a picture is another by now.
        """
        from .parts import by_mask  # noqa: PLC0415 - rarely used

        return by_mask(self)

    def compare(self, other: StudyData) -> Difference:
        """Tell which answers and maps another model changed, of the same pictures.

        A map changed if it is less like this one than this model's maps of two fills are alike,
        which is measured on up to forty pictures. Needs the explainer.

        Raises
        ------
        ValueError
            There is no explainer, the grids differ, or no picture is in both.
        """
        from .compare import compare_studies  # noqa: PLC0415 - rarely used

        return compare_studies(self, other)

    def report(self, path: str | os.PathLike[str], *findings: object) -> Path:
        """Write a page: what was run, what was found, and examples; return its path.

        Parameters
        ----------
        path : path
        *findings
            What :meth:`shortcuts`, :meth:`by_mask` and :meth:`compare` returned.
        """
        from .page import study_page  # noqa: PLC0415 - rarely used

        return write_file(path, study_page(self, findings).encode())

    def gallery(self) -> Gallery:
        """Show all pictures under their maps: sorted, filtered, brushed; a click opens one live.

        ``study.gallery().to_html("gallery.html")`` writes the same as a page without a kernel.
        """
        from gridexplainer_widget.live.gallery.widget import Gallery  # noqa: PLC0415 - slow to load

        from .galleries import columns_of, opener_of  # noqa: PLC0415 - rarely used

        return Gallery(columns_of(self), opener_of(self))
