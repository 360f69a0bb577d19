"""What an explainer can do with many pictures."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from gridexplainer_widget.analysis.setup import Setup
from gridexplainer_widget.methods.requests import MethodRequestLike

if TYPE_CHECKING:
    from .study import Study


class Studies(Setup):
    """A model and its settings, which can be studied on many pictures."""

    def explain_all(  # noqa: PLR0913 - keywords with defaults
        self,
        pictures: Any,
        out: str | os.PathLike[str],
        *,
        targets: str = "predicted",
        methods: MethodRequestLike | Sequence[MethodRequestLike] = "occlusion",
        audit: bool = False,
        certainty: bool = False,
        pixels: bool = False,
        on_error: str = "record",
        workers: int | str | None = None,
    ) -> Study:
        """Explain many pictures; the rows are in a folder, and the same call goes on after a stop.

        Killed at any moment, it loses the pictures in flight and nothing else. Pictures that are
        done are not asked about again; those that failed are. Needs the extra ``[study]``;
        docs/studies.md tells more.

        Parameters
        ----------
        pictures : folder, pattern, sequence, DataFrame or dataset
            A pattern such as ``"photos/**/*.jpg"``; a sequence of pictures, or of tuples (picture,
            label) or (picture, label, mask); a DataFrame with a column "path", perhaps "label" and
            "mask"; a Hugging Face dataset.
        out : path
            A folder, new or with a study of the same model and settings.
        targets : {"predicted", "label", "both"}
            What is explained: the most probable class, the picture's label, or both.
        methods : str or sequence
            As for :meth:`GridExplainer.compare`.
        audit : bool
            Hide the cells of each map in order, as :meth:`GridExplainer.faithfulness` does: three
            to five times the work.
        certainty : bool
            Hide each cell in eight ways, as :meth:`GridExplainer.certainty` does: some seven times
            the pictures of the cells alone.
        pixels : bool
            Keep each map at the size of the model's input, too, for :meth:`Study.pixel_map`: some
            methods tell pixels of a cell apart. Needs the extra ``[zarr]``.
        on_error : {"record", "raise"}
            "record": a picture that fails is a row with its error.
        workers : int or "ray", optional
            A number of processes, each with a copy of the model, or Ray, which needs the extra
            ``[ray]``; by default this process.

        Raises
        ------
        ValueError, TypeError, FileNotFoundError
            A parameter is not usable, or the folder holds a study of another model or settings.
        ModelChangedError
            The model changed meanwhile.
        """
        from .explain_all import explain_all  # noqa: PLC0415 - rarely used
        from .records.plan import Plan  # noqa: PLC0415 - rarely used

        plan = Plan.of(methods, targets, on_error, audit=audit, certainty=certainty, pixels=pixels)
        return explain_all(self, pictures, out, plan, workers)
