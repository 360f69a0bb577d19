"""A study as a whole, in this process."""

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gridexplainer_widget import GridExplainer, ModelChangedError, demo
from gridexplainer_widget.analysis.object_mask import on_mask
from gridexplainer_widget.study.study import Study
from tests.support.models import brightness, either
from tests.support.studies import Turning, Watched, noise, pictures_in, tiny


def test_rows_hold_what_explain_gives(tmp_path: Path) -> None:
    paths = pictures_in(tmp_path / "photos", 4)
    explainer = tiny()
    study = explainer.explain_all(tmp_path / "photos", tmp_path / "study")
    rows = study.table.to_pylist()
    assert [row["name"] for row in rows] == [path.name for path in paths]
    for row, path in zip(rows, paths, strict=True):
        alone = explainer.explain(str(path))
        assert row["values"] == alone.values.ravel().tolist()
        assert (row["target"], row["target_label"]) == (alone.target, alone.label)
        assert row["probability"] == row["target_probability"] == alone.baseline
        assert row["top_classes"][0] == row["predicted"] == alone.target
        assert (row["method"], row["map"], row["calls"]) == ("Occlusion", "alone", 5)
        assert row["notes"] == list(replace(alone, checked=None, emptied=None).notes)
        assert row["error"] is None


def test_batches_are_larger_where_nobody_waits_for_the_first_cells(tmp_path: Path) -> None:
    sizes = list[int]()

    def noted(batch: np.ndarray) -> np.ndarray:
        sizes.append(len(batch))
        return brightness(batch)

    explainer = tiny(noted, grid_size=8)
    explainer.explain(noise(0))
    assert max(sizes) == 13
    explainer.explain_all([noise(0)], tmp_path)
    assert max(sizes) == 33


def test_numbers_are_those_of_explain_to_the_last_bit(tmp_path: Path) -> None:
    honest = demo.load("honest")
    pictures = list(honest.pictures.values())[:2]
    explainer = GridExplainer(honest.classifier, 4)  # the engine, and handfuls
    rows = explainer.explain_all(pictures, tmp_path).table.to_pylist()
    for row, picture in zip(rows, pictures, strict=True):
        alone = explainer.explain(picture)
        assert alone.foretells is not None
        assert row["values"] == alone.values.ravel().tolist()
        assert row["foretells"] == float(np.float32(alone.foretells.value))
        assert row["probability"] == alone.baseline
        assert row["calls"] == alone.cost.forward
        assert row["target"] == alone.target


def test_methods_masks_and_handfuls(tmp_path: Path) -> None:
    honest = demo.load("honest")
    explainer = GridExplainer(honest.classifier, 4, engine="full")
    name, picture = next(iter(honest.pictures.items()))
    truth = honest.truth[name][0]
    mask = honest.masks[name][truth]
    study = explainer.explain_all(
        [(picture, truth, mask)], tmp_path, methods=["occlusion", "grad-cam"]
    )
    hidden, cam = study.table.to_pylist()
    alone = explainer.explain(picture)
    np.testing.assert_allclose(hidden["values"], alone.values.ravel(), atol=1e-6)
    assert alone.foretells is not None
    assert hidden["foretells"] == pytest.approx(alone.foretells.value, abs=1e-5)
    assert hidden["correct"] is (alone.label == truth)
    known = on_mask(alone.values, mask, alone.grid)
    assert hidden["inside"] == pytest.approx(known.inside, abs=1e-5)
    assert hidden["pointing"] is known.pointing
    assert (cam["method"], cam["unit"]) == ("Grad-CAM", "")
    assert len(cam["values"]) == 16


def test_audits(tmp_path: Path) -> None:
    explainer = tiny()
    row = explainer.explain_all([noise(0)], tmp_path, audit=True).table.to_pylist()[0]
    known = explainer.faithfulness(explainer.explain(noise(0)))
    for name in ("deletion", "insertion", "srg"):
        assert row[name] == pytest.approx(getattr(known, name), abs=1e-6)
    bands = [one.chance.srg.high for one in known.under if one.chance]
    assert row["srg_random"] == pytest.approx(np.mean(bands), abs=1e-6)


def test_certainty(tmp_path: Path) -> None:
    explainer = tiny(grid_size=4)
    row = explainer.explain_all([noise(0)], tmp_path, certainty=True).table.to_pylist()[0]
    verdicts = explainer.certainty(explainer.explain(noise(0))).verdicts
    assert row["sure_for"] == int((verdicts > 0).sum())
    assert row["sure_against"] == int((verdicts < 0).sum())


