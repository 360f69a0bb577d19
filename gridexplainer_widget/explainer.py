"""The front door: a model, and how to hide parts of its pictures."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from numpy.typing import ArrayLike

from gridexplainer_widget.analysis.audit import audit_explanation, randomise_steps
from gridexplainer_widget.analysis.compare import comparison_steps
from gridexplainer_widget.analysis.explain import explain_steps
from gridexplainer_widget.analysis.randomisation import Randomisation
from gridexplainer_widget.analysis.setup import Setup
from gridexplainer_widget.core.fills import FillLike
from gridexplainer_widget.core.picture import PictureLike
from gridexplainer_widget.core.progress import with_bar
from gridexplainer_widget.methods.requests import MethodRequestLike, parse_request
from gridexplainer_widget.results.comparison import Comparison
from gridexplainer_widget.results.explanation import Explanation
from gridexplainer_widget.results.faithfulness import Faithfulness

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from gridexplainer_widget.live.comparison.widget import ComparisonWidget
    from gridexplainer_widget.live.explorer.widget import GridExplainerWidget


class GridExplainer(Setup):
    """Explain what an image classifier looks at by hiding parts of a picture.

    Cells of a grid are hidden in turn; the drop of the target's probability is the cell's
    importance: occlusion sensitivity (M. D. Zeiler and R. Fergus, "Visualizing and Understanding
    Convolutional Networks", ECCV 2014).

    Parameters
    ----------
    model : model, path, callable or Classifier
        See :func:`gridexplainer_widget.as_classifier`, also for `preprocess` to `input_shape`.
    grid_size : int or (int, int)
        Rows and columns, from 1 to the pixels of the model's input.
    fill : str, (r, g, b) or callable
        What stands in for a hidden cell, before preprocessing: "cell-mean", "blur", "red", …; see
        :func:`gridexplainer_widget.core.fills.parse_fill`.
    score : {"probability", "log-odds"}
        What drops are differences of.
    preprocess : str, callable or None
        Done to a batch in 0..255: "auto" reads it off the model; or "0..1", "imagenet", ….
    labels : sequence, mapping or path, optional
        Names of the classes.
    output : {"softmax", "percent", "logits", "sigmoid", "sigmoids"}, optional
        What the model returns; by default found out from its first answer.
    input_shape : (height, width) or (height, width, channels), optional
        In pixels, where the model does not tell.
    batch_size : int, optional
        Pictures in a model call, at least 1; by default from their size and a memory budget.
    seed : int
        For ``fill="noise"`` and for methods that draw at random.
    engine : {"auto", "full", "incremental"}
        "full" runs the model on every masked picture, "incremental" only what hiding changes in a
        Keras or PyTorch network, to the same numbers (docs/speed.md); "auto" picks the faster.

    Raises
    ------
    ValueError, TypeError
        A parameter is not usable; the message says what is wanted.

    Attributes
    ----------
    explanation, comparison, checked : Explanation, Comparison, Preflight; or None
        The latest; of occlusion, and of :meth:`compare`, also where it was cut short.

    Examples
    --------
    >>> from gridexplainer_widget import GridExplainer, demo
    >>> honest = demo.load("honest")
    >>> explainer = GridExplainer(honest.classifier)
    >>> cells = explainer.explain(honest.pictures["cat and dog"], "dog").top(3)
    """

    explanation: Explanation | None = None
    comparison: Comparison | None = None

    def explain(
        self,
        img: PictureLike,
        target_class: int | str | None = None,
        method: str = "occlusion",
        **options: Any,
    ) -> Explanation:
        """Find out what each cell of a picture contributes to a class.

        Ctrl-C leaves the cells that occlusion has hidden so far in ``self.explanation``.

        Parameters
        ----------
        img : path, bytes, PIL image or array
            See :func:`gridexplainer_widget.read_picture`.
        target_class : int or str, optional
            Index or label; by default the most probable class.
        method : str
            A name in :data:`gridexplainer_widget.METHODS`; see docs/methods.md.
        **options
            See :class:`gridexplainer_widget.attribution.options.MethodOptions`.

        Raises
        ------
        ExplanationError
            The model failed on the way; the error carries the cells that had been hidden.
        MethodError
            The method cannot explain this model.
        ValueError, TypeError
            The picture, the grid on it, the target, the method or an option is not usable.
        """
        request = parse_request((method, options))
        bar = (request.method.title,) if request.method.explain else ("Hiding cells", "cell")
        keep = partial(setattr, self, "explanation")
        steps = explain_steps(self, self.start_run(img), target_class, request, on_result=keep)
        return with_bar(steps, *bar)

    def compare(  # noqa: PLR0913 - the picture and the methods, and keywords with defaults
        self,
        img: PictureLike,
        methods: Sequence[MethodRequestLike] | None = None,
        target_class: int | str | None = None,
        *,
        fill: FillLike | None = None,
        mask: ArrayLike | None = None,
        randomise: bool = False,
    ) -> Comparison:
        """Explain a picture by several methods, and measure which one is true to the model.

        Parameters
        ----------
        img, target_class
            As for :meth:`explain`, with the same errors.
        methods : sequence, optional
            "grad-cam", ("grad-cam", layer) or ("rise", {"samples": 500}), of any name in
            :data:`gridexplainer_widget.METHODS`; by default :attr:`usual_methods`.
        fill, mask, randomise
            As for :meth:`faithfulness`.

        Returns
        -------
        Comparison
            A method that cannot explain this model is among its `failures`. What Ctrl-C leaves
            is in ``self.comparison``.
        """
        keep = partial(setattr, self, "comparison")
        steps = comparison_steps(
            self, img, methods, target_class, fill, mask, randomise=randomise, on_result=keep
        )
        return with_bar(steps, "Comparing")

    def faithfulness(
        self,
        explanation: Explanation,
        *,
        fill: FillLike | None = None,
        mask: ArrayLike | None = None,
        randomise: bool = False,
    ) -> Faithfulness:
        """Measure how true an explanation is to the model, by hiding its cells in order.

        Parameters
        ----------
        explanation : Explanation
        fill : str, (r, g, b) or callable, optional
            By default the explainer's own. Another one can turn the order of methods around.
        mask : bool array (height, width), optional
            Where the object is.
        randomise : bool
            Whether to explain again with randomised weights; see :meth:`randomisation`.

        Raises
        ------
        ValueError
            The mask does not fit the picture, or the explanation not the model.
        """
        steps = audit_explanation(self, explanation, fill, mask, randomise=randomise)
        return with_bar(steps, "Hiding cells in order")

    def randomisation(self, explanation: Explanation, stages: int = 4) -> Randomisation:
        """See whether a map changes when the model's weights are randomised, layer by layer.

        Copies of the model are randomised from the last layer down; the model stays as it is.

        Parameters
        ----------
        explanation : Explanation
        stages : int
            How many layers to stop at, at least 1; at the last stop all are randomised.

        Raises
        ------
        MethodError
            The model is a black box, or cannot be copied.
        """
        steps = randomise_steps(self, explanation, explanation.request, stages)
        return with_bar(steps, "Randomising layers")

    def visualize(self, style: str = "signed") -> Figure:
        """Draw the latest explanation; `style` is as for :meth:`Explanation.plot`.

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
        """Open a picture in the live widget; scoring starts at once, in the background.

        Where no widget runs, it is displayed as a PNG of what has been scored by then: in a
        notebook that is executed as a whole, call ``w.wait()`` before displaying ``w``.

        Parameters
        ----------
        img, target_class
            As for :meth:`explain`.
        **traits
            Of the widget, such as ``numbers=False``; see docs/traits.md. ``methods=[…]``, as
            :meth:`compare` takes them, shows several maps side by side.

        Raises
        ------
        TypeError
            There is no such trait to be set.
        """
        if target_class is not None and "target" in traits:
            raise TypeError("target_class= and target= are the same thing; give one of them.")
        traits = {"target": target_class, **traits}
        if "methods" in traits:
            from gridexplainer_widget.live.comparison.widget import ComparisonWidget  # noqa: PLC0415 - slow to load

            return ComparisonWidget(self, img, **traits)
        from gridexplainer_widget.live.explorer.widget import GridExplainerWidget  # noqa: PLC0415 - slow to load

        return GridExplainerWidget(self, img, **traits)
