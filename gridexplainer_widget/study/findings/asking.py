"""Ask a study's model again, about its pictures with something hidden."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from gridexplainer_widget.analysis.setup import Setup
from gridexplainer_widget.core.picture import Picture
from gridexplainer_widget.study.records.reading import Item


def answers_change(setup: Setup, picture: Picture, regions: Iterable[Sequence[int]]) -> list[bool]:
    """Tell for each region of cells whether hiding it changes the most probable class.

    Raises
    ------
    ClassifierError
        The model gave no answer.
    """
    run = setup.start_run(picture)
    wanted = [tuple(sorted(cells)) for cells in regions]
    for _ in run.ask([(), *wanted]):
        pass
    answers = [run.cached_probabilities(cells) for cells in ((), *wanted)]
    classes = [None if answer is None else int(np.argmax(answer)) for answer in answers]
    return [found != classes[0] for found in classes[1:]]


def picture_of(item: Item, sha256: str) -> Picture:
    """Return an item's picture if it is the one that was explained.

    Raises
    ------
    ValueError
        It cannot be read, or is another by now.
    """
    if item.picture is None:
        raise ValueError(f"{item.source.name}: {item.error}")
    if item.sha256 != sha256:
        raise ValueError(
            f"{item.source.name} is another picture than was explained: call explain_all again."
        )
    return item.picture
