"""A model whose maps can be audited."""

from __future__ import annotations

from numpy.typing import ArrayLike

from gridexplainer_widget.core.progress import with_bar
from gridexplainer_widget.results.data.certainty import Certainty
from gridexplainer_widget.results.explanation import Explanation
from gridexplainer_widget.results.faithfulness import Faithfulness

from .audit import audit_explanation, randomise_steps
from .audit_fills import AuditFills
from .certainty import CertaintyWork, Patches, certainty_steps
from .randomisation import Randomisation
from .setup import Setup


class Auditor(Setup):
    """A model and its settings, to see how far to believe maps of it."""

    explanation: Explanation | None = None

    def faithfulness(
        self,
        explanation: Explanation,
        *,
        fill: AuditFills = None,
        mask: ArrayLike | None = None,
        randomise: bool = False,
    ) -> Faithfulness:
        """Measure an explanation's faithfulness by hiding its cells in order.

        Random orders tell what chance reaches. Under two fills, on a grid of 8×8 cells, the map's
        order takes 128 pictures and random ones 448, which all maps of a :meth:`compare` share.

        Parameters
        ----------
        explanation : Explanation
        fill : str, (r, g, b), callable, or a list of these, optional
            What stands in for hidden cells. By default two that differ from the map's own: of
            "gray", "blur", "picture-mean" and "noise" the first two. A map is best at what it was
            made by, and another fill can reverse the ranking of methods.
        mask : bool array (height, width), optional
            True on the object.
        randomise : bool
            Also explain with randomised weights; see :meth:`randomisation`.

        Raises
        ------
        ModelChangedError
            The model is no longer the one that was explained.
        ValueError
            The mask does not fit the picture, or the explanation does not fit the model.
        """
        steps = audit_explanation(self, explanation, fill, mask, randomise=randomise)
        return with_bar(steps, "Hiding cells in order")

    def randomisation(self, explanation: Explanation, stages: int = 4) -> Randomisation:
        """Test how a map changes when weights are randomised, from the last layer down.

        The model itself stays unchanged.

        Parameters
        ----------
        explanation : Explanation
        stages : int
            Number of maps, at least 1; the last has all layers randomised.

        Raises
        ------
        MethodError
            The model is a black box or cannot be copied.
        """
        steps = randomise_steps(self, explanation, explanation.request, stages)
        return with_bar(steps, "Randomising layers")

    def certainty(self, explanation: Explanation, patches: Patches = None) -> Certainty:
        """Hide each cell alone in eight ways, to see of which cells one can be sure.

        On a grid of 8×8 cells that takes 455 pictures, if the map was made in one of the ways, and
        the bar tells how many are left. After any exception, also Ctrl-C, ``self.explanation``
        holds what is known, and asking again goes on from there (docs/certainty.md).

        Parameters
        ----------
        explanation : Explanation
        patches : picture or sequence of pictures, optional
            Photographs, better without what is asked about: in four of the ways a cell shows the
            same place of one of the first four. By default it shows pieces of the same picture.

        Returns
        -------
        Certainty
            What each cell does in each way, and whether it is sure. It is in
            ``self.explanation.certainty`` as well, unless something else was explained since.

        Raises
        ------
        ModelChangedError
            The model is no longer the one that was explained.
        ValueError, TypeError
            The explanation does not fit the model, or a picture is none.
        """
        work = CertaintyWork(self, explanation, patches)

        def keep(certainty: Certainty) -> None:
            latest = self.explanation or explanation
            if latest.vectors is explanation.vectors:
                self.explanation = latest.with_certainty(certainty)

        return with_bar(certainty_steps(work, keep), "Hiding cells in eight ways", "picture")