def test_targets(tmp_path: Path) -> None:
    explainer = tiny(brightness, labels=["dark", "bright"])
    dim = np.full((8, 8, 3), 64, np.uint8)
    both = explainer.explain_all([(dim, "bright")], tmp_path / "both", targets="both")
    rows = both.table.to_pylist()
    assert [(row["target_label"], row["of_predicted"], row["of_label"]) for row in rows] == [
        ("dark", True, False),
        ("bright", False, True),
    ]
    assert [row["correct"] for row in rows] == [False, False]
    assert [row["calls"] for row in rows] == [5, 0]
    np.testing.assert_array_equal(rows[0]["values"], np.negative(rows[1]["values"]))
    label = explainer.explain_all([(dim, 1)], tmp_path / "label", targets="label")
    assert label.table["target_label"].to_pylist() == label.table["label"].to_pylist() == ["bright"]


def test_a_broken_picture_is_a_row(tmp_path: Path) -> None:
    (good,) = pictures_in(tmp_path / "photos", 1)
    broken = tmp_path / "photos" / "broken.png"
    broken.write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    mask = np.zeros((8, 8), np.bool_)
    given = [good, broken, "gone.png", (good, "no such class"), (noise(1), 0, mask)]
    study = tiny().explain_all(given, tmp_path / "study")
    errors = dict(zip(*(study.table[name].to_pylist() for name in ("name", "error")), strict=True))
    assert len(errors) == 4  # one path stands for two questions
    rows = study.table.to_pylist()
    told = [(row["name"], row["error"]) for row in rows]
    assert told[0] == (good.as_posix(), None)
    assert "cannot be decoded" in told[1][1]
    assert "There is no file 'gone.png'" in told[2][1]
    assert "no class 'no such class'" in told[3][1]
    assert "true nowhere" in told[4][1]
    assert "errors=4" in repr(study)


def test_on_error_raise_names_the_picture(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match=r"gone\.png: There is no file"):
        tiny().explain_all(["gone.png"], tmp_path, on_error="raise")


def test_the_same_call_goes_on_where_it_was(tmp_path: Path) -> None:
    photos, model = tmp_path / "photos", Watched()
    pictures_in(photos, 2)
    explainer = tiny(model)
    explainer.explain_all(photos, tmp_path / "study")
    pictures_in(photos, 3)
    (photos / "gone.png").write_bytes(b"broken")
    model.asked.clear()
    study = explainer.explain_all(photos, tmp_path / "study")
    assert [model.was_asked(number) for number in range(3)] == [False, False, True]
    model.asked.clear()
    again = explainer.explain_all(photos, tmp_path / "study")
    assert not any(map(model.was_asked, range(3)))
    assert again.table.equals(study.table)
    assert study.table.num_rows == 4


def test_pictures_without_files_go_on_as_well(tmp_path: Path) -> None:
    model = Watched()
    explainer = tiny(model)
    explainer.explain_all([noise(0), noise(1)], tmp_path)
    model.asked.clear()
    study = explainer.explain_all([noise(0), noise(1), noise(2)], tmp_path)
    assert [model.was_asked(number) for number in range(3)] == [False, False, True]
    assert study.table["name"].to_pylist() == ["0", "1", "2"]


