"""What an explanation holds, before anything is worked out from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property, partial
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridexplainer_widget.attribution.attribution import Attribution
from gridexplainer_widget.classifiers.checks.preflight import Preflight
from gridexplainer_widget.classifiers.labels import class_name
from gridexplainer_widget.classifiers.quantities import Quantity, quantity_of
from gridexplainer_widget.core.arrays import Pixels, Probabilities
from gridexplainer_widget.core.grid import Grid
from gridexplainer_widget.core.handfuls import Handfuls
from gridexplainer_widget.core.scores import Answers, Score
from gridexplainer_widget.core.shown import shown
from gridexplainer_widget.inference.two_maps import MapName

from .certainty import Certainty
from .minimal_sets import MinimalSets


@dataclass(frozen=True, eq=False)
class ExplanationFields:
    """What an explanation holds.

    Parameters
    ----------
    picture : uint8 array (h, w, 3)
        For display; at most 1024 pixels a side.
    pixels : float32 array (height, width, channels), 0..255
        The model's input before preprocessing.
    replacement : uint8 array (height, width, 3)
        What replaced each cell hidden alone.
    grid : Grid
    vectors : float32 array (rows, columns, classes), 0..1
        Probabilities with each cell hidden; NaN where not scored.
    failed : bool array (rows, columns)
        Where the model gave no finite answer.
    baseline_vector : float32 array (classes,), 0..1
        Probabilities on the whole picture.
    target : int
        Index of the explained class.
    labels : tuple of str
        One per class.
    score : {"probability", "log-odds", "value"}
        Of the drops.
    fill, model, preprocessing : str
    seconds : float
    settings : mapping
        To reproduce the explanation: grid_size, fill, seed, preprocessing, output, unit (of
        values), input_shape, batch_size (None if chosen), picture_size, engine, version, joint,
        output_index, preprocess (as plain values), software (versions), digests (of the picture's
        file, the model's file and its weights; "" where there is none).
    checked : Preflight, optional
        The latest check of the model.
    attribution : Attribution, optional
        By another method than occlusion; `vectors` and `drops` are then NaN.
    log_odds, baseline_log_odds : float32 arrays, optional
        As `vectors` and `baseline_vector`: the log-odds of the model's logits, which tell cells
        apart where probabilities are rounded to 0 or 1; NaN or None where no logit is known.
    handfuls : Handfuls, optional
        Cells hidden together, and the answers; with another method, those kept out of any fit.
    emptied : float32 array (classes,), optional
        Probabilities with every cell hidden, where the model was asked.
    chosen : {"alone", "together"}, optional
        The map to show; None for the one that has earned it.
    minimal_sets : MinimalSets, optional
        The smallest sets of cells that are enough for the target, or needed.
    certainty : Certainty, optional
        What each cell does, hidden alone in several ways, and whether they agree.
    contrast : int, optional
        Index of the class that the target is held against; the score is then log-odds.
    """

    picture: NDArray[np.uint8] = field(repr=False)
    pixels: Pixels = field(repr=False)
    replacement: NDArray[np.uint8] = field(repr=False)
    grid: Grid
    vectors: Probabilities = field(repr=False)
    failed: NDArray[np.bool_] = field(repr=False)
    baseline_vector: Probabilities = field(repr=False)
    target: int
    labels: tuple[str, ...] = field(repr=False)
    score: Score
    fill: str
    model: str
    preprocessing: str
    seconds: float
    settings: Mapping[str, Any] = field(repr=False)
    checked: Preflight | None = field(default=None, repr=False)
    attribution: Attribution | None = field(default=None, repr=False)
    log_odds: NDArray[np.float32] | None = field(default=None, repr=False)
    baseline_log_odds: NDArray[np.float32] | None = field(default=None, repr=False)
    handfuls: Handfuls | None = field(default=None, repr=False)
    chosen: MapName | None = None
    emptied: Probabilities | None = field(default=None, repr=False)
    minimal_sets: MinimalSets | None = field(default=None, repr=False)
    certainty: Certainty | None = field(default=None, repr=False)
    contrast: int | None = None

    def __post_init__(self) -> None:
        if self.contrast is not None:
            object.__setattr__(self, "score", "log-odds")
        known, asked = self.certainty, (self.target, self.contrast)
        if known is not None and (known.target, known.contrast) != asked:
            object.__setattr__(self, "certainty", known.for_target(*asked))
        for value in vars(self).values():
            if isinstance(value, np.ndarray):
                value.setflags(write=False)
        object.__setattr__(self, "settings", MappingProxyType(dict(self.settings)))

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy and pickle a dict: a mapping proxy can do neither."""
        values = {name.name: getattr(self, name.name) for name in fields(self)}
        return partial(type(self), **{**values, "settings": dict(self.settings)}), ()

    @property
    def label(self) -> str:
        """The target's label."""
        return self.labels[self.target]

    @property
    def question(self) -> str:
        """What is asked about, for a sentence: “dog”, or “dog” rather than “cat”."""
        label = f"“{shown(self.label, 40)}”"
        if self.contrast is None:
            return label
        return f"{label} rather than “{shown(self.labels[self.contrast], 40)}”"

    @property
    def rather(self) -> str:
        """What the target is held against: " rather than cat", or ""."""
        if self.contrast is None:
            return ""
        return f" rather than {class_name(self.labels, self.contrast)}"

    @property
    def baseline(self) -> float:
        """The target's probability, 0..1, or value on the whole picture."""
        return float(self.baseline_vector[self.target])

    @property
    def baseline_text(self) -> str:
        """The baseline as it is written: "83.0%" or "57.4 years"."""
        return self.quantity.text(self.baseline)

    @property
    def quantity(self) -> Quantity:
        """What the model's numbers are."""
        return quantity_of(self.settings)

    @cached_property
    def scored_vectors(self) -> Probabilities:
        """Probabilities of the scored cells: float32 (done, classes)."""
        return self.vectors[np.isfinite(self.vectors[..., 0])]

    @property
    def whole(self) -> Answers:
        """What the model says of the whole picture."""
        return _answers(self.baseline_vector, self.baseline_log_odds)

    @property
    def answers(self) -> Answers:
        """What the model says with each cell hidden: (rows, columns, classes)."""
        return _answers(self.vectors, self.log_odds)


def _answers(vectors: Probabilities, log_odds: NDArray[np.float32] | None) -> Answers:
    return Answers.without_logits(vectors) if log_odds is None else Answers(vectors, log_odds)
