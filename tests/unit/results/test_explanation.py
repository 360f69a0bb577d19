import copy
import json
import pickle
import zipfile
from contextlib import suppress
from dataclasses import FrozenInstanceError, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridexplainer_widget import Explanation, Grid, GridExplainer
from gridexplainer_widget.classifiers.outputs import percent
from gridexplainer_widget.core.picture import to_uint8
from gridexplainer_widget.results import archive
from tests.support.models import TopLeft, weights
from tests.support.sizes import MANY

PICTURE = np.full((8, 8, 3), 255, np.uint8)


def explanation_of(
    vectors: list, baseline: list, output: str = "softmax", **changes
) -> Explanation:
    array = np.float32(vectors)
    rows, columns, classes = array.shape
    known = {
        "picture": PICTURE.copy(),
        "pixels": PICTURE.astype(np.float32),
        "replacement": np.zeros_like(PICTURE),
        "grid": Grid(rows, columns, 8, 8),
        "vectors": array,
        "failed": np.zeros((rows, columns), np.bool_),
        "baseline_vector": np.float32(baseline),
        "target": 1,
        "labels": tuple(f"class {i}" for i in range(classes)),
        "score": "probability",
        "fill": "black",
        "model": "model",
        "preprocessing": "none",
        "seconds": 0.5,
        "settings": {"output": output, "seed": 0},
    }
    return Explanation(**{**known, **changes})


@pytest.fixture
def corner() -> Explanation:
    """The top left quarter is half as likely hidden; only there does hiding matter."""
    explainer = GridExplainer(TopLeft(4), 2, fill=(51, 51, 51), preprocess="0..255")
    return explainer.explain(PICTURE, 1)


@pytest.fixture(scope="module")
def corner_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    explainer = GridExplainer(TopLeft(4), 2, fill=(51, 51, 51), preprocess="0..255")
    return explainer.explain(PICTURE, 1).save(tmp_path_factory.mktemp("files") / "corner.npz")


def test_by_hand(corner: Explanation) -> None:
    assert corner.drops.dtype == np.float32
    np.testing.assert_allclose(corner.drops, [[0.8, 0], [0, 0]], atol=1e-6)
    assert corner.baseline == 1
    np.testing.assert_allclose(corner.vectors[0, 0], [0.2, 0.2, 0.6], atol=1e-6)
    np.testing.assert_allclose(corner.for_target(2).drops, [[-0.6, 0], [0, 0]], atol=1e-6)


def test_top(corner: Explanation) -> None:
    (first,) = corner.top(1)
    assert (first.row, first.column) == (0, 0)
    assert first.value == pytest.approx(0.8)
    assert len(corner.top(99)) == 4
    assert corner.top(0) == []


def test_top_leaves_out_what_is_pending() -> None:
    nan = [np.nan, np.nan]
    partial = explanation_of([[[0.5, 0.5], nan], [nan, [0.4, 0.6]]], [0.2, 0.8])
    assert [(cell.row, cell.column) for cell in partial.top(5)] == [(0, 0), (1, 1)]
    assert partial.done == 2
    assert not partial.complete
    assert partial.notes == ("Partial: 2 of 4 cells have been scored.",)
    assert "Partial" in repr(partial)


def test_normalized(corner: Explanation) -> None:
    np.testing.assert_allclose(corner.normalized(), [[100, 0], [0, 0]])
    signed = explanation_of([[[0.5, 0.5], [0.1, 0.9]], [[0.3, 0.7], [0.2, 0.8]]], [0.2, 0.8])
    np.testing.assert_allclose(signed.normalized(), [[100, 0], [50, 25]], atol=1e-4)
    flat = explanation_of([[[0.2, 0.8]] * 2] * 2, [0.2, 0.8])
    assert (flat.normalized() == 0).all()
    nothing = explanation_of([[[np.nan] * 2] * 2] * 2, [0.2, 0.8])
    assert np.isnan(nothing.normalized()).all()


def test_it_cannot_be_changed(corner: Explanation) -> None:
    with pytest.raises(FrozenInstanceError):
        corner.target = 2
    arrays = (corner.drops, corner.vectors, corner.baseline_vector)
    for array in (*arrays, corner.picture, corner.seen, corner.replacement):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0
    with pytest.raises(TypeError):
        corner.settings["seed"] = 1


