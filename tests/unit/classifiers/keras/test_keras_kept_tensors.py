"""What Keras layers keep of a call is left as the user's own call left it."""

import copy
import pickle

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from gridexplainer_widget import GridExplainer

PICTURE = np.random.default_rng(4).integers(0, 256, (8, 8, 3), np.uint8)


@keras.saving.register_keras_serializable("tests")
class Keeps(layers.Layer):
    """Hands on what it is given, and keeps it."""

    def __init__(self, **options: object) -> None:
        super().__init__(**options)
        self.last, self.store, self.calls = None, {}, []

    def call(self, maps: tf.Tensor) -> tf.Tensor:
        self.last, self.fresh = maps, maps
        self.store["maps"] = maps
        self.calls.append(maps)
        return maps


@pytest.mark.parametrize("used", [True, False])
def test_layers_keep_no_tensors_of_a_trace(used: bool) -> None:
    keras.utils.set_random_seed(1)
    keeps = Keeps()
    parts = [layers.Conv2D(4, 3), keeps, layers.GlobalAveragePooling2D(), layers.Dense(3)]
    model = keras.Sequential([layers.Input((8, 8, 3)), *parts])
    if used:
        model(np.zeros((1, 8, 8, 3), np.float32))
    before = {name: vars(keeps).get(name) for name in ("last", "fresh", "store", "calls")}
    held = dict(keeps.store), list(keeps.calls)
    explainer = GridExplainer(model, 2, preprocess="0..1", output="logits")
    for method in ("occlusion", "grad-cam", "shap-gradient"):
        explainer.explain(PICTURE, method=method)
    explainer.randomisation(explainer.explain(PICTURE), 1)
    if used:
        assert all(vars(keeps)[name] is value for name, value in before.items())
        assert tf.is_tensor(keeps.last)
        assert not tf.is_symbolic_tensor(keeps.last)
        assert all(one is other for one, other in zip(keeps.calls, held[1], strict=True))
        assert keeps.store["maps"] is held[0]["maps"]
    copy.deepcopy(model)
    pickle.dumps(model)


@keras.saving.register_keras_serializable("tests")
class Counts(layers.Layer):
    """Adds how often it was called."""

    def build(self, shape: tuple) -> None:
        self.count = self.add_weight(shape=(), initializer="zeros", trainable=False, name="count")

    def call(self, maps: tf.Tensor) -> tf.Tensor:
        self.count.assign_add(1.0)
        return maps + self.count


@pytest.mark.parametrize(("engine", "cells"), [("auto", 2), ("auto", 4), ("full", 2)])
def test_variables_that_a_call_writes_to_are_put_back(engine: str, cells: int) -> None:
    keras.utils.set_random_seed(1)
    counts = Counts()
    parts = [layers.Conv2D(4, 3), counts, layers.GlobalAveragePooling2D(), layers.Dense(3)]
    model = keras.Sequential([layers.Input((8, 8, 3)), *parts])
    explainer = GridExplainer(
        model, cells, preprocess="0..1", output="logits", batch_size=1, engine=engine
    )
    for method in ("occlusion", "grad-cam"):
        explainer.explain(PICTURE, method=method)
    one, other = explainer.explain(PICTURE), explainer.explain(PICTURE)
    np.testing.assert_array_equal(one.vectors, other.vectors)
    assert float(counts.count.numpy()) == 0


def test_a_model_that_draws_numbers_is_seen_to() -> None:
    parts = [layers.Conv2D(4, 3), AlwaysDrops(), layers.GlobalAveragePooling2D(), layers.Dense(3)]
    model = keras.Sequential([layers.Input((8, 8, 3)), *parts])
    check = GridExplainer(model, 2, preprocess="0..1", output="logits").check(PICTURE)
    assert {one.name: one.verdict for one in check.checks}["Repeatable"] == "wrong"


class AlwaysDrops(layers.Dropout):
    def __init__(self) -> None:
        super().__init__(0.9)

    def call(self, maps: tf.Tensor) -> tf.Tensor:
        return super().call(maps, training=True)


def test_a_model_that_is_built_in_a_trace_keeps_its_weights() -> None:
    class Unbuilt(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.dense = layers.Dense(3)

        def call(self, pixels: tf.Tensor) -> tf.Tensor:
            return self.dense(tf.reduce_mean(pixels, (1, 2)))

    model = Unbuilt()
    explainer = GridExplainer(model, 2, preprocess="0..1", output="logits", input_shape=(8, 8))
    first, again = explainer.explain(PICTURE), explainer.explain(PICTURE)
    assert len(model.weights) == 2
    np.testing.assert_array_equal(first.vectors, again.vectors)
