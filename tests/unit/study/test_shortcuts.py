"""Places that answers hang on are found, and no others."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from gridexplainer_widget import GridExplainer
from gridexplainer_widget.study.findings.clusters import clusters_of, region_of, shares_of
from gridexplainer_widget.study.findings.shortcuts import Mapped, Place, elsewhere_of, place_steps
from gridexplainer_widget.study.findings.shortcuts_found import cells_text
from gridexplainer_widget.study.study import Study
from tests.support.sizes import sized
from tests.support.studies import noise

SHAPE = (8, 8)

STAMP = 57


class World:
    """Pictures whose answer hangs on one cell each: its object's, or the stamp's."""

    def __init__(self, seed: int, pictures: int, stamped: float, centred: bool = False) -> None:
        rng = np.random.default_rng(seed)
        self.cells: dict[str, int] = {}
        self.pictures = []
        for number in range(pictures):
            target = number % 4
            row, column = rng.integers(2, 6, 2) if centred else rng.integers(0, 8, 2)
            cell = STAMP if target == 0 and rng.random() < stamped else int(8 * row + column)
            values = rng.normal(0, 0.02, 64).astype(np.float32)
            values[cell] = 1
            item = f"{seed} {number}"
            self.cells[item] = cell
            self.pictures.append(Mapped(item, item, "", target, values))

    def changes(self, one: Mapped, regions: Sequence[tuple[int, ...]]) -> list[bool]:
        return [self.cells[one.item] in region for region in regions]

    def places(self) -> list[Place]:
        tested = list(place_steps(self.pictures, SHAPE, self.changes))
        return [place.among(len(tested)) for place in tested]


@pytest.mark.parametrize("stamped", [1.0, 0.6])
def test_a_stamp_is_found(stamped: float) -> None:
    found = [place for place in World(0, 400, stamped).places() if place.found]
    assert [(place.target, place.cells) for place in found] == [(0, (STAMP,))]
    (place,) = found
    assert place.inside.value >= place.whole_class.value
    assert place.elsewhere.value < 0.1
    assert place.whole_class.value == pytest.approx(stamped, abs=0.15)
    assert place.others.value < 0.1


@pytest.mark.parametrize("centred", [False, True])
@pytest.mark.parametrize("seed", range(sized(4, 25)))
def test_objects_in_any_place_are_none(seed: int, centred: bool) -> None:
    """Their maps cluster by where they are, and hiding that changes answers: of every class."""
    places = World(seed, 400, 0, centred).places()
    assert places
    assert not [place for place in places if place.found]


def test_few_pictures_tell_nothing() -> None:
    assert World(0, 60, 1).places() == []


def test_a_class_with_just_enough_is_tested() -> None:
    assert {place.target for place in World(0, 104, 1).places()} == {0, 1, 2, 3}


def test_maps_that_lie_alike_are_one_cluster() -> None:
    rng = np.random.default_rng(0)
    maps = rng.uniform(0, 0.1, (90, 64))
    for number in range(90):
        maps[number, (0, 20, 63)[number % 3]] += 3
    found = clusters_of(shares_of(maps))
    assert len(set(found.tolist())) == 3
    assert all(len(set(found[start::3].tolist())) == 1 for start in range(3))
    assert set(clusters_of(shares_of(maps[:8])).tolist()) == {0}


def test_a_region_is_the_largest_cells_and_small() -> None:
    mean = np.zeros(64)
    mean[[5, 6, 7]] = 0.4, 0.3, 0.1
    assert region_of(mean) == (5, 6)
    assert len(region_of(np.ones(64))) == 8


def test_elsewhere_is_as_large_and_apart() -> None:
    cells = (0, 1, 8)
    found = {elsewhere_of(cells, SHAPE, str(seed)) for seed in range(40)}
    assert all(len(other) == 3 and not set(other) & set(cells) for other in found)
    assert len(found) > 10
    assert elsewhere_of(cells, SHAPE, "a") == elsewhere_of(cells, SHAPE, "a")


def cornered(batch: NDArray[np.float32]) -> NDArray[np.float32]:
    """Three classes: "red" by one corner's cell, else "left" or "right" by the brighter half."""
    red = (batch[:, -4:, :4, 0].mean((1, 2)) > 200) * 10.0
    left, right = (half.mean((1, 2, 3)) / 50 for half in (batch[:, :, :8], batch[:, :, 8:]))
    logits = np.stack([red, left, right], axis=1)
    return np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)


def test_of_a_model_and_its_pictures(tmp_path: Path) -> None:
    pictures = []
    rng = np.random.default_rng(1)
    for number in range(132):
        picture = np.tile(noise(number), (2, 2, 1)) // 2
        row, column = 4 * rng.integers(0, 3), 4 * rng.integers(0, 4)
        picture[row : row + 4, column : column + 4] = 255
        if number % 3 == 0:
            picture[-4:, :4] = (255, 0, 0)
        pictures.append(picture)
    explainer = GridExplainer(
        cornered, 4, joint=False, input_shape=(16, 16), labels=["red", "left", "right"]
    )
    study = explainer.explain_all(pictures, tmp_path)
    found = study.shortcuts()
    assert [(found.labels[place.target], place.cells) for place in found.found] == [("red", (12,))]
    assert "'red' hangs on row 4, column 1." in str(found)
    with pytest.raises(ValueError, match="asks the model again: say Study.open"):
        Study.open(tmp_path).shortcuts()
    with pytest.raises(ValueError, match="was no file"):
        Study.open(tmp_path, explainer).shortcuts()


@pytest.mark.parametrize(
    ("cells", "text"),
    [
        ((7,), "row 2, column 4"),
        ((0, 1), "row 1, columns 1–2"),
        ((3, 0, 1, 4), "row 1, columns 1–2 and 4; row 2, column 1"),
    ],
)
def test_cells_are_named_by_rows(cells: tuple[int, ...], text: str) -> None:
    assert cells_text(cells, 4) == text
