"""GridExplainer: a model, and how to hide parts of its pictures."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gridexplainer_widget.analysis.audit import (
    CLOSED,
    OPEN,
    EntryLike,
    audit_steps,
    entry_of,
    explanation_steps,
    parse_entries,
    run_of,
    scrambling_steps,
)
from gridexplainer_widget.analysis.explain import failing_as_ours, occlusion_steps
from gridexplainer_widget.analysis.faithfulness import Faithfulness
from gridexplainer_widget.analysis.randomisation import Randomisation
from gridexplainer_widget.classifiers.checks.preflight import Preflight
from gridexplainer_widget.classifiers.checks.probe import model_checks
from gridexplainer_widget.classifiers.labels import LabelsLike
from gridexplainer_widget.classifiers.preprocessing import PreprocessLike
from gridexplainer_widget.classifiers.readers.as_classifier import as_classifier
from gridexplainer_widget.core.fills import FillLike, parse_fill
from gridexplainer_widget.core.grid import GridSize, is_whole, parse_grid_size
from gridexplainer_widget.core.picture import PictureLike, read_picture
from gridexplainer_widget.core.progress import finished, with_bar
from gridexplainer_widget.core.scores import parse_score
from gridexplainer_widget.inference.choose import parse_engine
from gridexplainer_widget.inference.run import Run
from gridexplainer_widget.methods.attribute import asked_about, layers_of
from gridexplainer_widget.methods.attribution import Attribution
from gridexplainer_widget.methods.context import Options
from gridexplainer_widget.methods.registry import Entry, parse_method, parse_options
from gridexplainer_widget.results.comparison_data import Comparison, comparison_steps
from gridexplainer_widget.results.explanation_data import Explanation
from gridexplainer_widget.results.notes import picture_checks

from ._version import __version__

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from gridexplainer_widget.live.comparison.widget import ComparisonWidget
    from gridexplainer_widget.live.explorer.widget import GridExplainerWidget


class GridExplainer:
    """Explain what an image classifier looks at by hiding parts of a picture.

    The picture is cut into cells, each is hidden in turn, and the drop of the
    target's probability is its importance: occlusion sensitivity (M. D. Zeiler
    and R. Fergus, "Visualizing and Understanding Convolutional Networks",
    ECCV 2014) on a grid.

    Parameters
    ----------
    model : model, path, callable or Classifier
        See :func:`gridexplainer_widget.as_classifier`.
    grid_size : int or (rows, columns)
    fill : str, (r, g, b) or callable
        What stands in for a hidden cell; see
        :func:`gridexplainer_widget.core.fills.parse_fill`.
    score : {"probability", "log-odds"}
        What drops are differences of.
    preprocess, labels, output, input_shape
        What the model does not tell by itself; see
        :func:`gridexplainer_widget.as_classifier`. Preprocessing comes after cells
        are hidden.
    batch_size : int, optional
        Pictures per model call; by default from the picture's size and a
        memory budget.
    seed : int
        For ``fill="noise"``.
    engine : {"auto", "full", "incremental"}
        "full" runs the model on each picture with a cell hidden. "incremental" reads a Keras model
        as a network and calculates only what changes of each map, to the same numbers; see
        docs/speed.md. "auto" takes whichever should be faster.

    Attributes
    ----------
    explanation : Explanation or None
        The latest; of occlusion also where it was cut short.
    comparison : Comparison or None
        The latest, also where it was cut short.
    checked : Preflight or None
        What was seen when the model was looked at; see :meth:`check`.

    Examples
    --------
    >>> from gridexplainer_widget import GridExplainer, demo
    >>> honest = demo.load("honest")
    >>> explainer = GridExplainer(honest.classifier)
    >>> explanation = explainer.explain(honest.pictures["cat and dog"], "dog")
    >>> explanation.top(3)  # doctest: +SKIP
    """

    def __init__(  # noqa: PLR0913 - the model, and keywords with sound defaults
        self,
        model: Any,
        grid_size: GridSize = 8,
        *,
        fill: FillLike = "cell-mean",
        score: str = "probability",
        preprocess: PreprocessLike = "auto",
        labels: LabelsLike = None,
        output: str | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        seed: int = 0,
        engine: str = "auto",
    ) -> None:
        if batch_size is not None and not (is_whole(batch_size) and batch_size >= 1):
            raise ValueError(f"batch_size={batch_size!r}; wanted is at least 1, or None to choose.")
        self.grid_size = parse_grid_size(grid_size)
        self.score = parse_score(score)
        self.fill = parse_fill(fill, seed)
        self.classifier = as_classifier(
            model, preprocess=preprocess, labels=labels, output=output, input_shape=input_shape
        )
        self.batch_size = batch_size
        self.seed = int(seed)
        self.engine = parse_engine(engine)
        self.explanation: Explanation | None = None
        self.comparison: Comparison | None = None
        self.checked: Preflight | None = None

    def explain(
        self,
        img: PictureLike,
        target_class: int | str | None = None,
        method: str = "occlusion",
        **options: Any,
    ) -> Explanation:
        """Find out what each cell of a picture is worth.

        A progress bar appears where that takes more than a moment. An
        interrupt (Ctrl-C) leaves the cells that were hidden so far in ``self.explanation``; other
        methods leave nothing.

        Parameters
        ----------
        img : path, bytes, PIL image or array
            See :func:`gridexplainer_widget.core.picture.read_picture`.
        target_class : int or str, optional
            Index or label; by default the most probable class.
        method : str
            "occlusion"; what looks inside a Keras or PyTorch model: "cam", "grad-cam",
            "grad-cam++", "score-cam", "saliency", "guided-backpropagation",
            "guided-grad-cam", "shap-gradient"; what needs answers alone: "rise", "shap",
            "lime". See docs/methods.md.
        **options
            What the method takes of `layer` (a name, or several; by default the last one
            with spatial extent), `samples`, `channels`, `background`; see
            :class:`gridexplainer_widget.methods.context.Options`.

        Returns
        -------
        Explanation

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
        entry = Entry(known := parse_method(method), parse_options(known, **options))
        run = self.start_run(img)
        if known.ask is None:
            steps = occlusion_steps(self, run, target_class)
            self.explanation = with_bar(steps, "Hiding cells", "cell")
        else:
            self.explanation = None
            steps = explanation_steps(self, run, target_class, entry)
            self.explanation = with_bar(failing_as_ours(steps, entry), known.title)
        if self.unchecked:
            self.checked = finished(self.model_checks(run))
            self.explanation = replace(self.explanation, checked=self.checked)
        return self.explanation

    def compare(  # noqa: PLR0913 - the picture and the question, and keywords with defaults
        self,
        img: PictureLike,
        methods: Sequence[EntryLike] | None = None,
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
            As for :meth:`explain`.
        methods : sequence, optional
            Names, such as "grad-cam"; or with a layer, ("grad-cam", "conv4_block6_out"); or
            with options, ("rise", {"samples": 500}). By default occlusion, Grad-CAM,
            saliency, RISE and SHAP, as far as the model can be opened.
        fill, mask, randomise
            As for :meth:`faithfulness`.

        Returns
        -------
        Comparison
            A method that cannot explain this model is among its `failures`. What an interrupt
            (Ctrl-C) leaves is in ``self.comparison``.

        Raises
        ------
        ValueError
            The picture, the target, the mask, the fill or a method is not usable.
        TypeError
            A method takes no such option.
        """
        entries = parse_entries(self.usual_methods if methods is None else methods)
        steps = comparison_steps(
            self, read_picture(img), entries, target_class, fill, as_mask(mask), randomise=randomise
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
            What stands in for the cells; by default the explainer's own. Another one can
            turn the order of methods around.
        mask : bool array (height, width), optional
            Where the object is.
        randomise : bool
            Whether to explain again with the model's weights scrambled; :meth:`randomisation`
            tells of it layer by layer.

        Returns
        -------
        Faithfulness

        Raises
        ------
        ValueError
            The mask does not fit the picture, or the explanation not the model.
        """
        audit = run_of(self, explanation, fill)
        steps = audit_steps(
            self,
            audit,
            explanation,
            entry_of(explanation),
            mask=as_mask(mask),
            randomise=randomise,
        )
        return with_bar(steps, "Hiding cells in order")

    def randomisation(self, explanation: Explanation, stages: int = 4) -> Randomisation:
        """See whether a map changes when the model's weights are scrambled, layer by layer.

        Copies of the model are scrambled from the last layer down; the model stays as it is.

        Parameters
        ----------
        explanation : Explanation
        stages : int
            At how many layers to look, the last time with all of them scrambled.

        Returns
        -------
        Randomisation

        Raises
        ------
        MethodError
            The model is closed, or cannot be copied.
        """
        steps = scrambling_steps(self, explanation, entry_of(explanation), stages)
        return with_bar(steps, "Scrambling layers")

    def layers(self, img: PictureLike) -> list[str]:
        """Name the network's layers that have maps, in the order in which they are computed.

        What takes a layer, such as ``method="grad-cam"``, uses the last one by itself.

        Raises
        ------
        MethodError
            The model cannot be opened.
        """
        run = self.start_run(img)
        finished(asked_about(run))  # what the model returns is known from then on
        return [layer.name for layer in layers_of(run)]

    @property
    def usual_methods(self) -> tuple[str, ...]:
        """What is compared where nothing is said."""
        return CLOSED if self.classifier.opened is None else OPEN

    def check(self, img: PictureLike, target_class: int | str | None = None) -> Preflight:
        """Look at what is most often wrong with a model, and with a picture for it.

        The model is looked at by itself as well, with the first picture that is
        explained, and again with the next ones while something seems wrong; see
        :attr:`checked`.

        Parameters
        ----------
        img, target_class
            As for :meth:`explain`.

        Returns
        -------
        Preflight
            A table: for each check a verdict, what was seen, and what to do.

        Raises
        ------
        ValueError
            The picture, the grid on it or the target is not usable.
        """
        run = self.start_run(img)
        self.checked = finished(
            model_checks(self.classifier, run.masker, layouts=True, at_once=run.batch_size)
        )
        try:
            finished(asked_about(run))
        except Exception:
            if self.checked.concerns:  # they tell it
                return self.checked
            raise
        return self.checked.joined(*picture_checks(self.freeze(run, target_class)))

    @property
    def unchecked(self) -> bool:
        """Whether the model is still to be looked at, or something seemed wrong the last time."""
        return self.checked is None or bool(self.checked.concerns)

    def model_checks(self, run: Run) -> Generator[int, None, Preflight]:
        """Look at the model with a run's picture, a call at a time."""
        return model_checks(self.classifier, run.masker, at_once=run.batch_size)

    def visualize(self, style: str = "signed") -> Figure:
        """Draw the latest explanation.

        Parameters
        ----------
        style : {"signed", "original"}
            See :func:`gridexplainer_widget.results.plot.plot`.

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

        With ``methods=[…]``, as :meth:`compare` takes them, several maps stand side by side.

        Parameters
        ----------
        img, target_class
            As for :meth:`explain`.
        **traits
            The widget's traits to begin with (docs/traits.md), such as
            ``numbers=False`` or ``value=[(3, 4)]``.

        Raises
        ------
        TypeError
            There is no such trait to be set.

        Notes
        -----
        Beside the widget the output holds a PNG of what has been scored when it is
        displayed, for places where no widget runs. An executed notebook gets the
        finished map by ``w.wait()`` before it displays ``w``.
        """
        if target_class is not None and "target" in traits:
            raise TypeError("target_class= and target= are the same thing; give one of them.")
        given = {"target": target_class, **traits}
        if "methods" in traits:
            from gridexplainer_widget.live.comparison.widget import ComparisonWidget  # noqa: PLC0415 - it knows us

            return ComparisonWidget(self, img, **given)
        from gridexplainer_widget.live.explorer.widget import GridExplainerWidget  # noqa: PLC0415 - alike

        return GridExplainerWidget(self, img, **given)

    def start_run(
        self, img: PictureLike, grid_size: GridSize | None = None, fill: FillLike | None = None
    ) -> Run:
        """Set up the scoring of a picture, with the explainer's settings where none are given."""
        return Run.of(
            self.classifier,
            read_picture(img),
            self.grid_size if grid_size is None else grid_size,
            self.fill if fill is None else parse_fill(fill, self.seed),
            self.batch_size,
            engine=self.engine,
        )

    def freeze(
        self,
        run: Run,
        target: int | str | None = None,
        score: str | None = None,
        *,
        attribution: Attribution | None = None,
        options: Options | None = None,
    ) -> Explanation:
        """Make an explanation of what a run has scored so far, or of what a method found."""
        settings = {
            "picture_size": list(run.picture.size),
            "grid_size": list(run.grid.shape),
            "fill": run.masker.fill.name,
            "seed": self.seed,
            "preprocessing": self.classifier.preprocessing.words,
            "input_shape": list(run.masker.pixels.shape),
            "engine": run.way.words if run.calls else self.engine,
            "version": __version__,
            **(options or Options()).settings,
        }
        score = parse_score(score or self.score)
        return Explanation.of(run, target, score, settings, self.checked, attribution)

    def __repr__(self) -> str:
        rows, columns = self.grid_size
        output = self.classifier.output or "told by the first batch"
        return (
            f"GridExplainer({self.classifier.name}, {rows}×{columns}, fill={self.fill.name!r}, "
            f"score={self.score!r}, preprocessing={self.classifier.preprocessing.words!r}, "
            f"output={output!r})" + (f"\n  {self.checked.summary}" if self.checked else "")
        )


def as_mask(mask: ArrayLike | None) -> NDArray[np.bool_] | None:
    """Take a mask as an array; what does not fit is refused where it is used."""
    return None if mask is None else np.asarray(mask)