@pytest.mark.parametrize("fill", ["noise", "inpaint", "linear"])
def test_it_holds_every_picture_that_the_model_saw(fill: str) -> None:
    seen = []

    def model(batch: np.ndarray) -> np.ndarray:
        seen.extend(batch.copy())
        return weights(batch)

    picture = np.random.default_rng(0).integers(0, 256, (9, 10, 3)).astype(np.uint8)
    explanation = GridExplainer(model, (2, 3), fill=fill).explain(picture)
    whole, *hidden = (to_uint8(pixels) for pixels in seen[: 1 + len(explanation.grid)])
    np.testing.assert_array_equal(explanation.seen, whole)
    for cell, pixels in zip(explanation.grid.spread_order(), hidden, strict=True):
        top, left, bottom, right = explanation.grid.box(int(cell))
        drawn = explanation.seen.copy()
        drawn[top:bottom, left:right] = explanation.replacement[top:bottom, left:right]
        np.testing.assert_array_equal(drawn, pixels)


def test_another_target_needs_no_model_call() -> None:
    model = TopLeft(4)
    explanation = GridExplainer(model, 2, labels=["a", "b", "c"]).explain(PICTURE, "b")
    calls = len(model.batches)
    assert explanation.for_target("c").label == "c"
    assert explanation.for_score("log-odds").for_target(0).score == "log-odds"
    assert len(model.batches) == calls


@given(st.floats(0.01, 0.99), st.floats(0.01, 0.99))
def test_log_odds_by_their_formula(before: float, after: float) -> None:
    explanation = explanation_of([[[1 - after, after]]], [1 - before, before]).for_score("log-odds")
    expected = np.log(before / (1 - before)) - np.log(after / (1 - after))
    np.testing.assert_allclose(explanation.drops, expected, rtol=1e-4, atol=1e-4)


def test_log_odds_tell_cells_apart_where_probability_is_saturated() -> None:
    sure = explanation_of([[[1e-9, 1.0], [1e-7, 1.0]], [[1e-12, 1.0]] * 2], [1e-12, 1.0])
    assert sure.saturated
    assert 'score="log-odds"' in sure.notes[0]
    assert "log-odds" in repr(sure)
    assert np.abs(sure.drops).max() < 1e-6
    log_odds = sure.for_score("log-odds")
    np.testing.assert_allclose(log_odds.drops[0], [np.log(1e3), np.log(1e5)], rtol=1e-4)
    assert log_odds.notes == ()


def test_the_bound_in_the_note_is_not_below_the_drops() -> None:
    sure = explanation_of([[[0.0249, 0.9751]]], [0.01, 0.99])
    assert "more than 1.5 points" in sure.notes[0]


def test_a_model_that_does_not_move_is_not_called_saturated() -> None:
    still = explanation_of([[[0.01, 0.99]] * 2], [0.01, 0.99])
    assert not still.saturated
    assert still.notes == ("No cell changes the answer at all.",)


def test_a_clear_drop_is_not_saturated() -> None:
    assert not explanation_of([[[0.5, 0.5]]], [0.01, 0.99]).saturated
    assert not explanation_of([[[0.5, 0.5]]], [0.5, 0.5]).saturated


@pytest.mark.parametrize(
    ("output", "target", "end"),
    [
        # a sigmoid holds p to 2⁻¹²⁶, and 1 − p to half a step below 1
        ("sigmoid", 1, 25 * np.log(2)),
        ("sigmoid", 0, -25 * np.log(2)),
        ("softmax", 1, 126 * np.log(2)),
    ],
)
def test_log_odds_beyond_float32_are_bounds_and_say_so(
    output: str, target: int, end: float
) -> None:
    vector = [0.0, 1.0]
    explanation = explanation_of([[[0.5, 0.5]]], vector, output, target=target, score="log-odds")
    assert explanation.drops[0, 0] == pytest.approx(end, rel=1e-5)
    other = replace(
        explanation, vectors=np.float32([[vector]]), baseline_vector=np.float32([0.5, 0.5])
    )
    assert "bounds" in other.notes[0]


def test_log_odds_of_several_sigmoids_ask_one_class_alone() -> None:
    explanation = explanation_of([[[0.9, 0.2]]], [0.9, 0.8], "sigmoids", score="log-odds")
    np.testing.assert_allclose(explanation.drops, np.log(4) - np.log(0.25), rtol=1e-5)


