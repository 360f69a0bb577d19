"""What a user relies on of the incremental engine: live weights, a check, a way back."""

import sys
import warnings

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from tensorflow.python import eager as tf_eager

from gridexplainer_widget import GridExplainer, as_classifier
from gridexplainer_widget.core.fills import parse_fill
from gridexplainer_widget.core.grid import Grid
from gridexplainer_widget.core.masking import Masker
from gridexplainer_widget.core.picture import read_picture
from gridexplainer_widget.incremental.boxes import as_boxes
from gridexplainer_widget.inference import incremental as incremental_pass
from gridexplainer_widget.inference.run import Run
from tests.support.networks import picture

IMAGE = picture(48, 40)


def small() -> keras.Model:
    keras.utils.set_random_seed(2)
    return keras.Sequential(
        [
            layers.Input((48, 40, 3)),
            layers.Rescaling(1 / 64, offset=-2.0),
            layers.Conv2D(8, 3, padding="same", activation="relu"),
            layers.Conv2D(8, 3, strides=2),
            layers.BatchNormalization(),
            layers.Activation("relu"),
            layers.MaxPooling2D(2),
            layers.GlobalAveragePooling2D(),
            layers.Dense(3, activation="softmax"),
        ]
    )


def scored(model: object, engine: str, grid: object = 6) -> Run:
    run = GridExplainer(model, grid, engine=engine, fill="red").start_run(IMAGE)
    list(run.steps())
    return run


@pytest.mark.parametrize("grid", [4, 7, (3, 11), 16])
def test_the_same_numbers(grid: object) -> None:
    model = small()
    parts, full = scored(model, "incremental", grid), scored(model, "full", grid)
    assert parts.strategy.description.startswith("incremental")
    np.testing.assert_allclose(parts.vectors, full.vectors, atol=1e-5)
    np.testing.assert_allclose(parts.baseline, full.baseline, atol=1e-6)


def test_sets_of_cells_near_and_far() -> None:
    model = small()
    sets = [(0, 1), (7, 8, 13), (0, 35), tuple(range(36)), tuple(range(5, 30)), (20,)]
    found = []
    for engine in ("incremental", "full"):
        run = scored(model, engine)
        list(run.ask(sets))
        found.append(np.stack([run.cached_probabilities(cells) for cells in sets]))
    np.testing.assert_allclose(*found, atol=1e-5)


def test_batches_are_as_large_as_time_and_memory_allow(monkeypatch: pytest.MonkeyPatch) -> None:
    run = scored(small(), "incremental", 8)
    sets = [(), *((cell,) for cell in range(64))]
    schedule = run.strategy.engine.schedule(run.strategy.plan, as_boxes(run.grid.boxes()))

    def sizes() -> list[int]:
        batches = [batch.sets for batch in run.strategy.batches(sets)]
        assert sorted(cells for batch in batches for cells in batch) == sets
        return [len([cells for cells in batch if cells]) for batch in batches]

    assert sizes() == [64], "a network as small as this answers at once"
    monkeypatch.setattr(incremental_pass, "MAX_MAP_BYTES", 4 * schedule.largest_map_values * 21)
    assert sizes() == [16, 16, 16, 16], "21 at most, and even"
    monkeypatch.setattr(incremental_pass, "MAX_MAP_BYTES", 0)
    assert max(sizes()) == incremental_pass.MIN_PICTURES
    monkeypatch.undo()
    monkeypatch.setattr(incremental_pass, "TARGET_SECONDS", 0)
    assert max(sizes()) == 16


def test_weights_that_changed_count_at_once() -> None:
    model = small()
    classifier = as_classifier(model)
    before = scored(classifier, "incremental").vectors
    for variable in model.weights:
        if "variance" not in variable.path:
            variable.assign_add(np.full(variable.shape, 0.05, np.float32))
    after = scored(classifier, "incremental").vectors
    assert np.abs(after - before).max() > 1e-3
    np.testing.assert_allclose(after, scored(model, "full").vectors, atol=1e-5)


class Standardised(layers.Layer):
    """A convolution whose kernel is worked out of two weights: joined, cast, mean 0, spread 1."""

    def build(self, _: tuple[int, ...]) -> None:
        self.halves = [
            self.add_weight(shape=(3, 3, 3, 4), initializer="glorot_normal", name=name)
            for name in ("one", "other")
        ]

    def call(self, x: tf.Tensor) -> tf.Tensor:
        halves = [tf.cast(half, "float64") for half in self.halves]
        kernel = tf.cast(tf.concat(halves, 3), "float32")
        kernel -= tf.reduce_mean(kernel, axis=(0, 1, 2), keepdims=True)
        spread = tf.sqrt(tf.reduce_sum(kernel**2, axis=(0, 1, 2)) + 1e-6)
        return tf.nn.relu(tf.nn.conv2d(x, kernel / tf.squeeze(spread), 1, "SAME"))


