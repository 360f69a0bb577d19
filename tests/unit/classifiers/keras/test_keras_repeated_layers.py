"""Keras layers that are called several times."""

import keras
import numpy as np
import pytest
from keras import layers

from gridexplainer_widget import GridExplainer
from gridexplainer_widget.classifiers.network import Layer
from gridexplainer_widget.core.errors import MethodError

PICTURE = np.random.default_rng(4).integers(0, 256, (12, 12, 3), np.uint8)


def model(first: layers.Layer, second: layers.Layer) -> keras.Model:
    keras.utils.set_random_seed(2)
    pixels = layers.Input((12, 12, 3))
    x = first(layers.Conv2D(6, 3, name="one")(pixels))
    x = second(layers.Conv2D(8, 3, strides=2, name="two")(x))
    return keras.Model(pixels, layers.Dense(4)(layers.GlobalAveragePooling2D()(x)), name="m")


def mirrored(several: str) -> keras.Model:
    net = model(layers.ReLU(name="early"), layers.ReLU(name="late"))
    pixels = layers.Input((12, 12, 3))
    mirror = keras.ops.flip(pixels, 2)
    if several == "calls":
        return keras.Model(pixels, net(pixels) + net(mirror), name="twice")
    both = net(layers.Concatenate(0)([pixels, mirror]))
    mean = keras.ops.mean(keras.ops.reshape(both, (2, -1, 4)), axis=0)
    return keras.Model(pixels, mean, name="both")


def explainer(net: keras.Model) -> GridExplainer:
    return GridExplainer(net, 3, preprocess="0..1", output="logits", engine="full")


def layers_of(net: keras.Model) -> dict[str, Layer]:
    network = explainer(net).classifier.open_network("logits")
    return {layer.name: layer for layer in network.layers(np.zeros((1, 12, 12, 3), np.float32))}


@pytest.mark.parametrize("method", ["cam", "grad-cam", "grad-cam++", "score-cam"])
def test_methods_look_at_what_comes_after_a_shared_activation(method: str) -> None:
    shared = layers.ReLU(name="act")
    found, expected = (
        explainer(model(*activations)).explain(PICTURE, method=method).attribution
        for activations in ((shared, shared), (layers.ReLU(), layers.ReLU(name="last")))
    )
    np.testing.assert_array_equal(found.native, expected.native)
    assert found.native.max() > 0
    assert (found.layers, expected.layers) == (("act#2",), ("last",))


def test_each_call_is_a_layer() -> None:
    shared = layers.ReLU(name="act")
    found = layers_of(model(shared, shared))
    assert list(found) == ["one", "act#1", "two", "act#2"]
    assert not any(layer.parallel for layer in found.values())
    with pytest.raises(ValueError, match="'act' is called several times.*one of 'act#1', 'act#2'"):
        explainer(model(shared, shared)).explain(PICTURE, method="grad-cam", layer="act")


def test_one_activation_in_two_branches_sees_one_picture() -> None:
    act = layers.ReLU(name="act")
    pixels = layers.Input((12, 12, 3))
    branches = [act(layers.Conv2D(2, 1)(pixels)), act(layers.Conv2D(2, 1)(pixels))]
    x = layers.GlobalAveragePooling2D()(layers.Concatenate(name="joined")(branches))
    found = layers_of(keras.Model(pixels, layers.Dense(4)(x)))
    assert list(found)[-1] == "joined"
    assert not any(layer.parallel for layer in found.values())


def test_a_network_that_looks_at_a_mirror_image_says_so() -> None:
    found = layers_of(mirrored("calls"))
    parallel = [name for name, layer in found.items() if layer.parallel]
    assert parallel[:3] == ["m/one#1", "m/early#1", "m/two#1"]
    assert list(found)[-1] == "m/late#2"
    with pytest.raises(MethodError, match="'m/late' 2 times.*one of 'm/late#1', 'm/late#2'"):
        explainer(mirrored("calls")).explain(PICTURE, method="grad-cam")
    with pytest.raises(ValueError, match="'late' is called several times.*'m/late#1', 'm/late#2'"):
        explainer(mirrored("calls")).explain(PICTURE, method="grad-cam", layer="late")


def test_one_call_of_several_is_that_calls_own_map() -> None:
    found = explainer(mirrored("calls")).explain(PICTURE, method="grad-cam", layer="late#1")
    own = explainer(model(layers.ReLU(), layers.ReLU(name="last"))).classifier
    ((maps, gradients),) = own.open_network("logits").map_gradients(
        PICTURE[np.newaxis] / np.float32(255), found.target, ["last"]
    )
    expected = np.maximum(maps[0] @ gradients[0].mean((0, 1)), 0)
    np.testing.assert_allclose(found.attribution.native, expected, atol=1e-6)
    assert "'m/late#1' is one of several calls" in " ".join(found.notes)


def test_a_network_that_makes_several_pictures_of_one_says_so() -> None:
    with pytest.raises(MethodError, match="on 2 pictures for each one"):
        explainer(mirrored("batch")).explain(PICTURE, method="grad-cam")
