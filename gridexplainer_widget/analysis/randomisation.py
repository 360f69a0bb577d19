"""Randomise a model's weights to see whether a map depends on them."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike

from gridexplainer_widget.classifiers.classifier import Classifier
from gridexplainer_widget.classifiers.model_lock import lock_of
from gridexplainer_widget.classifiers.network import RandomisedCopy
from gridexplainer_widget.core.arrays import Map
from gridexplainer_widget.core.errors import MethodError
from gridexplainer_widget.core.grid import is_whole
from gridexplainer_widget.core.progress import Progress, subprogress
from gridexplainer_widget.inference.run import Run

from .object_mask import checked_map

Explain: TypeAlias = "Callable[[Classifier], Generator[Progress, None, tuple[Map, int]]]"
"""Explain the same picture and class by another model; return the map and number of pictures."""


@dataclass(frozen=True)
class Randomisation:
    """How much of a map is left when the model's weights are randomised.

    Cascading randomisation, from the last layer to the first: J. Adebayo et al., "Sanity
    Checks for Saliency Maps", NeurIPS 2018.

    Parameters
    ----------
    layers : tuple of str
        The layer last randomised at each stage; at the final stage all are.
    correlations : tuple of float
        Spearman's rank correlation with the unchanged model's map at each stage, −1..1;
        0 if either map is constant.
    calls : int
        Pictures given to the randomised models.
    notes : tuple of str
        A sentence each.
    """

    layers: tuple[str, ...]
    correlations: tuple[float, ...]
    calls: int = 0
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        stages = zip(self.layers, self.correlations, strict=True)
        lines = [f"  randomised from the end to {layer}: {value:+.2f}" for layer, value in stages]
        head = (
            f"Mean rank correlation {self.similarity:.2f} with the maps of randomised networks; "
            "lower is better: a map that stays does not show what the model has learned."
        )
        return "\n".join([head, *lines, *self.notes])

    @property
    def similarity(self) -> float:
        """Mean absolute correlation, 0..1; lower is better.

        A map that stays shows the picture or the architecture, not what the network has learned.
        This is one draw: on 8×8 cells other seeds differ by some tenths, so small differences
        mean nothing.
        """
        return float(np.mean(np.abs(self.correlations)))


def randomisation_steps(
    run: Run, values: ArrayLike, explain: Explain, stages: int = 4, seed: int = 0
) -> Generator[Progress, None, Randomisation]:
    """Explain with randomised models and compare each map with `values`, (rows, columns).

    Cells without a finite value are left out. Stages are spread evenly over the layers with
    weights; a single one randomises all. The run's model must have answered before.

    Raises
    ------
    MethodError
        The model is a black box, cannot be copied, or has no weights.
    ValueError
        The map does not fit, or `stages` is below 1.
    """
    original = checked_map(values, run.grid)
    if not (is_whole(stages) and stages >= 1):
        raise ValueError(f"stages={stages!r}; wanted is a whole number of at least 1.")
    # Count first: each copy ends the one before, so they cannot be collected.
    chosen = _spread(sum(1 for _ in _copies(run.classifier, seed)), stages)
    if not chosen:
        raise MethodError(
            f"Randomising the weights needs a model that has some, and {run.classifier.name} has "
            "no layer with any."
        )
    layers: list[str] = []
    found: list[float | None] = []
    calls = 0
    for index, copy in enumerate(_copies(run.classifier, seed)):
        if index in chosen:
            steps = explain(_classifier_of(copy, run.classifier))
            map_, map_calls = yield from subprogress(steps, len(found), len(chosen))
            layers.append(copy.layer)
            found.append(_correlation(original, checked_map(map_, run.grid)))
            calls += map_calls
    flat = [layer for layer, correlation in zip(layers, found, strict=True) if correlation is None]
    return Randomisation(
        layers=tuple(layers),
        correlations=tuple(correlation or 0.0 for correlation in found),
        calls=calls,
        notes=(_note(original, flat),) if flat else (),
    )


def _copies(classifier: Classifier, seed: int) -> Iterator[RandomisedCopy]:
    if classifier.open_network is None or classifier.output is None:
        raise MethodError(
            f"Randomising the weights needs a white-box model, and {classifier.name} is a black "
            "box. Give a Keras model on TensorFlow or a PyTorch module."
        )
    with classifier.lock:
        copies = classifier.open_network(classifier.output).randomised_copies(seed)
    while True:
        with classifier.lock:  # the model may be in use elsewhere
            copy = next(copies, None)
        if copy is None:
            return
        yield copy


def _spread(count: int, stages: int) -> set[int]:
    """Choose among 0 … count − 1, evenly, always with the last."""
    return set(map(int, np.rint(np.linspace(count - 1, 0, stages)))) if count else set()


def _classifier_of(copy: RandomisedCopy, classifier: Classifier) -> Classifier:
    return replace(
        classifier,
        name=f"{classifier.name} (randomised from the end to {copy.layer})",
        forward=copy.forward,
        open_network=lambda _: copy.network,
        itself=None,
        mark=None,
        reread=None,
        lock=lock_of(),
    )


def _correlation(first: Map, second: Map) -> float | None:
    from scipy.stats import spearmanr  # noqa: PLC0415 - slow to import, rarely used

    known = np.isfinite(first) & np.isfinite(second)
    if _is_flat(first[known]) or _is_flat(second[known]):
        return None
    return float(spearmanr(first[known], second[known]).statistic)


def _is_flat(values: Map) -> bool:
    return len(np.unique(values[np.isfinite(values)])) < 2


def _note(original: Map, flat: Sequence[str]) -> str:
    if _is_flat(original):
        return (
            "The map is the same everywhere, so there is nothing that randomising could change: "
            "its correlations are given as 0 and say nothing."
        )
    return (
        f"Randomised from the end to {', '.join(flat)}, the model gives a map that is the same "
        "everywhere: its correlation is given as 0."
    )
