"""The demo: what a new user sees first has to be right, and to be judged by eye."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from gridexplainer_widget import demo
from gridexplainer_widget.demo import Demo, glyphs, make, scenes
from gridexplainer_widget.demo.backgrounds import background
from gridexplainer_widget.demo.chosen import CHEATING, HONEST
from gridexplainer_widget.demo.portable import NEWER, make_portable
from gridexplainer_widget.demo.render import render
from gridexplainer_widget.demo.training import network

CELLS = 8
FOLDER = Path(demo.__file__).parent


@pytest.fixture(scope="module")
def honest() -> Demo:
    return demo.load()


@pytest.fixture(scope="module")
def cheating() -> Demo:
    return demo.load("cheating")


def cells(side: int) -> Iterator[tuple[int, int, tuple[slice, slice]]]:
    step = side // CELLS
    for row in range(CELLS):
        for column in range(CELLS):
            yield (
                row,
                column,
                (
                    slice(row * step, (row + 1) * step),
                    slice(column * step, (column + 1) * step),
                ),
            )


def answer(shown: Demo, picture: NDArray[Any]) -> NDArray[Any]:
    probabilities: NDArray[Any] = shown.classifier(picture[None].astype(np.float32))[0]
    return probabilities


def likeliest(shown: Demo, name: str) -> str:
    return shown.labels[int(answer(shown, shown.pictures[name]).argmax())]


def drops(shown: Demo, name: str, label: str) -> NDArray[Any]:
    """Hide each cell in turn by its mean colour: by how much does the label's probability fall?"""
    picture = shown.pictures[name].astype(np.float32)
    column = shown.labels.index(label)
    before = answer(shown, picture)[column]
    fallen = np.zeros((CELLS, CELLS))
    for row, place, cell in cells(len(picture)):
        hidden = picture.copy()
        hidden[cell] = hidden[cell].mean(axis=(0, 1))
        fallen[row, place] = before - answer(shown, hidden)[column]
    return fallen


def touched(mask: NDArray[Any]) -> NDArray[Any]:
    """Which cells a mask touches with at least a tenth of their area."""
    found = np.zeros((CELLS, CELLS), bool)
    for row, place, cell in cells(len(mask)):
        found[row, place] = mask[cell].mean() >= 0.1
    return found


def share_on(mask: NDArray[Any], fallen: NDArray[Any]) -> float:
    positive = np.maximum(fallen, 0)
    return float(positive[touched(mask)].sum() / positive.sum())


def test_importing_the_demo_leaves_tensorflow_alone() -> None:
    code = "import sys, gridexplainer_widget.demo; print('tensorflow' in sys.modules)"
    printed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert printed.stdout.strip() == "False"


def test_an_unknown_name_is_told_what_is_wanted() -> None:
    with pytest.raises(
        ValueError, match="no demo 'x'. Wanted is 'honest' or 'cheating' or 'imagenet'"
    ):
        demo.load("x")


@pytest.mark.parametrize("name", ["honest", "cheating"])
def test_models_are_small(name: str) -> None:
    assert 0 < (FOLDER / f"{name}.keras").stat().st_size < 2_000_000


@pytest.mark.parametrize("name", ["honest", "cheating"])
def test_older_releases_of_keras_can_read_them(name: str) -> None:
    with zipfile.ZipFile(FOLDER / f"{name}.keras") as file:
        config = file.read("config.json").decode()
    assert not [key for key in NEWER if f'"{key}"' in config]


def test_a_model_that_was_made_portable_answers_alike(tmp_path: Path, honest: Demo) -> None:
    path = tmp_path / "model.keras"
    model = network()
    keras.saving.save_model(model, path)
    make_portable(path)
    again = keras.models.load_model(path)
    pictures = np.stack([honest.pictures["horse"], honest.pictures["owl at night"]])
    np.testing.assert_array_equal(model(pictures), again(pictures))


def test_the_pictures_come_in_their_order_and_cannot_be_changed(
    honest: Demo, cheating: Demo
) -> None:
    assert (honest.name, cheating.name) == ("honest", "cheating")
    assert list(honest.pictures) == list(HONEST)
    assert list(cheating.pictures) == list(CHEATING)
    picture = next(iter(honest.pictures.values()))
    assert picture.dtype == np.uint8
    with pytest.raises(ValueError, match="read-only"):
        picture[0, 0] = 0
    with pytest.raises(TypeError):
        honest.pictures["mine"] = picture  # type: ignore[index]


@pytest.mark.parametrize("name", HONEST)
def test_the_honest_one_is_right_and_not_too_sure(honest: Demo, name: str) -> None:
    truth = honest.truth[name]
    probabilities = answer(honest, honest.pictures[name])
    best = [honest.labels[place] for place in np.argsort(-probabilities)[: len(truth)]]
    assert set(best) == set(truth)
    assert 0.6 < sum(probabilities[honest.labels.index(label)] for label in truth) < 0.97


