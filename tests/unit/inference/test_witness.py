"""A run's numbers come from the model as it is, or the run says that it has changed."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
import pytest
import torch
from keras import layers

from gridexplainer_widget import GridExplainer
from gridexplainer_widget.classifiers.classifier import Classifier
from gridexplainer_widget.core.errors import ModelChangedError
from gridexplainer_widget.inference.witness import difference
from tests.support.runs import run_of

PIXELS = np.random.default_rng(0).integers(0, 256, (24, 24, 3)).astype(np.uint8)


# --- PyTorch: what `forward` reads, wherever it stands

FACTOR = 1.0


class Net(torch.nn.Module):
    gain = 1.0

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(1)
        self.a, self.b = torch.nn.Conv2d(3, 8, 3), torch.nn.Conv2d(8, 8, 3)
        self.norm = torch.nn.BatchNorm2d(8)
        self.act: Any = torch.nn.ReLU()
        self.fc: Any = torch.nn.Linear(8, 4)
        self.scaling, self.steps = {"default": 1.0}, [1.0]
        self.config = SimpleNamespace(temperature=1.0, doubled=False)

    def forward(self, x: Any) -> Any:
        x = self.act(self.norm(self.b(torch.relu(self.a(x / 255))))) * self.scaling["default"]
        for step in self.steps:
            x = x * step
        x = self.fc(x.mean((2, 3))) * self.gain * FACTOR / self.config.temperature
        return torch.softmax(2 * x if self.config.doubled else x, 1)


def larger(layer: torch.nn.Linear) -> None:
    with torch.no_grad():
        layer.weight[0, 0] += 3


def halves(net: Net) -> None:
    net.half()  # quantised, as far as the weights go
    net.float()
    net.fc.weight.data = net.fc.weight.data.mul(4).round().div(4)


TORCH_CHANGES: dict[str, Callable[[Net], Any]] = {
    "an entry": lambda net: net.scaling.update(default=20.0),
    "a list": lambda net: net.steps.append(9.0),
    "a namespace": lambda net: setattr(net.config, "temperature", 0.1),
    "a flag": lambda net: setattr(net.config, "doubled", True),
    "an attribute of the class": lambda net: setattr(type(net), "gain", 7.0),
    "a global": lambda _: globals().update(FACTOR=7.0),
    "a head": lambda net: setattr(net, "fc", torch.nn.Linear(8, 4)),
    "a larger head": lambda net: setattr(net, "fc", torch.nn.Linear(8, 6)),
    "an activation": lambda net: setattr(net, "act", torch.nn.Tanh()),
    "an epsilon": lambda net: setattr(net.norm, "eps", 3.0),
    "a weight": lambda net: larger(net.fc),
    "rounded weights": halves,
}


@pytest.fixture
def unspoiled() -> Any:
    yield
    Net.gain = 1.0
    globals()["FACTOR"] = 1.0


@pytest.mark.parametrize("change", TORCH_CHANGES)
def test_a_module_that_was_changed_is_asked_as_it_is(change: str, unspoiled: None) -> None:
    net = Net().eval()
    settings = {"preprocess": "0..255", "input_shape": (24, 24)}
    explainer = GridExplainer(net, 4, **settings)
    before = explainer.explain(PIXELS, 0)
    TORCH_CHANGES[change](net)
    found, wanted = (
        explainer.explain(PIXELS, 0),
        GridExplainer(net, 4, **settings).explain(PIXELS, 0),
    )
    assert not np.array_equal(before.baseline_vector, wanted.baseline_vector)
    np.testing.assert_allclose(found.vectors, wanted.vectors, atol=1e-6)
    np.testing.assert_allclose(found.baseline_vector, wanted.baseline_vector, atol=1e-6)


# --- Keras: the compiled function keeps what the layers were


def keras_model() -> keras.Model:
    keras.utils.set_random_seed(1)
    return keras.Sequential(
        [
            layers.Input((24, 24, 3)),
            layers.Rescaling(1 / 255),
            layers.Conv2D(8, 3, activation="relu"),
            layers.BatchNormalization(),
            layers.Conv2D(8, 3),
            layers.LeakyReLU(0.1),
            layers.GlobalAveragePooling2D(),
            layers.Dense(8, name="features"),
            layers.Dense(5, activation="softmax"),
        ]
    )


def lora(model: keras.Model) -> None:
    layer = model.get_layer("features")
    layer.enable_lora(2)
    layer.lora_kernel_b.assign(np.random.default_rng(0).normal(0, 9, (2, 8)))


def another_head(model: keras.Model) -> None:
    model.pop()
    model.add(layers.Dense(3, activation="softmax"))


KERAS_CHANGES: dict[str, Callable[[keras.Model], Any]] = {
    "LoRA": lora,
    "a head": another_head,
    "an activation": lambda model: setattr(model.layers[1], "activation", keras.activations.tanh),
    "an epsilon": lambda model: setattr(model.layers[2], "epsilon", 30.0),
    "a slope": lambda model: setattr(model.layers[4], "negative_slope", -2.0),
    "a scale": lambda model: setattr(model.layers[0], "scale", 1 / 25),
    "int8": lambda model: model.quantize("int8"),
    "weights": lambda model: model.layers[-1].kernel.assign(model.layers[-1].kernel * 3),
}


@pytest.mark.parametrize("engine", ["auto", "full"])
@pytest.mark.parametrize("change", KERAS_CHANGES)
def test_a_keras_model_that_was_changed_is_asked_as_it_is(change: str, engine: str) -> None:
    model = keras_model()
    explainer = GridExplainer(model, 4, engine=engine, preprocess="0..255")
    before = explainer.explain(PIXELS, 0)
    KERAS_CHANGES[change](model)
    found = explainer.explain(PIXELS, 0)
    itself = model(PIXELS[np.newaxis].astype(np.float32), training=False).numpy()[0]
    assert difference(before.baseline_vector, itself) > 1e-3
    np.testing.assert_allclose(found.baseline_vector, itself, atol=1e-5)
    fresh = GridExplainer(model, 4, engine=engine, preprocess="0..255").explain(PIXELS, 0)
    np.testing.assert_allclose(found.vectors, fresh.vectors, atol=1e-5)


def test_grad_cam_follows_a_changed_keras_model() -> None:
    model = keras_model()
    explainer = GridExplainer(model, 4, preprocess="0..255")
    explainer.explain(PIXELS, 0, method="grad-cam")
    model.layers[1].activation = keras.activations.tanh
    found = explainer.explain(PIXELS, 0, method="grad-cam")
    fresh = GridExplainer(model, 4, preprocess="0..255").explain(PIXELS, 0, method="grad-cam")
    np.testing.assert_allclose(found.values, fresh.values, atol=1e-6)


def test_a_layer_of_the_users_own_may_read_anything() -> None:
    factors = [1.0]

    class Times(layers.Layer):
        def call(self, x: Any) -> Any:
            return x * factors[0]

    inputs = layers.Input((24, 24, 3))
    x = Times()(layers.Conv2D(4, 3)(inputs / 255))
    model = keras.Model(inputs, layers.Dense(3, "softmax")(layers.GlobalAveragePooling2D()(x)))
    explainer = GridExplainer(model, 4, preprocess="0..255")
    explainer.explain(PIXELS, 0)
    factors[0] = 9.0
    found = explainer.explain(PIXELS, 0).baseline_vector
    itself = model(PIXELS[np.newaxis].astype(np.float32), training=False).numpy()[0]
    np.testing.assert_allclose(found, itself, atol=1e-5)


@pytest.mark.parametrize("engine", ["auto", "full"])
def test_an_array_in_a_keras_graph_that_is_written_to(engine: str) -> None:
    factors = np.ones(3, np.float32)
    inputs = layers.Input((24, 24, 3))
    x = layers.GlobalAveragePooling2D()(layers.Conv2D(4, 3)(inputs * factors / 255))
    model = keras.Model(inputs, layers.Dense(3, "softmax")(x))
    explainer = GridExplainer(model, 4, engine=engine, preprocess="0..255")
    explainer.explain(PIXELS, 0)
    factors *= 9
    found = explainer.explain(PIXELS, 0).baseline_vector
    itself = model(PIXELS[np.newaxis].astype(np.float32), training=False).numpy()[0]
    np.testing.assert_allclose(found, itself, atol=1e-5)


def test_a_variable_that_a_keras_model_does_not_know() -> None:
    factor = keras.Variable(1.0)
    inputs = layers.Input((24, 24, 3))
    x = layers.GlobalAveragePooling2D()(layers.Conv2D(4, 3)(inputs * factor / 255))
    model = keras.Model(inputs, layers.Dense(3, "softmax")(x))
    run = GridExplainer(model, 4, preprocess="0..255").start_run(PIXELS)
    list(run.steps())
    factor.assign(9.0)
    with pytest.raises(ModelChangedError):
        list(run.ask([(0, 1)]))


def test_a_change_no_larger_than_rounding_at_times_is() -> None:
    model = keras_model()
    explainer = GridExplainer(model, 4, engine="full", preprocess="0..255")
    explainer.explain(PIXELS, 0)
    model.layers[2].epsilon = 2e-3
    found = explainer.explain(PIXELS, 0).baseline_vector
    itself = model(PIXELS[np.newaxis].astype(np.float32), training=False).numpy()[0]
    assert difference(found, itself) < 1e-6


# --- What a probability of 1 hides


@pytest.fixture
def saturated() -> Net:
    net = Net().eval()
    net.fc.bias.data[0] = 60.0  # float32 rounds the softmax to 1
    return net


def test_a_saturated_module_that_was_changed_is_asked_as_it_is(
    saturated: Net, unspoiled: None
) -> None:
    settings = {"preprocess": "0..255", "input_shape": (24, 24), "score": "log-odds"}
    explainer = GridExplainer(saturated, 4, engine="incremental", **settings)
    before = explainer.explain(PIXELS, 0)
    Net.gain = 2.0
    found = explainer.explain(PIXELS, 0)
    np.testing.assert_allclose(found.drops, 2 * before.drops, atol=1e-4)


def test_a_saturated_run_that_goes_on_says_that_the_model_has_changed(saturated: Net) -> None:
    settings = {"preprocess": "0..255", "input_shape": (24, 24)}
    run = GridExplainer(saturated, 4, engine="full", **settings).start_run(PIXELS)
    list(run.steps())
    saturated.config.temperature = 0.5
    with pytest.raises(ModelChangedError, match="gave “class .” -.* in log-odds, and now"):
        list(run.ask([(0, 1)]))


def test_a_saturated_keras_model_that_was_changed_is_asked_as_it_is() -> None:
    model = keras_model()
    model.layers[-1].bias.assign([150.0, 0, 0, 0, 0])
    settings = {"preprocess": "0..255", "score": "log-odds"}
    explainer = GridExplainer(model, 4, **settings)
    explainer.explain(PIXELS, 0)
    model.layers[1].activation = keras.activations.tanh
    found = explainer.explain(PIXELS, 0)
    wanted = GridExplainer(model, 4, **settings).explain(PIXELS, 0)
    assert np.abs(wanted.drops).max() > 1e-3
    np.testing.assert_allclose(found.drops, wanted.drops, atol=1e-4)


def test_a_saturated_keras_model_with_code_of_the_users_own() -> None:
    factors = [1.0]

    class Times(layers.Layer):
        def call(self, x: Any) -> Any:
            return x * factors[0]

    inputs = layers.Input((24, 24, 3))
    x = layers.GlobalAveragePooling2D()(Times()(layers.Conv2D(4, 3)(inputs / 255)))
    last = layers.Dense(3, "softmax", bias_initializer=keras.initializers.Constant([150, 0, 0]))
    model = keras.Model(inputs, last(x))
    settings = {"preprocess": "0..255", "score": "log-odds"}
    explainer = GridExplainer(model, 4, **settings)
    explainer.explain(PIXELS, 0)
    factors[0] = 300.0
    found = explainer.explain(PIXELS, 0)
    wanted = GridExplainer(model, 4, **settings).explain(PIXELS, 0)
    assert np.abs(wanted.drops).max() > 0.1
    np.testing.assert_allclose(found.drops, wanted.drops, atol=1e-3)


def test_a_weight_that_the_whole_picture_does_not_show(saturated: Net) -> None:
    settings = {"preprocess": "0..255", "input_shape": (24, 24)}
    run = GridExplainer(saturated, 4, engine="full", **settings).start_run(PIXELS)
    list(run.steps())
    saturated.fc.weight.data[1, 0] += 1e-6
    with pytest.raises(ModelChangedError, match="weights are others"):
        list(run.ask([(0, 1)]))


# --- Runs that go on


class Gained:
    """Two classes by brightness, at any gain."""

    def __init__(self) -> None:
        self.gain, self.calls = 1.0, 0

    def __call__(self, batch: np.ndarray) -> np.ndarray:
        self.calls += 1
        logits = self.gain * (batch.mean((1, 2, 3), dtype=np.float64) / 255 - 0.25)
        one = 1 / (1 + np.exp(-logits))
        return np.stack([1 - one, one], 1)


def test_a_run_that_goes_on_says_that_the_model_has_changed() -> None:
    model = Gained()
    run = run_of(model, 4, batch=4)
    steps = run.steps()
    next(steps)
    steps.close()
    before = run.vectors.copy()
    model.gain = 8.0
    with pytest.raises(ModelChangedError, match="has changed since.*run again"):
        list(run.steps())
    np.testing.assert_array_equal(run.vectors, before)  # nothing of another model joined them


def test_a_finished_run_that_is_started_again_says_it_too() -> None:
    model = Gained()
    run = run_of(model, 4)
    list(run.steps())
    assert list(run.steps()) == []
    model.gain = 8.0
    with pytest.raises(ModelChangedError):
        list(run.steps())


def test_a_question_after_the_map_says_it() -> None:
    model = Gained()
    run = run_of(model, 4)
    list(run.steps())
    calls = model.calls
    list(run.ask([(0, 1)]))
    assert model.calls == calls + 1  # in one call, beside the question
    assert run.calls == 18
    model.gain = 8.0
    with pytest.raises(ModelChangedError):
        list(run.ask([(2, 3)]))
    assert run.cached_probabilities((2, 3)) is None


def test_a_module_trained_on_between_map_and_question() -> None:
    net = Net().eval()
    explainer = GridExplainer(net, 4, preprocess="0..255", input_shape=(24, 24))
    run = explainer.start_run(PIXELS)
    list(run.steps())
    list(run.ask([(0, 1)]))
    larger(net.fc)
    with pytest.raises(ModelChangedError):
        list(run.ask([(2, 3)]))


def test_a_keras_model_trained_on_between_map_and_question() -> None:
    model = keras_model()
    run = GridExplainer(model, 4, preprocess="0..255").start_run(PIXELS)
    list(run.steps())
    list(run.ask([(0, 1)]))
    model.layers[-1].bias.assign_add([1e-3, 0, 0, 0, 0])
    with pytest.raises(ModelChangedError):
        list(run.ask([(2, 3)]))


@pytest.mark.parametrize("engine", ["full", "incremental"])
def test_a_model_that_changes_while_it_is_asked_leaves_nothing(engine: str) -> None:
    model = keras_model()
    explainer = GridExplainer(model, 8, batch_size=8, engine=engine, preprocess="0..255")
    run = explainer.start_run(PIXELS)
    steps = run.steps()
    next(steps)
    model.layers[-1].kernel.assign(model.layers[-1].kernel * 3)
    with pytest.raises(ModelChangedError):
        list(steps)
    assert run.baseline is None
    assert not run.scored.any()
    list(run.steps())
    fresh = explainer.explain(PIXELS, 0)
    np.testing.assert_allclose(run.vectors.reshape(fresh.vectors.shape), fresh.vectors, atol=1e-6)


def test_an_explanation_of_a_model_that_changes_meanwhile_is_refused() -> None:
    model = keras_model()
    calls = []

    def fill(pixels: np.ndarray, _: Any) -> np.ndarray:
        calls.append(1)
        if len(calls) == 40:
            model.layers[-1].kernel.assign(model.layers[-1].kernel * 3)
        return np.zeros_like(pixels)

    explainer = GridExplainer(model, 8, batch_size=8, engine="full", fill=fill, preprocess="0..255")
    with pytest.raises(ModelChangedError):
        explainer.explain(PIXELS, 0)


def test_curves_of_a_map_of_another_state_are_refused() -> None:
    model = Gained()
    explainer = GridExplainer(model, 4)
    explanation = explainer.explain(PIXELS, 1)
    explainer.faithfulness(explanation)
    model.gain = 8.0
    with pytest.raises(ModelChangedError, match="has changed since"):
        explainer.faithfulness(explanation)


def test_a_comparison_does_not_mix_two_states() -> None:
    model = Gained()

    def training(batch: np.ndarray) -> np.ndarray:
        model.gain += 0.5 * (len(batch) > 1)
        return model(batch)

    found = GridExplainer(training, 2).compare(PIXELS, ["occlusion", "rise"], 1)
    assert found.failures
    assert "has changed since" in found.failures[-1].why


# --- What is no change


def test_a_model_that_leaves_something_to_chance_can_still_be_asked() -> None:
    rng = np.random.default_rng(0)

    def noisy(batch: np.ndarray) -> np.ndarray:
        one = rng.uniform(0.4, 0.6, len(batch))
        return np.stack([1 - one, one], 1)

    run = run_of(noisy, 4)
    list(run.steps())
    for cell in range(12):
        list(run.ask([(cell, cell + 1)]))


def test_a_model_whose_answers_depend_on_their_company_can_still_be_asked() -> None:
    def normalising(batch: np.ndarray) -> np.ndarray:
        means = batch.mean((1, 2, 3))
        one = 1 / (1 + np.exp(means.mean() - means))
        return np.stack([1 - one, one], 1)

    run = run_of(normalising, 4)
    list(run.steps())
    baseline = run.baseline
    for cell in range(8):
        list(run.ask([(cell, cell + 1)]))
    assert run.baseline is baseline  # the map's own


def test_a_module_whose_answers_depend_on_their_company_can_still_be_asked() -> None:
    class Normalising(torch.nn.Module):
        def forward(self, x: Any) -> Any:
            means = x.mean((1, 2, 3)) / 255
            return torch.stack([means, -means], 1) + means.mean()

    settings = {"preprocess": "0..255", "output": "value", "input_shape": (24, 24)}
    run = GridExplainer(Normalising(), 4, engine="full", **settings).start_run(PIXELS)
    list(run.steps())
    list(run.steps())
    list(run.ask([(0, 1)]))
    run.confirm()


def test_weights_that_asking_writes_are_no_change() -> None:
    class Counting(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.net = torch.nn.Linear(3, 2)
            self.register_buffer("asked", torch.zeros(1))

        def forward(self, x: Any) -> Any:
            self.asked += len(x)
            return self.net(x.mean((2, 3)) / 255)

    explainer = GridExplainer(Counting(), 4, preprocess="0..255", input_shape=(24, 24))
    run = explainer.start_run(PIXELS)
    list(run.steps())
    list(run.ask([(0, 1)]))


# --- What is compiled and answers otherwise


def test_a_compiled_form_that_answers_otherwise_is_left_aside() -> None:
    model = Gained()

    def compiled(batch: np.ndarray) -> np.ndarray:
        return model(batch) ** 2

    def read() -> Classifier:
        return Classifier(
            "it", (None, None, 3), compiled, output="softmax", itself=model, reread=read
        )

    explainer = GridExplainer(read(), 4)
    with pytest.warns(UserWarning, match="answers otherwise when it is compiled"):
        found = explainer.explain(PIXELS, 1)
    np.testing.assert_array_equal(found.vectors, GridExplainer(model, 4).explain(PIXELS, 1).vectors)
    assert "the model itself" in found.settings["engine"]
    calls = model.calls
    with pytest.warns(UserWarning, match="answers otherwise"):
        explainer.explain(PIXELS, 1)
    assert model.calls - calls <= 2 + explainer.checked.pictures  # not tried once more


@pytest.mark.filterwarnings("ignore:.*answers otherwise when it is compiled")  # with oneDNN
def test_a_leaky_relu_that_tensorflow_compiles_wrongly() -> None:
    inputs = layers.Input((9, 9, 3))
    x = layers.DepthwiseConv2D(3, padding="same")(inputs)
    x = layers.LeakyReLU(0.3)(layers.Add()([x, layers.Conv2D(3, 1)(x)]))
    model = keras.Model(inputs, layers.Dense(3)(layers.Flatten()(x)))
    pixels = PIXELS[:9, :9]
    found = GridExplainer(model, 3, engine="full", preprocess="0..255", output="logits").explain(
        pixels
    )
    logits = model(pixels[np.newaxis].astype(np.float32)).numpy()[0].astype(np.float64)
    wanted = np.exp(logits - logits.max())
    np.testing.assert_allclose(found.baseline_vector, wanted / wanted.sum(), rtol=1e-3, atol=1e-6)


# --- The measure


@pytest.mark.parametrize(
    ("one", "other", "wanted"),
    [
        ([0.5, 0.5], [0.5, 0.5], 0.0),
        ([0.5, 0.5], [0.4, 0.6], 0.2),
        ([1.0, 1e-5], [1.0, 2e-5], 0.5),  # a saturated answer is told apart by what is left
        ([1.0, 1e-9], [1.0, 2e-9], 1e-3),
        ([0.0, 0.0], [0.0, 0.0], 0.0),
        ([np.nan, 1.0], [np.nan, 1.0], 0.0),
        ([np.nan, 1.0], [0.5, 1.0], np.inf),
        ([0.5, 0.5], [0.3, 0.3, 0.4], np.inf),
    ],
)
def test_differences_are_relative(one: list[float], other: list[float], wanted: float) -> None:
    found = difference(np.array(one, np.float32), np.array(other, np.float32))
    assert found == pytest.approx(wanted, rel=1e-3)
