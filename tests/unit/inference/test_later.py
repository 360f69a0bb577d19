"""A run begins with the model itself and goes on by patches, planned between two batches."""

import warnings
from collections.abc import Callable

import keras
import numpy as np
import pytest
import tensorflow as tf
import torch
from keras import layers

from gridexplainer_widget import Classifier, GridExplainer, as_classifier
from gridexplainer_widget.classifiers.keras.incremental.executor import KerasExecutor
from gridexplainer_widget.classifiers.torch.incremental import executor as torch_executor
from gridexplainer_widget.core.errors import ModelChangedError
from gridexplainer_widget.inference.incremental import IncrementalStrategy
from gridexplainer_widget.inference.run import Run
from tests.support.networks import picture

IMAGE = picture(48, 40)


def keras_model(last: Callable[..., object] | str = "softmax") -> Classifier:
    keras.utils.set_random_seed(2)
    return as_classifier(
        keras.Sequential(
            [
                layers.Input((48, 40, 3)),
                layers.Rescaling(1 / 64, offset=-2.0),
                layers.Conv2D(8, 3, padding="same", activation="relu"),
                layers.Conv2D(8, 3, strides=2, activation="relu"),
                layers.GlobalAveragePooling2D(),
                layers.Dense(3, activation=last),
            ]
        ),
        output="softmax",
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


class Excited(torch.nn.Module):
    """All after the first sum looks at the whole picture, so patches save next to nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = torch.nn.Sequential(
            torch.nn.Conv2d(3, 8, 3, padding=1),
            torch.nn.BatchNorm2d(8),
            torch.nn.Conv2d(8, 8, 3),
            torch.nn.BatchNorm2d(8),
        )
        self.head = torch.nn.Linear(8, 3)

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        pixels = pixels + pixels.mean((2, 3), keepdim=True)
        return self.head(self.layers(pixels).mean((2, 3)))


@pytest.fixture
def worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(KerasExecutor, "seconds_per_node", 0.0)
    monkeypatch.setattr(torch_executor, "SECONDS_PER_PART", 1e-9)


def run_of(classifier: Classifier, engine: str = "auto") -> Run:
    explainer = GridExplainer(classifier, 6, engine=engine, fill="red", batch_size=5)
    return explainer.start_run(IMAGE)


def ways(run: Run) -> list[str]:
    """Score all; return how each batch was asked."""
    return [run.strategy.way[0] for _ in run.steps()]


@pytest.mark.usefixtures("worth_it")
@pytest.mark.parametrize(
    ("make", "begins"),
    [(keras_model, ["the model itself"] * 2), (torch_model, ["the model itself", "full"])],
)
def test_the_same_numbers_before_and_after_the_change(make, begins) -> None:
    full = run_of(make(), "full")
    list(full.steps())
    classifier = make()
    run = run_of(classifier)
    found = ways(run)
    assert found[:2] == begins
    assert set(found[2:]) == {"incremental"}
    assert run.strategy.description.startswith("incremental")
    assert run.calls == 37, "each cell is asked about once, and the whole picture"
    np.testing.assert_allclose(run.vectors, full.vectors, atol=1e-5)
    np.testing.assert_allclose(run.log_odds, full.log_odds, atol=1e-4)
    np.testing.assert_allclose(run.baseline, full.baseline, atol=1e-6)
    assert set(ways(run_of(classifier))) == {"incremental"}, "it is kept"


@pytest.mark.usefixtures("worth_it")
def test_operations_are_folded_where_patches_are_left_out_and_nothing_is_compiled() -> None:
    torch.manual_seed(2)
    module = Excited().eval()
    told = {"preprocess": "0..1", "input_shape": (48, 40), "output": "logits"}
    run, full = (run_of(as_classifier(module, **told), engine) for engine in ("auto", "full"))
    ways(run)
    assert run.strategy.description == "full, operations folded"
    list(full.steps())
    np.testing.assert_allclose(run.vectors, full.vectors, atol=1e-6)


@pytest.mark.usefixtures("worth_it")
def test_a_cell_is_known_before_anything_is_planned(monkeypatch: pytest.MonkeyPatch) -> None:
    scored = []
    prepare = IncrementalStrategy.prepare

    def watched(strategy: IncrementalStrategy, *given: object) -> object:
        scored.append(int(run.scored.sum()))
        return prepare(strategy, *given)

    monkeypatch.setattr(IncrementalStrategy, "prepare", watched)
    run = run_of(keras_model())
    assert set(ways(run)) == {"the model itself", "incremental"}
    assert scored == [1]
    assert np.isfinite(run.log_odds).all()


@pytest.mark.usefixtures("worth_it")
def test_a_click_plans_nothing() -> None:
    run = run_of(keras_model())
    list(run.ask([(7,), (1, 2)]))
    assert run.strategy.way[0] == "the model itself"
    assert ways(run)[-1] == "incremental"


@pytest.mark.usefixtures("worth_it")
def test_logits_that_only_the_trace_shows_are_of_all_cells_or_none() -> None:
    classifier = keras_model(tf.nn.softmax)
    run, full = run_of(classifier), run_of(classifier, "full")
    assert "the model itself" not in ways(run)
    list(full.steps())
    assert np.isfinite(full.log_odds).all()
    assert np.isfinite(run.log_odds).all()
    np.testing.assert_allclose(run.vectors, full.vectors, atol=1e-5)


def test_where_it_does_not_pay_the_model_goes_on() -> None:
    classifier = keras_model()
    run, full = run_of(classifier), run_of(keras_model(), "full")
    assert ways(run) == ["the model itself"] * 2 + ["full"] * 7
    assert set(ways(run_of(classifier))) == {"full"}
    list(full.steps())
    np.testing.assert_allclose(run.vectors, full.vectors, atol=1e-6)


def test_what_many_runs_would_gain_is_added_up(monkeypatch: pytest.MonkeyPatch) -> None:
    classifier = keras_model()
    engine = classifier.incremental_engine((48, 40))
    list(run_of(classifier).steps())
    once = engine.missed_seconds
    assert once > 0
    nodes = len(engine.executor.graph)
    monkeypatch.setattr(KerasExecutor, "seconds_per_node", 2.5 * once / nodes)
    found = [ways(run_of(classifier))[-1] for _ in range(3)]
    assert found == ["full", "incremental", "incremental"]


@pytest.mark.usefixtures("worth_it")
def test_a_plan_that_fails_is_told_and_the_model_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    classifier = keras_model()
    executor = classifier.incremental_engine((48, 40)).executor

    def failing(*_: object) -> None:
        raise MemoryError("too much")

    monkeypatch.setattr(executor, "patch_maps", failing)
    run = run_of(classifier)
    with pytest.warns(UserWarning, match="reading it failed with MemoryError: too much"):
        list(run.steps())
    assert run.scored.all()
    assert run.strategy.description.startswith("full: reading it failed")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert run_of(classifier).strategy.description == (
            "full: the incremental engine failed with MemoryError: too much"
        )


@pytest.mark.usefixtures("worth_it")
def test_a_plan_that_is_wrong_about_the_known_cell_is_dropped(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    classifier = keras_model()
    executor = classifier.incremental_engine((48, 40)).executor
    right = executor.patch_maps
    monkeypatch.setattr(
        executor, "patch_maps", lambda *given: [maps * 1.01 for maps in right(*given)]
    )
    run, full = run_of(classifier), run_of(keras_model(), "full")
    with pytest.warns(UserWarning, match="off by"):
        list(run.steps())
    list(full.steps())
    assert run.strategy.description.startswith("full: its ")
    np.testing.assert_allclose(run.vectors, full.vectors, atol=1e-6)


@pytest.mark.usefixtures("worth_it")
def test_a_model_that_changes_before_it_is_planned_is_no_wrong_plan() -> None:
    classifier = keras_model()
    run = run_of(classifier)
    steps = run.steps()
    assert [next(steps), next(steps)] == [0, 1]
    kernel = classifier.mark.args[0].weights[0]
    kernel.assign(np.asarray(kernel) * 1.5)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ModelChangedError):
            list(steps)
        found, wanted = run_of(classifier), run_of(classifier, "full")
        assert ways(found)[-1] == "incremental"
    list(wanted.steps())
    np.testing.assert_allclose(found.vectors, wanted.vectors, atol=1e-5)