def test_it_can_be_copied_and_pickled(corner: Explanation) -> None:
    for twin in (copy.deepcopy(corner), pickle.loads(pickle.dumps(corner))):
        np.testing.assert_array_equal(twin.drops, corner.drops)
        assert dict(twin.settings) == dict(corner.settings)
        assert twin.labels == corner.labels


@pytest.mark.parametrize(
    ("probability", "text"),
    [(0, "0.0%"), (1e-6, "<0.1%"), (0.5, "50.0%"), (0.99999, ">99.9%"), (1, "100.0%")],
)
def test_a_probability_is_never_rounded_to_certainty(probability: float, text: str) -> None:
    assert percent(probability) == text


def test_table(corner: Explanation) -> None:
    table = corner.to_dataframe()
    assert list(table.columns) == [
        "row", "column", "top", "left", "bottom", "right", "probability", "value",
        "alone", "together",
    ]  # fmt: skip
    assert table.iloc[3][["row", "column", "top", "left", "bottom", "right"]].tolist() == [
        1,
        1,
        4,
        4,
        8,
        8,
    ]
    np.testing.assert_allclose(table["value"], [0.8, 0, 0, 0], atol=1e-6)
    np.testing.assert_allclose(table["probability"], [0.2, 1, 1, 1], atol=1e-6)


def test_save_and_load(corner: Explanation, tmp_path: Path) -> None:
    path = corner.for_score("log-odds").save(tmp_path / "saved")
    assert path == tmp_path / "saved.npz"
    loaded = Explanation.load(path)
    for name in ("target", "labels", "score", "fill", "model", "preprocessing", "seconds", "grid"):
        assert getattr(loaded, name) == getattr(corner.for_score("log-odds"), name)
    assert dict(loaded.settings) == dict(corner.settings)
    for name in ("picture", "pixels", "seen", "replacement", "vectors", "baseline_vector"):
        np.testing.assert_array_equal(getattr(loaded, name), getattr(corner, name))


def test_a_partial_one_is_saved_as_it_is(tmp_path: Path) -> None:
    partial = explanation_of([[[0.5, 0.5], [np.nan, np.nan]]], [0.2, 0.8])
    loaded = Explanation.load(partial.save(tmp_path / "partial.npz"))
    np.testing.assert_array_equal(loaded.drops, partial.drops)


def spoiled(path: Path, source: Path, **changes: object) -> Path:
    with np.load(source) as file:
        arrays = dict(file)
    header = json.loads(str(arrays["header"]))
    header.update({k: v for k, v in changes.items() if k not in arrays})
    arrays.update({k: v for k, v in changes.items() if k in arrays})
    arrays["header"] = np.array(json.dumps(header))
    np.savez(path, **{name: array for name, array in arrays.items() if array is not None})
    return path


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"format": 99}, "format is 99"),
        ({"vectors": np.zeros((2, 2))}, "vectors is float64"),
        ({"picture": np.zeros((2, 2), np.uint8)}, "picture"),
        ({"pixels": np.zeros((8, 7, 3), np.uint8)}, r"pixels .*\(8, 8, 3\) is wanted"),
        ({"pixels": np.zeros((8, 8), np.uint8)}, r"3 or 4 channels"),
        ({"replacement": np.zeros((8, 8, 3))}, "replacement is float64"),
        ({"replacement": None}, "replacement"),
        ({"baseline_vector": np.zeros(7, np.float32)}, r"baseline_vector .*\(3,\) is wanted"),
        ({"grid": [0, 0, 8, 8]}, "does not fit"),
        ({"target": 99}, "out of range"),
        ({"score": "beauty"}, "score='beauty'"),
        ({"vectors": np.array([{"evil": 1}], object)}, "pickle"),
        ({"vectors": None}, "vectors"),
        ({"vectors": np.full((2, 2, 3), 7, np.float32)}, r"vectors holds more than .* 0\.\.1"),
        ({"vectors": np.float32([[[0.5, 0.5, np.nan]] * 2] * 2)}, "vectors holds more"),
        ({"baseline_vector": np.float32([0, np.nan, 1])}, "baseline_vector holds more"),
        ({"baseline_vector": np.float32([0, -np.inf, 1])}, "baseline_vector holds more"),
        ({"pixels": np.full((8, 8, 3), np.nan, np.float32)}, r"pixels holds .* 0\.\.255"),
        ({"picture": np.zeros((0, 8, 3), np.uint8)}, "picture is empty"),
        ({"grid": [2, 2.5, 8, 8]}, r"grid is 2\.5"),
        ({"grid": [2, True, 8, 8]}, "grid is True"),
        ({"grid": 5}, "not iterable"),
        ({"labels": "abc"}, "labels is 'abc'"),
        ({"seconds": float("nan")}, "seconds are nan"),
        ({"seconds": -1}, "seconds are -1"),
        ({"seconds": 10**400}, "too large"),
        ({"checked": {"checks": [["a", "ok", "b", "c"]], "pictures": float("inf")}}, "infinity"),
        ({"attribution": 5}, "attribution_native"),
        ({"settings": 5}, "settings is 5"),
        ({"settings": {"layer": ["conv"]}}, "tells 'layer' of 'occlusion'"),
        ({"settings": {"picture_size": [0, 0]}}, "picture's height is 0"),
        ({"settings": {"picture_size": [8]}}, "unpack"),
        ({"settings": {"output": "beauty"}}, "output='beauty'"),
        ({"settings": {"seed": "x"}}, "seed is 'x'"),
    ],
)
def test_files_that_are_no_explanation(
    corner: Explanation, tmp_path: Path, changes: dict, words: str
) -> None:
    path = spoiled(tmp_path / "spoiled.npz", corner.save(tmp_path / "good.npz"), **changes)
    with pytest.raises(ValueError, match=words):
        Explanation.load(path)


