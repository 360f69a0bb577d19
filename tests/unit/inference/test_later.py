"""A run begins with the model itself and goes on by patches once these are planned."""

import threading
import warnings

import keras
import numpy as np
import pytest
import torch
from keras import layers

from gridexplainer_widget import Classifier, GridExplainer, as_classifier
from gridexplainer_widget.classifiers.torch.incremental import executor as torch_executor
from gridexplainer_widget.incremental import engine as engines
from gridexplainer_widget.incremental.beside.beside import THREAD_NAME
from gridexplainer_widget.inference.incremental import IncrementalStrategy
from gridexplainer_widget.inference.run import Run
from tests.support.networks import picture

IMAGE = picture(48, 40)


def keras_model() -> Classifier:
    keras.utils.set_random_seed(2)
    return as_classifier(
        keras.Sequential(
            [
                layers.Input((48, 40, 3)),
                layers.Rescaling(1 / 64, offset=-2.0),
                layers.Conv2D(8, 3, padding="same", activation="relu"),
                layers.Conv2D(8, 3, strides=2, activation="relu"),
                layers.GlobalAveragePooling2D(),
                layers.Dense(3, activation="softmax"),
            ]
        )
    )


def torch_model() -> Classifier:
    torch.manual_seed(2)
    module = torch.nn.Sequential(
        torch.nn.Conv2d(3, 8, 3, padding=1),
        torch.nn.ReLU(),
        torch.nn.Conv2d(8, 8, 3, stride=2),
        torch.nn.AdaptiveAvgPool2d(1),
        torch.nn.Flatten(),
        torch.nn.Linear(8, 3),
    )
    return as_classifier(module.eval(), preprocess="0..1", input_shape=(48, 40), output="logits")


@pytest.fixture
def worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "SECONDS_PER_NODE", 0.0)
    monkeypatch.setattr(torch_executor, "SECONDS_PER_PART", 1e-9)


def run_of(classifier: Classifier, engine: str = "auto") -> Run:
    explainer = GridExplainer(classifier, 6, engine=engine, fill="red", batch_size=5)
    return explainer.start_run(IMAGE)


def changed_over(run: Run) -> list[str]:
    """Score all; wait for the plan after the second batch. Return how each batch was asked."""
    ways = []
    for _ in run.steps():
        ways.append(run.strategy.way[0])
        later = run._trusted._later
        if len(ways) == 2 and later is not None:
            later._planning._ended.wait(100)
    return ways


@pytest.mark.usefixtures("worth_it")
@pytest.mark.parametrize("make", [keras_model, torch_model])
def test_the_same_numbers_before_and_after_the_change(make) -> None:
    full = run_of(make(), "full")
    list(full.steps())
    classifier = make()
    run = run_of(classifier)
    ways = changed_over(run)
    assert ways[0] == "full"
    assert ways[-1] == "incremental"
    assert run.strategy.description.startswith("incremental")
    assert run.calls == 37, "each cell is asked about once, and the whole picture"
    np.testing.assert_allclose(run.vectors, full.vectors, atol=1e-5)
    np.testing.assert_allclose(run.baseline, full.baseline, atol=1e-6)
    assert set(changed_over(run_of(classifier))) == {"incremental"}, "it is kept"


def test_where_it_does_not_pay_nothing_is_begun() -> None:
    run = run_of(keras_model())
    assert set(changed_over(run)) == {"full"}
    assert not run.strategy.classifier.incremental_engine.planning
    assert THREAD_NAME not in [thread.name for thread in threading.enumerate()]


def test_what_many_runs_would_gain_is_added_up(monkeypatch: pytest.MonkeyPatch) -> None:
    classifier = keras_model()
    engine = classifier.incremental_engine((48, 40))
    list(run_of(classifier).steps())
    once = engine.missed_seconds
    assert once > 0
    monkeypatch.setattr(engines, "SECONDS_PER_NODE", 2.5 * once / len(engine.executor.graph))
    ways = [set(changed_over(run_of(classifier))) for _ in range(3)]
    assert ways == [{"full"}, {"full", "incremental"}, {"incremental"}]


@pytest.mark.usefixtures("worth_it")
def test_a_plan_that_fails_is_told_and_the_model_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    classifier = keras_model()
    executor = classifier.incremental_engine((48, 40)).executor

    def failing(*_: object) -> None:
        raise MemoryError("too much")

    monkeypatch.setattr(executor, "patch_maps", failing)
    run = run_of(classifier)
    with pytest.warns(UserWarning, match="reading it failed with MemoryError: too much"):
        changed_over(run)
    assert run.scored.all()
    assert run.strategy.description.startswith("full: reading it failed")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert run_of(classifier).strategy.description == (
            "full: the incremental engine failed with MemoryError: too much"
        )


@pytest.mark.usefixtures("worth_it")
def test_weights_that_change_while_it_is_planned_count_as_they_are() -> None:
    classifier = keras_model()
    run = run_of(classifier)
    steps = run.steps()
    next(steps)
    steps.close()
    run._trusted._later._planning._ended.wait(100)
    kernel = classifier.mark.args[0].weights[0]
    kernel.assign(np.asarray(kernel) * 1.5)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = run_of(classifier)
        list(found.steps())
    wanted = run_of(classifier, "full")
    list(wanted.steps())
    assert found.strategy.way[0] == "incremental"
    np.testing.assert_allclose(found.vectors, wanted.vectors, atol=1e-5)


@pytest.mark.usefixtures("worth_it")
def test_another_run_joins_what_is_being_planned(monkeypatch: pytest.MonkeyPatch) -> None:
    classifier, may_end, begun = keras_model(), threading.Event(), []
    prepare = IncrementalStrategy.prepare

    def slowly(strategy: IncrementalStrategy) -> None:
        begun.append(strategy)
        may_end.wait(100)
        prepare(strategy)

    monkeypatch.setattr(IncrementalStrategy, "prepare", slowly)
    one, other = run_of(classifier), run_of(classifier)
    for run in (one, other):
        steps = run.steps()
        next(steps), next(steps)
        steps.close()
    may_end.set()
    other._trusted._later._planning.result()
    assert changed_over(other)[-1] == "incremental"
    assert len(begun) == 1
