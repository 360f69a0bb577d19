"""A model and its settings, shared by all steps and widgets."""

from __future__ import annotations

import os
import weakref
from collections.abc import Callable, Generator, Iterator, Sequence
from functools import partial
from typing import Any

from gridexplainer_widget._version import __version__
from gridexplainer_widget.attribution.attribution import Attribution
from gridexplainer_widget.attribution.options import MethodOptions
from gridexplainer_widget.classifiers.checks.preflight import Preflight
from gridexplainer_widget.classifiers.checks.probe import model_checks
from gridexplainer_widget.classifiers.labels import LabelsLike
from gridexplainer_widget.classifiers.preprocessing import PreprocessLike
from gridexplainer_widget.classifiers.readers.as_classifier import as_classifier
from gridexplainer_widget.core.fills import DEFAULT_FILL, FillLike, parse_fill
from gridexplainer_widget.core.grid import DEFAULT_SIDE, GridSize, is_whole, parse_grid_size
from gridexplainer_widget.core.origin.digests import files_digest
from gridexplainer_widget.core.origin.software import software
from gridexplainer_widget.core.picture import Picture, PictureLike, read_picture
from gridexplainer_widget.core.progress import drain
from gridexplainer_widget.core.scores import parse_score
from gridexplainer_widget.inference.choose import parse_engine
from gridexplainer_widget.inference.run import Run
from gridexplainer_widget.inference.strategy import MAX_BATCH
from gridexplainer_widget.inference.together import draw, probe_steps, together_steps
from gridexplainer_widget.methods.attribute import (
    contrast_of,
    ensure_baseline,
    layers_of,
    target_of,
)
from gridexplainer_widget.methods.requests import default_methods
from gridexplainer_widget.results.explanation import Explanation
from gridexplainer_widget.results.notes import picture_checks

from .map_check import AllHidden, ask_all_hidden, check_of_map