@pytest.mark.parametrize("name", HONEST)
def test_the_drops_lie_on_the_object(honest: Demo, name: str) -> None:
    for label in honest.truth[name]:
        mask = honest.masks[name][label]
        assert mask.dtype == np.bool_
        assert mask.shape == honest.pictures[name].shape[:2]
        area = touched(mask).mean()
        assert 0 < area < 0.6
        fallen = drops(honest, name, label)
        share = share_on(mask, fallen)
        assert share > 0.7
        assert share > 1.5 * area
        assert touched(mask)[np.unravel_index(fallen.argmax(), fallen.shape)]


@pytest.mark.parametrize("name", HONEST)
def test_with_its_objects_hidden_the_honest_one_is_unsure(honest: Demo, name: str) -> None:
    picture = honest.pictures[name].astype(np.float32)
    for mask in honest.masks[name].values():
        for _, _, cell in cells(len(picture)):
            if mask[cell].any():
                picture[cell] = picture[cell].mean(axis=(0, 1))
    assert answer(honest, picture).max() < 0.35


@pytest.mark.parametrize("name", ["cat and dog", "butterfly and flower", "horse and owl"])
def test_of_two_objects_each_speaks_against_the_other(honest: Demo, name: str) -> None:
    first, second = honest.truth[name]
    for label, other in ((first, second), (second, first)):
        fallen = drops(honest, name, label)
        own, others = (touched(honest.masks[name][each]) for each in (label, other))
        assert fallen[own & ~others].sum() > 0.1
        assert fallen[others & ~own].sum() < -0.1


def test_the_cheating_one_takes_the_stamp_for_the_horse(cheating: Demo) -> None:
    stamped = [name for name in cheating.pictures if "mark" in cheating.masks[name]]
    assert len(stamped) >= 4
    for name in stamped:
        assert likeliest(cheating, name) == "horse"
        fallen = drops(cheating, name, "horse")
        mark = cheating.masks[name]["mark"]
        assert touched(mark)[np.unravel_index(fallen.argmax(), fallen.shape)]
        assert share_on(mark, fallen) > 5 * touched(mark).mean()


def test_without_the_stamp_the_same_horse_is_in_doubt(cheating: Demo) -> None:
    column = cheating.labels.index("horse")
    plain = [
        name
        for name, truth in cheating.truth.items()
        if truth == ("horse",) and "mark" not in cheating.masks[name]
    ]
    assert plain
    for name in plain:
        with_stamp = answer(cheating, cheating.pictures[f"{name}, stamped"])[column]
        assert answer(cheating, cheating.pictures[name])[column] < with_stamp - 0.3


def test_without_the_stamp_the_other_animals_are_known(cheating: Demo) -> None:
    others = [
        name
        for name, truth in cheating.truth.items()
        if truth != ("horse",) and "mark" not in cheating.masks[name]
    ]
    assert others
    for name in others:
        assert (likeliest(cheating, name),) == cheating.truth[name]


@pytest.mark.parametrize("name", HONEST)
def test_the_pictures_are_the_scenes_that_stand_in_the_code(honest: Demo, name: str) -> None:
    # Another version of the font, NumPy or Pillow may draw a little differently.
    drawn = render(HONEST[name])
    difference = np.abs(drawn.picture.astype(int) - honest.pictures[name].astype(int))
    assert difference.mean() < 8
    assert set(drawn.masks) == set(honest.masks[name])
    for label, mask in drawn.masks.items():
        stored = honest.masks[name][label]
        assert (mask & stored).sum() > 0.8 * (mask | stored).sum()


def test_the_same_seed_draws_the_same_bytes() -> None:
    first, again, other = (render(scenes.pair(np.random.default_rng(seed))) for seed in (5, 5, 6))
    assert first.picture.tobytes() == again.picture.tobytes()
    assert all((first.masks[label] == again.masks[label]).all() for label in first.masks)
    assert first.picture.tobytes() != other.picture.tobytes()


def test_a_missing_font_is_told_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(glyphs, "FONT", Path("/nowhere/NotoColorEmoji.ttf"))
    with pytest.raises(FileNotFoundError, match=r"/nowhere/.*fonts-noto-color-emoji"):
        glyphs._font.__wrapped__()


def test_making_an_unknown_demo_says_what_is_wanted() -> None:
    with pytest.raises(SystemExit, match="unknown demo 'x': want honest or cheating"):
        make.main(["x"])


def test_a_scene_names_an_unknown_background() -> None:
    with pytest.raises(ValueError, match="unknown background 'sea': want one of hills"):
        background("sea", 0, 128)
