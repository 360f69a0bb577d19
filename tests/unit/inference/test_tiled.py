"""Handfuls and curves on maps that are put together of tiles."""

import keras
import numpy as np
import pytest
from keras import layers

from gridexplainer_widget import GridExplainer, as_classifier
from gridexplainer_widget.classifiers.classifier import Classifier
from gridexplainer_widget.core.handfuls import draw_handfuls
from gridexplainer_widget.incremental.mosaic.plan import TilePlan
from gridexplainer_widget.inference.run import Run
from tests.support.networks import picture

HANDFULS = [cells for cells, _ in draw_handfuls(36, 40)]


def early() -> keras.Model:
    """Most of its work is done before a position sees more than four cells."""
    keras.utils.set_random_seed(2)
    return keras.Sequential(
        [
            layers.Input((96, 96, 3)),
            layers.Rescaling(1 / 64, offset=-2.0),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(4),
            layers.Conv2D(4, 3, activation="relu"),
            layers.GlobalAveragePooling2D(),
            layers.Dense(3, activation="softmax"),
        ]
    )


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return as_classifier(early())


def run_of(model: object, engine: str = "incremental", fill: str = "red", seed: int = 0) -> Run:
    run = GridExplainer(model, 6, engine=engine, fill=fill).start_run(picture(96, 96, seed))
    list(run.steps())
    return run


def asked(run: Run, sets: list[tuple[int, ...]]) -> np.ndarray:
    list(run.ask(sets))
    return np.stack([run.cached_probabilities(cells) for cells in sets])


def patches_of(run: Run, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count patches of tiles as they are calculated, by call."""
    counted, executor = [], run.strategy.engine.executor
    calculate = executor.patch_maps

    def counting(plan: object, whole: object, patches: np.ndarray, *lists: object) -> object:
        counted.append(len(patches) * isinstance(plan, TilePlan))
        return calculate(plan, whole, patches, *lists)

    monkeypatch.setattr(executor, "patch_maps", counting)
    return counted


def test_handfuls_by_tiles_are_those_of_the_model(
    classifier: Classifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, full = run_of(classifier), run_of(classifier, "full")
    counted = patches_of(run, monkeypatch)
    wanted = asked(full, HANDFULS)
    plans = [type(batch.plan) for batch in run.strategy.batches(HANDFULS)]
    assert TilePlan in plans
    largest = np.abs(wanted - full.baseline).max()
    assert largest > 1e-3
    np.testing.assert_allclose(asked(run, HANDFULS), wanted, atol=1e-4 * largest)
    calculated = sum(counted)
    assert 0 < calculated <= 5 * 5 * 16 + 4 * 5 * 4 + 4 * 2, "of cells around each corner"
    again = [cells for cells, _ in draw_handfuls(36, 40, seed=1)]
    np.testing.assert_allclose(asked(run, again), asked(full, again), atol=1e-4 * largest)
    assert sum(counted) - calculated < calculated / 4, "most states are known by then"


def test_each_fill_and_weights_have_tiles_of_their_own() -> None:
    model = early()
    classifier = as_classifier(model)
    for fill in ("red", "black"):
        found = asked(run_of(classifier, "incremental", fill), HANDFULS)
        wanted = asked(run_of(classifier, "full", fill), HANDFULS)
        np.testing.assert_allclose(found, wanted, atol=1e-6)
    for variable in model.weights:
        variable.assign_add(np.full(variable.shape, 0.02, np.float32))
    wanted = asked(run_of(classifier, "full"), HANDFULS)
    np.testing.assert_allclose(asked(run_of(classifier), HANDFULS), wanted, atol=1e-6)


def test_runs_of_two_pictures_by_turns_do_not_disturb_each_other(classifier: Classifier) -> None:
    runs = [run_of(classifier, seed=seed) for seed in (0, 1)]
    full = [run_of(classifier, "full", seed=seed) for seed in (0, 1)]
    for part in (HANDFULS[:20], HANDFULS[20:]):
        for run, whole in zip(runs, full, strict=True):
            np.testing.assert_allclose(asked(run, part), asked(whole, part), atol=1e-6)


def test_what_depends_on_all_hidden_cells_is_not_put_together(classifier: Classifier) -> None:
    run = run_of(classifier, fill="inpaint")
    assert run.masker.fill.whole is None
    assert TilePlan not in {type(batch.plan) for batch in run.strategy.batches(HANDFULS)}
    wanted = asked(run_of(classifier, "full", "inpaint"), HANDFULS)
    np.testing.assert_allclose(asked(run, HANDFULS), wanted, atol=1e-6)


def test_a_few_sets_are_not_worth_their_tiles(classifier: Classifier) -> None:
    run = run_of(classifier)
    assert TilePlan not in {type(batch.plan) for batch in run.strategy.batches(HANDFULS[:3])}