def test_a_picture_that_changed_is_another(tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    (path,) = pictures_in(photos, 1)
    explainer = tiny()
    explainer.explain_all(photos, tmp_path / "study")
    path.write_bytes((pictures_in(tmp_path / "other", 5)[4]).read_bytes())
    study = explainer.explain_all(photos, tmp_path / "study")
    assert study.table.num_rows == 2
    assert len(set(study.table["sha256"].to_pylist())) == 2


@pytest.mark.parametrize(
    ("model", "settings", "words"),
    [
        (either, {}, "the model answers otherwise"),
        (Watched(), {"seed": 1}, "seed was 0 and is 1"),
        (Watched(), {"fill": "blur"}, "fill was 'picture-mean' and is 'blur'"),
        (Watched(), {"preprocess": "0..1"}, "preprocessing was"),
    ],
)
def test_another_model_or_setting_needs_another_folder(
    tmp_path: Path, model: object, settings: dict[str, object], words: str
) -> None:
    tiny(Watched()).explain_all([noise(0)], tmp_path)
    with pytest.raises(ValueError, match=words):
        tiny(model, **settings).explain_all([noise(0)], tmp_path)


def test_weights_tell_models_apart_and_names_do_not(tmp_path: Path) -> None:
    import keras

    def network(name: str) -> keras.Model:
        layers = [keras.Input((8, 8, 3)), keras.layers.Flatten(name=name)]
        return keras.Sequential([*layers, keras.layers.Dense(2, "softmax")], name=name)

    first, second = network("first"), network("second")
    second.set_weights(first.get_weights())
    tiny(first).explain_all([noise(0)], tmp_path)
    tiny(second).explain_all([noise(0)], tmp_path)
    second.set_weights([weight + 1e-7 for weight in first.get_weights()])
    with pytest.raises(ValueError, match="weights are others"):
        tiny(second).explain_all([noise(0)], tmp_path)


@pytest.mark.parametrize("after", [30, 34, 45, 100])
def test_a_model_that_changes_on_the_way_is_told(tmp_path: Path, after: int) -> None:
    explainer = tiny(Turning(after))
    with pytest.raises(ModelChangedError, match="has changed|answers otherwise"):
        explainer.explain_all([noise(number) for number in range(20)], tmp_path)
    assert Study.open(tmp_path).table.num_rows == 0  # nobody knows which came before


class Photographs:
    """A dataset that counts what is read of it."""

    column_names = ("image",)
    features = {"image": type("Image", (), {})()}  # noqa: RUF012

    def __init__(self) -> None:
        self.read: Counter[int] = Counter()

    def __len__(self) -> int:
        return 4

    def __getitem__(self, index: int) -> dict[str, Any]:
        self.read[index] += 1
        return {"image": noise(index)}


def test_a_dataset_is_read_once_and_one_picture_when_it_is_wanted(tmp_path: Path) -> None:
    """The first is read for the model's check as well."""
    dataset = Photographs()
    study = tiny().explain_all(dataset, tmp_path)
    assert dataset.read == {0: 2, 1: 1, 2: 1, 3: 1}
    row = study.table.to_pylist()[2]
    np.testing.assert_array_equal(study.source(row).picture, noise(int(row["name"])))
    assert dataset.read.total() == 6


class Training:
    """A dataset whose third picture trains the model."""

    column_names = ("image",)
    features = {"image": type("Image", (), {})()}  # noqa: RUF012

    def __init__(self, model: Any) -> None:
        self.model = model

    def __len__(self) -> int:
        return 6

    def __getitem__(self, index: int) -> dict[str, Any]:
        if index == 2:
            self.model.set_weights([weight + 1 for weight in self.model.get_weights()])
        return {"image": noise(index)}


def test_trained_weights_are_told_at_once(tmp_path: Path) -> None:
    import keras

    model = keras.Sequential(
        [keras.Input((8, 8, 3)), keras.layers.Flatten(), keras.layers.Dense(2, "softmax")]
    )
    with pytest.raises(ModelChangedError, match="changed while the study was made"):
        tiny(model).explain_all(Training(model), tmp_path)
    assert Study.open(tmp_path).table.num_rows == 0


def test_run_json_tells_of_the_run(tmp_path: Path) -> None:
    tiny(labels=list("abcd")).explain_all([noise(0)], tmp_path)
    record = json.loads((tmp_path / "run.json").read_text())
    assert record["model"] == "weights"
    assert record["identity"]["weights"] == "unknown"
    assert record["identity"]["settings"]["grid_size"] == [2, 2]
    assert len(record["identity"]["answers"]) == 3
    assert "gridexplainer-widget" in record["versions"]
    assert record["checked"]["checks"]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"targets": "cat"}, "targets='cat' is unknown"),
        ({"on_error": "ignore"}, "on_error='ignore' is unknown"),
        ({"methods": ["rise", "rise"]}, "names one of them twice"),
        ({"workers": 0}, "workers=0; wanted"),
        ({"workers": "many"}, "workers='many'"),
    ],
)
def test_what_cannot_be_asked(tmp_path: Path, settings: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        tiny().explain_all([noise(0)], tmp_path, **settings)  # type: ignore[arg-type]
    assert not (tmp_path / "run.json").exists()


def test_a_label_is_needed_where_it_is_asked_about(tmp_path: Path) -> None:
    study = tiny().explain_all([noise(0)], tmp_path, targets="label")
    assert "the picture has none" in study.table["error"].to_pylist()[0]
