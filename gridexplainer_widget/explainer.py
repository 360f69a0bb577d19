"""The front door: a model, and how to hide parts of its pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from numpy.typing import ArrayLike

from gridexplainer_widget.analysis.audit import audit_run, audit_steps, randomise_steps
from gridexplainer_widget.analysis.compare import comparison_steps
from gridexplainer_widget.analysis.explain import (
    explanation_steps,
    failing_as_ours,
    occlusion_steps,
)
from gridexplainer_widget.analysis.object_mask import as_mask
from gridexplainer_widget.analysis.randomisation import Randomisation
from gridexplainer_widget.analysis.setup import Setup
from gridexplainer_widget.core.fills import FillLike
from gridexplainer_widget.core.picture import PictureLike, read_picture
from gridexplainer_widget.core.progress import drain, with_bar
from gridexplainer_widget.methods.attribute import ensure_baseline, layers_of
from gridexplainer_widget.methods.registry import parse_method
from gridexplainer_widget.methods.requests import (
    MethodRequest,
    MethodRequestLike,
    default_methods,
    parse_options,
    parse_requests,
)
from gridexplainer_widget.results.comparison import Comparison
from gridexplainer_widget.results.explanation import Explanation
from gridexplainer_widget.results.faithfulness import Faithfulness

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from gridexplainer_widget.live.comparison.widget import ComparisonWidget
    from gridexplainer_widget.live.explorer.widget import GridExplainerWidget


class GridExplainer(Setup):
    """Explain what an image classifier looks at by hiding parts of a picture.

    The picture is cut into cells, each is hidden in turn, and the drop of the target's
    probability is its importance: occlusion sensitivity (M. D. Zeiler and R. Fergus, "Visualizing
    and Understanding Convolutional Networks", ECCV 2014) on a grid.

    Parameters
    ----------
    model : model, path, callable or Classifier
        See :func:`gridexplainer_widget.as_classifier`, also for `preprocess`, `labels`, `output`
        and `input_shape`: what the model does not tell by itself. Cells are hidden before
        preprocessing.
    grid_size : int or (rows, columns)
    fill : str, (r, g, b) or callable
        What stands in for a hidden cell; see :func:`gridexplainer_widget.core.fills.parse_fill`.
    score : {"probability", "log-odds"}
        What drops are differences of.
    batch_size : int, optional
        Pictures in a model call; by default from the picture's size and a memory budget.
    seed : int
        For ``fill="noise"`` and for methods that draw at random.
    engine : {"auto", "full", "incremental"}
        "full" runs the model on each picture with a cell hidden; "incremental" calculates only
        what hiding changes in a Keras or PyTorch network, to the same numbers (docs/speed.md);
        "auto" takes whichever should be faster.

    Attributes
    ----------
    explanation : Explanation or None
        The latest; of occlusion also where it was cut short.
    comparison : Comparison or None
        The latest, also where it was cut short.

    Examples
    --------
    >>> from gridexplainer_widget import GridExplainer, demo
    >>> honest = demo.load("honest")
    >>> explainer = GridExplainer(honest.classifier)
    >>> explanation = explainer.explain(honest.pictures["cat and dog"], "dog")
    >>> explanation.top(3)  # doctest: +SKIP
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

        An interrupt (Ctrl-C) of occlusion leaves the cells that were hidden so far in
        ``self.explanation``; other methods leave nothing.

        Parameters
        ----------
        img : path, bytes, PIL image or array
            See :func:`gridexplainer_widget.core.picture.read_picture`.
        target_class : int or str, optional
            Index or label; by default the most probable class.
        method : str
            A name in :data:`gridexplainer_widget.METHODS`; see docs/methods.md.
        **options
            See :class:`gridexplainer_widget.attribution.options.MethodOptions`.

        Raises
        ------
        ExplanationError
            The model failed on the way; it carries the cells that had been hidden.
        MethodError
            The method cannot explain this model.
        ValueError
            The picture, the grid on it, the target or the method is not usable.
        TypeError
            The method takes no such option.
        """
        request = MethodRequest(spec := parse_method(method), parse_options(spec, **options))
        run = self.start_run(img)
        if spec.explain is None:
            keep = partial(setattr, self, "explanation")
            steps = occlusion_steps(self, run, target_class, keep)
            self.explanation = with_bar(steps, "Hiding cells", "cell")
        else:
            self.explanation = None
            steps = explanation_steps(self, run, target_class, request)
            self.explanation = with_bar(failing_as_ours(steps, request), spec.title)
        if self.unchecked:
            self.checked = drain(self.model_checks(run))
            self.explanation = replace(self.explanation, checked=self.checked)
        return self.explanation

    def compare(  # noqa: PLR0913 - the picture and the question, and keywords with defaults
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
            As for :meth:`explain`, which also tells what is raised.
        methods : sequence, optional
            Names, such as "grad-cam"; or (name, layer); or (name, options), such as
            ("rise", {"samples": 500}). By default :attr:`usual_methods`.
        fill, mask, randomise
            As for :meth:`faithfulness`.

        Returns
        -------
        Comparison
            A method that cannot explain this model is among its `failures`. What an interrupt
            (Ctrl-C) leaves is in ``self.comparison``.
        """
        steps = comparison_steps(
            self,
            read_picture(img),
            parse_requests(self.usual_methods if methods is None else methods),
            target_class,
            fill,
            as_mask(mask),
            randomise=randomise,
            keep=partial(setattr, self, "comparison"),
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
            By any method.
        fill : str, (r, g, b) or callable, optional
            What stands in for the cells; by default the explainer's own. Another one can turn
            the order of methods around.
        mask : bool array (height, width), optional
            Where the object is.
        randomise : bool
            Whether to explain again with randomised weights; see :meth:`randomisation`.

        Raises
        ------
        ValueError
            The mask does not fit the picture, or the explanation not the model.
        """
        audit = audit_run(self, explanation, fill)
        request, mask = explanation.request, as_mask(mask)
        steps = audit_steps(self, audit, explanation, request, mask=mask, randomise=randomise)
        return with_bar(steps, "Hiding cells in order")

    def randomisation(self, explanation: Explanation, stages: int = 4) -> Randomisation:
        """See whether a map changes when the model's weights are randomised, layer by layer.

        Copies of the model are randomised from the last layer down; the model stays as it is.

        Parameters
        ----------
        explanation : Explanation
        stages : int
            At how many layers to look, the last time with all of them randomised.

        Raises
        ------
        MethodError
            The model is a black box, or cannot be copied.
        """
        steps = randomise_steps(self, explanation, explanation.request, stages)
        return with_bar(steps, "Randomising layers")

    def layers(self, img: PictureLike) -> list[str]:
        """Name the network's layers that have maps, in the order of computation.

        Raises
        ------
        MethodError
            The model is a black box.
        """
        run = self.start_run(img)
        drain(ensure_baseline(run))  # tells what the model returns
        return [layer.name for layer in layers_of(run)]

    @property
    def usual_methods(self) -> tuple[str, ...]:
        """The methods that :meth:`compare` takes where none are named."""
        return default_methods(self.classifier)

    def visualize(self, style: str = "signed") -> Figure:
        """Draw the latest explanation.

        Parameters
        ----------
        style : {"signed", "original"}
            See :meth:`Explanation.plot`.

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

        Where no widget runs, the output shows a PNG of what had been scored when it was
        displayed: in an executed notebook, ``w.wait()`` before displaying ``w``.

        Parameters
        ----------
        img, target_class
            As for :meth:`explain`.
        **traits
            The widget's traits to begin with (docs/traits.md), such as ``numbers=False``. With
            ``methods=[…]``, as :meth:`compare` takes them, several maps stand side by side.

        Raises
        ------
        TypeError
            There is no such trait to be set.
        """
        if target_class is not None and "target" in traits:
            raise TypeError("target_class= and target= are the same thing; give one of them.")
        given = {"target": target_class, **traits}
        if "methods" in traits:
            from gridexplainer_widget.live.comparison.widget import (  # noqa: PLC0415 - slow to load
                ComparisonWidget,
            )

            return ComparisonWidget(self, img, **given)
        from gridexplainer_widget.live.explorer.widget import (  # noqa: PLC0415 - alike
            GridExplainerWidget,
        )

        return GridExplainerWidget(self, img, **given)