class Setup:
    """A model, and how to explain its pictures.

    Takes the parameters of :class:`gridexplainer_widget.GridExplainer`, which `given` holds, for
    another process to make the same. `checked` is the latest check of the model, or None;
    `model_file` the SHA-256 of the model's file or folder, as it was read, or "";
    `most_in_batch` the pictures per batch at most where `batch_size` is None.
    """

    def __init__(  # noqa: PLR0913 - the model, and keywords with sound defaults
        self,
        model: Any,
        grid_size: GridSize | None = None,
        *,
        fill: FillLike = DEFAULT_FILL,
        score: str = "probability",
        preprocess: PreprocessLike = "auto",
        labels: LabelsLike = None,
        output: str | None = None,
        unit: str = "",
        output_index: int | str | None = None,
        input_shape: Sequence[int | None] | None = None,
        batch_size: int | None = None,
        seed: int = 0,
        engine: str = "auto",
        joint: bool = True,
        budget: int | None = None,
    ) -> None:
        self.given = {name: value for name, value in locals().items() if name != "self"}
        if batch_size is not None and not (is_whole(batch_size) and batch_size >= 1):
            raise ValueError(f"batch_size={batch_size!r}; wanted is at least 1, or None to choose.")
        if budget is not None and not (is_whole(budget) and budget >= 1):
            raise ValueError(f"budget={budget!r}; wanted is at least 1, or None to choose.")
        if not (is_whole(seed) and seed >= 0):
            raise ValueError(f"seed={seed!r}; wanted is a whole number from 0.")
        self.grid_is_chosen = grid_size is not None
        self.grid_size = parse_grid_size(DEFAULT_SIDE if grid_size is None else grid_size)
        self.fill = parse_fill(fill, seed)
        self.classifier = as_classifier(
            model,
            preprocess=preprocess,
            labels=labels,
            output=output,
            unit=unit,
            output_index=output_index,
            input_shape=input_shape,
        )
        self.model_file = files_digest(model) if isinstance(model, (str, os.PathLike)) else ""
        self.score = parse_score(score, self.classifier.output)
        self.batch_size = batch_size
        self.most_in_batch = MAX_BATCH
        self.seed = int(seed)
        self.engine = parse_engine(engine)
        self.joint, self.budget = bool(joint), budget
        self.checked: Preflight | None = None
        self._checked_picture: Callable[[], Picture | None] = lambda: None
        self._all_hidden: AllHidden | None = None

    def check_is_due(self, run: Run) -> bool:
        """Whether the model was never checked, seems wrong, or this picture may tell more."""
        if self.checked is None or self.checked.concerns:
            return True
        return self.checked.tells_of_picture and self._checked_picture() is not run.picture

    def model_checks(self, run: Run, *, layouts: bool = False) -> Generator[int, None, Preflight]:
        """Check the model with a run's picture, call by call."""
        found = yield from model_checks(
            self.classifier, run.masker, run.baseline, layouts=layouts, at_once=run.batch_size
        )
        self._checked_picture = weakref.ref(run.picture)
        if found.tells_of_maps:
            told = yield from ask_all_hidden(run)
            self._all_hidden = AllHidden.of(run)
            if self._all_hidden is not None:
                told = check_of_map(run, None, self._all_hidden)
            return found.about_map(told)
        return found

    def lacks_ends(self, run: Run) -> bool:
        """Whether the check could tell what hiding all cells of a run leaves, but nobody asked."""
        sound = self.checked is not None and self.checked.tells_of_maps
        return sound and AllHidden.of(run) is None

    def checked_on(self, run: Run, target: int | str | None) -> Preflight | None:
        """Return the latest check; what it says of hiding is of a run's map."""
        if self.checked is None or run.baseline is None:
            return self.checked
        return self.checked.about_map(check_of_map(run, target, self._all_hidden))

    def start_run(
        self, img: PictureLike, grid_size: GridSize | None = None, fill: FillLike | None = None
    ) -> Run:
        """Set up a run, by default with this object's settings."""
        return Run.of(
            self.classifier,
            read_picture(img),
            self.grid_size if grid_size is None else grid_size,
            self.fill if fill is None else parse_fill(fill, self.seed),
            self.batch_size,
            engine=self.engine,
            seed=self.seed,
            most=self.most_in_batch,
        )

    def handfuls(
        self,
        run: Run,
        target: int | str | None,
        score: str | None = None,
        contrast: int | str | None = None,
    ) -> Iterator[int]:
        """Hide handfuls of cells until their map has settled, unless `joint` is False."""
        if self.joint:
            index = target_of(run, target)
            yield from together_steps(
                run,
                index,
                parse_score(score or self.score, self.classifier.output),
                self.budget,
                contrast_of(run, index, contrast),
            )

    def handful_count(self, run: Run) -> int:
        """Return how many handfuls are hidden at most."""
        return len(draw(run, self.budget)) if self.joint else 0

    def probes(self, run: Run) -> Iterator[int]:
        """Hide the handfuls that tell what a map foretells, unless `joint` is False."""
        if self.joint:
            yield from probe_steps(run, self.budget)

    def freeze(  # noqa: PLR0913 - keywords with defaults
        self,
        run: Run,
        target: int | str | None = None,
        score: str | None = None,
        *,
        contrast: int | str | None = None,
        attribution: Attribution | None = None,
        options: MethodOptions | None = None,
    ) -> Explanation:
        """Freeze a run's scores so far, or a method's result."""
        settings = {
            "picture_size": list(run.picture.size),
            "grid_size": list(run.grid.shape),
            "fill": run.masker.fill.name,
            "seed": self.seed,
            "preprocessing": self.classifier.preprocessing.description,
            "input_shape": list(run.masker.pixels.shape),
            "engine": run.strategy.description if run.calls else self.engine,
            "version": __version__,
            "joint": self.joint,
            "output_index": self.given["output_index"],
            "preprocess": self.classifier.preprocessing.record,
            "software": software(),
            "digests": {
                "picture file": run.picture.file_digest,
                "model file": self.model_file,
                "weights": run.weights_digest(),
            },
            **({"unit": self.classifier.unit} if self.classifier.unit else {}),
            **(options or MethodOptions()).settings,
        }
        score = parse_score(score or self.score, self.classifier.output)
        checked = self.checked_on(run, target)
        return Explanation.of(run, target, score, settings, checked, attribution, contrast)

    def check(self, img: PictureLike, target_class: int | str | None = None) -> Preflight:
        """Check for common faults of a model, and of a picture for it.

        Explaining checks the model too, with the first picture and again while there are concerns.

        Parameters
        ----------
        img, target_class
            As for :meth:`GridExplainer.explain`, with the same errors.

        Returns
        -------
        Preflight
            For each check a verdict, what was seen, and what to do.
        """
        run = self.start_run(img)
        by_layout = partial(self.model_checks, layouts=True)
        try:  # first: it reads a model anew that has changed
            drain(ensure_baseline(run))
        except Exception:
            self.checked = drain(by_layout(run))
            if self.checked.concerns:  # they say why
                return self.checked
            raise
        self.checked = drain(by_layout(run))
        explanation = self.freeze(run, target_class)
        checked = explanation.checked or self.checked
        return checked.joined(*picture_checks(explanation))

    def layers(self, img: PictureLike) -> list[str]:
        """List the layers that have maps, in order of computation.

        Raises
        ------
        MethodError
            The model is a black box.
        """
        run = self.start_run(img)
        drain(ensure_baseline(run))  # tells the model's output kind
        return [layer.name for layer in layers_of(run)]

    @property
    def usual_methods(self) -> tuple[str, ...]:
        """The default methods of :meth:`GridExplainer.compare`."""
        return default_methods(self.classifier)

    def __repr__(self) -> str:
        rows, columns = self.grid_size
        output = self.classifier.output or "told by the first batch"
        return (
            f"{type(self).__name__}({self.classifier.name}, {rows}×{columns}, "
            f"fill={self.fill.name!r}, score={self.score!r}, "
            f"preprocessing={self.classifier.preprocessing.description!r}, output={output!r})"
            + (f"\n  {self.checked.summary}" if self.checked else "")
        )
