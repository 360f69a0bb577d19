"""GridExplainer: a model, and how to hide parts of its pictures."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING, Any

from ._version import __version__
from .classifiers.inspection import finished, model_checks
from .classifiers.labels import LabelsLike
from .classifiers.preflight import Preflight
from .classifiers.preprocessing import PreprocessLike
from .classifiers.recognise import as_classifier
from .explanation import Explanation
from .fills import FillLike, parse_fill
from .grid import GridSize, is_whole, parse_grid_size
from .notes import picture_checks
from .occlusion import Run
from .picture import PictureLike, read_picture
from .scores import parse_score

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from .widget import GridExplainerWidget


class ExplanationError(RuntimeError):
    """Scoring ended early; what had been scored is in ``explanation``.

    Attributes
    ----------
    explanation : Explanation or None
        None where not even the whole picture was scored.
    """

    def __init__(self, message: str, explanation: Explanation | None) -> None:
        super().__init__(message)
        self.explanation = explanation


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
        :func:`gridexplainer_widget.fills.parse_fill`.
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

    Attributes
    ----------
    explanation : Explanation or None
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
        self.seed = seed
        self.explanation: Explanation | None = None
        self.checked: Preflight | None = None

    def explain(self, img: PictureLike, target_class: int | str | None = None) -> Explanation:
        """Score every cell of a picture.

        A progress bar appears where that takes more than a moment. An
        interrupt (Ctrl-C) leaves what was scored in ``self.explanation``.

        Parameters
        ----------
        img : path, bytes, PIL image or array
            See :func:`gridexplainer_widget.picture.read_picture`.
        target_class : int or str, optional
            Index or label; by default the most probable class.

        Returns
        -------
        Explanation

        Raises
        ------
        ExplanationError
            The model failed on the way; it carries what had been scored.
        ValueError
            The picture, the grid on it or the target is not usable.
        """
        from tqdm.auto import tqdm  # noqa: PLC0415 - its notebook flavour loads ipywidgets

        run = self.start_run(img)
        begun = False
        with tqdm(total=len(run.grid), desc="Hiding cells", unit="cell", delay=1) as bar:
            try:
                for done in run.steps():
                    if not begun:  # a bad target fails before the long part
                        self.explanation = self.freeze(run, target_class)
                        begun = True
                    bar.update(done - bar.n)
            except Exception as error:
                if not begun:
                    raise
                self.explanation = self.freeze(run, target_class)
                what = f"{type(error).__name__}: {str(error).rstrip('.')}"
                reached = f"{self.explanation.done} of {len(run.grid)} cells"
                raise ExplanationError(
                    f"{what}. This came after {reached}; they are in explainer.explanation.",
                    self.explanation,
                ) from error
            except KeyboardInterrupt:
                if begun:
                    self.explanation = self.freeze(run, target_class)
                raise
        self.explanation = self.freeze(run, target_class)
        if self.unchecked:
            self.checked = finished(self.model_checks(run))
            self.explanation = self.freeze(run, target_class)
        return self.explanation

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
        self.checked = finished(model_checks(self.classifier, run.masker, layouts=True))
        try:
            for _ in run.ask([()]):
                pass
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
        return model_checks(self.classifier, run.masker)

    def visualize(self, style: str = "signed") -> Figure:
        """Draw the latest explanation.

        Parameters
        ----------
        style : {"signed", "original"}
            See :func:`gridexplainer_widget.plot.plot`.

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
    ) -> GridExplainerWidget:
        """Open a picture in the live widget; scoring starts at once, in the background.

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
        from .widget import GridExplainerWidget  # noqa: PLC0415 - the widget knows the explainer

        if target_class is not None and "target" in traits:
            raise TypeError("target_class= and target= are the same thing; give one of them.")
        return GridExplainerWidget(self, img, **{"target": target_class, **traits})

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
        )

    def freeze(
        self, run: Run, target: int | str | None = None, score: str | None = None
    ) -> Explanation:
        """Make an explanation of what a run has scored so far."""
        settings = {
            "picture_size": list(run.picture.size),
            "grid_size": list(run.grid.shape),
            "fill": run.masker.fill.name,
            "seed": self.seed,
            "preprocessing": self.classifier.preprocessing.words,
            "input_shape": list(run.masker.pixels.shape),
            "version": __version__,
        }
        score = parse_score(score or self.score)
        return Explanation.of(run, target, score, settings, self.checked)

    def __repr__(self) -> str:
        rows, columns = self.grid_size
        output = self.classifier.output or "told by the first batch"
        return (
            f"GridExplainer({self.classifier.name}, {rows}×{columns}, fill={self.fill.name!r}, "
            f"score={self.score!r}, preprocessing={self.classifier.preprocessing.words!r}, "
            f"output={output!r})" + (f"\n  {self.checked.summary}" if self.checked else "")
        )
