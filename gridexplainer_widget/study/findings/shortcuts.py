"""Places that a class hangs on, wherever its objects are: found in maps, tested by hiding them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from .clusters import clusters_of, region_of, shares_of
from .share import CONFIDENCE, Share

LEAST: Final = 20
"""Pictures of a class with fewer of which nothing is tested."""

LEAST_IN_CLUSTER: Final = 5
"""In either half of the pictures."""

MOST_CLUSTERED: Final = 2000
"""Pictures of a class that are clustered: the time grows by their square."""

OTHERS: Final = 300
"""Pictures of other classes in which a place is hidden at most."""


@dataclass(frozen=True, eq=False)
class Mapped:
    """A picture with its map, as a study's rows have them.

    Parameters
    ----------
    item, name, sha256 : str
    target : int
        The most probable class, which is explained.
    values : float array (cells,)
    """

    item: str
    name: str
    sha256: str
    target: int
    values: NDArray[np.float32]

    @property
    def half(self) -> bool:
        """Whether it helps to find places, or to test them: by chance, and always the same."""
        return bool(hashlib.sha256(self.item.encode()).digest()[0] % 2)


Changes = Callable[[Mapped, Sequence[tuple[int, ...]]], list[bool]]
"""A picture and regions of cells → whether hiding each changes the answer."""


@dataclass(frozen=True, eq=False)
class Place:
    """A region of cells that a cluster of maps shares, and what hiding it did.

    What is counted is of pictures that had no part in finding the region.

    Parameters
    ----------
    target : int
        The class.
    cells : tuple of int
        The region, row by row from 0.
    mean : float array (cells,)
        The cluster's mean map, as shares.
    cluster, of : int
        Pictures whose maps lie there, of those of the class.
    inside : Share
        Pictures of the cluster whose answer changes with the region hidden.
    elsewhere : Share
        The same pictures, with a region of the same form hidden elsewhere.
    whole_class : Share
        All pictures of the class, wherever their maps lie, with the region hidden.
    others : Share
        Pictures of other classes with the region hidden: what hiding does there to any picture.
    examples : tuple of str
        Items of the cluster, those that lie there most first.
    """

    target: int
    cells: tuple[int, ...]
    mean: NDArray[np.float64]
    cluster: int
    of: int
    inside: Share
    elsewhere: Share
    whole_class: Share
    others: Share
    examples: tuple[str, ...] = ()

    @property
    def found(self) -> bool:
        """Whether the answers hang on this place, and only those of this class."""
        return self.inside.above(self.elsewhere) and self.whole_class.above(self.others)

    def among(self, tests: int) -> Place:
        """Widen the intervals for the number of places that are tested (Bonferroni)."""
        confidence = 1 - (1 - CONFIDENCE) / (2 * max(1, tests))  # two comparisons for each
        names = ("inside", "elsewhere", "whole_class", "others")
        wider = {name: replace(getattr(self, name), confidence=confidence) for name in names}
        return replace(self, **wider)


def place_steps(
    pictures: Sequence[Mapped], grid_shape: tuple[int, int], changes: Changes
) -> Iterator[Place]:
    """Find places class by class, and test each; yield them as they are done, untold apart.

    Half of the pictures find the places, the other half tests them.
    """
    for target in sorted({one.target for one in pictures}):
        own = [one for one in pictures if one.target == target]
        rest = [one for one in pictures if one.target != target and not one.half]
        if len(own) >= LEAST:
            yield from _places_of_class(own, rest, grid_shape, changes)


def _places_of_class(
    own: Sequence[Mapped],
    rest: Sequence[Mapped],
    grid_shape: tuple[int, int],
    changes: Changes,
) -> Iterator[Place]:
    finders = [one for one in own if one.half][:MOST_CLUSTERED]
    testers = [one for one in own if not one.half]
    if min(len(finders), len(testers)) < LEAST_IN_CLUSTER:
        return
    shares, of_testers = (
        shares_of(np.stack([one.values for one in half])) for half in (finders, testers)
    )
    numbers = clusters_of(shares)
    if np.bincount(numbers).max() < LEAST_IN_CLUSTER:
        numbers = np.zeros_like(numbers)  # too few pictures to tell kinds apart: one of all
    means = np.stack(
        [shares[numbers == number].mean(axis=0) for number in range(numbers.max() + 1)]
    )
    nearest = _nearest(of_testers, means)
    for number, mean in enumerate(means):
        near = nearest == number
        if min(int((numbers == number).sum()), int(near.sum())) < LEAST_IN_CLUSTER:
            continue
        cells = region_of(mean)
        inside, elsewhere, whole = _hidden(testers, near, cells, grid_shape, changes)
        sample = _spread(rest, OTHERS)
        others = Share(sum(changes(one, [cells])[0] for one in sample), len(sample))
        near_most = np.argsort(-of_testers[:, list(cells)].sum(axis=1) * near, kind="stable")
        yield Place(
            target=own[0].target,
            cells=tuple(sorted(cells)),
            mean=mean,
            cluster=int((numbers == number).sum() + near.sum()),
            of=len(finders) + len(testers),
            inside=inside,
            elsewhere=elsewhere,
            whole_class=whole,
            others=others,
            examples=tuple(testers[index].item for index in near_most[: int(near.sum())][:12]),
        )


def _hidden(
    testers: Sequence[Mapped],
    near: NDArray[np.bool_],
    cells: tuple[int, ...],
    grid_shape: tuple[int, int],
    changes: Changes,
) -> tuple[Share, Share, Share]:
    """Hide a region in all pictures of a class, and in those of its cluster another, too."""
    inside = elsewhere = whole = 0
    for one, is_near in zip(testers, near.tolist(), strict=True):
        other = elsewhere_of(cells, grid_shape, one.item)
        here, there = changes(one, [cells, other])
        whole += here
        inside += here and is_near
        elsewhere += there and is_near
    count = int(near.sum())
    return Share(inside, count), Share(elsewhere, count), Share(whole, len(testers))


def elsewhere_of(cells: Sequence[int], grid_shape: tuple[int, int], seed: str) -> tuple[int, ...]:
    """Shift a region to a place apart from it, around the edges if need be, by chance."""
    rows, columns = grid_shape
    places = [divmod(cell, columns) for cell in cells]
    shifts = [(down, across) for down in range(rows) for across in range(columns)]
    moved = (
        tuple(
            sorted(
                (row + down) % rows * columns + (column + across) % columns
                for row, column in places
            )
        )
        for down, across in shifts
    )
    apart = [one for one in moved if not set(one) & set(cells)]
    if not apart:
        raise ValueError(f"There is no other place for {len(cells)} of {rows * columns} cells.")
    digest = hashlib.sha256(seed.encode()).digest()
    return apart[int.from_bytes(digest[:8], "little") % len(apart)]


def _nearest(shares: NDArray[np.float64], means: NDArray[np.float64]) -> NDArray[np.intp]:
    apart = np.linalg.norm(np.sqrt(shares)[:, None] - np.sqrt(means)[None], axis=2)
    nearest: NDArray[np.intp] = apart.argmin(axis=1)
    return nearest


def _spread(pictures: Sequence[Mapped], most: int) -> list[Mapped]:
    step = max(1, -(-len(pictures) // most))
    return list(pictures[::step])
