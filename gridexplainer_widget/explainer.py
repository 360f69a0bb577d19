"""The entry point: a model, and how to hide parts of its pictures."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numpy.typing import ArrayLike

from gridexplainer_widget.analysis.audit_fills import AuditFills
from gridexplainer_widget.analysis.auditor import Auditor
from gridexplainer_widget.analysis.compare import comparison_steps
from gridexplainer_widget.analysis.explain import explain_steps
from gridexplainer_widget.analysis.minimal_sets import minimal_sets_steps
from gridexplainer_widget.core.picture import PictureLike, read_picture
from gridexplainer_widget.core.progress import with_bar
from gridexplainer_widget.methods.requests import MethodRequestLike, parse_request
from gridexplainer_widget.results.compared.comparison import Comparison
from gridexplainer_widget.results.data.minimal_sets import MinimalSets
from gridexplainer_widget.results.explanation import Explanation
from gridexplainer_widget.study.studies import Studies

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from gridexplainer_widget.live.comparison.widget import ComparisonWidget
    from gridexplainer_widget.live.explorer.widget import GridExplainerWidget


class GridExplainer(Auditor, Studies):
    """Explain an image classifier by hiding the cells of a grid, alone and together.

    Alone, a cell's importance is the drop of the target's probability when it is hidden: occlusion
    sensitivity (M. D. Zeiler and R. Fergus, "Visualizing and Understanding Convolutional Networks",
    ECCV 2014). A network that was really trained answers that with noise, so handfuls of cells are
    hidden, too, and a map is fitted to them. How well each map foretells what hiding does is
    measured on handfuls that no map was fitted to (docs/together.md).

    Parameters
    ----------
    model : model, path, callable or Classifier
        See :func:`gridexplainer_widget.as_classifier`, also for `preprocess` to `input_shape`.
    grid_size : int or (int, int), optional
        Rows and columns, from 1 to the pixels of the model's input. By default 8×8; the live
        widget cuts wide and tall pictures into about as many square cells.
    fill : str, (r, g, b) or callable
        Replaces hidden cells before preprocessing: "picture-mean", "blur", "red", …; see
        docs/fills.md and :func:`gridexplainer_widget.core.fills.parse_fill`.
    score : {"probability", "log-odds"}
        Unit of the drops.
    preprocess : str, callable or None
        For a batch in 0..255: "auto" (read off the model), "0..1", "imagenet", ….
    labels : sequence, mapping or path, optional
        Class names.
    output : str, optional
        What the model returns; by default read off it, or off its answers: "softmax", "percent",
        "logits", "sigmoid", "sigmoids", "multilabel-logits" (logits of classes of which several may
        be true, of each of which a sigmoid is taken) or "value" (a regression: drops are in its own
        unit; several numbers are several values, whose names `labels` tell).
    unit : str
        Of values, such as "years"; written wherever values are.
    output_index : int or str, optional
        Which of several outputs, by place or name; methods that look inside follow it.
    input_shape : (height, width) or (height, width, channels), optional
        In pixels, if the model does not tell; see :func:`gridexplainer_widget.as_classifier`.
    batch_size : int, optional
        At least 1; by default from picture size and memory budget.
    seed : int
        At least 0; for handfuls, random fills and random methods.
    engine : {"auto", "full", "incremental"}
        "full" runs the model on every masked picture; "incremental" recomputes only what hiding
        changes in a Keras or PyTorch network, with the same numbers (docs/speed.md); "auto" picks
        the faster.
    joint : bool
        Hide handfuls, too. If False, cells are hidden alone, and nothing tells how far to believe
        their map.
    budget : int, optional
        Pictures given to the model at most, the cells alone included, which are always hidden. By
        default three for each cell, about: 200 for 8×8. Fewer are hidden where the map settles, and
        4,000 handfuls at most.

    Raises
    ------
    ValueError, TypeError
        A parameter is not usable.

    Attributes
    ----------
    explanation, comparison, checked : Explanation, Comparison, Preflight; or None
        The latest, also of an occlusion or :meth:`compare` that an exception ended.

    Examples
    --------
    >>> from gridexplainer_widget import GridExplainer, demo
    >>> honest = demo.load("honest")
    >>> explainer = GridExplainer(honest.classifier)
    >>> cells = explainer.explain(honest.pictures["cat and dog"], "dog").top(3)
    """

    comparison: Comparison | None = None

    def explain(
        self,
        img: PictureLike,
        target_class: int | str | None = None,
        method: str = "occlusion",
        *,
        contrast: int | str | None = None,
        **options: Any,
    ) -> Explanation:
        """Compute how much each cell contributes to a class.

        After any exception, also Ctrl-C, ``self.explanation`` holds what occlusion has scored.

        Parameters
        ----------
        img : path, bytes, PIL image or array
            See :func:`gridexplainer_widget.read_picture`.
        target_class : int or str, optional
            Index or label; by default the most probable class.
        method : str
            A name in :data:`gridexplainer_widget.METHODS` (docs/methods.md).
        contrast : int or str, optional
            Why the target rather than this class: drops are of ln(p of the target / p of this
            class), a difference of logits; see :meth:`Explanation.for_contrast`. By default, why
            the target rather than any other class.
        **options
            See :class:`gridexplainer_widget.attribution.options.MethodOptions`.

        Raises
        ------
        ExplanationError
            The model failed; the error carries the cells scored so far.
        MethodError
            The method cannot explain this model.
        ModelChangedError
            The model changed while it was asked.
        ValueError, TypeError
            The picture, its grid, the target, the contrast, the method or an option is not usable.
        """
        request = parse_request((method, options))
        bar = (request.method.title,) if request.method.explain else ("Hiding cells", "cell")
        keep = partial(setattr, self, "explanation")
        run = self.start_run(img)
        steps = explain_steps(self, run, target_class, request, contrast, on_result=keep)
        return with_bar(steps, *bar)

    def compare(  # noqa: PLR0913 - keywords with defaults
        self,
        img: PictureLike,
        methods: Sequence[MethodRequestLike] | None = None,
        target_class: int | str | None = None,
        *,
        contrast: int | str | None = None,
        fill: AuditFills = None,
        mask: ArrayLike | None = None,
        randomise: bool = False,
    ) -> Comparison:
        """Explain a picture by several methods, and measure how faithful each map is.

        Parameters
        ----------
        img, target_class, contrast
            As for :meth:`explain`, with the same errors.
        methods : sequence, optional
            "grad-cam", ("grad-cam", layer) or ("rise", {"samples": 500}), of any name in
            :data:`gridexplainer_widget.METHODS`; by default :attr:`usual_methods`.
        fill, mask, randomise
            As for :meth:`faithfulness`.

        Returns
        -------
        Comparison
            `failures` lists the methods that cannot explain this model. After any exception, also
            Ctrl-C, ``self.comparison`` holds the finished maps.
        """
        keep = partial(setattr, self, "comparison")
        request = self, img, methods, target_class, fill, mask
        steps = comparison_steps(*request, contrast=contrast, randomise=randomise, on_result=keep)
        return with_bar(steps, "Comparing")

    def minimal_sets(
        self,
        img: PictureLike | Explanation,
        target: int | str | None = None,
        budget: int | None = None,
        margin: float = 0.0,
    ) -> MinimalSets:
        """Find the smallest sets that alone keep the answer, and those whose hiding changes it.

        After any exception, also Ctrl-C, ``self.explanation.minimal_sets`` holds what was found.

        Parameters
        ----------
        img : picture or Explanation
            A picture is explained first; of an explanation nothing is asked again.
        target, budget, margin
            See :func:`gridexplainer_widget.analysis.minimal_sets.minimal_sets_steps`.
        """
        explanation = img if isinstance(img, Explanation) else self.explain(img, target)
        if target is not None:
            explanation = explanation.for_target(target)
        keep = lambda sets: setattr(self, "explanation", explanation.with_minimal_sets(sets))  # noqa: E731
        steps = minimal_sets_steps(self, explanation, budget, margin, on_result=keep)
        return with_bar(steps, "Hiding sets of cells")

    def report(
        self,
        img: PictureLike,
        path: str | os.PathLike[str],
        target_class: int | str | None = None,
        *,
        contrast: int | str | None = None,
        methods: Sequence[MethodRequestLike] | None = None,
    ) -> Path:
        """Write a page for the file, with all that can be told of a picture (docs/report.md).

        Explains, audits and compares as :meth:`compare`, looks for :meth:`minimal_sets`, and asks
        for :meth:`certainty`: on a grid of 8×8 cells about 1,500 pictures, and what the other
        methods take. :meth:`Explanation.report` writes what is known, and asks the model nothing.

        Parameters
        ----------
        img, target_class, contrast
            As for :meth:`explain`, with the same errors.
        path : path
            Of the page, such as "case.html".
        methods : sequence, optional
            To compare occlusion with, as for :meth:`compare`.
        """
        picture = read_picture(img)
        asked = self.usual_methods if methods is None else methods
        every = ["occlusion", *(one for one in asked if one != "occlusion")]
        comparison = self.compare(picture, every, target_class, contrast=contrast)
        explanation = comparison["occlusion"]
        if not explanation.quantity.is_value:  # these have no answer to keep
            explanation = explanation.with_minimal_sets(self.minimal_sets(explanation))
        explanation = explanation.with_certainty(self.certainty(explanation))
        self.explanation = replace(explanation, checked=self.checked)
        return Path(self.explanation.report(path, comparison=comparison))

    def visualize(self, style: str = "signed") -> Figure:
        """Draw the latest explanation; see :meth:`Explanation.plot`.

        Raises
        ------
        RuntimeError
            Nothing has been explained yet.
        """
        if self.explanation is None:
            raise RuntimeError(
                "Nothing has been explained yet: call explain(img) first. What a widget has "
                "scored is drawn by widget.explanation.plot()."
            )
        return self.explanation.plot(style=style)

    def explore(
        self, img: PictureLike, target_class: int | str | None = None, **traits: Any
    ) -> GridExplainerWidget | ComparisonWidget:
        """Open a picture in the live widget and start scoring in the background.

        Where no widget runs, it shows a PNG of the scores so far: in a notebook executed as a
        whole, call ``w.wait()`` before displaying ``w``.

        Parameters
        ----------
        img, target_class
            As for :meth:`explain`.
        **traits
            Traits of the widget, such as ``numbers=False`` (docs/traits.md). ``methods=[…]``, as
            for :meth:`compare`, shows several maps side by side.

        Raises
        ------
        TypeError
            A trait does not exist or cannot be set.
        """
        if target_class is not None and "target" in traits:
            raise TypeError("target_class= and target= are the same thing; give one of them.")
        traits = {"target": target_class, **traits}
        if "methods" in traits:
            from gridexplainer_widget.live.comparison.widget import ComparisonWidget  # noqa: PLC0415 - slow to load

            return ComparisonWidget(self, img, **traits)
        from gridexplainer_widget.live.explorer.widget import GridExplainerWidget  # noqa: PLC0415 - slow to load

        return GridExplainerWidget(self, img, **traits)