def test_weights_that_are_worked_out_count_as_they_are_now() -> None:
    layer = Standardised()
    keras.utils.set_random_seed(2)
    x = inputs = layers.Input((48, 40, 3))
    x = layers.GlobalAveragePooling2D()(layer(layers.Rescaling(1 / 64, offset=-2.0)(x)))
    model = keras.Model(inputs, layers.Dense(3, activation="softmax")(x))
    classifier = as_classifier(model)
    before = scored(classifier, "incremental")
    assert before.strategy.description.startswith("incremental")
    np.testing.assert_allclose(before.vectors, scored(model, "full").vectors, atol=1e-5)
    layer.halves[1].assign(np.random.default_rng(3).normal(size=(3, 3, 3, 4)))
    after = scored(classifier, "incremental").vectors
    assert np.abs(after - before.vectors).max() > 1e-3
    np.testing.assert_allclose(after, scored(model, "full").vectors, atol=1e-5)


def test_a_tensorflow_that_runs_operations_otherwise_runs_the_model_in_full(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model = small()
    full = scored(model, "full").vectors
    monkeypatch.delattr(tf_eager, "execute")
    monkeypatch.setitem(sys.modules, "tensorflow.python.eager.execute", None)
    with pytest.warns(UserWarning, match="runs operations in another way"):
        run = scored(model, "auto")
    assert run.strategy.description.startswith("full")
    np.testing.assert_allclose(run.vectors, full, atol=1e-6)


def test_a_wrong_plan_is_dropped_and_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    model = small()
    classifier = as_classifier(model)
    engine = classifier.incremental_engine((48, 40))
    right = engine.executor.outputs

    def wrong(*given: object) -> object:
        found = right(*given)
        return type(found)(*(part[::-1].copy() for part in found))

    monkeypatch.setattr(engine.executor, "outputs", wrong)
    with pytest.warns(UserWarning, match="off by"):
        run = scored(classifier, "incremental")
    np.testing.assert_allclose(run.vectors, scored(model, "full").vectors, atol=1e-6)
    assert run.strategy.description.startswith("full")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        scored(classifier, "incremental")


def test_an_engine_that_fails_does_no_harm(monkeypatch: pytest.MonkeyPatch) -> None:
    classifier = as_classifier(small())
    engine = classifier.incremental_engine((48, 40))

    def failing(*_: object) -> None:
        raise MemoryError("too much")

    monkeypatch.setattr(engine.executor, "patch_maps", failing)
    with pytest.warns(UserWarning, match="MemoryError: too much"):
        run = scored(classifier, "incremental")
    assert run.scored.all()


def test_what_cannot_be_read_is_run_in_full_and_says_so() -> None:
    def function(batch: np.ndarray) -> np.ndarray:
        return np.stack([batch.mean(axis=(1, 2, 3)) / 255, 1 - batch.mean(axis=(1, 2, 3)) / 255], 1)

    with pytest.warns(UserWarning, match="it is a black box"):
        run = scored(function, "incremental")
    assert run.strategy.description.startswith("full: it is a black box")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        scored(function, "auto")


def test_a_model_that_cannot_be_read_is_run_in_full_and_says_so() -> None:
    own = tf.function(lambda x: x * 2.0)
    x = inputs = layers.Input((48, 40, 3))
    x = layers.Conv2D(4, 3, activation="relu")(layers.Lambda(own)(x))
    x = layers.GlobalAveragePooling2D()(x)
    model = keras.Model(inputs, layers.Dense(3, activation="softmax")(x))
    with pytest.warns(UserWarning, match="calls a function of its own.*engine='full' asks"):
        run = scored(model, "auto")
    assert run.strategy.description.startswith("full: it calls a function of its own")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        scored(model, "full")


def test_rows_that_are_cropped_and_passed_over_are_left_out() -> None:
    keras.utils.set_random_seed(2)
    x = inputs = layers.Input((48, 40, 3))
    x = layers.Conv2D(4, 3, padding="same")(x)
    x = layers.Cropping2D(((0, 1), (0, 1)))(x)
    x = layers.LeakyReLU()(x)[:, ::2, ::2]
    x = layers.GlobalMaxPooling2D()(x)
    model = keras.Model(inputs, layers.Dense(3, activation="softmax")(x))
    parts = scored(model, "incremental")
    assert parts.strategy.description.startswith("incremental")
    assert max(node.positions for node in parts.strategy.plan.graph.nodes[1:]) == 24 * 20
    np.testing.assert_allclose(parts.vectors, scored(model, "full").vectors, atol=1e-5)


def classes(inputs: object, x: object) -> keras.Model:
    x = layers.GlobalAveragePooling2D()(layers.ReLU()(x))
    model = keras.Model(inputs, layers.Dense(3, activation="softmax")(x))
    shown = np.random.default_rng(3)
    for variable in model.weights:
        if variable.path.endswith(("bias", "beta", "moving_mean")):
            variable.assign(shown.normal(size=variable.shape))
    return model


def test_what_is_halved_beside_what_is_looked_at_whole() -> None:
    """As in ResNet50: of the shortcut, every second row and column is taken."""
    keras.utils.set_random_seed(2)
    inputs = layers.Input((48, 40, 3))
    shortcut = layers.Conv2D(4, 3, padding="same", activation="relu")(inputs)
    x = layers.Conv2D(4, 3, padding="same")(shortcut)
    x = layers.ReLU()(layers.Add()([shortcut, x]))
    x = layers.Conv2D(6, 1, strides=2)(x)
    model = classes(inputs, x)
    parts = scored(model, "incremental")
    sizes = [node.size for node in parts.strategy.plan.graph.nodes if node.kind != "other"]
    assert sizes[:3] == [(48, 40)] * 3, "picture, convolution and ReLU"
    assert set(sizes[3:]) == {(24, 20)}, "nothing but what is looked at"
    assert sum("in part" in node.name for node in parts.strategy.plan.graph.nodes) == 1
    np.testing.assert_allclose(parts.vectors, scored(model, "full").vectors, atol=1e-5)


def local(run: Run) -> list[tuple[str, tuple[int, int], int]]:
    nodes = run.strategy.plan.graph.nodes
    return [(n.kind, n.size, n.channels) for n in nodes if n.kind in {"convolution", "pool"}]


def test_means_and_products_change_places_where_that_is_less_work() -> None:
    keras.utils.set_random_seed(2)
    x = inputs = layers.Input((48, 40, 3))
    x = layers.Conv2D(8, 3, padding="same", activation="relu")(x)
    x = layers.BatchNormalization()(layers.Conv2D(6, 1)(x))
    x = layers.AveragePooling2D(2)(x)  # of fewer positions, products
    x = layers.AveragePooling2D(3, 1, padding="same")(x)
    x = layers.Conv2D(2, 1)(x)  # of fewer channels, means
    model = classes(inputs, x)
    parts = scored(model, "incremental")
    assert local(parts) == [
        ("convolution", (48, 40), 8),
        ("pool", (24, 20), 8),
        ("convolution", (24, 20), 6),
        ("convolution", (24, 20), 2),
        ("pool", (24, 20), 2),
    ]
    np.testing.assert_allclose(parts.vectors, scored(model, "full").vectors, atol=1e-5)


def test_means_and_products_stay_where_they_are_not_the_same() -> None:
    keras.utils.set_random_seed(2)
    inputs = layers.Input((48, 40, 3))
    one = layers.Conv2D(4, 1)(inputs)  # looked at by two
    one = layers.Concatenate()([layers.AveragePooling2D(2)(one), one[:, ::2, ::2]])
    two = layers.Conv2D(2, 1)(layers.MaxPooling2D(2)(inputs))
    three = layers.AveragePooling2D(3, 2)(layers.ZeroPadding2D(1)(inputs))  # zeros count as well
    three = layers.Conv2D(2, 1)(three)
    model = classes(inputs, layers.Concatenate()([one, two, three]))
    parts = scored(model, "incremental")
    assert sorted(local(parts)) == [
        ("convolution", (24, 20), 2),
        ("convolution", (24, 20), 2),
        ("convolution", (48, 40), 4),
        ("pool", (24, 20), 3),
        ("pool", (24, 20), 3),
        ("pool", (24, 20), 4),
    ]
    np.testing.assert_allclose(parts.vectors, scored(model, "full").vectors, atol=1e-5)


def test_an_unknown_engine_is_refused() -> None:
    with pytest.raises(ValueError, match="'auto', 'full', 'incremental'"):
        GridExplainer(small(), engine="turbo")


def test_pictures_that_do_not_change_cost_no_call() -> None:
    image = IMAGE.copy()
    image[:24] = 90  # the upper half is plain: its cells' means are what is there
    asked = []

    def model(batch: np.ndarray) -> np.ndarray:
        asked.append(len(batch))
        mean = batch.mean(axis=(1, 2, 3)) / 255
        return np.stack([mean, 1 - mean], 1)

    run = GridExplainer(model, 4, fill="cell-mean").start_run(image)
    assert list(run.steps())[-1] == 16
    assert sum(asked) == run.calls == 9
    np.testing.assert_array_equal(run.vectors[:8], np.tile(run.baseline, (8, 1)))


def test_what_a_fill_changes_is_found() -> None:
    pixels = read_picture(IMAGE).pixels
    masker = Masker(pixels, Grid(4, 4, 48, 40), parse_fill("black"))
    assert masker.changed((0, 5)) == (0, 0, 24, 20)
    assert masker.changed(()) is None
    window = (5, 5, 30, 30)
    top, left, bottom, right = window
    whole = masker.masked((0, 5))[top:bottom, left:right]
    np.testing.assert_array_equal(masker.window((0, 5), masker.grid.box(0)._make(window)), whole)
