"""What is compiled of a model is kept as long as the model, and no longer."""

import gc
import weakref

import keras
import numpy as np
from keras import layers

from gridexplainer_widget import GridExplainer, as_classifier
from gridexplainer_widget.classifiers.readers import keras as reader
from tests.support.networks import picture

IMAGE = picture(24, 24)


def model(activation: str = "relu") -> keras.Model:
    keras.utils.set_random_seed(1)
    return keras.Sequential(
        [
            layers.Input((24, 24, 3)),
            layers.Rescaling(1 / 64, offset=-2.0),
            layers.Conv2D(4, 3, name="kernels", activation=activation),
            layers.GlobalAveragePooling2D(),
            layers.Dense(3, activation="softmax"),
        ]
    )


def scored(network: keras.Model) -> np.ndarray:
    run = GridExplainer(network, 3, fill="red", engine="incremental").start_run(IMAGE)
    list(run.steps())
    return run.vectors


def test_a_second_explainer_traces_and_reads_nothing(monkeypatch) -> None:
    network, traced = model(), []
    function_of = reader.function_of

    def counted(*given):
        traced.append(given)
        return function_of(*given)

    monkeypatch.setattr(reader, "function_of", counted)
    first, second = scored(network), scored(network)
    assert len(traced) == 1
    np.testing.assert_array_equal(first, second)
    engines = [as_classifier(network).incremental_engine((24, 24)) for _ in range(2)]
    assert engines[0] is engines[1]


def test_a_layer_that_was_changed_is_read_anew() -> None:
    network = model()
    before = scored(network)
    network.get_layer("kernels").activation = keras.activations.tanh
    after = scored(network)
    assert np.abs(after - before).max() > 1e-4
    np.testing.assert_allclose(after, scored(model("tanh")), atol=1e-6)


def test_the_model_is_freed_with_its_last_user() -> None:
    network = model()
    scored(network)
    gone = weakref.ref(network)
    del network
    gc.collect()
    assert gone() is None
