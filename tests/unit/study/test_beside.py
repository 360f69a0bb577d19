"""A second thread with a copy of the model."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from gridexplainer_widget import GridExplainer
from gridexplainer_widget.study.records import beside, explaining
from gridexplainer_widget.study.records.beside import BEFORE, Beside, may_help
from gridexplainer_widget.study.records.held import HeldModel
from gridexplainer_widget.study.records.identity import identity_of
from gridexplainer_widget.study.records.plan import Plan
from gridexplainer_widget.study.records.reading import Item, read_item
from gridexplainer_widget.study.records.recipe import Recipe
from gridexplainer_widget.study.records.sources import Source
from tests.support.models import brightness, weights
from tests.support.networks import enliven, picture
from tests.support.studies import noise, tiny

PLAN = Plan.of("occlusion", "predicted", "record")

ITEM = read_item(Source("0", noise(0)))


@pytest.fixture
def eager(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with two processors, and work that is always worth a second thread."""
    monkeypatch.setattr(beside, "LEAST_SECONDS", -1.0)
    monkeypatch.setattr(beside, "processors", lambda: 2)


def begun(model: Any, of: Any) -> Beside:
    """A second thread beside one that has explained enough, once its copy is made."""

    def explain(held: HeldModel, item: Item) -> str:
        return threading.current_thread().name

    recipe = Recipe.of(tiny(model), PLAN, identity_of(tiny(of), PLAN), "A test")
    thread = Beside(explain, lambda: True, lambda: recipe)
    for _ in range(BEFORE):
        assert not thread.takes(ITEM)
        thread.explained(1)
    if thread._copy is not None:
        thread._copy.result(60)
    return thread


def test_it_takes_pictures_once_its_copy_is_ready(eager: None) -> None:
    thread = begun(brightness, of=brightness)
    assert [thread.takes(ITEM) for _ in range(2)] == [True, True]
    assert {name.partition("_")[0] for name in thread.rest()} == {"gridexplainer-explain"}
    assert list(thread.ready()) == []
    thread.end()


def test_a_copy_that_answers_otherwise_is_not_asked(eager: None) -> None:
    thread = begun(weights, of=brightness)
    assert not thread.takes(ITEM)
    thread.end()


def test_little_work_is_left_to_one_thread() -> None:
    assert begun(brightness, of=brightness)._copy is None


def network() -> keras.Model:
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            keras.layers.Rescaling(1 / 127.5, -1.0),
            *(keras.layers.Conv2D(8, 3, padding="same", activation="relu") for _ in range(2)),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(4, "softmax"),
        ]
    )
    return enliven(model, np.stack([picture(32, 32, seed) for seed in range(4)]))


def test_rows_are_those_of_one_thread(
    eager: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    network().save(tmp_path / "model.keras")
    explainer = GridExplainer(tmp_path / "model.keras", 3, engine="incremental")
    pictures = [picture(32, 32, seed) for seed in range(6)]
    threads, takes, rows_of = list[str](), Beside.takes, explaining.rows_of

    def waits(self: Beside, item: Item) -> bool:
        if self._copy is not None:
            self._copy.result(60)
        return takes(self, item)

    def noted(*given: Any) -> Any:
        threads.append(threading.current_thread().name)
        return rows_of(*given)

    monkeypatch.setattr(Beside, "takes", waits)
    monkeypatch.setattr(explaining, "rows_of", noted)
    columns = ["name", "values", "foretells", "probability", "calls", "notes", "error"]
    two = explainer.explain_all(pictures, tmp_path / "two").table
    assert len(set(threads)) == 2
    monkeypatch.setattr(beside, "processors", lambda: 1)
    one = explainer.explain_all(pictures, tmp_path / "one").table
    assert two.sort_by("name").select(columns).equals(one.sort_by("name").select(columns))


def test_what_a_user_wrote_stays_in_one_thread(eager: None) -> None:
    model = network()
    assert helps(GridExplainer(model, 4))
    assert not helps(GridExplainer(model, 4, fill=lambda pixels, hidden: 0.0))
    assert not helps(GridExplainer(model, 4, engine="full"))
    assert not helps(GridExplainer(brightness, 4, input_shape=(32, 32)))
    assert not helps(GridExplainer(model, 4), "saliency")


def helps(explainer: GridExplainer, method: str = "occlusion") -> bool:
    return may_help(HeldModel(explainer), Plan.of(method, "predicted", "record"))
