"""Both maps of an explanation, and how far to believe them, in words, figures, tables and files."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from gridexplainer_widget import Explanation, GridExplainer
from gridexplainer_widget.inference.foretells import Foretells
from gridexplainer_widget.results.headline import foretells_record
from gridexplainer_widget.results.notes import notes_of
from tests.support.models import either, unforeseeable, weights

WHITE = np.full((32, 32, 3), 255, np.uint8)
NOISE = np.random.default_rng(3).integers(0, 256, (32, 32, 3)).astype(np.uint8)

DOUBT = "This map says nothing reliable about this picture"


@pytest.fixture(scope="module")
def explanation() -> Explanation:
    """No cell matters alone; the two corners do, together."""
    return GridExplainer(either, 4, fill="black", labels=["yes", "no"]).explain(WHITE, "yes")


@pytest.fixture(scope="module")
def doubtful() -> Explanation:
    return GridExplainer(unforeseeable, 4, fill="black").explain(NOISE, 0)


@pytest.fixture(scope="module")
def single() -> Explanation:
    return GridExplainer(weights, 4, joint=False).explain(NOISE, 1)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (
            Foretells(0.712, -0.308, 0.292, 30),
            (
                "How far to believe it: it foretells well what hiding other cells does (0.71 of 1; "
                "random maps reach 0.29)."
            ),
        ),
        (
            Foretells(0.119, -0.3, 0.292, 30),
            f"{DOUBT}: it foretells 0.12, and random maps reach 0.29.",
        ),
        (
            Foretells(-0.25, -0.3, 0.3, 30),
            f"{DOUBT}: it foretells −0.25, and random maps reach 0.30.",
        ),
        (
            Foretells(-0.001, -0.3, -0.002, 30),
            (
                "How far to believe it: it foretells a little what hiding other cells does "
                "(0.00 of 1; random maps reach 0.00)."
            ),
        ),
    ],
)
def test_how_far_to_believe_a_map_is_a_sentence(found: Foretells, words: str) -> None:
    assert found.sentence == words


def test_the_sentence_stands_in_texts_and_figures(explanation: Explanation) -> None:
    assert explanation.map == "together"
    assert explanation.foretells is not None
    words = explanation.foretells.sentence
    assert explanation.notes[0] == words
    assert words in str(explanation)
    assert words in repr(explanation)
    assert words in explanation.plot().get_supxlabel()
    assert words not in notes_of(explanation)  # front ends show it beside the map


def test_what_hardly_moves_the_answer_is_little_to_believe() -> None:
    def faint(batch: np.ndarray) -> np.ndarray:
        blocks = batch.mean(axis=3).reshape(len(batch), 4, 8, 4, 8).mean(axis=(2, 4))
        chance = 0.5 + 1e-6 * (blocks * np.arange(16).reshape(4, 4)).mean(axis=(1, 2))
        return np.stack([chance, 1 - chance], axis=1)

    explanation = GridExplainer(faint, 4, fill="black").explain(NOISE, 0)
    assert explanation.foretells is not None
    assert explanation.foretells.reliable
    words = (
        "There is little to believe: hiding cells hardly moves the answer. How little, the map "
        "foretells well ("
    )
    assert explanation.notes[0].startswith(words)
    assert foretells_record(explanation)["alone"]["text"].startswith(words)
    assert "No cell matters" in str(explanation)
    assert "foretells well what" not in str(explanation)


def test_a_map_of_nothing_says_so(doubtful: Explanation) -> None:
    for name in ("alone", "together"):
        shown = doubtful.with_map(name)
        assert shown.notes[0].startswith(DOUBT)
        assert shown.notes[0] in str(shown)


def test_single_cells_say_nothing_of_it(single: Explanation) -> None:
    assert not [note for note in single.notes if "oretells" in note]
    assert foretells_record(single) == {}


def test_a_front_end_is_told_of_both_maps(doubtful: Explanation) -> None:
    chosen = doubtful.with_map("alone")
    record = foretells_record(chosen)
    assert record.keys() == {"shown", "alone", "together"}
    assert record["shown"] == doubtful.map  # whatever is chosen
    for name, found in doubtful.foretold.items():
        assert record[name] == {
            "value": found.value,
            "low": found.low,
            "high": found.high,
            "probes": 13,
            "reliable": False,
            "text": found.sentence,
        }
    json.dumps(record)


@pytest.mark.parametrize(
    ("name", "title", "lost"),
    [
        ("alone", "4×4 cells, each hidden alone by black", "change when hidden"),
        ("together", "4×4 cells, hidden together in handfuls by black", "part of the change"),
    ],
)
def test_a_figure_says_which_map_it_draws(
    explanation: Explanation, name: Any, title: str, lost: str
) -> None:
    figure = explanation.with_map(name).plot()
    assert title in figure.axes[1].get_title(loc="left")
    assert figure.axes[2].get_ylabel().startswith(lost)
    assert title in explanation.with_map(name).native


def test_a_figure_of_single_cells_is_as_it_was(single: Explanation) -> None:
    assert "4×4 cells, each hidden by" in single.plot().axes[1].get_title(loc="left")
    assert "each hidden by" in single.native


def test_a_table_holds_both_maps(explanation: Explanation, single: Explanation) -> None:
    table = explanation.to_dataframe()
    np.testing.assert_array_equal(table["alone"], explanation.drops.ravel())
    np.testing.assert_array_equal(table["together"], explanation.maps["together"].ravel())
    np.testing.assert_array_equal(table["value"], table["together"])
    assert list(single.to_dataframe().columns[-2:]) == ["probability", "value"]


@pytest.mark.parametrize("name", ["alone", "together"])
def test_pixels_have_the_numbers_of_the_map_shown(explanation: Explanation, name: Any) -> None:
    shown = explanation.with_map(name)
    np.testing.assert_array_equal(shown.pixel_values[::8, ::8], explanation.maps[name])


@pytest.mark.parametrize("chosen", [None, "alone", "together"])
def test_a_file_keeps_both_maps(explanation: Explanation, tmp_path: Path, chosen: Any) -> None:
    saved = explanation.with_map(chosen)
    loaded = Explanation.load(saved.save(tmp_path / "both"))
    assert loaded.chosen == chosen
    assert loaded.map == saved.map
    assert loaded.foretold == saved.foretold
    assert str(loaded) == str(saved)
    for score in ("probability", "log-odds"):
        for target in (0, 1):
            one, other = (
                each.for_score(score).for_target(target).maps["together"]  # type: ignore[arg-type]
                for each in (loaded, saved)
            )
            np.testing.assert_array_equal(one, other)
    assert loaded.handfuls is not None
    assert not loaded.handfuls.hidden.flags.writeable


def test_a_file_keeps_the_answer_to_an_empty_picture(tmp_path: Path) -> None:
    """Absence is the evidence: a note says so, also of what was loaded."""

    def absent(batch: NDArray[np.float32]) -> NDArray[np.float32]:
        bright = batch[:, :8, :8].mean((1, 2, 3)) / 255
        return np.stack([0.95 - bright / 4, 0.05 + bright / 4], axis=1)

    white = np.full((32, 32, 3), 255, np.uint8)
    saved = GridExplainer(absent, 4, fill="black", output="softmax").explain(white, 0)
    loaded = Explanation.load(saved.save(tmp_path / "absence"))
    assert any("every cell hidden" in note for note in saved.notes)
    assert loaded.notes == saved.notes


def test_a_file_keeps_the_logits_of_handfuls(tmp_path: Path) -> None:
    """Without them, other log-odds would be fitted."""

    def logits(batch: np.ndarray) -> np.ndarray:
        bright = batch[:, :8, :8].mean((1, 2, 3)) + batch[:, -8:, -8:].mean((1, 2, 3))
        return np.stack([bright, np.zeros_like(bright)], 1)

    explainer = GridExplainer(logits, 4, fill="black", output="logits", score="log-odds")
    saved = explainer.explain(WHITE, 0)
    assert saved.handfuls is not None
    assert np.isfinite(saved.handfuls.answers.log_odds).all()
    loaded = Explanation.load(saved.save(tmp_path / "logits"))
    assert loaded.handfuls is not None
    np.testing.assert_array_equal(loaded.handfuls.answers.log_odds, saved.handfuls.answers.log_odds)
    np.testing.assert_array_equal(loaded.values, saved.values)


def test_a_file_of_another_method_keeps_what_it_foretells(tmp_path: Path) -> None:
    saved = GridExplainer(weights, 4).explain(NOISE, 1, method="rise", samples=40)
    loaded = Explanation.load(saved.save(tmp_path / "rise"))
    assert loaded.foretold == saved.foretold
    assert saved.foretells is not None


def npy(array: Any) -> bytes:
    file = io.BytesIO()
    np.lib.format.write_array(file, np.asanyarray(array))
    return file.getvalue()


def damaged(explanation: Explanation, path: Path, changes: dict[str, Any]) -> Path:
    """Save it with other arrays; None leaves one out."""
    explanation.save(path / "good.npz")
    with zipfile.ZipFile(path / "good.npz") as file:
        members = {name.removesuffix(".npy"): file.read(name) for name in file.namelist()}
    members |= {name: npy(array) for name, array in changes.items() if array is not None}
    with zipfile.ZipFile(path / "bad.npz", "w") as file:
        for name, data in members.items():
            if changes.get(name, 0) is not None:
                file.writestr(f"{name}.npy", data)
    return path / "bad.npz"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"handfuls_hidden": np.zeros((3, 16), np.uint8)}, "handfuls_hidden is uint8"),
        ({"handfuls_hidden": np.zeros((3, 15), np.bool_)}, r"handfuls_hidden is bool \(3, 15\)"),
        ({"handfuls_hidden": np.zeros((), np.bool_)}, "handfuls_hidden is bool"),
        ({"handfuls_hidden": np.zeros((3, 16), np.bool_)}, r"handfuls_probes is bool .* \(3,\)"),
        (
            {
                "handfuls_hidden": np.zeros((0, 16), np.bool_),
                "handfuls_probes": np.zeros(0, np.bool_),
                "handfuls_vectors": np.zeros((0, 2), np.float32),
            },
            "handfuls_hidden is empty",
        ),
        ({"handfuls_probes": None}, "lacks 'handfuls_probes'"),
        ({"handfuls_vectors": None}, "lacks 'handfuls_vectors'"),
    ],
)
def test_damaged_handfuls_are_refused(
    explanation: Explanation, tmp_path: Path, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        Explanation.load(damaged(explanation, tmp_path, changes))


@pytest.mark.parametrize("number", [np.nan, np.inf, -0.5, 1.5])
def test_answers_beyond_their_range_are_refused(
    explanation: Explanation, tmp_path: Path, number: float
) -> None:
    assert explanation.handfuls is not None
    vectors = explanation.handfuls.answers.vectors.copy()
    vectors[-1, -1] = number
    with pytest.raises(ValueError, match="its handfuls_vectors holds more than numbers in 0"):
        Explanation.load(damaged(explanation, tmp_path, {"handfuls_vectors": vectors}))


@pytest.mark.parametrize("chosen", ["both", 3, ["alone"]])
def test_a_map_that_there_is_not_is_refused(
    explanation: Explanation, tmp_path: Path, chosen: Any
) -> None:
    path = replace(explanation, chosen=chosen).save(tmp_path / "odd")
    with pytest.raises(ValueError, match="it shows the map .*, which there is not"):
        Explanation.load(path)