@pytest.mark.parametrize("header", ["[1]", "5", "null", '"words"', "{", "[" * 100_000])
def test_headers_that_are_none(corner: Explanation, tmp_path: Path, header: str) -> None:
    with np.load(corner.save(tmp_path / "good.npz")) as file:
        arrays = {**file, "header": np.array(header)}
    np.savez(tmp_path / "spoiled.npz", **arrays)
    with pytest.raises(ValueError, match="no explanation that can be read"):
        Explanation.load(tmp_path / "spoiled.npz")


@MANY
@given(st.data())
def test_a_damaged_file_gives_itself_or_an_error(corner_file: Path, data: st.DataObject) -> None:
    good = corner_file.read_bytes()
    places = st.lists(st.integers(0, len(good) - 1), min_size=1, max_size=3)
    damaged = bytearray(good)
    for place in data.draw(places):
        damaged[place] = data.draw(st.integers(0, 255))
    path = corner_file.with_name("damaged.npz")
    path.write_bytes(damaged[: data.draw(st.sampled_from([None, len(good) // 2, -1]))])
    with suppress(ValueError):
        assert str(Explanation.load(path)) == str(Explanation.load(corner_file))


def test_other_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Explanation.load(tmp_path / "nothing.npz")
    (tmp_path / "text.npz").write_text("hello")
    with pytest.raises(ValueError, match="no explanation that can be read"):
        Explanation.load(tmp_path / "text.npz")


def test_a_file_that_would_unpack_to_too_much(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "MAX_BYTES", 10_000)
    with zipfile.ZipFile(tmp_path / "bomb.npz", "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("vectors.npy", b"0" * 20_000)
    with pytest.raises(ValueError, match="would unpack to 20,000 bytes"):
        Explanation.load(tmp_path / "bomb.npz")


def test_it_tells_what_was_done(corner: Explanation) -> None:
    assert repr(corner) == (
        "Explanation('class 1' 100.0%, 2×2, fill='#333333', score='probability', "
        "model='TopLeft', preprocessing='none: 0..255 (as you said)')"
    )
    assert "row 1, column 1: −80" in str(corner)
    assert corner.settings["grid_size"] == [2, 2]
    assert corner.settings["output"] == "softmax"


def test_the_settings_reproduce_it() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (12, 12, 3)).astype(np.uint8)
    first = GridExplainer(weights, (3, 4), fill="noise", seed=9).explain(picture, 2)
    settings = first.settings
    again = GridExplainer(
        weights, tuple(settings["grid_size"]), fill=settings["fill"], seed=settings["seed"]
    ).explain(picture, first.target)
    np.testing.assert_array_equal(first.drops, again.drops)
